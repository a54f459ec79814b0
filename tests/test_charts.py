"""Charts: the same bytes for the same figures, units on every axis, states that cannot be taken for zero, hostile names."""

from __future__ import annotations

import csv as csv_
import html
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from chart_samples import HOSTILE, LONG, SAMPLES, areas, flow, point, sample
from vigie.charts import (
    CHARTS,
    AreaValue,
    Bar,
    Flow,
    Point,
    Series,
    Stretch,
    area_map,
    bars,
    columns,
    coverage,
    draw,
    flow_map,
    intervals,
    lines,
    multiples,
    periods,
    steps,
)
from vigie.charts.canvas import SIGNS, unique
from vigie.charts.words import Words
from vigie.model.errors import SeriesError, SettingsError

NAMES = list(SAMPLES)


def parts(spec: Any) -> Iterator[dict[str, Any]]:
    """Every object of a specification, its data left out."""
    if isinstance(spec, dict):
        yield spec
        for key, value in spec.items():
            if key not in ("datasets", "config"):
                yield from parts(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from parts(value)


def spec_of(name: str, lang: str = "fr", *, hostile: bool = False) -> Any:
    return json.loads(sample(name, lang, hostile=hostile).spec)


def test_every_builder_has_a_sample() -> None:
    assert {name.partition("-")[0] for name in NAMES} == {builder.__name__ for builder in CHARTS}


@pytest.mark.parametrize("name", NAMES)
def test_same_figures_same_text(name: str) -> None:
    one, two = sample(name), sample(name)
    assert one == two
    assert (
        one.spec
        == two.spec
        == json.dumps(
            json.loads(one.spec), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).translate({ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028"})
    )
    assert "view_" not in one.spec and not re.search(
        r'"(data|concat)-[0-9a-f]{8}', one.spec
    )  # names that Altair makes up


@pytest.mark.parametrize("name", ["lines", "multiples", "area_map"])
def test_same_figures_same_drawing(name: str) -> None:
    one, two = sample(name), sample(name)
    assert draw.svg(one) == draw.svg(two)
    assert draw.png(one, scale=1.0) == draw.png(two, scale=1.0)


@pytest.mark.parametrize("name", NAMES)
def test_specification_is_valid(name: str) -> None:
    import altair

    spec = spec_of(name)
    # Vega draws legends one below the other by it; Vega-Lite hands it on, though its schema knows expressions only.
    spec["config"]["legend"].pop("layout")
    altair.Chart.from_dict(spec)  # checks against the schema of Vega-Lite


@pytest.mark.parametrize("name", NAMES)
def test_every_axis_says_its_unit(name: str) -> None:
    figure = sample(name)
    spec = json.loads(figure.spec)
    axes = [part["axis"] for part in parts(spec) if isinstance(part.get("axis"), dict)]
    titles = {axis.get("title") for axis in axes}
    headers = {part["header"]["title"] for part in parts(spec) if "header" in part}
    legends = {part["legend"].get("title") for part in parts(spec) if isinstance(part.get("legend"), dict)}
    if name == "multiples":  # the unit stands once, over all panels
        assert headers == {figure.unit}
        titles -= {None}
    assert None not in titles
    assert figure.unit in titles | headers | legends
    assert figure.unit


STATEFUL = ["lines", "multiples", "columns", "area_map", "area_map-world", "coverage"]


@pytest.mark.parametrize("name", STATEFUL)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_states_are_said_in_the_note(name: str, lang: str) -> None:
    figure, words = sample(name, lang), Words(lang)
    assert words["note_nothing"] in figure.note
    assert words["note_withheld"] in figure.note


@pytest.mark.parametrize("name", [name for name in STATEFUL if name != "multiples"])
def test_states_are_said_in_the_legend(name: str) -> None:
    words = Words("fr")
    scales = [
        part["scale"]
        for part in parts(spec_of(name))
        if "scale" in part and isinstance(part["scale"].get("domain"), list)
    ]
    signs = {
        label: sign
        for scale in scales
        for label, sign in zip(scale["domain"], scale.get("range", []), strict=False)
    }
    for state in ("nothing-collected", "withheld"):
        assert signs[words[f"state_{state}"]] == SIGNS[state]
    assert len(set(SIGNS.values())) == len(SIGNS)


def one_state(name: str, state: Any) -> Any:
    """A figure of four periods, areas or cells of which the third is in this state."""
    value = {"shown": 4.0, "zero": 0.0}.get(state)
    points = [
        Point(period=f"2024-Q{q}", value=value if q == 3 else 5.0, state=state if q == 3 else "shown")
        for q in (1, 2, 3, 4)
    ]
    if name == "lines":
        return lines("x", "x", [Series(name="s", points=tuple(points))], lang="fr")
    if name == "multiples":
        return multiples("x", "x", [Series(name="s", points=tuple(points))], lang="fr")
    if name == "columns":
        return columns("x", "x", points, lang="fr")
    if name == "coverage":
        return coverage(
            "x",
            "x",
            [Stretch(name="s", cells=tuple((p.period, int(p.value or 0), p.state) for p in points))],
            lang="fr",
        )
    codes = ["FR-01", "FR-02", "FR-03", "FR-04"]
    return area_map(
        "x",
        "x",
        [AreaValue(code=c, name=c, value=p.value, state=p.state) for c, p in zip(codes, points, strict=True)],
        lang="fr",
    )


@pytest.mark.parametrize("name", ["lines", "multiples", "columns", "coverage", "area_map"])
def test_states_are_drawn_differently(name: str) -> None:
    drawn = {
        state: draw.svg(one_state(name, state))
        for state in ("shown", "zero", "withheld", "nothing-collected")
    }
    assert len(set(drawn.values())) == 4
    figure = one_state(name, "nothing-collected")
    table = dict(zip([column.name for column in figure.columns], figure.rows[2], strict=True))
    assert table["state"] == "nothing-collected"
    assert table["count" if name == "coverage" else "value"] is None


@pytest.mark.parametrize("name", ["lines", "columns"])
def test_a_gap_is_not_bridged(name: str) -> None:
    figure = one_state(name, "withheld")
    rows = json.loads(figure.spec)["datasets"]["figures"]
    assert len(rows) == 3
    if name == "lines":
        assert [row["run"] for row in rows] == [0, 0, 1]


EMPTY = [
    ("lines", lambda: lines("x", "x", [], lang="fr")),
    (
        "lines_of_gaps",
        lambda: lines("x", "x", [Series(name="s", points=(point("2024-Q1", None, "withheld"),))], lang="fr"),
    ),
    ("multiples", lambda: multiples("x", "x", [Series(name="s", points=())], lang="fr")),
    ("bars", lambda: bars("x", "x", [], lang="fr")),
    ("intervals", lambda: intervals("x", "x", [], lang="fr")),
    ("columns", lambda: columns("x", "x", [], lang="fr")),
    (
        "columns_never_collected",
        lambda: columns("x", "x", [Point(period="2024", state="nothing-collected")], lang="fr"),
    ),
    ("area_map", lambda: area_map("x", "x", [], lang="fr")),
    ("area_map_elsewhere", lambda: area_map("x", "x", areas(["ES"]), lang="fr")),
    ("flow_map", lambda: flow_map("x", "x", [], lang="fr")),
    ("flow_map_unknown_places", lambda: flow_map("x", "x", [flow("ZZ", "YY", 3)], lang="fr")),
    ("flow_map_inside_one_area", lambda: flow_map("x", "x", [flow("FR", "FR", 3)], lang="fr")),
    ("coverage", lambda: coverage("x", "x", [], lang="fr")),
    ("coverage_without_cells", lambda: coverage("x", "x", [Stretch(name="s", cells=())], lang="fr")),
]


@pytest.mark.parametrize("make", [row[1] for row in EMPTY], ids=[row[0] for row in EMPTY])
def test_nothing_to_draw_is_none(make: Any) -> None:
    assert make() is None


SMALL = [
    (
        "one_point",
        lambda: lines("x", "x", [Series(name="s", points=(Point(period="2024", value=3.0),))], lang="fr"),
    ),
    (
        "all_zero",
        lambda: lines(
            "x", "x", [Series(name="s", points=(Point(period="2024", value=0.0, state="zero"),))], lang="fr"
        ),
    ),
    (
        "not_from_zero",
        lambda: lines(
            "x", "x", [Series(name="s", points=(Point(period="2024", value=51.0),))], lang="fr", zero=False
        ),
    ),
    ("columns_all_zero", lambda: columns("x", "x", [Point(period="2024", value=0, state="zero")], lang="en")),
    ("one_bar", lambda: bars("x", "x", [Bar(name="a", value=0)], lang="fr")),
    ("negative", lambda: intervals("x", "x", [Bar(name="a", value=-3, low=-5, high=2)], lang="en")),
    ("one_area", lambda: area_map("x", "x", [AreaValue(code="FR-976", name="Mayotte", value=1)], lang="fr")),
    (
        "nothing_but_gaps",
        lambda: area_map(
            "x", "x", [AreaValue(code="FR-01", name="Ain", state="nothing-collected")], lang="fr"
        ),
    ),
    ("same_names", lambda: bars("x", "x", [Bar(name="a", value=1), Bar(name="a", value=2)], lang="fr")),
    ("no_name", lambda: bars("x", "x", [Bar(name="\x00\n", value=1)], lang="fr")),
    ("one_flow", lambda: flow_map("x", "x", [flow("CO", "FR", 1)], lang="en")),
    (
        "never_found",
        lambda: coverage("x", "x", [Stretch(name="s", cells=(("2024", 0, "shown"),))], lang="fr"),
    ),
]


@pytest.mark.parametrize("make", [row[1] for row in SMALL], ids=[row[0] for row in SMALL])
def test_little_data_still_draws(make: Any) -> None:
    figure = make()
    ET.fromstring(draw.svg(figure, width=360))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_text(name: str) -> None:
    figure = sample(name, hostile=True)
    assert not re.search("[<>&\u2028]", figure.spec)
    if not name.startswith("columns"):
        assert any("</script>" in str(cell) for row in figure.rows for cell in row)  # whole in the table
    root = ET.fromstring(draw.svg(figure))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg",
        "g",
        "path",
        "rect",
        "text",
        "line",
        "defs",
        "clipPath",
        "title",
        "tspan",
    }
    assert not [
        key
        for element in root.iter()
        for key in element.attrib
        if key.lower().startswith("on") or key.endswith("href")
    ]


def test_names_never_reach_an_expression() -> None:
    spec = spec_of("lines", hostile=True)
    expressions = [
        part[key] for part in parts(spec) for key in ("labelExpr", "calculate", "filter") if key in part
    ]
    assert expressions and not [text for text in expressions if "alert" in str(text)]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+1", "'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a=b", "a=b"),
        ("3-MMC", "3-MMC"),
    ],
    ids=["equals", "plus", "minus", "at", "space_before", "full_width", "inside", "digit_first"],
)
def test_csv_defuses_formulas(text: str, cell: str) -> None:
    figure = bars("x", "x", [Bar(name=text, value=-1.5, low=None)], lang="fr")
    assert figure is not None
    rows = list(csv_.reader(io.StringIO(draw.csv(figure).decode("utf-8"))))
    assert rows == [
        ["name", "value", "low", "high", "statements", "sources"],
        [cell, "-1.5", "", "", "0", "0"],
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [360, 680])
def test_drawings_take_the_width_given(name: str, width: int) -> None:
    root = ET.fromstring(draw.svg(sample(name), width=width))
    assert width * 0.85 <= float(root.attrib["width"]) <= width + 2
    assert root.attrib["role"] == "img" and root.attrib["aria-label"] == sample(name).alt


@pytest.mark.parametrize(
    ("lang", "number", "quarter"),
    [("fr", "1\u202f240", "trimestre"), ("en", "1\u202f240", "quarter")],
    ids=["fr", "en"],
)
def test_numbers_and_words_follow_the_language(lang: str, number: str, quarter: str) -> None:
    assert number in draw.svg(sample("bars", lang))
    assert quarter in draw.svg(sample("lines", lang))


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [(0.525, "0,53", "0.53"), (58.5, "58,5", "58.5"), (58, "58", "58"), (123.456, "123,5", "123.5"), (1240.4, "1\u202f240", "1\u202f240"), (-3.5, "−3,5", "−3.5"), (-0.001, "0", "0"), (0, "0", "0")],
    ids=["small", "half", "whole", "hundreds", "thousands", "negative", "almost_zero", "zero"],
)  # fmt: skip
def test_numbers(value: float, fr: str, en: str) -> None:
    assert (Words("fr").number(value), Words("en").number(value)) == (fr, en)


def test_long_names_are_whole_in_the_table() -> None:
    for name in ("lines", "bars", "coverage"):
        assert any(LONG in row for row in sample(name).rows), name


def test_more_than_six_lines_become_small_multiples() -> None:
    many = [Series(name=f"s{i}", points=(Point(period="2024", value=i),)) for i in range(7)]
    figure = lines("x", "x", many, lang="fr")
    assert figure is not None and "facet" in json.loads(figure.spec)


@pytest.mark.parametrize(
    ("given", "kind", "first", "last", "count"),
    [
        (["2024-Q3", "2023-Q4"], "quarter", "2023-Q4", "2024-Q3", 4),
        (["2023-11", "2024-02"], "month", "2023-11", "2024-02", 4),
        (["2019", "2024"], "year", "2019", "2024", 6),
    ],
    ids=["quarters", "months", "years"],
)
def test_axis_holds_the_periods_between(
    given: list[str], kind: str, first: str, last: str, count: int
) -> None:
    axis = periods.axis_of(given)
    assert (axis.kind, axis.periods[0], axis.periods[-1], len(axis.periods)) == (kind, first, last, count)


@pytest.mark.parametrize(
    "given",
    [["2024-Q1", "2024"], ["2024-Q5"], ["2024-13"], [], ["0001", "9999"]],
    ids=["mixed", "q5", "month13", "none", "endless"],
)
def test_periods_that_make_no_axis(given: list[str]) -> None:
    with pytest.raises(SeriesError):
        periods.axis_of(given)


@pytest.mark.parametrize("count", [1, 2, 5, 8, 13, 18, 30, 60, 200, 400])
@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
def test_few_enough_labels_for_a_phone(kind: str, count: int) -> None:
    axis = periods.Axis(
        kind=kind,
        first=2001 * {"month": 12, "quarter": 4, "year": 1}[kind],
        periods=tuple("2001" for _ in range(count)),
    )
    assert 1 <= len(axis.ticks()) <= 8


@pytest.mark.parametrize(
    ("lang", "period", "name"),
    [("fr", "2024-Q1", "T1 2024"), ("en", "2024-Q1", "Q1 2024"), ("fr", "2024-08", "août 2024"), ("en", "2024-08", "August 2024"), ("en", "2024", "2024")],
)  # fmt: skip
def test_names_of_periods(lang: str, period: str, name: str) -> None:
    assert periods.name_of(period, Words(lang)) == name


@pytest.mark.parametrize(
    "values",
    [[1], [1, 1, 1], [1, 2], list(range(1, 40)), [0.1, 0.2, 1000, 5e6], [1.001, 1.002, 1.003]],
    ids=str,
)
def test_every_value_has_one_step(values: list[float]) -> None:
    found = steps.steps_of(values, Words("fr"))
    assert 1 <= len(found) <= 5
    assert len({step.label for step in found}) == len({step.colour for step in found}) == len(found)
    assert [step.top for step in found] == sorted(step.top for step in found)
    assert all(steps.label_of(value, found) for value in values)


def test_flows_that_cannot_be_drawn_are_counted() -> None:
    figure = sample("flow_map")
    assert Words("fr").fill("note_flow_left", n=1) in figure.note
    assert len(figure.rows) == 5


def test_areas_off_the_map_are_named() -> None:
    figure = area_map(
        "x",
        "x",
        [AreaValue(code="FR-01", name="Ain", value=1), AreaValue(code="FR-CP", name="Clipperton", value=1)],
        lang="fr",
    )
    assert figure is not None and "Clipperton" in figure.note


def test_names_are_told_apart() -> None:
    assert unique(["a", "a", "b", "a"]) == ["a", "a (2)", "b", "a (3)"]


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(SettingsError, match="fr"):
        bars("x", "x", [Bar(name="a", value=1)], lang="de")


def test_import_brings_no_heavy_package() -> None:
    code = "import sys, vigie.charts; print([m for m in ('altair', 'vl_convert', 'pandas', 'jsonschema') if m in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


@pytest.mark.parametrize(
    ("missing", "call"),
    [("altair", "figure.spec"), ("vl_convert", "draw.svg(figure)")],
    ids=["altair", "vl_convert"],
)
def test_missing_package_names_the_extra(missing: str, call: str) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from vigie.charts import Bar, bars, draw\nfrom vigie.model.errors import MissingExtraError\n"
        "figure = bars('x', 'x', [Bar(name='a', value=1)], lang='fr')\n"
        f"try:\n    {call}\nexcept MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "report" in done.stdout


def test_hostile_sample_is_hostile() -> None:
    assert "<" in HOSTILE and "=" in HOSTILE and isinstance(flow("A", "B", 1), Flow)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Opioïdes", ["Opioïdes"]),
        ("Cannabinoïdes de synthèse", ["Cannabinoïdes", "de synthèse"]),
        ("Crack (base), Royaume-Uni, par g", ["Crack (base),", "Royaume-Uni, par g"]),
        ("Unmotsansespaceplusquelong", None),  # nothing to break it at: it is cut, and whole in the table
        ("datum.x + alert(1) + datum.y", ["datum.x +", "alert(1) + datum.y"]),  # words, never an expression
    ],
)
def test_a_long_name_of_a_panel_stands_in_two_lines(name: str, lines: list[str] | None) -> None:
    points = tuple(Point(period=f"2025-Q{n}", value=float(n)) for n in (1, 2, 3))
    figure = multiples(
        "x", "x", [Series(name=n, points=points) for n in (name, "b", "c", "d")], lang="fr", named_axis=False
    )
    assert figure is not None
    drawn = html.unescape(draw.svg(figure))
    assert all(f">{line}<" in drawn for line in lines) if lines else f">{name[:8]}" in drawn
    assert (f">{name}<" in drawn) == (lines == [name])
