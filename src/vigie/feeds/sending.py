"""From a digest to deliveries, and from deliveries to what became of them.

In: a digest, the configuration, the outbox. Out: Report, in counts. A delivery is tried a few times in one run, with longer and
longer waits, and again in later runs, until it arrives or MOST attempts have failed; then it is dead, and stays listed.
Left out: how a message goes out (`mail.py`, `webhook.py`).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from vigie.feeds.digest import Digest
from vigie.feeds.digest_config import DigestConfig
from vigie.feeds.mail import send
from vigie.feeds.outbox import Delivery, Outbox
from vigie.feeds.outcome import Outcome, dead
from vigie.feeds.webhook import post

MOST = 12  # attempts, over all runs
IN_A_RUN = 3
FIRST_WAIT, LONGEST_WAIT = 2.0, 3600.0  # seconds
PATIENCE = 60.0  # seconds that one run waits between attempts, all together


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of the deliveries; reasons without addresses."""

    delivered: int = 0
    waiting: int = 0
    dead: int = 0
    reasons: tuple[str, ...] = ()


def enqueue(digest: Digest, config: DigestConfig, outbox: Outbox) -> tuple[int, int]:
    """Put a delivery for each recipient into the outbox: (new, known before)."""
    wanted: list[Delivery] = []
    common: dict[str, Any] = {
        "digest": digest.id,
        "edition": digest.edition,
        "day": digest.day.isoformat(),
        "about": digest.about,
    }
    mail = config.mail
    if mail is not None and (digest.edition == "public" or mail.analyst):
        content = {"subject": digest.subject, "text": digest.text, "html": digest.html}
        wanted += [
            Delivery(
                id=outbox.id_of("mail", to, digest.id), channel="mail", target=to, content=content, **common
            )
            for to in mail.to
        ]
    wanted += [
        Delivery(
            id=outbox.id_of("webhook", hook.name, hook.url, digest.id), channel="webhook", target=hook.name,
            content={"body": digest.body.decode()}, **common,
        )
        for hook in config.webhooks
        if digest.edition == "public" or hook.analyst
    ]  # fmt: skip
    new = sum(outbox.put(delivery) for delivery in wanted)
    return new, len(wanted) - new


def deliver(
    outbox: Outbox,
    config: DigestConfig,
    *,
    again: bool = False,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
    attempt: Callable[[Delivery, DigestConfig], Outcome] | None = None,
) -> Report:
    """Try what is due.

    Args:
        again: try what is dead too, as if it had never been tried, and what is not due yet.
        clock, sleep, jitter, attempt: of tests.
    """
    tried, reasons, counts = attempt or once, Counter[str](), Counter[str]()
    patience = PATIENCE
    for delivery in outbox.all():
        if delivery.state == "sent" or (delivery.state == "dead" and not again):
            continue
        if again:
            delivery = replace(delivery, state="queued", attempts=0, after=0.0)
        elif delivery.after > clock():
            counts["waiting"] += 1
            reasons[delivery.reason] += 1
            continue
        for number in range(IN_A_RUN):
            delivery = _after(delivery, tried(delivery, config), clock(), jitter())
            outbox.write(delivery)
            pause = delivery.after - clock()
            if delivery.state != "queued" or number == IN_A_RUN - 1 or pause > patience:
                break
            if pause > 0:
                patience -= pause
                sleep(pause)
        counts[{"queued": "waiting", "sent": "delivered"}.get(delivery.state, "dead")] += 1
        if delivery.reason:
            reasons[delivery.reason] += 1
    return Report(
        delivered=counts["delivered"], waiting=counts["waiting"], dead=counts["dead"],
        reasons=tuple(f"{n} × {why}" for why, n in sorted(reasons.items())),
    )  # fmt: skip


def once(delivery: Delivery, config: DigestConfig) -> Outcome:
    """One attempt, through the channel that the configuration has now."""
    if delivery.channel == "mail":
        if config.mail is None or (delivery.edition == "analyst" and not config.mail.analyst):
            return dead("the configuration has no mail, or not for the analyst's edition")
        return send(delivery, config.mail)
    hook = next((h for h in config.webhooks if h.name == delivery.target), None)
    if hook is None or (delivery.edition == "analyst" and not hook.analyst):
        return dead("the configuration has no such webhook, or not for the analyst's edition")
    return post(delivery, hook)


def _after(delivery: Delivery, outcome: Outcome, now: float, chance: float) -> Delivery:
    """The delivery as it stands after an attempt."""
    attempts = delivery.attempts + 1
    if outcome.state == "delivered":
        return replace(
            delivery, state="sent", attempts=attempts, after=now, reason="", target="", content={}, about=()
        )
    if outcome.state == "dead" or attempts >= MOST:
        return replace(delivery, state="dead", attempts=attempts, reason=outcome.reason)
    # Half of the wait is chance: many who failed together do not come back together.
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT) * (0.5 + chance / 2)
    return replace(
        delivery, attempts=attempts, after=now + max(wait, outcome.wait or 0.0), reason=outcome.reason
    )
