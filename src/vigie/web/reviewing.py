"""The review desk: `/review` and below, where people read again what the machine read.

In: requests of those who may review; the book of decisions beside the store; the store's read-only copy. Out: pages, decisions. Every key
does what a button or a link of the page does: all of it works without JavaScript. Nothing is decided by an address alone: a decision
is a form, with a key by which sending it twice is deciding once. Left out: who may (`identity.py`), what a decision does (`vigie.review`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from vigie.accounts.records import Who
from vigie.review.agreement import agreement
from vigie.review.book import Book
from vigie.review.picking import ALL
from vigie.review.queue import refill
from vigie.review.records import Disagreement, Item, ReviewError
from vigie.web import reviewing_pages as pages
from vigie.web.content import NotFoundError
from vigie.web.context import Context
from vigie.web.identity import csrf_field, require, who
from vigie.web.reviewing_copy import Copy, Kept
from vigie.web.reviewing_queue import PER_PAGE, address, choices, leaf_of, picked_of
from vigie.web.reviewing_sent import Made, kept_reading, made_of, sent_in, verdict_of
from vigie.web.words import page_words

Lang = Literal["fr", "en"]
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_MOST_AT_ONCE = 50_000  # facts of which a queue is made while somebody waits: of more the service makes it, beside its copy
_HEADERS = {"referrer-policy": "same-origin", "cache-control": "no-store"}
_SAID = {"not-yours": "review.not_yours", "sent": "review.sent"}
_STATUS = {"role": 403, "unknown": 404, "decided": 409, "not-yours": 409, "sent": 409}


def review_router(context: Context) -> APIRouter:
    """`/{lang}/review`, `/{lang}/review/{observation}`, `/{lang}/review/adjudicate`, `/{lang}/review/agreement`."""
    router, desk = APIRouter(), _Desk(context)

    def queue(request: Request, lang: Lang) -> Response:
        return desk.queue(request, lang)

    def agreed(request: Request, lang: Lang) -> Response:
        return desk.agreement(request, lang)

    def disputes(request: Request, lang: Lang) -> Response:
        return desk.disputes(request, lang)

    def dispute(request: Request, lang: Lang, observation: str) -> Response:
        return desk.dispute(request, lang, _id(observation))

    def statement(request: Request, lang: Lang, observation: str) -> Response:
        return desk.statement(request, lang, _id(observation))

    async def decide(request: Request, lang: Lang, observation: str) -> Response:
        require(request, "review")
        sent = await sent_in(request)
        return await run_in_threadpool(desk.decide, request, lang, _id(observation), sent)

    async def adjudicate(request: Request, lang: Lang, observation: str) -> Response:
        require(request, "adjudicate")
        sent = await sent_in(request)
        return await run_in_threadpool(desk.adjudicate, request, lang, _id(observation), sent)

    root, read = f"/{{lang}}{pages.ROOT}", ["GET", "HEAD"]
    router.add_api_route(root, queue, methods=read, include_in_schema=False)
    router.add_api_route(f"{root}/agreement", agreed, methods=read, include_in_schema=False)
    router.add_api_route(f"{root}/adjudicate", disputes, methods=read, include_in_schema=False)
    router.add_api_route(f"{root}/adjudicate/{{observation}}", dispute, methods=read, include_in_schema=False)
    router.add_api_route(
        f"{root}/adjudicate/{{observation}}", adjudicate, methods=["POST"], include_in_schema=False
    )
    router.add_api_route(f"{root}/{{observation}}", statement, methods=read, include_in_schema=False)
    router.add_api_route(f"{root}/{{observation}}", decide, methods=["POST"], include_in_schema=False)
    return router


class _Desk:
    """The pages of one application. The book and the store's copy are opened for one answer each time."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._filling, self._kept_items = Lock(), Kept()

    # Pages

    def queue(self, request: Request, lang: Lang) -> Response:
        me = require(request, "review")
        with self._open() as (book, copy):
            if not book.progress(me).queued and copy.store is not None and copy.rows <= _MOST_AT_ONCE:
                with self._filling:  # a queue that nobody made yet
                    if not book.progress(me).queued:
                        refill(copy.store, book)
            picked, whole = picked_of(request.query_params), book.entries(me)
            walk = [entry for entry in whole if picked.holds(entry.proposal)]
            leaf = leaf_of(request.query_params.get("page", ""), len(walk))
            entries = [
                (one, copy.item(one.proposal.observation_id))
                for one in walk[leaf.start : leaf.start + PER_PAGE]
            ]
            found = [(entry, item) for entry, item in entries if item is not None]
            number = str(leaf.number) if leaf.number > 1 else ""
            here = address(pages.ROOT, picked, page=number)
            around = self._around(request, lang, here, kept=self._kept(request, lang, me, book))
            ready, whole_of = bool(found) or copy.store is not None, [entry.proposal for entry in whole]
            made = choices(whole_of, picked, around.words)
            progress = book.progress(me)
            return _html(
                pages.queue(
                    around,
                    found,
                    progress,
                    mine=len(whole),
                    ready=ready,
                    leaf=leaf,
                    picked=picked,
                    choices=made,
                )
            )

    def agreement(self, request: Request, lang: Lang) -> Response:
        require(request, "review")
        with self._open() as (_, copy):
            found = agreement(copy.store) if copy.store is not None else None
        return _html(pages.agreement(self._around(request, lang, f"{pages.ROOT}/agreement"), found))

    def disputes(self, request: Request, lang: Lang) -> Response:
        me = require(request, "adjudicate")
        with self._open() as (book, copy):
            found = [(one, item) for one in book.disagreements() if (item := copy.item(one.observation_id))]
            kept = self._kept(request, lang, me, book)
        return _html(
            pages.disputes(self._around(request, lang, f"{pages.ROOT}/adjudicate", kept=kept), found)
        )

    def statement(self, request: Request, lang: Lang, observation: str) -> Response:
        me = require(request, "review")
        do = request.query_params.get("do", "")
        with self._open() as (book, copy):
            item = _found(copy, observation)
            return self._statement(request, lang, me, book, item, do=do if do in pages.VERDICTS else "")

    def dispute(self, request: Request, lang: Lang, observation: str) -> Response:
        me = require(request, "adjudicate")
        do = request.query_params.get("do", "")
        with self._open() as (book, copy):
            found = book.disagreements()
            item = _found(copy, observation)
            if not any(one.observation_id == observation for one in found):
                return _see(lang, pages.item_path(observation))
            chosen, kept = do if do in pages.VERDICTS else "", self._kept(request, lang, me, book)
            return self._dispute(request, lang, me, found, item, do=chosen, kept=kept)

    # Decisions

    def decide(
        self, request: Request, lang: Lang, observation: str, sent: Mapping[str, str] | None
    ) -> Response:
        me = require(request, "review")
        with self._open() as (book, copy):
            item = _found(copy, observation)
            verdict, key = verdict_of(sent)
            if sent is None or not verdict or not key:
                return self._statement(request, lang, me, book, item, status=400, fault="review.form_fault")
            made = made_of(item, verdict, sent, lang)
            if made.choice is None:
                return self._statement(
                    request, lang, me, book, item, do=verdict, made=made, status=made.status
                )
            standing = book.standing(me, observation)
            # Where two read blind, a final decision is changed only by one who settles disagreements.
            again = standing.final is not None and book.settings().reviewers > 1 and me.may("adjudicate")
            try:
                (book.adjudicate if again else book.decide)(me, item, made.choice, key=key)
            except ReviewError as error:
                return self._refused(
                    error,
                    made,
                    lambda **more: self._statement(request, lang, me, book, item, do=verdict, **more),
                )
            picked = picked_of(request.query_params)
            after = book.next_for(me, picked=picked, after=observation) or book.next_for(me, picked=picked)
        path = pages.item_path(after) if after else pages.ROOT
        return _see(lang, address(path, picked, done=observation))

    def adjudicate(
        self, request: Request, lang: Lang, observation: str, sent: Mapping[str, str] | None
    ) -> Response:
        me = require(request, "adjudicate")
        with self._open() as (book, copy):
            item, found = _found(copy, observation), book.disagreements()
            one = next((one for one in found if one.observation_id == observation), None)
            if one is None:
                return _see(lang, pages.item_path(observation))
            verdict, key = verdict_of(sent, "reading")
            if sent is None or not verdict or not key:
                return self._dispute(request, lang, me, found, item, status=400, fault="review.form_fault")
            made = kept_reading(one, sent) if verdict == "reading" else made_of(item, verdict, sent, lang)
            if made.choice is None:
                return self._dispute(
                    request, lang, me, found, item, do=verdict, made=made, status=made.status
                )
            try:
                book.adjudicate(me, item, made.choice, key=key)
            except ReviewError as error:
                return self._refused(
                    error,
                    made,
                    lambda **more: self._dispute(request, lang, me, found, item, do=verdict, **more),
                )
        rest = [other.observation_id for other in found if other.observation_id != observation]
        path = pages.dispute_path(rest[0]) if rest else f"{pages.ROOT}/adjudicate"
        return _see(lang, address(path, ALL, done=observation))

    # Parts

    def _statement(
        self,
        request: Request,
        lang: Lang,
        me: Who,
        book: Book,
        item: Item,
        *,
        do: str = "",
        made: Made | None = None,
        status: int = 200,
        fault: str = "",
    ) -> Response:
        picked = picked_of(request.query_params)
        here = address(pages.item_path(item.observation_id), picked)
        walk = book.entries(me, picked=picked)
        ids = [entry.proposal.observation_id for entry in walk]
        at = ids.index(item.observation_id) if item.observation_id in ids else -1
        before = ids[at - 1] if at > 0 else _asked_id(request, "done")
        before = "" if before == item.observation_id else before
        after = ids[at + 1] if 0 <= at < len(ids) - 1 else ids[0] if ids and at < 0 else ""
        standing = book.standing(me, item.observation_id)
        around = self._around(request, lang, here, fault=fault, kept=self._kept(request, lang, me, book))
        words = around.words
        may_again = me.may("adjudicate") or book.settings().reviewers < 2
        again = standing.final is not None and may_again
        form = (
            self._form(around, item, do, here, made)
            if do in pages.VERDICTS and (again or standing.mine is None)
            else None
        )
        total = words.figures.number(len(ids))
        position = (
            words.fill("review.position", at=words.figures.number(at + 1), all=total) if at >= 0 else ""
        )
        html = pages.statement(
            around, item, standing, walk[at].proposal if at >= 0 else None, form=form,
            accept=pages.form_of(around, item, "accept", key=_new_key(), path=here), position=position,
            previous=around.to(address(pages.item_path(before), picked)) if before else "",
            following=around.to(address(pages.item_path(after), picked)) if after else "", who=self._names(me, lang),
            whole=around.to(address(pages.ROOT, picked)),
            open_=(standing.mine is None and standing.final is None) or (again and "again" in request.query_params),
            again=again,
        )  # fmt: skip
        return _html(html, status)

    def _dispute(
        self,
        request: Request,
        lang: Lang,
        me: Who,
        found: Sequence[Disagreement],
        item: Item,
        *,
        do: str = "",
        made: Made | None = None,
        status: int = 200,
        fault: str = "",
        kept: tuple[str, str] = ("", ""),
    ) -> Response:
        here = pages.dispute_path(item.observation_id)
        ids = [one.observation_id for one in found]
        at = ids.index(item.observation_id)
        around = self._around(request, lang, here, fault=fault, kept=kept)
        words = around.words
        position = words.fill(
            "review.position_disputes", at=words.figures.number(at + 1), all=words.figures.number(len(ids))
        )
        html = pages.dispute(
            around, item, found[at], form=self._form(around, item, do, here, made) if do in pages.VERDICTS else None,
            accept=pages.form_of(around, item, "accept", key=_new_key(), path=here), position=position,
            previous=around.to(pages.dispute_path(ids[at - 1])) if at else "",
            following=around.to(pages.dispute_path(ids[at + 1])) if at + 1 < len(ids) else "",
        )  # fmt: skip
        return _html(html, status)

    def _form(self, around: pages.Around, item: Item, do: str, path: str, made: Made | None) -> pages.Form:
        if made is None:
            return pages.form_of(around, item, do, key=_new_key(), path=path)
        return pages.form_of(
            around, item, do, key=_new_key(), path=path, texts=made.texts, readings=made.readings, why=made.why, fault=made.fault
        )  # fmt: skip

    def _refused(self, error: ReviewError, made: Made, show: Callable[..., Response]) -> Response:
        """A decision that the book does not take, as the form that was sent, or as a word on the page."""
        if error.code != "invalid":
            said = _SAID.get(error.code, "review.gone")
            return show(status=_STATUS.get(error.code, 409), fault=said, made=made)
        made.refuse(error)
        return show(status=422, made=made)

    def _around(
        self, request: Request, lang: Lang, here: str, *, fault: str = "", kept: tuple[str, str] = ("", "")
    ) -> pages.Around:
        words = page_words(lang)
        return pages.Around(
            words=words, here=here, judge=who(request).may("adjudicate"), door=self.context.desk is not None, csrf=csrf_field(request),
            fault=words[fault] if fault else "", kept=kept[0], kept_href=kept[1],
        )  # fmt: skip

    def _kept(self, request: Request, lang: Lang, me: Who, book: Book) -> tuple[str, str]:
        """What was kept just before, and where it is seen again."""
        done = _asked_id(request, "done")
        mine = book.standing(me, done).mine if done else None
        if mine is None:
            return "", ""
        words = page_words(lang)
        said = words.fill("review.kept", verdict=words[f"review.verdict.{mine.verdict}"])
        return said, f"/{lang}{pages.item_path(done)}"

    def _names(self, me: Who, lang: Lang) -> Callable[[str], str]:
        """The name of an account, for those who settle disagreements: "" for all others."""

        def name(account: str) -> str:
            if account == me.id:
                return page_words(lang)["review.you"]
            if not me.may("adjudicate") or self.context.desk is None:
                return ""
            found = self.context.desk.people.by_id(account)
            return found.name if found else ""

        return name

    @contextmanager
    def _open(self) -> Iterator[tuple[Book, Copy]]:
        """The book and the copy for one answer."""
        if self.context.store is None:
            raise NotFoundError("page", "review")
        with Book.open(self.context.store) as book, Copy(self.context.store, self._kept_items) as copy:
            yield book, copy


def _found(copy: Copy, observation: str) -> Item:
    item = copy.item(observation)
    if item is None:
        raise NotFoundError("page", observation)
    return item


def _new_key() -> str:
    return secrets.token_urlsafe(18)


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise NotFoundError("page", "review")
    return text


def _asked_id(request: Request, name: str) -> str:
    found = request.query_params.get(name, "")
    return found if _ID.fullmatch(found) else ""


def _see(lang: Lang, path: str) -> Response:
    """The page that follows: one of ours, whatever was sent."""
    return RedirectResponse(f"/{lang}{path}", status_code=303, headers=_HEADERS)


def _html(html: str, status: int = 200) -> Response:
    return Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=_HEADERS)
