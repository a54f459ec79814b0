"""The verb that sends alerts: digest, by mail and webhook."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.feeding import area_of
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.feeds.digest import Digest, Edition
    from vigie.feeds.digest_config import DigestConfig
    from vigie.feeds.outbox import Outbox
    from vigie.settings import Settings


class Span(str, Enum):  # noqa: UP042 - typer reads the values through str
    """How far back a digest looks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


TO = typer.Option(
    [], "--to", metavar="ADDR", help="Recipient; repeat. Goes before those of the configuration."
)
CONFIG = typer.Option(None, "--config", metavar="FILE", help="Mail server, recipients, webhooks (mode 600).")
PERIOD = typer.Option(Span.WEEK, "--period", help="Alerts that changed in the last day, week or month.")
OUTBOX = typer.Option(
    None, "--outbox", metavar="DIR", help="What waits to be sent (default: beside the store)."
)
DRY = typer.Option(False, "--dry-run", help="Print the digest; send and keep nothing.")
ANALYST = typer.Option(
    False, "--analyst", help="Add your own alerts: only where the configuration allows it."
)
DEAD = typer.Option(False, "--dead", help="List what could not be delivered, and what waits.")
RETRY = typer.Option(False, "--retry", help="Try everything again that waits or could not be delivered.")
FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How --dead prints.")


@app.command()
def digest(
    to: list[str] = TO,
    config: Path | None = CONFIG,
    period: Span = PERIOD,
    dry_run: bool = DRY,
    analyst: bool = ANALYST,
    dead: bool = DEAD,
    retry: bool = RETRY,
    outbox: Path | None = OUTBOX,
    format: ReportFormat = FORMAT,
    store: Path | None = STORE,
) -> None:
    """Send what changed in public alerts, by mail and to webhooks, in French and English.

    The same digest goes to the same recipient once, however often this runs. What could not be delivered waits in the outbox and is
    tried by the next runs, with longer and longer waits; --dead lists what was given up, --retry tries it again. Recipients stand in
    your configuration only: not in the store, not in what is printed.

    \b
    Example:
      vigie digest --dry-run
      vigie digest --config digest.toml --period day
      vigie digest --config digest.toml --retry
      vigie digest --dead
    """
    if sum((dry_run, dead, retry)) > 1:
        raise fail("--dry-run, --dead and --retry exclude each other", WRONG_USE)
    settings = settings_for(store)
    from vigie.feeds.outbox import Outbox
    from vigie.store.beside import outbox_folder

    folder = outbox or outbox_folder(settings.store)

    if dead:
        _list(Outbox(folder) if folder.exists() else None, format)
        return
    from vigie.feeds.digest_config import DigestConfig, load_config

    chosen = DigestConfig() if dry_run and config is None and not to else load_config(config, to)
    if chosen.mail is None and not chosen.webhooks and not dry_run:
        raise fail("nobody to send to: --to, or [mail] and [[webhook]] in --config", WRONG_USE)
    if (
        analyst
        and not dry_run
        and not ((chosen.mail and chosen.mail.analyst) or any(h.analyst for h in chosen.webhooks))
    ):
        raise fail("--analyst: no channel of the configuration says analyst = true", WRONG_USE)
    if dry_run:
        _show(_made(settings, chosen, period, analyst=analyst, keep=False), chosen)
        return
    box = Outbox(folder)
    with box.locked():
        made = None if retry else _made(settings, chosen, period, analyst=analyst, keep=True)
        _send(made, chosen, box, again=retry)


def _made(
    settings: Settings, chosen: DigestConfig, period: Span, *, analyst: bool, keep: bool
) -> Digest | None:
    """The digest of the period; with `keep` what it tells is written down in the store first."""
    from vigie.feeds.digest import DAYS, analyst_rows, make_digest
    from vigie.feeds.public_alerts import public_alerts
    from vigie.feeds.versions import record
    from vigie.feeds.words import LANGUAGES
    from vigie.report.public import public_gate
    from vigie.store import Store

    today, area = date.today(), area_of(chosen.area)
    since = today - timedelta(days=DAYS[period.value] - 1)
    with Store.open(existing(settings).store, read_only=not keep, settings=settings) as opened:
        gate = public_gate(today, settings.public_sources)
        if keep:
            from vigie.assess import assess_if_due

            assess_if_due(opened)
        read = gate.read_alerts(opened)
        if keep:
            record(opened, gate, read=read)
        alerts = {lang: public_alerts(opened, gate, lang, read=read, area=area) for lang in LANGUAGES}
        saved = analyst_rows(opened, since) if analyst else []
    edition: Edition = "analyst" if analyst else "public"
    return make_digest(alerts, since, base_url=chosen.base_url, saved=saved, edition=edition)


def _show(made: Digest | None, chosen: DigestConfig) -> None:
    if made is None:
        say("no alert changed in this period: nothing would be sent")
        return
    write(f"Subject: {made.subject}\n\n{made.text}")
    mail = len(chosen.mail.to) if chosen.mail else 0
    say(
        f"{made.alerts} alerts; would go to {mail} recipients and {len(chosen.webhooks)} webhooks; nothing was sent"
    )


def _send(made: Digest | None, chosen: DigestConfig, box: Outbox, *, again: bool) -> None:
    from vigie.feeds.sending import deliver, enqueue

    if made is not None:
        new, known = enqueue(made, chosen, box)
        say(f"{made.alerts} alerts: {new} new deliveries" + (f", {known} known before" if known else ""))
    elif not again:
        say("no alert changed in this period")
    report = deliver(box, chosen, again=again)
    say(f"{report.delivered} delivered, {report.waiting} waiting, {report.dead} given up")
    for reason in report.reasons:
        say(f"  {reason}")
    if report.waiting or report.dead:
        say("vigie digest --dead lists them; the next run tries what waits, --retry everything")
        raise typer.Exit(SOME_REFUSED)


def _list(box: Outbox | None, format: ReportFormat) -> None:
    """What is not delivered, without recipients."""
    from datetime import UTC, datetime

    columns = ("id", "channel", "digest", "day", "state", "attempts", "not before", "reason")
    rows = []
    for d in box.all() if box else []:
        if d.state != "sent":
            after = datetime.fromtimestamp(d.after, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if d.after else ""
            rows.append((d.id, d.channel, d.digest, d.day, d.state, d.attempts, after, d.reason))
    if format is ReportFormat.JSON:
        for row in rows:
            write_json(dict(zip(columns, row, strict=True)))
        return
    write(table(columns, rows, width=terminal_width()))
    if not rows:
        say("everything was delivered")
