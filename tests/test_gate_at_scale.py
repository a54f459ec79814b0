"""The gate reads a store document by document; what it lets out is what it would of all facts held together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from report_store import build
from test_weekly import papers
from vigie.report.facts import as_facts, read_facts
from vigie.report.public import public_gate
from vigie.store import Store

TODAY = date(2026, 2, 1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    told = papers(11, 120)
    warned = [
        replace(paper, kind="warning") if number % 9 == 0 else paper for number, paper in enumerate(told)
    ]
    return build(tmp_path_factory.mktemp("gate") / "s.duckdb", warned)


@pytest.mark.parametrize("area", [None, "FR-69", "FR"])
def test_facts_read_one_by_one_are_those_of_the_table(path: Path, area: str | None) -> None:
    with Store.open(path, read_only=True) as store:
        assert read_facts(store, area) == as_facts(store, store.observations(area=area))


@pytest.mark.parametrize("published_before", [False, True])
def test_without_every_fact_the_same_is_shown(path: Path, published_before: bool) -> None:
    gate = public_gate(TODAY)
    with Store.open(path) as store:
        if published_before:
            gate.publish(store, gate.read(store), "pages", "")
        whole, few = gate.read(store), gate.read(store, every=False)
        assert few == replace(whole, every=few.every)
        assert set(few.official) <= set(few.every) < set(whole.every)
        assert len(whole.cells) > 3 and whole.view is not None and whole.view.waiting > 0
        assert len(whole.view.standing) > 3 or not published_before
