"""What the application hands to the routers of its parts: the read model, the edition, the store's path, who signs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.settings import Settings
from vigie.web.provider import Provider

if TYPE_CHECKING:
    from vigie.accounts.desk import Desk
    from vigie.web.health import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One edition of one server.

    Attributes:
        public: True for the edition that anyone may read.
        store: where the store is; None where pages are shown of a read model alone. Nobody holds it open for longer than a short turn.
        desk: accounts; None on a server without sign-in.
        operation: how the server is watched; None where no server is.
    """

    provider: Provider
    public: bool
    store: Path | None = None
    desk: Desk | None = None
    operation: Operation | None = None
    settings: Settings = field(default_factory=Settings)
