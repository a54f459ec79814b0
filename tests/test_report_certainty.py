"""What a bulletin concludes: points inside of their intervals, corrections for many comparisons, few sources, totals that add up."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from report_store import Paper, Said, event, price, seized, way
from test_report_parts import LYON, PUBLIC, made, papers
from vigie.report.certainty import certainties, certainty
from vigie.report.edition import TOPIC
from vigie.report.facts import Fact
from vigie.report.public import ANALYST, Gate
from vigie.report.results import Group
from vigie.stats.summary import change, summarise


def test_the_change_that_is_printed_lies_inside_its_interval(tmp_path: Path) -> None:
    """Ratio of the medians of statements: 55.25 / 70.5; shift between six and six sources: another figure, and the one that is printed."""
    now, old = (40.0, 41, 42, 68.5, 90, 95), (68.0, 69, 70, 71, 72, 73)
    found = made(tmp_path, papers(2025, now) + papers(2024, old))
    row = found.rows("changes")[0]
    shift = round(100 * (float(np.exp(np.median([np.log(a / b) for a in now for b in old]))) - 1))
    assert _numbers(row.cells[3]) == [shift]
    assert shift != round(100 * (55.25 / 70.5 - 1))
    low, point, high = _numbers(row.cells[4])[0], _numbers(row.cells[3])[0], _numbers(row.cells[4])[-1]
    assert low <= point <= high
    assert found.rows("retail")[0].cells[-1] == row.cells[3]  # one figure has one change, wherever it stands
    assert row.cells[3] in next(s.text for s in found.sentences if s.table == "retail")


def _numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(r"[−+]?\d+(?:\.\d+)?", text)]


def test_the_median_of_the_sources_stands_before_its_interval(tmp_path: Path) -> None:
    """One source says nine prices: the median of the statements is 91.50, that of the six sources 62.50."""
    listed = papers(2025, (60.0, 61, 62, 63, 64))
    listed.append(Paper(source="much", published="2025-02-03", says=[Said(sentence=f"Le gramme est à 90 euros, {n} fois.", value=price(90.0 + n), place=LYON) for n in range(9)]))  # fmt: skip
    found = made(tmp_path, listed)
    assert found.rows("retail")[0].cells[1:3] == ("€91.50/g", "62.50 (60–94)")
    assert "median of the sources 62.50, 95% CI 60–94" in found.sentences[0].text
    assert (
        made(tmp_path / "2", papers(2025, (60.0, 61, 62, 63, 64, 65))).rows("retail")[0].cells[2] == "60–65"
    )


def _facts(rng: np.random.Generator, tag: str, count: int, sources: int) -> tuple[Fact, ...]:
    """Random prices of so many sources, each in words of its own."""
    figures = np.round(np.exp(rng.normal(4, 0.4, size=count)), rng.integers(-1, 2)) + 1
    blank = dict.fromkeys(Fact.__dataclass_fields__)
    return tuple(
        Fact(
            **{  # type: ignore[arg-type]
                **blank, "doc_id": f"{tag}{n}", "id": f"{tag}{n}", "sentence": f"{tag} {n}", "source_id": f"{tag}{n % sources}", "original_source": None,
                "speaker": f"{tag}{n % sources}", "eur_per_unit": float(figure), "type": "price", "kind": "retail", "substance": "cocaine",
                "unit": "g", "published": "2025-01-01",
            }
        )
        for n, figure in enumerate(figures)
    )  # fmt: skip


def _group(now: tuple[Fact, ...], old: tuple[Fact, ...], key: str = "cocaine") -> Group:
    first, second = ([f.eur_per_unit or 0.0 for f in facts] for facts in (now, old))
    return Group(
        key=(key, "g"),
        facts=now,
        sources=len(now),
        summary=summarise(first),
        change=change(first, second),
        before=old,
    )


def test_points_lie_inside_of_intervals_whatever_the_statements() -> None:
    rng = np.random.default_rng(23)
    changes = medians = 0
    for _ in range(150):
        sources = int(rng.integers(3, 14))
        found = certainty(TOPIC["retail"], _group(_facts(rng, "n", int(rng.integers(3, 30)), sources), _facts(rng, "o", int(rng.integers(3, 30)), sources)))  # fmt: skip
        if found.change is not None:
            changes += 1
            assert found.ratio is not None
            assert found.change.holds(found.ratio)
        if found.median is not None:
            medians += 1
            assert found.centre is not None
            assert found.median.holds(found.centre)
    assert changes > 80
    assert medians > 60


def test_what_is_established_stands_among_all_that_is_compared() -> None:
    """Five and four sources wholly apart: p = 2 / 126. Alone it is established; as one of four comparisons it is not."""
    rng = np.random.default_rng(2)
    low, high = (tuple(f for f in _facts(rng, tag, n, n)) for tag, n in (("l", 5), ("h", 4)))
    apart = _group(low, tuple(_priced(f, 500.0 + n) for n, f in enumerate(high)))
    alike = [_group(low, tuple(_priced(f, f.eur_per_unit or 1) for f in low), f"x{n}") for n in range(3)]
    verdicts = [
        certainties({"retail": listed}, TOPIC)["retail", "cocaine", "g"].verdict
        for listed in ([apart], [apart, *alike])
    ]
    assert verdicts == ["fell", "maybe-fell"]


def _priced(fact: Fact, euros: float) -> Fact:
    return replace(fact, eur_per_unit=euros)


def test_a_probable_change_is_not_called_established(tmp_path: Path) -> None:
    """Four products, one of which fell: each sentence and row says which it is."""
    listed = []
    for year in (2024, 2025):
        for product in ("cocaine", "heroin", "ketamine", "mdma"):
            fallen = product == "cocaine" and year == 2025
            for n in range(4):
                says = [Said(sentence=f"{product} {n} {year}.", value=price((30.0 if fallen else 60.0) + n), place=LYON, substance=product)]  # fmt: skip
                listed.append(Paper(source=f"s{n}", published=f"{year}-02-03", says=says))
    found = made(tmp_path, listed)
    said = {row.cells[0].split(" ")[0]: row.cells[-1] for row in found.rows("changes")}
    assert said == {
        "cocaine": "probable fall, not established",
        **dict.fromkeys(("heroin", "ketamine", "MDMA"), "no change established"),
    }
    assert any("Probable fall, not established, on 2024" in s.text for s in found.sentences)
    assert not any("Down on" in s.text for s in found.sentences)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_method_does_not_contradict_the_intervals(tmp_path: Path, lang: str) -> None:
    text = " ".join(made(tmp_path, papers(2025, (60.0, 61, 62)), lang=lang).method)
    assert "Holm" in text
    assert "Hodges" in text
    for gone in (
        "sans marge d'erreur",
        "without a margin of error",
        "Rien n'est corrigé",
        "Nothing is corrected",
    ):
        assert gone not in text


def _ways(year: int, telegram: int, sms: int, others: int = 0) -> list[Paper]:
    """So many sources that speak of each way of selling, each of one."""
    codes = ["telegram"] * telegram + ["sms"] * sms + ["snapchat"] * others
    return [
        Paper(source=f"s{n}", published=f"{year}-02-03", says=[Said(sentence=f"{code} {n} {year}.", value=way(code), place=LYON)])
        for n, code in enumerate(codes)
    ]  # fmt: skip


# Nine sources and ten; three; twenty and twenty: p = 0.02 stands at 5 % for one way, not for three; p below 0.0001.
WAYS = [
    ("few", _ways(2025, 5, 4) + _ways(2024, 1, 9), "by 5 of the 9 sources that speak of them; 1 (10%) in 2024: fewer than 10 sources", "not enough data"),
    ("three", _ways(2025, 2, 1) + _ways(2024, 1, 0), "by 2 of the 3 sources that speak of them; 1 of 1 in 2024: fewer than 10", "not enough data"),
    ("picked", _ways(2025, 11, 3, 6) + _ways(2024, 3, 8, 9), "with no change established against 2024", None),
    ("established", _ways(2025, 18, 2) + _ways(2024, 2, 18), ", a share that rose on 2024 (2 (10%)", None),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "listed", "said", "points"), WAYS, ids=[w[0] for w in WAYS])
def test_what_is_said_of_the_way_most_described(
    tmp_path: Path, _name: str, listed: list[Paper], said: str, points: str | None
) -> None:
    found = made(tmp_path, listed)
    text = next(s.text for s in found.sentences if s.table == "ways")
    assert said in text
    row = found.rows("ways")[0]
    assert row.cells[5] == points or (points is None and row.cells[5].endswith("pt"))
    if points:
        assert "%" not in row.cells[3]


@pytest.mark.parametrize("gate", [ANALYST, PUBLIC], ids=["analyst", "public"])
@pytest.mark.parametrize("area", [None, "FR", "FR-ARA"])
def test_totals_are_the_sum_of_their_columns(tmp_path: Path, gate: Gate, area: str | None) -> None:
    """Subjects without a column, and those of which too few sources speak, stand in a column of their own."""
    listed = papers(2025, (60.0, 61, 62, 63))
    for n in range(4):
        says = [
            Said(sentence=f"Saisie {n}.", value=seized(100 + n), place=LYON),
            Said(sentence=f"Violence {n}.", value=event("violence", 6), place=LYON),
            Said(sentence=f"Voie {n}.", value=way("telegram"), place=LYON, substance="heroin"),
        ]
        listed.append(Paper(source=f"p{n}", published="2025-02-04", says=says[: n + 1]))
    listed += [
        Paper(
            source=f"m{n}",
            published="2025-02-05",
            says=[Said(sentence=f"Marseille {n}.", value=seized(500 + n), place="INSEE:13055")],
        )
        for n in range(3)
    ]
    found = made(tmp_path, listed, gate, area=area)
    tables = [
        t for part in found.parts for t in part.tables if t.id == "areas" or t.id.startswith("substances")
    ]
    assert tables or gate.public
    rests = 0
    for table in tables:
        first, last = table.columns.index("Prices"), table.columns.index("Total")
        for row in table.rows:
            counts = [int(c.replace("–", "0")) for c in row.cells[first : last + 1]]
            assert sum(counts[:-1]) == counts[-1]
            rests += counts[-2]
        assert any("Others" in note for note in table.notes)
    assert rests or gate.public


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "seuls les faits qui y sont placés"), ("en", "only facts placed in it")]
)
def test_what_an_area_counts_is_said_where_prices_stand(tmp_path: Path, lang: str, said: str) -> None:
    found = made(tmp_path, papers(2025, (60.0, 61, 62)), lang=lang)
    table = found.table("retail")
    assert table is not None
    assert any(said in note for note in table.notes)
    assert said in " ".join(found.method)


# Of so many prices of 60 and more: the median, the middle half, the range, and how the sentence goes.
SMALL = [
    (1, ("–", "–", "60"), "stated retail price €60/g (1 statement"),
    (2, ("–", "–", "60–61"), "stated retail prices €60/g to €61/g (2 statements"),
    (3, ("€61/g", "–", "60–62"), "median retail price of €61/g (stated between 60 and 62; 3 statements"),
    (
        4,
        ("€61.50/g", "60.75–62.25", "60–63"),
        "median retail price of €61.50/g (middle half 60.75–62.25; 4 statements",
    ),
]


@pytest.mark.parametrize(("many", "cells", "said"), SMALL, ids=[str(s[0]) for s in SMALL])
def test_few_figures_have_no_median_and_no_middle_half(
    tmp_path: Path, many: int, cells: tuple[str, ...], said: str
) -> None:
    found = made(tmp_path, papers(2025, tuple(60.0 + n for n in range(many))))
    row = found.rows("retail")[0]
    assert (row.cells[1], row.cells[3], row.cells[4]) == cells
    assert said in next(s.text for s in found.sentences if s.table == "retail").replace("\u00a0", " ")
