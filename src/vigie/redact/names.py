"""Names of natural persons. Roles, titles and organisations stay: `La commissaire divisionnaire [nom] explique`.

In: text. Out: removals of kind "name".
A capitalised run is a name when something says so: a title, a role, a known given name, an initial, a verb of speech, an
age, a remark that the name was changed, a byline. Once a full name is known, its surname alone goes as well.
Runs: `sequences`; what a run holds: `name_runs`; what stands beside it: `name_cues`; words: data/redaction/names.toml,
given_names.txt, surnames.txt. Public figures are persons too.
Words that announce a name: `name_context`; how far it goes and its neighbours: `name_extent`.
Left out: names in lower case that are words, and lone unknown words, without any cue; what bears a person's name (hospitals, streets,
laws).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from vigie.redact.communes import is_commune
from vigie.redact.name_context import announced
from vigie.redact.name_extent import extended, listed_beside, unknown_beside
from vigie.redact.name_forms import formed
from vigie.redact.name_kept import without_kept
from vigie.redact.name_runs import PARTICLES, is_lone_name, is_titled_surname, may_stand_alone, names_in
from vigie.redact.name_scores import scored
from vigie.redact.name_unknown import unknown_persons
from vigie.redact.sequences import Span, Token, runs, token_at
from vigie.redact.spans import Removal
from vigie.redact.wordlists import UPPER, Lists, lists
from vigie.redact.words import words_at
from vigie.text.normalise import fold, fold_word

_CALLING = r"(?:dit|dite|alias|surnommee?|aka|a\.k\.a\.?|(?:also |better |otherwise )?known as|nicknamed|street name|called)"
_CALLED = re.compile(
    rf"(?:\s?,\s\d\d(?:\sans)?)?\s?[,(]?\s?\(?{_CALLING}\s(?:[\"']\s?)([^\"\n]{{1,30}}?)\s?[\"'](?!\w)"
)
_CALLED_PLAIN = re.compile(
    r"\s?[,(]?\s?\(?(?:alias|aka|a\.k\.a\.?|dit|dite|surnommee?)\s((?:l[ea] |l'|the )?[^\s,.;\"()]{2,20})"
)
_CALLED_CAPITAL = re.compile(
    rf"\s?[,(]?\s?\(?(?:also |better )?(?:known as|nicknamed|called|dite?|surnommée?|alias)\s"
    rf"((?:the |l[ea] )?[{UPPER}][\w'’\-]+(?: [{UPPER}][\w'’\-]+)?)"
)
_CALLED_BEFORE = re.compile(
    r"(?:surnommee?|dite?|alias|nicknamed|known as)\s\"\s?([^\"\n]{1,30}?)\s?\"\s?,\s(?:\w+\s)?$"
)


def find_names(text: str, folded: str, extra: Sequence[str] = ()) -> list[Removal]:
    """Removals of kind "name". `extra`: names known from metadata, removed wherever they stand."""
    words = lists()
    guarded = list(words_at(folded, words.protected))
    lone, several = runs(text, folded)
    every: list[Span] = []
    spans: list[Span] = []
    known: set[str] = set()
    for start, end in lone:
        verdict = _alone(text[start:end])
        if verdict == _NEVER:
            continue
        every.append((start, end))
        if verdict == _TITLED:
            if is_titled_surname(folded, start):
                spans.append((start, end))
            continue
        if verdict == _NO_NAME or (guarded and any(a < end and start < b for a, b in guarded)):
            continue
        if is_lone_name(token_at(text, folded, start, end), text, folded, words):
            if is_commune(text, folded, start, end, words):
                continue
            spans.append((start, end))
            low = folded[start:end]
            if len(low) > 2 and low in words.given and low not in words.alone and low not in words.towns:
                known.add(low)
    for run in several:
        every += run
        if guarded and any(a < run[-1][1] and run[0][0] < b for a, b in guarded):
            continue
        for name in names_in([token_at(text, folded, *word) for word in run], text, folded, words):
            if is_commune(text, folded, name[0].start, name[-1].end, words):
                continue
            spans.append((name[0].start, name[-1].end))
            known.update(_surnames(name, words))
    for author in extra:
        found, parts = _extra(author, folded, words)
        spans += found
        known |= parts
    spans += [
        (a, b) for a, b in announced(text, folded, words) if not any(c < b and a < d for c, d in guarded)
    ]
    spans += [
        (a, b)
        for a, b in unknown_persons(spans, lone, several, text, folded, words)
        if not any(c < b and a < d for c, d in guarded)
    ]
    firm = formed(lone, several, text, folded, words)
    spans += firm
    if known:
        spans += [word for word in every if folded[word[0] : word[1]].removesuffix("-") in known]
    if spans:
        every.sort()
        inner = {word for run in several for word in run[1:]}
        spans = extended(_widest(spans), every, text, folded, words)
        pairs = [(run[0][0], run[-1][1]) for run in several if 2 <= len(run) <= 3]
        spans += unknown_beside(spans, pairs, text, folded, words)
        heads = [word for word in every if word not in inner]
        beside = listed_beside(spans, heads, text, folded, words)
        spans += extended(beside, every, text, folded, words)
        spans += _nicknames(text, folded, spans)
    spans = scored(_widest(spans), firm, lone, several, text, folded, words)
    if spans:
        spans = without_kept(spans, guarded, several, text, folded, words)
    return _joined(spans, text)


# What a capitalised word can be that stands by itself, whatever stands beside it.
_NEVER = 0  # no name, not even where the document knows it as a surname
_NO_NAME = 1
_MAY_BE = 2
_TITLED = 3  # a word of sentences that is also a surname: a name only after "M." or "docteur"


@lru_cache(maxsize=1 << 14)
def _alone(word: str) -> int:
    words, low = lists(), fold_word(word)
    if low in words.inert:
        return _NEVER
    if low in words.titles:
        return _NO_NAME
    if low.count(".") > 1:
        return _MAY_BE
    if low in words.not_names and low in words.surnames:
        return _TITLED
    return _MAY_BE if may_stand_alone(token_at(word, low, 0, len(word)), words) else _NO_NAME


def _widest(spans: list[Span]) -> list[Span]:
    """The spans that lie in no other."""
    kept: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def _joined(spans: list[tuple[int, int]], text: str) -> list[Removal]:
    """Parts of one name, found one by one, make one removal."""
    found: list[Removal] = []
    for start, end in sorted(set(spans)):
        if found and start <= found[-1].end + 1 and text[found[-1].end : start] in ("", " ", "-", "\u00a0"):
            found[-1] = Removal(found[-1].start, max(end, found[-1].end), "name")
        else:
            found.append(Removal(start, end, "name"))
    return found


def _surnames(name: list[Token], words: Lists) -> Iterable[str]:
    """What may stand for the whole name elsewhere in the document."""
    if len(name) < 2:
        return
    for token in name:
        low = token.low.removesuffix("'s")
        if (
            len(low) >= 3
            and not token.initial
            and low not in words.places
            and low not in words.not_names
            and low not in words.org_words
            and low not in words.roles
            and low not in words.second_cue
        ):
            yield low


def _extra(name: str, folded: str, words: Lists) -> tuple[list[tuple[int, int]], set[str]]:
    """Where a name known from metadata stands, and its parts; nothing for the name of a newsroom."""
    parts = re.findall(r"[\w'’\-]+", fold(name))
    if not parts or any(
        p in words.org_words or p in ("redaction", "staff", "editor", "admin", "avec", "newsroom")
        for p in parts
    ):
        return [], set()
    if len(parts) > 6:
        return [], set()
    pattern = r"(?<!\w)" + r"[\s,.\-]{1,3}".join(re.escape(p) for p in parts) + r"(?!\w)"
    found = [m.span() for m in re.finditer(pattern, folded)]
    single = {
        p
        for p in parts
        if len(p) >= 3 and p not in words.not_names and p not in words.places and p not in PARTICLES
    }
    return found, single


def _nicknames(text: str, folded: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`X, dit « Le Grand »`: the nickname goes with the name."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        before = _CALLED_BEFORE.search(folded, max(0, start - 60), start)
        if before:
            found.append(before.span(1))
        match = (
            _CALLED.match(folded, end) or _CALLED_CAPITAL.match(text, end) or _CALLED_PLAIN.match(folded, end)
        )
        if match:
            found.append(match.span(1))
    return found
