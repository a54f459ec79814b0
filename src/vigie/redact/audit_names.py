"""Capitalised words that may be the name of a person: beside what announces one, or after a given name.

In: a Page. Out: leftovers, possibly overlapping. Cues: data/redaction/audit.toml, and the lists of the redactor.
Left out: single capitalised words without a cue, of which a text is full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.redact.audit_looks import substances
from vigie.redact.audit_page import Leftover, Page, words
from vigie.redact.wordlists import lists
from vigie.text.normalise import fold

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\wà-öø-ÿ'’\-]*\.?"
_PARTICLE = r"(?:d[eu]\s|l[ae]\s|van\s|von\s|el\s|ben\s|d['’])?"
_CAPITALS = re.compile(rf"(?<!\w){_CAPITAL}(?:\s{_PARTICLE}{_CAPITAL}){{0,3}}")
_AGE = re.compile(r",?\s\(?\d\d\s(?:ans|years)")


def names(page: Page) -> Iterator[Leftover]:
    """Capitalised words beside what announces a person, or a given name, that no list knows as something else."""
    data, known, leads = words(), lists(), _leads()
    for found in _CAPITALS.finditer(page.shown):
        before = _word_before(page.folded, found.start())
        if before in known.named_after:
            continue  # "hôpital Georges-Pompidou"
        announced = before in data.persons or before in known.roles
        titled = before in data.titles
        start, end = found.span()
        for part in re.finditer(r"\S+", found.group()):  # "Me X", "Judge X", "The Minister"
            word = fold(part.group()).strip(".")
            start = found.start() + part.start()
            if word not in leads:
                break
            titled = titled or word in data.titles
            announced = announced or word in data.persons or word in known.roles
        else:
            continue
        name = page.shown[start:end]
        parts = [part for part in re.split(r"[\s\-'’.]+", fold(name)) if part]
        if titled and parts and parts[0] not in known.org_words:
            yield page.suspect(start, end, "titled-name")
            continue
        pair = " " in name
        after = _AGE.match(page.folded, end) or data.after.match(page.folded, end + 1)
        given = parts and (parts[0] in known.alone or parts[-1] in known.alone)
        if not (pair or after or given) or _place_or_body(name, parts, page):
            continue
        if announced or after or (pair and given):
            yield page.suspect(start, end, "name")
        elif given:
            yield page.suspect(start, end, "given-name")


@cache
def _leads() -> frozenset[str]:
    """What may stand in capitals before a name and is none."""
    return words().titles | words().persons | lists().roles | lists().not_names


@cache
def _plain() -> frozenset[str]:
    """Words that are no name even in capitals."""
    known = lists()
    return known.not_names | known.inert | known.roles | known.bearers


def _word_before(folded: str, start: int) -> str:
    """The word that ends one to three code points earlier: "ministre" of "la ministre X", "dit" of "dit « X »"."""
    word = re.search(r"(\w[\w\-.']*?)\.?[\s\"«:,]{1,3}\Z", folded[max(0, start - 30) : start])
    return word.group(1) if word else ""


def _place_or_body(name: str, parts: list[str], page: Page) -> bool:
    """A place, an organisation, a day, a role, a brand: something that lists know."""
    known, find = lists(), gazetteer().find
    if any(part in known.org_words or part in known.places or part in known.named_after for part in parts):
        return True
    plain = _plain()
    while parts and (parts[0] in plain or len(parts[0]) == 1):  # "The Minister", "In Amman", "L'homme"
        parts = parts[1:]
    if not parts or find(key(name)) or find(" ".join(parts)):
        return True
    if parts[0] not in known.given and all(part in plain or find(part) for part in parts):
        return True
    return bool(substances(page.lang).find(name))
