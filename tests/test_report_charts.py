"""Charts: zero is drawn, gaps stay gaps, the figures stand beside."""

from __future__ import annotations

import re

from vigie.report.charts import Line, bar_chart, line_chart, png_of
from vigie.report.results import Group, Point, Section
from vigie.report.words import Words

FR = Words("fr")


def points(*medians: float | None) -> tuple[Point, ...]:
    return tuple(
        Point(quarter=f"{2024 + n // 4}-Q{n % 4 + 1}", median=m, n=3 if m is not None else 0, sources=3)
        for n, m in enumerate(medians)
    )


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_lines_start_at_zero_and_quarters_are_in_order() -> None:
    chart = line_chart("price", [Line(name="cocaïne", points=points(None, 70, 65, 60, 60, None))], FR)
    assert chart is not None
    labels = texts(chart.svg)
    assert "0" in labels
    assert [t for t in labels if t.startswith("T")] == ["T2 2024", "T3 2024", "T4 2024", "T1 2025"]
    assert "euros par gramme" in labels
    assert labels.count("cocaïne") == 1
    assert chart.alt.endswith("par trimestre : cocaïne.")
    assert png_of(chart).startswith(b"\x89PNG")


def test_a_gap_is_not_bridged() -> None:
    whole = line_chart("price", [Line(name="a", points=points(70, 65, 60, 60))], FR)
    broken = line_chart("price", [Line(name="a", points=points(70, 65, None, 60, 60))], FR)
    assert whole is not None
    assert broken is not None

    def runs(svg: str) -> int:
        return len(re.findall(r'aria-roledescription="line mark"', svg))

    assert (runs(whole.svg), runs(broken.svg)) == (1, 2)
    assert [row.cells for row in broken.table.rows][2] == ("T3 2024", "–")


def test_nothing_to_compare_is_not_drawn() -> None:
    assert line_chart("price", [Line(name="a", points=points(None, 70, None))], FR) is None
    assert line_chart("price", [], FR) is None
    assert bar_chart("ways", Section(topic="ways", groups=()), FR) is None


def test_bars() -> None:
    groups = tuple(
        Group(key=("channel", code), facts=(None,) * n, sources=n, summary=None, change=None)  # type: ignore[arg-type]
        for code, n in (("telegram", 5), ("street", 3), ("sms", 1))
    )
    chart = bar_chart("ways", Section(topic="ways", groups=groups), FR)
    assert chart is not None
    assert [row.cells for row in chart.table.rows] == [("Telegram", "5"), ("Vente de rue", "3"), ("SMS", "1")]
    assert "0" in texts(chart.svg)


def test_inner_ids_of_two_charts_differ() -> None:
    lines = [Line(name="a", points=points(70, 65, 60))]
    first, second = line_chart("price", lines, FR), line_chart("purity", lines, FR)
    assert first is not None
    assert second is not None
    ids = [set(re.findall(r'id="([^"]+)"', chart.svg)) for chart in (first, second)]
    assert not ids[0] & ids[1]
