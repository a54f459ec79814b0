"""The verbs `vigie stats terms` and `vigie lexicon suggest`: words of the store that may be new."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, lexicon_app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, write
from vigie.cli.stats import FORMAT, StatsFormat, emit, stats_app

if TYPE_CHECKING:
    from vigie.analysis.terms import Candidate, Found

RECENT_DAYS = 182  # of the recent period, where none is named: half a year


class CandidateKind(str, Enum):  # noqa: UP042 - typer reads the values through str
    """What a candidate may be."""

    SUBSTANCE = "substance"
    SLANG = "slang"
    MODALITY = "modality"


class Unit(str, Enum):  # noqa: UP042
    """Period of bursts."""

    WEEK = "week"
    MONTH = "month"


SINCE = typer.Option(
    None, "--since", metavar="DATE", help="First day of the recent period (default: half a year)."
)
UNTIL = typer.Option(None, "--until", metavar="DATE", help="Last day (default: that of the last document).")
KIND = typer.Option(None, "--kind", help="Only candidates of this kind (repeatable; default: all).")
LANG = typer.Option(None, "--lang", metavar="LANG", help="fr or en (default: both).")
BY = typer.Option(Unit.MONTH, "--by", help="Period of bursts.")
TOP = typer.Option(20, "--top", min=1, help="How many candidates of each language.")
OUT = typer.Option(Path("lexicon-drafts"), "--out", metavar="DIR", help="Folder to write into.")
COLUMNS = (
    *(
        "term",
        "lang",
        "kind",
        "score",
        "documents",
        "sources",
        "before",
        "first_seen",
        "burst_from",
        "burst_to",
    ),
    *("burst", "z", "likeness", "nearest", "form"),
)


@stats_app.command()
def terms(
    since: str | None = SINCE,
    until: str | None = UNTIL,
    kind: list[CandidateKind] | None = KIND,
    lang: str | None = LANG,
    by: Unit = BY,
    top: int = TOP,
    store: Path | None = STORE,
    format: StatsFormat = FORMAT,
) -> None:
    """Words that may be new: names of substances, slang, ways of selling.

    A candidate stands in three independent sources of the recent period and in no lexicon; its burst, its
    log-odds against the time before, its contexts and its form are told. For the analyst: read the sentences
    (vigie lexicon suggest) before you believe one.

    \b
    Example:
      vigie stats terms --since 2026-01-01
      vigie stats terms --kind slang --lang fr --format csv
    """
    found = search(since, until, kind, lang, by, store)
    rows = [row(f.lang, c) for f in found for c in f.candidates[:top]]
    about = {"languages": [told(f) for f in found]}
    emit(COLUMNS, rows, format, about=about)
    for f in found:
        say(summary(f))


@lexicon_app.command()
def suggest(
    out: Path = OUT,
    since: str | None = SINCE,
    until: str | None = UNTIL,
    kind: list[CandidateKind] | None = KIND,
    lang: str | None = LANG,
    by: Unit = BY,
    top: int = TOP,
    store: Path | None = STORE,
) -> None:
    """Write drafts of entries for the words that vigie stats terms finds.

    Each draft holds its evidence: counts, dates, redacted sentences. Complete it, check it, then move it into
    the lexicon; nothing enters a lexicon by itself.

    \b
    Example:
      vigie lexicon suggest --out ./drafts
      vigie lexicon check --data ./drafts
    """
    from vigie.analysis.drafts import write_drafts

    found = search(since, until, kind, lang, by, store)
    if not any(f.candidates for f in found):
        for f in found:
            say(summary(f))
        say("no candidate: nothing written")
        return
    for path in write_drafts(found, out, top):
        write(f"{path}\n")
    for f in found:
        say(summary(f))
    say(f"drafts: complete them, then: vigie lexicon check --data {out}")


def search(
    since: str | None,
    until: str | None,
    kind: list[CandidateKind] | None,
    lang: str | None,
    by: Unit,
    store: Path | None,
) -> list[Found]:
    """Candidates by language. Languages of which the store holds too little are told and left out."""
    first, last = day("--since", since), day("--until", until)
    if first and last and first > last:
        raise fail("--since lies after --until", WRONG_USE)
    languages = chosen_languages(lang)
    settings = existing(settings_for(store))
    from vigie.analysis.term_texts import held, texts
    from vigie.analysis.terms import KINDS, find_terms
    from vigie.assess import assess_if_due
    from vigie.model.errors import SeriesError
    from vigie.store import Store

    kinds = tuple(k for k in KINDS if not kind or k in {chosen.value for chosen in kind})
    period: Any = by.value
    found = []
    with Store.open(settings.store, settings=settings) as opened:
        assess_if_due(opened)
        for language in languages:
            there = held(opened, language, period)
            if there.left_out:
                left = ", ".join(f"{reason} {count}" for reason, count in there.left_out.items())
                say(f"{language}: documents left out: {left}")
            if there.last is None:
                say(f"{language}: no dated text in the store")
                continue
            end = last or there.last
            start = first or end - timedelta(days=RECENT_DAYS)
            try:
                found.append(
                    find_terms(
                        partial(texts, opened, language, period),
                        lang=language,
                        since=start,
                        until=end,
                        by=period,
                        kinds=kinds,
                    )
                )
            except SeriesError as error:
                say(f"{language}: {error}")
    if not found:
        raise fail("nothing to search (see above)", SOME_REFUSED)
    return found


def chosen_languages(lang: str | None) -> tuple[str, ...]:
    from vigie.text.language import LANGUAGES

    if lang is not None and lang not in LANGUAGES:
        raise fail(f"--lang is one of {', '.join(LANGUAGES)}", WRONG_USE)
    return (lang,) if lang else tuple(LANGUAGES)


def day(option: str, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fail(f"{option} {value!r} is no day (2026-01-31)", WRONG_USE) from None


def row(lang: str, found: Candidate) -> dict[str, object]:
    return {
        "term": found.term,
        "lang": lang,
        "kind": found.kind,
        "score": round(found.score, 3),
        "documents": found.documents,
        "sources": found.sources,
        "before": found.before,
        "first_seen": found.first_seen.isoformat(),
        "burst_from": found.burst[0].isoformat() if found.burst else None,
        "burst_to": found.burst[1].isoformat() if found.burst else None,
        "burst": round(found.weight, 2),
        "z": round(found.z, 2),
        "likeness": round(found.likeness, 3),
        "nearest": " ".join(found.nearest),
        "form": found.family,
    }


def told(found: Found) -> dict[str, object]:
    """What the candidates of one language were drawn from."""
    return {
        "lang": found.lang,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "by": found.by,
        "documents": sum(found.documents),
        "recent_documents": found.recent,
        "candidates": len(found.candidates),
        "refused": dict(found.refused),
    }


def summary(found: Found) -> str:
    refused = ", ".join(f"{reason} {count}" for reason, count in found.refused.items()) or "none"
    return (
        f"{found.lang}: {len(found.candidates)} candidates from {found.recent} documents of {found.since} to {found.until}, "
        f"against {sum(found.documents) - found.recent} before; left out: {refused}"
    )
