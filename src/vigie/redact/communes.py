"""Communes that have the name of a person: "à Castets", "de Castets (Landes)" are places.

In: text and the span of what may be a name. Out: whether a commune stands there: after "à", "de", "au" and explained by
its department, or after "à" alone where nothing around speaks of a person.
Left out: cities (`name_cues`); "de X" without a department, which is a person as often ("le procès de X").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.lexicon.gazetteer import Entry, gazetteer, key
from vigie.redact.wordlists import Lists

_ARTICLES = {"au": "Le ", "du": "Le ", "aux": "Les ", "des": "Les "}
_LEAD = re.compile(
    r"(?:^|(?<=[\s(«\"'’\[]))(à|À|[Aa]u|[Aa]ux|[Dd]e|[Dd]u|[Dd]es|A)[ \u00a0]((?:L[ae]s?[ \u00a0]|L['’])?)$"
    r"|(?:^|(?<=[\s(«\"\[]))([Dd])['’]()$"
)
_REST = re.compile(r"(?:[ \u00a0-](?:(?:en|sur|sous|de|du|des|la|le|les|et|lès)\b|[ld]['’])?[\w'’]+)")
_WORDS = 5  # of the name of a commune, after the first
_DIVISION = re.compile(
    r"[ \u00a0]?\([ ]?([^()\n]{2,40}?)[ ]?\)"
    r"|,?[ \u00a0](?:en|dans (?:l[ae]s? |l['’])|dans le département (?:de la |du |des |de l['’]|de |d['’]))[ ]?"
    r"([A-ZÀ-Þ][\w'’]*(?:[ -](?:(?:de|du|des|la|le|les|et)[ -]|[ld]['’])?[A-ZÀ-Þ][\w'’]*){0,3})"
)
_PERSON_AFTER = re.compile(
    r"[ \u00a0]?[,(][ ]?\d\d\b|[ \u00a0](?:qui\b|[A-ZÀ-Þ])|,[ ](?:qui|dite?|alias|âgée?|son|sa|une?|le|la|l['’])(?!\w)"
)
# What is done to or told to a person: "vendu à X", "grâce à X".
_TO_PERSON = re.compile(
    r"\b(?:vend\w*|revend\w*|achet\w*|donn(?:e\w*|ant|ait|aient)|remi[st]\w*|remet\w*|livr\w*|fourni\w*|offert\w*|offr\w*|propos\w*|pa(?:y\w{0,3}|ie)|pret\w*|confi\w*|cede\w*|"
    r"verse\w*|envo\w*|adress\w*|ecri\w*|dit|disent|disait|repond\w*|demand\w*|parl(?:e\w{0,3}|ant|ait)|racont\w*|expliqu\w*|annonc\w*|signifi\w*|notifi\w*|reproch\w*|imput\w*|"
    r"attribu\w*|appart\w*|telephon\w*|remerci\w*|merci|promi[st]\w*|permi[st]\w*|permet\w*|rendu|rend|transmi[st]\w*|transmet\w*|hommage|soutien|grace|quant|face|"
    r"contrairement|comme|liee?s?|associee?s?|mariee?s?|pens\w*|confront\w*|obei\w*|ressembl\w*|succed\w*|sold|gave|told)\b"
)
_PERSON_THEN = re.compile(
    r"[ \u00a0]?[,(][ ]?\d\d\b|,? (?:qui|il|elle|ils|elles|on|je|nous|son|sa|dite?|alias)\b|[ ][A-ZÀ-Þ]"
)
_CLAUSE = 80  # code points before a name in which a verb makes a person of it
_STOP = re.compile(r".*[.;:!?\n]", re.DOTALL)


def is_commune(text: str, folded: str, start: int, end: int, words: Lists) -> bool:
    """Whether the words at a place are a commune, not a person."""
    lead = _LEAD.search(text, max(0, start - 9), start)
    if lead is None:
        return False
    before = (lead.group(1) or lead.group(3)).lower()
    if before == "a" and lead.group(1) == "a":
        return False
    article = _ARTICLES.get(before, lead.group(2) or "")
    clause = _clause(folded, lead.start())
    for stop in _ends(text, start, end):
        found = _communes(article + text[start:stop])
        if found and _explained(text, stop, found, before):
            return True
        if (
            found
            and before in ("à", "a", "au", "aux")
            and not (_PERSON_AFTER if clause.strip(' -–—*•"(') else _PERSON_THEN).match(text, stop)
            and not _given(folded[start:stop], words)
            and not _TO_PERSON.search(clause)
        ):
            return True
    return False


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Where the name of a commune that holds [start, end) may end, the longest first."""
    stops = [end]
    while len(stops) <= _WORDS:
        more = _REST.match(text, stops[-1])
        if more is None or more.end() == stops[-1]:
            break
        stops.append(more.end())
    return reversed(stops)


def _communes(name: str) -> list[Entry]:
    return [entry for entry in gazetteer().find(key(name)) if entry.level == "commune"]


def _explained(text: str, at: int, found: list[Entry], before: str) -> bool:
    """A department or a region that holds one of the communes: "(Landes)", "(40)", ", en Gironde"."""
    match = _DIVISION.match(text, at)
    if match is None:
        return False
    name = (match.group(1) or match.group(2)).strip()
    if name.isdigit():  # after "de" it may be an age
        return before not in ("de", "d") and any(entry.department == f"FR-{name}" for entry in found)
    codes = {entry.code for entry in gazetteer().find(key(name)) if entry.level in ("department", "region")}
    return any(entry.department in codes or entry.region in codes for entry in found)


def _given(name: str, words: Lists) -> bool:
    """A given name, which "à" makes no place of: "à Camille"."""
    return name in words.given


def _clause(folded: str, start: int) -> str:
    window = folded[max(0, start - _CLAUSE) : start]
    stop = _STOP.match(window)
    return window[stop.end() :] if stop else window
