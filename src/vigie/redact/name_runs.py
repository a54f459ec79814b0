"""The names of persons within one run of capitalised words.

In: a run of tokens. Out: the parts of it that are names, cut at titles, organisations and words that no name holds.
Left out: what the rest of the document says about a lone surname (`names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from vigie.redact.name_cues import PLACE_WORDS, cued, lone_name, titled, word_before
from vigie.redact.sequences import Token
from vigie.redact.wordlists import UPPER, Lists, lists

_ABBREVIATED_STATES = frozenset(
    {"u.s.", "u.k.", "e.u.", "u.n.", "d.c.", "l.a.", "a.m.", "p.m.", "u.s.a.", "n.y."}
)
_TITLE_BEFORE = re.compile(
    r"\b(?:docteure?|dr\.?|pr\.?|professeure?|maitre|m\.|mme|mlle|mr\.?|mrs\.?|ms\.?|monsieur|madame|mademoiselle|juge|judge)\s$"
)
_AUTHOR_AFTER = re.compile(
    rf"(?:,|;| and| et| &) (?:and |et |& )?[{UPPER}][\w'’\-]+ [{UPPER}]{{1,3}}(?:[,.;]| et al)"
)
_AUTHOR_BEFORE = re.compile(rf"[{UPPER}][\w'’\-]+ [{UPPER}]{{1,3}}(?:,|;| and| et| &) (?:and |et |& )?$")
_CREDITED = re.compile(r" (?:par|by) $|^(?:par|by) $")
_CAPS_FIRST = re.compile(r", ([a-z][a-z\-]+)")
_INITIALS = re.compile(r"[a-z]{1,2}\.(?:[ -]?[a-z]\.)+|(?:[a-z]\. ?)*o'[a-z]\.")
_NO_INITIALS = frozenset(
    [
        "u. s.",
        "u. k.",
        "d. c.",
        "e. u.",
        "u. n.",
        "a. m.",
        "p. m.",
        "p. s.",
        "n. b.",
        "s. a.",
        "j. c.",
        "r. f.",
        "i. e.",
        "e. g.",
        "c. a.",
        "u. e.",
    ]
)
_LONG = 6
_MIDDLE_NAME = 3  # words around within which a Vietnamese middle name shows that a short word is a name
PARTICLES = frozenset(
    {"le", "la", "el", "de", "du", "van", "von", "ben", "al", "da", "di", "al-", "ould", "des"}
)


def names_in(run: list[Token], text: str, folded: str, words: Lists) -> Iterator[list[Token]]:
    """The names within a run of several words, cut at organisation words and at words that no name holds."""
    placed = _place_in(run, folded, words)
    if placed:
        for part in (run[: placed[0]], run[placed[1] :]):
            if len(part) > 1:
                yield from names_in(part, text, folded, words)
            elif part and may_stand_alone(part[0], words) and is_lone_name(part[0], text, folded, words):
                yield part
        return
    first = word_before(folded, run[0].start)
    if first in words.named_after and not first.endswith("."):
        return
    if run[-1].low in words.bearers and run[0].low not in words.titles:
        return  # John Lennon Airport
    bears = run[0].low in words.named_after and run[0].low not in words.roles
    if bears and (run[0].low not in words.surnames or run[1].low not in words.given):
        return
    segment: list[Token] = []
    announced = False
    for index, token in enumerate(run):
        cue = (
            token.low in words.titles
            or token.low in words.roles
            or (announced and token.low in words.role_tails)
        )
        if cue and index + 1 < len(run) and not (token.initial and segment):
            yield from _decide(segment, text, folded, words, announced)
            segment, announced = (
                [],
                announced or token.low.rstrip(".") in words.titles or token.low in words.roles,
            )
            titled = token.low in words.titles
            if titled:
                rest = _until_word(run[index + 1 :], words)
                if rest and not (rest[0].low in words.roles or rest[0].low in words.titles):
                    yield rest
                    segment = []
                    for later in run[index + 1 + len(rest) :]:
                        segment.append(later)
                    yield from _decide(_trim(segment, words), text, folded, words, False)
                    return
        elif (token.low in words.org_words and token.low not in words.given) or _is_cut(
            token, run, index, words
        ):
            yield from _decide(segment, text, folded, words, announced)
            segment, announced = [], False
        else:
            segment.append(token)
    yield from _decide(segment, text, folded, words, announced)


def _place_in(run: list[Token], folded: str, words: Lists) -> tuple[int, int] | None:
    """The words of a run that are a city of several words: after a preposition of place, or where nothing in it is a name."""
    for size in range(min(4, len(run)), 1, -1):
        for low in range(len(run) - size + 1):
            first = run[low]
            name = folded[first.start : run[low + size - 1].end].replace("-", " ")
            if name in words.towns and (
                first.low not in words.alone
                or folded[max(0, first.start - 3) : first.start] == " a "
                or word_before(folded, first.start) in PLACE_WORDS
            ):
                return low, low + size
    return None


def _foreign(low: str, words: Lists) -> bool:
    """The form of a surname that no word of French or English has."""
    return len(low) >= _LONG and low not in words.listed and _has_surname_form(low)


@lru_cache(maxsize=1 << 14)
def _has_surname_form(low: str) -> bool:
    return lists().surname_form.fullmatch(low) is not None


def is_titled_surname(folded: str, start: int) -> bool:
    """ "le docteur Petit": a word of sentences, and a surname after a title."""
    return _TITLE_BEFORE.search(folded, max(0, start - 16), start) is not None


def may_stand_alone(token: Token, words: Lists) -> bool:
    """Whether anything beside a lone word could make a name of it."""
    return token.low not in words.not_names and (token.low in words.alone or _may_be_person([token], words))


def is_lone_name(token: Token, text: str, folded: str, words: Lists) -> bool:
    """Whether a word that stands alone, and may, is a name here."""
    if "." in token.low and _INITIALS.fullmatch(token.low):
        if _CREDITED.search(folded, max(0, token.start - 4), token.start) or cued([token], folded, words):
            return True
        return (
            " " in token.low
            and token.low not in _NO_INITIALS
            and folded[token.end : token.end + 2] not in (" (", "")
        )
    if token.initial:
        return token.low not in words.titles and titled(text, folded, token.start, words)
    if token.caps and token.low in words.surnames and token.low not in words.places:
        given = _CAPS_FIRST.match(folded, token.end)
        if given and given.group(1) in words.given:
            return True  # DELGADO, Hector
    alone, person = _kind(token.low, token.caps)
    return lone_name(token, text, folded, words, alone=alone, person=person)


@lru_cache(maxsize=1 << 14)
def _kind(low: str, caps: bool) -> tuple[bool, bool]:
    """Whether a word is a name where nothing speaks against it, and whether nothing in it speaks against a person."""
    words = lists()
    token = Token(0, len(low), low, caps)
    alone = (
        low in words.alone
        or _foreign(low, words)
        or ("-" in low and _given(token, words) and not _memorial(token, words))
    )
    return alone, not alone or _may_be_person([token], words)  # what is not listed may be a person


def _is_cut(token: Token, run: list[Token], index: int, words: Lists) -> bool:
    if token.low not in words.not_names:
        return False
    if (
        token.caps
        and token.low in words.surnames
        and index + 1 < len(run)
        and run[index + 1].low in words.given
    ):
        return False  # TO Bao
    if any(t.low == "thi" for t in run[max(0, index - _MIDDLE_NAME) : index + _MIDDLE_NAME + 1]):
        return False  # Le Thi Mai
    if index and (token.low in PARTICLES and index + 1 < len(run)):
        return False
    return not (index and token.low in words.surnames and run[index - 1].low in words.given)


def _until_word(tokens: list[Token], words: Lists) -> list[Token]:
    name: list[Token] = []
    for index, token in enumerate(tokens):
        apart = token.low in words.org_words or (
            token.low in words.named_after and token.low not in words.surnames
        )
        surname = not index and token.low in words.surnames  # M. Petit
        if (apart and index) or (_is_cut(token, tokens, index, words) and not surname):
            break
        name.append(token)
    return name[:5]


def _trim(tokens: list[Token], words: Lists) -> list[Token]:
    """Without the sentence words at both ends; a Vietnamese middle name shows that they are none."""
    if any(t.low == "thi" for t in tokens[1:]):
        return tokens
    while (
        tokens
        and tokens[0].low in words.not_names
        and not (
            len(tokens) > 1
            and tokens[0].caps
            and tokens[0].low in words.surnames
            and tokens[1].low in words.given
        )
    ):
        tokens = tokens[1:]
    while tokens and (tokens[-1].low in words.not_names or tokens[-1].low in PARTICLES):
        if len(tokens) > 1 and tokens[-1].low in words.surnames and tokens[-2].low in words.given:
            break
        tokens = tokens[:-1]
    return tokens


def _decide(
    segment: list[Token], text: str, folded: str, words: Lists, announced: bool
) -> Iterator[list[Token]]:
    """The name in a segment without titles, organisations or sentence words, if something says it is one."""
    segment = _trim(segment, words)
    first = 0  # acronyms before the name are passed over: the party of a senator
    while (
        first < len(segment) - 1
        and segment[first].caps
        and len(segment[first].low) <= 4
        and not _known_word(segment[first], words)
    ):
        first += 1
    segment = segment[first:]
    if not segment:
        return
    start, end = segment[0].start, segment[-1].end
    before = word_before(folded, start)
    if before in words.named_after and not announced:
        return
    unknown_ok = _may_be_person(segment, words)
    if unknown_ok and len(segment) == 1 and before in words.acted_on:
        yield segment
        return
    if announced or titled(text, folded, start, words):
        if unknown_ok or len(segment) > 1:
            yield segment
        return
    given = next((i for i, t in enumerate(segment) if _given(t, words)), None)
    if given is not None and given + 1 < len(segment):
        yield from _full_name(segment, given, folded, words)
        return
    if given is not None and given == len(segment) - 1 and given > 0:
        previous = segment[given - 1]
        if (
            (previous.caps and len(previous.low) > 2)
            or previous.low in words.surnames
            or previous.initial
            or previous.low in words.given
        ):
            yield segment[given - 1 :] if not previous.initial else segment
            return
        if segment[given].low in words.alone:
            yield segment if given <= 2 and unknown_ok and cued(segment, folded, words) else segment[given:]
            return
    if len(segment) > 1 and all(t.initial for t in segment):
        if segment[0].low not in _ABBREVIATED_STATES and before not in words.lettered:
            yield segment
        return
    if _is_author(segment, text, words):
        yield segment
        return
    if segment[0].initial and len(segment) > 1:
        if _initials(segment, before, words):
            yield segment
        return
    if len(segment) == 1 and segment[0].low in words.alone:
        yield segment
        return
    if (
        len(segment) > 1
        and segment[-1].initial
        and len(segment[0].low) > 2
        and (folded[end : end + 1] in ("", ",", ";", "\n") or folded[end : end + 2] == " (")
    ):  # "Fontarel Z., Quint B. (2019)": a list of authors
        if unknown_ok:
            yield segment
        return
    if (
        len(segment) == 3
        and segment[1].initial
        and not segment[0].initial
        and segment[2].low not in words.listed
    ):
        if segment[0].low in words.listed:
            yield segment[:2]
        return
    if (
        len(segment) > 1
        and unknown_ok
        and any(t.low in words.alone or t.low in words.family for t in segment)
    ):
        yield segment
        return
    foreign = len(segment) > 1 and len(segment[-1].low) >= 7 and segment[-1].low.endswith(words.endings)
    if unknown_ok and (foreign or cued(segment, folded, words)):
        yield segment


def _is_author(segment: list[Token], text: str, words: Lists) -> bool:
    """`Okoye B, Svensson K, Lam TH.`: surnames with bare initials, two or more in a row."""
    if (
        len(segment) != 2
        or segment[1].end - segment[1].start > 2
        or not (segment[1].caps or len(segment[1].low) == 1)
    ):
        return False
    start, end = segment[0].start, segment[1].end
    if (
        segment[0].low in words.lettered
        or segment[0].low in words.org_words
        or segment[0].low in words.not_names
    ):
        return False
    return bool(_AUTHOR_AFTER.match(text, end) or _AUTHOR_BEFORE.search(text[max(0, start - 40) : start]))


def _known_word(token: Token, words: Lists) -> bool:
    return token.low in words.given or token.low in words.surnames


def _given(token: Token, words: Lists) -> bool:
    return is_given(token.low, words)


def is_given(low: str, words: Lists) -> bool:
    """Whether a word is a given name: of the list, compound, or Arabic with "abdel"."""
    if low in words.given or (len(low) > 6 and low.startswith(words.beginnings)):
        return True
    if "-" in low:
        parts = low.split("-")
        return all(p in words.given for p in parts if len(p) > 2) and parts[0] in words.given
    return False


def _full_name(segment: list[Token], given: int, folded: str, words: Lists) -> Iterator[list[Token]]:
    """A given name and what follows it; an ambiguous one needs a surname that is one."""
    token, following = segment[given], segment[given + 1]
    first = given
    if given and (
        (segment[given - 1].caps and len(segment[given - 1].low) > 2)
        or segment[given - 1].low in words.surnames
        or segment[given - 1].low in words.given
    ):
        first = given - 1
    if given and segment[0].initial:
        first = 0
    name = segment[first : given + 6]
    if token.low in words.second_cue or token.low in words.not_names:
        plain = (
            following.low in words.places
            or following.low in words.org_words
            or (
                following.low in words.second_cue
                and (following.low in words.towns or following.low in words.slang)
            )
        )
        if (
            following.low in words.surnames
            or (following.caps and not token.caps)
            or cued(name, folded, words)
        ) or (token.low not in words.places and not plain and not following.initial and not token.caps):
            yield name
        elif len(segment) > given + 2:
            yield from _decide_rest(segment[given + 1 :], folded, words)
        return
    yield name


def _decide_rest(rest: list[Token], folded: str, words: Lists) -> Iterator[list[Token]]:
    given = next((i for i, t in enumerate(rest) if _given(t, words)), None)
    if given is not None and given + 1 < len(rest):
        yield from _full_name(rest, given, folded, words)


def _initials(segment: list[Token], before: str, words: Lists) -> bool:
    surname = next((t for t in segment if not t.initial and t.low not in PARTICLES), None)
    return (
        surname is not None
        and segment[0].low not in _ABBREVIATED_STATES
        and len(surname.low) > 2
        and before not in words.lettered
        and (surname.low in words.listed or surname.low not in words.places)
        and (surname.low in words.listed or surname.low not in words.not_names)
        and surname.low not in words.org_words
    )


def _may_be_person(segment: list[Token], words: Lists) -> bool:
    """Nothing in the segment is a place, an organisation or an acronym, and it is short enough for a name."""
    return len(segment) <= 4 and not any(
        t.low in words.places
        or t.low in words.org_words
        or t.low in words.named_after
        or t.low.startswith(("saint-", "sainte-", "notre-"))
        or (t.caps and len(t.low) <= 5 and t.low not in words.given and t.low not in words.surnames)
        or len(t.low) == 1
        or any(c.isdigit() for c in t.low)
        or (len(segment) == 1 and _memorial(t, words))
        for t in segment
    )


def _memorial(token: Token, words: Lists) -> bool:
    """Edouard-Herriot, Jean-Jaurès: French joins the names of places named after persons by hyphens."""
    parts = token.low.split("-")
    return (
        len(parts) > 1
        and token.low not in words.listed
        and parts[0] in words.given
        and parts[-1] not in words.given
        and len(parts[-1]) > 3
    )
