"""What stands around a name: the signs that it is a place, and the signs that it is not.

In: the text and the span of a name. Out: an Evidence grade and what the brackets or the comma behind it say.
Words: data/gazetteer/contexts.toml. Left out: which of several places a name means (`vigie.extract.place`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from vigie.lexicon.gazetteer import Entry, curated, gazetteer, key
from vigie.text.normalise import fold

_WINDOW = 48  # code points read on the left of a name
_LEFT = re.compile(r"[^\W_][\w'’.&-]*|[^\w\s]|\n")
_RIGHT_WORD = re.compile(r"(?:['’]s)? (\w+)")
_NEXT_CAPITAL = re.compile(
    r" (?!(?:I|Le|La|Les|Il|Elle|Un|Une|The|Police|County|City)\b)[A-ZÀ-ÖØ-Þ][a-zà-ÿ]+"
)
_APPOSED = re.compile(
    r"\s?\(([^()\n]{2,40})\)"
    r"|,? (?:dans (?:le |la |les |l['’])|en |à |aux? |in |\(in |département (?:de la |du |des |de l['’]|de ))"
    r"([A-ZÀ-ÖØ-Þ][\w'’-]*(?:[ -][A-ZÀ-ÖØ-Þd][\w'’-]*){0,3})"
    r"|, ([A-Z][\w'’.-]*(?: [A-Z][\w'’-]*){0,2})"
)
_HEADING = re.compile(
    r"(?:\.|[ \u00a0]?:)[ \n](?=[A-ZÀ-Þ«])"
)  # "Rhône. Les services ont saisi": a place alone heads
_DATELINE = re.compile(
    r"\s?[:–—]\s|\s-\s|, (?:le |lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|\s?\([A-Z]{2,4}\)"
)
_OPENING = frozenset((".", "!", "?", "…", ":", "\n", "«", "»", '"', "“", "•", "*", "-", "–", "—"))
_PARTS = re.compile(r"\s*(?:[,/;]| - | et | and )\s*")
_NUMBER = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-68])$")
# Abbreviations of states after a comma: "Juneau, Ala." The two-letter ones come from the ISO codes.
_STATES = {
    "ala": "AL", "ariz": "AZ", "ark": "AR", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE", "fla": "FL", "ga": "GA",
    "ill": "IL", "ind": "IN", "kan": "KS", "ky": "KY", "la": "LA", "md": "MD", "mass": "MA", "mich": "MI", "minn": "MN",
    "miss": "MS", "mo": "MO", "mont": "MT", "neb": "NE", "nev": "NV", "okla": "OK", "ore": "OR", "pa": "PA", "tenn": "TN",
    "tex": "TX", "vt": "VT", "va": "VA", "wash": "WA", "wis": "WI", "wyo": "WY",
}  # fmt: skip


class Evidence(IntEnum):
    """How strongly the surroundings say "a place": AGAINST drops the name whatever it is."""

    AGAINST = -1
    OPENING = 0  # first word of a sentence: its capital says nothing
    NAME = 1  # a capital inside a sentence
    WEAK = 2  # after "de", "sur", "from"; or a headline's "Meaux :"
    STRONG = 3  # after "à", "près de", "le maire de", or explained by a bracket


@dataclass(frozen=True, slots=True)
class Rules:
    """contexts.toml, as sets of folded words."""

    locative: frozenset[str]
    joints: frozenset[str]
    weak: frozenset[str]
    pairs: frozenset[str]
    place_nouns: frozenset[str]
    department_nouns: frozenset[str]
    after_en: frozenset[str]
    titles: frozenset[str]
    given: frozenset[str]
    famous: frozenset[str]
    openers: frozenset[str]
    bearers_de: frozenset[str]
    bearers: frozenset[str]
    near_area: frozenset[str]
    near_place: frozenset[str]
    near_after: frozenset[str]
    traps: tuple[str, ...]


@lru_cache(maxsize=20_000)
def _low(word: str) -> str:
    """`fold` of one word, remembered apart: its own memory is for whole texts, which words would drive out."""
    return fold(word)


@cache
def rules() -> Rules:
    """The bundled rules."""
    data = curated("contexts")

    def words(table: str, name: str) -> frozenset[str]:
        return frozenset(fold(word) for word in data[table][name])

    return Rules(
        words("before", "locative"), words("before", "joints"), words("before", "weak"), words("before", "pairs"), words("nouns", "place"),
        words("nouns", "department"), words("nouns", "after_en"), words("person", "titles"), words("person", "given"),
        words("person", "famous"), words("person", "openers"), words("bearers", "with_de"),
        words("bearers", "straight"), words("near", "area"), words("near", "place"), words("near", "after"),
        tuple(data["traps"]["phrases"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Left:
    """The words before a name, nearest last.

    Attributes:
        words: up to four, as written; elided articles and punctuation are words of their own ("d'", ",").
        low: the same, folded.
        opening: the name opens its sentence.
    """

    words: tuple[str, ...]
    low: tuple[str, ...]
    opening: bool

    def at(self, index: int) -> str:
        """The folded word `index` places before the name (1 = the nearest); "" beyond."""
        return self.low[-index] if len(self.low) >= index else ""


def left_of(text: str, start: int) -> Left:
    """Read the words before `start`."""
    window = text[max(0, start - _WINDOW) : start]
    words: list[str] = []
    for token in _LEFT.findall(window)[-5:]:
        words += _parts(token)
    words = words[-4:]
    opening = not words or words[-1] in _OPENING
    if opening and words and words[-1] in ("«", '"', "“", "-", "–", "—"):
        opening = (
            len(words) < 2
            or not (words[-2][-1].isalnum() or words[-2][-1] == ",")
            or words[-1] in ('"', "“", "«")
        )
    return Left(tuple(words), tuple(map(_low, words)), opening)


@lru_cache(maxsize=20_000)
def _parts(token: str) -> tuple[str, ...]:
    """The words of a token: an elided article and a full stop stand apart."""
    if (
        token[-1] in ".-'’&"
        and len(token) > 2
        and "." not in (bare := token[:-1])
        and _low(bare) not in rules().titles
    ):
        return bare, token[-1]  # a full stop, not that of "Dr."
    head, mark, tail = token.replace("’", "'").partition("'")
    if (mark and len(head) <= 2) or head.lower() in ("qu", "jusqu"):
        return (head + mark, tail) if tail else (head + mark,)
    return (token,)


_CONTRACTED = ("de", "d'", "du", "des", "la", "l'", "of", "the")


def judge(text: str, start: int, end: int, name: str, left: Left) -> Evidence:
    """The grade of the surroundings of `text[start:end]`; `name` is its look-up key."""
    known = rules()
    one, two, three = left.at(1), left.at(2), left.at(3)
    if one.rstrip(".") in known.titles and left.words[-1] not in ("a", "à", "me") and one != "st":
        return Evidence.AGAINST
    if one in _CONTRACTED:
        noun = three if one in ("la", "l'", "the") and two in ("de", "of", "a", "dans", "sur") else two
        if noun in known.bearers_de and left.words[-1] != "la":
            return Evidence.AGAINST
        if two and left.words[-2][0].isupper() and one in ("de", "d'", "du") and _is_family(left, name):
            return Evidence.AGAINST  # "Dominique de Villepin"
        if noun in known.place_nouns or f"{two} {one}" in known.pairs:
            return Evidence.STRONG
        if one in ("la", "l'", "the", "les") and two in ("a", "dans", "en", "vers", "in"):
            return Evidence.STRONG
    elif one in known.bearers:
        return Evidence.AGAINST
    if one in known.locative:
        return Evidence.WEAK if left.words[-1] == "a" else Evidence.STRONG
    if _joins_capital(text, start, end, left, known):
        return Evidence.AGAINST
    follower = _RIGHT_WORD.match(text, end)
    if follower and follower.group(1) in known.after_en:
        return Evidence.STRONG
    if name in known.given and _NEXT_CAPITAL.match(text, end):
        return Evidence.AGAINST
    if one in known.joints:
        return Evidence.NAME
    if one in known.weak:
        return Evidence.WEAK
    if left.opening:
        line_start = not text[max(0, start - 3) : start].strip() or "\n" in text[max(0, start - 2) : start]
        if line_start and _HEADING.match(text, end):
            return Evidence.STRONG
        return Evidence.WEAK if line_start and _DATELINE.match(text, end) else Evidence.OPENING
    return Evidence.NAME


def _is_family(left: Left, name: str) -> bool:
    """The capital before "de" belongs to a person, not to an office, a town or a sentence's first word."""
    word = left.low[-2]
    known = rules()
    if word in known.place_nouns or word in known.openers or word in known.weak or word in known.locative:
        return False
    if left.words[-2].isupper() or any(e.population >= 50_000 for e in gazetteer().find(name)):
        return False  # "CHU de Metz", "l'hôpital Purpan de Toulouse"
    first = len(left.words) < 3 or left.words[-3] in (".", "!", "?", ":", "\n", "«", '"', "“")
    return not first and not gazetteer().find(key(word))


def _joins_capital(text: str, start: int, end: int, left: Left, known: Rules) -> bool:
    """A capitalised word straight before makes one name of two ("Jack London"), unless it is known not to."""
    if not left.words or start == 0 or text[start - 1] not in "  ":
        return False
    word, low = left.words[-1], left.low[-1]
    if not word[0].isupper() or not word[0].isalpha():
        return False
    if word.isupper():
        return False  # initials and headlines: "CHU Lille", "SAISIE MARSEILLE"
    return not (
        low in known.openers or low in known.weak or low in known.place_nouns or low in known.locative
    )


@lru_cache(maxsize=4096)
def _divisions(name: str) -> tuple[Entry, ...]:
    return tuple(
        e
        for e in gazetteer().find(key(name))
        if e.level in ("department", "region", "country", "state", "area")
    )


def apposed(text: str, end: int) -> frozenset[str]:
    """Codes of the divisions that explain the name ending at `end`: "(Landes)", "(40)", ", Alaska", "en Gironde"."""
    match = _APPOSED.match(text, end)
    if not match:
        return frozenset()
    codes: set[str] = set()
    inside = match.group(1) is not None
    for part in _PARTS.split(match.group(1) or match.group(2) or match.group(3)):
        bare = part.rstrip(".")
        if inside and _NUMBER.match(bare):
            codes.add(f"FR-{bare}")
        elif bare.isupper() and len(bare) == 2 and gazetteer().by_code(f"US-{bare}"):
            codes.add(f"US-{bare}")
        elif part.endswith(".") and bare.lower() in _STATES:
            codes.add(f"US-{_STATES[bare.lower()]}")
        else:
            exact = gazetteer().phrase(part)
            for entry in (exact,) if exact else _divisions(part) or _divisions(part.split(" ")[0]):
                if entry.code:
                    codes.add(entry.code)
                elif entry.region or entry.country:
                    codes.add(str(entry.region or entry.country))
    return frozenset(codes)
