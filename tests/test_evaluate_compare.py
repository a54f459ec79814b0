"""Two runs over one gold: what moved, by how much, and the run of an earlier revision."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evaluate_samples import document, found, gold, related
from vigie.cli import app
from vigie.evaluate import compare, report_at
from vigie.evaluate.report import Report
from vigie.evaluate.score import score
from vigie.model.errors import InputRefused


def run(*args: str) -> Result:
    return CliRunner().invoke(app, [*args])


def report_of(*right: bool, name: str = "g.jsonl") -> Report:
    """One document a flag, with one price in it that is found or not."""
    documents = [document(gold("price"), id=f"d{n}") for n in range(len(right))]
    predictions = [[found("price")] if one else [] for one in right]
    return score(documents, predictions, name=name, bootstrap=0, related=related)


def test_paired_difference_by_hand() -> None:
    """From 1 of 2 found (F1 2/3) to 2 of 2; each resample gains 0, 1/3 or all."""
    change = compare(report_of(True, False).to_json(), report_of(True, True))
    price = {c.level: c for c in change.changes}
    assert list(price) == ["value", "link", "strict"]
    assert (price["value"].before, price["value"].after) == (pytest.approx(2 / 3), 1.0)
    assert (price["value"].low, price["value"].high) == (0.0, 1.0)
    assert "price    value   0.667 to 1.000, +0.333 (+0.000 to +1.000)" in change.table()


def test_what_did_not_move_has_no_line() -> None:
    assert compare(report_of(True, False).to_json(), report_of(True, False)).changes == ()


def test_same_f1_by_other_facts_is_told() -> None:
    """One F1 hides both what was gained and what was lost."""
    change = compare(report_of(True, False).to_json(), report_of(False, True))
    assert {(c.before, c.after) for c in change.changes} == {(2 / 3, 2 / 3)}
    assert {o.doc_id for o in change.gained} == {"d1"}
    assert {o.doc_id for o in change.lost} == {"d0"}


@pytest.mark.parametrize(
    "other", [report_of(True, name="h.jsonl"), report_of(True, True)], ids=["name", "size"]
)
def test_another_gold_is_refused(other: Report) -> None:
    with pytest.raises(ValueError, match="documents of"):
        compare(other.to_json(), report_of(True))


# A clone whose program answers with the revision it is at: the report of HEAD~1 must come from HEAD~1.
PROGRAM = "import json, sys\nprint(json.dumps({'at': %r, 'asked': sys.argv[1:]}))\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clone")
    package = root / "src" / "vigie" / "cli"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")

    def git(*arguments: str) -> None:
        identity = [
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@observatory.example",
            "-c",
            "commit.gpgsign=false",
        ]
        subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    for version, program in (("first", PROGRAM % "first"), ("second", PROGRAM % "second"), ("broken", "1/0")):
        (package / "__main__.py").write_text(program)
        git("add", ".")
        git("commit", "--quiet", "-m", version)
        git("tag", version)
    return root


@pytest.mark.parametrize(("revision", "at"), [("first", "first"), ("broken~1", "second")])
def test_an_earlier_revision_runs_its_own_program(
    clone: Path, tmp_path: Path, revision: str, at: str
) -> None:
    gold_path = tmp_path / "gold.jsonl"
    read = report_at(revision, gold_path, root=clone)
    assert read == {"at": at, "asked": ["eval", str(gold_path.resolve()), "--format", "json"]}
    left = subprocess.run(
        ["git", "-C", str(clone), "worktree", "list"], check=True, capture_output=True, text=True
    )
    assert len(left.stdout.splitlines()) == 1  # the checkout is gone


REFUSED = [("never", "no such revision"), ("--all", "no such revision"), ("broken", "gave no report")]


@pytest.mark.parametrize(("revision", "why"), REFUSED, ids=[r[0] for r in REFUSED])
def test_revisions_that_cannot_be_run(clone: Path, tmp_path: Path, revision: str, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        report_at(revision, tmp_path / "gold.jsonl", root=clone)


def test_outside_a_clone(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no clone"):
        report_at("HEAD", tmp_path / "gold.jsonl", root=tmp_path)


GOLD_LINE = {
    "id": "a", "lang": "fr", "title": "", "published": "2021-03",
    "text": "Dans le quartier, le gramme de cocaïne se vend 70 euros.",
    "facts": [{"type": "price", "kind": "retail", "low": 70, "high": 70, "currency": "EUR", "per_unit": "g",
               "substance": "cocaine", "quote": "70 euros"}],
}  # fmt: skip


@pytest.fixture
def gold_file(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(GOLD_LINE), encoding="utf-8")
    return path


def test_verb_compares_with_a_file(gold_file: Path, tmp_path: Path) -> None:
    before = json.loads(run("eval", str(gold_file), "--format", "json").stdout)
    before["outcomes"] = [{**o, "verdict": "missed"} for o in before["outcomes"]]
    earlier = tmp_path / "before.json"
    earlier.write_text(json.dumps(before), encoding="utf-8")
    shown = run("eval", str(gold_file), "--compare", str(earlier))
    assert shown.exit_code == 0
    assert "gained: strict a price" in shown.stdout
    read = json.loads(run("eval", str(gold_file), "--compare", str(earlier), "--format", "json").stdout)
    assert [o["level"] for o in read["comparison"]["gained"]] == ["value", "link", "strict"]


@pytest.mark.parametrize("text", ["[1]", "{", "{}", '{"gold": "gold.jsonl", "documents": 1, "outcomes": 3}'])
def test_what_is_no_report_is_refused(gold_file: Path, tmp_path: Path, text: str) -> None:
    earlier = tmp_path / "before.json"
    earlier.write_text(text, encoding="utf-8")
    refused = run("eval", str(gold_file), "--compare", str(earlier))
    assert refused.exit_code == 2
    assert "before.json" in refused.stderr


def test_verb_holds_a_floor(gold_file: Path, tmp_path: Path) -> None:
    floor = tmp_path / "floor.toml"
    floor.write_text('["gold.jsonl"]\nprice.strict = 1.0\n', encoding="utf-8")
    assert run("eval", str(gold_file), "--floor", str(floor)).exit_code == 0
    floor.write_text('["gold.jsonl"]\nprice.strict = 1.0\nevent.value = 0.5\n', encoding="utf-8")
    failed = run("eval", str(gold_file), "--floor", str(floor))
    assert failed.exit_code == 1
    assert "event value" in failed.stderr
    assert "price    strict" in failed.stdout  # the report is printed all the same


def test_blind_names_no_miss(gold_file: Path) -> None:
    gold_file.write_text(
        json.dumps({**GOLD_LINE, "facts": [{**GOLD_LINE["facts"][0], "substance": "heroin"}]}),
        encoding="utf-8",
    )
    told = run("eval", str(gold_file), "--format", "json").stdout
    assert "70 euros" in told and "heroin" in told
    shown = run("eval", str(gold_file), "--blind", "--format", "json").stdout
    assert "70 euros" not in shown and "heroin" not in shown
    assert json.loads(shown)["lines"] == json.loads(told)["lines"]


@pytest.mark.parametrize("other", [["--verbose"], ["--compare", "HEAD"]], ids=["verbose", "compare"])
def test_blind_bears_nothing_that_names_misses(gold_file: Path, other: list[str]) -> None:
    assert run("eval", str(gold_file), "--blind", *other).exit_code == 2
