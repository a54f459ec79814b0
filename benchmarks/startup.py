"""Time of `vigie --help`, and of the interpreter alone. `python benchmarks/startup.py`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

TURNS = 15


def seconds(*args: str) -> float:
    """Median over TURNS runs, after one that warms the file cache."""
    times = []
    for _ in range(TURNS + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *args], capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


if __name__ == "__main__":
    bare, shown = seconds("-c", "pass"), seconds("-m", "vigie.cli", "--help")
    print(
        f"vigie --help: {shown * 1000:.0f} ms; python alone: {bare * 1000:.0f} ms; ratio {shown / bare:.1f}"
    )
