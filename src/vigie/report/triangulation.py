"""Triangulation in words: lines of measures, pairs that agree or contradict each other, leads, when each source was kept.

In: Triangulation, Words. Out: cells and sentences, and the block of the analyst's bulletin. Contradictions are named only where both changes
are established; all else is said to be not established, or not comparable and why. Words: data/templates/triangulation.toml.
Left out: how it is worked out (`vigie.analysis.triangulate`); the public edition, which has no test of what sources say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from vigie.analysis.triangle_panels import Sight
from vigie.analysis.triangle_rows import read_observed
from vigie.analysis.triangulate import Lead, Line, Pair, Triangulation, triangulate
from vigie.model.errors import MissingExtraError
from vigie.report.edition import Edition
from vigie.report.evidence import Row, Table
from vigie.report.layout import Block, Part, Prose
from vigie.report.period import quarter_of
from vigie.report.sentences import capital
from vigie.report.words import Words
from vigie.stats.alarms import Verdict
from vigie.store import Store

MOST_PRODUCTS = 4  # of a bulletin; the page has every one
_FAMILY_TABLES = frozenset({"prices", "drug-checking", "seizures", "harms", "wastewater"})


def latest_quarter(last: date) -> date:
    """Last day of the last quarter that ended by then."""
    quarter = quarter_of(last)
    if quarter.end <= last:
        return quarter.end
    before = quarter.previous()
    return before.end if before else quarter.end


def level_text(line: Line, words: Words) -> str:
    """The level of a line with its unit; "collected, none" and "nothing collected" in words."""
    if line.state != "shown" or line.level is None:
        return words["tri_zero" if line.state == "zero" else "tri_nothing"]
    kind, _, what = line.measure.partition(".")
    if line.kind == "words":
        return words.fill("tri_words_level", ups=line.ups, downs=line.downs)
    if line.kind == "count":
        form = "tri_mentions" if what == "mentions" else "tri_reports" if kind == "text" else "tri_cases"
        return words.fill(form, n=words.number(line.level))
    if what == "price":
        return f"{words.euro(line.level)} / g"
    return (
        words.percent(line.level)
        if what == "purity"
        else words.fill("tri_load", level=words.short(line.level))
    )


def change_text(line: Line, words: Words) -> str:
    """ "+39 % (+34 % to +45 %)"; "–" where nothing can be compared."""
    if line.change is None:
        return "–"
    change = words.percent_of(words.signed(100 * line.change))
    if line.low is None or line.high is None:
        return words.fill("tri_change_alone", change=change)
    low, high = (words.percent_of(words.signed(min(100 * v, 1e6))) for v in (line.low, line.high))
    return words.fill("tri_change", change=change, low=low, high=high)


def line_cells(line: Line, words: Words) -> tuple[str, str, str, str, str]:
    """Measure, level, collected, change, what may be said."""
    return (
        capital(words.of("tri_measures", line.measure)),
        level_text(line, words),
        words.fill("tri_collected", kept=line.kept, of=line.of) if line.kept else "–",
        change_text(line, words),
        words.of("tri_moves", line.move),
    )


def pair_text(pair: Pair, found: Triangulation, words: Words) -> str:
    """One pair in a sentence."""
    one, other = found.line(pair.one), found.line(pair.other)
    assert one is not None and other is not None
    names = {
        "one": capital(words.of("tri_measures", pair.one)),
        "other": words.of("tri_measures", pair.other),
    }
    if pair.relation == "not-comparable":
        why = next(line for line in (one, other) if line.p is None)
        said = f"{words.of('tri_measures', why.measure)}{words['colon']}{words.of('tri_moves', why.move)}"
        return words.fill("tri_not_comparable", why=said, **names)
    if pair.relation == "not-established":
        return words.fill("tri_not_established", **names)
    moved = [words.of(f"tri_{line.move}", line.measure) for line in (one, other)]
    form = "tri_contradict"
    if pair.relation == "agreement":
        form = "tri_agree" if pair.expected == "same" else "tri_agree_opposite"
    return words.fill(form, one=capital(moved[0]), other=moved[1])


def lead_text(lead: Lead, by: str, words: Words) -> str:
    """One pair of series in a sentence."""
    names = {
        "one": capital(words.of("tri_measures", lead.one)), "other": words.of("tri_measures", lead.other),
        "unit": words[f"tri_{by}"], "pairs": lead.pairs,
    }  # fmt: skip
    if lead.best is None:
        form = {Verdict.GIVEN: "none", Verdict.FLAT: "flat"}.get(lead.verdict, "short")
        return words.fill(f"tri_lead_{form}", **names)
    lag = lead.best.lag
    form = "same" if lag == 0 else "before" if lag > 0 else "after"
    # Of one that follows the lags are told as positive.
    ends = sorted(abs(v) if lag < 0 else v for v in (lead.earliest or 0, lead.latest or 0))
    if lag < 0 and (lead.latest or 0) > 0:
        ends[0] = -(lead.latest or 0)
    figures = {"r": lead.best.r, "r_low": lead.best.low, "r_high": lead.best.high}
    return words.fill(
        f"tri_lead_{form}", n=abs(lag), low=words.number(ends[0]), high=words.number(ends[1]),
        **{k: words.number(v, 2) for k, v in figures.items()}, **names,
    )  # fmt: skip


def contradictions(found: Triangulation, words: Words) -> tuple[str, ...]:
    return tuple(pair_text(p, found, words) for p in found.pairs if p.relation == "contradiction")


def triangulation_part(store: Store, ed: Edition) -> list[Part]:
    """The products that a table and another kind of source speak of, in the bulletin's area; for the analyst, where any table is stored."""
    if ed.gate.public or ed.period.kind == "all":
        return []
    if not store.column("SELECT count(*) FROM documents WHERE kind = 'table'")[0]:
        return []
    try:
        found = _products(Sight(read_observed(store)), ed)
    except MissingExtraError:
        return []
    if not found:
        return []
    words, where = ed.words, ed.words.area(found[0].area)
    rows, said = [], []
    for one in found:
        name = capital(words.substance(one.substance))
        said += [f"{name}{words['colon']}{line}" for line in contradictions(one, words)]
        for line in one.lines:
            if line.state == "nothing-collected" and line.move == "none":
                continue
            rows.append(
                Row(id=f"tri-{one.substance}-{line.measure.replace('.', '-')}", cells=(name, *line_cells(line, words)), said=line.n)
            )  # fmt: skip
    notes = [words["tri_note"], *([words["tri_open"]] if not found[0].complete else [])]
    table = Table(
        id="triangulation", title=words["tri_title"],
        caption=words.fill("tri_caption_all", where=where, period=words.period(ed.period), before=ed.then),
        columns=(words["tri_product"], *words.all()["tri_columns"]), rows=tuple(rows), text_columns=6, notes=tuple(notes),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (Prose(lines=tuple(said) or (words["tri_no_contradiction"],)), table)
    return [Part(id="triangulation-part", title=words["tri_title"], blocks=blocks)]


def _products(sight: Sight, ed: Edition) -> Sequence[Triangulation]:
    span: Literal["month", "quarter", "year"] = ed.period.kind  # type: ignore[assignment]
    area = ed.gate.within or sight.country()
    if area is None:
        return []
    found = []
    for substance in sight.spoken_of(area, since=ed.period.start, until=ed.period.end):
        one = triangulate(sight, substance, area, ed.period.end, span, leads=False)
        if len(one.families) > 1 and _FAMILY_TABLES & set(one.families):
            found.append(one)
        if len(found) == MOST_PRODUCTS:
            break
    return found
