"""The scoring of docs: which prediction answers which fact, and the figures that follow, computed by hand."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate_samples import document, found, gold, related
from vigie.evaluate import compare, evaluate
from vigie.evaluate.agree import Level
from vigie.evaluate.describe import describe_fact, describe_observation
from vigie.evaluate.gold import load_gold
from vigie.evaluate.judge import judge
from vigie.evaluate.matching import maximum_matching
from vigie.evaluate.report import Report
from vigie.evaluate.run import extract_document
from vigie.evaluate.score import score
from vigie.model.errors import InputRefused

P, Q, U, E = "price", "quantity", "purity", "event"

# id, level, gold facts, predictions, (TP, FP, FN)
CASES: list[tuple[str, Level, list[Any], list[Any], tuple[int, int, int]]] = [
    ("same", "strict", [gold(P)], [found(P)], (1, 0, 0)),
    ("missed", "value", [gold(P)], [], (0, 0, 1)),
    ("invented", "value", [], [found(P)], (0, 1, 0)),
    ("said_twice", "value", [gold(P)], [found(P), found(P)], (1, 1, 0)),
    ("one_answers_one", "value", [gold(P), gold(P)], [found(P)], (1, 0, 1)),
    ("other_amount", "value", [gold(P)], [found(P, low=81.0, high=81.0)], (0, 1, 1)),
    ("rounding", "value", [gold(P, low=1e6, high=1e6)], [found(P, low=1e6 + 0.5, high=1e6)], (1, 0, 0)),
    ("other_currency", "value", [gold(P)], [found(P, currency="USD")], (0, 1, 1)),
    ("half_a_range", "value", [gold(P, low=60, high=80)], [found(P)], (0, 1, 1)),
    ("open_above_equals_point", "value", [gold(P, high=None)], [found(P)], (1, 0, 0)),
    ("point_equals_open_below", "value", [gold(P)], [found(P, low=None)], (1, 0, 0)),
    ("open_both", "value", [gold(P, high=None)], [found(P, high=None)], (1, 0, 0)),
    ("value_ignores_substance", "value", [gold(P)], [found(P, substance="heroin")], (1, 0, 0)),
    ("link_wants_substance", "link", [gold(P)], [found(P, substance="heroin")], (0, 1, 1)),
    ("link_takes_child", "link", [gold(P)], [found(P, substance="crack")], (1, 0, 0)),
    ("siblings_differ", "link", [gold(P, substance="crack")], [found(P, substance="freebase")], (0, 1, 1)),
    ("link_wants_unit", "link", [gold(P)], [found(P, per_unit="kg")], (0, 1, 1)),
    ("link_wants_count", "link", [gold(P, per_value=2)], [found(P)], (0, 1, 1)),
    ("one_may_be_unsaid", "link", [gold(P)], [found(P, per_value=None)], (1, 0, 0)),
    ("lump_sum", "link", [gold(P, per_value=None, per_unit=None)], [found(P)], (0, 1, 1)),
    ("link_ignores_kind", "link", [gold(P)], [found(P, kind="wholesale")], (1, 0, 0)),
    ("strict_wants_kind", "strict", [gold(P)], [found(P, kind="wholesale")], (0, 1, 1)),
    ("no_substance_is_none", "link", [gold(P, substance=None)], [found(P)], (0, 1, 1)),
    ("place_unsaid", "strict", [gold(P)], [found(P, place="Lyon")], (1, 0, 0)),
    ("place_as_written", "strict", [gold(P, place="lyonnais")], [found(P, place="lyonnais")], (1, 0, 0)),
    ("place_by_label", "strict", [gold(P, place="Lyon")], [found(P, place="lyonnais")], (1, 0, 0)),
    ("place_by_code", "strict", [gold(P, place="ES")], [found(P, place="Espagne")], (1, 0, 0)),
    ("place_missing", "strict", [gold(P, place="Lyon")], [found(P)], (0, 1, 1)),
    ("finer_date", "strict", [gold(P, when="2018")], [found(P, when="2018-07-12")], (1, 0, 0)),
    ("coarser_date", "strict", [gold(P, when="2018-07")], [found(P, when="2018")], (0, 1, 1)),
    ("other_year", "strict", [gold(P, when="2018")], [found(P, when="2019")], (0, 1, 1)),
    ("decade_by_its_start", "strict", [gold(P, when="1990")], [found(P, when="1990..1993")], (1, 0, 0)),
    ("date_unsaid", "strict", [gold(P)], [found(P, when="2019")], (1, 0, 0)),
    ("negated_not_affirmed", "strict", [gold(P, assertion="negated")], [found(P)], (0, 1, 1)),
    ("reported_not_affirmed", "strict", [gold(P, assertion="reported")], [found(P)], (0, 1, 1)),
    (
        "uncertain_is_one_class",
        "strict",
        [gold(P, assertion="reported")],
        [found(P, assertion="planned")],
        (1, 0, 0),
    ),
    ("value_ignores_assertion", "value", [gold(P, assertion="negated")], [found(P)], (1, 0, 0)),
    ("may_missed", "value", [gold(P, may=True)], [], (0, 0, 0)),
    ("may_found", "value", [gold(P, may=True)], [found(P)], (0, 0, 0)),
    ("may_found_twice", "value", [gold(P, may=True)], [found(P), found(P)], (0, 1, 0)),
    ("must_before_may", "value", [gold(P, may=True), gold(P)], [found(P)], (1, 0, 0)),
    ("may_but_not_strictly", "strict", [gold(P, may=True)], [found(P, kind="wage")], (0, 1, 0)),
    ("quantity_by_unit", "strict", [gold(Q)], [found(Q, grams=None)], (1, 0, 0)),
    ("quantity_by_grams", "strict", [gold(Q)], [found(Q, unit="kilo")], (1, 0, 0)),
    ("quantity_other_unit", "strict", [gold(Q)], [found(Q, unit="t", grams=5e6)], (0, 1, 1)),
    ("quantity_value_only", "value", [gold(Q)], [found(Q, unit="t", grams=5e6)], (1, 0, 0)),
    ("purity_measure", "value", [gold(U)], [found(U, measure="thc")], (0, 1, 1)),
    (
        "event_without_count",
        "value",
        [gold(E, low=None, high=None)],
        [found(E, low=None, high=None)],
        (1, 0, 0),
    ),
    ("event_of_one_is_no_error", "value", [], [found(E, low=1.0, high=1.0)], (0, 0, 0)),
    ("event_of_two_is", "value", [], [found(E, low=2.0, high=2.0)], (0, 1, 0)),
    ("event_at_least_two", "value", [], [found(E, low=2.0, high=None, unit="person")], (0, 1, 0)),
    ("seizures_aside", "value", [], [found(E, kind="seizure")], (0, 0, 0)),
    ("network_is_no_person", "value", [], [found(E, kind="dismantling", unit="network")], (0, 0, 0)),
    ("event_may_name_more", "strict", [gold(E)], [found(E, substance="cocaine")], (1, 0, 0)),
    ("modality_extra_is_free", "value", [], [found("modality")], (0, 0, 0)),
    ("modality_code", "value", [gold("modality")], [found("modality", code="signal")], (0, 0, 1)),
    ("trend_direction", "value", [gold("trend")], [found("trend", direction="up")], (0, 0, 1)),
    ("flow_by_code", "value", [gold("flow", origin="ES")], [found("flow")], (1, 0, 0)),
    ("flow_without_origin", "value", [gold("flow", origin=None)], [found("flow")], (0, 0, 1)),
    ("flow_mode_unsaid", "strict", [gold("flow")], [found("flow", mode="sea")], (1, 0, 0)),
    ("flow_mode_said", "strict", [gold("flow", mode="road")], [found("flow", mode="sea")], (0, 0, 1)),
]


@pytest.mark.parametrize(
    ("level", "facts", "predictions", "counts"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_case(level: Level, facts: list[Any], predictions: list[Any], counts: tuple[int, int, int]) -> None:
    tally = judge(facts, predictions, level, related).tally
    assert (tally.tp, tally.fp, tally.fn) == counts


@pytest.mark.parametrize(("facts", "predictions"), [c[2:4] for c in CASES], ids=[c[0] for c in CASES])
def test_the_order_does_not_matter(facts: list[Any], predictions: list[Any]) -> None:
    tallies = {
        judge(list(f), list(p), "strict", related).tally
        for f in itertools.permutations(facts)
        for p in itertools.permutations(predictions)
    }
    assert len(tallies) == 1


def test_a_type_answers_only_itself() -> None:
    report = score([document(gold(Q))], [[found(P)]], name="g", bootstrap=0, related=related)
    assert (report.line(Q, "value").fn, report.line(P, "value").fp) == (1, 1)


# edges, how many can be matched; greedy choice fails on the second and third
MATCHINGS = [
    ([[0]], 1),
    ([[0, 1], [0]], 2),
    ([[0, 1], [0, 2], [0], [1]], 3),
    ([[], [0], [0]], 1),
    ([], 0),
]


@pytest.mark.parametrize(("edges", "size"), MATCHINGS)
def test_matching_is_maximum(edges: list[list[int]], size: int) -> None:
    given_out = maximum_matching(edges)
    taken = [right for right in given_out if right is not None]
    assert len(taken) == len(set(taken)) == size
    assert all(right is None or right in edges[left] for left, right in enumerate(given_out))


@given(st.lists(st.lists(st.integers(0, 4), max_size=4, unique=True), max_size=5))
def test_matching_agrees_with_trying_everything(edges: list[list[int]]) -> None:
    best = 0
    for choice in itertools.product(*[[None, *rights] for rights in edges]):
        taken = [right for right in choice if right is not None]
        if len(taken) == len(set(taken)):
            best = max(best, len(taken))
    assert sum(right is not None for right in maximum_matching(edges)) == best


def two_documents() -> Report:
    """Prices: document a 1 found, 1 wrong; document b 1 found, 2 missed."""
    documents = [
        document(gold(P), id="a"),
        document(gold(P), gold(P, low=1, high=1), gold(P, low=2, high=2), id="b"),
    ]
    predictions = [[found(P), found(P, low=9.0, high=9.0, confidence=0.4)], [found(P)]]
    return score(documents, predictions, name="two.jsonl", bootstrap=200, related=related)


def test_figures_by_hand() -> None:
    line = two_documents().line(P, "value")
    assert (line.support, line.tp, line.fp, line.fn) == (4, 2, 1, 2)
    assert line.precision == pytest.approx(2 / 3)
    assert line.recall == pytest.approx(1 / 2)
    assert line.f1 == pytest.approx(4 / 7)  # 2 TP / (2 TP + FP + FN)


def test_interval_holds_the_extremes_of_resampling() -> None:
    """Twice document a: F1 2/3; twice document b: 1/2; one of each: 4/7."""
    line = two_documents().line(P, "value")
    assert (line.low, line.high) == (pytest.approx(1 / 2), pytest.approx(2 / 3))
    assert two_documents() == two_documents()


def test_calibration_counts_strictly_right() -> None:
    bins = {(c.low, c.high): (c.right, c.predicted) for c in two_documents().calibration}
    assert bins == {(0.0, 0.5): (0, 1), (0.9, 1.0): (2, 2)}


def test_substances_of_documents() -> None:
    documents = [document(gold(P), gold(Q, substance="heroin"), gold(Q, substance="lsd", may=True), id="a")]
    report = score(documents, [[found(P, substance="crack")]], name="g", bootstrap=0, related=related)
    assert (report.substances.expected, report.substances.found) == (2, 1)
    assert report.substances.missed == ("a: heroin",)


def test_table_shows_figures_and_on_demand_misses() -> None:
    report = two_documents()
    assert "price    value      4    2    1    2  0.667  0.500  0.571".replace(
        " ", ""
    ) in report.table().replace(" ", "")
    assert "missed" not in report.table()
    verbose = report.table(verbose=True)
    assert "wrong   value  a price: kind=retail low=9 high=9 currency=EUR" in verbose
    assert "missed  value  b price" in verbose


def test_a_miss_says_what_differs() -> None:
    report = score([document(gold(P))], [[found(P, kind="wage")]], name="g", bootstrap=0, related=related)
    missed = [o for o in report.outcomes if o.level == "strict" and o.verdict == "missed"]
    assert "differs in kind from kind=wage" in missed[0].detail
    values = score([document(gold(P))], [[]], name="g", bootstrap=0, related=related).outcomes
    assert {o.detail.split("; ")[1] for o in values} == {"nothing with this value"}


def test_comparison_of_runs() -> None:
    documents = [document(gold(P), gold(P, low=5, high=5))]

    def run(*amounts: float) -> Report:
        predictions = [[found(P, low=a, high=a) for a in amounts]]
        return score(documents, predictions, name="g", bootstrap=0, related=related)

    before, after = run(80.0, 7.0), run(5.0, 8.0)
    change = compare(json.loads(json.dumps(before.to_json())), after)
    at_value = {
        name: [o.key for o in getattr(change, name) if o.level == "value"]
        for name in ("gained", "lost", "newly_wrong", "no_longer_wrong")
    }
    assert at_value["gained"] == ["d:1"]
    assert at_value["lost"] == ["d:0"]
    assert ["low=8" in key for key in at_value["newly_wrong"]] == [True]
    assert ["low=7" in key for key in at_value["no_longer_wrong"]] == [True]
    assert "gained: value d price" in change.table()
    assert compare(after.to_json(), after).table() == "no change"


def test_unknown_line() -> None:
    with pytest.raises(KeyError):
        two_documents().line(Q, "link")


GOLD_LINE = {
    "id": 7,
    "lang": "fr",
    "title": "À 80 € le gramme",
    "published": "2021-03",
    "text": "Dans le quartier, le gramme de cocaïne se vend 70 euros.",
    "facts": [
        {"type": "price", "low": 70, "high": 70, "currency": "EUR", "substance": "cocaine", "note": "own"}
    ],
}


def test_gold_file(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD_LINE) + "\n\n", encoding="utf-8")
    (read,) = load_gold(path)
    assert (read.id, str(read.published), read.facts[0].low, read.facts[0].may) == (
        "7",
        "2021-03",
        70.0,
        False,
    )


BROKEN = [
    ("not_json", "{"),
    ("no_text", json.dumps({k: v for k, v in GOLD_LINE.items() if k != "text"})),
    ("unknown_type", json.dumps({**GOLD_LINE, "facts": [{"type": "rumour"}]})),
    ("bad_date", json.dumps({**GOLD_LINE, "published": "March"})),
    ("a_list", "[1]"),
    ("text_is_a_number", json.dumps({**GOLD_LINE, "text": 5})),
    ("facts_are_no_list", json.dumps({**GOLD_LINE, "facts": {}})),
    ("fact_without_type", json.dumps({**GOLD_LINE, "facts": [{"low": 1}]})),
]


@pytest.mark.parametrize("line", [b[1] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_broken_gold_names_the_line_not_the_text(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD_LINE) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"gold\.jsonl:2") as caught:
        load_gold(path)
    assert "quartier" not in str(caught.value)


def test_missing_gold(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such file"):
        evaluate(tmp_path / "none.jsonl")


@pytest.mark.parametrize("text", ["", "\n\n"], ids=["nothing", "blank_lines"])
def test_a_gold_file_of_nothing_is_refused(tmp_path: Path, text: str) -> None:
    """A truncated file must not pass for a perfect score."""
    path = tmp_path / "gold.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match="no gold document"):
        evaluate(path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": 1, "lang": "fr", "text": "x"}', encoding="utf-8")
    with pytest.raises(InputRefused, match="no 'facts'"):
        load_gold(path)


def test_titles_are_left_out(tmp_path: Path) -> None:
    """The title says 80, the body 70: only the body is scored, with the extractors as in use."""
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD_LINE), encoding="utf-8")
    (read,) = load_gold(path)
    prices = [o for o in extract_document(read) if o.type == "price"]
    assert [getattr(o.value, "low", None) for o in prices] == [70.0]
    assert evaluate(path, bootstrap=0).line(P, "value").f1 == 1.0


# what, its fields in one line
DESCRIBED = [
    (
        "flow",
        describe_observation(found("flow")),
        "origin=Espagne destination=Lyon mode=unknown assertion=affirmed",
    ),
    (
        "open",
        describe_observation(found(Q, high=None, when="2018-07")),
        "kind=seized low=5 unit=kg grams=5000",
    ),
    ("when", describe_observation(found(Q, when="2018-07")), "when=2018-07-01/month"),
    ("fact", describe_fact(gold(P, high=None, place="Lyon")), "place=Lyon"),
]


@pytest.mark.parametrize(("line", "part"), [d[1:] for d in DESCRIBED], ids=[d[0] for d in DESCRIBED])
def test_described(line: str, part: str) -> None:
    assert part in line
    assert "None" not in line
