"""Names that no list holds: unknown words that do what only persons do, and pairs of unknown words in prose.

In: capitalised words and runs, the names found so far. Out: more spans of names.
`Uhaldeborde encourt dix ans`, `said Bekauri had fled`, `Fritznel Dorcé et sa sœur`. Acts: data/redaction/names.toml.
Left out: words that the lists, the gazetteer or the lexicon know as something else; whatever an article or a word of
organisations or places announces; headings, where every word has a capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.lexicon.terms import data_toml
from vigie.redact.name_cues import word_before
from vigie.redact.sequences import Span
from vigie.redact.wordlists import Lists, lists
from vigie.text.normalise import fold, fold_word

_WORD = re.compile(r"[\w'\-]+")
_ARTICLE_BEFORE = re.compile(r"(?:\b(?:le|la|les|un|une|des|du|au|aux|the|an?|this)\s|\bl['’])$")
_OF_BEFORE = re.compile(r"\b(?:de\s|d['’])$")
_SAID_BEFORE = re.compile(r"\b(?:said|says|that|whether|claimed|alleged) $")
_WAS_AFTER = re.compile(
    r" (?:was|had|would|could|did|has|is|will|ran|owned|sold|bought|took|went|kept|used)(?!\w)"
)
_BYLINE_AFTER = re.compile(r"\s*(?:,|\()\s*(?:à |in )?\w[\w\- ]{2,20}\)?\s*(?:\n|$)")
_PLACE_BEFORE = re.compile(r"\b(?:a|en|in|at|near|from|vers|to|dans|sur|on|via)\s$")
_LEAST = 4
_LEAST_CAPITALS = 7  # an unknown word in capitals, when shorter, is rather an acronym
_AROUND = 60
_PROSE = 3  # lower-case words a sentence must hold around a pair


@cache
def _acts() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...], frozenset[str]]:
    """What persons do, after a name; what is done to them, before it, and its ends; the first words of the former."""
    data = data_toml("redaction", "names.toml")["acts"]

    def group(words: str) -> str:
        return "|".join(re.escape(w.replace("_", " ")) for w in fold(words).split())

    french = rf"(?:{group(data['auxiliaries'])}) (?:{group(data['participles'])})(?:e|s|es)?"
    english = rf"(?:{group(data['auxiliaries_en'])}) (?:{group(data['participles_en'])})"
    small = r"(?:(?:ne |n'|y |lui |leur |se |s'|l'|en |nous |la |le |les )){0,2}"
    after = re.compile(rf" {small}(?:{french}|{english}|{group(data['after'])})(?!\w)")
    before = re.compile(rf"(?<!\w)(?:{group(data['before'])}) $")
    firsts = {w.partition("_")[0] for k, v in data.items() if k in _AFTER_KEYS for w in fold(v).split()}
    suffered = [w.replace("_", " ") for w in fold(data["before"]).split()]
    return (
        after,
        before,
        (*(f"{words} " for words in suffered), "\n"),
        frozenset(firsts | {"ne", "y", "lui", "leur", "se", "en", "nous", "la", "le", "les"}),
    )


_AFTER_KEYS = ("auxiliaries", "auxiliaries_en", "after")


@cache
def _announcing() -> frozenset[str]:
    """Words straight after which two unknown words are rather a person than a product, a place or an organisation."""
    return frozenset(fold(data_toml("redaction", "names.toml")["acts"]["announcing"]).split())


@lru_cache(maxsize=1 << 14)
def unknown(low: str) -> bool:
    """Whether nothing that the project knows has this word: no word of the lists but names, no place, no organisation."""
    words = lists()
    parts = low.removeprefix("saint-").removeprefix("sainte-").split("-")
    if len(low) < 3 or not all(c.isalpha() or c in "-'’" for c in low):
        return False
    if any(
        p in words.not_names
        or p in words.org_words
        or p in words.roles
        or p in words.titles
        or p in words.named_after
        or p in words.bearers
        or p in words.brands
        or p in words.speech
        or p in words.not_named
        or p in words.lettered
        for p in {low, *parts}
    ):
        return False
    if low in words.places or low in words.towns or low in words.slang:
        return False
    return low in words.alone or not gazetteer().find(key(low))


def unknown_persons(
    spans: list[Span],
    lone: Iterable[Span],
    several: Iterable[list[Span]],
    text: str,
    folded: str,
    words: Lists,
) -> list[Span]:
    """Spans of unknown words that what stands beside them, or their being two in prose, shows to be names."""
    taken = {at for start, end in spans for at in (start, end)}
    found = [
        word
        for word in lone
        if word[0] not in taken
        and word[1] not in taken
        and (
            (_may_act(said := text[word[0] : word[1]]) and _acts_or_suffers(word, text, folded))
            or ("-" in said and _joined_surnames(word, text, folded, words))
        )
    ]
    for run in several:
        start, end = run[0][0], run[-1][1]
        if 2 <= len(run) <= 4 and start not in taken and end not in taken and _pair(run, text, folded, words):
            found.append((start, end))
    return found


def _joined_surnames(word: Span, text: str, folded: str, words: Lists) -> bool:
    """`Feng-Lemaire`: a surname of the lists that a hyphen joins to another, or to an unknown word."""
    start, end = word
    low = folded[start:end].removesuffix("'s")
    parts = low.split("-")
    return (
        len(parts) == 2
        and not text[start:end].isupper()
        and parts[0] not in words.given
        and all(part in words.family or (len(part) >= _LEAST and unknown(part)) for part in parts)
        and any(part in words.family for part in parts)
        and unknown(low)
        and not _ARTICLE_BEFORE.search(folded, max(0, start - 6), start)
        and not _PLACE_BEFORE.search(folded, max(0, start - 6), start)
        and word_before(folded, start) not in words.named_after
    )


@lru_cache(maxsize=1 << 14)
def _may_act(word: str) -> bool:
    """Whether the word is unknown and long enough; remembered by word: most are known, and spare the patterns."""
    least = _LEAST_CAPITALS if word.isupper() else _LEAST
    return len(word) >= least and unknown(fold_word(word).removesuffix("'s"))


def _acts_or_suffers(word: Span, text: str, folded: str) -> bool:
    start, end = word
    after, before, endings, firsts = _acts()
    acts = False
    if folded[end : end + 1] == " ":
        follows = _WORD.match(folded, end + 1)
        first = follows.group() if follows else ""
        acts = (first in firsts or "'" in first) and after.match(folded, end) is not None
    if not acts and _WAS_AFTER.match(folded, end):
        acts = _SAID_BEFORE.search(folded, max(0, start - 10), start) is not None
    if not acts and not (
        folded.endswith(endings, max(0, start - _AROUND), start)
        and before.search(folded, max(0, start - _AROUND), start)
    ):
        return False
    if _ARTICLE_BEFORE.search(folded, max(0, start - 6), start):
        return False
    if acts and _OF_BEFORE.search(folded, max(0, start - 4), start):
        return False  # "un camion d'Indivior a été arrêté": the subject stands before
    opens = not start or text[start - 2 : start - 1] in ".!?\n:«" or text[start - 1] in '\n«"('
    return not (
        acts
        and opens
        and folded[start:end].removesuffix("'s").endswith(("s", "ing", "ment", "tion"))
        and " were" in folded[end : end + 6]
    )


def _pair(run: list[Span], text: str, folded: str, words: Lists) -> bool:
    start, end = run[0][0], run[-1][1]
    lows = [folded[a:b].removesuffix("'s") for a, b in run]
    if not all(unknown(low) for low in lows):
        return False
    capitals = [text[a:b].isupper() for a, b in run]
    surname_first = len(run) == 2 and capitals == [True, False] and len(lows[0]) >= _LEAST + 1
    if any(capitals) and not surname_first:
        return False
    if lows[0] not in words.listed and folded[run[0][1] : run[1][0]].strip() in (
        "de",
        "du",
        "des",
        "la",
        "d'",
    ):
        return False
    if text[end : end + 1] in ("'", "’") and text[end + 2 : end + 3].isupper():
        return False
    if any(seen.search(folded, max(0, start - 6), start) for seen in (_ARTICLE_BEFORE, _PLACE_BEFORE)):
        return False
    before = word_before(folded, start)
    if before and before not in _announcing() and before not in words.roles and before not in words.speech:
        return False
    if len(gazetteer().find(key(folded[start:end]))):
        return False
    if surname_first:
        return True
    if (not start or text[start - 1] == "\n") and _BYLINE_AFTER.match(text, end):
        return True
    near = _WORD.findall(text[max(0, start - _AROUND) : start]) + _WORD.findall(text[end : end + _AROUND])
    small = sum(word[0].islower() for word in near)
    return bool(small >= _PROSE and small * 2 >= len(near))
