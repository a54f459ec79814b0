"""Licence gate: every package that `pip install vigie[all]` brings must carry a licence Vigie may depend on.

GPL and AGPL are refused; LGPL is allowed in optional extras only. A package under a choice of licences passes if one of
them is allowed. Exit code 1 names each package that fails and its licence.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata

ALLOWED = re.compile(
    r"\b(?:MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|MPL|Mozilla|Unlicense|Zlib|HPND|CC0|CNRI|public domain)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\bA?GPL|General Public License|Affero", re.IGNORECASE)
LESSER = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)
ROOT = "vigie"


def requirement_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match.group()).lower()


def closure(extras: frozenset[str]) -> set[str]:
    """Names of installed packages reached from the root with these extras."""
    seen: set[str] = set()
    queue = [(ROOT, extras)]
    while queue:
        name, wanted = queue.pop()
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # a marker for another platform
        for requirement in requires:
            spec, _, marker = requirement.partition(";")
            extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
            if extra and extra.group(1) not in wanted:
                continue
            inner = re.search(r"\[([^\]]+)\]", spec)
            child = requirement_name(spec)
            more = frozenset(e.strip() for e in inner.group(1).split(",")) if inner else frozenset[str]()
            if child not in seen:
                if child != ROOT:  # "vigie[all]" asks for itself with other extras
                    seen.add(child)
                queue.append((child, more))
    return seen


def licence(name: str) -> str:
    """The SPDX expression, the classifiers or the licence field of an installed package."""
    data = metadata.metadata(name)
    expression = data.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [
        c.rsplit("::", 1)[1].strip() for c in data.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    classifiers = [c for c in classifiers if c != "OSI Approved"]
    field = (data.get("License") or "").strip().splitlines()
    return " OR ".join(classifiers) or (field[0] if field else "") or licence_file(name)


def licence_file(name: str) -> str:
    """The first words of the licence text a package ships, for one whose metadata is silent."""
    for file in metadata.files(name) or []:
        if re.search(r"licen[cs]e", file.name, re.IGNORECASE) and file.suffix in ("", ".txt", ".md", ".rst"):
            return " ".join(file.read_text().split()[:6])
    return "unknown"


def acceptable(text: str, *, optional: bool) -> bool:
    alternatives = re.split(r"\s+OR\s+|/|,|;", text)
    for alternative in alternatives:
        if LESSER.search(alternative):
            if optional:
                return True
        elif COPYLEFT.search(alternative):
            continue
        elif ALLOWED.search(alternative):
            return True
    return False


def main() -> int:
    base = closure(frozenset())
    everything = closure(frozenset({"all"}))
    failures = []
    for name in sorted(everything):
        try:
            text = licence(name)
        except metadata.PackageNotFoundError:
            continue
        if not acceptable(text, optional=name not in base):
            failures.append(
                f"{name}: {text}: not a licence Vigie may depend on; replace the package or make the case in an issue"
            )
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(everything)} packages checked ({len(base)} in the base install), {len(failures)} refused")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
