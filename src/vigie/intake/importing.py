"""Files of tables into a store: `vigie import KIND FILE…`.

In: an open store, files, a mapping, the card of their source. Out: Imported, with counts that add up (rows = new + changed +
unchanged + skipped + rejected + kept out) and each rejected row with its reason. One transaction a block of rows: a run that is killed is
completed by the next. A cell goes to the redactor first; all else works on what it gives back.
Left out: the reading of files (`vigie.tables`); what cells mean (`drafts.py`); field notes (`field_notes.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.assess import assess
from vigie.intake.batches import NOTHING, Waiting
from vigie.intake.drafts import KINDS, Drafts, Lines, Meanings
from vigie.intake.imported import Imported
from vigie.intake.lines import row_lines, segments, words
from vigie.intake.lookup import SEPARATOR, Flags, Ints, joined
from vigie.intake.normalise import known_word
from vigie.lexicon.terms import data_toml
from vigie.model.document import CleanDocument, SourceCard
from vigie.model.errors import InputRefused, SettingsError
from vigie.model.period import PartialDate
from vigie.pipeline import refusal, suppressing, versions, written_by_vigie
from vigie.redact.fields import redact_card
from vigie.redact.table import Head, TableRedactor
from vigie.redact.wordlists import lists
from vigie.stats.credibility import Statement, credibility_rules, judge
from vigie.store.database import BusyError
from vigie.store.runs import Counts
from vigie.store.store import Store
from vigie.store.table_rows import CHANGED, NEW, PURGED, UNCHANGED, Batch, TableRows, together
from vigie.tables.cells import repair
from vigie.tables.mapping import Mapping as Layout
from vigie.tables.pick import Group, absent, fold_name, pick, row_ids
from vigie.tables.read import read
from vigie.tables.records import Block, Reject
from vigie.text.formulas import is_formula
from vigie.text.normalise import fold

DOCUMENT_ROWS = (
    1000  # rows of one document: its text stays short enough to be shown, searched and redacted anew
)
# Observations of one transaction: a group of rows of DuckDB, which is written once where it is whole and twice where it is not.
GROUP = 122_880
STEP = 20_000  # rows worked on at a time
CONFIDENCE = (
    0.99  # a column tells what its mapping says; an error of the table itself is not ours to estimate
)
_WORDS = ("substance", "expected", "form", "place", "country", "origin", "destination")
TellReject = Callable[[Reject], None]


def import_tables(
    store: Store, paths: Iterable[Path], layout: Layout, *, source: SourceCard | None = None,
    published: PartialDate | None = None, sheet: str | None = None, tell: TellReject | None = None,
    progress: Callable[[int], None] | None = None,
) -> Imported:  # fmt: skip
    """Store the rows of files as observations.

    Args:
        source: the card of all files; rows are known again within one source.
        published: when the table was published; also the period of rows without a date, where the mapping allows these.
        tell: hears of every rejected row, without any text of it.
        progress: hears of the rows read so far.
    """
    card = redact_card(source) if source is not None else None
    run = store.start_run("import", versions())
    done = Imported()
    work = _Work(store, run, layout, card, published, done, tell)
    for path in paths:
        try:
            work.file(path, sheet, progress)
        except BusyError:  # the store is not ours any more: nothing else can be stored either
            raise
        except Exception as error:
            done.refused.append(refusal(str(path), error))
    for name, lookup in work.meanings.unknown.items():
        if lookup.unknown:
            done.unknown[name] = Counter(
                {text.replace(SEPARATOR, " ").strip(): times for text, times in lookup.unknown.items()}
            )
    assess(store)
    counts = Counts(
        read=done.rows, new=done.documents, unchanged=done.unchanged, refused=done.rejected + len(done.refused),
        kept_out=done.kept_out, observations=sum(done.observations.values()),
    )  # fmt: skip
    store.finish_run(run, counts)
    return done


class _Work:
    """One run."""

    def __init__(
        self, store: Store, run: int, layout: Layout, card: SourceCard | None, published: PartialDate | None,
        done: Imported, tell: TellReject | None,
    ) -> None:  # fmt: skip
        self.store, self.layout, self.card, self.published, self.done, self.tell = (
            store,
            layout,
            card,
            published,
            done,
            tell,
        )
        self.lang = layout.lang if layout.lang in ("fr", "en") else "en"
        self.meanings = Meanings(
            layout.lang, day_first=layout.day_first, decimal=layout.decimal, open_bounds=layout.open_bounds
        )
        self.redactor = TableRedactor(layout.lang, suppressing(store))
        for unit in {f.unit for part in layout.observe for f in part.fields.values() if f.unit}:
            if (
                self.redactor.field(unit) != unit
            ):  # it stands beside every figure, where no redactor looks again
                raise SettingsError(
                    f"mapping {layout.id}: a unit holds a name or a contact (write the unit alone)"
                )
        scope = f"{card.id if card else ''}{SEPARATOR}{layout.kind}"
        self.rows = TableRows(store, run, scope=scope, source=card, credibility=_credibility(card))
        self.waiting = NOTHING
        self.rule = f"table.{layout.kind}@1|{layout.id}"
        self.used = set(layout.columns())

    def file(self, path: Path, sheet: str | None, progress: Callable[[int], None] | None) -> None:
        """All rows of one file. What was read before it turned out damaged is stored."""
        if own := written_by_vigie(path):
            raise InputRefused(str(path), own, "leave it out: what it says is stored already")
        self.rows.open_file()
        layout, before = self.layout, self.done.new
        known = self._imported_before(path)
        try:
            for found in read(
                path, sheet=sheet or layout.sheet or None, header=layout.header, encoding=layout.encoding or None,
                delimiter=layout.delimiter or None, columns=sorted(self.used),
            ):  # fmt: skip
                if isinstance(found, Reject):
                    self.done.rows += found.rows
                    self._reject(found)
                else:
                    for part in _slices(found):
                        self._block(str(path), part)
                        self.done.rows += part.table.num_rows
                        self._breathe(str(path))
                if progress is not None:
                    progress(self.done.rows)
        finally:
            self.flush(str(path))
        self.done.replaced += self.rows.close_file()
        if known and self.done.new > before:
            self.done.beside[self.redactor.file(path.name)] = self.done.new - before

    def _breathe(self, path: str) -> None:
        """Let another process in that waits: what was judged is stored first, and who asked to be erased meanwhile is known after."""
        if self.store.awaited:
            self.flush(path)
            if self.rows.breathe():
                self.redactor = TableRedactor(self.layout.lang, suppressing(self.store))

    def _imported_before(self, path: Path) -> int:
        """How many documents of this file, of the same source and kind, are stored."""
        return len(
            self.store.column(
                "SELECT doc_id FROM documents d WHERE format = 'table' AND parse_filename(path) = ? AND source_id = ? AND EXISTS "
                "(SELECT 1 FROM observations o WHERE o.doc_id = d.doc_id AND starts_with(o.rule, ?))",
                [
                    self.redactor.file(path.name),
                    self.card.id if self.card else "",
                    f"table.{self.layout.kind}@",
                ],
            )
        )

    def _reject(self, found: Reject) -> None:
        """Count a reject, and tell it with names that hold no contact, in the language of the mapping."""
        clean = self.redactor
        column = clean.field(found.column)
        self.done.rejected += found.rows
        self.done.reasons[found.reason, column] += max(found.rows, 1)
        if self.tell is None:
            return
        own = data_toml("intake", "reasons.toml").get(found.reason)
        advice = own[self.lang] if own else repair(found.reason, self.lang)
        self.tell(
            replace(
                found,
                file=clean.file(found.file),
                sheet=clean.field(found.sheet),
                column=column,
                repair=advice,
            )
        )

    def _faulty(self, block: Block, reason: str, column: str, row: int | None, rows: int) -> None:
        sheet = block.sheet
        self._reject(
            Reject(
                file=sheet.file, sheet=sheet.name, row=row, column=column, reason=reason, repair="", rows=rows
            )
        )

    def _block(self, path: str, block: Block) -> None:
        if lacking := absent(self.layout, block.sheet):
            self._faulty(block, "columns-missing", ", ".join(lacking), None, block.table.num_rows)
            return
        picked = pick(self.layout, block)
        self.done.skipped += len(picked.skipped)
        size = block.table.num_rows
        good = np.zeros(size, dtype=bool)
        said: list[tuple[Ints, pa.Array]] = []
        drafts: list[tuple[Ints, Drafts]] = []
        groups = [self._read(group) for group in picked.groups if group.table.num_rows]
        for group, lines, columns in groups:
            good[group.index[lines.faults.good]] = True
            kept = np.flatnonzero(lines.faults.good)
            text = segments(group.observe.fields, columns, lines.size, self.layout.lang)
            said.append((group.index[kept], text.take(pa.array(kept))))
            drafts += [(group.index, d) for d in lines.found if len(d.lines)]
        told = np.array(good)
        for group, lines, _ in groups:
            self._tell_faults(block, group, lines, good, told)
        if good.any():
            self._gather(path, block, np.flatnonzero(good), said, drafts)

    def _read(self, group: Group) -> tuple[Group, Lines, dict[str, pa.Array]]:
        """The lines of a group with clean cells. What was read of them, and what is wrong, is in the lines."""
        columns: dict[str, pa.Array] = {}
        for name in group.observe.fields:
            if name == "row_id":
                continue
            cells = group.table.column(name).combine_chunks()
            if name == "attribution":
                columns[name] = self._attributions(cells)
                continue
            known = (lambda text: known_word(text, self.layout.lang)) if name in _WORDS else None
            columns[name] = self.redactor.column(
                _days_only(cells) if name.startswith("date") else cells, known
            )
        fields = group.observe.fields
        lines = Lines(
            fields, columns, group.table.num_rows, self.meanings, alone=len(self.layout.observe) == 1
        )
        lines.found = KINDS[self.layout.kind](lines)
        return group, lines, columns

    def _attributions(self, cells: pa.Array) -> pa.Array:
        """Organisations stay; a field in which something was removed is left empty: it named a person."""
        coded = pc.dictionary_encode(cells)
        clean = [self.redactor.field(text) for text in coded.dictionary.to_pylist()]
        names = lists().listed
        kept = [
            new if new == " ".join(old.split()) and not _first_name(new, names) else None
            for new, old in zip(clean, coded.dictionary.to_pylist(), strict=True)
        ]
        return pa.DictionaryArray.from_arrays(coded.indices, pa.array(kept, pa.string()))

    def _tell_faults(self, block: Block, group: Group, lines: Lines, good: Flags, told: Flags) -> None:
        """A row whose every line is faulty is rejected, once; each faulty line of a stored row is a part left out."""
        faults = lines.faults
        for at in np.flatnonzero(~faults.good):
            position = int(group.index[at])
            n = int(faults.of_line[at])
            self.done.parts += bool(good[position])
            if good[position] or not told[position]:
                rows = 0 if good[position] else 1
                self._faulty(block, faults.reason[n], faults.column[n], int(block.rows[position]), rows)
            told[position] = True

    def _gather(
        self, path: str, block: Block, rows: Ints, said: Sequence[tuple[Ints, pa.Array]], drafts: Sequence[tuple[Ints, Drafts]]
    ) -> None:  # fmt: skip
        """Judge the rows of a block and keep those to be stored until there is a batch of them."""
        observations = _table(drafts, rows, self.rule)
        identity = _identity(self.layout, block, self.used).take(pa.array(rows))
        judged = self.rows.judge(identity, observations)
        states, done = judged.states, self.done
        done.unchanged += int((states == UNCHANGED).sum())
        done.kept_out += int((states == PURGED).sum())
        chosen = np.flatnonzero((states == NEW) | (states == CHANGED))
        if not len(chosen):
            return
        lines = row_lines(said, block.rows[rows], self.layout.lang)
        at = pa.array(chosen)
        kept = pa.table({
            "row_number": block.rows[rows][chosen], "mark": judged.mark.take(at), "content": judged.content.take(at),
            "quote": lines.take(at), "state": states[chosen], "sheet": pa.repeat(pa.scalar(block.sheet.name), len(chosen)),
        })  # fmt: skip
        # Positions among the rows that wait: those of earlier blocks stand before.
        new = np.full(len(rows), -1, dtype=np.int64)
        new[chosen] = np.arange(len(chosen)) + self.waiting.rows.num_rows
        moved = new[observations["row"].to_numpy()]
        facts = observations.set_column(0, "row", pa.array(moved)).append_column("said", judged.said)
        self.waiting = self.waiting.joined(Waiting(kept, facts.filter(pa.array(moved >= 0))))
        while self.waiting.facts.num_rows >= GROUP:
            self._write(path, block.sheet.file, GROUP)

    def flush(self, path: str) -> None:
        """Store what waits."""
        while self.waiting.rows.num_rows:
            self._write(path, Path(path).name, GROUP)

    def _write(self, path: str, file: str, most: int) -> None:
        """Store the first rows that wait, up to `most` observations, in one transaction."""
        batch, self.waiting = self.waiting.cut(most)
        documents, where = self._documents(path, file, batch.rows)
        facts, done = batch.facts, self.done
        stones = self.store.tombstones
        held = stones.held_ids([d.doc_id for d in documents]) if stones.count else set()
        if (
            held
        ):  # purged in another store whose list was taken over: the rows are known by their document only
            stays = ~pc.is_in(where["doc_id"], value_set=pa.array(sorted(held))).to_numpy()
            documents, where = [d for d in documents if d.doc_id not in held], where.filter(pa.array(stays))
            row = facts["row"].to_numpy()
            moved = pa.array((np.cumsum(stays) - 1)[row])
            facts = facts.set_column(0, "row", moved).filter(pa.array(stays[row]))
            done.kept_out += int((~stays).sum())
        done.observations.update(
            self.rows.write(Batch(documents=documents, of_row=where, observations=facts))
        )
        done.documents += len(documents)
        states = where["state"].to_numpy()
        done.new += int((states == NEW).sum())
        done.changed += int((states == CHANGED).sum())

    def _documents(self, path: str, file: str, rows: pa.Table) -> tuple[list[CleanDocument], pa.Table]:
        """Documents of up to DOCUMENT_ROWS rows of one sheet, and where each row stands in them."""
        documents: list[CleanDocument] = []
        told = words(self.layout.lang)["rows"]
        sizes = pc.utf8_length(rows["quote"]).to_numpy().astype(np.int64)
        numbers = rows["row_number"].to_numpy()
        sheets = pc.dictionary_encode(rows["sheet"]).combine_chunks().indices.to_numpy(zero_copy_only=False)
        turns = [*(np.flatnonzero(np.diff(sheets)) + 1), len(numbers)]
        cuts = [n for first, last in pairwise([0, *turns]) for n in range(first, last, DOCUMENT_ROWS)]
        starts = np.zeros(len(numbers), dtype=np.int64)
        for at, end in pairwise([*cuts, len(numbers)]):
            head = Head(
                path=path, file=file, sheet=rows["sheet"][at].as_py(), lang=self.layout.lang, source=self.card,
                rows=told.format(first=numbers[at], last=numbers[end - 1]), published=self.published,
            )  # fmt: skip
            document = self.redactor.document(head, rows["quote"].slice(at, end - at).to_pylist())
            documents.append(document)
            starts[at:end] = document.body_start + np.concatenate([[0], np.cumsum(sizes[at:end] + 1)[:-1]])
        ids = pa.array([d.doc_id for d in documents])
        which = np.searchsorted(cuts, np.arange(len(numbers)), side="right") - 1
        where = rows.append_column("doc_id", ids.take(pa.array(which)))
        return documents, where.append_column("span_start", pa.array(starts)).append_column(
            "span_end", pa.array(starts + sizes)
        )


def _slices(block: Block) -> Iterator[Block]:
    """The block in parts of STEP rows: a row of seizures gives three observations of thirty columns each."""
    for at in range(0, block.table.num_rows, STEP):
        numbers = block.rows[at : at + STEP]
        yield replace(block, first_row=int(numbers[0]), table=block.table.slice(at, STEP), rows=numbers)


def _table(drafts: Sequence[tuple[Ints, Drafts]], rows: Ints, rule: str) -> pa.Table:
    """All observations of a block, by SCHEMA and in order of their rows; `row` is a position in `rows`."""
    parts = []
    for index, d in drafts:
        size = len(d.lines)
        own = {
            "row": pa.array(np.searchsorted(rows, index[d.lines]).astype(np.int64)),
            "rule": pa.repeat(pa.scalar(rule), size), "confidence": pa.repeat(pa.scalar(CONFIDENCE), size),
        }  # fmt: skip
        parts.append({**d.columns, **own})
    whole = together(parts)
    row = whole["row"].to_numpy()
    return whole if np.all(row[1:] >= row[:-1]) else whole.take(pa.array(np.argsort(row, kind="stable")))


def _identity(layout: Layout, block: Block, used: set[str]) -> pa.Array:
    """What makes a row the same row: its id where the mapping names one that is there, else all cells that are read."""
    folded = {fold_name(name) for name in used}
    names = sorted(name for name in block.sheet.columns if fold_name(name) in folded)
    cells = [block.table.column(name).combine_chunks() for name in names]
    whole = (
        pc.fill_null(joined(cells), "")
        if cells
        else pa.repeat(pa.scalar("", pa.string()), block.table.num_rows)
    )
    return pc.coalesce(pc.binary_join_element_wise("id", row_ids(layout, block), SEPARATOR), whole)


def _days_only(cells: pa.Array) -> pa.Array:
    """Days without their clock times, which would make every cell another."""
    return pc.replace_substring_regex(cells, r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.,+Z]*$", r"\1")


def _credibility(card: SourceCard | None) -> tuple[int, str]:
    """Of what a table says, with its rule: nobody else need bear out its rows, and none contradicts them here."""
    only = Statement(
        id="", doc_id="", voice="", subject=("event", "seizure"), substances=("",), areas=(), start=None, end=None,
        grade=card.grade if card else "F", satire=card is not None and card.satire,
        official=card is not None and card.kind in credibility_rules().official,
    )  # fmt: skip
    verdict = judge([only])[""]
    return verdict.credibility, verdict.rule


def _first_name(text: str, names: Collection[str]) -> bool:
    """A field of nothing but names of persons ("Jean-Marc"), or that a spreadsheet would run, names no organisation."""
    words = re.findall(r"\w+", fold(text))
    return is_formula(text) or (bool(words) and all(word in names for word in words))
