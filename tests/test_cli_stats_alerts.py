"""`vigie stats alerts` and what becomes of an alert, on an invented observatory with one outbreak and one source that stops."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, event, price, seized
from vigie.analysis.alert_words import with_words
from vigie.analysis.alerts import find_alerts
from vigie.analysis.terms import Candidate
from vigie.cli import app
from vigie.store import Store
from vigie.store.erase import Selection
from vigie.store.watchlist import alert_log, saved_alerts
from vigie.upkeep.purge import plan, purge

START, WEEKS = date(2025, 1, 6), 60
OUTBREAK = range(50, 53)
STOPPED = 40  # week in which the paper "muet" stops
LYON, GRENOBLE = "INSEE:69123", "INSEE:38185"


def papers(weeks: int = WEEKS) -> list[Paper]:
    """Six sources that speak of cocaine now and then, three weeks of overdoses and seizures of nitazenes in FR-69."""
    rng = np.random.default_rng(11)
    found = []
    for week in range(weeks):
        for n, source in enumerate(("alpha", "beta", "gamma", "delta", "epsilon", "muet")):
            if source == "muet" and week >= STOPPED:
                continue
            day = (START + timedelta(days=7 * week + n)).isoformat()
            tag = f"s{week}n{n}"
            says = [
                Said(
                    sentence=f"Rien {tag} a {tag}b.",
                    value=price(60),
                    substance="ketamine",
                    place="INSEE:13055",
                )
            ]
            if rng.random() < 0.4:
                says.append(
                    Said(
                        sentence=f"Le gramme {tag} vaut {tag}c.",
                        value=price(70),
                        place=(LYON, GRENOBLE)[week % 2],
                    )
                )
            if week in OUTBREAK and n < 4:
                what = event("overdose", 6) if n % 2 else seized(500 + n)
                says.append(
                    Said(
                        sentence=f"Alerte {tag} aux nitazènes {tag}d.",
                        value=what,
                        substance="nitazenes",
                        place=LYON,
                    )
                )
            found.append(Paper(source=source, published=day, says=says, title=f"Titre {tag}"))
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("alerts") / "vigie.duckdb", papers())


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    path = tmp_path / "vigie.duckdb"
    path.write_bytes(whole.read_bytes())
    return path


def run(store: Path, *args: str) -> Result:
    return CliRunner().invoke(app, ["stats", *args, "--store", str(store)])


def found(store: Path, *args: str) -> dict[str, Any]:
    result = run(store, "alerts", "--format", "json", *args)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def rises(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [a for a in report["alerts"] if a["kind"] == "rise"]


def test_an_outbreak_is_an_alert_with_its_evidence(store: Path) -> None:
    report = found(store, "--until", "2026-01-18")
    (alert,) = rises(report)
    assert (alert["substance"], alert["area"], alert["start"]) == ("nitazenes", "FR-69", "2025-12-22")
    assert alert["grade"] in ("high", "very-high") and set(alert["indicators"]) == {"harms", "seizures"}
    assert alert["speakers"] == 4 and alert["status"] == "not saved"
    assert alert["events"] == 6  # overdoses of three weeks, seizures of three weeks: twelve reports
    assert 0 < alert["false_per_month"] <= 2 and alert["false_per_month"] == report["false_per_month"]
    for signal in alert["evidence"]:
        assert signal["observed"] > signal["upper"] >= signal["expected"] and signal["p"] <= 0.01
        assert signal["method"] in ("recent-limit", "recent-limit-4")
    ids = [(o["doc_id"], o["id"]) for s in alert["evidence"] for o in s["observations"]]
    with Store.open(store, read_only=True) as opened:
        told = opened.query("SELECT doc_id, id, sentence FROM facts").to_pylist()
    sentences = {(r["doc_id"], r["id"]): r["sentence"] for r in told}
    assert ids and all("nitazènes" in sentences[i] for i in ids)


def test_an_alert_keeps_its_id(store: Path) -> None:
    """Whatever comes later, and however often the run is repeated."""
    ids = {
        until: {a["id"] for a in rises(found(store, "--until", until, "--all"))}
        for until in ("2026-01-04", "2026-01-11", "2026-02-01", "2026-02-28")
    }
    assert len(set(map(frozenset, ids.values()))) == 1 and len(ids["2026-01-04"]) == 1
    assert rises(found(store)) == rises(found(store))


def test_silence_is_an_alert_of_its_own_kind(store: Path) -> None:
    report = found(store)
    (silent,) = [a for a in report["alerts"] if a["kind"] == "silence"]
    assert (silent["source"], silent["start"], silent["grade"]) == ("muet", "2025-10-11", "low")
    (gap,) = silent["evidence"]
    assert gap["method"] == "gamma-renewal" and gap["observed"] > gap["upper"] > gap["expected"] == 7
    assert not any(a["kind"] != "rise" for a in found(store, "--until", "2025-10-10")["alerts"])


def test_one_area_and_one_substance(store: Path) -> None:
    assert len(rises(found(store, "--area", "FR-ARA", "--all"))) == 1
    assert rises(found(store, "--area", "FR-38", "--all")) == []
    assert len(rises(found(store, "--substance", "nitazenes", "--all"))) == 1
    assert found(store, "--by", "month", "--all")["by"] == "month"


@pytest.mark.parametrize("format", ["table", "csv"])
def test_other_forms_say_the_same(store: Path, format: str) -> None:
    result = run(store, "alerts", "--until", "2026-01-18", "--format", format)
    assert result.exit_code == 0 and "nitazenes" in result.stdout
    assert "without any cause" in result.stderr and "without any cause" not in result.stdout
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert {r["kind"] for r in rows} == {"rise", "silence"} and all(r["false_per_month"] for r in rows)


def test_the_life_of_an_alert(store: Path) -> None:
    """Found, seen again, confirmed by a role, closed by a role; each step in the log."""
    assert "2 new" in run(store, "alerts", "--save", "--until", "2026-01-04").stderr
    again = run(store, "alerts", "--save", "--until", "2026-01-11")
    assert "2 seen again" in again.stderr
    with Store.open(store, read_only=True) as opened:
        (alert,) = [a for a in saved_alerts(opened) if a.kind == "rise"]
    name = alert.alert_id
    assert alert.status == "new"
    done = run(
        store, "alert", "confirm", name, "--role", "duty epidemiologist", "--why", "two wards say the same"
    )
    assert done.exit_code == 0 and "confirmed" in done.stderr
    assert (
        run(store, "alert", "confirm", name, "--role", "duty epidemiologist", "--why", "again").exit_code == 1
    )
    # What is confirmed is not closed by a run.
    assert "0 closed" in run(store, "alerts", "--save").stderr
    shown = run(store, "alert", "show", name)
    assert shown.exit_code == 0 and "Alerte" in shown.stdout and "duty epidemiologist" in shown.stdout
    assert run(store, "alert", "close", name, "--role", "head of unit", "--why", "over").exit_code == 0
    # A closed alert stays closed when a run sees its episode again.
    run(store, "alerts", "--save", "--until", "2026-01-11")
    with Store.open(store, read_only=True) as opened:
        log = [(d.action, d.role) for d in alert_log(opened, name) if d.action != "regrade"]
        assert [a.status for a in saved_alerts(opened) if a.alert_id == name] == ["closed"]
    assert log == [("open", "automatic"), ("confirm", "duty epidemiologist"), ("close", "head of unit")]


def test_a_run_closes_only_what_nobody_confirmed_and_says_so(store: Path) -> None:
    run(store, "alerts", "--save", "--until", "2026-01-11")
    assert (
        "0 closed" in run(store, "alerts", "--save", "--area", "FR-38").stderr
    )  # a part says nothing of the rest
    with Store.open(store) as opened:  # the last alarm lies nine weeks back
        opened.connection.execute(
            "UPDATE analyst_alerts SET started = started - INTERVAL 70 DAY, last_alarm = last_alarm - INTERVAL 70 DAY "
            "WHERE kind = 'rise'"
        )
        opened.connection.execute("UPDATE analyst_alerts SET substance = 'heroin' WHERE kind = 'rise'")
        opened.connection.execute("UPDATE analyst_alerts SET alert_id = 'a_old' WHERE kind = 'rise'")
    assert "1 closed" in run(store, "alerts", "--save", "--until", "2026-01-18").stderr
    with Store.open(store, read_only=True) as opened:
        (line,) = alert_log(opened, "a_old")
    assert (line.action, line.role) == ("close", "automatic") and "no signal for 8 weeks" in line.reason


def test_reports_that_come_late_do_not_make_a_second_alert(store: Path) -> None:
    run(store, "alerts", "--save", "--until", "2026-01-11")
    with Store.open(store) as opened:
        (alert,) = [a for a in saved_alerts(opened) if a.kind == "rise"]
        opened.connection.execute(
            "UPDATE analyst_alerts SET alert_id = 'a_early', started = started + INTERVAL 7 DAY WHERE kind = 'rise'"
        )
    assert alert.alert_id != "a_early"
    assert "a_early" in {a["id"] for a in found(store, "--until", "2026-01-11")["alerts"]}
    run(store, "alerts", "--save", "--until", "2026-01-11")
    with Store.open(store, read_only=True) as opened:
        assert [(a.alert_id, a.started) for a in saved_alerts(opened) if a.kind == "rise"] == [
            ("a_early", alert.started)
        ]


def test_reasons_are_redacted_and_roles_are_no_names(store: Path) -> None:
    run(store, "alerts", "--save", "--until", "2026-01-11")
    with Store.open(store, read_only=True) as opened:
        name = saved_alerts(opened)[0].alert_id
    why = "Appelé par Gontran Ferrandier au 06 39 98 12 34, trois passages aux urgences."
    done = run(store, "alert", "confirm", name, "--role", "épidémiologiste", "--why", why)
    assert done.exit_code == 0 and "removed" in done.stderr
    with Store.open(store, read_only=True) as opened:
        (line,) = [d for d in alert_log(opened, name) if d.action == "confirm"]
    assert "Ferrandier" not in line.reason and "98 12" not in line.reason and "urgences" in line.reason
    wrong = [
        ("--role", "Gontran Ferrandier, médecin", "--why", "a"),
        ("--role", "médecin 06 39 98 12 34", "--why", "a"),
        ("--role", "automatic", "--why", "a"),
        ("--role", " ", "--why", "a"),
        ("--role", "médecin", "--why", " "),
        ("--role", "médecin", "--why", "a" * 301),
    ]
    for options in wrong:
        refused = run(store, "alert", "close", name, *options)
        assert (
            refused.exit_code == 2 and "Ferrandier" not in refused.output and "98 12" not in refused.output
        ), options


def test_purged_evidence_leaves_no_id(store: Path) -> None:
    run(store, "alerts", "--save", "--until", "2026-01-11")
    run(store, "alerts", "--save")
    with Store.open(store) as opened:
        alert = next(a for a in saved_alerts(opened) if a.kind == "rise")
        silent = next(a for a in saved_alerts(opened) if a.kind == "silence")
        before = opened.column("SELECT DISTINCT doc_id FROM analyst_evidence ORDER BY 1")
        selection = Selection(documents=tuple(before))
        purge(opened, plan(opened, selection), selection)
        assert opened.column("SELECT count(*) FROM analyst_evidence") == [0]
        assert [a.alert_id for a in saved_alerts(opened) if a.kind == "rise"] == [alert.alert_id]
        selection = Selection(source="muet")
        purge(opened, plan(opened, selection), selection)
        for table in ("analyst_alerts", "analyst_signals", "analyst_decisions"):
            assert silent.alert_id not in opened.column(f"SELECT alert_id FROM {table}"), table
    data = store.read_bytes()
    assert all(doc_id.encode() not in data for doc_id in before)
    shown = run(store, "alert", "show", alert.alert_id)
    assert shown.exit_code == 0 and "Alerte" not in shown.stdout


def test_nothing_is_public_by_being_an_alert(store: Path, tmp_path: Path) -> None:
    run(store, "alerts", "--save", "--until", "2026-01-11")
    result = CliRunner().invoke(app, ["export", str(tmp_path / "open"), "--store", str(store)])
    assert result.exit_code == 0
    text = "".join(p.read_text("utf-8") for p in (tmp_path / "open").iterdir())
    assert (
        "a_" + "0" * 0 not in {line.split(",")[0] for line in text.splitlines()} and "very-high" not in text
    )


def candidate(term: str) -> Candidate:
    day = date(2025, 12, 24)
    return Candidate(
        term=term, forms=(term,), kind="slang", score=0.9, parts={}, burst=None, weight=0.0, z=3.0, likeness=0.5, nearest=(),
        family="", documents=2, sources=2, before=0, first_seen=day, last_seen=day, counts=(2,), evidence=(),
    )  # fmt: skip


NEAR = [  # speakers of two more papers, what they say it in, words named, whether that is one more indicator
    ("two_speakers_elsewhere", ("alpha", "beta"), LYON, "nitazenes", ("zoukline",), True),
    ("one_speaker", ("alpha", "alpha"), LYON, "nitazenes", (), False),
    ("another_area", ("alpha", "beta"), GRENOBLE, "nitazenes", (), False),
    ("another_substance", ("alpha", "beta"), LYON, "cocaine", (), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_name", "sources", "place", "drug", "words", "more"), NEAR, ids=[n[0] for n in NEAR]
)
def test_new_words_beside_an_alert(
    tmp_path: Path,
    _name: str,
    sources: tuple[str, str],
    place: str,
    drug: str,
    words: tuple[str, ...],
    more: bool,
) -> None:
    extra = [
        Paper(source=s, published="2025-12-24", title=f"Autre {n}", says=[
            Said(sentence=f"La zoukline {n} circule x{n}.", value=price(30 + n), substance=drug, place=place)])
        for n, s in enumerate(sources)
    ]  # fmt: skip
    path = build(tmp_path / "w.duckdb", [*papers(), *extra])
    with Store.open(path, read_only=True) as opened:
        plain = find_alerts(opened, until=date(2026, 1, 11))
        named = with_words(opened, plain, [candidate("zoukline")], level="department", area=None)
    before, after = (next(a for a in f.alerts if a.kind == "rise") for f in (plain, named))
    assert after.words == words and ("words" in after.indicators) is more
    assert after.case is not None and before.case is not None
    assert (
        after.case.indicators == before.case.indicators + more and after.grading.grade >= before.grading.grade
    )
    if words:
        (told,) = [e for e in after.evidence if e.indicator == "word: zoukline"]
        assert told.observed == 2 and len(told.facts) == 2 and told.p == pytest.approx(0.00135, rel=0.01)


def test_words_are_looked_for_on_demand(store: Path) -> None:
    report = found(store, "--words", "--until", "2026-01-11")
    assert all(a["words"] == [] for a in report["alerts"])  # every word of the store is of its own document


WRONG = [
    (["alerts", "--area", "FR-999"], "no known code"),
    (["alerts", "--substance", "farine"], "no canonical id"),
    (["alerts", "--until", "hier"], "--until is a day"),
    (["alerts", "--until", "2999-01-01"], "--until lies in the future"),
    (["alerts", "--until", "1999-01-01"], "no document with a day of publication up to 1999-01-01"),
    (["alerts", "--false-alarms", "0"], "above 0"),
]


@pytest.mark.parametrize(
    ("args", "words"), WRONG, ids=[a[1] + "_" + str(n) for n, (a, _) in enumerate(WRONG)]
)
def test_wrong_use_is_told(store: Path, args: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["stats", *args, "--store", str(store)])
    said = result.output + str(result.exception or "")
    assert result.exit_code != 0 and words in said


def test_an_alert_that_is_not_saved(store: Path) -> None:
    result = run(store, "alert", "show", "a_none")
    assert result.exit_code == 1 and "vigie stats alerts --save" in str(result.exception)


def test_a_missing_store_is_not_made(tmp_path: Path) -> None:
    assert run(tmp_path / "none.duckdb", "alerts").exit_code == 1
    assert not (tmp_path / "none.duckdb").exists()


def every_option() -> Iterator[list[str]]:
    for by in ("week", "month"):
        for level in ("department", "region", "country"):
            yield ["--by", by, "--level", level]
    for offset in ("none", "documents", "speakers"):
        yield ["--offset", offset]


def test_every_option_runs(store: Path) -> None:
    for options in every_option():
        assert found(store, *options)["false_per_month"] > 0, options
