"""Addresses of public figures: the same in every run and language, safe in a URL, read back as what was printed."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.errors import SettingsError
from vigie.report.addresses import (
    Address,
    Alert,
    Figure,
    Index,
    address_of,
    parse_address,
    print_address,
    released_address,
    warning_address,
)
from vigie.report.disclosure import Label
from vigie.report.results import TOPICS

PRINTED: list[tuple[str, Address, str]] = [
    # id, what, address
    ("price", Figure(topic="retail", key=("cocaine", "g"), area="FR", period="2025-Q1"), "figure/retail/cocaine/g/FR/2025-Q1"),
    ("market", Figure(topic="retail", key=("cocaine", "g", "FR-973"), area="FR", period="2025"), "figure/retail/cocaine/g/FR-973/FR/2025"),
    ("market_unknown", Figure(topic="wholesale", key=("cocaine", "g", ""), area=None, period=""), "figure/wholesale/cocaine/g/-/all/all"),
    ("harm_of_none", Figure(topic="harms", key=("death", ""), area="FR-69", period="2025"), "figure/harms/death/-/FR-69/2025"),
    ("flow", Figure(topic="flows", key=("Espagne", "Rhône"), area=None, period="2025"), "figure/flows/Espagne/Rh~c3~b4ne/all/2025"),
    ("a_place_named_all", Figure(topic="flows", key=("all", "-"), area="all", period=""), "figure/flows/all/~2d/~61ll/all"),
    ("steps_of_a_path", Figure(topic="ways", key=("..", "."), area=None, period=""), "figure/ways/~2e./~2e/all/all"),
    ("cell_price", Label("2025-Q1", "department", "FR-69", "FR", "price", "retail", "cocaine", "EUR/g"),
     "cell/2025-Q1/department/FR-69/price/retail/cocaine/EUR-g/FR"),
    ("cell_way", Label("2025", "region", "FR-ARA", "", "modality", "channel:telegram", "", ""), "cell/2025/region/FR-ARA/modality/channel.telegram/-/-/-"),
    ("cell_flow", Label("2025", "none", "", "", "flow", "ES>FR-69", "cocaine", ""), "cell/2025/none/-/flow/ES.FR-69/cocaine/-/-"),
    ("cell_purity", Label("2025", "all", "", "", "purity", "thc", "cannabis", "%"), "cell/2025/all/-/purity/thc/cannabis/percent/-"),
    ("released", Alert(name="r3"), "alert/r3"),
    ("index", Index(substance="cocaine", unit="g", area="FR", period="2025-Q1"), "index/cocaine/g/FR/2025-Q1"),
    ("index_of_other_prices", Index(substance="cocaine", unit="g", area="FR", period="2025-Q1", kind="wholesale"), "index/wholesale/cocaine/g/FR/2025-Q1"),
]  # fmt: skip


@pytest.mark.parametrize(("_name", "what", "text"), PRINTED, ids=[c[0] for c in PRINTED])
def test_what_is_printed_is_read_back(_name: str, what: Address, text: str) -> None:
    assert print_address(what) == text
    assert parse_address(text) == what


REFUSED = [
    "", "figure", "figure/retail/cocaine/g/FR", "figure/none/cocaine/g/FR/2025", "figure/retail/cocaine/g/FR/2025-Q5", "figure/ways/a/b/c/FR/2025",
    "figure/retail//g/FR/2025", "figure/retail/cocaine/g/FR/2025/", "/figure/retail/cocaine/g/FR/2025", "figure/retail/../g/FR/2025/..", "alert/r0", "alert/r",
    "alert/w-xyz", "alert/a_1f0c52aa90b3", "cell/all/all/-/price/retail/cocaine/EUR-g/FR", "figure/retail/<b>/g/FR/2025", "figure/retail/co%63aine/g/FR/2025",
    "figure/retail/~zz/g/FR/2025", "figure/retail/" + "a" * 900 + "/g/FR/2025", "document/d1", "javascript:alert(1)", "alert/r3\n",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_names_nothing_public_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no address of a public figure"):
        parse_address(text)


part = st.text(max_size=6)
period = st.sampled_from(["", "2025", "2025-Q3"])
figure = st.builds(
    Figure,
    topic=st.sampled_from([t.id for t in TOPICS]),
    key=st.tuples(part, part),
    area=st.none() | part,
    period=period,
)
priced = st.builds(
    Figure,
    topic=st.sampled_from(["retail", "wholesale"]),
    key=st.tuples(part, part, part),
    area=st.none() | part,
    period=period,
)
label = st.builds(
    Label, st.sampled_from(["2025", "2025-Q3"]), part, part, part,
    st.sampled_from(["price", "modality", "flow", "trend", "event"]) | part, part, part, part | st.just("EUR/g") | st.just("EUR-g"),
)  # fmt: skip


@given(
    figure
    | priced
    | label
    | st.builds(Index, substance=part, unit=part, area=st.none() | part, period=period, kind=part)
)
def test_every_part_comes_back(what: Address) -> None:
    text = print_address(what)
    assert parse_address(text) == what
    assert quote(text) == text == unquote(text)
    assert re.fullmatch(r"[\w.~/-]+", text, re.ASCII) and "/./" not in text and "/../" not in text


@given(st.text(max_size=60))
def test_whatever_is_read_prints_the_same(text: str) -> None:
    """No figure has two addresses."""
    try:
        what = parse_address(text)
    except SettingsError:
        return
    assert print_address(what) == text


@given(st.lists(st.sampled_from(["figure", "cell", "alert", "index", "retail", "all", "-", "~2d", "~61", "a", "EUR-g", "EUR~2dg", "2025", "percent", "r1", "."]), max_size=9).map("/".join))  # fmt: skip
def test_whatever_looks_like_one_prints_the_same(text: str) -> None:
    try:
        what = parse_address(text)
    except SettingsError:
        return
    assert print_address(what) == text


def test_short_ways() -> None:
    assert address_of("retail", ("cocaine", "g"), None, "2025") == "figure/retail/cocaine/g/all/2025"
    assert released_address(3) == "alert/r3"
    assert parse_address(warning_address("doc0")) != parse_address(warning_address("doc1"))
