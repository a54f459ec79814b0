"""Two editions behind one entrance: what `vigie serve --auth` answers with.

In: the models of both editions, accounts. Out: an ASGI application. Who has no session gets the public edition, as `vigie serve --public`
shows it; who may read gets the analyst's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from vigie.accounts.desk import Desk
from vigie.settings import Settings
from vigie.web.app import make_app
from vigie.web.auth import Doors, Entrance
from vigie.web.headers import Guard

if TYPE_CHECKING:
    from vigie.accounts.provider import Provider as SignOn
    from vigie.web.provider import Provider


def make_team_app(
    public: Path | Provider,
    analyst: Path | Provider,
    *,
    desk: Desk,
    hosts: Iterable[str] | None = None,
    contests: Path | None = None,
    notes: Path | None = None,
    store: Path | None = None,
    settings: Settings | None = None,
    provider: SignOn | None = None,
    operation: Any = None,
) -> ASGIApp:
    """The pages for everyone and those for who signs in.

    Args:
        hosts: names that requests may name; None for this machine only: then cookies need no TLS.
        provider: through whom one may sign in besides.
        operation: as for `make_app`; the analyst's edition answers for both.
    """
    doors = Doors(desk=desk, secure=hosts is not None, provider=provider)
    named = None if hosts is None else tuple(hosts)
    shared: dict[str, Any] = {"hosts": named, "store": store, "settings": settings, "doors": doors}
    if operation is not None:
        shared["operation"] = operation
    for_all = make_app(public, public=True, contests=contests, **shared)
    for_team = make_app(analyst, public=False, notes=notes, **shared)
    entrance = Entrance(for_all, for_team, doors)
    return Guard(entrance, failed=for_all.state.failed, hosts=named)
