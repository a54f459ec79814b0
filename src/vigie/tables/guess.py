"""A mapping proposed for a file: which column may be which field, by the words of its header and what its cells look like.

In: a file, the kind of its table, and a function that says what a cell looks like (drugs and places are not known here). Out: Guess: a
mapping for a person to review, columns that stay unread, and what the file does not tell. Words: data/tables/headers.toml.
Left out: columns that may say who somebody is, by header or by cells, and free text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vigie.lexicon.terms import data_toml
from vigie.tables.mapping import KINDS, Field, Kind, Mapping, Test, fields_of, required_of
from vigie.tables.read import read
from vigie.tables.records import Block, TableRefused
from vigie.tables.wide import Told, alone, blocks, event_in, told_by
from vigie.text.normalise import fold

Look = Callable[
    [str], str
]  # "substance", "place", "unit"...; "person" or "contact"; "" for what is not known
_ROWS = 500  # rows that are looked at
_DISTINCT = 40  # different cells of a column that are looked at
_PERSONAL = 0.1  # share of cells that look like persons or contacts, past which a column is left alone
_FIGURE = re.compile(r"[<>≤≥~]?\s*[+-]?\d[\d\s.,'\u00a0\u202f]*(?:[eE][+-]?\d+)?\s*%?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CODE = re.compile(
    r"\d{1,3}|2[AB]|\d{5}|2[AB]\d{3}|INSEE:\w{5}|[A-Z]{2}-\w{1,3}"
)  # departments, communes, ISO 3166-2
_AMOUNT = re.compile(rf"({_FIGURE.pattern})\s*([^\W\d_]+\.?|€|\$|£)")  # "12,5 kg"
_DAY = re.compile(
    r"\d{1,2}[/.-](?:19|20)\d\d|"  # 04/2025
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?: .*)?|\d{4}-\d{2}(?:-\d{2})?(?:[T ].*)?|\d{4}[- ]?[TQSW]\d{1,2}|[TQ]\d[ -]\d{4}|\d{1,2}[A-Za-z]{3}\d{4}"
)
_TWO_NAMES = re.compile(
    r"[A-ZÀ-Ý][\w'’-]+(?:,? [A-ZÀ-Ý][\w'’-]+){1,3}"
)  # two or three capital words: the shape of a person's name
_PROSE = 60  # characters, past which a cell is a sentence
_LISTED, _BRACKETS = re.compile(r"\s[+]\s|;"), re.compile(r"\([^()]*\)")
_TOKENS = re.compile(r"[^\w%]+|_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file.

    Attributes:
        field: what is proposed; "" for none.
        looks: kind of most of its cells, or "".
        cells: some different ones, as they are: raw text, to be redacted before anyone sees it.
        personal: it may say who somebody is; its cells are then empty.
        unknown: those of the looked-at cells that no list knows: raw text too.
        totals: cells that mark a row of totals: raw text too.
    """

    name: str
    field: str
    looks: str
    cells: tuple[str, ...]
    personal: bool
    unknown: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Attributes:
    columns: all of the file, in order.
    lacking: groups of fields of which the file tells none: the mapping cannot be used before they are filled in.
    """

    mapping: Mapping
    columns: tuple[Column, ...]
    lacking: tuple[tuple[str, ...], ...]


def guess(path: str | Path, kind: Kind | None, look: Look, *, sheet: str | None = None) -> Guess:
    """Propose a mapping. Raises TableRefused for a file that is no table or holds no rows."""
    blocks = (part for part in read(path, sheet=sheet) if isinstance(part, Block))
    block = next(blocks, None)
    if block is None:
        raise TableRefused(Path(path).name, "holds no rows that can be read")
    seen = [_seen(name, block.table.column(at), look) for at, name in enumerate(block.sheet.columns)]
    told = {n: found for n, c in enumerate(seen) if c.looks == "figure" and (found := told_by(c.name, look))}
    about = f"{Path(path).stem} {block.sheet.name or ''}"  # only words of a list are taken from it
    made = [_made(path, k, seen, told, about) for k in ([kind] if kind else KINDS)]
    return min(made, key=lambda g: (len(g.lacking), -len(g.mapping.observe[0].fields)))


def _seen(name: str, column: pa.ChunkedArray, look: Look) -> Column:
    if _forbidden(name) or _names_somebody(name, look):
        return Column(name=name, field="", looks="", cells=(), personal=True)
    whole, column = column, column.slice(0, _ROWS)
    counts = pc.value_counts(column.combine_chunks()).to_pylist()
    cells = [(c["values"], c["counts"]) for c in counts if c["values"]]
    cells.sort(key=lambda c: -c[1])
    asked = cells[:_DISTINCT]
    kinds = [(_kind(cell, look), times) for cell, times in asked]
    total = sum(times for kind, times in kinds if kind != "none") or 1
    shares: Counter[str] = Counter()
    for found, times in kinds:
        shares[found] += times
    persons = shares["person"] + shares["contact"] + shares["prose"]
    if persons > _PERSONAL * total:
        return Column(name=name, field="", looks="", cells=(), personal=True)
    del shares["none"]
    if shares["amount"]:  # figures, some with their unit
        shares["amount"] += shares.pop("figure", 0)
    most, times = shares.most_common(1)[0] if shares else ("", 0)
    return Column(
        name=name, field="", looks=most if times >= 0.5 * total else "", cells=tuple(c for c, _ in asked), personal=False,
        unknown=tuple(cell for (found, _), (cell, _) in zip(kinds, asked, strict=True) if not found), totals=_totals(whole),
    )  # fmt: skip


def _totals(column: pa.ChunkedArray) -> tuple[str, ...]:
    """The different cells of a column that mark a row of totals, wherever it stands."""
    words = data_toml("tables", "headers.toml")["totals"]["words"]
    hits = column.filter(pc.match_substring_regex(column, rf"(?i)^\W*({'|'.join(words)})\b"))
    return tuple(c for c in pc.unique(hits).to_pylist() if _marks_total(c))


def _marks_total(cell: str) -> bool:
    """ "Total", "Sous-total", "Ensemble": the words and nothing else."""
    said = " ".join(_tokens(cell))
    return any(said == fold(word) for word in data_toml("tables", "headers.toml")["totals"]["words"])


def _kind(cell: str, look: Look) -> str:
    if _YEAR.fullmatch(cell):
        return "year"
    if _DAY.fullmatch(cell):
        return "day"
    if _FIGURE.fullmatch(cell):
        # A telephone number is a figure too; only the redactor knows.
        return found if (found := look(cell)) == "contact" else "figure"
    if (amount := _AMOUNT.fullmatch(cell)) and look(amount[2].rstrip(".")) in ("unit", "currency"):
        return "amount"
    if _marks_total(cell) or " ".join(_tokens(cell)) in data_toml("tables", "headers.toml")["none"]["words"]:
        return "none"
    found = look(cell)
    if not found and _TWO_NAMES.fullmatch(cell) and not _plant(cell):
        return "person"
    if found or len(cell) <= _PROSE:
        return found
    parts = [_BRACKETS.sub("", part).strip() for part in _LISTED.split(cell)]
    # "Caféine (12 %) + Cocaïne (traces)" is a list of results, however long.
    return "" if len(parts) > 1 and any(look(part) == "substance" for part in parts if part) else "prose"


def _plant(cell: str) -> bool:
    """Whether a cell opens with the word of a plant: "STEP Grenoble Aquapole" is nobody."""
    return (_tokens(cell) or [""])[0] in data_toml("tables", "headers.toml")["sites"]["words"]


def _made(path: str | Path, kind: Kind, seen: list[Column], told: dict[int, Told], about: str) -> Guess:
    chosen = _assign(kind, seen)
    figure = data_toml("tables", "headers.toml")["figure_of"][kind]
    wide = alone(kind, told, set(chosen))
    chosen = {name: at for name, at in chosen.items() if at not in wide and not (wide and name == figure)}
    columns = tuple(
        replace(c, field=figure if n in wide else next((f for f, at in chosen.items() if at == n), ""))
        for n, c in enumerate(seen)
    )
    needed = {group[0] for group in required_of(kind) if len(group) == 1}
    fields = {
        name: Field(columns=(seen[at].name,), null_ok=name not in needed, unit=_unit(name, seen[at].name))
        for name, at in chosen.items()
    }
    for name, value in _told_by_headers(kind, seen).items():
        fields.setdefault(name, Field(value=value))
    if kind == "harms" and "event" not in fields and (event := _event(seen, chosen, about)):
        fields["event"] = Field(value=event)
    observe = blocks(fields, figure, {seen[at].name: wide[at] for at in wide})
    lacking = tuple(g for g in required_of(kind) if not any(name in observe[0].fields for name in g))
    days = [c for column in columns if column.field.startswith("date") for c in column.cells]
    figures = [c for column in columns if column.looks in ("figure", "amount") for c in column.cells]
    lang = _language(seen)
    mapping = Mapping(
        id=_identifier(path),
        kind=kind,
        version=1,
        title="",
        source="",
        day_first=_day_first(days, lang),
        decimal=_decimal(figures, lang),
        lang=lang,
        observe=observe,
        skip=tuple(Test(column=c.name, equals=tuple(t.strip().lower() for t in c.totals)) for c in columns if c.totals),
    )  # fmt: skip
    return Guess(mapping=mapping, columns=columns, lacking=lacking)


def _event(seen: list[Column], chosen: dict[str, int], about: str) -> str:
    """The event that the header of the counts tells, else all headers that tell one, else the name of the file or sheet."""
    count = [seen[chosen["count"]].name] if "count" in chosen else []
    for texts in (count, [c.name for c in seen if not c.personal], [about]):
        found = {event for text in texts if (event := event_in(text))}
        if len(found) == 1:
            return found.pop()
    return ""


def _assign(kind: Kind, seen: list[Column]) -> dict[str, int]:
    """Field -> column: the best pairs first, each column and field once."""
    pairs = sorted(
        ((_score(column, name, told), -at, name) for at, column in enumerate(seen) if not column.personal
         for name, told in fields_of(kind).items()),
        reverse=True,
    )  # fmt: skip
    taken: dict[str, int] = {}
    for score, at, name in pairs:
        if score < _weights()["enough"]:
            break
        if name not in taken and -at not in taken.values():
            taken[name] = -at
    if "date" in taken:  # a date tells more than its year
        taken = {n: at for n, at in taken.items() if n not in ("year", "quarter", "month", "week")}
    elif "year" not in taken:
        taken = {n: at for n, at in taken.items() if n not in ("quarter", "month", "week")}
    return {name: taken[name] for name in fields_of(kind) if name in taken}


def _score(column: Column, name: str, told: dict[str, str]) -> float:
    """How well a field fits a column, from its header and its cells."""
    weights, looks = _weights(), data_toml("tables", "headers.toml")["looks"]
    if any(_fit(column.name, word) for word in data_toml("tables", "headers.toml")["not"].get(name, ())):
        return 0.0
    header = max((_fit(column.name, word) for words in _words(name) for word in words), default=0.0)
    score = weights["header"] * header
    if column.looks:
        coded = name == "place" and header > 0 and all(_CODE.fullmatch(cell) for cell in column.cells)
        fits = coded or name in looks.get(column.looks, ())
        # Words of a header that its cells contradict: "date" over names of drugs.
        score += weights["looks"] * (1.0 if fits else 0.0) - (
            0.0 if fits or told["is"] == "id" else weights["against"]
        )
        if (
            fits
            and not header
            and (column.looks in ("figure", "amount", "form") or name != looks[column.looks][0])
        ):
            return 0.0  # figures alone say nothing: any number could be a price
    elif told["is"] in ("figure", "day") and column.cells:
        score -= weights["against"]
    return score


def _fit(header: str, words: str) -> float:
    """1 where the header is these words, less where it holds them among others."""
    tokens, wanted = _tokens(header), words.split()
    if tokens == wanted:
        return 1.0
    for at in range(len(tokens) - len(wanted) + 1):
        if tokens[at : at + len(wanted)] == wanted:
            return 0.6 + 0.3 * len(wanted) / len(tokens)
    return 0.0


@cache
def _tokens(header: str) -> list[str]:
    return [t for t in _TOKENS.split(fold(header)) if t]


def _words(name: str) -> tuple[list[str], list[str]]:
    entry = data_toml("tables", "headers.toml")["fields"].get(name, {"fr": [], "en": []})
    return entry["fr"], entry["en"]


def _weights() -> dict[str, float]:
    weights: dict[str, float] = data_toml("tables", "headers.toml")["weights"]
    return weights


def _forbidden(header: str) -> bool:
    data = data_toml("tables", "headers.toml")
    tokens = _tokens(header)
    if any(tokens == fold(words).replace("_", " ").split() for words in data["but"]["words"]):
        return False
    return any(_fit(header, word) > 0 for words in data["never"].values() for word in words)


def _names_somebody(header: str, look: Look) -> bool:
    """Whether a header holds a contact, or a name and not only the words of a field."""
    told = look(header)
    if told == "person":
        fields = data_toml("tables", "headers.toml")["fields"]
        return not any(
            _fit(header, word) == 1.0 for name in fields for words in _words(name) for word in words
        )
    return told == "contact"


def _unit(name: str, header: str) -> str | None:
    """The unit that a header names: "quantite (kg)"."""
    if name not in ("quantity", "low"):
        return None
    units = data_toml("tables", "headers.toml")["units"]["words"]
    return next((t for t in reversed(_tokens(header)) if t in units), None)


def _told_by_headers(kind: Kind, seen: list[Column]) -> dict[str, str]:
    """Constants that headers tell: "prix (€/g)"."""
    if kind != "prices":
        return {}
    told = {}
    for column in seen:
        text = fold(column.name)
        if "€" in column.name or re.search(r"\beur(?:os?)?\b", text):
            told["currency"] = "EUR"
        unit = re.search(r"(?:/|\bpar |\bper |\ble |\b1 )\s*(g|gramme|gram|kg|comprime|pill|dose)\b", text)
        if unit and unit[1] not in ("€",):
            told |= {"per_value": "1", "per_unit": unit[1]}
    return told


def _language(seen: list[Column]) -> str:
    """The language whose words head more columns."""
    score = [0.0, 0.0]
    for column in seen:
        for name in data_toml("tables", "headers.toml")["fields"]:
            for n, words in enumerate(_words(name)):
                score[n] += max((_fit(column.name, w) for w in words), default=0.0)
    return "en" if score[1] > score[0] else "fr"


def _day_first(days: list[str], lang: str) -> bool:
    pairs = [m for m in (re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d", d) for d in days) if m]
    if any(int(m[1]) > 12 for m in pairs):
        return True
    return False if any(int(m[2]) > 12 for m in pairs) else lang == "fr"


def _decimal(figures: list[str], lang: str) -> str:
    comma = sum(1 for f in figures if re.search(r"\d,\d{1,2}(?!\d)", f))
    point = sum(1 for f in figures if re.search(r"\d\.\d{1,2}(?!\d)|\.\d{4}", f))
    return "," if comma > point else "." if point > comma else "," if lang == "fr" else "."


def _identifier(path: str | Path) -> str:
    # The file's name may name somebody: the review gives the mapping its name.
    return (
        "proposed"
        if not Path(path).suffix
        else f"proposed-{re.sub(r'[^a-z0-9]', '', Path(path).suffix.lower())[:10]}"
    )
