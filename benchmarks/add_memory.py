"""Peak memory of `vigie add` on 10,000 documents. `python benchmarks/add_memory.py [COUNT]`.

Documents are generated, small and all different. The command runs in its own process; its peak resident set is what
the operating system counted.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import texts


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "documents"
        folder.mkdir()
        for number, text in enumerate(texts(count, 8)):
            head = f"2025-03-{number % 28 + 1:02}\n\nNote {number}\n\n"
            (folder / f"{number:05}.txt").write_text(head + text, encoding="utf-8")
        start = time.perf_counter()
        store = Path(name) / "store.duckdb"
        for turn in ("first", "again"):
            command = [sys.executable, "-m", "vigie.cli", "add", str(folder), "--store", str(store)]
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - start
            # Kilobytes on Linux, bytes on macOS; the largest child so far.
            unit = 1_000_000 if sys.platform == "darwin" else 1_000
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
            print(
                f"{turn}: exit {done.returncode}, {seconds:.0f} s, {count / seconds:.0f} documents/s, peak {peak:.0f} MB"
            )
            print("  " + done.stderr.strip().replace("\n", "\n  "))
        print(f"store: {store.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
