"""The licence gate refuses what it must and lets a choice of licences pass."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "check_licences", Path(__file__).parent.parent / "scripts" / "check_licences.py"
)
assert _SPEC is not None and _SPEC.loader is not None
gate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(gate)


@pytest.mark.parametrize(
    ("text", "optional", "passes"),
    [
        ("MIT", False, True),
        ("Apache License 2.0", False, True),
        ("GPL-3.0-only", False, False),
        ("GNU Affero General Public License v3", True, False),
        ("LGPL-2.1-or-later", False, False),
        ("LGPL-2.1-or-later", True, True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", False, True),
        ("unknown", False, False),
    ],
)
def test_what_passes(text: str, optional: bool, passes: bool) -> None:
    assert gate.acceptable(text, optional=optional) is passes


def test_the_installed_packages_pass_and_are_found() -> None:
    assert {"duckdb", "ftfy", "trafilatura"} <= gate.closure(frozenset())
    assert gate.main() == 0
