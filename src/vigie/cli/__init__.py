"""The `vigie` command. Each module below holds the verbs of one task; heavy imports wait inside the verbs."""

from __future__ import annotations

from vigie.cli import reading as _reading  # noqa: F401 - registers its verbs
from vigie.cli.app import app
from vigie.cli.output import use_utf8


def main() -> None:
    """Entry point of the console script."""
    use_utf8()
    app()


__all__ = ["app", "main"]
