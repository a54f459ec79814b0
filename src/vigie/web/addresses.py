"""Where a stable address leads: "figure/retail/cocaine/g/FR/2025-Q1" to the page of its sentences.

In: the text of an address. Out: Target of a page, or NotFoundError. Left out: what an address is made of (`report.addresses`).
"""

from __future__ import annotations

from vigie.model.errors import SettingsError
from vigie.readmodel.records import Filters
from vigie.report.addresses import RETAIL, Alert, Figure, Index, parse_address
from vigie.web.content import NotFoundError, Target, to
from vigie.web.groups import KEY, index_key

KINDS = ("figure", "cell", "index", "alert")
# The page that shows what a public cell counts, by the type of its statements.
_CELLS = {
    "price": "prices", "purity": "harms", "quantity": "flows", "event": "harms", "modality": "channels", "trend": "harms",
    "flow": "flows", "load": "harms",
}  # fmt: skip


def target_of(text: str, *, public: bool) -> Target:
    """The page nearest to what the address names. Raises NotFoundError where it names nothing."""
    try:
        found = parse_address(text)
        if isinstance(found, Alert):
            return to("alerts") if found.name == "erased" else to("alert", id=found.name)
        if isinstance(found, Figure):
            filters = _filters(public, area=found.area, period=found.period)
            return to("evidence", filters, topic=found.topic, key=KEY.join(found.key))
        if isinstance(found, Index):
            if found.kind == RETAIL and found.area is not None:  # other prices have no page of their index
                key = index_key(found.substance, found.unit, found.area)
                return to("price-index", None, found.period, key=key)
            return to(
                "prices", _filters(public, area=found.area, period=found.period, substance=found.substance)
            )
        area = None if found.level == "all" else found.area
        filters = _filters(public, area=area, period=found.period, substance=found.substance)
        return to(_CELLS[found.type], filters)
    except (SettingsError, KeyError):
        raise NotFoundError("page", text) from None


def _filters(public: bool, **values: str | None) -> Filters:
    return Filters.parse({name: value for name, value in values.items() if value}, public=public)
