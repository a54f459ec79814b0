"""When a host may be asked again: its crawl delay, its Retry-After, back-off with full jitter.

In: what happened. Out: times (seconds since 1970). Left out: waiting (`client.py`).
Source of the jitter: exponential back-off with "full jitter", a uniform draw from zero to the capped exponential, so that many
watchers that failed together do not come back together.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from vigie.fetch.limits import Limits


class Pace:
    """The next moment at which each host may be asked.

    Args:
        jitter: draws from 0 to 1.
    """

    def __init__(self, bounds: Limits, jitter: random.Random | None = None) -> None:
        self._bounds = bounds
        self._chance = jitter if jitter is not None else random.Random()
        self._ready: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def ready(self, host: str) -> float:
        """0 for a host that was not asked yet."""
        return self._ready.get(host, 0.0)

    def asked(self, host: str, now: float, delay: float | None = None, *, rules: bool = False) -> None:
        """A request to the host ended; `delay`: what its robots.txt asks for; `rules`: it was for one of the files that say so."""
        least = self._bounds.rules_seconds if rules else self._bounds.least_seconds
        wait = max(least, delay or 0.0)
        self._ready[host] = max(self.ready(host), now + wait)

    def answered(self, host: str) -> None:
        """It answered as it should: what failed before is forgotten."""
        self._failures.pop(host, None)

    def failed(self, host: str, now: float, after: float | None = None) -> float:
        """It is busy or broken: the moment before which it is not asked again."""
        before = self._failures.get(host, 0)
        self._failures[host] = before + 1
        wait = self.backoff(before) if after is None else after
        self._ready[host] = max(self.ready(host), now + wait)
        return self._ready[host]

    def hold(self, host: str, until: float) -> None:
        """As it was told in an earlier run."""
        self._ready[host] = max(self.ready(host), until)

    def held(self, now: float) -> dict[str, float]:
        """Hosts that failed and may not be asked yet: what the next run has to know."""
        return {h: self._ready[h] for h in self._failures if self._ready.get(h, 0.0) > now}

    def backoff(self, failures: int) -> float:
        """Seconds, after so many failures before this one."""
        most = min(
            self._bounds.retry_most_seconds, self._bounds.retry_base_seconds * 2.0 ** min(failures, 20)
        )
        return most * self._chance.random()


def retry_after(text: str, now: float, most: float) -> float | None:
    """Seconds to wait, of a number or a date (RFC 9110, 10.2.3), `most` at the longest; None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), most)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max(when.timestamp() - now, 0.0), most)


def http_date(text: str) -> str:
    """A date of HTTP in its one form, "" for anything else: what is sent back is never what a server wrote."""
    try:
        when = parsedate_to_datetime(text.strip())
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return when.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT") if when.year >= 1970 else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def day_of(seconds: float) -> str:
    """ISO day of a time."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
