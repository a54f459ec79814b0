"""Notes of readers who contest a public figure: redacted before they touch the disk, kept until the owner of the store reads them.

In: an address and a note. Out: a file in `<store>.contests/` (0700, files 0600), then a row of the store; a file of answers that pages read.

Why files and not the store: the process that answers the public then opens no store at all, neither to read nor to write; no note is lost or
has to wait while a long run holds the store. `vigie contest`, `vigie purge` and `vigie maintain` take them in. Nothing of the sender is
kept: the receipt code is made at random and only its hash stays. Left out: HTTP (`vigie.web.contest`); wording (`vigie.report.corrections`).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import data_toml
from vigie.model import observation
from vigie.model.document import RawDocument
from vigie.model.errors import SettingsError, VigieError
from vigie.model.place import Level
from vigie.pipeline import suppressing
from vigie.redact import redact
from vigie.redact.audit import leftovers
from vigie.report.addresses import Address, Alert, Figure, Index, parse_address
from vigie.report.corrections import correction_words
from vigie.report.words import Words
from vigie.store import Store
from vigie.store.alert_versions import alert_versions
from vigie.store.corrections import Contest, answers, contests, latest_versions, write_contest
from vigie.store.rewrite import record
from vigie.text.normalise import typed
from vigie.upkeep.revising import tidied

Fault = Literal["address", "empty", "long", "contact", "full"]
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no figure or letter that is taken for another
_CODE = re.compile(r"[^0-9A-Z]")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LEVELS: tuple[Level, ...] = ("department", "region", "country", "state")


class ContestError(VigieError):
    """A note that is not taken; `fault` names the words that say why."""

    def __init__(self, fault: Fault) -> None:
        self.fault: Fault = fault
        super().__init__(str(correction_words("en")["faults"][fault]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What anyone may read of a contest."""

    address: str
    status: str
    answered_on: str
    role: str
    answer: str


def rules() -> Mapping[str, Any]:
    """data/upkeep/contests.toml."""
    return data_toml("upkeep", "contests.toml")


def contests_folder(store: Path | str) -> Path:
    """`vigie.duckdb.contests` beside `vigie.duckdb`, or beside what a link of that name points to."""
    target = Path(store).resolve()
    return target.with_name(f"{target.name}.contests")


def contestable(address: str) -> bool:
    """True for the address of a figure or alert that may exist: all its parts are codes, so that it can hold no contact."""
    try:
        what = parse_address(address)
    except SettingsError:
        return False
    if isinstance(what, Alert):
        return what.name != "erased"
    return all(_known(part) for part in _parts(what))


def drop(folder: Path, address: str, language: str, note: str, today: date | None = None) -> str:
    """Keep a note until it is taken in; the receipt code. Raises ContestError with the fault."""
    text = typed(note).strip()
    if not contestable(address):
        raise ContestError("address")
    if not text:
        raise ContestError("empty")
    if len(text) > rules()["note"]["most"]:
        raise ContestError("long")
    clean = redact(RawDocument(path="-", format="text", text=text))
    # What is written by hand for one reader can be written again: where something may have been left, the note is not kept.
    if leftovers(clean.text, clean.lang):
        raise ContestError("contact")
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    digest = receipt_digest(code)
    row = {
        "address": address, "language": language, "note": clean.text,
        "received_on": (today or date.today()).isoformat(), "receipt_digest": digest,
    }  # fmt: skip
    try:
        box = _made(folder / "in")
        if sum(1 for _ in box.iterdir()) >= rules()["box"]["most"]:
            raise ContestError("full")
        _save(box / f"{digest[:32]}.json", row)
    except OSError:
        raise ContestError("full") from None
    return code


def receipt_digest(code: str) -> str:
    """The hash of a receipt code, however it was typed."""
    return hashlib.sha256(_CODE.sub("", code.upper()).encode()).hexdigest()


def find(folder: Path, code: str) -> Told | Literal["open"] | None:
    """What became of the note with a receipt code: its answer, "open", or None where there is none."""
    digest = receipt_digest(code)
    found = _answers(folder)["receipts"].get(digest)
    if found is not None:
        return Told(**found) if found["answer"] else "open"
    return "open" if (folder / "in" / f"{digest[:32]}.json").exists() else None


def answers_at(folder: Path, address: str) -> list[Told]:
    """The answers at an address, latest first."""
    found = [
        Told(**row)
        for row in _answers(folder)["receipts"].values()
        if row["address"] == address and row["answer"]
    ]
    return sorted(found, key=lambda a: (a.answered_on, a.answer), reverse=True)


def take_in(store: Store) -> int:
    """Move the notes that wait into the store, cleared of persons who asked to be erased; how many.

    Raises StoreError if the store is open for reading only. What is no note of ours is left where it is.
    """
    box = contests_folder(store.path) / "in"
    waiting = sorted(box.glob("*.json")) if box.is_dir() else []
    if not waiting:
        return 0
    finders = [tidied(finder.find) for finder in suppressing(store)]
    read = [(path, found) for path in waiting if (found := _read(path)) is not None]
    version = {a: v.version for a, v in latest_versions(store, {c.address for _, c in read}).items()}
    version |= {address: listed[-1].version for address, listed in alert_versions(store).items()}
    for path, contest in read:
        note = contest.note
        for tidy in finders:
            note = tidy(note, contest.language, "note")
        write_contest(
            store,
            Contest(
                received_on=contest.received_on, address=contest.address, version=version.get(contest.address, 0),
                language=contest.language, note=note, receipt_digest=contest.receipt_digest,
            ),
        )  # fmt: skip
        store.settle()  # before it is nowhere else
        path.unlink(missing_ok=True)
    tell(store)
    return len(read)


def tell(store: Store) -> None:
    """Write the file that pages read answers from; nothing where nobody ever contested."""
    folder, listed = contests_folder(store.stands_for), contests(store)
    if not listed:
        return
    given = answers(store)
    receipts = {}
    for contest in listed:
        answer = given.get(contest.contest_id)
        receipts[contest.receipt_digest] = {
            "address": contest.address,
            "status": answer.status if answer else "open",
            "answered_on": answer.answered_on.isoformat() if answer else "",
            "role": answer.role if answer else "",
            "answer": answer.answer if answer else "",
        }
    _save(_made(folder) / "answers.json", {"receipts": receipts})


def expire(store: Store, run: int, today: date) -> int:
    """Empty the notes whose time is over since they were answered; how many."""
    before = today - timedelta(days=round(rules()["retention"]["months"] * 365.25 / 12))
    over = [
        number
        for number, answer in answers(store).items()
        if answer.status != "open" and answer.answered_on < before
    ]
    sql = "SELECT contest_id FROM contests WHERE note <> '' AND contest_id IN (SELECT unnest(?))"
    chosen = store.column(sql, [over])
    if chosen:
        with store.transaction():
            record(store.connection, run, "retention", mentions=len(chosen))
            store.connection.execute(
                "UPDATE contests SET note = '' WHERE contest_id IN (SELECT unnest(?))", [chosen]
            )
    return len(chosen)


def _parts(what: Address) -> Iterable[str]:
    if isinstance(what, Figure):
        return (*what.key, what.area or "")
    if isinstance(what, Index):
        return (what.kind, what.substance, what.unit, what.area or "")
    if isinstance(what, Alert):
        return (what.name,)
    joint = {"modality": ":", "trend": ":", "flow": ">"}.get(what.type)
    kinds = what.kind.split(joint) if joint else [what.kind]
    return (
        what.level,
        what.area,
        what.type,
        *kinds,
        what.substance,
        what.unit.removeprefix("EUR/"),
        what.market,
    )


def _known(part: str) -> bool:
    return part == "" or part in _vocabulary() or place_by_code(part) is not None


@cache
def _vocabulary() -> frozenset[str]:
    """Every code of a figure that is no place's, and the names of the places that routes lead between."""
    words = Words("fr").all()
    groups = ("units", "measures", "events", "indicators", "families")
    modalities = [row["id"] for row in data_toml("taxonomy", "modalities.toml")["code"]]
    kinds = ("Assertion", "PriceKind", "QuantityKind", "PurityMeasure", "EventKind", "Indicator", "Direction")
    return frozenset({
        *taxonomy(),
        *(code for group in groups for code in words[group]),
        *(half for code in modalities for half in code.split(":")),
        *(code for name in kinds for code in get_args(getattr(observation, name))),
        *("price", "quantity", "purity", "event", "modality", "trend", "flow", "load", "none", "all", *_LEVELS),
        *("g", "ml", "mg", "%", "person", "mg/1000/day", "purity", "thc", "mg-per-unit"),
        *(entry.label for level in _LEVELS for entry in gazetteer().places(level)),
    })  # fmt: skip


def _answers(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    try:
        found: dict[str, dict[str, dict[str, str]]] = json.loads((folder / "answers.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {"receipts": {}}
    return found


def _read(path: Path) -> Contest | None:
    """A note that waits; None for a file that is none of ours."""
    try:
        row = json.loads(path.read_text("utf-8"))
        contest = Contest(received_on=date.fromisoformat(row.pop("received_on")), version=0, **row)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    texts = (contest.address, contest.language, contest.note, contest.receipt_digest)
    if not all(isinstance(text, str) for text in texts) or not _DIGEST.fullmatch(contest.receipt_digest):
        return None
    return contest if contestable(contest.address) and contest.language in ("fr", "en") else None


def _made(folder: Path) -> Path:
    """The folder, for the owner alone, and so the one that holds it."""
    for one in (folder.parent, folder) if folder.name == "in" else (folder,):
        one.mkdir(mode=0o700, exist_ok=True)
    return folder


def _save(path: Path, row: object) -> None:
    """Whole or not at all, for the owner alone."""
    temporary = path.with_name(f".{path.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(row, stream, ensure_ascii=False, sort_keys=True)
    temporary.replace(path)
