"""Fixtures of the tests of the pages: one Chromium, and the demonstration served in both editions.

Without a Chromium these tests are skipped, with a warning at the end of the run; where CI is set they fail instead, because
a skipped proof proves nothing. `make test` installs Debian's Chromium; VIGIE_BROWSER names another.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # report_store.py and other helpers of all tests

from browser_walk import CHROMIUM_ARGS, Site, chromium_path, served
from playwright.sync_api import Browser, sync_playwright

NO_BROWSER = (
    "THE PAGES WERE NOT WALKED: no Chromium was found. Install it (apt-get install chromium) or name one: "
    "VIGIE_BROWSER=/path/to/chromium"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of one worker."""
    path = chromium_path()
    if path is None:
        if os.environ.get("CI", "").lower() not in ("", "0", "false"):
            pytest.fail(NO_BROWSER)
        warnings.warn(NO_BROWSER, stacklevel=1)
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of `vigie demo` without its bulletins, built once for all workers of a run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent / f"browser-{run}") if run else tmp_path_factory.mktemp("browser")
    folder.mkdir(exist_ok=True)
    store = folder / "vigie.duckdb"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            corpus = Path(str(files("vigie").joinpath("data", "demo")))
            folders = sorted(str(card.parent) for card in corpus.glob("*/source.toml"))
            command = [sys.executable, "-m", "vigie.cli", "add", *folders, "--store", str(store)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            assert store.exists(), done.stderr
            (folder / "done").touch()
    return store


def _copy(store: Path, folder: Path) -> Path:
    """A store of one's own: only one process may write to one, and each server notices changes of its own."""
    return Path(shutil.copy2(store, folder / store.name))


@pytest.fixture(scope="session")
def analyst(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration as the analyst sees it."""
    with served(_copy(demo_store, tmp_path_factory.mktemp("analyst")), public=False) as site:
        yield site


@pytest.fixture(scope="session")
def public(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration as anybody sees it."""
    with served(_copy(demo_store, tmp_path_factory.mktemp("public")), public=True) as site:
        yield site
