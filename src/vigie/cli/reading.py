"""Verbs that read documents and keep nothing: extract, redact, parse."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, ExtractFormat, RedactFormat, app
from vigie.cli.output import fail, say, table, terminal_width, write, write_json
from vigie.cli.parsing import Kind, parse_stream

if TYPE_CHECKING:
    from vigie.model.observation import Observation
    from vigie.pipeline import Cleaned, Reading, Refusal

PATHS = typer.Argument(
    ..., metavar="PATH…", help="Files or folders; - reads standard input.", show_default=False
)
SOURCE = typer.Option(None, "--source", metavar="CARD.toml", help="The source card of these inputs.")
MAPPING = typer.Option(
    None, "--map", metavar="FIELD=KEY", help="For JSON: document field = key of the record (repeatable)."
)
EXTRACT_FORMAT = typer.Option(ExtractFormat.JSONL, "--format", help="How to print.")
REDACT_FORMAT = typer.Option(RedactFormat.TEXT, "--format", help="How to print.")
AUDIT = typer.Option(
    False, "--audit", help="Counts by kind and file, and what may have been left, for a person to judge."
)
LIMIT = typer.Option(None, "--limit", min=0, metavar="N", help="With --audit: show the N worst leftovers.")
JUDGE = typer.Option(False, "--judge", help="With --audit: ask about each leftover; print only counts.")
KIND = typer.Argument(..., help="What to find.", show_default=False)
STDIN = "-"


def reading_options(source: Path | None, mapping: list[str] | None) -> Reading:
    """Read the card and the mapping given on the command line; wrong use ends here."""
    from vigie.model.errors import VigieError
    from vigie.pipeline import Reading

    pairs: dict[str, str] = {}
    for item in mapping or ():
        field, sign, key = item.partition("=")
        if not (field and sign and key):
            raise fail(f"--map takes FIELD=KEY, not {item!r}", WRONG_USE)
        pairs[field] = key
    card = None
    if source is not None:
        from vigie.ingest.sources import load_card

        try:
            card = load_card(source)
        except VigieError as error:
            raise fail(str(error), WRONG_USE) from None
        except OSError as error:
            raise fail(f"{source}: {error.strerror or type(error).__name__}", WRONG_USE) from None
    return Reading(source=card, mapping=pairs or None)


def cleaned(paths: list[str], reading: Reading) -> Iterator[Cleaned | Refusal]:
    """Redacted documents of all arguments, streamed."""
    from vigie.pipeline import Refusal, clean, clean_stream, inputs

    refuse_empty(paths)
    for name in paths:
        if name == STDIN:
            data = read_stdin()
            yield from [data] if isinstance(data, Refusal) else clean_stream(STDIN, data, reading)
            continue
        if is_url(name):
            yield url_refusal(name)
            continue
        for found in inputs([Path(name)]):
            if isinstance(found, Refusal):
                yield found
            else:
                yield from clean(found, reading)


def is_url(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))


def refuse_empty(paths: list[str]) -> None:
    """An empty name, as an unset variable leaves it, would stand for the whole working folder."""
    if not all(path.strip() for path in paths):
        raise fail("a path is empty", WRONG_USE)


def read_stdin() -> bytes | Refusal:
    """Standard input whole, up to the bound that holds for a file."""
    from vigie.ingest.limits import MAX_FILE_BYTES
    from vigie.pipeline import Refusal

    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        return Refusal(name=STDIN, reason=f"more than {MAX_FILE_BYTES:,} bytes", repair="save it as files")
    return data


def url_refusal(name: str) -> Refusal:
    """Addresses are not fetched yet. Only the host is told: path and query may name somebody, or hold a key."""
    from vigie.pipeline import Refusal

    return Refusal(
        name=shown_address(name),
        reason="addresses are not fetched",
        repair="save the page and give the file",
    )


def shown_address(address: str) -> str:
    """Scheme and host of an address; a hidden service is not named."""
    from urllib.parse import urlsplit

    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return (
        "[link]"
        if host.endswith((".onion", ".i2p")) or not host
        else f"{address.partition(':')[0]}://{host}/…"
    )


@app.command()
def extract(
    paths: list[str] = PATHS,
    format: ExtractFormat = EXTRACT_FORMAT,
    source: Path | None = SOURCE,
    mapping: list[str] | None = MAPPING,
) -> None:
    """Print the observations of documents; keep nothing.

    \b
    Example:
      vigie extract article.html report.pdf --format table
      cat note.txt | vigie extract - > note.jsonl
    """
    from vigie.model.contract import document_json
    from vigie.pipeline import Refusal, observe

    reading, refused = reading_options(source, mapping), 0
    for item in cleaned(paths, reading):
        found = item if isinstance(item, Refusal) else observe(item.document, item.name)
        if isinstance(found, Refusal):
            refused += 1
            say(f"refused: {found}")
        elif not isinstance(item, Refusal):
            tell_writer(item)
            if format is ExtractFormat.JSONL:
                write_json(document_json(item.document, found))
            else:
                write(
                    f"{item.document.path}  [{item.document.lang}]  {item.document.published or 'undated'}\n"
                )
                shown = observation_table(found, terminal_width())
                write((shown or "nothing found\n") + "\n")
    if refused:
        raise typer.Exit(SOME_REFUSED)


def tell_writer(item: Cleaned | Refusal) -> None:
    """What the writer of a field note left empty or said in two ways."""
    from vigie.lexicon.note_fields import FORMAT
    from vigie.pipeline import Refusal, shown

    if isinstance(item, Refusal) or item.document.format != FORMAT:
        return
    from vigie.intake.field_notes import told

    for line in told(item.document):
        say(f"{shown(item.name)}: {line}")


TABLE_HEADER = ("type", "substance", "value", "place", "when", "assertion", "source", "conf.", "quote")


_NARROW = 110  # columns of a terminal; below, what says least is left out


def observation_table(observations: Sequence[Observation], width: int | None) -> str:
    """The observations for the eye, in what a terminal has room for."""
    rows = [table_row(o) for o in observations]
    kept = list(range(len(TABLE_HEADER)))
    if width is not None and width < _NARROW:
        usual: dict[str, set[object]] = {"source": {None}, "assertion": {"affirmed"}}
        for number, name in enumerate(TABLE_HEADER):
            if name == "conf." or {row[number] for row in rows} <= usual.get(name, set()):
                kept.remove(number)
    return table([TABLE_HEADER[n] for n in kept], [[row[n] for n in kept] for row in rows], width=width)


def table_row(observation: Observation) -> tuple[object, ...]:
    """One observation for the eye; the JSON form is the one to compute with."""
    o = observation
    when = (
        ""
        if o.when.start is None
        else o.when.start.isoformat()[: {"year": 4, "month": 7}.get(o.when.precision or "", 10)]
    )
    place = (o.place.label if o.place else None) or ""
    return (
        o.type,
        o.substance,
        value_text(o),
        place,
        when,
        o.assertion,
        o.attribution,
        f"{o.confidence:.2f}",
        o.quote,
    )


def value_text(observation: Observation) -> str:
    """The value in a few words: "retail 60–70 EUR/g"."""
    from vigie.model.contract import value_json

    value = value_json(observation)
    if observation.type == "flow":
        ends = [(value[end] or {}).get("label", "?") for end in ("origin", "destination")]
        return f"{ends[0]} → {ends[1]} ({value['mode']})"
    words = [
        str(value[k]) for k in ("kind", "family", "code", "indicator", "direction", "measure") if value.get(k)
    ]
    low, high = value.get("low"), value.get("high")
    if low is not None or high is not None:
        span = (
            f"{low:g}"
            if low == high
            else f"{'…' if low is None else f'{low:g}'}–{'…' if high is None else f'{high:g}'}"
        )
        unit = value.get("currency") or value.get("unit") or ""
        if value.get("per_unit"):
            many = value.get("per_value") or 1
            unit += f"/{'' if many == 1 else f'{many:g} '}{value['per_unit']}"
        words.append(f"{span} {unit}".strip())
    return " ".join(words)


@app.command()
def redact(
    paths: list[str] = PATHS,
    format: RedactFormat = REDACT_FORMAT,
    source: Path | None = SOURCE,
    mapping: list[str] | None = MAPPING,
    audit: bool = AUDIT,
    limit: int | None = LIMIT,
    judge: bool = JUDGE,
) -> None:
    """Print redacted text and count what was removed.

    What was removed is told by kind, never by value.

    \b
    Example:
      vigie redact letter.eml
      vigie redact ./letters --format json > clean.jsonl
      vigie redact ./letters --audit
    """
    from vigie.pipeline import Refusal

    if audit:
        from vigie.cli.auditing import audit as show

        items = cleaned(paths, reading_options(source, mapping))
        show(items, format, limit, judge, stdin_read=STDIN in paths)
        return
    if limit is not None or judge:
        raise fail("--limit and --judge go with --audit", WRONG_USE)
    refused = 0
    for item in cleaned(paths, reading_options(source, mapping)):
        if isinstance(item, Refusal):
            refused += 1
            say(f"refused: {item}")
            continue
        document = item.document
        counts = dict(sorted(document.redactions.items()))
        if format is RedactFormat.JSON:
            keys = ("doc_id", "path", "lang", "title", "text")
            write_json({**{key: getattr(document, key) for key in keys}, "redactions": counts})
        else:
            write(document.text.rstrip("\n") + "\n")
            removed = ", ".join(f"{kind} {count}" for kind, count in counts.items()) or "nothing"
            say(f"{document.path}: removed {removed}")
    if refused:
        raise typer.Exit(SOME_REFUSED)


@app.command()
def parse(kind: Kind = KIND) -> None:
    """Find one kind of mention in lines of JSON.

    The workbench of lexicon and grammar authors: standard input holds objects {id, text, lang, reference},
    one a line. `lang` is detected when missing; `reference` is the date that relative dates count from.

    \b
    Example:
      echo '{"id": 1, "text": "80 € le gramme", "lang": "fr"}' | vigie parse money
    """
    failed = 0
    for number, result in parse_stream(kind, sys.stdin.buffer):
        if isinstance(result, str):
            failed += 1
            say(f"line {number}: {result}")
        else:
            write_json(result)
    if failed:
        raise typer.Exit(SOME_REFUSED)
