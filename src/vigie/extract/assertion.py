"""Cues that a statement is denied, supposed, planned or hearsay, and the stretch of text each one governs.

In: text, language. Out: AssertionCue, in order. Words and their scopes: data/lexicons/<lang>/assertion.toml.
Pseudo-cues ("pas seulement", "sans précédent") hide the cue inside them. A restrictive "ne ... que" affirms: "que"
is no cue. Left out: irony, and denials that need the next sentence to be understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import cast

from vigie.extract.attribution import find_attributions
from vigie.extract.clauses import Boundary, backward_start, boundaries, folded_words, forward_end
from vigie.extract.mentions import AssertionCue
from vigie.extract.scan import Scan, scan
from vigie.lexicon.matcher import Hit
from vigie.model.observation import Assertion
from vigie.text.sentences import Span

__all__ = ["assertion_of", "find_assertion_cues", "find_attributions"]

_WORD = re.compile(r"[^\s']+'?")
_NE = re.compile(r"(?:^|[\s'])(?:ne\s|n')")
# A past participle after "seront", "n'ont pas été": the verb is passive and its subject stands before it.
_PARTICIPLE = re.compile(
    r"\s*(?:,[^,;:.]{1,50},\s*)?(?:bien |deja |aussi |alors |ensuite |largement )?(?:ete\b|\w{2,}(?:e|i|u|is|it|ert)e?s?\b)"
)
_BARE = re.compile(r"\s*(?:[.;!?»\"”]|$)")  # nothing follows the cue: it speaks of what stands before
_PRONOUN = re.compile(
    r"[^\w]*(?:elles?|ils?|ceux ci|celles? ci|cela|they|it|these|those|none of (?:it|them|this))\b"
)
_PERSON_REACH = 40  # characters: "pourrait bien être rapidement jugé"
_BOUND_REACH = 60  # characters: "pas de livraison en dessous de 50 euros" delivers above
_NE_REACH = 60  # characters between "ne" and "pas": auxiliaries, pronouns, an adverb
# Of several cues that govern one fact, the first of these decides: what is denied is neither planned nor feared.
_ORDER: tuple[Assertion, ...] = ("negated", "planned", "hypothetical", "reported")


def assertion_of(cues: Iterable[AssertionCue], start: int, end: int) -> Assertion:
    """What `cues` make of a fact at [start, end)."""
    kinds = {cue.kind for cue in cues if cue.scope_start < end and cue.scope_end > start}
    return next((kind for kind in _ORDER if kind in kinds), "affirmed")


def find_assertion_cues(text: str, lang: str) -> list[AssertionCue]:
    """The cues of `text`; every scope lies within the cue's sentence."""
    found = scan(text, lang)
    code = lang if lang in ("fr", "en") else "fr"
    cues = []
    for hit in found.hits["assertion"]:
        kind = hit.term.extra.get("kind")
        if kind == "none":
            continue
        span = found.sentence_at(hit.start)
        cuts = boundaries(text, found.flat, span, code)
        if not _counts(hit, found, span, cuts):
            continue
        start, end = _scope(hit, found, span, cuts)
        cues.append(
            AssertionCue(
                start=hit.start, end=hit.end, kind=cast(Assertion, kind), scope_start=start, scope_end=end
            )
        )
    return cues


def _counts(hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...]) -> bool:
    """Whether the context that the term asks for is there."""
    extra = hit.term.extra
    if extra.get("after_ne"):
        begin = max(backward_start(cuts, hit.start, span, commas=True), hit.start - _NE_REACH)
        return _NE.search(found.flat, begin, hit.start) is not None
    if extra.get("estimate") and _estimates(hit, found, span):
        return False
    bounded = tuple(extra.get("unless_within", ()))
    if bounded and _any_word(bounded).search(found.flat, hit.end, min(span.end, hit.end + _BOUND_REACH)):
        return False
    endings = extra.get("next_ends")
    if endings:
        following = _WORD.match(found.flat, _skip(found.flat, hit.end))
        return following is not None and following.group().rstrip(".,;:").endswith(tuple(endings))
    wanted = extra.get("next")
    if wanted and found.flat[hit.start : hit.end] in extra.get("next_for", ()):
        following = _WORD.match(found.flat, _skip(found.flat, hit.end))
        return following is not None and following.group() in folded_words(tuple(wanted))
    return True


def _scope(hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...]) -> tuple[int, int]:
    extra = hit.term.extra
    commas = bool(extra.get("commas"))
    direction = extra.get("scope", "forward")
    if direction == "sentence" or (extra.get("bare_sentence") and _BARE.match(found.flat, hit.end)):
        return span.start, span.end
    start, end = hit.start, hit.end  # the cue itself belongs to its scope: facts may be anchored on it
    if direction in ("forward", "clause"):
        ahead = tuple(cut for cut in cuts if not _adverb(cut, hit, found))
        end = _limited(found.flat, hit.end, forward_end(ahead, hit.end, span, commas=commas), hit)
    if direction in ("backward", "clause") or _passive(hit, found, span):
        start = backward_start(cuts, hit.start, span)
        if not found.flat[start : hit.start].strip():
            start = backward_start(cuts, hit.start, span, commas=True)  # "un envoi, de 3 kg, pourrait"
        if start > span.start and _PRONOUN.match(found.flat, start, hit.start):
            start = span.start  # "on parlait de 3 tonnes ; elles ne sont jamais arrivées"
    elif extra.get("after_ne") or extra.get("from_ne"):
        # the verb stands between "ne" and "pas": "le prix n'augmente pas"
        begin = max(backward_start(cuts, hit.start, span, commas=True), hit.start - _NE_REACH)
        start = max((m.end() for m in _NE.finditer(found.flat, begin, hit.start)), default=hit.start)
    return start, end


def _estimates(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether a conditional states an estimate rather than hearsay: an official scale, a rate of the market."""
    extra = hit.term.extra
    if _any_word(tuple(extra["estimate"])).search(found.flat, span.start, span.end):
        return True
    rates = tuple(extra.get("rate", ()))
    return (
        bool(rates)
        and _passive(hit, found, span)
        and bool(_any_word(rates).search(found.flat, hit.end, span.end))
    )


@cache
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, folded_words(words))) + ")")


def _adverb(cut: Boundary, hit: Hit, found: Scan) -> bool:
    """Whether a boundary is an adverb right after the cue ("dément toutefois que"), which ends no clause."""
    return 0 <= cut.start - hit.end <= 1 and found.flat[cut.start].isalpha()


def _of_persons(hit: Hit, found: Scan) -> bool:
    """Whether the verb after the cue speaks of persons: "pourrait être jugé" says nothing of what was seized."""
    persons = tuple(hit.term.extra.get("persons", ()))
    if not persons:
        return False
    ahead = _WORD.findall(found.flat, hit.end, hit.end + _PERSON_REACH)[:4]
    return any(word.rstrip(".,;:!?»)") in folded_words(persons) for word in ahead)


def _passive(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether the subject before the cue is what the cue speaks of ("deux tonnes seraient fumées")."""
    extra = hit.term.extra
    following = _WORD.match(found.flat, _skip(found.flat, hit.end))
    word = following.group().rstrip(".,;:!?»)") if following else ""
    if word in folded_words(tuple(extra.get("clause_if_next", ()))):
        return not _of_persons(hit, found)
    before = found.flat[span.start : hit.start].split()
    if before and before[-1] in extra.get("clause_if_before", ()):
        return True
    if not extra.get("passive"):
        return False
    if found.flat[hit.start : hit.end] in ("serait", "seraient"):
        return _PARTICIPLE.match(found.flat, hit.end, span.end) is not None
    return word == "ete"


def _limited(flat: str, start: int, end: int, hit: Hit) -> int:
    """`end`, or sooner: after the term's number of `words`, or at one of its `stop_words`."""
    words = hit.term.extra.get("words")
    stops = folded_words(tuple(hit.term.extra.get("stop_words", ())))
    if words is None and not stops:
        return end
    for count, word in enumerate(_WORD.finditer(flat, start, end)):
        if word.group() in stops:
            return word.start()
        if words is not None and count + 1 >= words:
            return word.end()
    return end


def _skip(flat: str, offset: int) -> int:
    while offset < len(flat) and flat[offset] == " ":
        offset += 1
    return offset
