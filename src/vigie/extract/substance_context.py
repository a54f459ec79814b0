"""Whether an ambiguous word ("coke", "herbe", "MD") names a substance where it stands.

In: the hits of the substance lexicon in one text. Out: those that count, in order.
The rule: a strong name always counts. An ambiguous one counts when its sentence supports it as much as its entry
`needs`, and never when a counter-context of data/lexicons/<lang>/substances_context.toml holds.

needs       supported by
"nothing"   no support needed: counts unless a counter-context holds ("héroïne")
"light"     any of those below, a price beside it, a police word, another light word, or a strong name anywhere
"cue"       (default) a dose or packing before it; a drug word or a strong name in the sentence; a strong name of its
            family anywhere in the text; or a price beside it in a text with a strong name
"tight"     a dose that only drugs come in; a name that counts listed beside it; or, in a sentence with a drug word or
            a name that counts, or in a text that names its family: a dose, packing, price or partitive beside it,
            or both of these; or a dose, packing or price beside it in a text that names two substances
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from vigie.lexicon.matcher import Hit, expand, flatten
from vigie.lexicon.substances import context_matcher, measure_words, same_family
from vigie.text.sentences import Span, sentences

_REACH = 600  # code points around a hit in which its sentence is looked for
_NEAR = 60  # code points between a word and a price that supports it
_ORDER = ("nothing", "light", "cue", "tight")
_BESIDE = 28  # the same, for words that need tight support
_MONEY = re.compile(
    r"[€£$]\s?\d|\d\s?(?:€|£|\$|e\b|eur\b|euros?\b|balles\b|dollars?\b|pounds?\b|quid\b|francs?\b|ff\b)"
)
# Between two names of a list there is a comma or a conjunction: "sachets de coke" is no list, "coke, taz et MD" is.
_LIST = re.compile(
    r"[\s\"')]*(?:[,;/&+(]|\b(?:et|ou|and|or|puis|voire)\b)[\s,;/&+(\"']*"
    r"(?:\b(?:et|ou|and|or|puis|voire|de|du|des|d|la|le|les|l|some|a|an|the)\b[\s,;/&+(\"']*)*"
)
_PARTITIVE = re.compile(r"(?:^|[^\w])(?:de la |du |des |de l'|some )[\"']?$")
_OPENING = " \t\n\"'«“”„(-–—•*"


@dataclass(slots=True)
class _Sentence:
    """What one sentence holds that supports or forbids ambiguous words."""

    span: Span
    cues: frozenset[str]
    barred: frozenset[str]
    certain: list[Hit] = field(default_factory=list)
    light: set[str] = field(default_factory=set)


def accepted(text: str, folded: str, lang: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that count, in order."""
    if all(hit.term.status == "strong" for hit in hits):
        return list(hits)
    flat = flatten(folded)
    scenes = _scenes(text, folded, lang, hits)
    named = {hit.term.id for hit in hits if hit.term.status == "strong"}
    verdicts: dict[int, bool] = {}
    waiting: list[tuple[int, Hit, _Sentence]] = []
    for index, (hit, scene) in enumerate(zip(hits, scenes, strict=True)):
        if hit.term.status == "strong":
            verdicts[index] = True
        elif _forbidden(text, flat, lang, hit, scene):
            verdicts[index] = False
        elif hit.term.extra.get("needs") == "nothing":
            verdicts[index] = True
            scene.certain.append(hit)
            named.add(hit.term.id)
        else:
            if hit.term.extra.get("needs") == "light":
                scene.light.add(hit.term.id)
            waiting.append((index, hit, scene))
    # The least ambiguous first: once they count, they support the others of their sentence.
    waiting.sort(key=lambda item: _ORDER.index(item[1].term.extra.get("needs", "cue")))
    for index, hit, scene in waiting:
        verdicts[index] = _supported(flat, lang, hit, scene, named)
        if verdicts[index]:
            scene.certain.append(hit)
            named.add(hit.term.id)
    return [hit for index, hit in enumerate(hits) if verdicts[index]]


def _scenes(text: str, folded: str, lang: str, hits: Sequence[Hit]) -> list[_Sentence]:
    """The sentence of each hit; hits of one sentence share it."""
    scenes: list[_Sentence] = []
    current: _Sentence | None = None
    for hit in hits:
        if current is None or not current.span.start <= hit.start < current.span.end:
            span = _sentence_of(text, hit)
            found = context_matcher(lang).find_every(
                text[span.start : span.end], folded[span.start : span.end]
            )
            cues = {h.term.id for h in found}
            if _unit_price(lang).search(folded, span.start, span.end):
                cues.add("cue:drug")  # nothing but drugs (and gold) is priced by the gram
            current = _Sentence(
                span,
                frozenset(cues),
                frozenset(word for h in found for word in h.term.extra.get("of", ())),
            )
        if hit.term.status == "strong":
            current.certain.append(hit)
        scenes.append(current)
    return scenes


def _sentence_of(text: str, hit: Hit) -> Span:
    low = max(0, hit.start - _REACH)
    high = min(len(text), hit.end + _REACH)
    before = text.rfind("\n\n", low, hit.start)
    after = text.find("\n\n", hit.end, high)
    for span in sentences(text, low if before < 0 else before, high if after < 0 else after):
        if span.end > hit.start:
            return Span(min(span.start, hit.start), max(span.end, hit.end))
    return Span(hit.start, hit.end)


def _forbidden(text: str, flat: str, lang: str, hit: Hit, scene: _Sentence) -> bool:
    word = flat[hit.start : hit.end]
    if (word in scene.barred or word.rstrip("sx") in scene.barred) and not _measure_before(lang, True).search(
        flat[max(scene.span.start, hit.start - 48) : hit.start]
    ):
        return True
    after = text[hit.end : hit.end + 2]
    if hit.end - hit.start == 1 and (after[:1] in ("'", "’", "+", "#", "&", "°") or after[:1].isdigit()):
        return True  # "C'est", "C++", "H&M"
    if (after[:1] == "-" and after[1:].isalpha()) or (
        text[hit.start - 1 : hit.start] == "-" and text[max(0, hit.start - 2) : hit.start - 1].isalpha()
    ):
        return True  # part of a compound: "Coke-en-Stock", "Bois-Herbe"
    if not _is_name(text, hit, scene):
        return False
    return hit.term.extra.get("capital") == "person" or not scene.certain


def _is_name(text: str, hit: Hit, scene: _Sentence) -> bool:
    """Capitalised where the entry says that this makes it a name ("Rue Blanche", "un Coke", "Molly")."""
    surface = text[hit.start : hit.end]
    kind = hit.term.extra.get("capital")
    if kind is None or not surface[0].isupper() or (surface.isupper() and kind == "name"):
        return False
    if kind == "name" and not text[scene.span.start : hit.start].strip(_OPENING):
        return False
    return text[max(0, hit.start - 1) : hit.start] not in tuple("\"«“„'‘") and (
        text[max(0, hit.start - 2) : hit.start] not in ("« ", "«\u00a0", "«\u202f")
    )


def _supported(flat: str, lang: str, hit: Hit, scene: _Sentence, named: set[str]) -> bool:
    """Whether the sentence and the text support the word as much as its entry needs."""
    needs = hit.term.extra.get("needs", "cue")
    before = flat[max(scene.span.start, hit.start - 48) : hit.start]
    measured = bool(_measure_before(lang).search(before))
    drug = "cue:drug" in scene.cues or bool(scene.certain)
    family = any(same_family(hit.term.id, other) for other in named)
    if needs == "tight":
        if _measure_before(lang, True).search(before) or any(_listed(flat, hit, c) for c in scene.certain):
            return True
        counted = measured or _priced(flat, hit, scene, _BESIDE)
        if counted and len(named) > 1:
            return True
        return drug + family + (counted or bool(_PARTITIVE.search(before))) > 1
    if measured or drug or family:
        return True
    priced = _priced(flat, hit, scene, _NEAR)
    if needs == "light":
        return priced or "cue:police" in scene.cues or len(scene.light) > 1 or bool(named)
    return priced and bool(named)


def _priced(flat: str, hit: Hit, scene: _Sentence, reach: int) -> bool:
    low, high = max(scene.span.start, hit.start - reach), min(scene.span.end, hit.end + reach)
    return bool(_MONEY.search(flat, hit.end, high) or _MONEY.search(flat, low, hit.start))


def _listed(flat: str, hit: Hit, other: Hit) -> bool:
    low, high = (hit.end, other.start) if hit.end <= other.start else (other.end, hit.start)
    return high - low < 40 and bool(_LIST.fullmatch(flat, low, high))


@cache
def _measure_before(lang: str, small: bool = False) -> re.Pattern[str]:
    words = sorted({v for s in measure_words(lang, small=small) for v, _ in expand(s)}, key=len, reverse=True)
    units = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?:^|\d|[^\w])(?:{units})\s(?:\w+\s)?(?:de\s(?:la\s|l')?|d'|of\s(?:the\s)?)[\"' ]*$")


@cache
def _unit_price(lang: str) -> re.Pattern[str]:
    """A price for a dose that only drugs come in: "7 euros le gramme", "£50 per gram", "le gramme à 60 euros"."""
    words = sorted({v for s in measure_words(lang, small=True) for v, _ in expand(s)}, key=len, reverse=True)
    units = "|".join(re.escape(word) for word in words)
    money = _MONEY.pattern
    return re.compile(
        rf"(?:{money})[\d.,]*\s?(?:le|la|l'|par|/|per|a|an|the|each)\s?(?:demi |half )?(?:{units})\b"
        rf"|\b(?:{units})\s(?:\w+\s){{0,4}}(?:{money})"
    )
