"""Questions to the table `told`, as SQL with parameters.

In: filters as numbers of the file. Out: conditions with their values, and the one statement by which figures are worked out.
Nothing of a user's text stands in SQL: what is asked comes as a parameter. Left out: records (`model.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from vigie.readmodel.schema import number_of

FIGURES = ("n", "sources", "best", "worst", "most", "least", "values", "low", "high", "quartiles")


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions joined by AND, with the values of their parameters in order."""

    sql: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()

    def also(self, sql: str, *values: Any) -> Where:
        return replace(self, sql=(*self.sql, sql), values=(*self.values, *values))

    def __str__(self) -> str:
        return " AND ".join(self.sql) or "true"


def in_area(where: Where, area: int) -> Where:
    """What lies in the area."""
    return where.also("(place = ? OR department = ? OR region = ? OR country = ?)", area, area, area, area)


def in_period(where: Where, period: str | None) -> Where:
    """What lies wholly inside."""
    if period is None:
        return where
    column, number = number_of(period)
    return where.also(f"{column} = ?", number)


def figures(where: Where, by: Sequence[str], market: str = "market") -> tuple[str, tuple[Any, ...]]:
    """SQL of one row of `FIGURES` for each value of the columns `by`; `market` is the SQL of the column of that name.

    Sources are independent: of a family of near-copies the earliest speaks for all. Quartiles are definition 7 of Hyndman and Fan.
    `by` and the names in `where` are those of this package, never a user's.
    """
    names = "".join(f"{column}, " for column in by)
    made = "".join(f"{market} AS market, " if column == "market" else f"{column}, " for column in by)
    join = f"USING ({', '.join(by)})" if by else "ON true"
    sql = f"""
        WITH chosen AS MATERIALIZED (SELECT {made}voice, alike, first, grade, credibility, value FROM told WHERE counted AND {where}),
        spoken AS (
            SELECT {names}voice, count(*) AS n, min(grade) AS best, max(grade) AS worst,
                min(nullif(credibility, 0)) AS most, max(credibility) AS least
            FROM chosen WHERE alike = 0 GROUP BY {names}voice
            UNION ALL
            SELECT {names}arg_min(voice, first), count(*), min(grade), max(grade), min(nullif(credibility, 0)), max(credibility)
            FROM chosen WHERE alike > 0 GROUP BY {names}alike
        ),
        counted AS (
            SELECT {names}sum(n)::INTEGER AS n, count(DISTINCT voice)::INTEGER AS sources, min(best) AS best, max(worst) AS worst,
                min(most) AS most, max(least) AS least
            FROM spoken {"GROUP BY " + ", ".join(by) if by else ""}
        ),
        measured AS (
            SELECT {names}count(*)::INTEGER AS values, min(value) AS low, max(value) AS high,
                quantile_cont(value, [0.25, 0.5, 0.75]) AS quartiles
            FROM chosen WHERE value IS NOT NULL {"GROUP BY " + ", ".join(by) if by else ""}
        )
        SELECT {names}n, sources, best, worst, most, least, coalesce(values, 0) AS values, low, high, quartiles
        FROM counted LEFT JOIN measured {join}
    """
    return sql, where.values


def medians(where: Where, by: Sequence[str], market: str = "market") -> tuple[str, tuple[Any, ...]]:
    """SQL of (columns `by`, figures, median): what a change is counted against."""
    names = ", ".join(by)
    made = ", ".join(f"{market} AS market" if column == "market" else column for column in by)
    sql = (
        f"SELECT {names}, count(*)::INTEGER, quantile_cont(value, 0.5) FROM (SELECT {made}, value FROM told WHERE counted "
        f"AND value IS NOT NULL AND {where}) GROUP BY {names}"
    )
    return sql, where.values
