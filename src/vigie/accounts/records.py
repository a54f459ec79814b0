"""Who asks, and what they may.

In: an account's role and the way in. Out: Who, which every page and every answer of the API is given. Each role may all that those
before it may. A token never may more than its account, nor what no scope names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["public", "reader", "reviewer", "editor", "admin"]
Right = Literal["read", "review", "adjudicate", "manage"]
Scope = Literal["read", "review", "export"]
Via = Literal["local", "session", "token", "anonymous"]

ROLES: tuple[Role, ...] = get_args(Role)  # in order: each may all that those before it may
SCOPES: frozenset[str] = frozenset(get_args(Scope))
_NEEDS: dict[Right, Role] = {
    "read": "reader",
    "review": "reviewer",
    "adjudicate": "editor",
    "manage": "admin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One who asks.

    Attributes:
        id: "local", "anonymous" or the random id of an account. What is written beside a fact is this, never a name.
        name: the login as its owner typed it; "" for none.
        scopes: what a token may be used for; all of them for every other way in.
    """

    id: str
    name: str = ""
    role: Role = "public"
    via: Via = "anonymous"
    scopes: frozenset[str] = SCOPES

    def may(self, right: Right) -> bool:
        """True if the role has the right and, of a token, a scope names it: none names adjudicate and manage."""
        if ROLES.index(self.role) < ROLES.index(_NEEDS[right]):
            return False
        return self.via != "token" or right in self.scopes

    @property
    def exports(self) -> bool:
        """True if whole tables of the analyst may be taken away: readers, and tokens with the scope `export`."""
        return self.may("read") and "export" in self.scopes


def needed(right: str) -> Role | None:
    """The least role that has a right; None for what is no right."""
    return next((role for known, role in _NEEDS.items() if known == right), None)


LOCAL = Who(id="local", role="admin", via="local")
ANONYMOUS = Who(id="anonymous")
