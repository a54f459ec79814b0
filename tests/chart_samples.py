"""One demanding figure of every builder, for the tests of charts: all states, long names, both languages, hostile text."""

from __future__ import annotations

from collections.abc import Callable

from vigie.charts import (
    AreaValue,
    Bar,
    Figure,
    Flow,
    Point,
    Series,
    State,
    Stretch,
    area_map,
    bars,
    columns,
    coverage,
    flow_map,
    intervals,
    lines,
    multiples,
)

LONG = "Buprénorphine haut dosage (médicament détourné de son usage, comprimés et solutions)"
HOSTILE = "</script><svg onload=alert(1)>&amp;\u2028=1+1"
QUARTERS = [f"{2021 + i // 4}-Q{i % 4 + 1}" for i in range(18)]
MONTHS = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(22)]


def point(period: str, value: float | None, state: State = "shown", width: float = 3) -> Point:
    """A value with an interval, or a period that has none."""
    if value is None:
        return Point(period=period, state=state)
    return Point(
        period=period,
        value=value,
        low=max(0.0, value - width),
        high=value + width,
        n=12,
        sources=4,
        state=state,
    )


def series(hostile: bool = False) -> list[Series]:
    """Three: states that all share, states of one alone, a period alone between gaps."""
    gone: dict[int, State] = {5: "nothing-collected", 6: "nothing-collected", 11: "withheld"}
    one = [point(q, None, gone[i]) if i in gone else point(q, 66.5 - i) for i, q in enumerate(QUARTERS)]
    own: dict[int, State] = gone | {3: "withheld", 8: "nothing-collected"}
    two = [point(q, None, own[i]) if i in own else point(q, 8.25) for i, q in enumerate(QUARTERS)]
    three = [
        point(q, 20 + i) if i in (0, 9, 10) else point(q, None, gone.get(i, "withheld"))
        for i, q in enumerate(QUARTERS)
    ]
    return [
        Series(name=HOSTILE if hostile else "Cocaïne", points=tuple(one)),
        Series(name="Résine de cannabis", points=tuple(two)),
        Series(name=LONG, points=tuple(three)),
    ]


def counts() -> list[Point]:
    gone: dict[int, State] = {4: "nothing-collected", 9: "withheld"}
    return [
        Point(period=m, state=gone[i])
        if i in gone
        else Point(period=m, value=i % 7, n=i, sources=2, state="shown" if i % 7 else "zero")
        for i, m in enumerate(MONTHS)
    ]


def areas(codes: list[str], hostile: bool = False) -> list[AreaValue]:
    """The four states in turn, and one area in seven left out."""
    found = []
    for i, code in enumerate(codes):
        if i % 7 == 6:
            continue
        state: State = ("shown", "shown", "withheld", "nothing-collected", "zero", "shown", "shown")[i % 7]
        value = {"shown": 3.5 * (i % 11) + 1, "zero": 0.0}.get(state)
        found.append(
            AreaValue(
                code=code,
                name=HOSTILE if hostile and i == 0 else code,
                value=value,
                n=i,
                sources=2,
                state=state,
            )
        )
    return found


def flow(origin: str, destination: str, n: int, name: str = "") -> Flow:
    return Flow(
        origin=origin,
        origin_name=name or f"De {origin}",
        destination=destination,
        destination_name=f"À {destination}",
        n=n,
        sources=2,
    )


def flows(hostile: bool = False) -> list[Flow]:
    name = HOSTILE if hostile else "Colombie"
    return [
        flow("CO", "FR", 31, name),
        flow("FR-973", "FR", 22),
        flow("MA", "ES", 40, name),
        flow("NL", "FR-69", 9),
        flow("ZZ", "FR", 1),
    ]


def stretches(hostile: bool = False) -> list[Stretch]:
    states: list[State] = ["shown", "shown", "nothing-collected", "withheld", "zero"]
    names = [HOSTILE if hostile else "Presse régionale", LONG]
    return [
        Stretch(name=name, cells=tuple((m, (i * k) % 23 + 1 if states[(i + k) % 5] == "shown" else 0, states[(i + k) % 5]) for i, m in enumerate(MONTHS)))
        for k, name in enumerate(names, 1)
    ]  # fmt: skip


def some_bars(hostile: bool = False) -> list[Bar]:
    return [
        Bar(
            name=HOSTILE if hostile else "Livraison à domicile",
            value=1240.5,
            low=1100,
            high=1400,
            n=31,
            sources=9,
        ),
        Bar(name=LONG, value=58.25, low=40, high=70, n=12, sources=3),
        Bar(name="Points relais", value=3, n=3, sources=2),
    ]


EUROPE = ["FR", "ES", "BE", "DE", "IT", "NL", "PT", "LU", "CH", "AT", "MT", "AD"]
FRANCE = [
    "FR-01",
    "FR-2A",
    "FR-33",
    "FR-59",
    "FR-67",
    "FR-69",
    "FR-75",
    "FR-92",
    "FR-971",
    "FR-973",
    "FR-974",
    "FR-976",
    "FR-PM",
    "FR-NC",
]
REGIONS = ["FR-ARA", "FR-IDF", "FR-BRE", "FR-OCC", "FR-20R", "FR-GES", "FR-NOR"]

# id, what draws it in a language, with a hostile name or without
SAMPLES: dict[str, Callable[[str, bool], Figure | None]] = {
    "lines": lambda lang, h: lines("prix", "Prix", series(h), lang=lang, unit="€ par gramme"),
    "multiples": lambda lang, h: multiples("prix-p", "Prix", series(h), lang=lang, unit="€ par gramme"),
    "bars": lambda lang, h: bars("voies", "Voies", some_bars(h), lang=lang, unit="énoncés"),
    "intervals": lambda lang, h: intervals("ecarts", "Écarts", some_bars(h), lang=lang, unit="€ par gramme"),
    "columns": lambda lang, h: columns("saisies", HOSTILE if h else "Saisies", counts(), lang=lang, unit="saisies citées"),
    "area_map": lambda lang, h: area_map("carte", "Carte", areas(FRANCE, h), lang=lang, unit="énoncés"),
    "area_map-regions": lambda lang, h: area_map("carte-r", "Carte", areas(REGIONS, h), lang=lang, unit="énoncés"),
    "area_map-europe": lambda lang, h: area_map("carte-e", "Carte", areas(EUROPE, h), lang=lang, unit="énoncés", which="europe"),
    "area_map-world": lambda lang, h: area_map("carte-m", "Carte", areas([*EUROPE, "CO", "MA"], h), lang=lang, unit="énoncés", which="world"),
    "flow_map": lambda lang, h: flow_map("flux", "Flux", flows(h), lang=lang),
    "flow_map-europe": lambda lang, h: flow_map("flux-e", "Flux", flows(h)[2:], lang=lang),
    "coverage": lambda lang, h: coverage("couverture", "Couverture", stretches(h), lang=lang, unit="documents"),
}  # fmt: skip


def sample(name: str, lang: str = "fr", *, hostile: bool = False) -> Figure:
    figure = SAMPLES[name](lang, hostile)
    assert figure is not None
    return figure
