"""An invented observatory of one department over 33 months: texts, and tables of every kind, in which known things happen in the last quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from report_store import Paper, Said, build, event, price, purity, seized
from vigie.model.observation import LoadValue, TrendValue, Value
from vigie.store import Store

RHONE = "FR-69"
LYON, VILLEURBANNE = "INSEE:69123", "INSEE:69266"
MONTHS = [
    f"{2023 + n // 12}-{n % 12 + 1:02d}" for n in range(33)
]  # 2023-01 to 2025-09; the last quarter is 2025-Q3
LAST = (30, 31, 32)
SINCE = 24  # month in which the papers begin to be read
PAPERS = tuple(f"journal{n}" for n in range(10))


def row(n: int, value: Value, when: str, place: str = RHONE, substance: str = "cocaine") -> Said:
    return Said(
        sentence=f"ligne {n} : {value!r} {when} {place}.",
        value=value,
        when=when,
        place=place,
        substance=substance,
    )


def table(source: str, rows: Sequence[Said], published: str = "", rule: str = "test@1") -> list[Paper]:
    return [
        Paper(
            source=source,
            published=published,
            says=rows[n : n + 100],
            kind="table",
            title=f"{source}.csv, lignes {n}",
            grade="A",
            rule=rule,
        )
        for n in range(0, len(rows), 100)
    ]


def texts(*, falling: bool = True) -> list[Paper]:
    """Ten papers, each once a month; every second month each speaks of the price; in the last quarter all say that it falls."""
    found = []
    for m, month in enumerate(MONTHS):
        for p, source in enumerate(PAPERS if m >= SINCE else ()):
            tag = f"{source}n{m}"
            says = []
            if (m + p) % 2 == 0:
                says.append(
                    Said(
                        sentence=f"Le gramme {tag} vaut {tag}b ici.",
                        value=price(60 + (m * 7 + p) % 9),
                        place=LYON,
                    )
                )
            if m in LAST and falling:
                says.append(
                    Said(
                        sentence=f"Selon {tag}, cela baisse {tag}c.",
                        value=TrendValue(indicator="price", direction="down"),
                        place=LYON,
                    )
                )
            if p == 0 and m % 3 == 0:
                says.append(Said(sentence=f"Saisie {tag} de {tag}d.", value=seized(100 + m), place=LYON))
            found.append(
                Paper(source=source, published=f"{month}-{p + 3:02d}", says=says, title=f"Titre {tag}")
            )
    return found


def prices(factor: float = 1.4) -> list[Paper]:
    rng = np.random.default_rng(1)
    rows = [
        row(3 * m + k, price(round(60 * (factor if m in LAST else 1) * float(np.exp(0.03 * rng.standard_normal())), 2)), f"{month}-{5 + k:02d}", place)
        for m, month in enumerate(MONTHS) for k, place in enumerate((LYON, VILLEURBANNE))
    ]  # fmt: skip
    return table("releve-prix", rows)


def purities(factor: float = 0.6) -> list[Paper]:
    rng = np.random.default_rng(2)
    rows = [
        row(5 * m + k, purity(min(99.0, round(70 * (factor if m in LAST else 1) * float(np.exp(0.05 * rng.standard_normal())), 1))), f"{month}-{4 + 5 * k:02d}")
        for m, month in enumerate(MONTHS) for k in range(5)
    ]  # fmt: skip
    return table("analyse-produits", rows)


def poisonings(
    factor: float = 3.0, *, until: int = len(MONTHS), source: str = "centre-antipoison"
) -> list[Paper]:
    """One row a month with its count, zeros and all."""
    rng = np.random.default_rng(3)
    rows = [
        row(m, event("poisoning", float(rng.poisson(14 * (factor if m in LAST else 1)))), MONTHS[m])
        for m in range(until)
    ]
    return table(source, rows)


def loads(*, led: bool = False) -> list[Paper]:
    """Two works, one of which was not measured in the last quarter."""
    rng = np.random.default_rng(4)
    rows = [
        row(2 * m + k, LoadValue(low=load, high=load), f"{month}-{10 + k:02d}", place)
        for m, month in enumerate(MONTHS) for k, place in enumerate((LYON, VILLEURBANNE))
        if not (k == 0 and m in LAST)
        for load in [round((900, 250)[k] * float(np.exp(0.05 * rng.standard_normal())), 1)]
    ]  # fmt: skip
    return table("reseau-eaux-usees", rows)


def observatory(path: Path, papers: Sequence[Paper] | None = None) -> Path:
    every = [*texts(), *prices(), *purities(), *poisonings(), *loads()] if papers is None else papers
    build(path, list(every), today=date(2025, 10, 20))
    with Store.open(path) as store:  # as `vigie import` stores rows: judged, so that nothing is due
        store.connection.execute(
            "UPDATE observations SET credibility = 2, credibility_rule = 'table@1' WHERE credibility IS NULL"
        )
    return path
