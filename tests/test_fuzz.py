"""The fuzzer itself: a short run of it, and what it found before."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parent.parent / "fuzz"
sys.path.insert(0, str(FUZZ))

import mutate  # noqa: E402 - beside the fuzzer
import run  # noqa: E402
import seeds  # noqa: E402

from vigie.ingest.registry import READERS  # noqa: E402


@pytest.mark.slow
def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    """Both targets, the same inputs each time: `make fuzz` is the long run, with others."""
    command = [
        sys.executable,
        str(FUZZ / "run.py"),
        "--minutes",
        "0.33",
        "--seed",
        "1",
        "--save",
        str(tmp_path / "found"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "redactor: " in done.stdout and all(f"\n{reader.name}: " in done.stdout for reader in READERS)
    assert not (tmp_path / "found").exists()


def test_every_reader_has_seeds_that_are_read() -> None:
    assert set(seeds.seeds()) == {reader.name for reader in READERS}
    for some in seeds.seeds().values():
        for name, data in some:
            assert run.read_one(name, data) == "read"


@pytest.mark.slow
def test_a_run_can_be_repeated() -> None:
    """The damages are the same; packed files also hold the time at which they were made."""

    def some() -> list[tuple[str, str, int]]:
        found = run.cases("all", 7)
        return [(target, name, len(content)) for target, name, content in (next(found) for _ in range(60))]

    assert some() == some()
    data = seeds.docx()
    assert len({mutate.damaged(data, random.Random(n)) for n in range(20)}) > 15


@pytest.mark.parametrize(
    ("text", "fault"),
    [("[nom] se tait.", ""), ("Écrire à alice@exemple.example.", "redacting twice changes the text")],
)
def test_what_changes_when_redacted_again_is_a_finding(text: str, fault: str) -> None:
    assert run.check_again("", text) == fault


def test_a_hang_and_a_death_are_findings() -> None:
    runner = run.Runner()
    try:
        assert runner("redactor", "", "Un texte.", 120.0) == "unchanged"
        assert (
            runner("redactor", "", "Le prix de la cocaïne. " * 200_000, 0.05) == "FOUND no answer in 0.05 s"
        )
        runner._process.kill()
        assert runner("redactor", "", "Un texte.", 120.0) == "FOUND the process died"
        assert runner("redactor", "", "Un texte.", 120.0) == "unchanged"
    finally:
        runner.close()
