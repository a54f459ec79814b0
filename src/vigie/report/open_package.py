"""What stands beside the tables of open data: the data package, the data dictionary and a README, in both languages.

In: the tables and files that were written, the day. Out: `datapackage.json`, `data-dictionary.csv`, `README.md`.
Words: data/templates/open_data.toml; what is withheld and from when: the public rules (`rules.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from vigie import __version__
from vigie.report.rules import rules
from vigie.store.export import save, write_dictionary
from vigie.store.package import FILE, File, both, descriptor
from vigie.store.public import WORDS

README = "README.md"


def version_of(day: date) -> str:
    """Of the package: the day on which its delays were counted."""
    return f"{day.year}.{day.month}.{day.day}"


def about(day: date) -> dict[str, Any]:
    """Properties of the package."""
    package = WORDS["package"]
    return {
        "name": package["name"],
        **both(package),
        "version": version_of(day),
        "created": f"{day.isoformat()}T00:00:00Z",
        "keywords": package["keywords"],
        "licenses": WORDS["license"],
        "contributors": WORDS["contributor"],
        "sources": WORDS["source"],
        "vigie": __version__,
    }


def write_beside(folder: Path, files: Sequence[File], rows: Mapping[str, int], day: date) -> list[Path]:
    """All that explains the files. `rows`: of each table."""
    tables = {f.table.name: f.table for f in files}.values()
    dictionary = [(t.name, c.name, c.type, c.en, c.fr) for t in tables for c in t.columns]
    return [
        write_dictionary(folder, dictionary),
        save(folder / README, readme(files, rows, day).encode()),
        save(folder / FILE, descriptor(about(day), files)),
    ]


def readme(files: Sequence[File], rows: Mapping[str, int], day: date) -> str:
    """French, then English."""
    return "\n".join(_readme(lang, files, rows, day) for lang in ("fr", "en"))


def _readme(lang: str, files: Sequence[File], rows: Mapping[str, int], day: date) -> str:
    words, package, found = WORDS["readme"][lang], WORDS["package"][lang], rules()
    thresholds = {
        "sources": found.sources,
        "days": found.delay.days,
        "persons": found.persons,
        "inhabitants": f"{found.inhabitants:,}".replace(",", "\u202f" if lang == "fr" else ","),
    }
    version, licence = version_of(day), WORDS["license"][0]["title"]
    listed = [(f"`{f.path.name}`", f.form, rows[f.table.name], f.table.words[lang]["title"]) for f in files]
    parts = [
        f"# {package['title']}",
        package["description"],
        words["made"].format(version=version, vigie=__version__),
        f"## {words['files']}",
        _table(words["head"], listed),
        f"## {words['cite']}",
        words["cite_text"].format(title=package["title"], version=version, license=licence),
        f"## {words['withheld']}",
        "\n".join(f"- {line.format(**thresholds)}" for line in words["withheld_text"]),
        f"## {words['read']}",
        "\n".join(f"- {line}" for line in words["read_text"]),
    ]
    for table in {f.table.name: f.table for f in files}.values():
        parts += [
            f"## {words['columns'].format(table=f'`{table.name}`')}",
            table.words[lang]["description"],
            _table(words["column_head"], [(f"`{c.name}`", c.type, getattr(c, lang)) for c in table.columns]),
        ]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)
