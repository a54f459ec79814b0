"""The set of malformed tables: no traceback, and every row that was written is read or rejected with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from malformed_tables import Case, cases
from vigie.lexicon.terms import data_toml
from vigie.tables.limits import Limits
from vigie.tables.read import read
from vigie.tables.records import Block, Reason, Reject, TableRefused

# Smaller bounds than the real ones, so that the bombs of the set are small too.
LIMITS = Limits(rows=5_000, unpacked_bytes=30_000_000, strings_bytes=20_000_000)
SET = cases()


def test_the_set_is_of_two_hundred_and_more_and_their_names_differ() -> None:
    assert len(SET) >= 200 and len({c.name for c in SET}) == len(SET)


def test_every_reason_has_its_words_in_both_languages() -> None:
    words = data_toml("tables", "reasons.toml")
    assert set(words) == set(get_args(Reason))
    assert all({"fr", "en", "repair_fr", "repair_en"} == set(entry) for entry in words.values())


@pytest.mark.parametrize("case", SET, ids=[c.name for c in SET])
def test_every_row_is_read_or_rejected(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "table.dat"  # the name tells nothing: the content does
    path.write_bytes(case.data)
    numbers: list[tuple[str, int]] = []
    good = rejected = 0
    try:
        for part in read(path, limits=LIMITS, **case.options):  # type: ignore[arg-type]
            if isinstance(part, Block):
                assert part.table.num_rows == len(part.rows) > 0
                assert tuple(part.table.column_names) == part.sheet.columns and part.first_row == part.rows[0]
                assert len(set(part.sheet.columns)) == len(part.sheet.columns) and all(part.sheet.columns)
                good += part.table.num_rows
                numbers += [(part.sheet.name, int(n)) for n in part.rows]
            else:
                assert (
                    isinstance(part, Reject)
                    and part.reason in get_args(Reason)
                    and part.repair
                    and part.rows >= 0
                )
                rejected += part.rows
                numbers += [(part.sheet, part.row)] if part.row is not None else []
    except TableRefused as refusal:
        assert case.refused, refusal
        assert refusal.reason and "table.dat" in str(refusal)
        return
    assert not case.refused
    assert len(set(numbers)) == len(numbers), "a row counts once"
    assert good + rejected == case.rows, "every row that was written is read or rejected"
    if case.good is not None:
        assert good == case.good
