"""The same gold scored by an earlier revision of the program, in a checkout of its own that goes away afterwards.

In: a git revision, a gold file. Out: the JSON report of that revision. Needs git and a clone of the project; the
revision runs with the libraries that are installed now.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import vigie
from vigie.model.errors import InputRefused

_REPAIR = "name a report written by `vigie eval --format json`, or a revision of a clone of Vigie"


def report_at(revision: str, gold: Path, *, root: Path | None = None) -> dict[str, Any]:
    """What `vigie eval GOLD --format json` prints at `revision`.

    Args:
        root: the clone; that of the running program when None.
    Raises:
        InputRefused: no clone, no such revision, or a revision whose `eval` fails.
    """
    start = root or Path(vigie.__file__).parent
    top = _git(start, "rev-parse", "--show-toplevel")
    commit = top and _git(
        start, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
    )
    if not top or not commit:
        why = (
            "no such file, and no such revision"
            if top
            else "no such file, and no clone to look for a revision in"
        )
        raise InputRefused(revision, why, _REPAIR)
    with tempfile.TemporaryDirectory(prefix="vigie-eval-") as folder:
        checkout = Path(folder) / "checkout"
        if _git(Path(top), "worktree", "add", "--detach", str(checkout), commit) is None:
            raise InputRefused(revision, "git could not check it out")
        try:
            ran = subprocess.run(
                [sys.executable, "-m", "vigie.cli", "eval", str(gold.resolve()), "--format", "json"],
                cwd=checkout,
                env={**os.environ, "PYTHONPATH": str(checkout / "src")},
                capture_output=True,
                check=False,
            )
        finally:
            _git(Path(top), "worktree", "remove", "--force", str(checkout))
    try:
        report: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        raise InputRefused(
            revision, f"`vigie eval` of that revision gave no report (exit code {ran.returncode})"
        ) from None
    return report


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or None when it fails or is not there."""
    try:
        ran = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return ran.stdout.strip()
