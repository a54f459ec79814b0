"""Routes and their change; substances and practices reported together: from a store, by independent sources."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, flow, price, way
from vigie.analysis.flows import Flows, read_flows
from vigie.analysis.together import read_together
from vigie.cli import app
from vigie.model.errors import SeriesError
from vigie.store import Store

pytest.importorskip("scipy")
NOW, BEFORE = "2025-03-10", "2024-03-10"
NUMBER = iter(range(10_000))


def said(value: object, **more: object) -> Said:
    """In words of its own: what is copied counts once."""
    n = next(NUMBER)
    words = " ".join(f"mot{n}x{k}" for k in range(12))
    return Said(sentence=f"Phrase {words}.", value=value, **more)  # type: ignore[arg-type]


def paper(source: str, day: str, *facts: Said, **more: object) -> Paper:
    return Paper(source=source, published=day, says=facts, **more)  # type: ignore[arg-type]


def flows_of(path: Path, papers: list[Paper], **more: object) -> Flows:
    build(path, papers)
    with Store.open(path) as store:
        return read_flows(store, since=date(2025, 1, 1), until=date(2025, 12, 31), **more)  # type: ignore[arg-type]


def test_a_route_counts_once_a_month_and_speaker(tmp_path: Path) -> None:
    route = ("ES", "INSEE:69123")
    found = flows_of(
        tmp_path / "a.duckdb",
        [
            paper("a", NOW, said(flow(*route)), said(flow("INSEE:69123", "ES")), said(flow(*route))),
            paper("a", "2025-03-20", said(flow(*route))),  # the same month
            paper("a", "2025-04-20", said(flow(*route))),
            paper("b", NOW, said(flow("GN:3117735", "FR"))),  # Madrid
            paper("c", NOW, said(flow(*route)), satire=True),
            paper("a", BEFORE, said(flow(*route))),
        ],
    )
    routes = {(r.origin, r.destination): r for r in found.routes}
    one = routes["ES", "FR"]
    assert (one.now, one.before, one.sources, one.sources_before) == (3, 1, 2, 1)
    assert (found.exposure, found.exposure_before) == (3, 1)
    assert one.ratio == pytest.approx((3 / 3) / (1 / 1))
    assert routes["FR", "ES"].now == 1 and routes["FR", "ES"].before == 0
    assert routes["FR", "ES"].high == float("inf")


def test_sources_of_one_publisher_are_one_voice(tmp_path: Path) -> None:
    papers = [paper(s, NOW, said(flow("CO", "FR")), publisher="Maison") for s in "abc"]
    found = flows_of(tmp_path / "a.duckdb", [*papers, paper("d", BEFORE, said(flow("CO", "FR")))])
    (one,) = found.routes
    assert (one.now, one.sources, found.exposure) == (1, 1, 1)


def test_what_does_not_count_is_counted(tmp_path: Path) -> None:
    found = flows_of(
        tmp_path / "a.duckdb",
        [
            paper("a", NOW, said(flow("CO", "FR"), assertion="hypothetical"), said(flow("CO", "FR"), when="2024"),
                  said(flow("CO", "FR"), when="2023-05"), said(flow("INSEE:69123", "INSEE:75056"))),
            paper("a", BEFORE, said(flow("CO", None))),
        ],
    )  # fmt: skip
    assert found.left_out == {
        "in neither period as a whole": 1,  # 2023-05; all of 2024 lies in the period before
        "no route at this level": 1,
        "not affirmed": 1,
    }
    assert [(r.origin, r.destination, r.now, r.before) for r in found.routes] == [
        ("CO", "", 0, 1),
        ("CO", "FR", 0, 1),
    ]


def test_ends_are_rolled_up_and_substances_kept_apart(tmp_path: Path) -> None:
    papers = [
        paper("a", NOW, said(flow("CO", "INSEE:69123")), said(flow("CO", "FR-69"), substance="heroin")),
        paper("a", BEFORE, said(flow("CO", "FR"))),
    ]
    found = flows_of(tmp_path / "a.duckdb", papers, level="department", by_substance=True)
    assert [(r.destination, r.substance, r.now) for r in found.routes] == [
        ("FR", "cocaine", 0),
        ("FR-69", "cocaine", 1),
        ("FR-69", "heroin", 1),
    ]


@pytest.mark.parametrize(
    ("since", "until", "first"),
    [
        ("2025-01-01", "2025-12-31", "2024-01-01"),  # a year of 365 days before one of 366
        ("2025-03-01", "2025-03-31", "2025-02-01"),
        ("2025-01-01", "2025-03-31", "2024-10-01"),
        ("2025-03-05", "2025-03-14", "2025-02-23"),
    ],
)
def test_the_period_before(tmp_path: Path, since: str, until: str, first: str) -> None:
    path = build(
        tmp_path / "a.duckdb",
        [paper("a", since, said(flow("CO", "FR"))), paper("a", first, said(flow("CO", "FR")))],
    )
    with Store.open(path) as store:
        found = read_flows(store, since=date.fromisoformat(since), until=date.fromisoformat(until))
    assert found.since_before.isoformat() == first and (found.until_before - found.since).days == -1


@pytest.mark.parametrize(
    ("papers", "says"),
    [
        ([paper("a", NOW, said(flow("CO", "FR")))], "no document from 2024-01-01"),
        ([paper("a", BEFORE, said(flow("CO", "FR")))], "no document from 2025-01-01"),
    ],
)
def test_a_period_without_documents_is_an_error(tmp_path: Path, papers: list[Paper], says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        flows_of(tmp_path / "a.duckdb", papers)


def test_periods_may_not_overlap(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="must end before"):
        flows_of(tmp_path / "a.duckdb", [], before=(date(2024, 6, 1), date(2025, 2, 1)))


# Together


def chemsex(path: Path, sources: str) -> Path:
    """Ten documents: 3-MMC with chemsex in four, cocaine with neither in six."""
    both = [
        paper(
            s,
            f"2025-0{n}-10",
            said(price(30), substance="3-mmc"),
            said(way("chemsex", "practice"), substance=None),
        )
        for n, s in enumerate(sources, 1)
    ]
    other = [paper(s, f"2025-0{n}-11", said(price(60))) for n, s in enumerate("abcdef", 1)]
    return build(path, [*both, *other])


def test_what_is_said_together_by_hand(tmp_path: Path) -> None:
    with Store.open(chemsex(tmp_path / "a.duckdb", "abcd")) as store:
        found = read_together(store)
        (pair,) = found.pairs
    assert (pair.substance, pair.other, pair.units, pair.sources) == ("3-mmc", "practice:chemsex", 4, 4)
    assert pair.expected == pytest.approx(4 * 4 / 10) and pair.ratio == pytest.approx(10 / 4)
    assert found.tests == 2 and pair.p == pytest.approx(2 / 210)  # two pairs are tested; 1 of 10 over 4


def test_one_source_is_one_voice(tmp_path: Path) -> None:
    with Store.open(chemsex(tmp_path / "a.duckdb", "aaaa")) as store:
        (pair,) = read_together(store).pairs
        assert (pair.units, pair.sources) == (4, 1)


def test_pairs_of_substances_are_tested_once_and_no_kind_with_its_family(tmp_path: Path) -> None:
    papers = [
        paper(
            s,
            f"2025-0{n}-10",
            said(price(30)),
            said(price(8), substance="crack"),
            said(price(9), substance="heroin"),
        )
        for n, s in enumerate("abcd", 1)
    ]
    with Store.open(build(tmp_path / "a.duckdb", papers)) as store:
        found = read_together(store, families=["substance"])
    assert {(p.substance, p.other) for p in found.pairs} == {("cocaine", "heroin"), ("crack", "heroin")}


def test_nothing_to_pair_is_an_error(tmp_path: Path) -> None:
    with (
        Store.open(build(tmp_path / "a.duckdb", [])) as store,
        pytest.raises(SeriesError, match="no substance"),
    ):
        read_together(store)


# As a user runs them


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


def test_the_verbs_print(tmp_path: Path) -> None:
    path = build(
        tmp_path / "a.duckdb",
        [paper("a", NOW, said(flow("CO", "FR"))), paper("a", BEFORE, said(flow("CO", "FR")))],
    )
    days = ("--since", "2025-01-01", "--until", "2025-12-31")
    done = run("stats", "flows", "--store", path, *days, "--format", "json")
    told = json.loads(done.stdout)
    assert [(r["origin"], r["now"], r["before"]) for r in told["rows"]] == [("CO", 1, 1)]
    assert told["source_months"] == 1 and "against 2024-01-01 to 2024-12-31" in done.stderr
    assert run("stats", "flows", "--store", path, *days).stdout.startswith("origin  origin_name")
    chem = chemsex(tmp_path / "b.duckdb", "abcd")
    assert (
        run("stats", "together", "--store", chem, "--format", "csv")
        .stdout.splitlines()[1]
        .startswith("3-mmc,practice:chemsex,4,1.6,2.5")
    )
    assert run("stats", "together", "--store", chem, "--least", "5").stdout == ""


def test_the_last_day_is_that_of_a_document_that_counts(tmp_path: Path) -> None:
    papers = [
        paper("a", NOW, said(flow("CO", "FR"))),
        paper("a", BEFORE, said(flow("CO", "FR"))),
        paper("b", "2026-08-01", said(flow("CO", "FR")), satire=True),
    ]
    done = run("stats", "flows", "--store", build(tmp_path / "a.duckdb", papers), "--format", "json")
    assert json.loads(done.stdout)["until"] == NOW


@pytest.mark.parametrize(
    ("verb", "options", "code", "says"),
    [
        ("flows", ["--since", "x"], 2, "is no day"),
        ("flows", ["--since", "2026-01-01", "--until", "2025-01-01"], 2, "lies after"),
        ("together", ["--since", "2026-01-01", "--until", "2025-01-01"], 2, "lies after"),
        ("flows", [], 1, "no dated document"),
    ],
)
def test_wrong_use_says_the_repair(
    tmp_path: Path, verb: str, options: list[str], code: int, says: str
) -> None:
    done = run("stats", verb, "--store", build(tmp_path / "a.duckdb", []), *options)
    assert (done.exit_code, says in done.stderr) == (code, True), done.stderr
