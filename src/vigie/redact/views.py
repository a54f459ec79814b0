"""Views: decoded copies of a stretch of text, with a map from their characters to those of the text.

In: a text and edits. Out: a `View`; what a finder finds in it is mapped back to the whole disguised span, joiners included.
Left out: which disguises are read (`characters`, `joined`), and when a view is made (`disguise`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vigie.redact.spans import Removal


class Edit(NamedTuple):
    """[start, end) is read as `shown`; empty: passed over.

    With `silent`, the characters pass over without a trace: a contact on both sides of them is none for that.
    """

    start: int
    end: int
    shown: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A decoded copy of a stretch.

    Attributes:
        text: the copy.
        starts, ends: for each of its characters, the span [start, end) of the text that it stands for.
        changed: for each of its characters, 1 if it is not written so.
        gaps: for each of its characters, 1 if something before it was passed over.
        loose: findings count though nothing in them was decoded, because what announces them was.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    changed: bytes
    gaps: bytes
    loose: bool = False

    @staticmethod
    def of(text: str, low: int, high: int) -> View:
        """The stretch [low, high) as it is written."""
        size = high - low
        return View(text[low:high], range(low, high), range(low + 1, high + 1), bytes(size), bytes(size))

    def edited(self, edits: Iterable[Edit], *, loose: bool = False) -> View | None:
        """The view with `edits` (in its own offsets, in order; overlapping ones are passed over); None without any."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        changed = bytearray()
        gaps = bytearray()
        at = 0
        gap = False
        some = False

        def keep(low: int, high: int) -> None:
            nonlocal gap
            if low >= high:
                return
            text.append(self.text[low:high])
            starts.extend(self.starts[low:high])
            ends.extend(self.ends[low:high])
            changed.extend(self.changed[low:high])
            piece = bytearray(self.gaps[low:high])
            piece[0] |= gap
            gaps.extend(piece)
            gap = False

        for edit in edits:
            if edit.start < at or edit.end <= edit.start:
                continue
            some = True
            keep(at, edit.start)
            at = edit.end
            if not edit.shown:
                gap = gap or not edit.silent
                continue
            size = len(edit.shown)
            text.append(edit.shown)
            starts.extend([self.starts[edit.start]] * size)
            ends.extend([self.ends[edit.end - 1]] * size)
            changed.extend(bytes(size) if edit.silent else b"\x01" * size)
            gaps.extend(bytes([gap]) + bytes(size - 1))
            gap = False
        if not some:
            return None
        keep(at, len(self.text))
        return View("".join(text), starts, ends, bytes(changed), bytes(gaps), loose or self.loose)

    def back(self, found: Iterable[Removal]) -> Iterator[Removal]:
        """The removals in the text; those that no decoding made are left to the finders of the text itself."""
        for item in found:
            if item.end > item.start and (self.loose or self._decoded(item.start, item.end)):
                yield Removal(self.starts[item.start], self.ends[item.end - 1], item.kind)

    def _decoded(self, start: int, end: int) -> bool:
        return 1 in self.changed[start:end] or 1 in self.gaps[start : end + 1]
