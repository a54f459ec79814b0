"""The `vigie` command. Each module below holds the verbs of one task; heavy imports wait inside the verbs."""

from __future__ import annotations

import os
import sys

from vigie.cli import accounts as _accounts  # noqa: F401 - registers its verbs
from vigie.cli import backing_up as _backing_up  # noqa: F401
from vigie.cli import bulk as _bulk  # noqa: F401
from vigie.cli import contacts as _contacts  # noqa: F401
from vigie.cli import contesting as _contesting  # noqa: F401
from vigie.cli import digesting as _digesting  # noqa: F401
from vigie.cli import erasing as _erasing  # noqa: F401
from vigie.cli import feeding as _feeding  # noqa: F401
from vigie.cli import importing as _importing  # noqa: F401
from vigie.cli import keeping as _keeping  # noqa: F401
from vigie.cli import lexicon as _lexicon  # noqa: F401
from vigie.cli import making as _making  # noqa: F401
from vigie.cli import merging as _merging  # noqa: F401
from vigie.cli import reading as _reading  # noqa: F401
from vigie.cli import releasing as _releasing  # noqa: F401
from vigie.cli import reviewing as _reviewing  # noqa: F401
from vigie.cli import serving as _serving  # noqa: F401
from vigie.cli import site as _site  # noqa: F401
from vigie.cli import sources as _sources  # noqa: F401
from vigie.cli import stats as _stats  # noqa: F401
from vigie.cli import stats_alerts as _stats_alerts  # noqa: F401
from vigie.cli import stats_changepoints as _stats_changepoints  # noqa: F401
from vigie.cli import stats_clusters as _stats_clusters  # noqa: F401
from vigie.cli import stats_detect as _stats_detect  # noqa: F401
from vigie.cli import stats_events as _stats_events  # noqa: F401
from vigie.cli import stats_flows as _stats_flows  # noqa: F401
from vigie.cli import stats_overview as _stats_overview  # noqa: F401
from vigie.cli import stats_price_index as _stats_price_index  # noqa: F401
from vigie.cli import stats_spread as _stats_spread  # noqa: F401
from vigie.cli import stats_terms as _stats_terms  # noqa: F401
from vigie.cli import stats_triangulate as _stats_triangulate  # noqa: F401
from vigie.cli import templating as _templating  # noqa: F401
from vigie.cli import upkeep as _upkeep  # noqa: F401
from vigie.cli import watching as _watching  # noqa: F401
from vigie.cli.app import SOME_REFUSED, STOPPED, WRONG_USE, app
from vigie.cli.output import leave_closed_pipe, say, use_utf8
from vigie.cli.quiet import frames, hush
from vigie.model.errors import SettingsError, VigieError


def main() -> None:
    """Entry point of the console script."""
    use_utf8()
    hush()
    try:
        app()
    except VigieError as error:
        say(f"vigie: {error}")
        sys.exit(WRONG_USE if isinstance(error, SettingsError) else SOME_REFUSED)
    except BrokenPipeError:
        leave_closed_pipe()
    except OSError as error:
        # Of a file: its name and the system's reason, which hold no text.
        from vigie.pipeline import shown

        name = (
            shown(os.fsdecode(error.filename))
            if isinstance(error.filename, str | bytes)
            else "input or output"
        )
        say(f"vigie: {name}: {error.strerror or type(error).__name__}")
        sys.exit(SOME_REFUSED)
    except Exception as error:
        if (
            type(error) is RuntimeError and str(error) == "Query interrupted"
        ):  # the database took the interrupt
            say("vigie: stopped; what was committed stays")
            sys.exit(STOPPED)
        # The message of an unexpected error may quote a document: only its class and its place are shown.
        from vigie.pipeline import place_of

        say(f"vigie: unexpected {type(error).__name__} at {place_of(error) or 'start'}")
        if os.environ.get("VIGIE_DEBUG"):
            say("\n".join(frames(error)))
        say(
            "vigie: please report it; VIGIE_DEBUG=1 adds the lines it came through, and never text of a document"
        )
        sys.exit(SOME_REFUSED)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


__all__ = ["app", "main"]
