"""How often one may try: by account and in total, strangers and browsers that signed in before apart.

In: a name as typed, a known browser or none. Out: seconds to wait. A failure is written down before the password is looked at, so that many
at once are counted; a name that nobody has is counted as one that somebody has. Nobody waits for longer than the rules say.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from threading import Lock

from vigie.accounts.file import File
from vigie.accounts.rules import Rules
from vigie.model.errors import VigieError


class WaitError(VigieError):
    """One must wait; `total`: not for this name alone."""

    def __init__(self, seconds: float, *, total: bool = False) -> None:
        self.seconds, self.total = seconds, total
        super().__init__(f"too many failures: wait {seconds:.0f} seconds")


class Bucket:
    """`burst` at once, then one every `each` seconds."""

    def __init__(self, burst: int, each: float, clock: Callable[[], float]) -> None:
        self._most, self._each, self._clock = burst, each, clock
        self._left, self._at, self._lock = float(burst), clock(), Lock()

    def take(self) -> None:
        """Raises WaitError."""
        with self._lock:
            now = self._clock()
            self._left = min(self._most, self._left + max(0.0, now - self._at) / self._each)
            self._at = now
            if self._left < 1:
                raise WaitError((1 - self._left) * self._each, total=True)
            self._left -= 1


class Throttle:
    """The failures of the file of accounts."""

    def __init__(self, file: File, rules: Rules, clock: Callable[[], float]) -> None:
        self._file, self._rules, self._clock = file, rules, clock
        self._strangers = Bucket(rules.burst, rules.each, clock)
        self._known = Bucket(rules.known_burst, rules.known_each, clock)
        self._through = Bucket(rules.burst, rules.each, clock)

    def key(self, folded: str, device: str) -> bytes:
        """What is kept of a name as typed; `device`: a browser that is known of this account, or ""."""
        return hmac.new(
            self._file.secret, f"{device}\0{folded}".encode("utf-8", "replace"), hashlib.sha256
        ).digest()

    def begin(self, folded: str, device: str) -> bytes:
        """Count a try as failed until it is known better. Raises WaitError, of which nothing is counted."""
        key, now = self.key(folded, device), self._clock()
        with self._file.transaction():
            self._file.run("DELETE FROM failures WHERE at < ?", now - self._rules.forget)
            count, at = self._file.one("SELECT count, at FROM failures WHERE key = ?", key) or (0, now)
            wait = self._wait(count) - max(0.0, now - at)
            if wait > 0:
                raise WaitError(wait)
            (self._known if device else self._strangers).take()
            self._file.run(
                "INSERT INTO failures VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET count = count + 1, at = excluded.at",
                key, now,
            )  # fmt: skip
        return key

    def through(self) -> None:
        """Whoever comes back from a provider makes us ask it: as often as strangers may try. Raises WaitError."""
        self._through.take()

    def _wait(self, count: int) -> float:
        over = count - self._rules.free
        if over < 0:
            return 0.0
        return min(self._rules.longest_wait, self._rules.first_wait * 2.0 ** min(over, 20))

    def locks(self, key: bytes) -> bool:
        """True if the try that was just counted is the first after which one waits."""
        row = self._file.one("SELECT count FROM failures WHERE key = ?", key)
        return row is not None and row[0] == self._rules.free

    def clear(self, key: bytes) -> None:
        """It was the right password."""
        self._file.run("DELETE FROM failures WHERE key = ?", key)
