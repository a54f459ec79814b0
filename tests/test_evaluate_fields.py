"""Field by field and assertion by assertion, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from evaluate_samples import document, found, gold, related
from vigie.evaluate.fields import assertion_scores, field_scores, pairs
from vigie.evaluate.score import score

P, Q, E = "price", "quantity", "event"

# id, facts, predictions, {(type, field): (right, stated)} of the fields named
CASES: list[tuple[str, list[Any], list[Any], dict[tuple[str, str], tuple[int, int]]]] = [
    ("all right", [gold(P)], [found(P)], {(P, "substance"): (1, 1), (P, "kind"): (1, 1)}),
    ("substance wrong", [gold(P)], [found(P, substance="heroin")], {(P, "substance"): (0, 1), (P, "kind"): (1, 1)}),
    ("unit wrong", [gold(P)], [found(P, per_unit="kg")], {(P, "per_unit"): (0, 1), (P, "per_value"): (1, 1)}),
    ("place right", [gold(P, place="Lyon")], [found(P, place="lyonnais")], {(P, "place"): (1, 1)}),
    ("place missing", [gold(P, place="Lyon")], [found(P)], {(P, "place"): (0, 1)}),
    ("date wrong", [gold(E, when="2018")], [found(E, when="2019")], {(E, "when"): (0, 1), (E, "kind"): (1, 1)}),
    ("a missed fact has no fields", [gold(Q)], [], {}),
    ("another value is no pair", [gold(Q)], [found(Q, low=1.0, high=1.0)], {}),
    ("what may be is left out", [gold(Q, may=True)], [found(Q)], {}),
    (
        "the better prediction is the pair",
        [gold(P)],
        [found(P, substance="heroin"), found(P)],
        {(P, "substance"): (1, 1)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "predictions", "fields"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_fields(facts: list[Any], predictions: list[Any], fields: dict[Any, Any]) -> None:
    scores = field_scores(pairs(facts, predictions, related), related)
    read = {(s.type, s.field): (s.right, s.stated) for s in scores}
    assert {key: read.get(key) for key in fields} == fields
    if not fields:
        assert read == {}


def test_what_the_gold_does_not_state_is_not_judged() -> None:
    scores = field_scores(pairs([gold(P)], [found(P, place="Lyon", when="2019")], related), related)
    assert {"place", "when"}.isdisjoint({s.field for s in scores})


def test_assertions() -> None:
    facts = [
        gold(P),
        gold(P, assertion="negated"),
        gold(Q, assertion="reported"),
        gold(E, assertion="planned"),
    ]
    predictions = [
        found(P),
        found(P, assertion="hypothetical"),
        found(Q, assertion="planned"),
        found(E, assertion="planned"),
    ]
    read = {
        a.assertion: (a.gold, a.predicted, a.right)
        for a in assertion_scores(pairs(facts, predictions, related))
    }
    assert read == {
        "affirmed": (1, 1, 1),
        "negated": (1, 0, 0),
        "uncertain": (2, 3, 2),  # the strict level asks no more of a fact that is not vouched for
        "hypothetical": (0, 1, 0),
        "planned": (1, 2, 1),
        "reported": (1, 0, 0),
    }


def test_the_report_shows_them() -> None:
    report = score([document(gold(P))], [[found(P)]], name="g", bootstrap=0, related=related)
    table = report.table()
    assert "price    substance 1 of 1, per_value 1 of 1" in table
    assert "assertion affirmed         1 in the gold    1 predicted    1 right" in table
    assert report.to_json()["fields"][0] == {"type": P, "field": "substance", "stated": 1, "right": 1}


def test_calibration_error_by_hand() -> None:
    """Two at 0.9 of which one is right, one at 0.4 that is wrong: (2·|0.5-0.9| + |0-0.4|) / 3."""
    documents = [document(gold(P))]
    predictions = [
        [found(P, confidence=0.9), found(P, low=1.0, high=1.0, confidence=0.9), found(Q, confidence=0.4)]
    ]
    report = score(documents, predictions, name="g", bootstrap=0, related=related)
    assert report.calibration_error == pytest.approx(1.2 / 3)
    (low, high) = report.calibration
    assert (low.stated, low.share, high.stated, high.share) == (0.4, 0.0, 0.9, 0.5)
    assert (high.least, high.most) == (pytest.approx(0.0945, abs=1e-4), pytest.approx(0.9055, abs=1e-4))
    assert low.least == 0.0


def test_nothing_predicted_has_no_calibration_error() -> None:
    report = score([document(gold(P))], [[]], name="g", bootstrap=0, related=related)
    assert report.calibration_error is None
    assert report.to_json()["calibration_error"] is None
