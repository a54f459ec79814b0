"""The page on which the analyst's team writes field notes: a form without JavaScript, a look at what is left of it, then a box.

In: the fields of a note. Out: first the redacted text with what is understood and what is missing, nothing kept; then, of that redacted
text, a note in the box of `vigie.upkeep.notes`. The raw fields live in one request and are shown back to their writer alone, escaped.
Only forms of this page's own are taken, as on the page of contests; with accounts, of a session that may read. Never part of the public edition.
Left out: taking notes in (`vigie add`, `vigie maintain`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from vigie.extract import read_field_note
from vigie.intake.field_notes import note_stream, note_text, told
from vigie.lexicon.note_fields import FORMAT, FieldSpec, specs, words
from vigie.lexicon.terms import data_toml
from vigie.model.contract import value_json
from vigie.model.document import CleanDocument
from vigie.model.observation import Observation
from vigie.pipeline import Cleaned, Reading
from vigie.text.normalise import typed
from vigie.upkeep.notes import NoteError, drop, rules
from vigie.web.assets import ICON, SHEETS, address_of
from vigie.web.contest import LANGUAGES
from vigie.web.facts import said_of
from vigie.web.forms import FormError, own, read_form
from vigie.web.identity import ForbiddenError, csrf_field, require
from vigie.web.render import environment
from vigie.web.words import PageWords, page_words

Lang = Literal["fr", "en"]
_LONGEST_BODY = 250_000  # bytes: the longest note, every character of it escaped, and the names of the fields
_MOST_FIELDS = 60
_HEADERS = {"referrer-policy": "same-origin", "cache-control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A field of the form."""

    name: str
    label: str
    hint: str
    value: str = ""
    options: tuple[str, ...] = ()
    long: bool = False
    rows: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The fields of one product."""

    legend: str
    fields: tuple[Entry, ...]
    open: bool


def note_router(folder: Path, *, today: Callable[[], date] = date.today) -> APIRouter:
    """`GET` and `POST /{lang}/field-note`, for a session or the one person of this machine with the right to read; ForbiddenError else.

    Args:
        folder: the box, `upkeep.notes.notes_folder` of the store.
    """
    router = APIRouter()

    def show(request: Request, lang: Lang) -> Response:
        _writer(request)
        return _page(lang, {"date": _day(today(), lang)}, csrf=csrf_field(request))

    async def send(request: Request, lang: Lang) -> Response:
        _writer(request)
        csrf = csrf_field(request)
        if not own(request):
            return _page(lang, {}, status=403, fault="elsewhere", csrf=csrf)
        try:
            sent = await read_form(request, most_bytes=_LONGEST_BODY, most_fields=_MOST_FIELDS)
        except FormError as error:
            return _page(lang, {}, status=error.status_code, fault="form", csrf=csrf)
        fields = {name: typed(value) for name, value in sent.items()}
        fields.pop("csrf", None)  # looked at in front of the application
        if fields.get("step") == "keep":
            return await run_in_threadpool(_keep, lang, folder, fields.get("text", ""), today(), csrf)
        return await run_in_threadpool(_look, lang, fields, csrf)

    path = "/{lang}/field-note"
    router.add_api_route(path, show, methods=["GET", "HEAD"], include_in_schema=False)
    router.add_api_route(path, send, methods=["POST"], include_in_schema=False)
    return router


def _writer(request: Request) -> None:
    """A token never writes a note: no scope names it."""
    if require(request, "read").via == "token":
        raise ForbiddenError("token")


def _look(lang: Lang, fields: Mapping[str, str], csrf: str) -> Response:
    """The note as it would be kept."""
    if sum(map(len, fields.values())) > rules()["note"]["most"]:
        return _page(lang, fields, status=422, fault="long", csrf=csrf)
    document = _redacted(note_text(_in_order(fields), lang))
    if document is None:
        return _page(lang, fields, status=422, fault="empty", csrf=csrf)
    return _page(lang, fields, document=document, csrf=csrf)


def _keep(lang: Lang, folder: Path, text: str, day: date, csrf: str) -> Response:
    document = _redacted(text)
    if document is None:
        return _page(lang, {}, status=422, fault="empty", csrf=csrf)
    try:
        drop(folder, document, day)
    except NoteError as error:
        return _page(lang, {}, status=503 if error.fault == "full" else 422, fault=error.fault, csrf=csrf)
    return _page(lang, {}, kept=True)


def _redacted(text: str) -> CleanDocument | None:
    """What the redactor leaves of a note; None where nothing is filled in."""
    mark = words()["layout"]["mark"]
    marked = text if mark in text else f"<!-- {mark} -->\n\n{text}"
    for item in note_stream("note", marked, Reading()):
        if isinstance(item, Cleaned) and item.document.format == FORMAT:
            return item.document
    return None


def _in_order(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """(field, value) of the form, products in their order, the rest of the note last."""
    listed = [(s.id, fields.get(s.id, "")) for s in specs().values() if not s.many and s.id != "notes"]
    for number in range(1, rules()["form"]["products"] + 1):
        listed += [(s.id, fields.get(f"{s.id}-{number}", "")) for s in specs().values() if s.many]
    return [*listed, ("notes", fields.get("notes", ""))]


def _page(
    lang: Lang,
    fields: Mapping[str, str],
    *,
    status: int = 200,
    fault: str = "",
    kept: bool = False,
    document: CleanDocument | None = None,
    csrf: str = "",
) -> Response:
    said: Any = data_toml("templates", "field_note.toml")[lang]
    shown, (other, other_name) = page_words(lang), LANGUAGES[lang]
    body = document.text[document.body_start :] if document else ""
    html = environment().get_template("field_note.html.j2").render(
        lang=lang, w=said, csrf=csrf, title=said["page"]["preview" if document else "title"], other=other, other_name=other_name,
        sheets=[address_of(name) for name in SHEETS], icon=address_of(ICON), skip=shown["skip"], edition=shown["edition.analyst"],
        fault=said["fault"][fault].format(most=shown.figures.number(rules()["note"]["most"])) if fault else "", kept=kept,
        seen=[line for line in body.split("\n") if line.strip()], seen_lang=document.lang if document else lang,
        hidden=body, remarks=told(document) if document else [], removed=_removed(document, said, shown) if document else "",
        facts=[_fact(o, shown, said) for o in read_field_note(document).observations] if document else [],
        general=[_entry(s, s.id, fields, lang) for s in specs().values() if not s.many and s.id != "notes"],
        blocks=[_block(n, fields, lang) for n in range(1, rules()["form"]["products"] + 1)],
        rest=_entry(specs()["notes"], "notes", fields, lang),
    )  # fmt: skip
    return Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=_HEADERS)


def _block(number: int, fields: Mapping[str, str], lang: Lang) -> Block:
    entries = tuple(_entry(s, f"{s.id}-{number}", fields, lang) for s in specs().values() if s.many)
    legend = str(data_toml("templates", "field_note.toml")[lang]["page"]["product"]).format(n=number)
    return Block(legend=legend, fields=entries, open=any(entry.value for entry in entries))


def _entry(spec: FieldSpec, name: str, fields: Mapping[str, str], lang: Lang) -> Entry:
    """A field: a role and a degree of certainty are chosen, all else is written."""
    group = {"who": "role", "sure": "sure"}.get(spec.id)
    options = tuple(str(row["label"][lang]) for row in words()[group]) if group else ()
    hint = str(data_toml("templates", "field_note.toml")[lang]["hint"][spec.id])
    return Entry(
        name=name, label=spec.label[lang], hint=hint, value=fields.get(name, ""), options=options, long=spec.long,
        rows=8 if spec.id == "notes" else 3,
    )  # fmt: skip


def _fact(fact: Observation, shown: PageWords, said: Any) -> dict[str, str]:
    unknown = str(said["page"]["unknown"])
    digits = {"year": 4, "month": 7}.get(fact.when.precision or "", 10)
    days = [
        shown.figures.day(d.isoformat()[:digits]) for d in (fact.when.start, fact.when.end) if d is not None
    ]
    return {
        "what": said_of(fact.type, value_json(fact), fact.substance, shown),
        "where": shown.figures.place(fact.place.label) if fact.place else unknown,
        "when": " – ".join(dict.fromkeys(days)) or unknown,
        "sure": str(said["page"]["assertion"][fact.assertion]),
    }


def _removed(document: CleanDocument, said: Any, shown: PageWords) -> str:
    """What the redactor took, by kind: "2 × [nom]"."""
    names = data_toml("redaction", "placeholders.toml")
    lang = shown.figures.lang
    kinds = [
        f"{count} × {names[kind][lang] if kind in names else kind}"
        for kind, count in document.redactions.items()
    ]
    return str(said["page"]["removed"]).format(what=", ".join(kinds)) if kinds else ""


def _day(day: date, lang: Lang) -> str:
    return day.strftime("%d/%m/%Y") if lang == "fr" else day.isoformat()
