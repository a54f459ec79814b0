"""Scores of an extractor against annotated documents.

In: a gold file, and what predicts. Out: Report.
The rules of a match are in `agree`, the verdicts in `judge`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from vigie.evaluate.agree import Level, Related, compare
from vigie.evaluate.describe import describe_fact, describe_observation
from vigie.evaluate.fields import assertion_scores, field_scores, pairs
from vigie.evaluate.gold import GoldDocument, GoldFact, load_gold
from vigie.evaluate.judge import EXHAUSTIVE, Judged, Tally, judge
from vigie.evaluate.report import Calibration, Line, Outcome, Report, SubstanceRecall, Verdict
from vigie.evaluate.run import Predict, extract_document
from vigie.lexicon.substances import related as related_substances
from vigie.model.observation import TEXT_TYPES, Observation

_LEVELS: dict[str, tuple[Level, ...]] = {"price": ("value", "link", "strict")}
_TWO_LEVELS: tuple[Level, ...] = ("value", "strict")
_SEED = 20260101
_BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)


def evaluate(
    gold_path: Path,
    *,
    extract: Predict = extract_document,
    bootstrap: int = 1000,
    related: Related = related_substances,
) -> Report:
    """Score `extract` on the gold file.

    Args:
        gold_path: JSON Lines of annotated documents.
        extract: observations of one gold document, without those of its title.
        bootstrap: resamples of documents behind each interval; 0 for none.
        related: whether two substances are parent and child.
    Raises:
        InputRefused: when the gold file cannot be read.
    """
    documents = load_gold(gold_path)
    predictions = [list(extract(document)) for document in documents]
    return score(documents, predictions, name=gold_path.name, bootstrap=bootstrap, related=related)


def score(
    documents: Sequence[GoldDocument],
    predictions: Sequence[Sequence[Observation]],
    *,
    name: str,
    bootstrap: int = 1000,
    related: Related = related_substances,
) -> Report:
    """Score the predictions of each document, in the same order."""
    lines: list[Line] = []
    outcomes: list[Outcome] = []
    graded: list[tuple[float, bool]] = []
    for type_ in TEXT_TYPES:
        for level in _LEVELS.get(type_, _TWO_LEVELS):
            judged = [
                judge(
                    [fact for fact in document.facts if fact.type == type_],
                    [observation for observation in found if observation.type == type_],
                    level,
                    related,
                )
                for document, found in zip(documents, predictions, strict=True)
            ]
            lines.append(_line(type_, level, [j.tally for j in judged], bootstrap))
            for document, one in zip(documents, judged, strict=True):
                outcomes += _outcomes(document, type_, level, one, related)
                if level == "strict" and (type_ in EXHAUSTIVE or type_ == "event"):
                    graded += [
                        (o.confidence, v == "matched")
                        for o, v in one.predictions
                        if v in ("matched", "wrong")
                    ]
    found_pairs = [
        pair
        for document, found in zip(documents, predictions, strict=True)
        for pair in pairs(document.facts, found, related)
    ]
    return Report(
        gold=name,
        documents=len(documents),
        bootstrap=bootstrap,
        lines=tuple(lines),
        substances=_substances(documents, predictions, related),
        calibration=_calibration(graded),
        fields=field_scores(found_pairs, related),
        assertions=assertion_scores(found_pairs),
        outcomes=tuple(outcomes),
    )


def _line(type_: str, level: Level, tallies: Sequence[Tally], bootstrap: int) -> Line:
    total = _sum(tallies)
    support = total.tp + total.fn
    counted = type_ in EXHAUSTIVE or type_ == "event"
    low, high = _interval(tallies, bootstrap) if support else (None, None)
    return Line(
        type=type_,
        level=level,
        support=support,
        tp=total.tp,
        fp=total.fp,
        fn=total.fn,
        precision=total.tp / (total.tp + total.fp) if counted and total.tp + total.fp else None,
        recall=total.tp / support if support else None,
        f1=total.f1,
        low=low,
        high=high,
    )


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(sum(t.tp for t in tallies), sum(t.fp for t in tallies), sum(t.fn for t in tallies))


def _interval(tallies: Sequence[Tally], bootstrap: int) -> tuple[float | None, float | None]:
    """Percentile interval of F1 when documents are drawn again with replacement, from a fixed seed."""
    draw = random.Random(_SEED)
    scores = []
    for _ in range(bootstrap):
        f1 = _sum(draw.choices(tallies, k=len(tallies))).f1
        if f1 is not None:
            scores.append(f1)
    if not scores:
        return None, None
    scores.sort()
    last = len(scores) - 1
    return scores[round(0.025 * last)], scores[round(0.975 * last)]


def _outcomes(
    document: GoldDocument, type_: str, level: Level, judged: Judged, related: Related
) -> list[Outcome]:
    position = {id(fact): number for number, fact in enumerate(document.facts)}
    spare = [o for o, verdict in judged.predictions if verdict in ("wrong", None)]
    rows = []
    for fact, verdict in judged.facts:
        detail = describe_fact(fact)
        if verdict == "missed":
            detail += "; " + _nearest(fact, spare, level, related)
        key = f"{document.id}:{position[id(fact)]}"
        rows.append(_outcome(document, level, verdict, type_, fact.quote, key, detail))
    seen: dict[str, int] = {}
    for observation, answer in judged.predictions:
        if answer == "wrong":
            detail = describe_observation(observation)
            seen[detail] = seen.get(detail, 0) + 1
            key = f"{document.id}:{type_}:{detail}:{seen[detail]}"
            rows.append(_outcome(document, level, "wrong", type_, observation.quote, key, detail))
    return rows


def _outcome(
    document: GoldDocument, level: Level, verdict: Verdict, type_: str, quote: str, key: str, detail: str
) -> Outcome:
    return Outcome(
        level=level, verdict=verdict, type=type_, doc_id=document.id, quote=quote, key=key, detail=detail
    )


def _nearest(fact: GoldFact, spare: Sequence[Observation], level: Level, related: Related) -> str:
    """Which fields keep the nearest prediction that has the value from matching at this level."""
    candidates = [
        (compare(fact, observation, related).differing(level), observation)
        for observation in spare
        if compare(fact, observation, related).at("value")
    ]
    if not candidates:
        return "nothing with this value"
    differing, observation = min(candidates, key=lambda candidate: len(candidate[0]))
    return f"differs in {', '.join(differing) or 'nothing (taken)'} from {describe_observation(observation)}"


def _substances(
    documents: Sequence[GoldDocument], predictions: Sequence[Sequence[Observation]], related: Related
) -> SubstanceRecall:
    expected = found = 0
    missed: list[str] = []
    for document, observations in zip(documents, predictions, strict=True):
        named = {o.substance for o in observations if o.substance is not None}
        for substance in sorted(
            {f.substance for f in document.facts if f.substance is not None and not f.may}
        ):
            expected += 1
            if any(substance == other or related(substance, other) for other in named):
                found += 1
            else:
                missed.append(f"{document.id}: {substance}")
    return SubstanceRecall(expected=expected, found=found, missed=tuple(missed))


def _calibration(graded: Sequence[tuple[float, bool]]) -> tuple[Calibration, ...]:
    bins = []
    for low, high in pairwise(_BINS):
        inside = [(confidence, right) for confidence, right in graded if low <= confidence < high]
        if not inside:
            continue
        right = sum(right for _confidence, right in inside)
        least, most = _wilson(right, len(inside))
        bins.append(
            Calibration(
                low=low,
                high=min(high, 1.0),
                predicted=len(inside),
                right=right,
                stated=sum(confidence for confidence, _right in inside) / len(inside),
                least=least,
                most=most,
            )
        )
    return tuple(bins)


def _wilson(right: int, total: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927)."""
    share, z2 = right / total, 1.959964**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = math.sqrt(z2 * (share * (1 - share) / total + z2 / (4 * total * total))) / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)
