"""How well alerts work on a simulated observatory: what is found, how soon, and how many are false against how many are stated.

In: nothing; everything is invented by a seeded generator. Out: a table on standard output.

    python benchmarks/alerts.py                       # 4 observatories, 130 weeks each; about four minutes
    python benchmarks/alerts.py --runs 1 --offset none
    python benchmarks/alerts.py --weeks 34            # a young observatory: 30 weeks and the four of an outbreak

Events happen in four departments at low rates; each is told by several speakers, local ones more often, so that reports come in
clumps; articles follow waves of attention that all departments share. Planted: outbreaks in which harms, seizures and mentions
rise together; rises of seizures alone; a new source that writes much; sources that stop; one article printed forty times.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from vigie.analysis.alert_records import Findings
from vigie.analysis.alerts import find_alerts
from vigie.assess import assess
from vigie.lexicon.gazetteer import place_by_code
from vigie.model.document import CleanDocument, SourceCard
from vigie.model.observation import EventValue, Observation, PriceValue, TrendValue, Value
from vigie.model.period import PartialDate, When
from vigie.store import Store
from vigie.store.rows import Entry
from vigie.store.runs import Counts, Versions

START = date(2023, 1, 2)
AREAS = {"FR-69": "INSEE:69123", "FR-38": "INSEE:38185", "FR-13": "INSEE:13055", "FR-59": "INSEE:59350"}
SUBSTANCES = ("cocaine", "heroin", "ketamine", "3-mmc", "nitazenes", "mdma")
RATES = {
    "cocaine": 1.0,
    "heroin": 0.5,
    "ketamine": 0.3,
    "3-mmc": 0.2,
    "nitazenes": 0.03,
    "mdma": 0.3,
}  # of articles, a speaker and week
LOCAL = {a: [f"local-{a}-{n}".lower() for n in range(4)] for a in AREAS}
NATIONAL = [f"national-{n}" for n in range(8)]
TOGETHER, ALONE = 6, 4  # weeks of an outbreak in several indicators, in seizures alone


@dataclass
class Planted:
    """What was put into one observatory: (substance, area, first week)."""

    together: list[tuple[str, str, int]] = field(default_factory=list)
    alone: list[tuple[str, str, int]] = field(default_factory=list)
    noisy: tuple[str, int] = ("", 0)
    stopped: dict[str, int] = field(default_factory=dict)
    copied: tuple[str, str, int] = ("", "", 0)


@dataclass
class Observatory:
    """Papers of a simulated world."""

    rng: np.random.Generator
    weeks: int
    entries: list[Entry] = field(default_factory=list)

    def word(self) -> str:
        return "".join(self.rng.choice(list("abcdefghijklmnoprstuvz"), 7))

    def paper(self, source: str, day: date, said: list[tuple[str, str, Value]], text: str = "") -> None:
        number = len(self.entries)
        doc_id = f"d{number:06}"
        body = text or " ".join(self.word() for _ in range(14))
        published = PartialDate(day.year, day.month, day.day)
        observations = [
            Observation(
                id=f"{doc_id}-{n}", doc_id=doc_id, start=0, end=len(body), quote=body, substance=substance, form=None,
                place=place_by_code(AREAS[area]), when=When.of(published, "document"), assertion="affirmed", attribution=None,
                confidence=0.9, rule="simulated@1", value=value,
            )
            for n, (substance, area, value) in enumerate(said)
        ]  # fmt: skip
        local = source.startswith(("local", "new"))
        card = SourceCard(
            id=source,
            name=source,
            kind="press",
            grade="B",
            country="FR",
            area=source.split("-", 1)[1][:5].upper() if local else "",
        )
        document = CleanDocument(
            doc_id=doc_id, path=f"{doc_id}.txt", format="text", kind="press", grade="B", lang="fr", title="", published=published,
            outlet="", text=body, source_id=source,
        )  # fmt: skip
        self.entries.append(Entry(document=document, observations=observations, source=card))


def price(amount: float) -> PriceValue:
    return PriceValue(
        kind="retail", low=amount, high=amount, currency="EUR", per_value=1, per_unit="g", eur_low=amount, eur_high=amount,
        eur_per_unit=amount, unit="g",
    )  # fmt: skip


def simulate(seed: int, weeks: int) -> tuple[list[Entry], Planted]:
    """One observatory with its outbreaks; the second half of it holds them."""
    rng = np.random.default_rng(seed)
    world, planted = Observatory(rng, weeks), Planted()
    cells = [(s, a) for a in AREAS for s in SUBSTANCES]
    chosen = [cells[int(n)] for n in rng.permutation(len(cells))[:9]]
    late = max(30, weeks // 2, weeks - 96)  # where weeks are judged
    starts = rng.integers(late, max(late + 1, weeks - TOGETHER - 1), 8)
    planted.together = [(*cell, int(w)) for cell, w in zip(chosen[:4], starts[:4], strict=True)]
    planted.alone = [(*cell, int(w)) for cell, w in zip(chosen[4:8], starts[4:], strict=True)]
    planted.copied = (*chosen[8], int(rng.integers(late, weeks - 1)))
    planted.noisy = ("FR-13", max(late, weeks - 40))
    planted.stopped = {LOCAL["FR-59"][0]: weeks - 20, NATIONAL[0]: weeks - 20} if weeks > 60 else {}
    waves = np.exp(np.cumsum(0.25 * rng.standard_normal((len(SUBSTANCES), weeks)), axis=1) * 0)
    level = np.zeros(len(SUBSTANCES))
    for week in range(weeks):
        level = 0.7 * level + 0.25 * rng.standard_normal(
            len(SUBSTANCES)
        )  # attention, shared by all departments
        waves[:, week] = np.exp(level)
        _week(world, week, waves[:, week], planted)
    return sorted(world.entries, key=lambda e: (e.document.published, e.document.doc_id)), planted


def _week(world: Observatory, week: int, wave: np.ndarray, planted: Planted) -> None:
    rng = world.rng

    def day() -> date:
        return START + timedelta(days=7 * week + int(rng.integers(0, 7)))

    def alive(source: str) -> bool:
        return week < planted.stopped.get(source, 10_000)

    for area in AREAS:
        speakers = [s for s in [*LOCAL[area], *NATIONAL] if alive(s)]
        if (area, True) == (planted.noisy[0], week >= planted.noisy[1]):
            for _ in range(10):
                world.paper(
                    f"new-{area.lower()}", day(), [(str(rng.choice(SUBSTANCES[:4])), area, price(60.0))]
                )
        for n, substance in enumerate(SUBSTANCES):
            strong = any(
                (substance, area) == (s, a) and w <= week < w + TOGETHER for s, a, w in planted.together
            )
            single = any((substance, area) == (s, a) and w <= week < w + ALONE for s, a, w in planted.alone)
            base = RATES[substance]
            events = [("seizure", base * 0.5 * (4 if strong else 6 if single else 1) + (0.6 if strong else 1.2 if single else 0)),
                      ("overdose", base * 0.15 + (0.9 if strong else 0))]  # fmt: skip
            for kind, rate in events:
                for _ in range(rng.poisson(rate)):
                    told = [s for s in speakers if rng.random() < (0.5 if s.startswith("local") else 0.06)]
                    persons = float(rng.integers(1, 6)) if kind == "overdose" else None
                    for source in told:
                        value = EventValue(
                            kind=kind, low=persons, high=persons, unit="person" if persons else None
                        )
                        world.paper(source, day(), [(substance, area, value)])
            for source in speakers:
                share = 0.25 if source.startswith("local") else 0.02
                for _ in range(rng.poisson(base * share * wave[n] * (2 if strong else 1))):
                    value = (
                        TrendValue(indicator="use", direction="up")
                        if rng.random() < 0.1
                        else price(float(rng.normal(60, 8)))
                    )
                    world.paper(source, day(), [(substance, area, value)])
    for source in [*NATIONAL, *(s for group in LOCAL.values() for s in group)]:
        if alive(source):  # what else it writes
            world.paper(source, day(), [])
    substance, area, when = planted.copied
    if week == when:
        text = " ".join(world.word() for _ in range(60))
        for n in range(41):
            world.paper(f"paper-{n}" if n else NATIONAL[1], START + timedelta(days=7 * week + min(n, 2)),
                        [(substance, area, EventValue(kind="death", low=3, high=3, unit="person"))], text)  # fmt: skip


def stored(path: Path, entries: list[Entry]) -> None:
    """Write the papers, as `vigie add` would have."""
    with Store.open(path) as store:
        run = store.start_run("add", Versions(code="t", lexicon="t", redactor="t"))
        for at in range(0, len(entries), 2000):
            store.write(run, entries[at : at + 2000], today=date(2027, 1, 1))
        assess(store)
        store.finish_run(
            run, Counts(read=len(entries), new=len(entries), unchanged=0, refused=0, observations=0)
        )


def week_of(day: date) -> int:
    return (day - START).days // 7


def score(found: Findings, planted: Planted, weeks: int) -> dict[str, Any]:
    """What was found of what was planted."""
    rises = [a for a in found.alerts if a.kind == "rise"]
    explained: set[str] = set()
    out: dict[str, Any] = {"grades": {}}
    for name, cases, length in (("together", planted.together, TOGETHER), ("alone", planted.alone, ALONE)):
        delays, grades = [], []
        for substance, area, first in cases:
            hits = [
                a for a in rises
                if (a.substance, a.area) == (substance, area)
                and week_of(a.last) >= first and week_of(a.start) < first + length + 3
            ]  # fmt: skip
            explained |= {a.alert_id for a in hits}
            timely = [week_of(a.start) for a in hits if week_of(a.start) < first + length]
            delays.append(max(0, min(timely) - first) if timely else None)
            grades += [max(a.grading.grade for a in hits)] if hits else []
        out[name], out["grades"][name] = delays, grades
    area, first = planted.noisy
    noisy = [
        a
        for a in rises
        if a.area == area and first <= week_of(a.start) < first + 10 and a.alert_id not in explained
    ]
    explained |= {a.alert_id for a in noisy}
    substance, place, when = planted.copied
    copied = [
        a
        for a in rises
        if (a.substance, a.area) == (substance, place) and when <= week_of(a.start) <= when + 4
    ]
    copied = [a for a in copied if a.alert_id not in explained]
    judged = min(weeks - 12, 104)
    out |= {
        "noisy": len(noisy), "copied": len(copied), "months": judged * 7 / 30.44,
        "false": sum(a.alert_id not in explained for a in rises) - len(copied),
        "stated": found.false_per_month, "cells": found.cells,
        "silent": sorted((a.source, (found.until - a.start).days) for a in found.alerts if a.kind != "rise"),
    }  # fmt: skip
    return out


def silence_delays(store: Store, planted: Planted) -> dict[str, int | None]:
    """Days from the last document of each stopped source to the first day on which a run would have said so."""
    from vigie.analysis.quiet import read_quiet

    found: dict[str, int | None] = {}
    for source in planted.stopped:
        last = store.column("SELECT max(published_start) FROM documents WHERE source_id = ?", [source])[0]
        days = (
            n
            for n in range(7, 141, 7)
            if source in {s.source for s in read_quiet(store, last + timedelta(days=n)).sources}
        )
        found[source] = next(days, None)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--weeks", type=int, default=130)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--offset", choices=("speakers", "documents", "none"), action="append")
    asked = parser.parse_args()
    offsets = asked.offset or ["speakers", "documents", "none"]
    results: dict[str, list[dict[str, Any]]] = {o: [] for o in offsets}
    for seed in range(asked.seed, asked.seed + asked.runs):
        entries, planted = simulate(seed, asked.weeks)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "simulated.duckdb"
            stored(path, entries)
            with Store.open(path, read_only=True) as store:
                delays = silence_delays(store, planted)
                for offset in offsets:
                    began = time.perf_counter()
                    found = find_alerts(store, offset=offset)
                    one = score(found, planted, asked.weeks)
                    one["seconds"], one["silence"] = time.perf_counter() - began, delays
                    results[offset].append(one)
                    print(f"# seed {seed}, {len(entries)} documents, offset {offset}: {one}", flush=True)
    print(
        "| offset | together found | alone found | weeks to detection | new source | copies | false a month | stated | seconds |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for offset, runs in results.items():
        cells = []
        for name in ("together", "alone"):
            delays = [d for r in runs for d in r[name]]
            cells.append(f"{sum(d is not None for d in delays)} of {len(delays)}")
        late = [d for r in runs for name in ("together", "alone") for d in r[name] if d is not None]
        months = sum(r["months"] for r in runs)
        print(
            f"| {offset} | {cells[0]} | {cells[1]} | {np.median(late) if late else '-'} (median) | "
            f"{sum(r['noisy'] for r in runs)} | {sum(r['copied'] for r in runs)} | {sum(r['false'] for r in runs) / months:.2f} | "
            f"{np.mean([r['stated'] for r in runs]):.2f} | {np.mean([r['seconds'] for r in runs]):.1f} |"
        )
    print("grades of outbreaks found (1 low to 4 very high):", {
        name: sorted(g for r in results[offsets[0]] for g in r["grades"][name]) for name in ("together", "alone")})  # fmt: skip
    print("days to silence:", [r["silence"] for r in results[offsets[0]]])


if __name__ == "__main__":
    main()
