"""`make test` installs Debian's Chromium where none is found, from the distribution and nowhere else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "install_browser.sh"
# id, programs on the path and what they do, VIGIE_BROWSER, what apt-get was asked, what is said
CASES = [
    ("there", {"chromium": "", "apt-get": ""}, "", [], ""),
    ("named", {"apt-get": ""}, "{bin}/mine", [], ""),
    ("named_wrongly", {"apt-get": ""}, "{bin}/none", [], "cannot be run"),
    ("no_apt", {}, "", [], "VIGIE_BROWSER=/path/to/chromium make test"),
    ("no_right", {"apt-get": "", "id": "echo 1000"}, "", [], "apt-get install chromium"),
    (
        "root",
        {"apt-get": "", "id": "echo 0"},
        "",
        ["update -qq", "install -y -qq --no-install-recommends chromium"],
        "installing Debian's Chromium",
    ),
    ("no_network", {"apt-get": "exit 100", "id": "echo 0"}, "", ["update -qq"], "could not be installed"),
]


@pytest.mark.parametrize(
    ("programs", "named", "asked", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_install(tmp_path: Path, programs: dict[str, str], named: str, asked: list[str], said: str) -> None:
    folder, log = tmp_path / "bin", tmp_path / "asked"
    folder.mkdir()
    log.touch()
    (folder / "env").symlink_to(str(shutil.which("env")))
    for name, does in {"mine": "", **programs}.items():
        (folder / name).write_text(f'#!/bin/sh\n[ {name} = id ] || echo "$@" >> {log}\n{does}\n')
        (folder / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT)],
        env={"PATH": str(folder), "VIGIE_BROWSER": named.format(bin=folder)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, log.read_text().splitlines()) == (0, asked)
    assert said in done.stderr if said else done.stderr == ""
