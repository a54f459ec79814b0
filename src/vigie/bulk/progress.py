"""How far a run is: what is done, at which rate, what was kept and dropped, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vigie.bulk.archive import Archive
from vigie.bulk.job import Done, Report
from vigie.bulk.reasons import reasons
from vigie.pipeline import Refusal

MB = 1e6
_SHOWN = 3  # reasons in a line
# Seconds, and share of the bytes; what was measured before tells nothing of the time left.
_SOONEST, _LEAST = 10.0, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One look at a run.

    Attributes:
        archives: asked for. done: of these, with those done `before`. refused: not read.
        bytes_read: of archives as stored, by this run. bytes_left: None if some size is not known.
        pages, kept, rejected: of this run; of archives that are being read, pages and kept only.
        seconds: since the run began.
    """

    archives: int
    done: int
    before: int
    refused: int
    bytes_read: int
    bytes_left: int | None
    pages: int
    kept: int
    rejected: Mapping[str, int]
    seconds: float

    @property
    def rate(self) -> float:
        """Bytes of archives a second, by all workers together."""
        return self.bytes_read / self.seconds if self.seconds > 0 else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds to go; None if nothing tells yet."""
        if self.seconds < _SOONEST:
            return None
        if self.bytes_left is not None and self.bytes_read:
            if self.bytes_read < _LEAST * (self.bytes_read + self.bytes_left):
                return None
            return self.bytes_left / self.rate
        fresh = self.done - self.before + self.refused
        if not fresh:
            return None
        return self.seconds / fresh * (self.archives - self.done - self.refused)

    def line(self) -> str:
        """For a person: how far it is, and below it the most frequent reasons, as shares of the pages dropped."""
        parts = [
            f"{self.done} of {self.archives} archives",
            f"{self.bytes_read / MB:,.0f} MB ({self.rate / MB:,.1f} MB/s)",
            f"{self.kept:,} kept of {self.pages:,} pages",
        ]
        left = self.eta
        parts += [f"{duration(left)} left"] if left is not None else []
        # What is no page (pictures, redirects) is most of some archives and tells nothing.
        pages = {name: count for name, count in self.rejected.items() if reasons()[name].stage != "record"}
        dropped = sum(pages.values())
        most = sorted(pages.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        shares = ", ".join(f"{reason} {100 * count / dropped:.1f} %" for reason, count in most if count)
        below = [f"{self.refused} archives refused"] if self.refused else []
        below += [f"pages dropped: {shares}"] if shares else []
        return "; ".join(parts) + ("\n  " + "; ".join(below) if below else "")


def duration(seconds: float) -> str:
    """Hours, minutes, seconds."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


Event = Progress | Done | Refusal
Tell = Callable[[Event], None]


class Course:
    """What a driver knows of its run; any engine's.

    Args:
        archives: to be read by this driver, each once.
        tell: hears of each outcome, and of the progress whenever it is asked for.
    """

    def __init__(self, archives: Sequence[Archive], tell: Tell | None = None) -> None:
        self.report = Report(archives=len(archives))
        self._tell = tell or (lambda event: None)
        self._start = time.monotonic()
        self._left: dict[str, int | None] = {archive.key: archive.size for archive in archives}
        self._read = self._pages = self._kept = 0
        self._rejected: dict[str, int] = {}

    def refuse(self, told: Refusal) -> None:
        """An input that is no archive."""
        self.report.archives += 1
        self.report.refused.append(told)
        self._tell(told)

    def take(self, archive: Archive, outcome: Done | Refusal) -> None:
        """What became of an archive."""
        self.report.take(outcome)
        self._left.pop(archive.key, None)
        if isinstance(outcome, Done) and outcome.fresh:
            self._read += archive.size if archive.size is not None else outcome.tally.bytes_in
            self._pages += outcome.tally.pages
            self._kept += outcome.tally.kept
            for reason, count in outcome.tally.rejected.items():
                self._rejected[reason] = self._rejected.get(reason, 0) + count
        self._tell(outcome)

    def look(self, at_work: Mapping[str, Mapping[str, int]] | None = None) -> Progress:
        """Tell how far the run is. `at_work`: key of an archive -> counts of its tally so far."""
        growing = (at_work or {}).values()
        now = sum(counts.get("bytes_in", 0) for counts in growing)
        sizes = list(self._left.values())
        known = [size for size in sizes if size is not None]
        self.report.seconds = time.monotonic() - self._start
        progress = Progress(
            archives=self.report.archives,
            done=self.report.done,
            before=self.report.done - self.report.fresh,
            refused=len(self.report.refused),
            bytes_read=self._read + now,
            bytes_left=max(0, sum(known) - now) if len(known) == len(sizes) else None,
            pages=self._pages + sum(counts.get("pages", 0) for counts in growing),
            kept=self._kept + sum(counts.get("kept", 0) for counts in growing),
            rejected=dict(self._rejected),
            seconds=self.report.seconds,
        )
        self._tell(progress)
        return progress
