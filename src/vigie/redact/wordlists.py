"""The word lists of name finding, loaded once.

In: data/redaction/names.toml, given_names.txt. Out: Lists, all words folded (lower case, no accents).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

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
    bylines: frozenset[str]
    announces: frozenset[str]
    lettered: frozenset[str]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    inert: frozenset[str]  # never a name on their own: one look-up spares the rest
    life_after: re.Pattern[str]
    protected: tuple[str, ...]


@cache
def lists() -> Lists:
    """The lists, compiled."""
    data = data_toml("redaction", "names.toml")

    def words(key: str) -> frozenset[str]:
        return frozenset(fold(data[key]).split())

    given: set[str] = set()
    alone: set[str] = set()
    group = ""
    for line in data_text("redaction", "given_names.txt").splitlines():
        if line.startswith("##"):
            group = line.removeprefix("##").strip()
        elif not line.startswith("#"):
            names = fold(line).split()
            given.update(names)
            alone.update(n for n in names if len(n) >= 4 or (len(n) == 3 and group in SHORT_GROUPS))
    second = words("second_cue")
    places = words("places")
    org = words("org_words")
    not_names = words("not_names")
    life = "|".join(re.escape(w).replace(r"\-", r"\s") for w in fold(data["person_verbs_after"]).split())
    return Lists(
        given=frozenset(given),
        alone=frozenset(alone - second - places - org - not_names),
        second_cue=second,
        surnames=words("surnames"),
        titles=words("titles"),
        roles=words("roles"),
        role_tails=frozenset(fold(data["role_tails"]).split()),
        speech=words("speech"),
        named_after=words("named_after"),
        org_words=org,
        bearers=words("bearers"),
        not_names=not_names,
        places=places,
        bylines=frozenset(fold(w) for w in data["bylines"]),
        announces=frozenset(fold(data["announces"]).split()),
        lettered=frozenset(fold(data["lettered"]).split()),
        endings=tuple(data["surname_endings"].split()),
        beginnings=tuple(data["given_beginnings"].split()),
        inert=frozenset((not_names | places | org) - words("surnames") - given),
        life_after=re.compile(rf"\s(?:{life})(?!\w)"),
        protected=tuple(fold(w) for w in data["protected"]),
    )
