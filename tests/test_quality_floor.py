"""The quality floor: no figure on the project's own gold falls below what an earlier version reached."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evaluate_samples import document, found, gold, related
from vigie.evaluate import below, evaluate, load_floors
from vigie.evaluate.score import score
from vigie.model.errors import InputRefused

GOLD = Path(__file__).parent / "gold"
DEMO = Path(__file__).parent.parent / "src/vigie/data/demo/gold.jsonl"
FILES = {path.name: path for path in (DEMO, *sorted(GOLD.glob("press_*.jsonl")))}


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_figure_below_its_floor(name: str) -> None:
    assert below(load_floors(GOLD / "floor.toml"), evaluate(FILES[name], bootstrap=0)) == []


def test_each_gold_file_has_floors_for_what_it_annotates_throughout() -> None:
    floors = load_floors(GOLD / "floor.toml")
    assert sorted(floors) == sorted(FILES)
    for held in floors.values():
        assert {(t, "strict") for t in ("price", "quantity", "purity", "event")} <= set(held)


def report_of(*amounts: float) -> object:
    predictions = [[found("price", low=a, high=a) for a in amounts]]
    return score([document(gold("price"))], predictions, name="g.jsonl", bootstrap=0, related=related)


def floors_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "floor.toml"
    path.write_text(text, encoding="utf-8")
    return path


# id, floor, predicted amounts (80 is right), whether it holds
HELD = [
    ("reached", "1.0", (80.0,), True),
    ("just_reached", "0.66", (80.0, 7.0), True),
    ("not_reached", "0.67", (80.0, 7.0), False),
    ("nothing_found", "0.01", (), False),
]


@pytest.mark.parametrize(("least", "amounts", "holds"), [h[1:] for h in HELD], ids=[h[0] for h in HELD])
def test_below(tmp_path: Path, least: str, amounts: tuple[float, ...], holds: bool) -> None:
    floors = load_floors(floors_of(tmp_path, f'["g.jsonl"]\nprice.value = {least}\n'))
    failing = below(floors, report_of(*amounts))  # type: ignore[arg-type]
    assert (failing == []) is holds
    assert all("price value" in line and "g.jsonl" in line for line in failing)


def test_a_type_that_the_gold_lacks_is_below_any_floor(tmp_path: Path) -> None:
    floors = load_floors(floors_of(tmp_path, '["g.jsonl"]\npurity.value = 0.1\n'))
    assert below(floors, report_of(80.0)) == [  # type: ignore[arg-type]
        "g.jsonl: purity value has nothing to score, below its floor 0.100"
    ]


REFUSED = [
    ("not_toml", "price = ", "TOML"),
    ("a_share_above_one", '["g.jsonl"]\nprice.value = 80\n', "between 0 and 1"),
    ("a_word", '["g.jsonl"]\nprice.value = "high"\n', "between 0 and 1"),
    ("no_level", '["g.jsonl"]\nprice = 0.5\n', "between 0 and 1"),
    ("no_table", "price = 0.5\n", "between 0 and 1"),
]


@pytest.mark.parametrize(("text", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_broken_floors(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        load_floors(floors_of(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('["other.jsonl"]\nprice.value = 0.5\n', "no table"),
        ('["g.jsonl"]\nprice.exact = 0.5\n', "not scored"),
    ],
)
def test_floors_that_do_not_fit_the_gold(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        below(load_floors(floors_of(tmp_path, text)), report_of(80.0))  # type: ignore[arg-type]


def test_a_step_back_would_be_seen(tmp_path: Path) -> None:
    """The floors are near what is reached: an extraction that loses every tenth price falls below one."""
    path = Path(shutil.copy(DEMO, tmp_path / "gold.jsonl"))
    from vigie.evaluate.run import extract_document

    kept = iter(range(10**6))
    report = evaluate(
        path,
        bootstrap=0,
        extract=lambda d: [o for o in extract_document(d) if o.type != "price" or next(kept) % 10],
    )
    assert any("price strict" in line for line in below(load_floors(GOLD / "floor.toml"), report))
