"""The summary of a round of watching, for a person and as JSON: what came, what did not and why, which sources are too quiet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from vigie.cli.output import table
from vigie.lexicon.terms import data_toml
from vigie.model.source import Watched
from vigie.watch.records import Round, SourceRound
from vigie.watch.state import WatchState
from vigie.watch.volume import Volume, volume

HEADER = (
    "source",
    "feeds",
    "unchanged",
    "announced",
    "new",
    "stored",
    "known",
    "aside",
    "waiting",
    "week",
    "volume",
)


def reason_words(reason: str, lang: str = "en") -> str:
    """A reason in words; an unknown one as it is."""
    said = data_toml("watch", "reasons.toml").get("reason", {}).get(reason, {})
    return str(said.get(lang, reason))


def volumes(sources: Sequence[Watched], store: Path, today: date) -> dict[str, Volume]:
    """Of each source, by what the watch wrote down beside the store."""
    state = WatchState.existing(store)
    if state is None:
        return {}
    with state:
        found = {}
        for source in sources:
            days = [date.fromisoformat(d) for d in state.days(source.card.id)]
            first = state.first_asked(source.card.id)
            since = datetime.fromtimestamp(first, UTC).date() if first else None
            found[source.card.id] = volume(days, source.watch.expected_per_week, today, watched_since=since)
        return found


def round_text(done: Round, sources: Sequence[Watched], store: Path, width: int | None) -> str:
    """A table of the sources, and a line for each thing that somebody should look at."""
    quiet = volumes(sources, store, datetime.now(UTC).date())
    rows = [
        (
            s.source, s.asked, s.unchanged, s.announced, s.new, s.stored, s.known, s.aside, s.waiting,
            quiet[s.source].week if s.source in quiet else None, quiet[s.source].verdict if s.source in quiet else "new",
        )
        for s in done.sources
    ]  # fmt: skip
    lines = [line for s in done.sources for line in _lines(s)]
    lines += list(_quiet_lines(quiet))
    if done.store_busy:
        lines.append(
            f"{done.store_busy} documents wait: the store is open in another process; the next round asks again"
        )
    stored = sum(s.stored for s in done.sources)
    lines.append(f"stored: {stored} documents, {done.observations} observations")
    return table(HEADER, rows, width=width) + "".join(f"{line}\n" for line in lines)


def _lines(done: SourceRound) -> Iterator[str]:
    for word, counts, what in (
        ("failed", done.failed, "feed"),
        ("refused", done.refused, "document"),
        ("later", done.postponed, "document"),
    ):
        for reason, count in sorted(counts.items()):
            yield f"{word}: {done.source}: {count} {what}{'s' if count > 1 else ''}: {reason_words(reason)}"
    if done.notes["more"]:
        yield f"note: {done.source}: a feed announces more than is read at once; the newest were taken"
    if done.notes["moved"]:
        yield f"note: {done.source}: a feed has moved for good; write its new address into the card"
    if done.notes["parts"]:
        yield f"note: {done.source}: {done.notes['parts']} files of an index of sitemaps were not read; the others were taken"
    if done.notes["damaged"]:
        yield f"note: {done.source}: a feed is not well formed; what could be read was taken"


def _quiet_lines(quiet: dict[str, Volume]) -> Iterator[str]:
    for source, found in quiet.items():
        if found.verdict == "silent":
            since = f"since {found.last}" if found.last else "since it is watched"
            yield f"ALERT: {source}: nothing {since}, longer than {found.longest} days: see whether its feed has moved"
        elif found.verdict == "few":
            yield f"warning: {source}: {found.week} documents in seven days, fewer than its card expects"


def round_json(done: Round, sources: Sequence[Watched], store: Path) -> dict[str, Any]:
    """The same for a program."""
    quiet = volumes(sources, store, datetime.now(UTC).date())
    return {
        "stored": sum(s.stored for s in done.sources),
        "observations": done.observations,
        "stopped": done.stopped,
        "store_busy": done.store_busy,
        "sources": [
            {
                "id": s.source, "feeds": s.asked, "unchanged": s.unchanged, "announced": s.announced, "new": s.new,
                "stored": s.stored, "known": s.known, "aside": s.aside, "waiting": s.waiting, "failed": dict(s.failed),
                "refused": dict(s.refused), "postponed": dict(s.postponed), "notes": dict(+s.notes),
                "week": quiet[s.source].week if s.source in quiet else None,
                "volume": quiet[s.source].verdict if s.source in quiet else "new",
                "last": str(quiet[s.source].last or "") if s.source in quiet else "",
            }
            for s in done.sources
        ],
    }  # fmt: skip
