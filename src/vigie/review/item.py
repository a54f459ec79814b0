"""One fact as a reviewer sees it: what was read, its sentence and those beside it, what else the sentence says.

In: a store (or its snapshot) and the id of an observation: the extractor's own, or that of what a decision put in its place. Out: an Item.
Only redacted text. Left out: what other reviewers said.
"""

from __future__ import annotations

from datetime import date

from vigie.model.observation import Observation
from vigie.review.records import Item, ReviewError, Sentence
from vigie.review.rules import rules
from vigie.store import Store, reviews
from vigie.store.rows import EVIDENCE_MARGIN, Row
from vigie.text.sentences import sentences


def item(store: Store, observation_id: str) -> Item:
    """The fact of this id.

    Raises:
        ReviewError: "unknown", if no document of the store states it.
    """
    root = _root(store, observation_id)
    doc_ids = _where(store, root)
    if not doc_ids:
        raise ReviewError(f"no observation {observation_id[:40]} in the store", code="unknown")
    (document,) = store.query("SELECT * FROM documents WHERE doc_id = ?", doc_ids[:1]).to_pylist()
    fact, proof = _machine(store, root, document["doc_id"])
    states = store.query(
        "SELECT s.observation_id, s.state, d.observation_id AS root FROM review_states s JOIN review_decisions d USING (decision_id) "
        "WHERE s.doc_id = ?",
        doc_ids[:1],
    ).to_pylist()
    mine = [row for row in states if row["root"] == root]
    state = "accepted" if mine and mine[0]["state"] == "kept" else mine[0]["state"] if mine else "open"
    used = _used(store, document["doc_id"])
    here = {row["observation_id"] for row in mine} if mine else {root}
    current = tuple(used[i] for i in sorted(here) if i in used) if state != "rejected" else ()
    start, end = proof["sentence_start"], proof["sentence_end"]
    before, after = _beside(document["text"], start, end)
    published = document["published"]
    return Item(
        observation=fact,
        current=current,
        state=state,
        before=before,
        sentence=Sentence(start=start, text=proof["sentence"]),
        after=after,
        quote_start=proof["quote_start"],
        quote_end=proof["quote_end"],
        others=tuple(
            o
            for i, o in sorted(used.items(), key=lambda one: (one[1].start, one[0]))
            if i not in here and start <= o.start < end
        ),
        late=max((_late(o, document["published_end"]) for o in current or (fact,)), default=0),
        doc_id=document["doc_id"],
        title=document["title"],
        published=published,
        published_on=document["published_start"],
        outlet=document["outlet"],
        source_id=document["source_id"],
        kind=document["kind"],
        grade=document["grade"],
        lang=document["lang"],
        text_kept=document["text"] is not None,
    )


def _late(fact: Observation, published: date | None) -> int:
    if published is None or fact.when.start is None or fact.assertion == "planned":
        return 0
    days = (fact.when.start - published).days
    return days if days > rules().late.days else 0


def _root(store: Store, observation_id: str) -> str:
    """The extractor's fact that a decision replaced by this one; itself for one that no decision wrote."""
    sql = (
        "SELECT d.observation_id FROM review_states s JOIN review_decisions d USING (decision_id) "
        "WHERE s.observation_id = ? ORDER BY d.observation_id"
    )
    found = store.column(sql, [observation_id])
    return str(found[0]) if found else observation_id


def _where(store: Store, root: str) -> list[str]:
    """The documents that state it; of one that the extractor finds no more, by the decision on it."""
    found: list[str] = []
    for table, column in (
        ("observations", "id"),
        ("machine_observations", "observation_id"),
        ("review_decisions", "observation_id"),
    ):
        found += store.column(
            f"SELECT DISTINCT doc_id FROM {table} WHERE {column} = ? ORDER BY doc_id", [root]
        )
    return list(dict.fromkeys(found))


def _machine(store: Store, root: str, doc_id: str) -> tuple[Observation, Row]:
    """What the extractor read, and its sentence."""
    facts, proofs = reviews.machine(store.connection, [doc_id])
    fact = next((row for row in facts if row["id"] == root), None)
    proof = next((row for row in proofs if row["observation_id"] == root), None)
    if fact is None or proof is None:
        sql = "SELECT before FROM review_decisions WHERE observation_id = ? AND doc_id = ? ORDER BY decided_at DESC, decision_id LIMIT 1"
        told = store.column(sql, [root, doc_id])
        pair = reviews.unpacked(told[0]) if told else None
        if pair is None or pair.proof is None:
            raise ReviewError(f"no observation {root[:40]} in the store", code="unknown")
        fact, proof = pair.fact, pair.proof
    return reviews.record(fact), proof


def _used(store: Store, doc_id: str) -> dict[str, Observation]:
    return {o.id: o for o in store.records([doc_id])[doc_id]}


def _beside(text: str | None, start: int, end: int) -> tuple[Sentence | None, Sentence | None]:
    """The sentences before and after, cut where one has no end."""
    if text is None:
        return None, None
    spans = sentences(text)
    earlier = [span for span in spans if span.end <= start]
    later = [span for span in spans if span.start >= end]
    before = after = None
    if earlier:
        first = max(earlier[-1].start, earlier[-1].end - EVIDENCE_MARGIN)
        before = Sentence(start=first, text=text[first : earlier[-1].end])
    if later:
        after = Sentence(
            start=later[0].start,
            text=text[later[0].start : min(later[0].end, later[0].start + EVIDENCE_MARGIN)],
        )
    return before, after
