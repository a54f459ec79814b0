"""Credibility of statements: a table of who says what, and the verdict on the first of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from growth import calls
from vigie.lexicon.terms import data_toml
from vigie.stats.credibility import MOST_COMPARED, Statement, credibility_rules, judge

SUBJECT = ("price", "retail", "g")
UP, DOWN = ("trend", "price", "up"), ("trend", "price", "down")
DAY = 739000
LONG = "Le gramme de cocaïne se vend désormais à soixante euros dans le centre de Lyon"
BASE = Statement(
    id="0", doc_id="d0", voice="a", subject=SUBJECT, substances=("cocaine",), areas=("FR-69", "FR-ARA", "FR"),
    start=DAY, end=DAY, low=60.0, high=60.0, grade="B",
)  # fmt: skip
TREND = replace(BASE, subject=UP, opposite=DOWN, low=None, high=None)


def said(base: Statement = BASE, **fields: object) -> Statement:
    return replace(base, **fields)  # type: ignore[arg-type]


CASES = [
    # id, statement, others, credibility, rule, others that state the same
    ("alone", said(), [], 3, "single", 0),
    ("one_other_paper", said(), [said(voice="b", low=65.0, high=65.0)], 2, "borne-out", 1),
    ("two_other_papers", said(), [said(voice="b"), said(voice="c", low=50.0, high=70.0)], 1, "confirmed", 2),
    ("same_source_again", said(), [said(), said(low=61.0)], 3, "single", 0),
    ("unknown_voice_is_nobody", said(), [said(voice="")], 3, "single", 0),
    ("price_too_different", said(), [said(voice="b", low=90.0, high=90.0)], 3, "single", 0),
    ("ranges_overlap", said(low=50.0, high=90.0), [said(voice="b", low=88.0, high=120.0)], 2, "borne-out", 1),
    ("other_department", said(), [said(voice="b", areas=("FR-33", "FR-NAQ", "FR"))], 3, "single", 0),
    ("country_bears_out_department", said(), [said(voice="b", areas=("FR",))], 2, "borne-out", 1),
    ("department_is_not_the_country", said(areas=("FR",)), [said(voice="b")], 3, "single", 0),
    ("no_place_no_witness", said(areas=()), [said(voice="b", areas=())], 3, "single", 0),
    ("same_quarter", said(), [said(voice="b", start=DAY + 92, end=DAY + 92)], 2, "borne-out", 1),
    ("years_later", said(), [said(voice="b", start=DAY + 700, end=DAY + 700)], 3, "single", 0),
    ("year_holds_the_day", said(), [said(voice="b", start=DAY - 200, end=DAY + 165)], 2, "borne-out", 1),
    ("no_date", said(start=None, end=None), [said(voice="b")], 3, "single", 0),
    ("other_substance", said(), [said(voice="b", substances=("heroin",))], 3, "single", 0),
    ("parent_bears_out", said(substances=("crack", "cocaine")), [said(voice="b")], 2, "borne-out", 1),
    ("wholesale_is_another_thing", said(), [said(voice="b", subject=("price", "wholesale", "g"))], 3, "single", 0),
    ("same_sentence_is_a_copy", said(sentence=LONG), [said(voice="b", sentence=LONG + " lundi")], 3, "single", 0),
    ("both_cite_the_police", said(cites="police"), [said(voice="b", cites="police")], 3, "single", 0),
    ("they_cite_two_bodies", said(cites="police"), [said(voice="b", cites="ars")], 2, "borne-out", 1),
    ("it_quotes_the_other", said(cites="b"), [said(voice="b")], 3, "single", 0),
    ("unreliable_confirms_nothing", said(), [said(voice="b", grade="E")], 3, "single", 0),
    ("misread_confirms_nothing", said(), [said(voice="b", confidence=0.4)], 3, "single", 0),
    ("satire_confirms_nothing", said(), [said(voice="b", satire=True)], 3, "single", 0),
    ("rumour_confirms_nothing", said(), [said(voice="b", assertion="reported")], 3, "single", 0),
    ("satire", said(satire=True), [said(voice="b"), said(voice="c")], 5, "satire", 2),
    ("denied", said(assertion="negated"), [said(voice="b")], 5, "denied", 1),
    ("rumour", said(assertion="reported"), [], 4, "rumour", 0),
    ("fear", said(assertion="hypothetical"), [], 4, "rumour", 0),
    ("rumour_borne_out", said(assertion="reported"), [said(voice="b")], 3, "rumour-borne-out", 1),
    ("plan", said(assertion="planned"), [said(voice="b")], 6, "announced", 1),
    ("denied_by_a_better_one", said(grade="E"), [said(voice="b", assertion="negated")], 5, "contradicted-by-better", 0),
    ("denied_by_an_equal", said(), [said(voice="b", assertion="negated")], 4, "contradicted", 0),
    ("denied_by_a_better_one_but_borne_out", said(grade="C"),
     [said(voice="b", assertion="negated"), said(voice="c"), said(voice="d")], 4, "contradicted", 2),
    ("another_price_denied", said(), [said(voice="b", assertion="negated", low=40.0, high=40.0)], 3, "single", 0),
    ("denied_by_itself_is_no_other", said(), [said(assertion="negated")], 3, "single", 0),
    ("denied_of_the_country", said(), [said(voice="b", assertion="negated", areas=("FR",))], 3, "single", 0),
    ("opposite_trend", TREND, [said(TREND, voice="b", subject=DOWN, opposite=UP)], 4, "contradicted", 0),
    ("same_trend", TREND, [said(TREND, voice="b")], 2, "borne-out", 1),
    ("far_from_two_who_agree", said(low=400.0, high=400.0), [said(voice="b"), said(voice="c")], 4, "far-off", 0),
    ("far_from_one", said(low=400.0, high=400.0), [said(voice="b")], 3, "single", 0),
    ("official_alone", said(official=True), [], 2, "official", 0),
    ("unknown_source", said(grade="F"), [], 6, "unknown-source", 0),
    ("unknown_source_borne_out", said(grade="F"), [said(voice="b")], 2, "borne-out", 1),
    ("unreliable_source", said(grade="E"), [], 4, "unreliable-source", 0),
    ("grade_does_not_help", said(grade="A"), [], 3, "single", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_name", "one", "others", "credibility", "rule", "count"), CASES, ids=[c[0] for c in CASES]
)
def test_verdict(
    _name: str, one: Statement, others: list[Statement], credibility: int, rule: str, count: int
) -> None:
    listed = [replace(s, id=str(n), doc_id=f"d{n}") for n, s in enumerate([one, *others])]
    for order in (listed, listed[::-1]):
        found = judge(order)["0"]
        assert (found.credibility, found.rule, found.corroborated) == (credibility, rule, count)


ORIGINAL = said(id="0", doc_id="d0")
COPIED = [
    # id, the copy, credibility, rule: the original is borne out by another paper
    ("takes_that_of_its_original", said(voice="a", grade="E", original="d0"), 2, "borne-out"),
    ("spun_too", said(voice="a", grade="E", original="d0", spun=True, areas=("FR",)), 2, "borne-out"),
    ("garbled", said(voice="a", original="d0", spun=True, low=600.0, high=600.0), 4, "garbled"),
    ("the_denial_got_lost", said(voice="a", original="d0", spun=True, substances=("heroin",)), 4, "garbled"),
    ("a_dispatch_cut_short", said(voice="a", original="d0", low=61.0, high=61.0), 2, "borne-out"),
]


@pytest.mark.parametrize(("_name", "copy", "credibility", "rule"), COPIED, ids=[c[0] for c in COPIED])
def test_a_copy_adds_nothing(_name: str, copy: Statement, credibility: int, rule: str) -> None:
    copy = replace(copy, id="1", doc_id="d1")
    other = said(id="2", doc_id="d2", voice="b")
    found = judge([copy, ORIGINAL, other])
    assert (found["1"].credibility, found["1"].rule) == (credibility, rule)
    assert (found["0"].corroborated, found["2"].corroborated) == (1, 1)


def test_the_rules_give_reasons_and_an_end() -> None:
    table = data_toml("taxonomy", "credibility.toml")
    assert all(len(entry["reason"]) > 25 for entry in (*table["rule"], *table["type"], table["witness"]))
    assert table["rule"][-1]["when"] == {}
    assert {rule["credibility"] for rule in table["rule"]} == {1, 2, 3, 4, 5, 6}
    assert set(table["scale"]) == set("123456")
    kinds = credibility_rules().kinds
    assert set(kinds) == {"price", "quantity", "purity", "event", "modality", "trend", "flow", "load"}


def test_work_grows_with_the_number_of_statements_not_its_square() -> None:
    """The worst that can be: everybody speaks of one thing in one place on one day, and nobody agrees."""

    def work(count: int) -> int:
        listed = [
            said(id=str(n), doc_id=f"d{n}", voice=f"v{n}", low=2.0**n, high=2.0**n) for n in range(count)
        ]
        return calls(lambda: judge(listed))

    assert work(1000) < 3 * work(500)
    assert MOST_COMPARED < 500


def test_order_changes_no_verdict() -> None:
    listed = [said(id=str(n), doc_id=f"d{n}", voice=v, low=50.0 + n) for n, v in enumerate("abca")]
    expected = judge(listed)
    for one, two in combinations(range(4), 2):
        swapped = list(listed)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        assert judge(swapped) == expected
