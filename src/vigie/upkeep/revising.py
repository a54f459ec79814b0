"""One stored document with less in it: spans become placeholders, and every offset moves with them.

In: the rows of a document, its facts and their sentences, and what finds the spans. Out: a Revision for the store,
or None where nothing is found. Facts stay as they were read: quotes and sentences are cut anew out of the new text;
a fact whose whole quote was removed is dropped. A document whose text has expired is worked on in what is left of it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.extract.finish import observation_id
from vigie.model.document import TITLE_SEPARATOR
from vigie.redact.again import Shift
from vigie.redact.redactor import content_id
from vigie.redact.spans import Removal, merge, placeholders
from vigie.store import reviews
from vigie.store.erase import Revision
from vigie.store.rows import Row
from vigie.text.normalise import fold

Find = Callable[[str, str, int], list[Removal]]  # text, language, end of its title -> removals
Tidy = Callable[[str, str, str], str]  # text of a column, language, its name -> the text without what must go
_SHORTEST = 3  # code points of a removed value that is looked for in columns that repeat words of the text
_REPEATED = ("attribution", "place_name", "value", "origin_label", "destination_label", "via_label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A revision, and what became of the facts.

    Attributes:
        changed: facts whose quote has other words now.
        dropped: facts whose whole quote was removed.
    """

    revision: Revision
    changed: int
    dropped: int


def tidied_columns(document: Row, tidy: Tidy) -> Row:
    """Path and outlet, where something in them must go; empty where not."""
    new = {name: tidy(document[name], document["lang"], name) for name in ("path", "outlet")}
    return {name: value for name, value in new.items() if value != document[name]}


def revise(
    document: Row,
    observations: Sequence[Row],
    evidence: Sequence[Row],
    found: Sequence[Removal],
    columns: Row,
    redactor: str,
    *,
    machine: Sequence[Row] = (),
    decisions: Sequence[Row] = (),
) -> Revised:
    """The document without the removals `found` in its text, with the new `columns`.

    Args:
        machine, decisions: its rows of machine_observations and review_decisions (`vigie.store.reviews.aside`).
    """
    lang, title, text = document["lang"], document["title"], document["text"]
    shift = Shift(found, lang)
    clean = None if text is None else shift.apply(text)
    doc_id = document["doc_id"] if clean is None else content_id(clean, document["published"])
    new = {
        "doc_id": doc_id,
        "path": document["path"],
        "outlet": document["outlet"],
        "title": shift.apply(title),
        "text": clean,
        "chars": document["chars"] if clean is None else len(clean),
        "redactor": redactor,
        **columns,
    }
    sentences = {row["observation_id"]: row for row in evidence}

    def move(row: Row, proof: Row) -> tuple[Row, Row] | None:
        """A fact and its sentence without them; None if its whole quote goes."""
        if shift.swallows(row["span_start"], row["span_end"]):
            return None
        fact, proof = _moved(row, proof, doc_id, shift, clean)
        for column in _REPEATED:
            if row.get(column):
                fact[column] = _without(row[column], removed, lang, escaped=column == "value")
        if clean is not None:
            fact["id"] = proof["observation_id"] = _renamed(row, fact)
        return fact, proof

    held = [pair.proof for pair in reviews.pairs_of(machine, decisions) if pair.proof is not None]
    removed = _values(document, [*evidence, *held], found)
    kept, proofs, renamed, changed = list[Row](), list[Row](), dict[str, str](), 0
    for row in observations:
        moved = move(row, sentences[row["id"]])
        if moved is None:
            continue
        fact, proof = moved
        changed += fact["quote"] != row["quote"]
        renamed[row["id"]] = fact["id"]
        kept.append(fact)
        proofs.append(proof)
    revision = Revision(
        old_id=document["doc_id"], document=new, observations=kept, evidence=proofs, renamed=renamed,
        removed=Counter(r.kind for r in found), **_aside(machine, decisions, move, renamed),
    )  # fmt: skip
    return Revised(revision=revision, changed=changed, dropped=len(observations) - len(kept))


def _aside(
    machine: Sequence[Row],
    decisions: Sequence[Row],
    move: Callable[[Row, Row], tuple[Row, Row] | None],
    renamed: dict[str, str],
) -> dict[str, list[Row]]:
    """What reviewers' decisions hold, moved in the same way; `renamed` receives the new ids of what the extractor read."""

    def pair(old: reviews.Pair) -> reviews.Pair | None:
        moved = None if old.proof is None else move(old.fact, old.proof)
        return None if moved is None else reviews.Pair(fact=moved[0], proof=moved[1])

    kept: list[Row] = []
    for row in machine:
        (old,) = reviews.pairs_of([row], [])
        if (new := pair(old)) is not None and new.proof is not None:
            renamed[row["observation_id"]] = new.fact["id"]
            names = {"observation_id": new.fact["id"], "doc_id": new.fact["doc_id"]}
            kept.append(
                {**row, **names, "fact": reviews.fact_text(new.fact), "proof": reviews.fact_text(new.proof)}
            )
    held: list[Row] = []
    for row in decisions:
        before = pair(reviews.unpacked(row["before"]))
        if before is None:
            continue
        after = [new for old in reviews.unpacked_list(row["after"]) if (new := pair(old)) is not None]
        renamed.setdefault(row["observation_id"], before.fact["id"])
        held.append(
            {
                "decision_id": row["decision_id"], "observation_id": before.fact["id"], "before": reviews.packed(before),
                "after": reviews.packed_list(after),
            }
        )  # fmt: skip
    return {"machine": kept, "decisions": held}


def locate(document: Row, evidence: Sequence[Row], find: Find) -> list[Removal]:
    """Removals as offsets of the text, also of one that has expired: its sentences (`evidence`) say where they stood."""
    lang, title, text = document["lang"], document["title"], document["text"]
    if text is not None:
        return find(text, lang, len(title))
    pieces = {(0, title)} | {(row["sentence_start"], row["sentence"]) for row in evidence}
    edge = len(title) + len(TITLE_SEPARATOR) if title else 0
    found = []
    for start, piece in sorted(pieces):
        boundary = len(title) if start == 0 and len(piece) > edge > 0 else 0
        found += [Removal(start + r.start, start + r.end, r.kind) for r in find(piece, lang, boundary)]
    return merge(found)


def _values(document: Row, evidence: Sequence[Row], found: Sequence[Removal]) -> list[tuple[str, str]]:
    """(what was removed, kind), to find where a column repeats it. Held in memory for this document only."""
    pieces = [(0, document["text"] if document["text"] is not None else document["title"])]
    pieces += [(row["sentence_start"], row["sentence"]) for row in evidence]
    values = {
        (fold(piece[r.start - start : r.end - start]), r.kind)
        for start, piece in pieces
        for r in found
        if start <= r.start and r.end <= start + len(piece)
    }
    return sorted((v for v in values if len(v[0].strip()) >= _SHORTEST), key=lambda v: (-len(v[0]), v))


def _without(text: Any, removed: Sequence[tuple[str, str]], lang: str, *, escaped: bool) -> Any:
    """The text of a column without the removed words that it repeats. `escaped`: it is JSON."""
    for value, kind in removed if text else ():
        wanted = re.escape(fold(json.dumps(value, ensure_ascii=False)[1:-1]) if escaped else value)
        for match in reversed([*re.finditer(rf"(?<!\w){wanted}(?!\w)", fold(text))]):
            text = text[: match.start()] + placeholders(lang)[kind] + text[match.end() :]
    return text


def _moved(row: Row, proof: Row, doc_id: str, shift: Shift, clean: str | None) -> tuple[Row, Row]:
    """A fact and its sentence at their new places."""
    start, end = shift.start(row["span_start"]), shift.end(row["span_end"])
    first, last = shift.start(proof["sentence_start"]), shift.end(proof["sentence_end"])
    if clean is None:
        sentence = shift.apply(proof["sentence"], proof["sentence_start"])
        last = first + len(sentence)
    else:
        sentence = clean[first:last]
    fact = {
        **row,
        "doc_id": doc_id,
        "span_start": start,
        "span_end": end,
        "quote": sentence[start - first : end - first],
    }
    return fact, {
        **proof, "doc_id": doc_id, "sentence_start": first, "sentence_end": last, "sentence": sentence,
        "quote_start": start - first, "quote_end": end - first,
    }  # fmt: skip


def _renamed(old: Row, new: Row) -> str:
    """The id that the extractor would give the fact in the new text.

    Whether its place entered the id is not stored: the old id tells.
    """
    before, after = reviews.record(old), reviews.record(new)
    code = before.place.code if before.place else None
    plain = observation_id(
        before.doc_id, before.start, before.end, before.rule, before.value, before.substance, None
    )
    place = None if plain == before.id else code
    return observation_id(
        after.doc_id, after.start, after.end, after.rule, after.value, after.substance, place
    )


def tidied(finder: Callable[[str], list[Removal]]) -> Tidy:
    """A Tidy that puts placeholders where the finder finds something."""

    def tidy(text: str, lang: str, _column: str) -> str:
        found = finder(text)
        return Shift(found, lang).apply(text) if found else text

    return tidy


def by_document(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Rows of a table by their document."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["doc_id"], []).append(row)
    return found
