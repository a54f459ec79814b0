"""The facts that a draft notification may rest on.

In: a store, an alert by its name or a substance. Out: Gathered, for the analyst: affirmed facts with their sentences.
Left out: what is denied, feared or satire (counted), copies of a text that is there already, and facts on other substances.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from vigie.lexicon.substances import ancestors, taxonomy
from vigie.model.errors import SettingsError, StoreError
from vigie.report.disclosure import coarse
from vigie.report.facts import Fact
from vigie.report.public import ANALYST, Admitted
from vigie.store import Store
from vigie.store.corrections import warning_address
from vigie.store.publications import released_facts
from vigie.store.watchlist import saved_alert, signals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a draft is made of.

    Attributes:
        name: of the alert, or of the substance.
        substances: canonical ids that the draft is about.
        area: code of the area asked for or of the alert, None for all.
        set_aside: facts that were left out because they are not affirmed, or satire.
    """

    name: str
    substances: tuple[str, ...]
    area: str | None
    facts: tuple[Fact, ...]
    set_aside: int


def of_substance(
    store: Store, substance: str, *, area: str | None = None, since: date | None = None
) -> Gathered:
    """Facts on a substance and those that belong to it (nitazenes: each nitazene).

    Raises:
        SettingsError: if no substance has this id.
    """
    if substance not in taxonomy():
        raise SettingsError(
            f"{substance} is no canonical id of a substance (docs/data-dictionary.md lists them)"
        )
    read = ANALYST.at(area).read(store)

    def wanted(fact: Fact) -> bool:
        # Of the day that is said, else of the day of publication.
        day = fact.when_end or fact.published_end
        return _speaks_of(fact, {substance}) and (since is None or (day is not None and day >= since))

    return _gathered(substance, area, {substance}, read, wanted)


def of_alert(store: Store, name: str) -> Gathered:
    """Facts behind an alert ("w-…", "r3" or "a_…"), and what their documents say of the same substances.

    Raises:
        StoreError: if there is no such alert.
    """
    name, read = name.strip().removeprefix("alert/"), ANALYST.read(store)
    area: str | None = None
    if name.startswith("a_"):
        alert = saved_alert(store, name)
        keys = {key for signal in signals_of(store, name) for key in signal.facts}
        substances, area = {alert.substance} - {""}, alert.area or None
    else:
        keys = _public_keys(store, name, read)
        substances = set()
    if not keys:
        raise StoreError(
            f"{name}: no such alert, or none of its facts is stored (vigie stats alert list, vigie release list)"
        )
    documents = {doc_id for doc_id, _ in keys}
    substances = substances or {f.substance for f in read.facts if (f.doc_id, f.id) in keys and f.substance}

    def wanted(fact: Fact) -> bool:
        return (fact.doc_id, fact.id) in keys or (
            fact.doc_id in documents and _speaks_of(fact, substances, loosely=True)
        )

    return _gathered(name, area, substances, read, wanted)


def _public_keys(store: Store, name: str, read: Admitted) -> set[tuple[str, str]]:
    if name[:1] == "r" and name[1:].isdigit():
        return set(released_facts(store).get(int(name[1:]), ()))
    return {
        (f.doc_id, f.id)
        for f in read.facts
        if ANALYST.alerts(f) and warning_address(f.doc_id) == f"alert/{name}"
    }


def _speaks_of(fact: Fact, substances: Collection[str], *, loosely: bool = False) -> bool:
    """True for one of them or what belongs to it; `loosely` where nothing is named too."""
    if fact.substance is None:
        return loosely
    return fact.substance in substances or not ancestors(fact.substance).isdisjoint(substances)


def _gathered(
    name: str, area: str | None, substances: Collection[str], read: Admitted, wanted: Callable[[Fact], bool]
) -> Gathered:
    facts = [f for f in read.facts if wanted(f)]
    stated = {f.doc_id for f in facts}
    return Gathered(
        name=name,
        substances=tuple(sorted(substances)),
        area=coarse(area),
        facts=tuple(f for f in facts if f.original_id is None or f.original_id not in stated),
        set_aside=sum(map(wanted, read.aside)),
    )
