"""The page on which a reader contests a public figure or alert: a form without JavaScript, an answer by receipt code.

In: an address and a note. Out: a note in the box of `vigie.upkeep.contests`, redacted before it touches the disk, and a receipt code.
No cookie, no account: another site cannot make a browser send the form, because browsers say where a form comes from (Sec-Fetch-Site,
or else Origin) and what is not this page's own is refused. Notes are counted for the whole process, never by sender: nothing
is kept of who writes. Left out: reading the notes (`vigie contest`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import ceil
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from vigie.report.addresses import parse_address
from vigie.report.corrections import correction_words, label_of
from vigie.report.words import Words
from vigie.upkeep.contests import ContestError, Told, answers_at, contestable, drop, find, rules
from vigie.web.assets import ICON, SHEETS, address_of
from vigie.web.forms import FormError, own, read_form
from vigie.web.render import environment

LANGUAGES = {"fr": ("en", "English"), "en": ("fr", "Français")}
_LONGEST_BODY = 32_000  # bytes: the longest note, every character of it escaped, and an address
_MOST_FIELDS = 8
# Else browsers send a form without saying where it comes from.
_HEADERS = {"referrer-policy": "same-origin", "cache-control": "no-store"}


class Bucket:
    """How many notes are taken: `burst` at once, then one every `seconds`."""

    def __init__(self, burst: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._each, self._clock = burst, seconds, clock
        self._left, self._at, self._lock = float(burst), clock(), Lock()

    def take(self) -> float:
        """0 if one more may come, else the seconds to wait."""
        with self._lock:
            now = self._clock()
            self._left = min(self._most, self._left + (now - self._at) / self._each)
            self._at = now
            if self._left >= 1:
                self._left -= 1
                return 0
            return (1 - self._left) * self._each


def contest_router(
    folder: Path, *, today: Callable[[], date] = date.today, bucket: Bucket | None = None
) -> APIRouter:
    """`GET` and `POST /{lang}/contest`.

    Args:
        folder: the box, `upkeep.contests.contests_folder` of the store.
    """
    rate, router = rules()["rate"], APIRouter()
    counted = bucket or Bucket(rate["burst"], rate["seconds"])

    def show(request: Request, lang: Literal["fr", "en"]) -> Response:
        query = request.query_params
        address, code = query.get("address", "")[:1000], query.get("receipt", "")[:40]
        page = _Page(lang, folder, address=address if contestable(address) else "")
        if address and not page.address:
            return page.answer(200, fault="address")
        return page.answer(200, found=page.found(code) if code else "")

    async def send(request: Request, lang: Literal["fr", "en"]) -> Response:
        if not own(request):
            return _Page(lang, folder).answer(403, fault="elsewhere")
        try:
            fields = await read_form(request, most_bytes=_LONGEST_BODY, most_fields=_MOST_FIELDS)
        except FormError as error:
            return _Page(lang, folder).answer(error.status_code, fault="form")
        if not {"address", "note"} <= set(fields):
            return _Page(lang, folder).answer(400, fault="form")
        wait = counted.take()
        if wait:
            refused = _Page(lang, folder, address=fields["address"], note=fields["note"])
            return refused.answer(429, fault="busy", retry=ceil(wait))
        return await run_in_threadpool(_keep, lang, folder, fields["address"], fields["note"], today())

    path = "/{lang}/contest"
    router.add_api_route(path, show, methods=["GET", "HEAD"], include_in_schema=False)
    router.add_api_route(path, send, methods=["POST"], include_in_schema=False)
    return router


def _keep(lang: Literal["fr", "en"], folder: Path, address: str, note: str, day: date) -> Response:
    page = _Page(lang, folder, address=address if contestable(address) else "", note=note)
    try:
        code = drop(folder, address, lang, note, day)
    except ContestError as error:
        retry = 3600 if error.fault == "full" else 0
        return page.answer(503 if retry else 422, fault=error.fault, retry=retry)
    return page.answer(200, code=code)


class _Page:
    """One page; what a reader wrote is shown back to them alone, escaped."""

    def __init__(self, lang: Literal["fr", "en"], folder: Path, *, address: str = "", note: str = "") -> None:
        self.lang, self.folder, self.address, self.note = lang, folder, address, note
        self.said = correction_words(lang)
        self.words = Words(lang)

    def answer(
        self, status: int, *, fault: str = "", code: str = "", found: str = "", retry: int = 0
    ) -> Response:
        said: Any = self.said
        most, (other, other_name) = rules()["note"]["most"], LANGUAGES[self.lang]
        at = contestable(self.address)
        html = environment().get_template("contest.html.j2").render(
            lang=self.lang, w=said, sheets=[address_of(name) for name in SHEETS], icon=address_of(ICON),
            address=self.address, note="" if code else self.note,
            query=urlencode({"address": self.address}) if at else "", other=other, other_name=other_name, most=most,
            note_hint=said["page"]["note_hint"].format(most=self.words.number(most)),
            label=label_of(parse_address(self.address), self.words) if at else "",
            fault=said["faults"][fault].format(most=self.words.number(most), minutes=ceil(retry / 60)) if fault else "",
            sent=bool(code), sent_code=said["page"]["sent_code"].format(code=code, address=self.address),
            found=found, answers=[self._line(a) for a in answers_at(self.folder, self.address)] if at else [],
        )  # fmt: skip
        headers = _HEADERS | ({"retry-after": str(retry)} if retry else {})
        return Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=headers)

    def found(self, code: str) -> str:
        """What a receipt code tells."""
        told = find(self.folder, code)
        if told is None:
            return str(self.said["page"]["unknown"])
        if told == "open":
            return str(self.said["page"]["waiting"])
        self.address = told.address if contestable(told.address) else ""
        return self._line(told)

    def _line(self, told: Told) -> str:
        return str(self.said["page"]["answer"]).format(
            day=self.words.day(told.answered_on), role=told.role, status=self.said["status"][told.status], answer=told.answer
        )  # fmt: skip
