"""What an outside attacker found: figures of persons, pages of what was erased, keys that are no key, notes with disguised contacts."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from report_store import Paper, Said, build, event
from vigie.fetch.addresses import is_public
from vigie.readmodel.build import build as build_model
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.upkeep.contests import ContestError, drop
from vigie.web.app import make_app
from vigie.web.provider import Models, NotReadyError

# Four papers, each with another count of persons: the middle of them is no count that anyone stated of five or more.
DEATHS = (2, 3, 9, 4)
SENTENCES = (
    "Deux morts.",
    "Trois personnes sont mortes.",
    "Neuf décès recensés.",
    "On déplore quatre morts.",
)


@pytest.fixture(scope="module")
def public_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("persons")
    papers = [
        Paper(
            source=f"journal-{n}",
            published="2025-02-10",
            says=[
                Said(
                    sentence=said,
                    value=event("death", persons),
                    substance="heroin",
                    place="FR-69",
                    when="2025-02",
                )
            ],
        )
        for n, (persons, said) in enumerate(zip(DEATHS, SENTENCES, strict=True))
    ]
    path = build(folder / "s.duckdb", papers)
    out = folder / "public.duckdb"
    build_model(path, out, public=True)
    return out


def test_of_persons_the_public_file_gives_the_largest_statement_alone(public_file: Path) -> None:
    with ReadModel.open(public_file) as model:
        groups = model.groups(Filters(), "harms")
        assert [g.key for g in groups] == [("death", "heroin")]
        series = model.series(Filters(), "harms", ("death", "heroin"))
        areas = model.by_area(Filters(), "harms", ("death", "heroin"))
        shown = [groups[0].figures, *(r.figures for r in series), *(a.figures for a in areas)]
        assert {f.high for f in shown if f.state == "shown"} == {9}
        assert [(f.median, f.q1, f.q3, f.low) for f in shown] == [(None,) * 4] * len(shown)


def test_no_page_or_chart_of_persons_shows_a_middle(public_file: Path) -> None:
    with TestClient(make_app(public_file, public=True), base_url="http://localhost") as client:
        for path in (
            "/fr/evidence?topic=harms&key=death~heroin",
            "/fr/chart/evidence/course.csv?topic=harms&key=death~heroin",
        ):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "3,5" not in answer.text and "3.5" not in answer.text


@pytest.mark.parametrize("key", ["a~b~c~d", "a", "~~~~", "death~heroin~FR"])
def test_a_key_of_another_length_is_no_page(public_file: Path, key: str) -> None:
    with TestClient(make_app(public_file, public=True), base_url="http://localhost") as client:
        assert client.get("/fr/evidence", params={"topic": "ways", "key": key}).status_code == 404


def test_from_an_erasure_on_nothing_is_lent(public_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model.duckdb"
    copy.write_bytes(public_file.read_bytes())
    models = Models.of(copy)
    with models.lease() as model:
        assert model.totals(Filters()).observations
    copy.unlink()
    with pytest.raises(NotReadyError), models.lease():
        pass
    with models.making(), pytest.raises(NotReadyError), models.lease():
        pass
    models.swap(ReadModel.open(public_file))
    with models.lease() as model:
        assert model.public
    models.close()


def test_while_a_newer_file_replaces_it_the_old_one_is_lent(public_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model.duckdb"
    copy.write_bytes(public_file.read_bytes())
    models = Models.of(copy)
    with models.making():
        copy.unlink()
        with models.lease() as model:
            assert model.public
    models.close()


@pytest.mark.parametrize("note", ["Écrivez-moi : 06x39x98x12x34", "Mon compte : zq8_Kx93vTT1"])
def test_a_note_that_may_hold_a_contact_still_is_not_kept(tmp_path: Path, note: str) -> None:
    with pytest.raises(ContestError) as refused:
        drop(tmp_path / "box", "figure/retail/cocaine/g/FR/2025-Q1", "fr", note)
    assert refused.value.fault == "contact"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("address", ["fec0::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "169.254.169.254"])
def test_a_webhook_does_not_reach_inside(address: str) -> None:
    assert not is_public(address)
