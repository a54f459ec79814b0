"""The least quality a version may have: F1 by gold file, type and level.

In: a TOML file with one table a gold file, `type.level = F1`. Out: what lies below it in a Report.
A floor holds what was reached; it is no aim.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from vigie.evaluate.report import Report
from vigie.model.errors import InputRefused

Floors = Mapping[str, Mapping[tuple[str, str], float]]  # by name of the gold file, then (type, level)


def load_floors(path: Path) -> Floors:
    """Read a floor file. Raises InputRefused when it cannot be read or a floor is no share."""
    repair = "one table a gold file, and in it lines such as price.strict = 0.80"
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputRefused(str(path), f"not readable as TOML ({type(error).__name__})", repair) from error
    floors: dict[str, dict[tuple[str, str], float]] = {}
    for gold, types in read.items():
        for type_, levels in types.items() if isinstance(types, dict) else [(gold, None)]:
            if not isinstance(levels, dict) or not all(
                isinstance(least, int | float) and 0 <= least <= 1 for least in levels.values()
            ):
                raise InputRefused(str(path), f"{gold}: {type_} has no floors between 0 and 1", repair)
            floors.setdefault(gold, {}).update({(type_, level): float(f) for level, f in levels.items()})
    return floors


def below(floors: Floors, report: Report) -> list[str]:
    """The figures of a report that lie below their floor, each as a sentence.

    Raises:
        InputRefused: when no floor names the gold file, or a floor names a type or level that is not scored.
    """
    if report.gold not in floors:
        raise InputRefused(report.gold, "the floor file has no table of this name", f'add ["{report.gold}"]')
    found = []
    for (type_, level), least in floors[report.gold].items():
        try:
            f1 = report.line(type_, level).f1
        except KeyError:
            scored = ", ".join(f"{line.type}.{line.level}" for line in report.lines)
            raise InputRefused(
                report.gold, f"{type_}.{level} of the floor file is not scored", f"scored are {scored}"
            ) from None
        if f1 is None or f1 < least:
            figure = "nothing to score" if f1 is None else f"F1 {f1:.3f}"
            found.append(f"{report.gold}: {type_} {level} has {figure}, below its floor {least:.3f}")
    return found
