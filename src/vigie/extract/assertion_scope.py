"""How far a cue of assertion reaches.

In: a hit that counts, its sentence, the clause boundaries. Out: [start, end) of the text. The keys of an entry are told in
data/lexicons/fr/assertion.toml. Left out: grammar; a clause is what stands between two boundaries.
"""

from __future__ import annotations

import re
from functools import cache

from vigie.extract.assertion_context import NE, NE_REACH, PARTICIPLE, WORD, copula, passive, skip
from vigie.extract.clauses import Boundary, backward_start, folded_words, forward_end, phrases
from vigie.extract.scan import Scan
from vigie.lexicon.matcher import Hit
from vigie.text.sentences import Span

_BARE = re.compile(r"\s*(?:[.;!?»\"”]|$)")  # nothing follows the cue: it speaks of what stands before
_PRONOUN = re.compile(
    r"[^\w]*(?:elles?|ils?|ceux ci|celles? ci|cela|they|it|these|those|none of (?:it|them|this))\b"
)
_ABOUT = re.compile(r"\s*(?:que\b|qu'|de\b|d'|that\b|to say\b|to claim\b)")  # "est faux de dire que"
_ASIDE = re.compile(r"\s*,(?:[^,;:.!?]{1,40},|\s*c'est\b)")
# nothing but an auxiliary between a comma and the cue: the subject stands before the aside
_AUXILIARY = re.compile(
    r"\s*(?:(?:est|sont|etait|etaient|a|ont|avait|avaient|ete|s'est|se sont|revelee?s?|avere?e?s?|is|are|was|were|has|have|had|been|be"
    r"|proved|turned|out|to|also|aussi|pourtant|donc|n'|ne|pas)\s*)*"
)
_PERSON_REACH = 40  # characters: "pourrait bien être rapidement jugé"
# what has been done already is no part of what will be done with it: "Les 40 kg saisis seront détruits"
_DONE = re.compile(
    r"\b(?:saisi|intercept|interpell|arret|decouvert|retrouv|trouv|condamn|deced|tue|mort|seized|intercepted|arrested|found"
    r"|discovered|killed|died|convicted)\w{0,4}\b"
)

# the words right before an object that is denied: what stood between "ne" and it, or a verb without "ne"
_OBJECT_OF = re.compile(
    r"\b(?:(?:a|as|ont|avons|avez|avait|avaient) (?:deja |encore |finalement |donc )?\w{2,}(?:e|i|u|is|it|ert)"
    r"|(?<!was )(?<!were )(?<!been )(?:\w{2,}ed|found|made|took|caught|sold|saw|brought|got|bought|sent|shot)(?: up| in| out)?)"
    r"(?: (?:a|de|d'|sur))? ?$"
)
_OBJECT_REACH = 40  # code points: "had finally turned up"
_NOT_OBJECT = re.compile(r" (?:longer|more|later|sooner)\b")  # "sold no longer"
_OTHER_NE = re.compile(
    r"\b(?:pas|plus|jamais|rien|que|qui|dont)\b|[,;:.!?]"
)  # a "ne" that is not the object's
_BETWEEN = re.compile(r",[^,;:.!?]{1,30},")  # "n'a, ce jour-là, saisi"
# the verb of the main clause after what is only supposed or meant: "soupçonnés de vol [ont été arrêtés]"
_MAIN_VERB = re.compile(
    r"\b(?:(?:a|ont|avait|avaient) ete|sont|etaient|est|etait|fut|furent|ont|avaient|was|were|(?:has|have|had) been)\s+"
    r"(?:tous |toutes |ete |bien |deja |enfin |ensuite |finally |later |all |also |since )?\w{2,}(?:e|i|u|is|it|ert|ed|ught|ound|zen|ld)e?s?\b"
)
_RELATIVE = re.compile(r"\b(?:qui|que|dont|ou|who|which|that|where|when|quand|avoir)\b|qu'")


def scope(hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...], lang: str) -> tuple[int, int]:
    """The stretch that `hit` governs; the cue itself belongs to it: facts may be anchored on it."""
    extra, flat = hit.term.extra, found.flat
    direction, head = _direction(hit, found, span, lang)
    if direction == "sentence" or (extra.get("bare_sentence") and _BARE.match(flat, hit.end)):
        return span.start, span.end
    start, end = hit.start, hit.end
    if direction in ("forward", "clause"):
        ahead = tuple(cut for cut in cuts if not _adverb(cut, hit, found))
        begin = _past_aside(flat, hit.end, span) if direction == "forward" else hit.end
        limit = forward_end(ahead, begin, span, commas=bool(extra.get("commas")))
        end = _before_main_verb(flat, _limited(flat, begin, limit, hit), hit)
    if direction in ("backward", "clause") or _of_subject(hit, found, span):
        start = backward_start(cuts, head, span)
        if start > span.start and _AUXILIARY.fullmatch(flat, start, hit.start):
            start = backward_start(cuts, head, span, commas=True)  # "un envoi, de 3 kg, pourrait"
        if start > span.start and _PRONOUN.match(flat, start, hit.start):
            start = span.start  # "on parlait de 3 tonnes ; elles ne sont jamais arrivées"
        start = _pointed_at(hit, found, span, cuts, start, head, lang)
        if extra.get("subject_unless_done") and _DONE.search(flat, start, hit.start):
            start = hit.start
    elif extra.get("after_ne") or extra.get("from_ne"):
        # the verb stands between "ne" and "pas": "le prix n'augmente pas"
        begin = max(backward_start(cuts, hit.start, span, commas=True), hit.start - NE_REACH)
        start = max((m.end() for m in NE.finditer(flat, begin, hit.start)), default=hit.start)
    elif extra.get("object"):
        start = _verb_of_object(hit, found, span, cuts)
    return start, end


def _verb_of_object(hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...]) -> int:
    """Where the verb begins whose object the cue denies: "n'a [saisi aucune drogue]", "[seized no drugs]"."""
    flat = found.flat
    if _NOT_OBJECT.match(flat, hit.end, span.end):
        return hit.start
    begin = max(backward_start(cuts, hit.start, span, commas=True), hit.start - NE_REACH)
    start = max((m.end() for m in NE.finditer(flat, begin, hit.start)), default=hit.start)
    if start < hit.start and not _OTHER_NE.search(_BETWEEN.sub(" ", flat[start : hit.start])):
        return start
    begin = max(backward_start(cuts, hit.start, span), hit.start - _OBJECT_REACH)
    match = _OBJECT_OF.search(flat[begin : hit.start])
    return begin + match.start() if match else hit.start


def _before_main_verb(flat: str, end: int, hit: Hit) -> int:
    """`end`, or where the verb of the main clause begins: only what stands before it is supposed or meant."""
    if not hit.term.extra.get("main_verb"):
        return end
    match = _MAIN_VERB.search(flat, hit.end, end)
    if match is None or _RELATIVE.search(flat, hit.end, match.start()):
        return end
    return match.start()


def _past_aside(flat: str, offset: int, span: Span) -> int:
    """`offset`, or the end of an aside right after it: "devait, pense le parquet, gagner", "redoute, c'est"."""
    match = _ASIDE.match(flat, offset, span.end)
    return match.end() if match else offset


def _direction(hit: Hit, found: Scan, span: Span, lang: str) -> tuple[str, int]:
    """Where the cue looks, and where its verb begins."""
    extra = hit.term.extra
    direction = str(extra.get("scope", "forward"))
    if not (extra.get("turns") or extra.get("after_copula")):
        return direction, hit.start
    verb = copula(hit, found, span, lang)
    if verb is None:
        return ("sentence" if extra.get("after_copula") else direction), hit.start
    about = extra.get("after_copula") and _ABOUT.match(found.flat, hit.end)
    return ("clause" if about else "backward"), verb


def _pointed_at(
    hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...], start: int, head: int, lang: str
) -> int:
    """`start`, or further back when the subject only points back: to the start of the sentence, or of the one before."""
    if hit.term.extra.get("kind") != "negated":
        return start
    pointer = _pointer(lang)
    clause = backward_start(cuts, head, span)
    hard = backward_start(cuts, head, span, commas=True)
    if any(begin > span.start and pointer.match(found.flat, begin, head) for begin in (clause, hard)):
        return span.start  # "« Trois morts » : le message, très partagé, est faux"
    index = found.sentence_index(span.start)
    if index and pointer.fullmatch(found.flat, span.start, head):
        return found.spans[index - 1].start
    return start


@cache
def _pointer(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"[^\w]*(?:(?:mais|or|but) )?{phrases('assertion', lang, 'refutation', 'pointers')}(?![\w'])[ ]*"
    )


def _adverb(cut: Boundary, hit: Hit, found: Scan) -> bool:
    """Whether a boundary is an adverb right after the cue ("dément toutefois que"), which ends no clause."""
    return 0 <= cut.start - hit.end <= 1 and found.flat[cut.start].isalpha()


def _of_persons(hit: Hit, found: Scan) -> bool:
    """Whether the verb after the cue speaks of persons: "pourrait être jugé" says nothing of what was seized."""
    persons = tuple(hit.term.extra.get("persons", ()))
    if not persons:
        return False
    ahead = WORD.findall(found.flat, hit.end, hit.end + _PERSON_REACH)[:4]
    return any(word.rstrip(".,;:!?»)") in folded_words(persons) for word in ahead)


def _of_subject(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether the subject before the cue is what the cue speaks of ("deux tonnes seraient fumées")."""
    extra = hit.term.extra
    following = WORD.match(found.flat, skip(found.flat, hit.end))
    word = following.group().rstrip(".,;:!?»)") if following else ""
    if word in folded_words(tuple(extra.get("clause_if_next", ()))):
        return not _of_persons(hit, found)
    before = found.flat[span.start : hit.start].split()
    if before and before[-1] in extra.get("clause_if_before", ()):
        return True
    reflexive = found.flat[max(span.start, hit.start - 3) : hit.start]
    if extra.get("subject_unless_done"):  # a future: "sera interdite", "s'ouvrira"
        if reflexive.endswith((" se ", " s'")) or found.flat[hit.start - 2 : hit.start] == "s'":
            return True
        future = found.flat[hit.start : hit.end]
        return future == "will be" or (
            future in ("sera", "seront") and PARTICIPLE.match(found.flat, hit.end, span.end) is not None
        )
    return passive(hit, found, span)


def _limited(flat: str, start: int, end: int, hit: Hit) -> int:
    """`end`, or sooner: after the term's number of `words`, at one of its `stop_words` or at a verb in -ed."""
    words = hit.term.extra.get("words")
    stops = folded_words(tuple(hit.term.extra.get("stop_words", ())))
    verbs = hit.term.extra.get("stop_verbs")
    if words is None and not stops:
        return end
    for count, word in enumerate(WORD.finditer(flat, start, end)):
        if word.group() in stops or (verbs and count > 0 and word.group().endswith(tuple(verbs))):
            return word.start()
        if words is not None and count + 1 >= words:
            return word.end()
    return end
