"""Who says it: organisations and roles that a text cites, never persons.

In: text, language. Out: AttributionMention with the part of the sentence it governs (up to a semicolon).
Words and patterns: data/lexicons/<lang>/attribution.toml. A name in none of the patterns is somebody spoken of, not
somebody speaking. Left out: persons (`selon Jean Dupont` names no source), and speech that goes on in the next sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from vigie.extract.mentions import AttributionMention
from vigie.extract.scan import Scan, lexicon_file, scan
from vigie.lexicon.matcher import Hit, flatten
from vigie.text.normalise import fold
from vigie.text.sentences import Span

_GAP = r"[^,;:.!?()\"]"
_BEFORE = 60  # characters between "selon" and the name: "selon une note confidentielle de l'"
_INVERTED = 24  # between the verb and the name that follows it: "relève en effet l'"
_AFTER = 45  # between the name and its verb: "une note de l'Ofast datée de septembre situe"
_ARTICLE = r"\s+(?:l'|le\s|la\s|les\s|un\s|une\s|des\s|the\s|a\s|an\s)?"


@dataclass(frozen=True, slots=True)
class _Patterns:
    before: re.Pattern[str]
    inverted: re.Pattern[str]
    after: re.Pattern[str]
    never: re.Pattern[str]


@cache
def _patterns(lang: str) -> _Patterns:
    data = lexicon_file("attribution", lang).get("patterns", {})
    verbs = _alternatives(data.get("verbs", ()))
    near = _alternatives(data.get("before_near", ()))
    return _Patterns(
        before=re.compile(
            rf"(?:\b{_alternatives(data.get('before', ()))}\b{_GAP}{{0,{_BEFORE}}}|^\W*{near}{_ARTICLE})$"
        ),
        inverted=re.compile(rf"\b{verbs}(?:\s+t\s+(?:il|elle|on))?(?P<gap>\b{_GAP}{{0,{_INVERTED}}})$"),
        after=re.compile(rf"(?P<gap>{_GAP}{{0,{_AFTER}}}?)\b{verbs}\b"),
        never=re.compile(rf"(?:^|[\s']){_alternatives(data.get('never_between', ()))}(?:$|[\s'])"),
    )


def _alternatives(words: Iterable[str]) -> str:
    folded = sorted({flatten(fold(word)) for word in words}, key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, folded)) + ")" if folded else "(?!)"


def find_attributions(
    text: str, lang: str, start: int = 0, end: int | None = None
) -> list[AttributionMention]:
    """Sources cited in `text` where they begin in [start, end), in order."""
    found = scan(text, lang)
    patterns = _patterns(lang if lang in ("fr", "en") else "fr")
    mentions = []
    for hit in found.hits_in("attribution", start, end):
        span = found.sentence_at(hit.start)
        if hit.term.extra.get("alone") or _speaks(hit, found, span, patterns):
            begin, stop = _scope(text, hit, span)
            mentions.append(
                AttributionMention(
                    start=hit.start, end=hit.end, source=hit.term.id, scope_start=begin, scope_end=stop
                )
            )
    return mentions


def _speaks(hit: Hit, found: Scan, span: Span, patterns: _Patterns) -> bool:
    left = found.flat[max(span.start, hit.start - 2 * _BEFORE) : hit.start]
    if patterns.before.search(left):
        return True
    inverted = patterns.inverted.search(left)
    if inverted and not patterns.never.search(inverted["gap"]):
        return True
    after = patterns.after.match(found.flat, hit.end, span.end)
    return after is not None and not patterns.never.search(after["gap"])


def _scope(text: str, hit: Hit, span: Span) -> tuple[int, int]:
    before = text.rfind(";", span.start, hit.start)
    after = text.find(";", hit.end, span.end)
    return (span.start if before < 0 else before + 1), (span.end if after < 0 else after)
