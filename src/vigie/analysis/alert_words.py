"""New words beside an alert: words in no lexicon that stand in what was said on its substance, in its area, at its time.

In: an open store, Findings, candidates (`vigie.analysis.terms`). Out: Findings whose open alerts name the words, with one more
indicator where two speakers use one that the alert does not rest on already. A word opens no alert by itself: it has no area.
Left out: what a word means: read the sentences (`vigie lexicon suggest`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from math import erfc, sqrt
from typing import Any

from vigie.analysis.alert_records import Alert, Evidence, Findings
from vigie.analysis.counts import By, Level, facts_sql, rules
from vigie.analysis.term_texts import texts
from vigie.analysis.terms import Candidate, find_terms
from vigie.model.errors import SeriesError
from vigie.stats.grading import grade
from vigie.store import Store
from vigie.text.language import LANGUAGES
from vigie.text.normalise import fold

METHOD = "log-odds"


def new_words(store: Store, until: date) -> list[Candidate]:
    """Candidates of all languages of the months before `until`, the surest first; languages with too little text give none."""
    rule, found = rules()["words"], list[Candidate]()
    for lang in LANGUAGES:
        since = until - timedelta(days=rule["recent_days"])
        try:
            one = find_terms(
                partial(texts, store, lang, "week"), lang=lang, since=since, until=until, by="week"
            )
        except SeriesError:
            continue
        found += [c for c in one.candidates[: rule["most"]] if c.kind != "modality"]
    return found


def with_words(
    store: Store, found: Findings, candidates: Sequence[Candidate], *, level: Level, area: str | None
) -> Findings:
    """The same alerts, the open ones with the words that stand beside them."""
    if not candidates:
        return found
    patterns = [(c, re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, c.forms))})(?!\w)")) for c in candidates]
    alerts = [
        _named(store, a, found, patterns, level, area) if a.kind == "rise" and a.open else a
        for a in found.alerts
    ]
    return replace(found, alerts=tuple(sorted(alerts, key=lambda a: -a.grading.grade)))


def _named(
    store: Store, alert: Alert, found: Findings, patterns: Sequence[tuple[Candidate, re.Pattern[str]]],
    level: Level, area: str | None,
) -> Alert:  # fmt: skip
    rule, gap = rules()["words"], timedelta(days=rules()["opening"][f"gap_{found.by}s"] * _days(found.by))
    since, upto = alert.start - gap, alert.last + timedelta(days=_days(found.by))
    sql, values = facts_sql(found.by, level, area, found.until)
    rows = store.query(
        f"{sql} SELECT id, doc_id, voice, sentence FROM dated WHERE area = ? AND substance IN ('', ?) AND copied IS NULL "
        "AND NOT coalesce(satire, false) AND published_start <= ? AND day BETWEEN ? AND ? ORDER BY doc_id, id",
        [*values, alert.area, alert.substance, found.until, since, upto],
    ).to_pylist()
    said = [(row, fold(row["sentence"] or "")) for row in rows]
    evidence: list[Evidence] = []
    known = {doc_id for e in alert.evidence for doc_id, _ in e.facts}
    words: list[str] = []
    independent = False
    for candidate, pattern in patterns:
        holding: list[dict[str, Any]] = [row for row, text in said if pattern.search(text)]
        speakers = {row["voice"] for row in holding}
        if len(speakers) < rule["least_speakers"]:
            continue
        words.append(candidate.term)
        independent = independent or bool({row["doc_id"] for row in holding} - known)
        evidence.append(
            Evidence(
                indicator=f"word: {candidate.term}", period=alert.last, span=1, observed=float(len(speakers)),
                expected=None, upper=None, p=_tail(candidate.z), method=METHOD,
                facts=tuple((row["doc_id"], row["id"]) for row in holding),
            )
        )  # fmt: skip
    if not words:
        return alert
    case = (
        replace(alert.case, indicators=alert.case.indicators + 1)
        if independent and alert.case
        else alert.case
    )
    return replace(
        alert, evidence=(*alert.evidence, *evidence), words=tuple(words), case=case,
        indicators=(*alert.indicators, "words") if independent else alert.indicators,
        grading=grade(case) if case else alert.grading,
    )  # fmt: skip


def _days(by: By) -> int:
    return 7 if by == "week" else 31


def _tail(z: float) -> float:
    """One-sided, of a standard normal z."""
    return erfc(z / sqrt(2)) / 2
