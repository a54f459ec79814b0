"""What a new extraction changed in one document.

In: its observations before and after. Out: one Change for each that was gained, lost or altered. An
observation that keeps its type and overlaps the old words is altered; otherwise it is lost, or gained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vigie.model.observation import Observation
from vigie.store.rows import unique


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference, named by ids: it holds no text."""

    doc_id: str
    type: str
    what: Literal["gained", "lost", "changed"]
    observation_id: str


def compare(before: Sequence[Observation], after: Sequence[Observation]) -> list[Change]:
    """The differences, in text order of the new observations, then the lost ones."""
    new = unique(after)
    same = {o.id for o in before} & {o.id for o in new}
    old_by_id = {o.id: o for o in before}
    left = [o for o in before if o.id not in same]
    changes: list[Change] = []
    for o in new:
        if o.id in same:
            if old_by_id[o.id] != o:
                changes.append(_change("changed", o))
            continue
        twin = next((b for b in left if b.type == o.type and b.start < o.end and o.start < b.end), None)
        if twin is not None:
            left.remove(twin)
        changes.append(_change("gained" if twin is None else "changed", o))
    return changes + [_change("lost", o) for o in left]


def _change(what: Literal["gained", "lost", "changed"], o: Observation) -> Change:
    return Change(doc_id=o.doc_id, type=o.type, what=what, observation_id=o.id)
