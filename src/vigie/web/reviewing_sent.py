"""A form of the review desk as it was sent: what it chooses, or what is wrong with it.

In: the body of a request. Out: fields; a choice with the texts that it was made of, so that a form can be shown again as it was written.
Nothing of it is written anywhere. Left out: whether the choice holds (`vigie.review.decisions`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import parse_qs

from fastapi import Request

from vigie.review.records import Choice, Disagreement, Item, ReviewError, Verdict
from vigie.web import reviewing_form as forms
from vigie.web.reviewing_pages import MOST_FACTS, REASONS, VERDICTS

_FORM = "application/x-www-form-urlencoded"
_LONGEST_BODY = 64_000  # bytes: the fields of eight facts, every character of them escaped
_MOST_FIELDS = 160
_KEY = re.compile(r"[A-Za-z0-9_-]{10,60}")
# Controls but line ends, and marks that turn the direction of what follows.
_UNSEEN = dict.fromkeys(
    [*range(9), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)  # fmt: skip


class Made:
    """What a form says: a choice, or what is wrong with it."""

    def __init__(
        self,
        choice: Choice | None,
        *,
        texts: Sequence[Mapping[str, str]] = (),
        readings: Sequence[forms.Reading] = (),
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
    names = forms.fields_of(item.observation.type, linked=linked)
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
    shown = [one for one in (item.sentence, item.before, item.after) if one is not None]
    readings = [forms.read(item.observation, one, shown, lang, linked=linked) for one in texts]
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
    return Made(Choice(verdict=made.verdict, after=tuple(forms.between(made.before, fact) for fact in facts)))


def verdict_of(sent: Mapping[str, str] | None, *more: str) -> tuple[str, str]:
    """The verdict and the key of a form; "" for what is neither."""
    verdict, key = (sent or {}).get("verdict", ""), (sent or {}).get("key", "")
    return verdict if verdict in ("accept", *VERDICTS, *more) else "", key if _KEY.fullmatch(key) else ""


async def sent_in(request: Request) -> dict[str, str] | None:
    """The fields of a form; None for what is no form of ours. Nothing of it is written anywhere."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            return None
    try:
        found = parse_qs(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )  # fmt: skip
    except ValueError:
        return None
    if any(len(values) != 1 for values in found.values()):
        return None
    return {
        name: values[0].replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN)
        for name, values in found.items()
    }
