"""The time, and waiting for it: an argument, so that a test of back-off and schedules never sleeps."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What tells the time (seconds since 1970) and waits."""

    def now(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))
