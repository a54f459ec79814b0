"""The same facts by group of substances and by area: how much is said of each, never what it costs.

In: an Edition. Out: Parts. Areas stand in the order of their names, substances in that of their statements.
Groups: data/taxonomy/bulletin_groups.toml. Left out: figures of an area, which stand in its own bulletin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from vigie.charts import Series
from vigie.lexicon.gazetteer import place_by_code
from vigie.lexicon.substances import group as family_of
from vigie.lexicon.terms import data_toml
from vigie.report.edition import TOPIC, Edition
from vigie.report.evidence import Row, Table
from vigie.report.facts import Fact
from vigie.report.layout import Block, Part, Prose, paired
from vigie.report.pictures import LEAST_POINTS, MOST_PANELS, counted, department_map, panels
from vigie.report.public import sources_of
from vigie.report.results import rating
from vigie.report.sentences import capital
from vigie.text.normalise import fold

OTHER = "other"
_LEAST_SHOWN = 2  # substances of a group that earn it a table of its own
_TOP = 3


@cache
def _families() -> dict[str, str]:
    """Group of the taxonomy -> group of the bulletin."""
    return {
        family: row["id"]
        for row in data_toml("taxonomy", "bulletin_groups.toml")["group"]
        for family in row["of"]
    }


def group_of(substance: str) -> str:
    """The group of the bulletin that a substance belongs to."""
    return _families().get(family_of(substance) or "", OTHER)


def _order() -> list[str]:
    return [*dict.fromkeys(_families().values()), OTHER]


def by(facts: Iterable[Fact], key: Callable[[Fact], str | None]) -> dict[str, list[Fact]]:
    """Facts by a name; those without one are left out."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        name = key(fact)
        if name:
            found[name].append(fact)
    return found


def substances_part(ed: Edition) -> list[Part]:
    """Statements by group and quarter, then each group by its substances."""
    words = ed.words
    named = [f for f in ed.now if f.substance]
    groups = by(named, lambda f: group_of(f.substance or ""))
    shown = [g for g in _order() if g in groups and ed.gate.shows(groups[g])]
    if not shown:
        return []
    if ed.tight:
        return _one_table(named, ed)
    every = by((f for f in ed.facts if f.substance), lambda f: group_of(f.substance or ""))
    series = []
    for group in shown:
        points = counted(every[group], ed)
        if sum(bool(p.value) for p in points) >= LEAST_POINTS:
            series.append(Series(name=words.of("groups", group), points=points))
    blocks: list[Block] = [
        *panels(
            "groups-counts", words["groups_chart"], series, unit=words["groups_unit"], note=words["gap"] if ed.gate.public else "", ed=ed,
            most=MOST_PANELS,
        )
    ]  # fmt: skip
    for group in shown:
        listed = groups[group]
        old = [f for f in ed.before if f.substance and group_of(f.substance) == group]
        change = (
            words.fill("substances_before", n=words.number(len(old)), earlier=ed.then)
            if ed.gate.shows(old)
            else ""
        )
        line = words.fill(
            "substances_sentence",
            statements=words.count("statement", len(listed)),
            sources=words.count("source", sources_of(listed)),
            rated=_rated(listed, ed),
            share=_percent(len(listed), len(named), ed),
            change=change,
        )
        blocks.append(Prose(id=f"group-{group}", title=words.of("groups", group), lines=(line,)))
        substances = by(listed, lambda f: f.substance)
        rows = _rows(
            f"group-{group}", sorted(substances, key=lambda s: (-len(substances[s]), s)),
            lambda s: capital(words.substance(s)), substances, ed, lambda _: ed.gate.within,
        )  # fmt: skip
        if len(rows) >= _LEAST_SHOWN:
            blocks.append(
                _table(
                    f"substances-{group}",
                    words.fill("substances_caption", group=words.of("groups", group)),
                    words["product"],
                    rows,
                    ed,
                )
            )
    return [Part(id="groups", title=words["p_groups"], blocks=tuple(blocks))]


def _one_table(named: Sequence[Fact], ed: Edition) -> list[Part]:
    """All substances in one table, in the order of the groups."""
    words, order = ed.words, _order()
    substances = by(named, lambda f: f.substance)
    keys = sorted(substances, key=lambda s: (order.index(group_of(s)), -len(substances[s]), s))
    rows = _rows(
        "substance", keys, lambda s: capital(words.substance(s)), substances, ed, lambda _: ed.gate.within
    )
    if len(rows) < _LEAST_SHOWN:
        return []
    table = _table("substances", words["substances_all"], words["product"], rows, ed)
    return [Part(id="groups", title=words["p_substances"], blocks=(table,))]


def areas_part(ed: Edition) -> list[Part]:
    """Statements by area inside the bulletin's: departments of a region, else regions and countries."""
    words = ed.words
    level = _level(ed.gate.within)
    if level is None:
        return []
    areas = by(ed.now, lambda f: _area(f, level))
    shown = {code: listed for code, listed in areas.items() if ed.gate.shows(listed, code)}
    blocks: list[Block] = []
    rows = _rows(
        "area",
        sorted(shown, key=lambda c: fold(words.area(c))),
        words.area,
        shown,
        ed,
        lambda code: code,
        top=True,
    )
    if rows:
        heading = words["areas_region" if level == "region" else "areas_department"]
        blocks.append(
            _table("areas", words["areas_caption"], heading, rows, ed, note=words["areas_note"], top=True)
        )
    if level == "region":
        most = by(ed.now, lambda f: f.substance)
        best = min(most, key=lambda s: (-len(most[s]), s), default=None)
        title = words.fill("map_product", product=capital(words.substance(best or "")))
        blocks += paired(
            department_map("map-all", words["map_all"], ed.now, ed, words["map_all_note"]),
            department_map("map-product", title, most[best], ed) if best else [],
        )
    return [Part(id="areas", title=words["p_areas"], blocks=tuple(blocks))] if len(shown) > 1 else []


def _level(within: str | None) -> str | None:
    if within is None:
        return "region"
    place = place_by_code(within)
    if place is None:
        return None
    return {"country": "region", "region": "department"}.get(place.level)


def _area(fact: Fact, level: str) -> str | None:
    if level == "department":
        return fact.place_code if fact.place_level == "department" else fact.place_department
    if fact.place_country and fact.place_country != "FR":
        return fact.place_country
    return (fact.place_code if fact.place_level == "region" else fact.place_region) or fact.place_country


def _rows(
    prefix: str,
    keys: Sequence[str],
    name: Callable[[str], str],
    groups: dict[str, list[Fact]],
    ed: Edition,
    area: Callable[[str], str | None],
    *,
    top: bool = False,
) -> tuple[Row, ...]:
    words, rows = ed.words, []
    for key in keys:
        listed = groups[key]
        if not ed.gate.shows(listed, area(key)):
            continue
        cells = [name(key)]
        told_of = 0
        for topic in TOPIC:
            inside = ed.of_topic(topic, listed)
            here = len(inside) if ed.gate.shows(inside, area(key)) else 0
            cells.append(words.number(here) if here else "–")
            told_of += here
        rest = len(listed) - told_of  # so that a row adds up
        cells += [
            words.number(rest) if rest else "–",
            words.number(len(listed)),
            words.number(sources_of(listed)),
            rating(listed, ed.gate),
        ]
        if top:
            named = by(listed, lambda f: f.substance)
            told = [
                s
                for s in sorted(named, key=lambda s: (-len(named[s]), s))
                if ed.gate.shows(named[s], area(key))
            ]
            cells.insert(1, ", ".join(words.substance(s) for s in told[:_TOP]) or "–")
        rows.append(Row(id=f"{prefix}-{key}", cells=tuple(cells), said=len(listed)))
    return tuple(rows)


def _table(
    id_: str,
    caption: str,
    heading: str,
    rows: tuple[Row, ...],
    ed: Edition,
    *,
    note: str = "",
    top: bool = False,
) -> Table:
    words = ed.words
    return Table(
        id=id_,
        title=caption,
        caption=caption,
        columns=(
            heading, *([words["areas_top"]] if top else []), *(words.of("topics", topic) for topic in TOPIC),
            words.of("topics", "rest"), words.of("topics", "total"), words["sources"], words["rating"],
        ),
        rows=rows,
        text_columns=2 if top else 1,
        notes=(*((note,) if note else ()), words["rest_note"]),
    )  # fmt: skip


def _rated(facts: Sequence[Fact], ed: Edition) -> str:
    found = ed.words.rated(rating(facts, ed.gate))
    return f", {found}" if found else ""


def _percent(count: int, of: int, ed: Edition) -> str:
    whole = round(100 * count / of)
    return ed.words.percent(whole) if whole else f"< {ed.words.percent(1)}"
