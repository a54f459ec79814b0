"""Frozen dataclasses that are made quickly.

In: a class as `dataclass` takes it. Out: the same class; to the type checker it is frozen, at run time nothing hinders a change.
Hundreds of records are made for one dense article, and a frozen dataclass sets each field through `object.__setattr__`, which takes
five times as long. Nothing in this package sets a field after the making: mypy holds that.
Left out: the records of `vigie.model`, which leave the package and are frozen at run time too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, **options: Any) -> Callable[[type], type]:
        """`dataclass(frozen=True, …)`, with its equality, hash, order and repr."""
        return dataclass(unsafe_hash=frozen, **options)


__all__ = ["record"]
