"""Terms: words as data, each with its own proof.

In: data/lexicons/<lang>/<name>.toml, a list of `[[term]]`. Out: frozen Term records, in file order.
The checker that proves them is `vigie.lexicon.check`; loading only refuses what cannot be used.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from vigie.model.errors import LexiconError

Status = Literal["strong", "ambiguous"]
# A key of an entry as the files write it: on one line, or a list with its items on indented lines.
_KEY = re.compile(r"(\w+) = (\[\n(?:  .*\n)*\]|.*)(?:\n|\Z)")
_COMMENTS = re.compile(r"(?:#.*\n|\s+)*\Z")
_PROOFS = frozenset({"hit", "miss"})
SHARED = "any"  # the folder of words that are written alike in every language
_KNOWN = {"id", "surface", "status", "source", "hit", "miss", "note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry of a lexicon file.

    Attributes:
        id: what the term means ("cocaine", "channel:telegram", "up").
        surface: how it is written; matching ignores case and accents, keeps word boundaries, and lets one space,
            line break or hyphen stand for a space. A trailing "+" also accepts the plural in -s, -x or -es.
            A surface with upper-case letters only, or preceded by "=", matches with that case ("=C", "=MD").
        status: "strong" counts alone; "ambiguous" needs supporting context nearby.
        source: key in data/references.toml.
        hit, miss: sentences with [brackets] around what must be found, sentences where nothing may be.
        extra: other keys of the entry (form, indicator, kind...), as the lexicon's user defines them.
    """

    id: str
    surface: tuple[str, ...]
    status: Status = "strong"
    source: str = ""
    hit: tuple[str, ...] = ()
    miss: tuple[str, ...] = ()
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def data_text(*parts: str) -> str:
    """Text of a file under the package's data folder. Raises LexiconError if it is missing."""
    try:
        return resources.files("vigie").joinpath("data", *parts).read_text(encoding="utf-8")
    except (FileNotFoundError, ModuleNotFoundError) as error:
        raise LexiconError(f"data file {'/'.join(parts)} is missing: reinstall vigie") from error


@lru_cache(maxsize=16)
def data_toml(*parts: str) -> dict[str, Any]:
    """A TOML file under the package's data folder. Raises LexiconError if it cannot be parsed.

    The last files are remembered, because one is often asked for many times in a row: callers change nothing in them.
    """
    try:
        return tomllib.loads(data_text(*parts))
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"data/{'/'.join(parts)}: {error}") from error


def parse_terms(document: Mapping[str, Any], origin: str) -> tuple[Term, ...]:
    """Terms of a parsed lexicon file. Raises LexiconError naming `origin` and the entry."""
    terms = []
    for number, entry in enumerate(document.get("term", ()), 1):
        identifier = entry.get("id")
        surface = entry.get("surface")
        if not identifier or not surface or not all(isinstance(s, str) and s.strip() for s in surface):
            raise LexiconError(f"{origin}: entry {number} needs an id and at least one surface")
        status = entry.get("status", "strong")
        if status not in ("strong", "ambiguous"):
            raise LexiconError(f"{origin}: {identifier}: status is 'strong' or 'ambiguous', not {status!r}")
        terms.append(
            Term(
                id=identifier,
                surface=tuple(surface),
                status=status,
                source=entry.get("source", ""),
                hit=tuple(entry.get("hit", ())),
                miss=tuple(entry.get("miss", ())),
                note=entry.get("note", ""),
                extra={key: value for key, value in entry.items() if key not in _KNOWN},
            )
        )
    return tuple(terms)


@cache
def load_terms(name: str, lang: str, *, proof: bool = True) -> tuple[Term, ...]:
    """Terms of data/lexicons/<lang>/<name>.toml, drafts left out; () when the language has no such file.

    `proof=False` passes over the hits and misses, which are most of a large file: it loads in a fraction of the time.
    """
    path = resources.files("vigie").joinpath("data", "lexicons", lang, f"{name}.toml")
    if not path.is_file():
        return ()
    origin = f"data/lexicons/{lang}/{name}.toml"
    document = None if proof else _quick(path.read_text(encoding="utf-8"))
    if document is None:
        document = data_toml("lexicons", lang, f"{name}.toml")
    return tuple(term for term in parse_terms(document, origin) if not term.extra.get("draft"))


def _quick(text: str) -> dict[str, Any] | None:
    """The entries without their proof, if the file holds nothing but entries in the usual layout; else None.

    Strings and lists of them are written in TOML as in JSON, whose parser is ten times as fast.
    """
    head, *blocks = text.split("[[term]]\n")
    if not _COMMENTS.match(head):
        return None
    entries: list[dict[str, Any]] = []
    for block in blocks:
        entry: dict[str, Any] = {}
        at = 0
        while match := _KEY.match(block, at):
            at = match.end()
            if match[1] not in _PROOFS:
                try:
                    entry[match[1]] = json.loads(match[2].replace(",\n]", "\n]"))
                except ValueError:
                    return None
        if not _COMMENTS.match(block, at):
            return None
        entries.append(entry)
    return {"term": entries}
