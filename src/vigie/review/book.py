"""The book of decisions beside a store (`vigie.duckdb.desk/reviews.sqlite3`): who reads what now, what they decided.

In: a queue, choices of reviewers. Out: decisions, append-only; a decision is acknowledged once it is in this file, and `taking.take_in` copies it
into the store. The process that answers reviewers holds no store open. Two reviewers are blind: nothing here tells one what another said before
both have decided. Left out: what a choice may hold (`decisions`); the file itself (`vigie.store.review_book`).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any

from vigie.accounts.records import Right, Who
from vigie.model.observation import Observation
from vigie.review.decisions import clean_why, differing, holding, outcome, same_outcome
from vigie.review.picking import ALL, Picked
from vigie.review.records import (
    Choice,
    Decision,
    Disagreement,
    Entry,
    Item,
    Progress,
    Proposal,
    Reason,
    ReviewError,
    Round,
    Settings,
    Standing,
    State,
)
from vigie.review.rules import rules
from vigie.sqlite_file import transaction
from vigie.store import reviews
from vigie.store.review_book import COLUMNS, QUEUE, open_reviews, refused
from vigie.store.rows import observation_row

_MOST_KEY = 200  # characters of the key of a form


class Book:
    """One open book. Use as a context manager; several processes may have it open."""

    def __init__(self, connection: sqlite3.Connection, store_path: Path | str) -> None:
        self._db, self._store = connection, store_path

    @classmethod
    def open(cls, store_path: Path | str) -> Book:
        """The book of a store, made on first use with owner's rights only. Raises StoreError with the repair."""
        return cls(open_reviews(store_path), store_path)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # How it is reviewed

    def settings(self) -> Settings:
        """As configured, else those of data/review/review.toml."""
        told = {row["name"]: json.loads(row["value"]) for row in self._rows("SELECT * FROM settings")}
        known = asdict(rules().team)
        return Settings(**(known | {name: value for name, value in told.items() if name in known}))

    def configure(self, settings: Settings) -> None:
        """Change how it is reviewed from now on. Raises ReviewError for what cannot be."""
        if settings.reviewers not in (1, 2) or not 0 <= settings.share_double <= 1:
            raise ReviewError(
                "one or two reviewers, and a share between 0 and 1", problems={"reviewers": "range"}
            )
        with self._writing():
            for name, value in asdict(settings).items():
                self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def fill(self, proposals: Iterable[Proposal]) -> int:
        """Replace the queue by these; what was decided stays. How many."""
        rows = [
            (
                n, p.observation_id, p.doc_id, p.type, p.confidence, p.effect, p.score, json.dumps([asdict(r) for r in p.why]), p.drawn, p.draw,
                p.substance, json.dumps(p.places), p.source, p.outlet,
            )
            for n, p in enumerate(proposals)
        ]  # fmt: skip
        with self._writing():
            self._db.execute("DELETE FROM queue")
            marks = ", ".join("?" * len(QUEUE))
            self._db.executemany(f"INSERT OR IGNORE INTO queue ({', '.join(QUEUE)}) VALUES ({marks})", rows)
        return len(rows)

    # What is to be read

    def entries(
        self, who: Who, *, limit: int | None = None, offset: int = 0, picked: Picked = ALL
    ) -> list[Entry]:
        """The queue in its order, as one reviewer may see it: what they still may decide. `limit`: None for all of it."""
        settings, now, found = self.settings(), time.time(), list[Entry]()
        for one in self._queue(picked):
            if self._free(one.observation_id, who, settings, now):
                found.append(Entry(proposal=one))
                if limit is not None and len(found) >= limit + offset:
                    break
        return found[offset:]

    def next_for(self, who: Who, *, picked: Picked = ALL, after: str | None = None) -> str | None:
        """The next fact for a reviewer, who has it for 15 minutes; None when there is none. `after`: what they saw last."""
        _need(who, "review")
        with self._writing():
            settings, now = self.settings(), time.time()
            self._db.execute("DELETE FROM leases WHERE until < ?", (now,))
            first = self._rows("SELECT position FROM queue WHERE observation_id = ?", (after,))
            for one in self._queue(picked, first[0][0] if first else -1):
                if self._free(one.observation_id, who, settings, now):
                    values = (one.observation_id, one.doc_id, who.id, now + rules().lease)
                    self._db.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", values)
                    return one.observation_id
        return None

    def release(self, who: Who, observation_id: str) -> None:
        """Give a fact back undecided."""
        with self._writing():
            self._db.execute(
                "DELETE FROM leases WHERE observation_id = ? AND reviewer = ?", (observation_id, who.id)
            )

    def _queue(self, picked: Picked = ALL, after: int = -1) -> list[Proposal]:
        sql = (
            "SELECT * FROM queue q WHERE position > ? AND NOT EXISTS "
            "(SELECT 1 FROM decisions d WHERE d.observation_id = q.observation_id AND d.final) ORDER BY position"
        )
        return [one for row in self._rows(sql, (after,)) if picked.holds(one := _proposal(row))]

    def _free(self, observation_id: str, who: Who, settings: Settings, now: float) -> bool:
        """Whether the reviewer may decide it, and no others who have it now would."""
        cycle = self._cycle(observation_id)
        needs = _needs(observation_id, settings, cycle)
        if len(cycle) >= needs or any(row["reviewer"] == who.id for row in cycle):
            return False
        sql = "SELECT count(*) FROM leases WHERE observation_id = ? AND reviewer <> ? AND until >= ?"
        ((held,),) = self._rows(sql, (observation_id, who.id, now))
        return len(cycle) + int(held) < needs

    # What is decided

    def standing(self, who: Who, observation_id: str) -> Standing:
        """What the reviewer may know of a fact, blind to the others."""
        rows = self._of(observation_id)
        cycle = self._cycle(observation_id)
        mine = next((_decision(row) for row in reversed(rows) if row["reviewer"] == who.id), None)
        final = next((_decision(row) for row in reversed(rows) if row["final"]), None)
        needs = _needs(observation_id, self.settings(), cycle)
        state: State
        if cycle:
            own = any(row["reviewer"] == who.id for row in cycle)
            state = "disagreement" if len(cycle) >= needs else "waiting" if own else "open"
        else:
            state = "open" if final is None else _state(final)
        if (
            state == "disagreement"
            and not who.may("adjudicate")
            and not any(r["reviewer"] == who.id for r in cycle)
        ):
            state = "waiting"  # nothing of two readings is for a third who may not decide
        return Standing(state=state, mine=mine, final=final if not cycle else None)

    def decide(
        self, who: Who, item: Item, choice: Choice, *, key: str, now: datetime | None = None
    ) -> Decision:
        """Write a decision down. The same form sent again, by the same reviewer with the same key, gives the same decision back.

        Raises:
            ReviewError: "role", "invalid" (with problems), "not-yours" (decided by this reviewer, another's turn), "decided",
                "sent" (the key is that of another decision: nothing is written).
        """
        _need(who, "review")
        return self._write(who, item, choice, key, now, adjudicate=False)

    def adjudicate(
        self, who: Who, item: Item, choice: Choice, *, key: str, now: datetime | None = None
    ) -> Decision:
        """Decide finally: where two differ, or anew where a final decision stands. Raises ReviewError."""
        _need(who, "adjudicate")
        return self._write(who, item, choice, key, now, adjudicate=True)

    def _write(
        self, who: Who, item: Item, choice: Choice, key: str, now: datetime | None, *, adjudicate: bool
    ) -> Decision:
        if not key or len(key) > _MOST_KEY:
            raise ReviewError(
                "a key of 1 to 200 characters tells a form that is sent twice", problems={"key": "required"}
            )
        name = f"r_{secrets.token_hex(8)}"
        made = outcome(item, choice, name)
        if (again := self._by_key(who, key, item, choice, made)) is not None:
            return again
        why = clean_why(choice.why)  # this and the outcome may take long: outside the transaction
        before, after = _pair(item, item.observation), [_pair(item, o) for o in made]
        with self._writing():
            if (again := self._by_key(who, key, item, choice, made)) is not None:
                return again
            cycle = self._cycle(item.observation_id)
            turn: Round
            if adjudicate:
                turn, final = self._adjudicated(who, item.observation_id, cycle), True
            else:
                turn, final = self._round(who, item.observation_id, cycle, made)
            drawn = self._rows("SELECT drawn FROM queue WHERE observation_id = ?", (item.observation_id,))
            values = {
                "decision_id": name, "observation_id": item.observation_id, "doc_id": item.doc_id, "type": item.observation.type,
                "decided_at": _utc(now).isoformat(), "reviewer": who.id, "role": who.role, "round": turn, "verdict": choice.verdict,
                "before": reviews.packed(before), "after": reviews.packed_list(after), "why": why, "final": int(final),
                "drawn": drawn[0][0] if drawn else "asked", "form_key": _key(key),
            }  # fmt: skip
            marks = ", ".join(f":{name}" for name in values)
            self._db.execute(f"INSERT INTO decisions ({', '.join(values)}) VALUES ({marks})", values)
            self._db.execute(
                "DELETE FROM leases WHERE observation_id = ? AND reviewer = ?", (item.observation_id, who.id)
            )
        return _decision(values)

    def _round(
        self, who: Who, observation_id: str, cycle: Sequence[Any], made: tuple[Observation, ...]
    ) -> tuple[Round, bool]:
        settings = self.settings()
        if any(row["reviewer"] == who.id for row in cycle):
            raise ReviewError("you decided on this fact: it is another one's turn", code="not-yours")
        if len(cycle) >= 2:
            raise ReviewError("two reviewers decided on this fact: it waits for a third", code="decided")
        if not cycle and settings.reviewers == 2 and any(row["final"] for row in self._of(observation_id)):
            raise ReviewError(
                "a final decision stands on this fact: an editor may decide again", code="decided"
            )
        if cycle:  # the first of two, also where the settings have changed since
            return "second", same_outcome(_decision(cycle[0]).after, made)
        return ("single", True) if _needs(observation_id, settings, cycle) == 1 else ("first", False)

    def _adjudicated(self, who: Who, observation_id: str, cycle: Sequence[Any]) -> Round:
        if len(cycle) == 1 or (not cycle and not any(row["final"] for row in self._of(observation_id))):
            raise ReviewError("nothing to adjudicate: two have not decided yet", code="unknown")
        if self.settings().third and any(row["reviewer"] == who.id for row in cycle):
            raise ReviewError("you are one of the two who differ: a third is to decide", code="not-yours")
        return "adjudication"

    def disagreements(self) -> list[Disagreement]:
        """Open ones, oldest first."""
        sql = "SELECT observation_id FROM decisions WHERE round = 'second' AND NOT final GROUP BY observation_id ORDER BY max(n)"
        found = []
        for (observation_id,) in self._rows(sql):
            cycle = self._cycle(observation_id)
            if len(cycle) >= 2:
                first, second = _decision(cycle[0]), _decision(cycle[1])
                found.append(
                    Disagreement(
                        observation_id=observation_id, doc_id=first.doc_id, type=first.type, first=first, second=second,
                        fields=tuple(sorted(_apart(first, second))),
                    )
                )  # fmt: skip
        return found

    def progress(self, who: Who) -> Progress:
        """Counts only; nothing of them tells what somebody decided."""
        states = [len(self._cycle(one.observation_id)) for one in self._queue()]
        ((decided, mine, pending),) = self._rows(
            "SELECT count(DISTINCT CASE WHEN final THEN observation_id END), coalesce(sum(reviewer = ?), 0), coalesce(sum(taken = 0), 0) "
            "FROM decisions",
            (who.id,),
        )
        ((queued,),) = self._rows("SELECT count(*) FROM queue")
        return Progress(
            queued=queued, open=states.count(0), waiting=states.count(1),
            disagreements=len(self.disagreements()), decided=decided, mine=mine, pending=pending,
        )  # fmt: skip

    def decisions(self, observation_id: str) -> list[Decision]:
        """All decisions on a fact in their order: for those who may adjudicate."""
        return [_decision(row) for row in self._of(observation_id)]

    def _of(self, observation_id: str) -> list[sqlite3.Row]:
        return self._rows("SELECT * FROM decisions WHERE observation_id = ? ORDER BY n", (observation_id,))

    def _cycle(self, observation_id: str) -> list[sqlite3.Row]:
        """Decisions since the last final one."""
        rows = self._of(observation_id)
        last = max((n for n, row in enumerate(rows) if row["final"]), default=-1)
        return rows[last + 1 :]

    def _by_key(
        self, who: Who, key: str, item: Item, choice: Choice, made: tuple[Observation, ...]
    ) -> Decision | None:
        """What this form wrote when it was sent before. Raises ReviewError where it said something else: that would be taken for kept."""
        sql = "SELECT * FROM decisions WHERE reviewer = ? AND form_key = ?"
        rows = self._rows(sql, (who.id, _key(key)))
        if not rows:
            return None
        found = _decision(rows[0])
        if (found.observation_id, found.verdict) != (item.observation_id, choice.verdict) or not same_outcome(
            found.after, made
        ):
            raise ReviewError(
                "this form was sent already, for another decision: nothing new was kept", code="sent"
            )
        return found

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction that others wait for. Raises StoreError if its turn does not come, or if the file cannot be written."""
        try:
            with transaction(self._db):
                yield
        except sqlite3.Error as error:
            raise refused(self._store, error) from None

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """What is there. Raises StoreError with the repair if it cannot be read, as while another process holds the file."""
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise refused(self._store, error) from None


def _key(key: str) -> str:
    """The key of a form comes from outside: what it holds is not kept."""
    return blake2b(key.encode("utf-8", "replace"), digest_size=16, person=b"form").hexdigest()


def _need(who: Who, right: Right) -> None:
    if not who.may(right):
        raise ReviewError(f"this needs the right to {right}", code="role")


def _needs(observation_id: str, settings: Settings, cycle: Sequence[Any]) -> int:
    """How many read it: chosen by its id, so that everybody knows the same, and by no one's wish.

    A blind decision that began waits for its second, also where the settings have changed since.
    """
    if cycle:
        return 2
    if settings.reviewers < 2:
        return 1
    digest = blake2b(observation_id.encode(), digest_size=8, person=b"double").digest()
    return 2 if int.from_bytes(digest, "big") / 2**64 < settings.share_double else 1


def _pair(item: Item, o: Observation) -> reviews.Pair:
    around = item.sentence
    if o.id != item.observation.id:
        around = holding(item, o.start, o.end) or item.sentence
    return reviews.Pair(
        fact=observation_row(o),
        proof={
            "observation_id": o.id, "doc_id": o.doc_id, "sentence_start": around.start, "sentence_end": around.start + len(around.text),
            "quote_start": o.start - around.start, "quote_end": o.end - around.start, "sentence": around.text,
        },
    )  # fmt: skip


def _decision(row: Mapping[str, Any] | sqlite3.Row) -> Decision:
    cells = {name: row[name] for name in COLUMNS}
    return Decision(
        **cells
        | {
            "decided_at": datetime.fromisoformat(cells["decided_at"]),
            "before": reviews.record(reviews.unpacked(cells["before"]).fact),
            "after": tuple(reviews.record(pair.fact) for pair in reviews.unpacked_list(cells["after"])),
            "final": bool(cells["final"]),
        }
    )


def _proposal(row: sqlite3.Row) -> Proposal:
    cells = {name: row[name] for name in QUEUE if name not in ("position", "why", "places")}
    why = tuple(Reason(**r) for r in json.loads(row["why"]))
    return Proposal(why=why, places=tuple(json.loads(row["places"])), **cells)


def _state(final: Decision) -> State:
    found: Mapping[str, State] = {
        "accept": "accepted", "correct": "corrected", "reject": "rejected", "split": "split", "relink": "relinked",
    }  # fmt: skip
    return found[final.verdict]


def _apart(first: Decision, second: Decision) -> set[str]:
    if len(first.after) == len(second.after) == 1:
        return differing(first.after[0], second.after[0])
    return {"verdict"}


def _utc(now: datetime | None) -> datetime:
    """UTC, to the microsecond, without a zone, as the store keeps times."""
    chosen = now or datetime.now(UTC)
    return chosen.astimezone(UTC).replace(tzinfo=None) if chosen.tzinfo else chosen
