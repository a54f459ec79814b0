"""The word lists of name finding, loaded once.

In: data/redaction/names.toml, kept_names.toml, given_names.txt, surnames.txt, also_words.txt, the cities of the gazetteer. Out: Lists, all words
folded (lower case, no accents).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from vigie.lexicon.terms import data_text, data_toml
from vigie.text.normalise import fold

SHORT_GROUPS = (
    "french",
    "maghrebi",
    "iberian",
)  # groups whose three-letter names may stand alone ("Léa", "Ali", "Ana")
UPPER = "".join(chr(c) for c in [*range(0x41, 0x250), *range(0x1E00, 0x1F00)] if chr(c).isupper())


@dataclass(frozen=True, slots=True)
class Lists:
    """Folded words by use; see names.toml for what each is."""

    given: frozenset[str]
    alone: frozenset[str]
    second_cue: frozenset[str]
    surnames: frozenset[str]
    titles: frozenset[str]
    roles: frozenset[str]
    role_tails: frozenset[str]
    speech: frozenset[str]
    named_after: frozenset[str]
    org_words: frozenset[str]
    bearers: frozenset[str]
    not_names: frozenset[str]
    places: frozenset[str]
    towns: frozenset[str]  # cities whose name is also a person's, and all cities of several words
    brands: frozenset[str]
    calendar: frozenset[str]  # months, days and feasts that are also given names
    common: frozenset[str]  # words of the project's own texts in small letters
    listed: frozenset[str]  # all given names and surnames
    small: frozenset[str]  # names that are no words: they count in lower case, too
    family: frozenset[str]  # surnames that are no words, towns or given names
    short: frozenset[str]  # like `small`, of two or three letters
    slang: frozenset[str]
    after_listed: frozenset[str]
    possessions: frozenset[str]
    naming: tuple[str, ...]
    addressing: tuple[str, ...]
    weak: frozenset[str]
    nicknaming: frozenset[str]
    small_titles: tuple[str, ...]
    not_named: frozenset[str]
    rolls: tuple[str, ...]
    credits: tuple[str, ...]
    closings: tuple[str, ...]
    bylines: frozenset[str]
    announces: frozenset[str]
    lettered: frozenset[str]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    of_person: frozenset[str]
    acted_on: frozenset[str]
    surname_form: re.Pattern[str]
    inert: frozenset[str]  # never a name on their own: one look-up spares the rest
    life_after: re.Pattern[str]
    protected: tuple[str, ...]


def _groups(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each line of a list with the heading ("## group") it stands under."""
    group = ""
    for line in data_text("redaction", name).splitlines():
        if line.startswith("##"):
            group = line.removeprefix("##").strip()
        elif not line.startswith("#"):
            yield group, fold(line).split()


def _cities() -> set[str]:
    packed = resources.files("vigie").joinpath("data", "gazetteer", "cities.tsv.gz").read_bytes()
    text = gzip.decompress(packed).decode("utf-8")
    return {line[: line.index("\t")] for line in text.splitlines() if not line.startswith("#")}


def _whole_names(kept: dict[str, Any]) -> tuple[str, ...]:
    """Phrases that stay; an eponym of one word may also be somebody's surname (`name_kept`)."""
    names = [*kept["firms"], *kept["works"], *kept["strains"], *kept["bodies"]]
    return tuple(fold(name) for name in names + [name for name in kept["eponyms"] if not name.isalpha()])


@cache
def lists() -> Lists:
    """The lists, compiled."""
    data = data_toml("redaction", "names.toml")
    kept = data_toml("redaction", "kept_names.toml")

    def words(key: str) -> frozenset[str]:
        return frozenset(fold(data[key]).split())

    def phrases(key: str) -> tuple[str, ...]:
        return tuple(fold(phrase) for phrase in data[key])

    given: set[str] = set()
    alone: set[str] = set()
    for group, names in _groups("given_names.txt"):
        given.update(names)
        alone.update(n for n in names if len(n) >= 4 or (len(n) == 3 and group in SHORT_GROUPS))
    roles, titles = words("roles"), words("titles")
    family = {name for _, names in _groups("surnames.txt") for name in names} - roles - titles
    also: dict[str, set[str]] = {"capital": set(), "lower": set()}
    for group, names in _groups("also_words.txt"):
        also[group].update(names)
    second = words("second_cue")
    places = words("places")
    org = words("org_words")
    not_names = words("not_names")
    brands = words("brands") | frozenset(fold(kept["medicines"]).split())
    named_after = words("named_after")
    surnames = words("surnames") | family
    doubtful = second | also["capital"] | places | org | not_names | brands
    alone |= {name for name in family - given - named_after if len(name) >= 5}
    listed = given | surnames
    no_words = listed - also["lower"] - also["capital"] - places - org - not_names - brands
    no_words -= roles | named_after | titles | words("slang") | words("not_named") | words("role_tails")
    no_words |= words("small_anyway")
    cities = _cities()
    form = re.compile(data["surname_form"])
    life = "|".join(re.escape(w).replace(r"\-", r"\s") for w in fold(data["person_verbs_after"]).split())
    return Lists(
        given=frozenset(given),
        alone=frozenset(alone - doubtful),
        second_cue=frozenset(second | (also["capital"] & given) | (brands & given)),
        surnames=surnames,
        titles=titles,
        roles=roles,
        role_tails=words("role_tails"),
        speech=words("speech"),
        named_after=named_after,
        org_words=org,
        bearers=words("bearers"),
        not_names=not_names,
        places=places,
        towns=frozenset(
            {city for city in cities if " " in city or city in listed or form.fullmatch(city)}
            | {city.replace(" ", "-") for city in cities if " " in city}
            | set(phrases("place_phrases"))
        ),
        brands=brands,
        calendar=frozenset(fold(data["forms"]["calendar"]).split()),
        common=frozenset(w for _, names in _groups("common_words.txt") for w in names),
        listed=frozenset(listed),
        family=frozenset(family - doubtful - given),
        small=frozenset(n for n in no_words if len(n) >= 4),
        short=frozenset(n for n in no_words if len(n) < 4),
        slang=words("slang"),
        after_listed=words("announces_listed"),
        possessions=words("possessions"),
        naming=phrases("naming"),
        addressing=phrases("addressing"),
        small_titles=phrases("small_titles"),
        nicknaming=words("nicknaming"),
        weak=frozenset(phrases("weak_addressing")),
        not_named=words("not_named"),
        rolls=phrases("rolls"),
        credits=phrases("credits"),
        closings=phrases("closings"),
        bylines=frozenset(fold(w) for w in data["bylines"]),
        announces=words("announces"),
        lettered=words("lettered"),
        endings=tuple(data["surname_endings"].split()),
        beginnings=tuple(data["given_beginnings"].split()),
        of_person=words("of_person"),
        acted_on=words("acted_on"),
        surname_form=form,
        inert=frozenset((not_names | places | org) - listed),
        life_after=re.compile(rf"\s(?:{life})(?!\w)"),
        protected=phrases("protected") + _whole_names(kept),
    )
