"""A store in a notebook: tables, charts, evidence, the public edition; errors that say the repair; the example runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import pandas
import polars
import pyarrow as pa
import pytest
from nbclient import NotebookClient

import vigie
from report_store import Paper, Said, build, event, flow, price, said_price, way
from vigie.assess import assess
from vigie.model.errors import MissingExtraError, SeriesError, SettingsError, StoreError, VigieError
from vigie.notebook import Observatory
from vigie.pipeline import Reading, add, clean, inputs
from vigie.report.open_data import write_open_data
from vigie.settings import Settings
from vigie.store import Store

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "notebook.ipynb"
LATE = date(2026, 3, 31)
NAMES = ("ardoise", "bouleau", "cerise", "datte")


def papers() -> list[Paper]:
    found = []
    for month, more in (("02", 0), ("05", 10), ("08", 20)):
        for number, name in enumerate(NAMES):
            said = [
                said_price(60.0 + number + more, place="INSEE:69123"),
                Said(sentence=f"{name}{month} par Telegram <b>.", value=way("telegram"), place="INSEE:69123"),
                Said(sentence=f"{name}{month} six morts.", value=event("death", 6), place="INSEE:38185"),
                Said(sentence=f"{name}{month} route.", value=flow("ES", "FR"), place="FR"),
                Said(
                    sentence=f"{name}{month} héroïne.",
                    value=price(30.0),
                    substance="heroin",
                    assertion="hypothetical",
                ),
            ]
            grade = "A" if number == 0 else "C"
            found.append(
                Paper(
                    source=name,
                    published=f"2025-{month}-1{number}",
                    says=said,
                    title=f"Titre {name}",
                    grade=grade,
                )
            )
    return found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("notebook") / "s.duckdb", papers())


@pytest.fixture(scope="module")
def obs(path: Path) -> Observatory:
    return vigie.open(path)


FILTERS = [
    ("everything", {}, 60),
    ("one_type", {"type": "price"}, 24),
    ("types", {"type": ["price", "flow"]}, 36),
    ("substance", {"substance": "heroin"}, 12),
    ("substances", {"substance": ("heroin", "cocaine")}, 60),
    ("area_holds_communes", {"area": "FR-69"}, 24),
    ("region", {"area": "FR-ARA"}, 36),
    ("quarter", {"period": "2025-Q1"}, 20),
    ("nothing_then", {"period": "2024"}, 0),
    ("grade_or_better", {"grade": "B"}, 15),
    ("language", {"language": "en"}, 0),
    ("affirmed", {"assertion": "affirmed"}, 48),
    ("together", {"type": "price", "area": "FR-69", "period": "2025-Q2", "grade": "A"}, 1),
]


@pytest.mark.parametrize(("_name", "asked", "count"), FILTERS, ids=[row[0] for row in FILTERS])
def test_filters_keep_what_they_say(obs: Observatory, _name: str, asked: dict[str, Any], count: int) -> None:
    found = obs.observations(**asked)
    assert len(found) == found.arrow().num_rows == count
    if count:
        assert len(list(found)) == count


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("type", {"type": "rumour"}, "price, quantity"),
    ("substance", {"substance": "coke"}, "vigie lexicon show"),
    ("area", {"area": "Lyon"}, "FR-69"),
    ("period", {"period": "spring"}, "2026-Q1"),
    ("grade", {"grade": "Z"}, "A, B, C"),
]


@pytest.mark.parametrize(("_name", "asked", "repair"), REFUSED, ids=[row[0] for row in REFUSED])
def test_unknown_filters_are_refused_with_a_repair(
    obs: Observatory, _name: str, asked: dict[str, Any], repair: str
) -> None:
    with pytest.raises(SettingsError, match=repair):
        obs.observations(**asked)


def test_every_table_is_there_in_three_forms(obs: Observatory) -> None:
    asked = (
        obs.observations(), obs.documents(), obs.prices(), obs.price_index(method="median"), obs.counts(), obs.alerts(),
        obs.flows(period="2025-Q2"), obs.public(as_of=LATE).cells(), obs.public(as_of=LATE).price_index(),
    )  # fmt: skip
    for found in asked:
        assert isinstance(found.arrow(), pa.Table) and found.columns
        frame, other = found.polars(), found.pandas()
        assert isinstance(frame, polars.DataFrame) and isinstance(other, pandas.DataFrame)
        assert frame.height == len(other) == len(found)
        assert found.columns == frame.columns == list(other.columns)
        assert found.name.split()[0] in repr(found)


def test_unknown_is_null_and_dates_are_dates(obs: Observatory) -> None:
    facts = obs.observations("modality").polars()
    assert facts["eur_per_unit"].null_count() == facts.height
    assert facts.schema["when_start"] == polars.Date
    assert str(obs.observations().pandas()["when_start"].dtype).startswith("datetime64")


def test_documents_that_speak_of_an_area(obs: Observatory) -> None:
    assert len(obs.documents()) == len(obs.documents(area="FR-38")) == 12
    assert len(obs.documents(area="FR-13")) == 0
    assert len(obs.documents(period="2025-02")) == 4
    assert "text" not in obs.documents().columns and "text" in obs.documents(text=True).columns


def test_prices_by_the_words_of_the_contract(tmp_path: Path) -> None:
    kinds = ("retail", "retail", "wholesale", "seizure-valuation")
    said = [
        Said(sentence=f"Le prix numéro {n} est de {40 + n} euros.", value=replace(price(40.0 + n), kind=kind))
        for n, kind in enumerate(kinds)
    ]
    path = build(tmp_path / "v.duckdb", [Paper(source="ardoise", published="2025-02-10", says=said)])
    with Store.open(path) as store:
        assess(store)
    obs = vigie.open(path)
    found = {
        kind: len(obs.prices(kind=kind))  # type: ignore[arg-type]
        for kind in ("transacted", "retail", "wholesale", "valuation", "seizure-valuation")
    }
    assert found == {"transacted": 3, "retail": 2, "wholesale": 1, "valuation": 1, "seizure-valuation": 1}
    for method in (obs.prices, obs.price_index):
        with pytest.raises(
            SettingsError,
            match="'rétail' is none of transacted, retail, wholesale, valuation, seizure-valuation",
        ):
            method(kind="rétail")  # type: ignore[arg-type,operator]


def test_prices_and_their_index_agree(obs: Observatory) -> None:
    assert len(obs.prices(substance="cocaine", period="2025-Q1")) == 4
    rows = list(obs.price_index(substance="cocaine", method="median"))
    assert [(r["period"], r["price"], r["n"]) for r in rows] == [
        ("2025-Q1", 61.5, 4), ("2025-Q2", 71.5, 4), ("2025-Q3", 81.5, 4),
    ]  # fmt: skip
    public = list(obs.public(as_of=LATE).price_index(area="FR"))
    assert public == []  # nothing was published yet


def test_counts_tell_zero_from_nothing_collected(obs: Observatory) -> None:
    rows = obs.counts(indicator="harms").polars().sort("start")
    assert rows["area"].unique().to_list() == ["FR-38"]
    months = dict(zip(rows["start"].dt.strftime("%m").to_list(), rows["reports"].to_list(), strict=True))
    assert months["02"] == 4 and months["03"] is None


def test_evidence_opens_to_its_sentence(obs: Observatory) -> None:
    fact = next(iter(obs.observations("modality")))
    evidence = obs.evidence(fact["id"])
    assert evidence.sentence is not None
    assert evidence.sentence[evidence.start : evidence.end] == evidence.quote
    assert evidence.value == {"family": "channel", "code": "telegram"}
    shown = evidence._repr_html_()
    assert "<mark>" in shown and "<b>" not in shown and "&lt;b&gt;" in shown
    with pytest.raises(StoreError, match="column `id`"):
        obs.evidence("nobody")


def test_a_table_in_a_page_is_escaped(obs: Observatory) -> None:
    shown = obs.observations("modality")._repr_html_()
    assert "&lt;b&gt;" in shown and "<b>" not in shown


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_charts_are_those_of_the_pages(obs: Observatory, lang: str) -> None:
    chart = obs.price_index(substance="cocaine", method="median").chart(lang=lang)
    assert chart.svg().startswith("<svg") and chart.png(1.0).startswith(b"\x89PNG")
    assert chart.csv().splitlines()[1:] and json.loads(chart.spec)
    assert chart.altair().to_dict()["$schema"]
    bundle = chart._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/plain"} and chart.figure.alt in bundle["text/plain"]
    assert "http" not in chart.svg().replace("http://www.w3.org", "")


@pytest.mark.parametrize("name", ["observations", "documents", "prices", "counts", "flows"])
def test_each_table_draws(obs: Observatory, name: str) -> None:
    found = obs.flows(period="2025-Q2") if name == "flows" else getattr(obs, name)()
    assert found.chart().figure.rows


def test_what_cannot_be_drawn_says_why(obs: Observatory) -> None:
    with pytest.raises(SeriesError, match="no chart of such rows"):
        obs.alerts().chart()
    with pytest.raises(SeriesError, match="nothing to draw in 0 rows"):
        obs.prices(period="2020").chart()


def test_public_shows_only_what_was_written_down(tmp_path: Path, path: Path) -> None:
    shutil.copy(path, tmp_path / "s.duckdb")
    with vigie.open(tmp_path / "s.duckdb") as obs:
        before = obs.public(as_of=LATE)
        assert len(before.cells()) == len(before.price_index()) == 0 and before.waiting > 0
        with Store.open(tmp_path / "s.duckdb") as store:
            write_open_data(store, tmp_path / "out", ["csv"], as_of=LATE)
        after = obs.public(as_of=LATE)
        assert after.waiting == 0
        rows = (tmp_path / "out" / "cells.csv").read_text("utf-8").splitlines()
        assert len(after.cells()) == len(rows) - 1
        assert {r["area_level"] for r in after.cells()} <= {"department", "region", "country", "none"}
        assert len(after.cells(type="price", area="FR-69", period="2025-Q1")) == 1
        assert [r["median"] for r in after.price_index(area="FR-69")] == [61.5, 71.5, 81.5]
        assert after.price_index(area="FR-69").chart().figure.rows
        for wrong in ({"period": "2025-02"}, {"area": "INSEE:69123"}):
            with pytest.raises(SettingsError, match="finer than the public sees"):
                after.cells(**wrong)


def test_reading_leaves_the_store_as_it_is(obs: Observatory, path: Path) -> None:
    before = path.read_bytes()
    for found in (obs.observations(), obs.price_index(method="median"), obs.public().cells()):
        found.polars()
    assert path.read_bytes() == before


# Errors


def test_a_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="vigie add"):
        vigie.open(tmp_path / "none.duckdb")
    assert not (tmp_path / "none.duckdb").exists()


def test_a_closed_one_says_so(path: Path) -> None:
    with vigie.open(path) as held:
        pass
    with pytest.raises(StoreError, match="was closed"):
        held.observations()


def test_a_store_that_is_written_elsewhere(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB locks a file by process: another one has to hold it. A notebook waits for its turn as long as verbs do."""
    monkeypatch.setenv("VIGIE_WAIT", "0")
    shutil.copy(path, tmp_path / "s.duckdb")
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "s.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(StoreError, match="open in another process"):
            vigie.open(tmp_path / "s.duckdb")
    finally:
        holder.communicate(b"")
    assert vigie.open(tmp_path / "s.duckdb").sizes()["documents"] == 12


def test_another_may_write_between_two_cells(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "s.duckdb")
    obs = vigie.open(tmp_path / "s.duckdb")
    obs.observations()
    code = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('DELETE FROM redactions')"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "s.duckdb")], check=True)
    assert len(obs.observations()) == 60


def test_a_store_of_a_newer_vigie(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "s.duckdb")
    db = duckdb.connect(str(tmp_path / "s.duckdb"))
    db.execute("INSERT INTO schema_migrations VALUES (999, 'later', '', now()::TIMESTAMP)")
    db.close()
    with pytest.raises(StoreError, match="pip install -U vigie"):
        vigie.open(tmp_path / "s.duckdb")


@pytest.mark.parametrize("name", ["polars", "pandas"])
def test_a_missing_package_says_what_to_install(
    obs: Observatory, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"vigie\[notebook\]"):
        getattr(obs.observations(), name)()


def test_an_unassessed_store_warns(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "s.duckdb")
    with Store.open(tmp_path / "s.duckdb") as store:
        store.connection.execute("UPDATE observations SET credibility = NULL")
    with pytest.warns(UserWarning, match="vigie stats"):
        vigie.open(tmp_path / "s.duckdb")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vigie.open(path)


def test_languages_and_names(path: Path) -> None:
    with pytest.raises(VigieError, match="fr or en"):
        vigie.open(path, lang="de")  # type: ignore[arg-type]
    assert repr(vigie.open(path)).startswith("Observatory(")


def test_importing_vigie_stays_light() -> None:
    code = "import sys, vigie; vigie.open; print([m for m in ('duckdb', 'pyarrow', 'altair', 'vigie.notebook') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# The example


def test_the_example_runs(tmp_path: Path) -> None:
    """On the demonstration corpus, whose bulletins it does not need."""
    corpus = files("vigie") / "data" / "demo"
    store = tmp_path / "vigie-demo" / "vigie.duckdb"
    store.parent.mkdir()
    with Store.open(store, settings=Settings(store=store)) as opened:
        found = (
            item
            for file in inputs([Path(str(corpus))])
            if isinstance(file, Path)
            for item in clean(file, Reading())
        )
        add(opened, found, lambda _item: None)
        assess(opened)
        write_open_data(opened, tmp_path / "open-data", ["csv"])
    notebook = nbformat.read(EXAMPLE, as_version=4)
    client = NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert [o for o in outputs if o.output_type == "error"] == []
    images = [o for o in outputs if "image/svg+xml" in o.get("data", {})]
    assert len(images) == 2


def test_the_example_is_stored_without_outputs() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=4)
    nbformat.validate(notebook)
    assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
