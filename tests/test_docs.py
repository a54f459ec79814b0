"""The documentation is true: its commands run and print what it shows, its links lead somewhere, its lists are whole.

A fenced block ```console holds one command after "$ " and its output. Of the output every line must appear, in order; "…"
stands for lines, or for a part of a line, that may differ; "[exit 1]" is the exit code (0 when none is written). Blocks
of one page run one after another on a fresh copy of docs/examples.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "vigie"
PAGES = (
    ROOT / "README.md",
    DOCS / "guide.md",
)  # the French guide shows what the English one does, see the last test
TEXTS = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), *PACKAGE.glob("data/**/*.md")])
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\[exit (\d+)\]")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_MODULE = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.py)`")
SECRETS = ("Ferrandier", "Valserine", "Morgan", "39 98 12 34")  # what the examples hold and nothing may print


def blocks(page: Path) -> list[tuple[str, list[str], int]]:
    """(command, lines shown, exit code) of each block."""
    found = []
    for match in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        command, *shown = match.group(1).splitlines()
        assert command.startswith("$ "), f"{page.name}: a console block begins with '$ ': {command}"
        code = next((int(m.group(1)) for line in shown if (m := _EXIT.fullmatch(line))), 0)
        found.append((command[2:], [s for s in shown if s and not _EXIT.fullmatch(s)], code))
    return found


def unseen(shown: list[str], printed: list[str]) -> list[str]:
    """The lines shown that do not appear in the lines printed, in order."""
    missing, at = [], 0
    for line in shown:
        if line == "…":
            continue
        pattern = re.compile(".*".join(re.escape(part.rstrip()) for part in line.split("…")) + r"\s*")
        hit = next((n for n in range(at, len(printed)) if pattern.fullmatch(printed[n])), None)
        if hit is None:
            missing.append(line)
        else:
            at = hit + 1
    return missing


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        (["a", "b"], ["a", "x", "b"], []),
        (["b", "a"], ["a", "b"], ["a"]),
        (["…", "n … of 3"], ["n 2 of 3"], []),
        (["1.5"], ["1x5"], ["1.5"]),
    ],
)
def test_lines_are_compared_in_order(shown: list[str], printed: list[str], missing: list[str]) -> None:
    assert unseen(shown, printed) == missing


@cache
def commands() -> str:
    """A folder with `vigie` in it, to put on the path."""
    script = Path(sys.executable).parent
    return str(script) if (script / "vigie").exists() else ""


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are shown for a POSIX shell")
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_print_what_is_shown(page: Path, tmp_path: Path) -> None:
    assert commands(), "vigie is not installed beside this Python: make test"
    shutil.copytree(DOCS / "examples", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests" / "gold", tmp_path / "tests" / "gold")
    environment = {"PATH": f"{commands()}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8"}
    found = blocks(page)
    assert len(found) >= 5
    for command, shown, code in found:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        printed = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        if command.startswith("vigie add"):  # what a person reads stands on standard error
            printed = [*done.stderr.splitlines(), *done.stdout.splitlines()]
        assert (done.returncode, unseen(shown, printed)) == (code, []), f"{page.name}: $ {command}"
        assert not [s for s in SECRETS if s in done.stdout + done.stderr], command


@pytest.mark.parametrize("page", TEXTS, ids=lambda p: p.name)
def test_tests_that_are_named_exist(page: Path) -> None:
    """`tests/file.py` and `tests/file.py::name`: a promise whose test is gone is no promise."""
    missing = []
    for file, name in re.findall(r"`(tests/[a-z_]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8")):
        path = ROOT / file
        if file in ("tests/test_ingest_rtf.py", "tests/test_shortage.py"):
            continue  # examples of what a newcomer adds
        if not path.exists() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
            missing.append(f"{file}::{name}")
    assert missing == []


@pytest.mark.parametrize("page", TEXTS, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        if "://" in name or name.startswith("mailto:"):
            continue
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """Anchors of the headings, as forges make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_architecture_lists_the_modules_and_packages_that_exist() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    known = {p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py")}
    known |= {p.name for p in PACKAGE.rglob("*.py")}
    planned = {"rtf.py", "shortage.py", "cli.py"}  # examples of what a newcomer adds, and what is no more
    named = {
        m.removeprefix("src/vigie/")
        for m in _MODULE.findall(text)
        if not m.startswith(("scripts/", "tests/"))
    }
    assert {m for m in named if m not in known and Path(m).name not in planned} == set()
    assert {p.name for p in PACKAGE.rglob("*.py")} - {Path(m).name for m in named} - {"__init__.py"} == set()
    packages = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert {p for p in packages if f"`{p}/`" not in text} == set()


def test_both_guides_say_the_same() -> None:
    """The same commands with nothing more of their output, the same sections, as many rows of tables."""
    english, french = DOCS / "guide.md", DOCS / "guide.fr.md"
    shown, again = (
        [(b[0].replace(" --lang en", ""), *b[1:]) for b in blocks(page)] for page in (english, french)
    )
    assert [b[0] for b in again] == [b[0] for b in shown]
    assert [unseen(fr[1], en[1]) for en, fr in zip(shown, again, strict=True)] == [[] for _ in shown]
    heads = [
        re.findall(r"^(#+) ", page.read_text(encoding="utf-8"), re.MULTILINE) for page in (english, french)
    ]
    rows = [page.read_text(encoding="utf-8").count("\n| ") for page in (english, french)]
    assert (heads[0], rows[0]) == (heads[1], rows[1])


def test_both_privacy_pages_say_the_same() -> None:
    """The same tests in the same order, the same sections, each table with as many rows."""
    pages = [(DOCS / name).read_text(encoding="utf-8") for name in ("privacy.md", "privacy.fr.md")]
    tests, rows, heads, decisions = (
        [found(page) for page in pages]
        for found in (
            re.compile(r"`tests/[^`]+`").findall,
            table_rows,
            re.compile(r"^#+ ", re.MULTILINE).findall,
            lambda page: len(re.findall(r"you decide|c'est à vous de décider", page, re.IGNORECASE)),
        )
    )
    assert len(tests[0]) > 50
    assert (tests[0], rows[0], heads[0], decisions[0]) == (tests[1], rows[1], heads[1], decisions[1])
    assert "](privacy.fr.md)" in pages[0].splitlines()[2] and "](privacy.md)" in pages[1].splitlines()[2]


PLACEHOLDERS = {
    "UTILISATEUR": "USER", "HÔTE": "HOST", "BASE": "DATABASE", "FICHIER": "FILE", "SECONDES": "SECONDS", "DOSSIER": "FOLDER",
    "LIEU": "PLACE", "NOM": "NAME",
}  # fmt: skip
PAIRS = ("review", "accounts", "api", "team")


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_of_a_page_say_the_same(name: str) -> None:
    """Section by section: the same commands and settings, codes, numbers, links; tables with as many rows."""
    pages = [(DOCS / f"{name}{end}.md").read_text(encoding="utf-8") for end in ("", ".fr")]
    assert f"]({name}.fr.md)" in pages[0].splitlines()[2] and f"]({name}.md)" in pages[1].splitlines()[2]
    english, french = (
        [said(part) for part in re.split(r"^(?=#+ )", page, flags=re.MULTILINE)] for page in pages
    )
    assert [one["heading"] for one in english] == [one["heading"] for one in french] and len(english) > 5
    for number, (one, other) in enumerate(zip(english, french, strict=True)):
        for what, found in one.items():
            assert found == other[what], f"{name}, section {number}: {what}"
    prose = re.sub(r"^```.*?^```|^    .*?$|`[^`\n]*`", "", pages[1], flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"[^\s|] [;:?!»](?!\w)|« ", prose) == [], "no-break spaces"


def said(section: str) -> dict[str, Any]:
    """What a section says that has no language: commands, settings, codes, links, figures, rows."""
    code = r"^```.*?^```|^    .*?$"
    shown = re.findall(code, section, re.MULTILINE | re.DOTALL)
    prose = re.sub(code, "", section, flags=re.MULTILINE | re.DOTALL)
    codes = re.findall(r"`([^`]+)`", prose)
    for french, english in PLACEHOLDERS.items():
        shown, codes = ([re.sub(rf"\b{french}\b", english, one) for one in found] for found in (shown, codes))
    codes = [re.sub(r"^/fr/", "/en/", one) for one in codes]
    figures = re.sub(r"`[^`]+`|\]\([^)]+\)", "", prose)
    figures = re.sub(r"(?<=\d)[,\u202f](?=\d{3}\b)", "", figures)  # thousands
    return {
        "heading": re.findall("^#*", section)[0],
        "commands": [re.sub(r'\s*#.*|--why ".*?"|label = ".*?"', "", one).split() for one in shown],
        "codes": Counter(codes),
        "links": Counter(link.partition("#")[0].replace(".fr.md", ".md") for link in _LINK.findall(prose)),
        "figures": Counter(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", ".", figures))),
        "rows": table_rows(section),
    }


def table_rows(page: str) -> list[int]:
    """Rows of each table, in order."""
    return [block.count("\n") for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)]
