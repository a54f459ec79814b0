"""What the prefilter looks for, as bytes: the words of data/bulk/prefilter.toml and of the lexicons in every way a page writes them.

Out: frozen `Sought` entries, one a byte string. Left out: whether a word that was found counts (`prefilter.py`).
"""

from __future__ import annotations

import html.entities
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from vigie.lexicon.substances import LANGUAGES, substance_terms
from vigie.lexicon.terms import SHARED, data_toml
from vigie.text.normalise import fold

Tier = Literal["alone", "strong", "slang"]  # what an occurrence needs: nothing, a cue or another, an amount
_ORDER: tuple[Tier, ...] = ("alone", "strong", "slang")
_ENTITY = {chr(code): f"&{name};" for code, name in sorted(html.entities.codepoint2name.items())}
# What stands before a short word in running text: without it such words are found in code and packed data too often.
_LEADS = (b" ", b">", b"\n", b"'", b"\xe2\x80\x99", b"&rsquo;", b"&nbsp;", b"\xa0")
_SPACES = (" ", "-", "&nbsp;", "\u00a0")
_QUOTES = ("'", "\u2019", "&rsquo;", "&#8217;", "&#39;")


@dataclass(frozen=True, slots=True, order=True)
class Sought:
    """One byte string.

    Attributes:
        literal: in small letters where `cased` is false; begins with what stands before the word where that is sought too.
        lead: bytes of it that stand before the word.
        whole: only where no ASCII letter, digit or "_" stands before or after it.
    """

    literal: bytes
    tier: Tier
    whole: bool
    cased: bool
    lead: int = 0


def settings() -> Mapping[str, Any]:
    return data_toml("bulk", "prefilter.toml")


@cache
def sought() -> tuple[Sought, ...]:
    """Every byte string, in order, none twice; of two that differ in their tier only, the one that needs less."""
    table = settings()
    stems = [word for group in table["stems"] for word in group["words"]]
    found: dict[tuple[bytes, bool], Sought] = {}

    def add(literal: bytes, tier: Tier, *, whole: bool, cased: bool, lead: int = 0) -> None:
        known = found.get((literal, cased))
        if known is None or (known.whole, _ORDER.index(known.tier)) > (whole, _ORDER.index(tier)):
            found[literal, cased] = Sought(literal, tier, whole, cased, lead)

    for group in table["stems"]:
        for word in group["words"]:
            for form in written(word):
                add(_lower(form), "alone" if group["alone"] else "strong", whole=False, cased=False)
    for word in names(stems, table["limits"]["least_letters"]):
        for form in written(word):
            add(_lower(form), "strong", whole=True, cased=False)
    cased: list[tuple[str, Tier]] = [
        (word, "alone" if group["alone"] else "strong") for group in table["short"] for word in group["words"]
    ]
    cased += [(word, "slang") for word in table["slang"]["words"]]
    for word, tier in cased:
        for form in (
            f for c in dict.fromkeys((word, word.capitalize(), word.upper())) for f in written(c, both=False)
        ):
            for lead in _LEADS:
                add(lead + form, tier, whole=True, cased=True, lead=len(lead))
    return tuple(sorted(_needed(found.values())))


def names(stems: list[str], least: int) -> list[str]:
    """Names of the lexicons that are one word, long enough and never ambiguous, without those that hold a stem."""
    held = re.compile("|".join(re.escape(fold(stem)) for stem in stems))
    kept: dict[str, None] = {}
    for language in (*LANGUAGES, SHARED):
        for term in substance_terms(language):
            if term.status != "strong":
                continue
            for surface in term.surface:
                word = surface.lstrip("=").rstrip("+").lower()
                if (
                    len(word) >= least
                    and re.fullmatch(r"[^\W_]+(?:['\u2019-][^\W_]+)*", word)
                    and not held.search(fold(word))
                ):
                    kept.setdefault(word)
    return list(kept)


def written(word: str, *, both: bool = True) -> Iterator[bytes]:
    """The word as bytes in every way a page may hold it; `both`: with its accents in small letters and in capitals."""
    for joined in _joined(word):
        folded = fold(joined) if both else _unaccented(joined)
        yield folded.encode("ascii", "ignore") if folded.isascii() else folded.encode()
        if joined.isascii():
            continue
        for cased in dict.fromkeys((joined, joined.upper()) if both else (joined,)):
            yield cased.encode()
            yield unicodedata.normalize("NFD", cased).encode()
            with suppress(UnicodeEncodeError):
                yield cased.encode("cp1252")
            for entity in (_named, _decimal, _hexadecimal):
                yield "".join(c if c.isascii() else entity(c) for c in cased).encode()


def _joined(word: str) -> Iterator[str]:
    """With each kind of space and of apostrophe that stands between words."""
    for space in _SPACES if " " in word.strip() else ("",):
        inner = word if not space else word.strip().replace(" ", space)
        for quote in _QUOTES if "'" in word else ("'",):
            yield inner.replace("'", quote)


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _named(char: str) -> str:
    return _ENTITY.get(char) or _decimal(char)


def _decimal(char: str) -> str:
    return f"&#{ord(char)};"


def _hexadecimal(char: str) -> str:
    return f"&#x{ord(char):x};"


def _lower(form: bytes) -> bytes:
    return form.lower()  # ASCII letters only, as the search takes them


def _needed(all_sought: Any) -> Iterator[Sought]:
    """Without what a string that is sought anywhere, in any case, already finds."""
    anywhere = sorted((s.literal for s in all_sought if not s.whole and not s.cased), key=len)
    short: list[bytes] = []
    for literal in anywhere:
        if not any(part in literal for part in short):
            short.append(literal)
    kept = re.compile(b"|".join(re.escape(literal) for literal in short))
    minimal = frozenset(short)
    for entry in all_sought:
        inside = entry.literal in minimal and not entry.whole and not entry.cased
        if inside or not kept.search(entry.literal.lower()):
            yield entry
