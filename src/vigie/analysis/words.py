"""Redacted texts as words, with what the lexicons know marked as known.

In: redacted text and its language. Out: `Words`, parallel lists over the words and signs of one text. What the lexicons name
becomes one known word ("@substance" with its id), figures, placeholders and accounts become signs, so that none of them can be
part of a candidate. Words: data/terms/<lang>.toml.
Left out: which words are candidates (`vigie.analysis.terms`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

from vigie.analysis.morphology import form_of
from vigie.lexicon.check import unbracket
from vigie.lexicon.gazetteer import curated
from vigie.lexicon.matcher import Matcher, expand
from vigie.lexicon.show import lexicon_names
from vigie.lexicon.substances import BLOCKER, LANGUAGES, NAMES, substance_terms
from vigie.lexicon.terms import SHARED, Term, data_toml, load_terms
from vigie.text.normalise import fold

BREAK, FIGURE, PLACEHOLDER, OPAQUE = "|", "#", "[]", "~"
# Lexicons whose words are what this analysis looks for; the words of the others are known, and no contexts of their own.
CLASSES = {**dict.fromkeys(NAMES, "substance"), "modalities": "modality", "forms": "form"}
_FOREIGN = 5  # letters from which a name of another language is known, too (as vigie.lexicon.substances)
# In this order: what was removed; accounts and addresses; amounts; words, codes with their hyphens and commas; ends of sentences.
_TOKEN = re.compile(
    r"(?P<gone>\[[^\[\]\n]{1,20}\])"
    r"|(?P<opaque>[@#]\w+|\w*_\w*|\w+(?:\.\w+)*\.[a-z]{2,}/\S*|\w+@\w+\S*|(?:\w+\.){2,}\w+|www\.\S+)"
    r"|(?P<figure>\d+(?:[ .,:/]\d+)*(?![\w-]))"
    r"|(?P<word>[^\W_]+(?:,(?=\d)\d+)*(?:-[^\W_]+(?:,(?=\d)\d+)*)*)"
    r"|(?P<sign>[€$£%])"
    r"|(?P<stop>[.!?;:\n])"
)
_TITLES = frozenset({"mm", "dr", "pr", "me", "mr", "mrs", "ms", "st", "prof"})
_HANDLE = re.compile(r"[a-z]{4,}\d{2,}[a-z]*|\d{2,}[a-z]{4,}")
_LONGEST = 9  # of a part of a code that holds figures; what is longer is an address or an id
_HAS_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text. All lists have one entry a word or sign, in order.

    Attributes:
        keys: folded words; "@substance", "@modality", "@form" for what is known; the signs above.
        starts, ends: offsets into the text.
        ids: what a known word stands for ("ketamine", "channel:telegram"), "" for the others.
    """

    keys: list[str]
    starts: list[int]
    ends: list[int]
    ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one language that are known before any text is read.

    Attributes:
        matcher: names of substances, modalities and forms; its ids are "class/id".
        function: function words and everyday words of the press.
        listed: single words of all lexicons, and adjectives of places.
        ordinary: words of the lexicons' own examples, outside what they mark.
        links, things, persons, contacts, points, doers, articles, endings: see data/terms/fr.toml.
    """

    lang: str
    matcher: Matcher
    function: frozenset[str]
    listed: frozenset[str]
    ordinary: frozenset[str]
    links: frozenset[str]
    things: frozenset[str]
    persons: frozenset[str]
    contacts: frozenset[str]
    points: frozenset[str]
    doers: frozenset[str]
    articles: frozenset[str]
    endings: tuple[str, ...]

    def is_ordinary(self, word: str) -> bool:
        """Whether it is a word of everyday texts, as far as is known."""
        return word in self.ordinary or (word.isalpha() and word.endswith(self.endings))


def vocabulary(lang: str, hidden: Collection[str] = ()) -> Vocabulary:
    """What is known in one language.

    Args:
        hidden: surfaces (folded) taken out of the lexicons, with the examples that mark them: to see whether they are found.
    """
    return _vocabulary(lang, frozenset(hidden))


@cache
def _vocabulary(lang: str, hidden: frozenset[str]) -> Vocabulary:
    words = data_toml("terms", f"{lang}.toml")
    chosen: list[Term] = []
    listed: set[str] = set()
    ordinary: set[str] = set()
    for folder, name in [(at, name) for at in (lang, SHARED) for name in lexicon_names(at)]:
        for term in load_terms(name, folder):
            kept = tuple(s for s in term.surface if not _variants(s) & hidden)
            if name in CLASSES and kept:
                blocked = term.id == BLOCKER or term.id == "none"
                chosen.append(replace(term, id="" if blocked else f"{CLASSES[name]}/{term.id}", surface=kept))
            listed.update(v for s in kept for v in _variants(s) if " " not in v)
            for sentence in (*term.hit, *term.miss):
                text, spans = unbracket(sentence)
                if not any(fold(text[a:b]).replace("-", " ") in hidden for a, b in spans):
                    ordinary.update(_outside(text, spans))
    for other in LANGUAGES:
        if other != lang:
            for term in substance_terms(other):
                kept = tuple(
                    s for s in term.surface if len(s.strip("+=")) >= _FOREIGN and not _variants(s) & hidden
                )
                if term.status == "strong" and kept and term.id != BLOCKER:
                    chosen.append(replace(term, id=f"substance/{term.id}", surface=kept))
    for row in curated("demonyms")["demonym"]:
        listed.update(fold(word) for word in row["forms"])
    function = frozenset(fold(words["function"]).split())
    return Vocabulary(
        lang=lang,
        matcher=Matcher(chosen),
        function=function,
        listed=frozenset(listed - hidden),
        ordinary=frozenset(stem(w) for w in ordinary - hidden),
        endings=tuple(fold(words["endings"]).split()),
        **{
            key: frozenset(fold(words[key]).split())
            for key in ("links", "things", "persons", "contacts", "points", "doers", "articles")
        },
    )


@cache
def _variants(surface: str) -> frozenset[str]:
    return frozenset(variant for variant, _ in expand(surface))


def _outside(text: str, spans: Collection[tuple[int, int]]) -> Iterator[str]:
    for match in _TOKEN.finditer(fold(text)):
        if match["word"] and not any(a <= match.start() < b for a, b in spans):
            yield from match["word"].split("-")


def stem(word: str) -> str:
    """The word without the s of a plural, so that "zorbils" counts with "zorbil"."""
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def read(text: str, known: Vocabulary) -> Words:
    """The words of one redacted text."""
    folded = fold(text)
    hits = iter(known.matcher.find(text, folded))
    hit = next(hits, None)
    keys: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    ids: list[str] = []

    def put(key: str, start: int, end: int, identity: str = "") -> None:
        keys.append(key)
        starts.append(start)
        ends.append(end)
        ids.append(identity)

    past = 0  # everything before belongs to a known word
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        while hit is not None and hit.start < end:
            if hit.start >= past and hit.term.id:
                name, _, identity = hit.term.id.partition("/")
                put(f"@{name}", hit.start, hit.end, identity)
            past = max(past, hit.end)
            hit = next(hits, None)
        if start < past:
            continue
        kind = match.lastgroup
        if kind == "word":
            _put_word(match.group(), start, put)
        elif kind == "stop":
            title = (
                keys
                and ends[-1] == start
                and match.group() == "."
                and (len(keys[-1]) == 1 or keys[-1] in _TITLES)
            )
            if not title:  # "M. Zorbil", "K. Zorbil": no end of a sentence
                put(BREAK, start, end)
        elif kind == "sign":
            put(match.group(), start, end)
        else:
            put({"gone": PLACEHOLDER, "opaque": OPAQUE, "figure": FIGURE}[str(kind)], start, end)
    return Words(keys=keys, starts=starts, ends=ends, ids=ids)


def _put_word(word: str, start: int, put: Callable[[str, int, int], None]) -> None:
    """A code keeps its hyphens ("3-cmc"); other compounds are several words, as the lexicons match them."""
    account = _HANDLE.fullmatch(word) or any(
        len(p) > _LONGEST and _HAS_DIGIT.search(p) for p in word.split("-")
    )
    if account and form_of(word) is None:  # "paris75", or a wallet, unlike "25inbome"
        put(OPAQUE, start, start + len(word))
    elif word.replace("-", "").isdigit():
        put(FIGURE, start, start + len(word))
    elif "-" not in word or (_HAS_DIGIT.search(word) and len(word) <= 24):
        put(word, start, start + len(word))
    else:
        at = start
        for part in word.split("-"):
            put(FIGURE if part.isdigit() else part, at, at + len(part))
            at += len(part) + 1
