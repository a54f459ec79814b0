"""`vigie redact --audit`: what was removed from a folder, and what may have been left, for a person to judge at once.

What is left may be personal data: it goes to the terminal that asked for it (standard output) and nowhere else.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, RedactFormat
from vigie.cli.output import fail, say, table, terminal_width, write, write_json

if TYPE_CHECKING:
    from vigie.pipeline import Cleaned, Refusal
    from vigie.redact.audit_page import Leftover

_SHOWN = 50  # leftovers that a person is shown unless told otherwise
_ANSWERS = {"y": "left", "n": "false alarm", "s": "not judged", "q": "not judged"}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A leftover with where it is and the words around it."""

    path: str
    found: Leftover
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Audited:
    """One document: what was removed, and how many leftovers of each severity."""

    path: str
    removed: dict[str, int]
    left: Mapping[str, int]


def audit(
    items: Iterable[Cleaned | Refusal], format: RedactFormat, limit: int | None, judge: bool, stdin_read: bool
) -> None:
    """Print counts by kind and file, then the leftovers, the worst first."""
    from vigie.pipeline import Refusal
    from vigie.redact.audit import leftovers, window
    from vigie.redact.audit_page import SEVERITIES

    if judge and stdin_read:
        raise fail("--judge reads the answers from standard input: give files", WRONG_USE)
    documents: list[Audited] = []
    suspicions: list[Suspicion] = []
    refused = 0
    for item in items:
        if isinstance(item, Refusal):
            refused += 1
            say(f"refused: {item}")
            continue
        text = item.document.text
        found = leftovers(text, item.document.lang)
        counts = Counter(leftover.severity for leftover in found)
        left: dict[str, int] = {severity: counts[severity] for severity in SEVERITIES}
        documents.append(Audited(item.document.path, dict(sorted(item.document.redactions.items())), left))
        suspicions += [Suspicion(item.document.path, leftover, *window(text, leftover)) for leftover in found]
    suspicions.sort(key=lambda one: SEVERITIES.index(one.found.severity))
    if judge:
        _judge(suspicions[:limit])
    elif format is RedactFormat.JSON:
        write_json(_json(documents, suspicions[:limit]))
    else:
        _print(documents, suspicions, _SHOWN if limit is None else limit)
    say(_told(documents))
    if refused:
        raise typer.Exit(SOME_REFUSED)


def _sums(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)


def _told(documents: Sequence[Audited]) -> str:
    left = _sums(one.left for one in documents)
    told = ", ".join(f"{count} {severity}" for severity, count in left.items() if count) or "none"
    suspected = sum(any(one.left.values()) for one in documents)
    note = "; they may be personal data: judge them here and keep no copy" if suspected else ""
    return f"{len(documents)} documents, {suspected} with suspicious leftovers ({told}){note}"


def _print(documents: Sequence[Audited], suspicions: Sequence[Suspicion], limit: int) -> None:
    from vigie.redact.audit import what

    width = terminal_width()
    removed = sorted(_sums(one.removed for one in documents).items())
    write(table(("removed", "count"), removed) or "nothing was removed\n")
    rows = [
        (one.path, sum(one.removed.values()), *one.left.values())
        for one in documents
        if any(one.left.values())
    ]
    if rows:
        rows.sort(key=lambda row: row[2:], reverse=True)
        write("\n" + table(("document", "removed", "high", "medium", "low"), rows, width=width))
    for one in suspicions[:limit]:
        write(
            f"\n{one.found.severity}  {what(one.found.reason)}  {one.path}:{one.found.start}\n    {_line(one)}\n"
        )
    if len(suspicions) > limit:
        say(f"{len(suspicions) - limit} more: --limit {len(suspicions)}")


def _line(one: Suspicion) -> str:
    return f"…{one.before}⟦{one.text}⟧{one.after}…"


def _json(documents: Sequence[Audited], suspicions: Sequence[Suspicion]) -> dict[str, Any]:
    return {
        "documents": len(documents),
        "removed": dict(sorted(_sums(one.removed for one in documents).items())),
        "left": _sums(one.left for one in documents),
        "files": [{"path": one.path, "removed": one.removed, "left": one.left} for one in documents],
        "leftovers": [
            {
                "path": one.path,
                "start": one.found.start,
                "end": one.found.end,
                "severity": one.found.severity,
                "reason": one.found.reason,
                "before": one.before,
                "text": one.text,
                "after": one.after,
            }
            for one in suspicions
        ],
    }


def _judge(suspicions: Sequence[Suspicion]) -> None:
    """Ask about each leftover on standard error; standard output carries only counts, which may be kept."""
    from vigie.redact.audit import what

    judged: Counter[tuple[str, str]] = Counter()
    answer = ""
    for number, one in enumerate(suspicions, 1):
        if answer != "q":
            say(
                f"\n{number}/{len(suspicions)}  {one.found.severity}  {what(one.found.reason)}  {one.path}:{one.found.start}"
            )
            say(f"    {_line(one)}")
            print(
                "    should it have gone? [y]es, [n]o, [s]kip, [q]uit: ", end="", file=sys.stderr, flush=True
            )
            answer = (sys.stdin.readline().strip().lower() or "q")[:1]
        judged[one.found.reason, _ANSWERS.get(answer, "not judged")] += 1
    verdicts = ("left", "false alarm", "not judged")
    reasons = sorted({reason for reason, _ in judged})
    rows = [(reason, *(judged[reason, verdict] for verdict in verdicts)) for reason in reasons]
    say("")
    write(table(("reason", *verdicts), rows) or "nothing to judge\n")
