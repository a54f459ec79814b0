"""A form of the review desk as it was sent: what it chooses, or what is wrong with it.

In: the body of a request. Out: fields; a choice with the texts that it was made of, so that a form can be shown again as it was written.
Nothing of it is written anywhere. Left out: whether the choice holds (`vigie.review.decisions`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from fastapi import Request

from vigie.review.records import Choice, Disagreement, Item, ReviewError, Verdict
from vigie.text.normalise import typed
from vigie.web import reviewing_form
from vigie.web.forms import FormError, read_form
from vigie.web.reviewing_pages import MOST_FACTS, REASONS, VERDICTS

_LONGEST_BODY = 64_000  # bytes: the fields of eight facts, every character of them escaped
_MOST_FIELDS = 160
_KEY = re.compile(r"[A-Za-z0-9_-]{10,60}")


class Made:
    """What a form says: a choice, or what is wrong with it."""

    def __init__(
        self,
        choice: Choice | None,
        *,
        texts: Sequence[Mapping[str, str]] = (),
        readings: Sequence[reviewing_form.Reading] = (),
        why: str = "",
        fault: str = "",
        status: int = 422,
    ) -> None:
        self.choice, self.texts, self.readings = choice, texts, readings
        self.why, self.fault, self.status = why, fault, status

    def refuse(self, error: ReviewError) -> None:
        """Put what the contract says beside the fields at fault; what is of no field of the form is of the whole."""
        names = {name for one in self.texts for name in one}
        whole = ""
        for path, code in error.problems.items():
            number, _, name = path.rpartition(".")
            name, at = _FIELDS.get(name, name), int(number) if number.isdigit() else 0
            if name in names and at < len(self.readings):
                self.readings[at].faults.setdefault(name, code)
            else:
                whole = whole or code
        self.fault = whole or ("" if any(reading.faults for reading in self.readings) else "contract")


_FIELDS = {"family": "modality", "code": "modality", "start": "quote", "end": "quote", "span": "quote"}


def made_of(item: Item, verdict: str, sent: Mapping[str, str], lang: str) -> Made:
    """The choice that a form states."""
    why, reason = sent.get("why", "").strip(), sent.get("reason", "")
    if verdict in ("accept", "reject"):
        told = ": ".join(part for part in (reason if reason in REASONS else "", why) if part)
        return Made(Choice(verdict=cast(Verdict, verdict), why=told), why=why)
    linked = verdict == "relink"
    fact = item.observation
    names = reviewing_form.fields_of(fact.type, linked=True) if linked else reviewing_form.SENT
    one = {name: sent[name] for name in names if name in sent}
    texts = _parts(sent, names) if verdict == "split" else [one]
    step = sent.get("step", "")
    if step in ("more", "less"):
        texts = (
            texts[:-1]
            if step == "less" and len(texts) > 2
            else [*texts, texts[-1]]
            if step == "more"
            else texts
        )
        return Made(None, texts=texts[:MOST_FACTS], why=why, status=200)
    if not linked and any(reviewing_form.asks_fields(fact, one) for one in texts):
        return Made(None, texts=texts, why=why, status=200)
    shown = [one for one in (item.sentence, item.before, item.after) if one is not None]
    readings = [reviewing_form.read(fact, one, shown, lang, linked=linked) for one in texts]
    if any(reading.faults for reading in readings):
        return Made(None, texts=texts, readings=readings, why=why)
    if verdict != "split" and not readings[0].changes:
        return Made(None, texts=texts, readings=readings, why=why, fault="same")
    after = tuple(reading.changes for reading in readings)
    return Made(
        Choice(verdict=cast(Verdict, verdict), after=after, why=why), texts=texts, readings=readings, why=why
    )


def _parts(sent: Mapping[str, str], names: Sequence[str]) -> list[dict[str, str]]:
    """The facts of a split, in order: two at least, as many as are allowed at most."""
    found = []
    for number in range(1, MOST_FACTS + 1):
        one = {name: sent[f"{number}.{name}"] for name in names if f"{number}.{name}" in sent}
        if one:
            found.append(one)
    return found or [{}, {}]


def kept_reading(one: Disagreement, sent: Mapping[str, str]) -> Made:
    """One of the two readings, as the choice that makes it again."""
    made = next((made for made in (one.first, one.second) if made.decision_id == sent.get("reading")), None)
    if made is None:
        return Made(None, fault="contract", status=400)
    facts = made.after if made.verdict not in ("accept", "reject") else ()
    return Made(
        Choice(verdict=made.verdict, after=tuple(reviewing_form.between(made.before, fact) for fact in facts))
    )


def verdict_of(sent: Mapping[str, str] | None, *more: str) -> tuple[str, str]:
    """The verdict and the key of a form; "" for what is neither."""
    verdict, key = (sent or {}).get("verdict", ""), (sent or {}).get("key", "")
    return verdict if verdict in ("accept", *VERDICTS, *more) else "", key if _KEY.fullmatch(key) else ""


async def sent_in(request: Request) -> dict[str, str] | None:
    """The fields of a form; None for what is no form of ours."""
    try:
        sent = await read_form(request, most_bytes=_LONGEST_BODY, most_fields=_MOST_FIELDS)
    except FormError:
        return None
    return {name: typed(value) for name, value in sent.items()}
