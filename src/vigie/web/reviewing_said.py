"""A statement with its sentence, a decision on it and the reasons of a proposal, in words: what the pages of the review show of them.

In: records of `vigie.review`, words. Out: records of text for templates. Left out: fields of a fact (`reviewing_facts.py`); pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from vigie.model.contract import value_json
from vigie.model.observation import Observation
from vigie.report.evidence import one_line
from vigie.review.records import Decision, Disagreement, Item, Proposal, Reason
from vigie.web.facts import said_of
from vigie.web.reviewing_facts import Row, changes, listed, rows_of
from vigie.web.words import PageWords

_LONGEST_NEAR = (
    400  # characters of each neighbour: a list in one "sentence" would push the decision out of sight
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The sentence with its neighbours and its document."""

    before: str
    head: str
    quote: str
    tail: str
    after: str
    lang: str
    kept: bool
    href: str
    title: str
    title_lang: str
    meta: tuple[str, ...]
    late: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A statement of a list."""

    href: str
    said: str
    lang: str
    head: str
    quote: str
    tail: str
    meta: tuple[str, ...]
    why: str


def said(fact: Observation, words: PageWords) -> str:
    return said_of(fact.type, value_json(fact), fact.substance, words)


def verdict_said(made: Decision, words: PageWords) -> str:
    """ "Corrigée : lieu, montant"."""
    name = words.name(words[f"review.verdict.{made.verdict}"])
    if made.verdict in ("correct", "relink") and len(made.after) == 1:
        names = changes(made.before, made.after[0], words)
        return f"{name}{words['colon']}{listed(names)}" if names else name
    return name


def why_said(why: str, words: PageWords) -> str:
    """A reason that was chosen as words, with what was written beside it."""
    code, _, more = why.partition(": ")
    known = words.get(f"review.reason_of.{code}")
    return (f"{known}{words['colon']}{more}" if more else known) if known else why


def shown(item: Item, words: PageWords) -> Shown:
    text, start, end = item.sentence.text, item.quote_start, item.quote_end
    figures = words.figures
    kind = figures.of("kinds", item.kind)
    meta = [
        one_line(item.outlet), figures.day(item.published) if item.published else "", kind,
        f"{words['grade']} {item.grade}" if item.grade else "",
    ]  # fmt: skip
    return Shown(
        before=_cut(item.before.text, _LONGEST_NEAR, end=False) if item.before else "", head=text[:start], quote=text[start:end],
        tail=text[end:], after=_cut(item.after.text, _LONGEST_NEAR, end=True) if item.after else "", lang=item.lang,
        kept=item.text_kept, href=f"/{words.lang}/document/{quote(item.doc_id, safe='')}",
        title=one_line(item.title) or words["untitled"], title_lang=item.lang if item.title and item.lang != words.lang else "",
        meta=tuple(part for part in meta if part), late=words.fill("review.late", days=figures.number(item.late)) if item.late else "",
    )  # fmt: skip


def in_list(item: Item, href: str, why: str, words: PageWords) -> Listed:
    text, start, end = item.sentence.text, item.quote_start, item.quote_end
    figures = words.figures
    meta = (one_line(item.outlet), figures.day(item.published) if item.published else "")
    return Listed(
        href=href, said=said(item.observation, words), lang=item.lang, head=_cut(text[:start], 160, end=False) + _gap(text[:start]),
        quote=text[start:end], tail=_gap(text[end:][:1]) + _cut(text[end:], 160, end=True),
        meta=tuple(part for part in meta if part), why=why,
    )  # fmt: skip


def reasons(proposal: Proposal | None, words: PageWords) -> tuple[str, ...]:
    return tuple(_reason(one, words) for one in proposal.why) if proposal else ()


def _reason(one: Reason, words: PageWords) -> str:
    figures = words.figures
    value = ""
    if one.number is not None:
        value = (
            figures.number(one.number)
            if one.code in ("threshold", "late")
            else figures.percent(round(100 * one.number))
        )
    return words.get(f"review.why_of.{one.code}", one.code).format(value=value)


def why_line(proposal: Proposal, words: PageWords) -> str:
    return _reason(proposal.why[0], words) if proposal.why else ""


def differs(one: Disagreement, words: PageWords) -> str:
    names = [words[f"review.field.{'quote' if name == 'span' else name}"] for name in one.fields]
    return f"{words['review.differs']}{words['colon']}{listed(names)}." if names else ""


def decided_rows(made: Decision, words: PageWords) -> tuple[tuple[Row, ...], ...]:
    """What a decision puts in the place of what the machine read."""
    return tuple(rows_of(fact, words, against=made.before) for fact in made.after)


def _cut(text: str, most: int, *, end: bool) -> str:
    """A neighbour, of which the far end is left out where it is very long."""
    text = one_line(text)
    if len(text) <= most:
        return text
    return f"{text[:most].rsplit(' ', 1)[0]} …" if end else f"… {text[-most:].partition(' ')[2]}"


def _gap(text: str) -> str:
    return " " if text[-1:].isspace() else ""
