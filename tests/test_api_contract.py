"""What the OpenAPI document promises, held against the application by schemathesis, and the lines of docs/api.md on a real server."""

from __future__ import annotations

import ast
import copy
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from schemathesis import engine
from schemathesis.config import SchemathesisConfig

from test_api import analyst_file, app_of, public_file, store  # noqa: F401 (fixtures)
from vigie.web.api.openapi import document
from vigie.web.api.resources import RESOURCES

BASE = "/api/v1"
CONFIG = {
    "seed": 9,
    "workers": 1,
    "continue-on-failure": True,
    "generation": {"deterministic": True, "max-examples": 2, "database": "none", "no-shrink": True},
    "phases": {"stateful": {"enabled": False}},
    # As it is by itself, and 414: some of what it draws is longer than an address may be.
    "checks": {
        "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "406", "414"]}
    },
}
# What a cursor or a key is good for depends on the list and the topic, and a series of a topic needs a key, which no schema says: of
# these 400 is right as well.
OPAQUE = {"cursor", "key", "series"}


def shortened(public: bool) -> dict[str, Any]:
    """The document with one code of each list of codes: every one of them is tried in test_api."""
    found = copy.deepcopy(document(public))
    for parameter in found["components"]["parameters"].values():
        schema = parameter["schema"]
        for part in (schema, *schema.get("anyOf", ())):
            if "enum" in part:
                part["enum"] = part["enum"][:1]
    return found


def run(app: FastAPI, told: dict[str, Any]) -> tuple[list[str], set[str], int]:
    """(what failed, operations that were asked, requests)."""
    schema = schemathesis.openapi.from_dict(told, config=SchemathesisConfig.from_dict(CONFIG))
    schema.app = app
    failures, asked, seen = [], set(), 0
    for event in engine.from_schema(schema).execute():
        recorder = getattr(event, "recorder", None)
        if recorder is None:
            assert "Error" not in type(event).__name__, event
            continue
        for id, node in recorder.cases.items():
            case = node.value
            seen += 1
            asked.add(case.path)
            for check in recorder.checks.get(id, ()):
                if check.failure_info is None:
                    continue
                if check.name == "positive_data_acceptance" and OPAQUE & {
                    *(case.query or {}),
                    case.path.rpartition("/")[2],
                }:
                    continue
                address = recorder.interactions[id].request.uri
                failures.append(f"{check.name}: {case.method} {address}: {check.failure_info.failure}")
    return failures, asked, seen


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_the_contract_holds(public: bool, request: pytest.FixtureRequest) -> None:
    file = request.getfixturevalue("public_file" if public else "analyst_file")
    told = shortened(public)
    failures, asked, seen = run(app_of(file, public=public), told)
    assert failures == []
    assert asked == set(told["paths"]) and seen > 500


def test_a_broken_promise_is_found(request: pytest.FixtureRequest) -> None:
    """The same run fails where a field is not of the type that the document tells."""
    told = shortened(public=True)
    told["paths"] = {f"{BASE}/substances": told["paths"][f"{BASE}/substances"]}
    told["components"]["schemas"]["Substance"]["properties"]["group"] = {"type": "integer"}
    failures, _, _ = run(app_of(request.getfixturevalue("public_file"), public=True), told)
    assert any(f.startswith("response_schema_conformance") for f in failures)


@pytest.mark.parametrize("public", [False, True], ids=["analyst", "public"])
def test_every_resource_is_told(public: bool) -> None:
    told = document(public)
    assert told["openapi"].startswith("3.1")
    names = {path.split("/")[3] for path in told["paths"] if path != BASE} - {"openapi.json"}
    assert names == {r.name for r in RESOURCES if r.public or not public}
    ids = [operation["operationId"] for path in told["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """A real server on a free port."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def test_the_three_lines_of_the_documentation_run(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "api.md").read_text("utf-8")
    (lines,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(ast.parse(lines).body) == 4  # what is imported, and three lines
    assert lines.startswith("import ")
    with served(app_of(request.getfixturevalue("analyst_file"), public=False)) as port:
        exec(compile(lines.replace("127.0.0.1:8000", f"127.0.0.1:{port}"), "docs/api.md", "exec"), {})
    assert "('cocaine', 'g', '60.0')" in capsys.readouterr().out
