"""The verbs of the review: what is to be read again, decisions on it, agreement, corrections as gold and as drafts."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ReportFormat, app
from vigie.cli.keeping import STORE, existing, settings_for
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.model.observation import Observation
    from vigie.review.records import Agreement
    from vigie.store import Store

review_app = typer.Typer(
    help="Read facts again: the queue, decisions, agreement of reviewers.\n\nExample: vigie review list",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(review_app, name="review")


class Verdict(str, Enum):  # noqa: UP042 - typer reads the values through str
    """What is decided."""

    ACCEPT = "accept"
    CORRECT = "correct"
    REJECT = "reject"
    SPLIT = "split"
    RELINK = "relink"


class FactType(str, Enum):  # noqa: UP042
    """Types of facts."""

    PRICE = "price"
    QUANTITY = "quantity"
    PURITY = "purity"
    EVENT = "event"
    MODALITY = "modality"
    TREND = "trend"
    FLOW = "flow"
    LOAD = "load"


class Why(str, Enum):  # noqa: UP042
    """Reasons of a proposal; every one is also uncertain."""

    THRESHOLD = "threshold"
    SHARE = "share"
    SHIFT = "shift"
    LATE = "late"
    RANDOM = "random"


OBSERVATION = typer.Argument(
    ..., metavar="ID", help="The observation, as `vigie review list` names it.", show_default=False
)
VERDICT = typer.Argument(..., help="What is decided.", show_default=False)
SET = typer.Option(
    None,
    "--set",
    metavar="FIELD=VALUE",
    help="A field that changes (repeatable): low=12,5, substance=heroin, place=FR-13, when=2026-03 (or 11/03/2026, day first).",
)
FACT = typer.Option(
    None,
    "--fact",
    metavar="FIELD=VALUE;…",
    help="Of a split, one of the facts, its changes with ; between (repeat for each).",
)
WHY = typer.Option("", "--why", metavar="TEXT", help="The reason; redacted before it is kept.")
ADJUDICATE = typer.Option(
    False, "--adjudicate", help="Decide finally, where two differ or a decision stands."
)
TYPES = typer.Option(None, "--type", help="Only facts of this type (repeatable).")
SUBSTANCE = typer.Option("", "--substance", metavar="ID", help="Only facts about it (cocaine).")
AREA = typer.Option("", "--area", metavar="CODE", help="Only facts placed in it (INSEE:69123, FR-69, FR).")
SOURCE = typer.Option(
    "", "--source", metavar="ID", help="Only facts of a source, or of an outlet without a card."
)
REASON = typer.Option(None, "--reason", help="Only facts proposed for it.")
OFFSET = typer.Option(0, "--offset", min=0, max=100_000, help="How many to leave out first.")
LIMIT = typer.Option(20, "--limit", min=1, max=10_000, help="How many.")
DISAGREEMENTS = typer.Option(False, "--disagreements", help="What waits for a third instead.")
FORMAT = typer.Option(ReportFormat.TABLE, "--format", help="How to print.")
OUT = typer.Option(Path("review-drafts"), "--out", metavar="DIR", help="Folder to write into.")
REVIEWERS = typer.Option(
    None, "--reviewers", min=1, max=2, help="1: every decision is final; 2: blind pairs."
)
SHARE = typer.Option(
    None, "--share-double", min=0.0, max=1.0, help="With two: the part of facts that both read."
)
THIRD = typer.Option(None, "--third/--any", help="Whether who adjudicates must be neither of the two.")


@review_app.command(name="list")
def list_(
    limit: int = LIMIT, offset: int = OFFSET, type: list[FactType] | None = TYPES, substance: str = SUBSTANCE, area: str = AREA,
    source: str = SOURCE, reason: Why | None = REASON, disagreements: bool = DISAGREEMENTS, store: Path | None = STORE,
    format: ReportFormat = FORMAT,
) -> None:  # fmt: skip
    """Take in the decisions that wait, make the queue anew, and print what is to be read first: not for publication.

    First comes what would move published figures most if it were wrong; a share is drawn by chance, so that it can be said
    how often the extractor is right.

    \b
    Example:
      vigie review list
      vigie review list --type price --limit 50 --format json
      vigie review list --substance cocaine --area FR-69 --reason threshold --offset 20
    """
    from vigie.accounts.records import LOCAL
    from vigie.review.book import Book
    from vigie.review.picking import Picked
    from vigie.review.queue import refill

    with _opened(store) as opened, Book.open(opened.path) as book:
        _take_in(opened)
        refill(opened, book)
        if disagreements:
            rows: list[dict[str, Any]] = [
                {
                    "id": d.observation_id,
                    "type": d.type,
                    "first": d.first.verdict,
                    "second": d.second.verdict,
                    "fields": ", ".join(d.fields),
                }
                for d in book.disagreements()
            ]
        else:
            picked = Picked(
                substance=substance, area=area, source=source, reason=reason.value if reason else ""
            )
            types = {t.value for t in type or ()}
            whole = [e.proposal for e in book.entries(LOCAL, picked=picked)]
            listed = [p for p in whole if not types or p.type in types][offset : offset + limit]
            rows = [
                {
                    "id": p.observation_id, "type": p.type, "score": round(p.score, 4), "confidence": round(p.confidence, 3),
                    "drawn": p.drawn, "why": "; ".join(_reason(r.code, r.number, r.figure) for r in p.why if r.code != "uncertain"),
                }
                for p in listed
            ]  # fmt: skip
        progress = book.progress(LOCAL)
    _print(rows, format)
    say(
        f"queue: {progress.queued}, not yet read {progress.open}, with one decision {progress.waiting}, "
        f"disagreements {progress.disagreements}, decided {progress.decided}"
    )


@review_app.command()
def show(observation: str = OBSERVATION, store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """Print a fact with its sentence and those beside it: not for publication.

    \b
    Example:
      vigie review show o_0123456789abcdef
    """
    from vigie.model.contract import observation_json
    from vigie.review.item import item
    from vigie.review.records import ReviewError
    from vigie.store import Store

    settings = existing(settings_for(store))
    with Store.open(settings.store, read_only=True, settings=settings) as opened:
        try:
            found = item(opened, observation)
        except ReviewError as error:
            raise fail(str(error), SOME_REFUSED) from None
    if format is ReportFormat.JSON:
        write_json(
            {
                "id": found.observation_id, "state": found.state, "doc_id": found.doc_id, "title": found.title,
                "published": found.published, "outlet": found.outlet, "grade": found.grade, "lang": found.lang,
                "before": found.before.text if found.before else None, "sentence": found.sentence.text,
                "after": found.after.text if found.after else None, "observation": observation_json(found.observation),
                "late": found.late, "current": [observation_json(o) for o in found.current], "others": [observation_json(o) for o in found.others],
            }
        )  # fmt: skip
        return
    sentence, start, end = found.sentence.text, found.quote_start, found.quote_end
    write(
        f"{found.outlet or 'no source'}, {found.published or 'undated'}, grade {found.grade}: {found.title or found.doc_id}\n\n"
    )
    for part in (found.before.text if found.before else "", f"{sentence[:start]}[{sentence[start:end]}]{sentence[end:]}",
                 found.after.text if found.after else ""):  # fmt: skip
        if part:
            write(f"  {' '.join(part.split())}\n")
    if found.late:
        write(f"\nit begins {found.late} days after the document: read its date again\n")
    write(f"\nread: {_told(found.observation)}\nstate: {found.state}\n")
    for o in found.current if found.state not in ("open", "accepted") else ():
        write(f"now: {_told(o)}\n")
    for o in found.others:
        write(f"beside: {o.id}: {_told(o)}\n")


@review_app.command()
def decide(
    observation: str = OBSERVATION, verdict: Verdict = VERDICT, set: list[str] | None = SET, fact: list[str] | None = FACT,
    why: str = WHY, adjudicate: bool = ADJUDICATE, store: Path | None = STORE,
) -> None:  # fmt: skip
    """Decide on a fact; figures then use what is decided. Nothing is overwritten: each decision is a new row.

    Accept, correct (fields that change by --set), reject, split (each fact by --fact), relink (the same amount of another
    substance, place or time).

    \b
    Example:
      vigie review decide o_0123456789abcdef accept
      vigie review decide o_0123456789abcdef correct --set low=40 --set high=40 --why "half a gram"
      vigie review decide o_0123456789abcdef split --fact "low=40;high=40" --fact "substance=heroin"
    """
    import secrets

    from vigie.accounts.records import LOCAL
    from vigie.review.book import Book
    from vigie.review.item import item
    from vigie.review.records import Choice, ReviewError

    after = [_fields(one.split(";"), "--fact") for one in fact or ()] or (
        [_fields(set, "--set")] if set else []
    )
    choice = Choice(verdict=verdict.value, after=tuple(after), why=why)
    with _opened(store) as opened, Book.open(opened.path) as book:
        _take_in(opened)
        kind = ""
        try:
            found = item(opened, observation)
            kind = found.observation.type
            write_down = book.adjudicate if adjudicate else book.decide
            made = write_down(LOCAL, found, choice, key=secrets.token_hex(16))
        except ReviewError as error:
            told = "; ".join(_problem(_kind(kind, after, f), f, code) for f, code in error.problems.items())
            raise fail(
                f"{error}" + (f" ({told})" if told else ""), WRONG_USE if error.problems else SOME_REFUSED
            ) from None
        _take_in(opened)
    say(
        f"{made.decision_id}: {made.verdict}" + (", final" if made.final else ", waits for a second reviewer")
    )


@review_app.command()
def report(store: Path | None = STORE, format: ReportFormat = FORMAT) -> None:
    """How much is reviewed, how well two blind reviewers agree, how often facts are right as extracted.

    \b
    Example:
      vigie review report
      vigie review report --format json
    """
    from dataclasses import asdict

    from vigie.review.agreement import agreement

    with _opened(store) as opened:
        _take_in(opened)
        found = agreement(opened)
    if format is ReportFormat.JSON:
        told = asdict(found)
        told["verdicts"] = [{"first": a, "second": b, "facts": n} for (a, b), n in found.verdicts.items()]
        write_json(told)
        return
    write(_report(found))


@review_app.command()
def gold(store: Path | None = STORE) -> None:
    """Print what reviewers decided as gold lines, one document a line, for vigie eval: not for publication.

    \b
    Example:
      vigie review gold > reviewed.jsonl
      vigie eval reviewed.jsonl
    """
    from vigie.review.gold import gold as lines

    documents = facts = 0
    with _opened(store) as opened:
        _take_in(opened)
        for line in lines(opened):
            documents, facts = documents + 1, facts + line.decided
            write(json.dumps(line.record, ensure_ascii=False) + "\n")
    say(f"documents: {documents}, facts with a final decision: {facts}")


@review_app.command()
def drafts(out: Path = OUT, store: Path | None = STORE) -> None:
    """Write drafts of lexicon entries for the words that reviewers read otherwise than the extractor.

    \b
    Example:
      vigie review drafts --out ./drafts
      vigie lexicon check --data ./drafts
    """
    from vigie.review.drafts import suggestions
    from vigie.review.drafts import write as write_drafts

    with _opened(store) as opened:
        _take_in(opened)
        found = suggestions(opened)
    if not found:
        say("no correction speaks of a word: nothing written")
        return
    for path in write_drafts(found, out):
        write(f"{path}\n")
    say(f"drafts: {len(found)}; complete them, then: vigie lexicon check --data {out}")


@review_app.command()
def team(
    reviewers: int | None = REVIEWERS,
    share_double: float | None = SHARE,
    third: bool | None = THIRD,
    store: Path | None = STORE,
) -> None:
    """How the store is reviewed: by one, or by two who do not see each other.

    \b
    Example:
      vigie review team --reviewers 2 --share-double 0.3
    """
    from dataclasses import replace

    from vigie.review.book import Book

    settings = existing(settings_for(store))
    with Book.open(settings.store) as book:
        now = book.settings()
        given = {"reviewers": reviewers, "share_double": share_double, "third": third}
        chosen = replace(now, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        if chosen != now:
            book.configure(chosen)
    say(
        f"reviewers: {chosen.reviewers}; read by both: {chosen.share_double:.0%}; "
        f"adjudicates: {'a third' if chosen.third else 'any editor'}"
    )


def _opened(store: Path | None) -> Store:
    from vigie.store import Store

    settings = existing(settings_for(store))
    return Store.open(settings.store, settings=settings)


def _take_in(store: Store) -> None:
    from vigie.review.taking import take_in

    found = take_in(store)
    if found.lapsed:
        say(f"{found.lapsed} decisions on documents that are no more: deleted")


def _fields(given: list[str], option: str) -> dict[str, str]:
    from vigie.review.dates import normal

    pairs = [one.partition("=") for one in given if one.strip()]
    if not all(sign for _, sign, _ in pairs):
        raise fail(f"{option}: FIELD=VALUE (low=40)", WRONG_USE)
    found = {name.strip(): value.strip() for name, _, value in pairs}
    if (when := found.get("when")) and (read := normal(when)) is not None:
        found["when"] = read
    return found


# Values that hold, beside what is refused; where a few codes are meant these are told instead.
_EXAMPLES = {
    "when": "when=2026-03-11, 11/03/2026 (day first), 2026-03, T1 2026, 2026 or 2026-03-01/2026-03-15",
    **{name: f"{name}=12,5" for name in ("low", "high", "per_value", "population")},
    **{name: f"{name}=FR-13, ES or INSEE:69123" for name in ("place", "origin", "destination", "via")},
    "substance": "substance=heroin", "form": "form=powder", "currency": "currency=EUR", "per_unit": "per_unit=g", "unit": "unit=kg",
    "modality": "modality=delivery:postal", "attribution": 'attribution="la police"', "verdict": "reject",
    "type": "type=quantity",
}  # fmt: skip
_PROBLEMS = {
    ("low", "order"): "above high (low=40 high=60)",
    ("low", "required"): "low or high is needed (low=12,5)",
    ("origin", "required"): "origin or destination is needed (origin=ES)",
}


def _kind(kind: str, after: list[dict[str, str]], path: str) -> str:
    """The type of the fact at fault: of a split its own."""
    number = path.partition(".")[0]
    at = int(number) if number.isdigit() else 0
    return after[at].get("type", kind) if at < len(after) else kind


def _problem(kind: str, path: str, code: str) -> str:
    """A refused field, why, and a value that holds; never what was typed."""
    from vigie.review.decisions import codes_of

    field = path.rpartition(".")[2]
    if said := _PROBLEMS.get((field, code)):
        return f"{path}: {said}"
    of = codes_of(kind, field)
    example = (
        f"{field}={', '.join(of)}"
        if of
        else "unit=person"
        if (kind, field) == ("event", "unit")
        else _EXAMPLES.get(field, "")
    )
    return f"{path}: {code}" + (f" ({example})" if example and code not in ("type", "link") else "")


def _reason(code: str, number: float | None, figure: str) -> str:
    words = {
        "threshold": f"without it only {round(number or 0) - 1} sources for {figure}",
        "share": f"{number or 0:.0%} of {figure}",
        "shift": f"moves {figure} by {number or 0:.0%}",
        "late": f"dated {round(number or 0)} days after its document",
        "random": "drawn by chance",
    }
    return words.get(code, code)


def _told(o: Observation) -> str:
    """A fact in one line."""
    from vigie.model.contract import value_json

    said = {name: value for name, value in value_json(o).items() if value is not None}
    parts: list[Any] = [
        o.type,
        o.substance or "no substance",
        *(f"{name}={_plain(value)}" for name, value in said.items()),
    ]
    where = o.place.label if o.place else "no place"
    when = "/".join(day.isoformat() for day in (o.when.start, o.when.end) if day) or "undated"
    return ", ".join(map(str, [*parts, where, when, o.assertion, f"confidence {o.confidence:.2f}"]))


def _plain(value: Any) -> Any:
    return value.get("label") if isinstance(value, dict) else value


def _print(rows: list[dict[str, Any]], format: ReportFormat) -> None:
    if format is ReportFormat.JSON:
        for row in rows:
            write_json(row)
    elif rows:
        cells = [[" ".join(str(value).split()) for value in row.values()] for row in rows]
        write(table(tuple(rows[0]), cells, width=terminal_width()))


def _report(found: Agreement) -> str:
    lines = ["reviewed"]
    lines += [
        f"  {r.type or 'all'}: {r.n} of {r.m}" + "".join(f", {s} {n}" for s, n in r.states.items())
        for r in found.reviewed
    ]
    lines.append("right as extracted, of those drawn by chance (95 % interval)")
    for p in found.precision:
        share = f"{p.value:.3f} ({p.low:.3f}–{p.high:.3f})" if p.value is not None else "none drawn yet"
        lines.append(f"  {p.type or 'all'}: {share}, {p.right} of {p.sampled}, waiting {p.waiting}")
    lines.append("two blind reviewers (Cohen's kappa, 95 % interval)")
    for k in found.kappas:
        value = (
            "not defined"
            if k.value is None
            else f"{k.value:.3f}" + (f" ({k.low:.3f}–{k.high:.3f})" if k.low is not None else "")
        )
        lines.append(f"  {k.field}: {value}, agreed {k.agreed:.3f} of {k.pairs}")
    lines.append(f"disagreements: {found.open} open, {found.adjudicated} decided by a third")
    return "\n".join(lines) + "\n"
