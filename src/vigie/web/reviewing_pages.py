"""The pages of the review as HTML: queue, one statement, disagreements, one of them, agreement.

In: records of `vigie.review`, words. Out: HTML. Nothing of what one reviewer decided stands on a page of another before both have; names of
reviewers stand on no page before a disagreement is settled. Left out: routes and forms as they are sent (`reviewing.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from vigie.review.picking import Picked
from vigie.review.records import (
    Agreement,
    Decision,
    Disagreement,
    Entry,
    Item,
    Progress,
    Proposal,
    Standing,
    Verdict,
)
from vigie.web import reviewing_form as forms
from vigie.web.assets import ICON, SHEETS, address_of
from vigie.web.choices import Choices
from vigie.web.render import environment
from vigie.web.reviewing_agreement import figures_of
from vigie.web.reviewing_facts import Row, rows_of
from vigie.web.reviewing_places import divisions, written
from vigie.web.reviewing_queue import Leaf, address
from vigie.web.reviewing_said import (
    decided_rows,
    differs,
    in_list,
    reasons,
    said,
    shown,
    verdict_said,
    why_line,
    why_said,
)
from vigie.web.words import PageWords

ROOT = "/review"
REASONS = ("not-stated", "not-drugs", "wrong-figure", "duplicate", "not-asserted", "unreadable")
VERDICTS: tuple[Verdict, ...] = ("correct", "reject", "split", "relink")
MOST_FACTS = 8  # that one sentence is split into


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a decision: `facts` holds the fields of each fact that it makes.

    Attributes:
        ask: the address of the statement, on which a parameter more may follow.
        key: by which a form that is sent twice is one decision.
        said: that it was not kept; `faults` say why, field by field.
    """

    action: str
    ask: str
    back: str
    csrf: str
    key: str
    verdict: str = "accept"
    facts: tuple[tuple[forms.Entry, ...], ...] = ()
    why: str = ""
    faults: tuple[forms.Entry, ...] = ()
    said: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, Markup], ...] = ()
    more: bool = False
    less: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the reader of a page may know of decisions on its statement."""

    title: str
    text: str
    why: str
    facts: tuple[tuple[Row, ...], ...]
    note: str
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One of two readings, without who it is of."""

    n: int
    id: str
    verdict: str
    why: str
    facts: tuple[tuple[Row, ...], ...]
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around a page.

    Attributes:
        judge: whether the reader settles disagreements: only then the tab is there.
        here: the address of the page below the language.
        door: whether there are accounts.
    """

    words: PageWords
    here: str
    judge: bool
    door: bool = False
    csrf: str = ""
    fault: str = ""
    kept: str = ""
    kept_href: str = ""

    @property
    def lang(self) -> str:
        return self.words.lang

    def to(self, path: str) -> str:
        return f"/{self.lang}{path}"


def item_path(observation_id: str) -> str:
    return f"{ROOT}/{quote(observation_id, safe='')}"


def dispute_path(observation_id: str) -> str:
    return f"{ROOT}/adjudicate/{quote(observation_id, safe='')}"


# Pages


def queue(
    around: Around,
    entries: Sequence[tuple[Entry, Item]],
    progress: Progress,
    *,
    mine: int,
    ready: bool,
    leaf: Leaf,
    picked: Picked,
    choices: Choices,
) -> str:
    """What waits for one reviewer.

    Args:
        mine: how many statements they may decide now, whatever is chosen.
        leaf: which page of what is chosen; picked, choices: what is, and what may be.
        ready: False while the store cannot be read.
    """
    words = around.words
    number = words.figures.number
    tiles = [
        (number(mine), words["review.waiting"], ""),
        (number(progress.mine), words["review.mine"], ""),
        (number(progress.decided), words["review.settled"], around.to(f"{ROOT}/agreement")),
    ]
    if around.judge:
        href = around.to(f"{ROOT}/adjudicate")
        tiles.insert(2, (number(progress.disagreements), words["review.disputed"], href))
    rows = [
        in_list(
            item,
            around.to(address(item_path(item.observation_id), picked)),
            why_line(entry.proposal, words),
            words,
        )
        for entry, item in entries
    ]
    steps = [
        (around.to(address(ROOT, picked, page=str(n) if n > 1 else "")), words[f"review.{name}_page"])
        for n, name in ((leaf.number - 1, "previous"), (leaf.number + 1, "next"))
        if 1 <= n <= leaf.last
    ]
    shown = words.fill(
        "review.shown",
        first=number(leaf.start + 1),
        last=number(leaf.start + len(rows)),
        total=number(leaf.total),
    )
    return _page(
        "review_queue", around, "queue", title=words["review.title"], tiles=tiles, rows=rows, ready=ready, keyed=True,
        start=rows[0].href if rows else "", begun=progress.mine > 0, keys=_keys(words, "jk?"),
        choices=choices, root=around.to(ROOT), steps=steps, first=leaf.start + 1, range=shown if rows and steps else "",
    )  # fmt: skip


def statement(
    around: Around,
    item: Item,
    standing: Standing,
    proposal: Proposal | None,
    *,
    form: Form | None,
    accept: Form,
    position: str,
    previous: str,
    following: str,
    who: Callable[[str], str],
    open_: bool,
    again: bool,
    whole: str,
) -> str:
    """One statement with what may be decided of it.

    Args:
        whole: the address of the list that it was opened from.
        open_: whether it may be decided now; `again`: whether it may be decided once more.
        who: the name of an account, where the reader may know it; "" else.
    """
    words, fact = around.words, item.observation
    others = [
        (around.to(item_path(other.id)), said(other, words)) for other in item.others if other.id != fact.id
    ]
    return _page(
        "review_item", around, "queue", title=said(fact, words), s=shown(item, words), rows=rows_of(fact, words),
        others=others, reasons=reasons(proposal, words), settled=_settled(around, item, standing, who, again), form=form, accept=accept,
        open=open_, position=position, previous=previous, next=following, whole=whole,
        keys=_keys(words, "acrsljk123456?" if form and form.verdict == "reject" else "acrsljk?"), keyed=True,
    )  # fmt: skip


def disputes(around: Around, found: Sequence[tuple[Disagreement, Item]]) -> str:
    words = around.words
    rows = [
        in_list(item, around.to(dispute_path(item.observation_id)), differs(one, words), words)
        for one, item in found
    ]
    return _page(
        "review_disputes", around, "adjudicate", title=words["review.adjudicate_title"], rows=rows, keys=_keys(words, "jk?"),
        keyed=True,
    )  # fmt: skip


def dispute(
    around: Around,
    item: Item,
    one: Disagreement,
    *,
    form: Form | None,
    accept: Form,
    position: str,
    previous: str,
    following: str,
) -> str:
    """Both readings beside what the machine read, in an order that tells nothing of who came first."""
    words, fact = around.words, item.observation
    readings = [
        Told(
            n=n,
            id=made.decision_id,
            verdict=verdict_said(made, words),
            why=why_said(made.why, words),
            facts=decided_rows(made, words),
        )
        for n, made in enumerate(in_order(one), 1)
    ]
    return _page(
        "review_dispute", around, "adjudicate", title=said(fact, words), s=shown(item, words), rows=rows_of(fact, words),
        readings=readings, differs=differs(one, words), form=form, accept=accept, decided=False, position=position,
        machine_form=all(made.verdict != "accept" for made in (one.first, one.second)), previous=previous, next=following,
        keys=_keys(words, "12acrsljk?"), keyed=True,
    )  # fmt: skip


def in_order(one: Disagreement) -> tuple[Decision, Decision]:
    """The two readings by a hash of their ids: neither time nor name tells which is whose."""
    first, second = sorted(
        (one.first, one.second), key=lambda made: hashlib.sha256(made.decision_id.encode()).digest()
    )
    return first, second


def agreement(around: Around, found: Agreement | None) -> str:
    words = around.words
    more = figures_of(found, words) if found is not None else {}
    return _page(
        "review_agreement", around, "agreement", title=words["review.agreement_title"], ready=found is not None, keyed=False, **more
    )  # fmt: skip


# Parts


def form_of(
    around: Around,
    item: Item,
    verdict: str,
    *,
    key: str,
    path: str,
    texts: Sequence[Mapping[str, str]] = (),
    readings: Sequence[forms.Reading] = (),
    why: str = "",
    fault: str = "",
) -> Form:
    """A form, empty or as it was sent with what is wrong with it.

    Args:
        texts: of each fact; () for what the machine read.
        readings: what was read of each.
        fault: what is wrong with the decision as a whole, a key of the words.
    """
    words, fact = around.words, item.observation
    here = around.to(path)
    ask = here + ("&" if "?" in here else "?")
    if verdict == "accept":
        return Form(action=here, ask=ask, back=here, csrf=around.csrf, key=key)
    texts = texts or [forms.texts_of(fact, words.lang)] * (2 if verdict == "split" else 1)
    fields: tuple[tuple[forms.Entry, ...], ...] = ()
    if verdict != "reject":
        fields = tuple(
            forms.entries(
                fact.type if verdict == "relink" else forms.kind_of(fact, one), one, words,
                number=n if verdict == "split" else 0, linked=verdict == "relink",
                reading=readings[n - 1] if n <= len(readings) else None,
            )
            for n, one in enumerate(texts, 1)
        )  # fmt: skip
    faults = [entry for entries in fields for entry in entries if entry.fault]
    if fault:
        whole = forms.said_fault(fault, words)
        faults.append(forms.Entry(name="", label="", value="", fault=whole))
    near = [fact.place, *(other.place for other in item.others)]
    return Form(
        action=here, ask=ask, back=here, csrf=around.csrf, key=key, verdict=verdict, facts=fields, why=why, faults=tuple(faults),
        said=words.fill("review.faults", n=_counted(len(faults), words)) if faults else "",
        reasons=tuple((code, words[f"review.reason_of.{code}"]) for code in REASONS),
        lists=_lists(words.lang, tuple(dict.fromkeys(written(place) for place in near if place is not None))) if fields else (),
        more=len(fields) < MOST_FACTS, less=len(fields) > 2,
    )  # fmt: skip


def _page(name: str, around: Around, tab: str, **values: Any) -> str:
    words = around.words
    template = environment().get_template(f"{name}.html.j2")
    return template.render(
        lang=words.lang, w=words, here=around.here, door=around.door, tabs=_tabs(around, tab), icon=address_of(ICON), fault=around.fault,
        sheets=[address_of(sheet) for sheet in (*SHEETS, "review.css")], script=address_of("review.js"), kept=around.kept,
        kept_href=around.kept_href, **values,
    )  # fmt: skip


def _tabs(around: Around, tab: str) -> list[tuple[str, str, str]]:
    names = ["queue", *(["adjudicate"] if around.judge else []), "agreement"]
    paths = {"queue": ROOT, "adjudicate": f"{ROOT}/adjudicate", "agreement": f"{ROOT}/agreement"}
    whole = around.here.partition("?")[0]
    return [
        (
            paths[name],
            around.words[f"review.{name}"],
            "" if name != tab else "page" if paths[name] == whole else "true",
        )
        for name in names
    ]


def _settled(
    around: Around, item: Item, standing: Standing, who: Callable[[str], str], again: bool
) -> Settled | None:
    made, words = standing.final or standing.mine, around.words
    if made is None:
        return None
    day = words.figures.day(made.decided_at.date().isoformat())
    name = who(made.reviewer) if standing.final else ""
    said_by = words.fill("review.decided_by", who=name, day=day) if name else day
    return Settled(
        title=words["review.decided_final" if standing.final else "review.decided"],
        text=f"{verdict_said(made, words)} – {said_by}.", why=why_said(made.why, words),
        facts=decided_rows(made, words) if made.verdict not in ("accept", "reject") else (),
        note=words["review.second" if not standing.final else "review.decided_more" if again else "review.decided_closed"],
        again=around.to(around.here) + ("&" if "?" in around.here else "?") + "again=1" if again else "",
    )  # fmt: skip


def _keys(words: PageWords, letters: str) -> list[tuple[str, str]]:
    names = {
        "a": words["review.accept"], "c": words["review.correct"], "r": words["review.reject"], "s": words["review.split"],
        "l": words["review.relink"], "j": words["review.next"], "k": words["review.previous"], "?": words["review.keys_help"],
    }  # fmt: skip
    rows = [(letter, names[letter]) for letter in letters if letter in names]
    if "123456" in letters:
        rows.insert(-1, ("1–6", words["review.keys_reason"]))
    elif "12" in letters:
        rows.insert(0, ("1, 2", words["review.keys_reading"]))
    return rows


@cache
def _divisions() -> Markup:
    return _options(divisions())


@cache
def _substances(lang: str) -> Markup:
    return _options(forms.substance_names(lang))


def _options(texts: Sequence[str]) -> Markup:
    return Markup("").join(Markup('<option value="{}">').format(text) for text in texts)


def _lists(lang: str, places: tuple[str, ...]) -> tuple[tuple[str, Markup], ...]:
    return (
        ("substances", _substances(lang)),
        ("places", _options(places) + _divisions()),
        ("currencies", _options(forms.currencies())),
    )


def _counted(n: int, words: PageWords) -> str:
    form = "one" if n < 2 else "many"
    return words.fill(f"review.count.field.{form}", n=n)
