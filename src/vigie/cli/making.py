"""Verbs that make something to read: demo, bulletin."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import WRONG_USE, app
from vigie.cli.keeping import STORE, add_paths, settings_for, summary_text
from vigie.cli.output import fail, say, write

if TYPE_CHECKING:
    from vigie.store import Store

DEMO_OUT = typer.Option(Path("vigie-demo"), "--out", metavar="DIR", help="Folder to write into.")
PERIOD = typer.Option(..., "--period", metavar="PERIOD", help="2026, 2026-Q1 or 2026-03.", show_default=False)
AREA = typer.Option("FR", "--area", metavar="CODE", help="FR-69, FR-ARA, FR or INSEE:69266.")
LANG = typer.Option("fr", "--lang", metavar="LANG", help="fr or en.")
OUT = typer.Option(Path("bulletin"), "--out", metavar="DIR", help="Folder to write into.")
_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")


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
    from vigie.settings import Settings
    from vigie.store import Store
    from vigie.store.export import export_public

    corpus = Path(str(files("vigie").joinpath("data", "demo")))
    sources = sorted(folder for folder in corpus.iterdir() if (folder / "source.toml").is_file())
    documents = out / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for folder in sources:
        shutil.copytree(folder, documents / folder.name, dirs_exist_ok=True)
    path = out / "vigie.duckdb"
    with Store.open(path, settings=Settings(store=path)) as store:
        say(summary_text(add_paths(store, [str(documents)], Reading())))
        written = [
            path,
            *_bulletins(store, out / "bulletin"),
            *export_public(store, out / "open-data", ["csv"]),
        ]
    for file in written:
        write(f"{file}\n")
    say(NEXT.format(store=path, out=out))


NEXT = """
Next:
  open the bulletin      {out}/bulletin
  see what was found     vigie extract {out}/documents --format table
  read your own files    vigie add ./my-articles
  write your bulletin    vigie bulletin --period 2026-Q1 --area FR-69 --out ./bulletin
  check the installation vigie doctor --store {store}"""


def _bulletins(store: Store, folder: Path) -> list[Path]:
    """A bulletin of the quarter that the demonstration says most about."""
    from vigie.model.errors import MissingExtraError

    quarters = store.query(
        "SELECT year(when_start) AS year, quarter(when_start) AS quarter FROM observations "
        "WHERE 'FR' IN (place_country, place_code) AND when_precision <> 'year' "
        "GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1"
    ).to_pylist()
    if not quarters:
        return []
    try:
        from vigie.report.bulletin import write_bulletin

        period = f"{quarters[0]['year']}-Q{quarters[0]['quarter']}"
        return list(write_bulletin(store, folder, period=period, area="FR", lang="fr"))
    except MissingExtraError as error:
        say(f"no bulletin: {error}")
        return []


@app.command()
def bulletin(
    period: str = PERIOD,
    area: str = AREA,
    lang: str = LANG,
    out: Path = OUT,
    store: Path | None = STORE,
) -> None:
    """Write a sourced bulletin of a period and an area.

    \b
    Example:
      vigie bulletin --period 2026-Q1 --area FR-69 --lang fr --out ./bulletin
    """
    if not _PERIOD.fullmatch(period):
        raise fail("--period is a year, a quarter or a month: 2026, 2026-Q1 or 2026-03", WRONG_USE)
    if lang not in ("fr", "en"):
        raise fail("--lang is fr or en", WRONG_USE)
    from vigie.lexicon.gazetteer import place_by_code

    if place_by_code(area) is None:
        raise fail(f"--area {area} is no known code (FR-69, FR-ARA, FR, INSEE:69266)", WRONG_USE)
    from vigie.report.bulletin import write_bulletin
    from vigie.store import Store

    settings = settings_for(store)
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        for path in write_bulletin(opened, out, period=period, area=area, lang=lang):
            write(f"{path}\n")
