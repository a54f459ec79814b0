"""Whether an ambiguous word ("coke", "herbe", "MD") names a substance where it stands.

In: the hits of the substance lexicon in one text. Out: those that count, in order.
The rule: a strong name always counts. An ambiguous one counts when its sentence supports it as much as its entry
`needs`, and never when a counter-context of data/lexicons/<lang>/substances_context.toml holds.

needs       supported by
"nothing"   no support needed: counts unless a counter-context holds ("héroïne")
"light"     any of those below, a police word, another light word, or a strong name anywhere in the text
"cue"       (default) a dose, packing or price beside it; a drug word or a strong name in the sentence; or a
            strong name of its family anywhere in the text
"tight"     a dose, packing or price right beside it; a strong name listed beside it; or a drug word or strong name
            in the sentence of a text that names its family
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from vigie.lexicon.matcher import Hit, expand, flatten
from vigie.lexicon.substances import context_matcher, measure_words, same_family
from vigie.text.sentences import Span, sentences

_REACH = 600  # code points around a hit in which its sentence is looked for
_NEAR = 60  # code points between a word and a price that supports it
_BESIDE = 28  # the same, for words that need tight support
_MONEY = re.compile(r"[€£$]\s?\d|\d\s?(?:€|£|\$|e\b|eur\b|euros?\b|balles\b|dollars?\b|pounds?\b|quid\b|francs?\b|ff\b)")
_LIST = re.compile(r"[\s,;/&+()\"']*(?:(?:et|ou|and|or|de|du|des|d|la|le|les|l|of|some|puis|voire)\b[\s,;/&+()\"']*)*")
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
        elif _forbidden(text, flat, hit, scene):
            verdicts[index] = False
        elif hit.term.extra.get("needs") == "nothing" or _measured(flat, lang, hit, scene):
            verdicts[index] = True
            scene.certain.append(hit)
            named.add(hit.term.id)
        else:
            if hit.term.extra.get("needs") == "light":
                scene.light.add(hit.term.id)
            waiting.append((index, hit, scene))
    for index, hit, scene in waiting:
        verdicts[index] = _supported(text, flat, hit, scene, named)
    return [hit for index, hit in enumerate(hits) if verdicts[index]]


def _scenes(text: str, folded: str, lang: str, hits: Sequence[Hit]) -> list[_Sentence]:
    """The sentence of each hit; hits of one sentence share it."""
    scenes: list[_Sentence] = []
    current: _Sentence | None = None
    for hit in hits:
        if current is None or not current.span.start <= hit.start < current.span.end:
            span = _sentence_of(text, hit)
            found = context_matcher(lang).find(text[span.start : span.end], folded[span.start : span.end])
            current = _Sentence(
                span,
                frozenset(h.term.id for h in found),
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


def _forbidden(text: str, flat: str, hit: Hit, scene: _Sentence) -> bool:
    word = flat[hit.start : hit.end]
    if word in scene.barred or word.rstrip("sx") in scene.barred:
        return True
    after = text[hit.end : hit.end + 2]
    if hit.end - hit.start == 1 and (after[:1] in ("'", "’", "+", "#", "&", "°") or after[:1].isdigit()):
        return True  # "C'est", "C++", "H&M"
    if (after[:1] == "-" and after[1:].isalpha()) or (
        text[hit.start - 1 : hit.start] == "-" and text[max(0, hit.start - 2) : hit.start - 1].isalpha()
    ):
        return True  # part of a compound: "Coke-en-Stock", "Bois-Herbe"
    return _is_name(text, hit, scene) and not scene.certain


def _is_name(text: str, hit: Hit, scene: _Sentence) -> bool:
    """Capitalised inside a sentence, where the entry says that this makes it a name ("Rue Blanche", "un Coke")."""
    surface = text[hit.start : hit.end]
    if hit.term.extra.get("capital") != "name" or not surface[0].isupper() or surface.isupper():
        return False
    if not text[scene.span.start : hit.start].strip(_OPENING):
        return False
    return text[hit.start - 1] not in "\"«“„'‘" and text[max(0, hit.start - 2) : hit.start] != "« "


def _measured(flat: str, lang: str, hit: Hit, scene: _Sentence) -> bool:
    """A dose, a packing or a price stands beside the word."""
    before = flat[max(scene.span.start, hit.start - 48) : hit.start]
    if _measure_before(lang).search(before):
        return True
    reach = _BESIDE if hit.term.extra.get("needs") == "tight" else _NEAR
    return bool(
        _MONEY.search(flat, hit.end, min(scene.span.end, hit.end + reach))
        or _MONEY.search(flat, max(scene.span.start, hit.start - reach), hit.start)
    )


def _supported(text: str, flat: str, hit: Hit, scene: _Sentence, named: Iterable[str]) -> bool:
    drug = "cue:drug" in scene.cues
    family = any(same_family(hit.term.id, other) for other in named)
    needs = hit.term.extra.get("needs", "cue")
    if needs == "tight":
        if (drug or scene.certain) and family:
            return True
        return any(_listed(flat, hit, other) for other in scene.certain)
    if drug or scene.certain or family:
        return True
    return needs == "light" and ("cue:police" in scene.cues or len(scene.light) > 1 or bool(set(named)))


def _listed(flat: str, hit: Hit, other: Hit) -> bool:
    low, high = (hit.end, other.start) if hit.end <= other.start else (other.end, hit.start)
    return high - low < 40 and bool(_LIST.fullmatch(flat, low, high))


@cache
def _measure_before(lang: str) -> re.Pattern[str]:
    words = sorted({v for s in measure_words(lang) for v, _ in expand(s)}, key=len, reverse=True)
    units = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?:^|\d|[^\w])(?:{units})\s(?:\w+\s)?(?:de\s(?:la\s|l')?|d'|of\s(?:the\s)?)[\"' ]*$")
