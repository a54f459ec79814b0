"""Fixtures of the tests of the pages: one Chromium, and the demonstration served in both editions.

Without a Chromium these tests are skipped, with a warning at the end of the run; where CI is set they fail instead, because
a skipped proof proves nothing. `make test` installs Debian's Chromium; VIGIE_BROWSER names another.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # report_store.py and other helpers of all tests

from browser_walk import CHROMIUM_ARGS, Site, chromium_path, start, stop
from playwright.sync_api import Browser, sync_playwright

from report_store import Paper, Said, build, said_price, seized
from vigie.store import Store

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
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if not run:
        return tmp_path_factory.mktemp("browser")
    folder = tmp_path_factory.getbasetemp().parent / f"browser-{run}"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _alone(together: Path, name: str) -> Iterator[None]:
    with (together / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _demo(together: Path) -> Path:
    """The store of `vigie demo` without its bulletins, built once for all workers of a run."""
    store = together / "demo" / "vigie.duckdb"
    with _alone(together, "demo"):
        if not store.parent.exists():
            corpus = Path(str(files("vigie").joinpath("data", "demo")))
            folders = sorted(str(card.parent) for card in corpus.glob("*/source.toml"))
            being = together / "being-built" / store.name
            being.parent.mkdir()
            command = [sys.executable, "-m", "vigie.cli", "add", *folders, "--store", str(being)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            assert being.exists(), done.stderr
            being.parent.rename(store.parent)
    return store


@contextmanager
def shared(together: Path, name: str, make: Callable[[Path], Path], *, public: bool) -> Iterator[Site]:
    """One server for all workers of a run: the first starts it, the last to leave ends it.

    Args:
        make: writes the store into a folder of its own: only one process may write to a store.
    """
    state = together / f"{name}.json"
    with _alone(together, name):
        if state.exists():
            held = json.loads(state.read_text())
        else:
            folder = together / name
            folder.mkdir(exist_ok=True)
            store = make(folder)
            pid, port = start(store, public=public)
            held = {"pid": pid, "port": port, "store": str(store), "users": 0}
        state.write_text(json.dumps(held | {"users": held["users"] + 1}))
    try:
        yield Site(base=f"http://127.0.0.1:{held['port']}", public=public, store=Path(held["store"]))
    finally:
        with _alone(together, name):
            held = json.loads(state.read_text())
            if held["users"] > 1:
                state.write_text(json.dumps(held | {"users": held["users"] - 1}))
            else:
                stop(held["pid"])
                state.unlink()


@pytest.fixture(scope="session")
def demo_store(together: Path) -> Path:
    return _demo(together)


@pytest.fixture(scope="session")
def analyst(together: Path) -> Iterator[Site]:
    """The demonstration as the analyst sees it."""
    with shared(together, "analyst", lambda folder: _copy(together, folder), public=False) as site:
        yield site


@pytest.fixture(scope="session")
def public(together: Path) -> Iterator[Site]:
    """The demonstration as anybody sees it."""
    with shared(together, "public", lambda folder: _copy(together, folder), public=True) as site:
        yield site


def _copy(together: Path, folder: Path) -> Path:
    return Path(shutil.copy2(_demo(together), folder / "vigie.duckdb"))


@pytest.fixture(scope="session")
def empty(together: Path) -> Iterator[Site]:
    with shared(together, "empty", _empty, public=False) as site:
        yield site


@pytest.fixture(scope="session")
def empty_public(together: Path) -> Iterator[Site]:
    with shared(together, "empty-public", _empty, public=True) as site:
        yield site


def _empty(folder: Path) -> Path:
    with Store.open(folder / "vigie.duckdb"):
        return folder / "vigie.duckdb"


@pytest.fixture(scope="session")
def one(together: Path) -> Iterator[Site]:
    """One document with one price, and one seizure of a substance of which no price is said."""

    def make(folder: Path) -> Path:
        price = said_price(60, place="FR-69")
        seizure = Said(
            sentence="Deux kilos d'héroïne ont été saisis.", value=seized(2000), substance="heroin"
        )
        paper = Paper(source="seul", published="2025-03-11", title="Un seul article", says=[price, seizure])
        return build(folder / "vigie.duckdb", [paper])

    with shared(together, "one", make, public=False) as site:
        yield site
