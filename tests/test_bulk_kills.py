"""Exactly once: a job that is killed fifty times and continued leaves the bytes of one that was never stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 50


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs fork, sessions and prctl")
def test_killed_fifty_times_the_result_is_that_of_a_run_never_stopped(tmp_path: Path) -> None:
    killer = Path(__file__).with_name("bulk_killer.py")
    done = subprocess.run(
        [sys.executable, str(killer), str(tmp_path / "job"), str(KILLS), "20260105"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    kills = told["kills"]
    assert len(kills) == KILLS
    assert told["same"] == told["ended"] >= 1
    # The kills came at different moments, and of each kind; else this would prove little.
    assert len({kill["manifest"] for kill in kills}) >= 4
    assert any(kill["work"] for kill in kills)
    assert all(told["ways"].get(way, 0) >= 3 for way in ("session", "driver", "worker"))
