"""One person's identifiers in redacted text, for a request of erasure: what the redactor could not know.

In: identifiers as the person gives them (a name, an account, a number), or their keyed hashes. Out: removals.
Compared without case, accents, punctuation and spacing; words also in another order ("Doe Jane"), numbers by
their digits with or without the international prefix. Left out: nicknames, initials and descriptions.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vigie.model.document import CleanDocument
from vigie.model.errors import VigieError
from vigie.redact.again import Shift
from vigie.redact.contacts import outside
from vigie.redact.redactor import content_id
from vigie.redact.spans import Removal, merge, placeholder_spans
from vigie.text.normalise import fold

Form = Literal["words", "joined", "digits"]
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\+?\d+")
_MIN_LETTERS, _MIN_DIGITS, _MAX_DIGITS = 3, 6, 20
_JOINED = 4  # words that one identifier may be written in: "dark shop 75" for darkshop75
_GAP = 3  # code points between two words of one identifier


class IdentifierError(VigieError):
    """An identifier is too short to look for. The message does not repeat it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An identifier in the form it is compared in, or the keyed hash of that form.

    Attributes:
        form: words (adjacent, any order), joined (without separators), digits.
        key: the normalised identifier, or its hash.
        words: number of words of the form words, else 0.
        kind: the placeholder that replaces it.
    """

    form: Form
    key: str
    words: int
    kind: str


def marks_of(identifier: str) -> list[Mark]:
    """The forms in which one identifier is looked for. Raises IdentifierError if it is too short."""
    text = unicodedata.normalize("NFKC", identifier).strip()
    words = _WORD.findall(fold(text))
    digits = "".join(re.findall(r"\d", text))
    if digits and not re.search(r"[^\W\d_]", text):
        if len(digits) < _MIN_DIGITS:
            raise IdentifierError(f"an identifier has fewer than {_MIN_DIGITS} digits (give it whole)")
        return [Mark(form="digits", key=_national(digits), words=0, kind="phone")]
    joined = "".join(words)
    if len(joined) < _MIN_LETTERS:
        raise IdentifierError(f"an identifier has fewer than {_MIN_LETTERS} letters (give it whole)")
    kind = "email" if "@" in text[1:] else "handle" if digits or text.startswith("@") else "name"
    keys = {joined}
    found = []
    if len(words) > 1:
        found.append(Mark(form="words", key=" ".join(sorted(words)), words=len(words), kind=kind))
        if len(words) == 2:
            keys.add("".join(reversed(words)))
    return found + [Mark(form="joined", key=key, words=0, kind=kind) for key in sorted(keys)]


class Finder:
    """Looks for marks in texts. `keyed` hashes a candidate when the marks are hashes; None compares plainly."""

    def __init__(self, marks: Collection[Mark], keyed: Callable[[str], str] | None = None) -> None:
        self._kinds = {(m.form, m.key): m.kind for m in marks}
        self._sizes = sorted({m.words for m in marks if m.form == "words"})
        self._forms = {m.form for m in marks}
        self._keyed = keyed
        # Plain marks are looked for in the whole text first, which is many times faster.
        self._needles = [m.key.split() for m in marks] if keyed is None else None

    def find(self, text: str) -> list[Removal]:
        """Removals in order, not overlapping, none in an earlier placeholder."""
        folded = fold(text)
        if self._needles is not None:  # a digits key is a part of its own, without the prefix
            squeezed = "".join(_WORD.findall(folded))
            if not any(all(part in squeezed for part in parts) for parts in self._needles):
                return []
        tokens = [(m.start(), m.end(), m.group()) for m in _WORD.finditer(folded)]
        found = [*self._words(folded, tokens)]
        if "digits" in self._forms:
            found += self._numbers(text)
        return merge(outside(found, placeholder_spans(text))) if found else []

    def _words(self, folded: str, tokens: Sequence[tuple[int, int, str]]) -> Iterator[Removal]:
        if not tokens or not self._forms - {"digits"}:
            return
        most = max(_JOINED, *self._sizes, 1)
        for first, (start, _, _) in enumerate(tokens):
            words: list[str] = []
            for n, (begin, end, word) in enumerate(tokens[first : first + most], 1):
                if n > 1 and not _near(folded, tokens[first + n - 2][1], begin):
                    break
                words.append(word)
                if n <= _JOINED and (kind := self._known("joined", "".join(words))):
                    yield Removal(start, end, kind)
                if n in self._sizes and (kind := self._known("words", " ".join(sorted(words)))):
                    yield Removal(start, end, kind)

    def _numbers(self, text: str) -> Iterator[Removal]:
        groups = [m.span() for m in _NUMBER.finditer(text)]
        for first, (start, _) in enumerate(groups):
            digits = ""
            for n, (begin, end) in enumerate(groups[first:]):
                if n and not _near(text, groups[first + n - 1][1], begin):
                    break
                digits += text[begin:end].lstrip("+")
                if len(digits) > _MAX_DIGITS:
                    break
                if len(digits) >= _MIN_DIGITS and (kind := self._known("digits", _national(digits))):
                    yield Removal(start, end, kind)

    def _known(self, form: Form, key: str) -> str | None:
        return self._kinds.get((form, key if self._keyed is None else self._keyed(key)))


def _near(text: str, end: int, start: int) -> bool:
    gap = text[end:start]
    return len(gap) <= _GAP and "\n\n" not in gap and "[" not in gap and "]" not in gap


def _national(digits: str) -> str:
    """A number without the French prefix in any of its forms; another country's without its 00."""
    for prefix, length in (("0033", 13), ("33", 11), ("0", 10)):
        if digits.startswith(prefix) and len(digits) == length:
            return digits[len(prefix) :]
    return digits.removeprefix("00")


def cleared(document: CleanDocument, finder: Finder) -> CleanDocument:
    """A document as the redactor made it, without what the finder finds; its id is that of the new content."""
    found = {name: finder.find(getattr(document, name)) for name in ("text", "path", "outlet")}
    if not any(found.values()):
        return document
    shift, counts = Shift(found["text"], document.lang), Counter(document.redactions)
    counts.update(r.kind for r in found["text"])
    text = shift.apply(document.text)
    return replace(
        document,
        doc_id=content_id(text, str(document.published or "")),
        title=shift.apply(document.title),
        text=text,
        path=Shift(found["path"], document.lang).apply(document.path),
        outlet=Shift(found["outlet"], document.lang).apply(document.outlet),
        redactions=dict(sorted(counts.items())),
    )
