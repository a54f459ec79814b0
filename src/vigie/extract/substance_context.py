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
            a name that counts, or in a text that names its family: a dose, packing, price, partitive or quotation
            mark beside it, or both of these; or a dose, packing or price beside it in a text that names two substances
"alone"     a price beside it and a drug word, in a sentence that names no substance (a pictogram beside a name adorns it)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise

from vigie.lexicon.matcher import Hit, expand, flatten
from vigie.lexicon.substances import context_matcher, measure_words, same_family
from vigie.text.sentences import Span, sentences

_REACH = 600  # code points around a hit in which its sentence is looked for
_NEAR = 60  # code points between a word and a price that supports it
_ORDER = ("nothing", "light", "cue", "tight", "alone")
_BESIDE = 28  # the same, for words that need tight support
_MONEY = re.compile(
    r"[€£$]\s?\d|\d\s?(?:€|£|\$|e\b|eur\b|euros?\b|balles\b|dollars?\b|pounds?\b|quid\b|francs?\b|ff\b)"
)
_COLOURS = frozenset({"pink", "brown", "yellow", "white", "black", "blue"})
# Between two names of a list there is a comma or a conjunction: "sachets de coke" is no list, "coke, taz et MD" is.
_LIST = re.compile(
    r"[\s\"')]*(?:[,;/&+(]|\b(?:et|ou|and|or|puis|voire)\b)[\s,;/&+(\"']*"
    r"(?:\b(?:et|ou|and|or|puis|voire|de|du|des|d|la|le|les|l|some|a|an|the)\b[\s,;/&+(\"']*)*"
)
# "de la blanche", "4 de MD", and the quotation marks that the press puts around slang.
_PARTITIVE = re.compile(r"(?:(?:^|[^\w])(?:de la |du |des |de l'|some |\d (?:de |d'|of ))[\"']?|\" ?)$")


class _Sentence:
    """What one sentence holds that supports or forbids its ambiguous words; read only when asked for."""

    def __init__(self, span: Span, text: str, folded: str, lang: str) -> None:
        self.span = span
        self.lang = lang
        self.certain: list[Hit] = []  # names that count
        self.light: set[str] = set()  # ids of its hardly ambiguous words
        self._text = text[span.start : span.end]
        self._folded = folded[span.start : span.end]

    @cached_property
    def _found(self) -> list[Hit]:
        return context_matcher(self.lang).find_every(self._text, self._folded)

    @cached_property
    def barred(self) -> frozenset[str]:
        """Words that a counter-context forbids here."""
        return frozenset(word for hit in self._found for word in hit.term.extra.get("of", ()))

    @cached_property
    def drug(self) -> bool:
        """A drug word stands here, or a price by the gram: nothing but drugs (and gold) is priced so."""
        if any(h.term.id == "cue:drug" for h in self._found):
            return True
        priced = _MONEY.search(self._folded) is not None  # a quick no for most sentences
        return priced and _unit_price(self.lang).search(self._folded) is not None

    @cached_property
    def police(self) -> bool:
        """A word of police or courts stands here."""
        return any(hit.term.id == "cue:police" for hit in self._found)


def accepted(text: str, folded: str, lang: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that count, in order."""
    doubtful = [(index, hit) for index, hit in enumerate(hits) if hit.term.status == "ambiguous"]
    if not doubtful:
        return list(hits)
    flat = flatten(folded)
    scenes = _scenes(text, folded, lang, [hit for _, hit in doubtful])
    _place_strong(hits, scenes)
    named = {hit.term.id for hit in hits if hit.term.status == "strong"}
    refused = _colours(flat, hits)
    waiting: list[tuple[int, Hit, _Sentence]] = []
    for (index, hit), scene in zip(doubtful, scenes, strict=True):
        if index in refused:
            continue
        if _forbidden(text, flat, hit, scene):
            refused.add(index)
        elif hit.term.extra.get("needs") == "nothing":
            scene.certain.append(hit)
            named.add(hit.term.id)
        else:
            if hit.term.extra.get("needs") == "light":
                scene.light.add(hit.term.id)
            waiting.append((index, hit, scene))
    # The least ambiguous first: once they count, they support the others of their sentence.
    waiting.sort(key=lambda item: _ORDER.index(item[1].term.extra.get("needs", "cue")))
    for index, hit, scene in waiting:
        if _supported(flat, hit, scene, named):
            scene.certain.append(hit)
            named.add(hit.term.id)
        else:
            refused.add(index)
    return [hit for index, hit in enumerate(hits) if index not in refused]


def _colours(flat: str, hits: Sequence[Hit]) -> set[int]:
    """Which hits are colours of the product named right after: "pink ecstasy tablets", "brown heroin"."""
    return {
        index
        for index, (hit, other) in enumerate(pairwise(hits))
        if hit.term.status == "ambiguous"
        and other.start == hit.end + 1
        and flat[hit.start : hit.end] in _COLOURS
        and flat[hit.end] == " "
        and other.term.id != hit.term.id
    }


def _scenes(text: str, folded: str, lang: str, hits: Sequence[Hit]) -> list[_Sentence]:
    """The sentence of each hit; hits of one sentence share it."""
    scenes: list[_Sentence] = []
    current: _Sentence | None = None
    for hit in hits:
        if current is None or not current.span.start <= hit.start < current.span.end:
            current = _Sentence(_sentence_of(text, hit), text, folded, lang)
        scenes.append(current)
    return scenes


def _place_strong(hits: Sequence[Hit], scenes: Sequence[_Sentence]) -> None:
    """Tell each sentence the strong names that stand in it."""
    starts = [scene.span.start for scene in scenes]
    for hit in hits:
        if hit.term.status != "strong":
            continue
        index = bisect_right(starts, hit.start) - 1
        if index >= 0 and hit.start < scenes[index].span.end:
            scenes[index].certain.append(hit)


def _sentence_of(text: str, hit: Hit) -> Span:
    low = max(0, hit.start - _REACH)
    high = min(len(text), hit.end + _REACH)
    before = text.rfind("\n\n", low, hit.start)
    after = text.find("\n\n", hit.end, high)
    for span in sentences(text, low if before < 0 else before, high if after < 0 else after):
        if span.end > hit.start:
            return Span(min(span.start, hit.start), max(span.end, hit.end))
    return Span(hit.start, hit.end)


def _forbidden(text: str, flat: str, hit: Hit, scene: _Sentence) -> bool:
    word = flat[hit.start : hit.end]
    if (word in scene.barred or word.rstrip("sx") in scene.barred) and not _measure_before(
        scene.lang, True
    ).search(flat[max(scene.span.start, hit.start - 48) : hit.start]):
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
    if kind == "name" and not any(map(str.isalnum, text[scene.span.start : hit.start])):
        return False
    return text[max(0, hit.start - 1) : hit.start] not in tuple("\"«“„'‘") and (
        text[max(0, hit.start - 2) : hit.start] not in ("« ", "«\u00a0", "«\u202f")
    )


def _supported(flat: str, hit: Hit, scene: _Sentence, named: set[str]) -> bool:
    """Whether the sentence and the text support the word as much as its entry needs."""
    needs = hit.term.extra.get("needs", "cue")
    if needs == "alone":
        return not scene.certain and scene.drug and _priced(flat, hit, scene, _BESIDE)
    drug = bool(scene.certain) or scene.drug
    family = any(same_family(hit.term.id, other) for other in named)
    before = flat[max(scene.span.start, hit.start - 48) : hit.start]
    if needs == "tight":
        if _measure_before(scene.lang, True).search(before) or any(
            _listed(flat, hit, c) for c in scene.certain
        ):
            return True
        counted = bool(_measure_before(scene.lang).search(before)) or _priced(flat, hit, scene, _BESIDE)
        if counted and len(named) > 1:
            return True
        return drug + family + (counted or bool(_PARTITIVE.search(before))) > 1
    if drug or family or _measure_before(scene.lang).search(before):
        return True
    if needs == "light":
        return bool(named) or scene.police or len(scene.light) > 1 or _priced(flat, hit, scene, _NEAR)
    return bool(named) and _priced(flat, hit, scene, _NEAR)


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
