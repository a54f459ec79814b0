"""Verbs that make something to read: demo, bulletin."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, PageFormat, app
from vigie.cli.keeping import PUBLIC, STORE, add_paths, existing, settings_for, summary_text
from vigie.cli.output import fail, say, write

if TYPE_CHECKING:
    from vigie.store import Store

DEMO_OUT = typer.Option(Path("vigie-demo"), "--out", metavar="DIR", help="Folder to write into.")
PERIOD = typer.Option("latest", "--period", metavar="PERIOD", help="2026, 2026-Q1, 2026-03 or latest (year).")
AREA = typer.Option(None, "--area", metavar="CODE", help="FR-69, FR-ARA or FR (default: everywhere).")
LANG = typer.Option("fr", "--lang", metavar="LANG", help="fr or en.")
OUT = typer.Option(Path("bulletin"), "--out", metavar="DIR", help="Folder to write into.")
ANALYST = typer.Option(False, "--analyst", help="Each figure opens to its sentences: not for publication.")
PAGES = typer.Option(list(PageFormat), "--format", help="Repeat for several.")
_NOTES = {
    "fr": "Démonstration : tous les documents, sources et chiffres sont inventés.",
    "en": "Demonstration: all documents, sources and figures are invented.",
}


@app.command()
def demo(out: Path = DEMO_OUT) -> None:
    """Run the bundled corpus end to end, offline.

    Writes the documents, a store, a first bulletin and open data into ./vigie-demo. Safe to repeat.

    \b
    Example:
      vigie demo
    """
    from importlib.resources import files

    from vigie.pipeline import Reading
    from vigie.report.open_data import write_open_data
    from vigie.settings import Settings
    from vigie.store import Store

    corpus = Path(str(files("vigie").joinpath("data", "demo")))
    sources = sorted(folder for folder in corpus.iterdir() if (folder / "source.toml").is_file())
    documents = out / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for folder in sources:
        shutil.copytree(folder, documents / folder.name, dirs_exist_ok=True)
    path = out / "vigie.duckdb"
    with Store.open(path, settings=Settings(store=path)) as store:
        summary = add_paths(store, [str(documents)], Reading())
        say(summary_text(summary))
        written = [
            path,
            *_bulletins(store, out / "bulletin"),
            *write_open_data(store, out / "open-data", ["csv"]),
        ]
    for file in written:
        write(f"{file}\n")
    made = (out / "bulletin" / "fr" / "bulletin-public.html").exists()
    say("\nNext:\n" + ((READ if made else "") + NEXT).format(store=path, out=out))
    if summary.refused:
        raise typer.Exit(SOME_REFUSED)


READ = """\
  open the bulletin      {out}/bulletin/fr/bulletin-public.html
  with its evidence      {out}/bulletin/fr/bulletin-analyst.html
"""
NEXT = """\
  see what was found     vigie extract {out}/documents --format table
  browse it as pages     vigie serve --store {store}
  read your own files    vigie add ./my-articles
  write your bulletin    vigie bulletin --period 2026-Q1 --area FR-69 --out ./bulletin
  check the installation vigie doctor --store {store}"""


def _bulletins(store: Store, folder: Path) -> list[Path]:
    """The public and the analyst's edition of the corpus's last year, in both languages."""
    from vigie.model.errors import MissingExtraError
    from vigie.report.bulletin import write_bulletin

    written: list[Path] = []
    try:
        for lang, note in _NOTES.items():
            for analyst in (False, True):
                where = folder / lang
                written += write_bulletin(
                    store, where, period="latest", lang=lang, analyst=analyst, note=note
                )
    except MissingExtraError as error:
        say(f"no bulletin: {error}")
    return written


@app.command()
def bulletin(
    period: str = PERIOD,
    area: str | None = AREA,
    lang: str = LANG,
    out: Path = OUT,
    public: bool = PUBLIC,
    analyst: bool = ANALYST,
    format: list[PageFormat] = PAGES,
    store: Path | None = STORE,
) -> None:
    """Write a sourced bulletin of a period and an area.

    The public edition (the default) shows what anyone may see, and is written down in the store; with
    --analyst each figure opens to its sentences.

    \b
    Example:
      vigie bulletin --period 2026-Q1 --area FR-69 --lang fr --out ./bulletin
      vigie bulletin --analyst --format html
    """
    from vigie.model.errors import SettingsError
    from vigie.report.period import parse_period

    if public and analyst:
        raise fail("--public and --analyst contradict each other", WRONG_USE)
    try:
        parse_period(period, ())
    except SettingsError as error:
        raise fail(f"--period: {error}", WRONG_USE) from None
    if lang not in ("fr", "en"):
        raise fail("--lang is fr or en", WRONG_USE)
    from vigie.lexicon.gazetteer import place_by_code

    area = area and area.upper()
    if area is not None and place_by_code(area) is None:
        raise fail(f"--area {area} is no known code (FR-69, FR-ARA, FR, INSEE:69266)", WRONG_USE)
    from vigie.assess import assess_if_due
    from vigie.report.bulletin import write_bulletin
    from vigie.store import Store

    settings = existing(settings_for(store))
    formats: list[Any] = [f.value for f in dict.fromkeys(format)]
    with Store.open(settings.store, read_only=analyst, settings=settings) as opened:
        if not analyst:
            assess_if_due(opened)
        for path in write_bulletin(
            opened, out, period=period, area=area, lang=lang, analyst=analyst, formats=formats
        ):
            write(f"{path}\n")
