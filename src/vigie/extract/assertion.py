"""Cues that a statement is denied, supposed, planned or hearsay, and the stretch of text each one governs.

In: text, language. Out: AssertionCue, in order. Words and their scopes: data/lexicons/<lang>/assertion.toml.
Pseudo-cues ("pas seulement", "sans précédent") hide the cue inside them. A restrictive "ne ... que" affirms: "que"
is no cue. Which hits count is told by `assertion_context`, how far they reach by `assertion_scope`. A sentence that says
of the one before it that it is false reaches back to it. Left out: irony, and denials further away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import cast

from vigie.extract.assertion_context import counts, denied_denials, kind_of
from vigie.extract.assertion_scope import scope
from vigie.extract.attribution import find_attributions
from vigie.extract.clauses import boundaries, phrases
from vigie.extract.mentions import AssertionCue
from vigie.extract.scan import Scan, scan
from vigie.lexicon.matcher import Hit
from vigie.model.observation import Assertion

__all__ = ["assertion_of", "find_assertion_cues", "find_attributions"]

_BESIDE = 3  # hits beside those of a sentence that may void them
# Of several cues that govern one fact, the first of these decides: what is denied is neither planned nor feared.
_ORDER: tuple[Assertion, ...] = ("negated", "planned", "hypothetical", "reported")

_STOP = re.compile(r"[.!…]\s*[»\"”]?\s*[—–-]?\s")  # within a "sentence" of dialogue that ends with a question
_TOPIC = 6  # words
# what shows that a short question asks whether something is so
_VERBAL = re.compile(
    r"\d|[\s-](?:t-)?(?:il|elle|ils|elles|on|ce)\b|^\W*(?:is|are|was|were|will|did|does|do|has|have|can|est-ce)\b|\b(?:est|sont|a|ont|va|vont)\b"
)


def assertion_of(cues: Iterable[AssertionCue], start: int, end: int) -> Assertion:
    """What `cues` make of a fact at [start, end)."""
    kinds = {cue.kind for cue in cues if cue.scope_start < end and cue.scope_end > start}
    return next((kind for kind in _ORDER if kind in kinds), "affirmed")


def find_assertion_cues(text: str, lang: str, sentence: int | None = None) -> list[AssertionCue]:
    """The cues of `text`; every scope lies within the cue's sentence, or reaches back to the one before.

    Args:
        sentence: number of the one sentence whose cues are wanted; all when None.
    """
    found = scan(text, lang)
    code = lang if lang in ("fr", "en") else "fr"
    if not found.spans:
        return []
    wanted = range(len(found.spans)) if sentence is None else range(sentence, sentence + 1)
    hits = found.hits["assertion"]
    first, last = found.bounds("assertion", wanted)
    void = denied_denials(hits[max(0, first - _BESIDE) : last + _BESIDE], found)
    kept: list[tuple[Hit, AssertionCue]] = []
    for hit in hits[first:last]:
        kind = hit.term.extra.get("kind")
        if kind == "none" or hit.start in void:
            continue
        span = found.sentence_at(hit.start)
        cuts = boundaries(text, found.flat, span, code)
        if not counts(hit, found, span, cuts, code):
            continue
        start, end = scope(hit, found, span, cuts, code)
        told = cast(Assertion, kind_of(hit, found, span))
        kept.append(
            (hit, AssertionCue(start=hit.start, end=hit.end, kind=told, scope_start=start, scope_end=end))
        )
    cues = list(_supposed(kept, found))
    if "?" in text:
        cues += _questions(found, code, wanted)
    cues += _refusals(found, code, wanted)
    return sorted(cues, key=lambda cue: cue.start)


def _supposed(kept: list[tuple[Hit, AssertionCue]], found: Scan) -> Iterator[AssertionCue]:
    """The cues; conditionals and futures that depend on a condition or a fear are hypothetical themselves."""
    conditions: set[int] = set()
    over: dict[int, list[AssertionCue]] = {}
    for hit, cue in kept:
        if hit.term.extra.get("condition"):
            conditions.add(found.sentence_index(hit.start))
        if hit.term.extra.get("over_future"):
            over.setdefault(found.sentence_index(hit.start), []).append(cue)
    for hit, cue in kept:
        sentence = found.sentence_index(hit.start)
        depends = cue.kind == "planned" and (
            any(c.scope_start < cue.start < c.scope_end for c in over.get(sentence, ())) or _asked(found, hit)
        )
        verbal = hit.term.id in ("reported.conditional", "planned.future", "planned.will")
        yield replace(cue, kind="hypothetical") if depends or (verbal and sentence in conditions) else cue


def _asked(found: Scan, hit: Hit) -> bool:
    span = found.sentence_at(hit.start)
    return found.text[_last(found.text, span.end) - 1] == "?"


def _questions(found: Scan, lang: str, wanted: range) -> Iterator[AssertionCue]:
    """A question asserts nothing, unless it takes its fact for granted; one answered by "no" is negated."""
    openers, refusals = _question_words(lang)
    for index in wanted:
        span = found.spans[index]
        end = _last(found.text, span.end)
        if end <= span.start or found.text[end - 1] != "?":
            continue
        stops = [m.end() for m in _STOP.finditer(found.text, span.start, end - 1)]
        start = stops[-1] if stops else span.start
        if openers.match(found.flat, start, end) or _topic(found.flat[start : end - 1]):
            continue
        after = found.spans[index + 1].start if index + 1 < len(found.spans) else len(found.text)
        yield AssertionCue(
            start=end - 1,
            end=end,
            kind="negated" if refusals.match(found.flat, after) else "hypothetical",
            scope_start=start,
            scope_end=end,
        )


@cache
def _question_words(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    openers = phrases("assertion", lang, "question", "presuppose")
    refusals = phrases("assertion", lang, "question", "refuse")
    return re.compile(rf"\W*(?:(?:et|mais|alors|and|but|so) )?{openers}(?!\w)"), re.compile(
        rf"[^\w]*{refusals}"
    )


def _topic(question: str) -> bool:
    """Whether a question only names what is spoken of next: "La promotion de la semaine ?"."""
    words = re.findall(r"[\w']+", question)
    return len(words) <= _TOPIC and not _VERBAL.search(question)


def _last(text: str, end: int) -> int:
    """`end` without closing quotes, brackets and spaces."""
    while end > 0 and text[end - 1] in " »\"”)’'\u00a0\u202f\n":
        end -= 1
    return end


# What each opener of a refutation holds: a sentence without any of them is not tried.
_HINTS = ("faux", "exact", "vrai", "nenni", "mensonge", "tox", "false", "true", "wrong", "hoax")


@cache
def _opener(lang: str) -> re.Pattern[str]:
    words = phrases("assertion", lang, "refutation", "openers")
    return re.compile(rf"[^\w]*(?:(?:mais|or|but|pourtant|however),? )?(?P<cue>{words})[ ]*(?=[.!:,;]|$)")


@lru_cache(maxsize=4)  # each sentence of a text asks
def _hints(flat: str) -> list[tuple[int, int]]:
    """Where the hints stand."""
    return [m.span() for hint in _HINTS if hint in flat for m in re.finditer(hint, flat)]


def _refusals(found: Scan, lang: str, wanted: range) -> Iterator[AssertionCue]:
    """Sentences that open with "C'est faux.": the sentence before is refuted."""
    begin, end = found.spans[wanted.start].start, found.spans[wanted.stop - 1].end
    if not any(begin <= first and last <= end for first, last in _hints(found.flat)):
        return
    opener = _opener(lang)
    for index in wanted:
        if index == 0:
            continue
        span = found.spans[index]
        match = opener.match(found.flat, span.start, span.end)
        if match:
            before = found.spans[index - 1]
            yield AssertionCue(
                start=match.start("cue"),
                end=match.end("cue"),
                kind="negated",
                scope_start=before.start,
                scope_end=match.end("cue"),
            )
