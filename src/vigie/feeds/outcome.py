"""How an attempt to deliver ended. In: nothing. Out: the record that `mail.py` and `webhook.py` give and `sending.py` reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """delivered; later: try again, not before `wait` seconds if the other side said so; dead: trying again is no use.

    `reason` names no address, no URL and nothing that the other side wrote.
    """

    state: Literal["delivered", "later", "dead"]
    reason: str = ""
    wait: float | None = None


DELIVERED = Outcome(state="delivered")


def later(reason: str, wait: float | None = None) -> Outcome:
    return Outcome(state="later", reason=reason, wait=wait)


def dead(reason: str) -> Outcome:
    return Outcome(state="dead", reason=reason)
