"""Verbs of lexicon authors: lexicon check, lexicon show."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, lexicon_app
from vigie.cli.output import fail, say, write, write_json

if TYPE_CHECKING:
    from vigie.lexicon.terms import Term

FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
DATA = typer.Option(
    None, "--data", metavar="DIR", help="A data folder of your own (default: the bundled one)."
)
QUERY = typer.Argument(..., metavar="WORD", help="A word as written, or an id.", show_default=False)
LANG = typer.Option(None, "--lang", metavar="LANG", help="One language (default: all).")


@lexicon_app.command()
def check(data: Path | None = DATA, format: ReportFormat = FORMAT) -> None:
    """Prove every entry by its own examples.

    \b
    Example:
      vigie lexicon check
      vigie lexicon check --data ./my-data
    """
    from vigie.extract.modality import find_modalities
    from vigie.extract.substance import find_forms, find_substances
    from vigie.lexicon.check import Finder, check_lexicons

    if data is not None and not (data / "lexicons").is_dir():
        raise fail(f"{data} holds no folder lexicons", WRONG_USE)
    # Ambiguous words count in context only: their examples are read by the finder that knows the context.
    finders: dict[str, Finder] = {
        "substances": find_substances,
        "forms": find_forms,
        "modalities": find_modalities,
    }
    problems = check_lexicons(data, finders)
    for problem in problems:
        if format is ReportFormat.JSON:
            write_json(asdict(problem))
        else:
            write(f"{problem}\n")
    if problems:
        say(f"{len(problems)} problems")
        raise typer.Exit(SOME_REFUSED)
    say("all entries hold")


@lexicon_app.command()
def show(word: str = QUERY, lang: str | None = LANG, format: ReportFormat = FORMAT) -> None:
    """Show the entries of a word.

    \b
    Example:
      vigie lexicon show teuch --lang fr
      vigie lexicon show cannabis-resin
    """
    from vigie.lexicon.show import entries
    from vigie.lexicon.terms import SHARED
    from vigie.text.language import LANGUAGES

    if lang is not None and lang not in LANGUAGES:
        raise fail(f"--lang is one of {', '.join(LANGUAGES)}", WRONG_USE)
    found = entries(word, (*((lang,) if lang else LANGUAGES), SHARED))
    for folder, term in found:
        if format is ReportFormat.JSON:
            write_json(entry_json(folder, term))
        else:
            write(entry_text(folder, term))
    if not found:
        say(f"no entry for {word!r}")
        raise typer.Exit(SOME_REFUSED)


def entry_json(language: str, term: Term) -> dict[str, Any]:
    return {"lang": language, **asdict(term), "extra": dict(term.extra)}


def entry_text(language: str, term: Term) -> str:
    """One entry in a few lines."""
    lines = [f"{term.id}  [{language}, {term.status}, source {term.source or 'none'}]"]
    lines.append(f"  surfaces: {', '.join(term.surface)}")
    lines += [f"  {name}: {value}" for name, value in term.extra.items()]
    lines += [f"  hit:  {sentence}" for sentence in term.hit]
    lines += [f"  miss: {sentence}" for sentence in term.miss]
    lines += [f"  note: {term.note}"] if term.note else []
    return "\n".join(lines) + "\n"
