"""Names that words beside them announce, in any case: "je m'appelle x", "Present: X, Y", "Words: X", "Cordialement,\\nX".

In: text. Out: spans of names. Announcing words: data/redaction/names.toml (naming, addressing, rolls, credits, closings).
Left out: names that a title, a role, an age or a given name tells (`name_runs`, `name_cues`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.redact.sequences import PARTICLE, Span
from vigie.redact.wordlists import UPPER, Lists
from vigie.redact.words import words_at

_WORD = re.compile(r"[\w][\w'\-]*")
_AFTER_CUE = re.compile(r"(?:\s?:)?\s[\"*_]?(?=\w)")
_AFTER_HEAD = re.compile(r"(?:\s?\([^)\n]{1,20}\))?(?:\s?:\s?|\s(?:by|par|de)\s|\s?©\s?)(?=\w)")
_CAPITAL = rf"(?:[{UPPER}](?:[\w'’\-]*\w|\w*\.)(?:\s?-?[{UPPER}]\.)*|[{UPPER}]\.)"
_PERSON = re.compile(rf"{_CAPITAL}(?:[ \u00a0](?:(?:{PARTICLE})[ \u00a0])?{_CAPITAL}){{0,4}}")
_ITEM_GAP = re.compile(
    r"(?:\s?\([^)\n]{0,60}\))?(?:\s?[,;]\s(?:et |and |& )?|\s(?:et|and|&|puis)\s|\s?/\s)"
    r"(?:(?:le|la|dr|pr|me|mme|m\.|mr|mrs|ms|prof\.?|docteur|excus[eé]+s? :|\w+ :)\s)?"
)
_SMALL = re.compile(r"[a-z][a-z0-9]*(?:['\-][a-z]+)*")
_STAMP = r"(?:[\[(]?\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?[,\s]{1,3})?[\[(<]?\d{1,2}\s?[:h]\s?\d\d(?::\d\d)?[\])>]?\s?(?:[-–]\s)?"
_WRITER = re.compile(rf"(?:{_STAMP}|[<>*•\-]{{1,2}}\s?)(?:<\s?)?([^\W\d_][\w'’.\- ]{{0,40}}?)\s?(?:>|:)(?!/)")
_PLAIN_WRITER = re.compile(r"([^\W\d_][\w'’\-]{1,20}(?: [^\W\d_][\w'’\-]{1,20})?)\s?:\s(?!$)")
_INFORMAL = re.compile(rf"(?:{_STAMP})?(?:[\w.\- ]{{1,24}}\s?[:>]\s)?[^\w{UPPER}\[]{{0,3}}[^\W\d_{UPPER}]")
_ALSO = re.compile(r"\s(?:et|and|&|n|pi|ak|e|y|avec|with|ou|or)\s|,\s")
_END = re.compile(rf"(?:[.!?…)\n]|\s[-–—]\s)[\s\-–—]*({_CAPITAL}(?:[ ]{_CAPITAL}){{0,2}})\s*\.?\s*$")
_AFTER_CLOSING = re.compile(r"\s?[,.!]?\s*\n\s*(?:[-–—]\s?)?|\s?,\s|\s[-–—]\s?")
_GRATEFUL = re.compile(
    r"\b(?:merci|thank|thanks|cordialement|regards|bises|bisous|cheers|best|salutations|amities)\b"
)
_LEAST = 3


def announced(text: str, folded: str, words: Lists) -> list[Span]:
    """Spans of names that a word before them announces."""
    found: list[Span] = []
    for _, end in words_at(folded, words.naming):
        found += _named(text, folded, end, words)
    for start, end in words_at(folded, words.addressing):
        found += _addressed(text, folded, start, end, words)
    for _, end in words_at(folded, words.small_titles):
        found += _small_titled(text, folded, end, words)
    for start, end in words_at(folded, words.rolls):
        if _AFTER_HEAD.match(folded, end) and folded[end : end + 2].lstrip()[:1] in ":(":
            found += _roll(text, folded, start, end, words)
    for start, end in words_at(folded, words.credits):
        found += _credit(text, folded, start, end, words)
    for start, end in words_at(folded, words.closings):
        if not start or folded[start - 1] in "\n.!":
            found += _signed(text, folded, end, words)
    found += _lines(text, folded, words)
    return found


def _person(text: str, folded: str, at: int, words: Lists) -> Span | None:
    """The capitalised words at a place, if they can name a person."""
    match = _PERSON.match(text, at)
    if not match:
        return None
    start, end = match.span()
    parts = list(_WORD.finditer(folded, start, end))
    while (
        parts
        and (parts[-1].group() in words.org_words or parts[-1].group() in words.not_names)
        and parts[-1].group() not in words.listed
    ):
        parts.pop()
    if not parts:
        return None
    lows = [part.group().removesuffix("'s") for part in parts]
    if len(lows) > 1 and (lows[-1] in words.bearers or lows[0] in words.named_after):
        return None
    if (
        any(low in words.org_words and low not in words.given for low in lows)
        or lows[0] in words.not_names - words.listed
    ):
        return None
    if all(low in words.places or low in words.brands for low in lows) or (
        lows[0] in words.roles and len(lows) == 1
    ):
        return None
    if (
        folded[start : parts[-1].end()].replace("-", " ") in words.towns
        and len(lows) > 1
        and lows[0] not in words.alone
    ):
        return None
    if len(lows) == 1 and lows[0] not in words.listed and text[start:end].isupper() and len(lows[0]) <= 6:
        return None
    return start, parts[-1].end()


def _named(text: str, folded: str, end: int, words: Lists) -> Iterator[Span]:
    """Any word after "je m'appelle"."""
    gap = _AFTER_CUE.match(folded, end)
    word = _WORD.match(folded, gap.end()) if gap else None
    if not gap or not word:
        return
    at, low = word.start(), word.group()
    if text[at].isupper():
        person = _person(text, folded, at, words)
        if person and (low in words.listed or not low.isdigit()):
            yield person
        return
    if len(low) < 2 or low in words.not_named or low[0].isdigit() or "'" in low or low in words.roles:
        return
    after = _WORD.match(folded, word.end() + 1)
    more = after and folded[word.end()] == " " and after.group() in words.small
    yield at, after.end() if after and more else word.end()


def _all_in(low: str, names: frozenset[str]) -> bool:
    return low in names or ("-" in low and all(part in names for part in low.split("-")))


def _no_word(low: str, words: Lists) -> bool:
    return (
        low in words.small
        or low in words.short
        or ("-" in low and all(p in words.small for p in low.split("-")))
    )


def _addressed(text: str, folded: str, start: int, end: int, words: Lists) -> Iterator[Span]:
    """A given name after "mon pote", in lower case."""
    if folded[end : end + 1] == " " and folded[end + 1 : end + 2].isalnum():
        word = _WORD.match(folded, end + 1)
    else:
        gap = _AFTER_CUE.match(folded, end)
        word = _WORD.match(folded, gap.end()) if gap else None
    if not word:
        return
    low = word.group()
    if text[word.start()].isupper() or low in words.slang or low in words.not_named or len(low) < 2:
        return
    cue = folded[start:end]
    known = _no_word(low, words) or (
        cue not in words.weak and (_all_in(low, words.given) or low == "ze") and low not in words.not_names
    )
    if known:
        yield start if cue in words.nicknaming else word.start(), _further(text, folded, word.end(), words)


def _small_titled(text: str, folded: str, end: int, words: Lists) -> Iterator[Span]:
    """A name of the lists after "mme", both in lower case."""
    gap = _AFTER_CUE.match(folded, end)
    word = _WORD.match(folded, gap.end()) if gap else None
    if word and text[word.start()].islower():
        low = word.group()
        if (
            _all_in(low, words.listed)
            and low not in words.not_named
            and low not in words.not_names
            and low not in words.roles
            and low not in words.speech
        ):
            yield word.start(), _further(text, folded, word.end(), words)


def _further(text: str, folded: str, end: int, words: Lists) -> int:
    """Where a name in lower case ends that goes on with another name."""
    after = _WORD.match(folded, end + 1)
    if after and folded[end] == " " and _no_word(after.group(), words) and text[after.start()].islower():
        return after.end()
    return end


def _roll(text: str, folded: str, start: int, end: int, words: Lists) -> Iterator[Span]:
    """The persons of a list with a heading."""
    head = _AFTER_HEAD.match(folded, end)
    at = head.end() if head else end
    for _ in range(40):
        person = _person(text, folded, at, words)
        if person is None:
            return
        single = not any(c in " ." for c in text[slice(*person)])
        low = folded[slice(*person)]
        if single and (
            low in words.places
            or low in words.towns - words.alone
            or (low not in words.listed and text[slice(*person)].isupper())
        ):
            return
        yield person
        gap = _ITEM_GAP.match(folded, person[1])
        if not gap:
            return
        at = gap.end()


def _credit(text: str, folded: str, start: int, end: int, words: Lists) -> Iterator[Span]:
    """Who made the words, the picture, the note."""
    head = _AFTER_HEAD.match(folded, end)
    verb = folded[start:end].endswith((" by", " par", " de", " avec", " from", " with", " of"))
    first = not start or folded[start - 1] == "\n" or text[start].isupper()
    at = head.end() if head else end + 1 if (verb or first) and folded[end : end + 1] == " " else -1
    for _ in range(6):
        person = _person(text, folded, at, words) if at >= 0 else None
        if person is None:
            return
        low = folded[slice(*person)]
        parts = low.replace(".", " ").split()
        if len(parts) == 1 and (low not in words.alone or verb):
            return
        if not (verb or any(p in words.listed for p in parts) or len(parts[0]) == 1):
            return
        yield person
        gap = _ITEM_GAP.match(folded, person[1])
        if not gap:
            return
        at = gap.end()


def _signed(text: str, folded: str, end: int, words: Lists) -> Iterator[Span]:
    """The writer's name after a closing formula."""
    gap = _AFTER_CLOSING.match(folded, end)
    person = _person(text, folded, gap.end(), words) if gap else None
    if person is None:
        return
    rest = folded[person[1] : person[1] + 2]
    if rest[:1] in ("", "\n", ",", ".", " ") and not (
        rest[:1] == " " and "\n" not in rest and rest[1:].isalpha()
    ):
        low = folded[slice(*person)]
        if " " in low or "." in low or low in words.listed:
            yield person


def _lines(text: str, folded: str, words: Lists) -> Iterator[Span]:
    """Who writes in a chat; names in lower case where lines begin so; a name that ends a message of thanks."""
    at = 0
    for line in text.split("\n"):
        head = line[:80]
        if ":" in head or ">" in head:
            yield from _writer(head, folded, at, words)
        if line and _INFORMAL.match(head):
            yield from _unannounced(text, folded, at, at + len(line), words)
        at += len(line) + 1
    end = _END.search(text[-80:])
    if end and _GRATEFUL.search(folded[-300:]):
        shift = max(0, len(text) - 80)
        low = folded[shift + end.start(1) : shift + end.end(1)].split(" ")[0]
        if low in words.listed and low not in words.places:
            yield shift + end.start(1), shift + end.end(1)


def _writer(head: str, folded: str, at: int, words: Lists) -> Iterator[Span]:
    writer = _WRITER.match(head) or _PLAIN_WRITER.match(head)
    if not writer:
        return
    stamped = writer.re is _WRITER
    start, end = at + writer.start(1), at + writer.end(1)
    parts = folded[start:end].split(" ")
    if any(p in words.org_words or p in words.roles or p in words.not_names for p in parts):
        return
    if all(p in words.listed for p in parts) and (stamped or parts[0] in words.alone):
        yield start, end


def _unannounced(text: str, folded: str, start: int, end: int, words: Lists) -> Iterator[Span]:
    """Names in lower case that are no words, and what stands beside them in a list or before a second name."""
    last = -1
    for match in _SMALL.finditer(folded, start, end):
        low = match.group()
        pair = low in words.short and _further(text, folded, match.end(), words) > match.end()
        if (
            not (low in words.small or pair or ("-" in low and _no_word(low, words)))
            or not text[match.start()].islower()
        ):
            if last >= 0 and low in words.given and low not in words.slang and low not in words.not_named:
                gap = folded[last : match.start()]
                if (
                    _ALSO.fullmatch(gap)
                    and len(low) >= _LEAST
                    and "," not in gap
                    and text[match.start()].islower()
                ):
                    yield match.span()
                    last = match.end()
            continue
        if folded[match.start() - 1 : match.start()] in ("@", "#", "/", "_", "."):
            continue
        yield match.span()
        last = match.end()
        before = _last_small(folded, start, match.start())
        if (
            before
            and folded[before[0] : before[1]] in words.given - words.slang - words.not_named
            and before[1] - before[0] >= _LEAST
        ) and text[before[0]].islower():
            yield before


def _last_small(folded: str, low: int, at: int) -> Span | None:
    """The word straight before, or before "et" and "and"."""
    near = folded[max(low, at - 30) : at]
    joined = re.search(r"([a-z][a-z\-]+)(?: (?:et|and|n|&))? $", near)
    if not joined or joined.group(1) in ("et", "and"):
        return None
    return at - len(near) + joined.start(1), at - len(near) + joined.end(1)
