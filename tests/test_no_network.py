"""Three verbs use the network, `digest`, `watch` and `bulk`: nothing else of the package imports what reaches it, and runs are watched.
Where `--store` is the address of a server, every verb speaks to that server, by one module.

What is watched is Python's own sockets, in the verbs and in their children; of the database, whose code is native, the
settings that keep it from fetching extensions.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from vigie.store import Store

PACKAGE = Path(str(files("vigie")))
EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
REACHING = frozenset(
    [
        "aiohttp",
        "asyncio",
        "authlib",
        "distributed",
        "fsspec",
        "ftplib",
        "http",
        "httpcore",
        "httpx",
        "imaplib",
        "nntplib",
        "poplib",
        "psycopg",
        "requests",
        "smtplib",
        "socket",
        "socketserver",
        "ssl",
        "telnetlib",
        "urllib3",
        "webbrowser",
        "websockets",
        "xmlrpc",
    ]
)
# What `vigie digest` sends through, and why: mail and webhooks that the owner's configuration names, nothing else.
SENDING = ("feeds/mail.py", "feeds/webhook.py")
# What `vigie watch` asks through: hosts of the source cards that their owner turned on, nothing else. What `vigie bulk` asks through:
# the addresses of archives that its user names, or a list that its user names.
# What `vigie serve --auth` asks: the provider of sign-in that the owner's settings name.
FETCHING = (
    "fetch/client.py",
    "fetch/dial.py",
    "fetch/transport.py",
    "bulk/remote.py",
    "accounts/provider.py",
)
# What `vigie bulk --engine dask` joins: the scheduler that its user names, or one of its own that listens on this machine only.
JOINING = ("bulk/dask_engine.py",)
# What every verb speaks to where `--store` is an address: the server that its user names.
STORING = ("store/postgres/link.py",)
LISTENING = (
    "cli/serving.py",
)  # binds an address of this machine before anything slow is done, and dials nothing
REACHING_PARTS = ("urllib.request", "urllib.robotparser", "logging.handlers", "multiprocessing.managers")

# Loaded by every Python that starts in the folder's care: what reaches out is written down and stopped.
WATCH = """
import os, sys
def watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        if not isinstance(args[1], tuple):
            return  # a socket of this machine's file system
        if event == "socket.bind" and args[1][0] in ("127.0.0.1", "::1"):
            return  # urllib3, which the reader of pages loads, asks so whether there is IPv6
    elif event not in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request"):
        return
    with open(os.environ["REACHED"], "a") as log:
        log.write(event + "\\n")
    raise OSError("watched")
sys.addaudithook(watch)
"""
# One process for all verbs; their children are watched as well.
DRIVER = """
import json, sys
from typer.testing import CliRunner
from vigie.cli import app
print(json.dumps([CliRunner().invoke(app, args).exit_code for args in json.loads(sys.argv[1])]))
"""
VERBS = (
    ("add", "my-articles", "--count-contacts"),
    ("extract", "my-articles"),
    ("redact", "my-articles"),
    ("redact", "--audit", "my-articles"),
    ("contacts",),
    ("key", "rotate", "--yes"),
    ("bulletin", "--period", "2026-Q1", "--analyst", "--out", "analyst"),
    ("bulletin", "--period", "2026-Q1", "--out", "public"),
    ("export", "open"),
    ("export", "full", "--full", "--format", "parquet"),
    ("release", "list"),
    ("purge", "--before", "2026-02-20", "--yes"),
    ("maintain", "--reredact"),
    ("feed", "--out", "feeds"),
    ("cap", "all", "--out", "cap"),
    ("edas", "--substance", "cocaine", "--out", "edas"),
    ("digest", "--dry-run"),
    ("source", "list"),
    ("source", "check"),
    ("source", "show", "ansm"),
    ("watch", "--dry-run", "--source", "ansm"),
    ("doctor",),
    ("lexicon", "show", "teuch"),
)


def reaching(source: str) -> set[str]:
    """Modules imported that open connections."""
    named: set[str] = set()
    if not any(word.split(".")[-1] in source for word in (*REACHING, *REACHING_PARTS)):
        return named  # most modules: no need to parse them
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {n for n in named if n.split(".")[0] in REACHING or n.startswith(REACHING_PARTS)}


def test_no_module_imports_what_reaches_the_network() -> None:
    found = {f.relative_to(PACKAGE).as_posix(): reaching(f.read_text("utf-8")) for f in PACKAGE.rglob("*.py")}
    assert len(found) > 100
    assert {
        name: names
        for name, names in found.items()
        if names and name not in SENDING + FETCHING + JOINING + LISTENING + STORING
    } == {}
    assert all(found[name] for name in SENDING + FETCHING + JOINING + STORING)
    assert [found[name] for name in LISTENING] == [{"socket"}]
    assert ".connect" not in (PACKAGE / LISTENING[0]).read_text("utf-8")


def test_only_three_verbs_come_near_the_network() -> None:
    """`vigie digest` sends to whom its configuration names, `vigie watch` asks the hosts of cards, `vigie bulk` the places of archives
    that are named: no other module comes near.
    """
    above = {
        "feeds.mail": {"feeds/sending.py"},
        "feeds.webhook": {"feeds/sending.py"},
        "feeds.sending": {"cli/digesting.py"},
        "fetch.client": {"cli/watching.py", "watch/rounds.py", "watch/service.py"},
        "fetch.dial": {"fetch/client.py", "fetch/transport.py"},
        "fetch.transport": {"fetch/client.py"},
        "bulk.remote": {"bulk/places.py"},
        "watch.service": {"cli/watching.py"},
        "watch.rounds": {"watch/service.py"},
        "store.postgres.link": {
            "store/postgres/pull.py",
            "store/postgres/push.py",
            "store/postgres/session.py",
        },
    }
    for module, allowed in above.items():
        path = "/".join(module.split(".")) + ".py"
        users = {
            f.relative_to(PACKAGE).as_posix()
            for f in PACKAGE.rglob("*.py")
            if f"vigie.{module}" in f.read_text("utf-8") and f.relative_to(PACKAGE).as_posix() != path
        }
        assert users == allowed, module


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "from urllib import request",
        "import urllib.request as u",
        "def f():\n    from http import client",
    ],
)
def test_the_scan_sees_an_import(source: str) -> None:
    assert reaching(source)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the examples, and the environment of a watched run."""
    base = tmp_path_factory.mktemp("watched")
    (base / "watch").mkdir()
    (base / "watch" / "sitecustomize.py").write_text(WATCH, "utf-8")
    shutil.copytree(EXAMPLES / "my-articles", base / "my-articles")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VIGIE_")}
    return base, {**environment, "PYTHONPATH": str(base / "watch"), "REACHED": str(base / "reached.txt")}


def test_no_verb_reaches_out(watched: tuple[Path, dict[str, str]]) -> None:
    folder, environment = watched
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(VERBS)], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes = json.loads(done.stdout.splitlines()[-1])
    assert len(codes) == len(VERBS) and set(codes) <= {0, 1}, (
        codes
    )  # 1: the scan among the examples is refused
    log = folder / "reached.txt"
    assert not log.exists(), log.read_text()


def test_the_watch_sees_who_reaches_out(watched: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """In the process itself and in a child of it."""
    _, environment = watched
    log = tmp_path / "reached.txt"
    code = (
        "import multiprocessing, socket\n"
        "def reach():\n"
        "    try:\n        socket.create_connection(('192.0.2.1', 9), 0.01)\n    except OSError:\n        pass\n"
        "reach()\n"
        "child = multiprocessing.get_context('fork').Process(target=reach)\nchild.start()\nchild.join()\n"
    )
    subprocess.run([sys.executable, "-c", code], env={**environment, "REACHED": str(log)}, check=True)
    assert log.read_text().split() == ["socket.getaddrinfo"] * 2


def test_the_database_fetches_no_extension(tmp_path: Path) -> None:
    with Store.open(tmp_path / "v.duckdb") as store:
        settings = ("autoinstall_known_extensions", "autoload_known_extensions")
        assert [store.column(f"SELECT current_setting('{name}')") for name in settings] == [[False], [False]]
