"""Names of vendors and shops that buyers, warnings, menus and reports tell without the word "vendor".

In: text and its folded form. Out: removals of kind "seller": the name that stands right after a phrase of buyers ("vouch for …",
"commandé chez …") or right before one of sellers ("… a exit", "… menu:"). Phrases: data/redaction/reviews.toml.
A made-up word is a name after any of them; a capitalised one where nothing knows it: no list, no place, no substance.
Left out: names of small letters that a language may have as words; names after "vendeur", "shop" (`sellers`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.lexicon.substances import substance_matcher
from vigie.lexicon.terms import data_toml
from vigie.redact.name_unknown import unknown
from vigie.redact.spans import Removal
from vigie.redact.words import words_at
from vigie.text.normalise import fold, fold_word

_UP = "A-ZÀ-ÖØ-Þ"
_WORD = rf"(?:[{_UP}][\w’'\-]*[\w]|[{_UP}]|(?=[^\W\d_]*\d?[^\W\d_]*[\d_{_UP}])[^\W_][\w\-]{{3,}})"
_LINK = (
    r"(?:[ \u00a0]|\n(?!\n))(?:(?:of the|of|the|de la|de|du|des|la|le|les|&|n'|in|aux?|en)[ ]|(?:l|d)['’])?"
)
_RUN = rf"{_WORD}(?:{_LINK}{_WORD}){{0,3}}"
_LEAD = re.compile(
    r"\s?[,:=\-]?\s{0,2}(?P<open>[«“\"'‘(\[*_`#]{0,2})[ \u00a0\u202f]?(?:(?:the|le|la|les|l'|chez|@)\s?)?"
)
_NAME = re.compile(_RUN)
_QUOTED = re.compile(r"[«“\"'‘][ \u00a0\u202f]?(?P<name>[^«»“”\"\n]{3,40}?)[ \u00a0\u202f]?[»”\"'’](?!\w)")
_PLAIN = re.compile(r"[a-zà-ÿ][a-zà-ÿ\d]{4,24}")
_AND = re.compile(rf"\s(?:et|and|ou|or|above|over|than|&|,)\s(?P<name>{_RUN})")
_BACK = 64  # code points before a phrase in which a name begins
_MAY_NAME = re.compile(rf"[{_UP}\d_]")  # what every word of a name has
_TAIL = " \t\n\r\x0b\x0c\x85\u00a0\u2007\u2009\u200a\u202f\u2028\u2029,;:)»”\"'’*_`-–—"
_TAIL_MOST = 4  # of these between a name and a phrase
_ODD = re.compile(r"[^\W\d_]+\d+[^\W\d_]|[^\W\d_]{4,}\d+$|[^\W\d_]{2,}_|[a-zà-ÿ]{2,}[A-ZÀ-Þ]")
_PIVOT = re.compile(r"[\d_A-ZÀ-Þ](?<=[^\W\d_].|÷.)")  # a sign that every match of _ODD holds, after a letter
_CHEMICAL = re.compile(r"(?:\d|[a-z]{1,5}[-\d])", re.IGNORECASE)
_PRICE = re.compile(r"\d\s?(?:€|£|\$|e(?:uros?)?\b|g\b|gr\b|mg\b|balles|/g|quid|%)|[€£$]\s?\d")
_SOLD = re.compile(
    r"\d\s?(?:€|£|\$|euros?\b|g\b|gr\b|mg\b|balles|/g|quid)|[€£$]\s?\d"
)  # after a colon: "19e" is a district
_JOINED = re.compile(r"\s(?:and|et|or|ou)\s")
_PHRASE = 48  # code points on either side of its rarest word that a phrase takes
_PIECE = re.compile(r"[\w’'\-&]+")
_ARTICLES = frozenset(["la", "le", "les", "the", "de", "el", "los", "das", "der", "die", "il", "al"])
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = ".!?»…"
_LONG = 240  # code points of a line on either side; longer ones are prose
_LEAST = 4


class _Lists(NamedTuple):
    before_sure: _Phrases
    before_chat: _Phrases
    after_sure: _Phrases
    after_noun: _Phrases
    deal: tuple[str, ...]
    trade: tuple[str, ...]
    not_names: frozenset[str]
    bodies: frozenset[str]
    closed: frozenset[str]


class _Phrases(NamedTuple):
    """Phrases by the word of each that is rarest in plain text: that word is looked for, and the phrase around it."""

    keys: tuple[str, ...]
    opening: dict[str, re.Pattern[str]]  # those that begin with the word, which are tried there only
    around: dict[str, re.Pattern[str]]

    def at(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where phrases stand, the longest where several end or begin alike."""
        for start, end in words_at(folded, self.keys):
            key = folded[start:end]
            stop = min(len(folded), end + _PHRASE)
            held = False
            if key in self.around:
                for found in self.around[key].finditer(folded, max(0, start - _PHRASE), stop):
                    if found.start() <= start and end <= found.end():
                        held = True
                        yield found.span()
            if not held and key in self.opening:
                opened = self.opening[key].match(folded, start, stop)
                if opened:
                    yield opened.span()


def _phrases(listed: str) -> _Phrases:
    """The phrases of a list, compiled."""
    opening: dict[str, list[str]] = {}
    around: dict[str, list[str]] = {}
    for phrase in dict.fromkeys(listed.split()):
        steps = [
            (part.removesuffix("?").replace("~", " ").split("|"), part.endswith("?"))
            for part in phrase.split("_")
        ]
        pattern = ""
        for words, optional in steps:
            said = "|".join(
                r"\w+" if word == "*" else re.escape(word) for word in sorted(words, key=len, reverse=True)
            )
            step = rf"\s(?:{said})" if pattern else rf"(?:{said})"
            pattern += f"(?:{step})?" if optional else step
        sure = [words for words, optional in steps if not optional and "*" not in words] or [steps[0][0]]
        for rare in max(sure, key=lambda words: min(_rarity(word) for word in words)):
            first, optional = steps[0]
            begins = not optional and [word for word in first if rare in word] == [rare]
            (opening if begins else around).setdefault(rare, []).append(pattern)
    return _Phrases(tuple(dict.fromkeys([*opening, *around])), _compiled(opening), _compiled(around))


def _compiled(by_key: dict[str, list[str]]) -> dict[str, re.Pattern[str]]:
    return {
        key: re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(patterns, key=len, reverse=True))})(?![^\W_])")
        for key, patterns in by_key.items()
    }


def _rarity(word: str) -> int:
    return 0 if word in data_toml("redaction", "reviews.toml")["common"].split() else len(word)


@cache
def _lists() -> _Lists:
    data = data_toml("redaction", "reviews.toml")
    return _Lists(
        before_sure=_phrases(data["before_sure"]),
        before_chat=_phrases(data["before_chat"]),
        after_sure=_phrases(data["after_sure"]),
        after_noun=_phrases(data["after_noun"]),
        deal=tuple(dict.fromkeys(data["deal"].split())),
        trade=tuple(
            dict.fromkeys([*data["trade"].split(), *(w.replace("-", " ") for w in data["trade"].split())])
        ),
        not_names=frozenset(data["not_names"].split()),
        bodies=frozenset(data["bodies"].split()),
        closed=frozenset(data["closed_markets"].split()),
    )


def find_reviewed(text: str, folded: str, *, cut: bool = False, seen: bool = False) -> Iterator[Removal]:
    """Removals of kind "seller". `cut`: the first and the last line are parts of lines of prose; `seen`: a view."""
    lists = _lists()
    words_at(folded, lists.trade)  # known before any line is read
    for start, end in lists.before_sure.at(folded):
        yield from _after_phrase(text, end, lambda a, b: _deals(text, folded, a, b, lists, cut), start, lists)
    for start, end in lists.before_chat.at(folded):
        items = list(_after_phrase(text, end, _always, start, lists))
        if items and _deals(text, folded, start, end, lists, cut):
            for item in items:
                name = text[item.start : item.end]
                if _is_odd(name) or _wholly_unknown(folded[item.start : item.end]):
                    yield item
    for start, end in lists.after_sure.at(folded):
        high = _name_before(text, start)
        if not high or (text[end - 1] == ":" and not _sells_after(text, folded, start, end)):
            continue
        yield from _before_phrase(text, folded, start, end, high, lists, cut, sure=False)
    for start, end in lists.after_noun.at(folded):
        high = _name_before(text, start)
        if high:
            yield from _before_phrase(text, folded, start, end, high, lists, cut, sure=True)
    if not seen:
        yield from _in_lines(text, folded, lists, cut)


def _sells_after(text: str, folded: str, start: int, end: int) -> bool:
    """Whether a colon stands between a name and what it sells, and not between a label of a form and its value."""
    low = text.rfind("\n", 0, start) + 1
    high = text.find("\n", end)
    return (
        bool(text[low:start].strip())
        and _SOLD.search(folded, end, high if high >= 0 else len(text)) is not None
    )


def _in_lines(text: str, folded: str, lists: _Lists, cut: bool) -> Iterator[Removal]:
    """Made-up words, and capitalised ones that nothing knows, in the middle of lines in which something is bought."""
    done = 0
    for start, end in words_at(folded, lists.deal):
        line = _line(text, start, end)
        if line is None or line[0] < done:
            continue
        low, high = line
        done = high
        if not _deals(text, folded, low, high, lists, cut):
            continue
        for found in _NAME.finditer(text, low, high):
            a, b = found.span()
            if text[a - 1 : a] in ("@", "#", "/", ".") or text[b : b + 1] in ("@", "/"):
                continue
            odd = _is_odd(text[a:b])
            inside = text[low:a].strip() != "" and text[a - 2 : a] != ". " and text[a - 1 : a] not in '"'
            if not (
                odd or (inside and text[max(low, a - 30) : b + 30].upper() != text[max(low, a - 30) : b + 30])
            ):
                continue
            span = _kept(text, a, b, lists)
            if span and (odd or _wholly_unknown(folded[slice(*span)])):
                yield Removal(*span, "seller")


def _wholly_unknown(name: str) -> bool:
    return all(unknown(part) and len(part) >= _LEAST for part in re.findall(r"[\w'\-]+", name))


def _line(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The line around, if it is as short as lines of chats are."""
    low = text.rfind("\n", max(0, start - _LONG), start) + 1
    high = text.find("\n", end, end + _LONG)
    if (not low and start > _LONG) or (high < 0 and len(text) - end > _LONG):
        return None
    return low, high if high >= 0 else len(text)


def is_prose(text: str, low: int, high: int) -> bool:
    """Whether [low, high) begins or ends inside a line that is no line of a chat."""
    for at in (low, high):
        line = _line(text, at, at)
        if line is None:
            return True
        head = _LETTER.search(text, *line)
        if head and head.group().isupper() and text[slice(*line)].rstrip()[-1:] in _ENDS:
            return True
    return False


def _deals(text: str, folded: str, start: int, end: int, lists: _Lists, cut: bool) -> bool:
    """Whether the line around is one of a buyer or a seller: written as people chat, and of something that is sold."""
    line = _line(text, start, end)
    if line is None:
        return False
    low, high = line
    if cut and (not low or high == len(text)):
        return False
    head = _LETTER.search(text, low, high)
    priced = _PRICE.search(folded, low, high) is not None
    if head is None or head.group().islower():
        return priced or _trades(folded, low, high, lists)
    if text[low:high].isupper():
        return priced
    return text[low:high].rstrip()[-1:] not in _ENDS and priced


def _trades(folded: str, low: int, high: int, lists: _Lists) -> bool:
    words = words_at(folded, lists.trade)
    at = bisect_left(words, (low, 0))
    return at < len(words) and words[at][1] <= high


def _is_odd(text: str) -> bool:
    """Whether a made-up word stands there."""
    return _PIVOT.search(text) is not None and _ODD.search(text) is not None


def _always(_start: int, _end: int) -> bool:
    return True


def _after_phrase(
    text: str, end: int, deals: Callable[[int, int], bool], start: int, lists: _Lists
) -> Iterator[Removal]:
    """Names after the phrase [start, end); one in small letters where it stands among `deals`."""
    lead = _LEAD.match(text, end)
    if lead is None or (lead.end() == end):
        return
    quoted = _QUOTED.match(text, lead.start("open")) if lead["open"] else None
    if quoted and _may_be(quoted["name"], lists, quoted=True):
        yield Removal(*quoted.span("name"), "seller")
        return
    found = _NAME.match(text, lead.end())
    if found is None:
        plain = _PLAIN.match(text, lead.end())
        if plain and _ODD.match(plain.group()) and deals(start, end) and _may_be(plain.group(), lists):
            yield Removal(*plain.span(), "seller")
        return
    span = _kept(text, found.start(), found.end(), lists)
    if span is None:
        return
    yield Removal(*span, "seller")
    other = _AND.match(text, span[1])
    if other:
        second = _kept(text, *other.span("name"), lists)
        if second:
            yield Removal(*second, "seller")


def _name_before(text: str, start: int) -> int:
    """Where a word ends that may be a name and stands straight before; 0 for none."""
    least, high = max(0, start - _TAIL_MOST), start
    while high > least and text[high - 1] in _TAIL:
        high -= 1
    token = text[max(0, start - _BACK) : high].rsplit(None, 1)[-1:]
    if not token or (token[0].isalpha() and token[0].islower()) or not _MAY_NAME.search(token[0]):
        return 0
    return 0 if "\n\n" in text[high:start] else high


def _before_phrase(
    text: str, folded: str, start: int, end: int, high: int, lists: _Lists, cut: bool, *, sure: bool
) -> Iterator[Removal]:
    """The name that ends at `high`, before the phrase [start, end)."""
    low = max(0, start - _BACK)
    quoted = any(mark in text[high:start] for mark in "»”\"'’")
    likely = sure or quoted or _deals(text, folded, start, end, lists, cut)
    if not likely and not _is_odd(text[low:high]):
        return
    last: re.Match[str] | None = None
    for found in _NAME.finditer(text, low, high):
        last = found
    if last is None or last.end() != high or (last.start() and text[last.start() - 1].isalnum()):
        return
    a, b = last.span()
    if not likely and not _is_odd(text[a:b]):
        return
    span = _kept(text, a, b, lists)
    if span and span[1] == b:
        yield Removal(*span, "seller")


def _kept(text: str, low: int, high: int, lists: _Lists) -> tuple[int, int] | None:
    """The part of a run of words that may be a name: words that are none are left at its ends, and cut it."""
    spans = [(low + m.start(), low + m.end()) for m in _PIECE.finditer(text[low:high])]
    while spans and fold_word(text[slice(*spans[0])]) in lists.not_names:
        if len(spans) > 1 and fold_word(text[slice(*spans[0])]) in _ARTICLES and _inside(text, spans[0][0]):
            break
        spans.pop(0)
    for count in range(1, len(spans)):
        if fold_word(text[slice(*spans[count])]) in lists.not_names and text[spans[count][0]].isupper():
            spans = spans[:count]
            break
    while len(spans) > 1 and fold_word(text[slice(*spans[-1])]) in lists.not_names:
        spans.pop()
    if not spans:
        return None
    a, b = spans[0][0], spans[-1][1]
    return (a, b) if _may_be(text[a:b], lists) else None


def _inside(text: str, at: int) -> bool:
    """Whether a capital at `at` opens neither a line nor a sentence."""
    before = text[max(0, at - 3) : at].rstrip(' «“"(')
    return bool(before) and before[-1] not in ".!?\n:"


def _may_be(name: str, lists: _Lists, *, quoted: bool = False) -> bool:
    """Whether nothing known has this name: no word of these lists, no body, no place, no substance."""
    folded = fold(name)
    parts = re.findall(r"\w+", folded)
    if sum(map(str.isalpha, name)) < _LEAST or all(part in lists.not_names for part in parts):
        return False
    if any(part in lists.bodies for part in parts) or "-".join(parts) in lists.closed:
        return False
    if name.isupper() and len(name) <= 6 and " " not in name and not quoted:
        return False  # an acronym
    return not _names_other(folded)


_WHEN = re.compile(r" (?:in|since|en|depuis|on|by) ")


@lru_cache(maxsize=1 << 12)
def _names_other(folded: str) -> bool:
    """A place, a substance, or one word that the lists know as something else."""
    if gazetteer().find(key(folded)) or gazetteer().find(key(_WHEN.split(folded)[0])):
        return True  # "Dubai", "Dubai in 2019"
    parts = _JOINED.split(folded)
    if len(parts) > 1 and any(gazetteer().find(key(part)) for part in parts):
        return True
    if any(
        hit.start == 0 and hit.end == len(folded)
        for lang in ("fr", "en")
        for hit in substance_matcher(lang).find(folded)
    ):
        return True
    if _is_odd(folded) or " " in folded or "\n" in folded or "-" in folded:
        return False
    return not unknown(folded)
