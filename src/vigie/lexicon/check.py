"""Proves the lexicons: every entry holds together and carries its own evidence.

In: a data folder (lexicons/<lang>/*.toml, taxonomy/*.toml, references.toml, references/*.toml), the package's own by
default. Out: Problems, each saying the file, the entry, what is wrong and how to repair it; [] when all is well.

Strong entries are proved on the compiled file alone. An ambiguous entry counts only in context, so that its proof
needs the finder that applies the context: the caller passes it by lexicon name. Without it only hits are checked.
A file that says `overlap = true` is read by a finder that lets entries share surfaces and overlap. Entries of the folder
any/ count in every language: a hit must be found in one of them, a miss in none. No two files of names may claim a surface
for two ids.
Left out: whether a term is well chosen; the annotated corpus measures that.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from vigie.lexicon.matcher import Matcher, expand
from vigie.lexicon.substances import LANGUAGES, NAMES
from vigie.lexicon.terms import SHARED, Term, parse_terms
from vigie.model.errors import LexiconError

_BRACKET = re.compile(r"\[([^\[\]]+)\]")
# Taxonomy files and their lists; the lexicons whose term ids come from them; prefixes that name no entry.
_TAXONOMIES = {"substances": "substance", "modalities": "code"}
_IDS_FROM = {**dict.fromkeys(NAMES, "substances"), "modalities": "modalities"}
_NO_ENTRY = frozenset({"none", "not-a-substance", "not-a-modality"})
_CAS = re.compile(r"^(\d{2,7})-(\d\d)-(\d)$")
_ATC = re.compile(r"^Q?[A-Z]\d\d[A-Z]{2}\d\d$")
_INCHIKEY = re.compile(r"^[A-Z]{14}-[A-Z]{10}-[A-Z]$")


class Spanned(Protocol):
    """What a finder finds: it stands at [start, end)."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


Finder = Callable[[str, str], Sequence[Spanned]]  # (text, language) -> what counts there


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of the data.

    Attributes:
        file: path under the data folder.
        entry: id of the entry, "" when the fault is of the whole file.
        message: what is wrong.
        repair: what to change.
    """

    file: str
    entry: str
    message: str
    repair: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry + ': ' if self.entry else ''}{self.message}; {self.repair}"


def check_lexicons(folder: Path | None = None, finders: Mapping[str, Finder] | None = None) -> list[Problem]:
    """All faults of the lexicons, taxonomies and references under `folder` (the package's data by default).

    Args:
        finders: by lexicon name ("substances"), the function that applies its context rule.
    """
    data = Path(str(resources.files("vigie"))) / "data" if folder is None else folder
    problems: list[Problem] = []
    known, faults = _references(data)
    problems += faults
    ids, faults = _taxonomy_ids(data)
    problems += faults
    names: dict[str, list[tuple[str, Term]]] = {}
    for path in sorted((data / "lexicons").glob("*/*.toml")):
        name = f"lexicons/{path.parent.name}/{path.name}"
        document, fault = _parse(path, name)
        if document is None:
            problems.append(fault)
            continue
        try:
            terms = parse_terms(document, name)
        except LexiconError as error:
            problems.append(Problem(file=name, entry="", message=str(error), repair="complete the entry"))
            continue
        if not document.get("overlap"):
            problems += _doubles((name, term) for term in terms)
        taxonomy = _IDS_FROM.get(path.stem, path.stem)
        finder = (finders or {}).get(taxonomy)
        proof = _Proof(path.parent.name, terms, bool(document.get("overlap")), finder)
        problems += _check_file(name, terms, known, ids.get(taxonomy), proof)
        if path.stem in NAMES:
            names.setdefault(path.parent.name, []).extend((name, term) for term in terms)
    for lang in LANGUAGES:
        problems += _doubles([*names.get(SHARED, ()), *names.get(lang, ())], within=False)
    return problems


class _Proof:
    """Where the entries of one file match in a sentence."""

    def __init__(self, lang: str, terms: Sequence[Term], overlap: bool, finder: Finder | None) -> None:
        self.languages = LANGUAGES if lang == SHARED else (lang,)
        self.finder = finder
        self._overlap = overlap
        self._whole = Matcher(terms)

    def spans(self, text: str, term: Term) -> set[tuple[int, int]]:
        """Spans in which an entry with the term's id matches, context aside."""
        if not self._overlap:
            return {(hit.start, hit.end) for hit in self._whole.find(text) if hit.term.id == term.id}
        spans = {(hit.start, hit.end) for hit in self._whole.find_every(text) if hit.term.id == term.id}
        return {(a, b) for a, b in spans if not any((c, d) != (a, b) and c <= a and b <= d for c, d in spans)}

    def counted(self, text: str, term: Term) -> set[tuple[int, int]]:
        """Those that the context rule lets count, where there is one."""
        spans = self.spans(text, term)
        if self.finder is None:
            return spans
        found = [mention for lang in self.languages for mention in self.finder(text, lang)]
        return spans & {(m.start, m.end) for m in found if _identity(m) in (None, term.id)}


def _check_file(
    name: str, terms: Sequence[Term], sources: set[str], ids: set[str] | None, proof: _Proof
) -> Iterator[Problem]:
    for term in terms:

        def fault(message: str, repair: str, entry: str = term.id) -> Problem:
            return Problem(file=name, entry=entry, message=message, repair=repair)

        if term.extra.get("draft"):
            yield fault(
                f"{term.surface[0]!r} is a draft: it is never loaded",
                "choose the id, name the source, write your own hit and miss, then remove the line draft",
            )
        if ids is not None and term.id not in ids and term.id.partition(":")[0] not in _NO_ENTRY:
            yield fault("id is not in its taxonomy", "correct the id, or add it under taxonomy/")
        if not term.source:
            yield fault("has no source", "name a key of references.toml")
        elif term.source not in sources:
            yield fault(
                f"source {term.source!r} is not a reference", "add it under references/, or correct it"
            )
        yield from _unproved(term, fault)
        ambiguous = term.status == "ambiguous"
        for sentence in term.hit:
            text, spans = unbracket(sentence)
            if not spans:
                yield fault(f"hit without brackets: {sentence!r}", "put [brackets] around what must be found")
                continue
            found = (proof.counted if ambiguous else proof.spans)(text, term)
            if found != spans:
                missing = [text[a:b] for a, b in sorted(spans - found)]
                extra = [text[a:b] for a, b in sorted(found - spans)]
                yield fault(
                    f"hit {sentence!r}: not found {missing}, found beside the brackets {extra}",
                    "move the brackets, correct the surface, or give the sentence a context that supports it",
                )
        if ambiguous and proof.finder is None:
            continue
        for sentence in term.miss:
            text, _ = unbracket(sentence)
            found = proof.counted(text, term)
            if found:
                words = [text[a:b] for a, b in sorted(found)]
                yield fault(
                    f"miss {sentence!r} matches {words}", "narrow the surface, or make the entry ambiguous"
                )


def unbracket(sentence: str) -> tuple[str, set[tuple[int, int]]]:
    """The sentence without its brackets, and the spans they held."""
    spans: set[tuple[int, int]] = set()
    text, last = "", 0
    for match in _BRACKET.finditer(sentence):
        text += sentence[last : match.start()]
        spans.add((len(text), len(text) + len(match[1])))
        text += match[1]
        last = match.end()
    return text + sentence[last:], spans


def _identity(mention: Spanned) -> str | None:
    """The id a mention stands for, as far as its kind says it."""
    for field in ("substance", "form"):
        if getattr(mention, field, None):
            return str(getattr(mention, field))
    if hasattr(mention, "family") and hasattr(mention, "code"):
        return f"{mention.family}:{mention.code}"
    return None


def _unproved(term: Term, fault: Callable[[str, str], Problem]) -> Iterator[Problem]:
    shown = {text[a:b] for text, spans in map(unbracket, term.hit) for a, b in spans}
    for surface in term.surface:
        variants = expand(surface)
        if not any(
            key == proved and (cased is None or cased == text)
            for text in shown
            for proved, _ in expand(text.replace("+", ""))[:1]
            for key, cased in variants
        ):
            yield fault(f"surface {surface!r} has no hit", f"add a sentence with [{surface.strip('=+')}]")


def _doubles(entries: Iterable[tuple[str, Term]], *, within: bool = True) -> Iterator[Problem]:
    """A surface that two ids claim: the second would never be found. `within`: in one file, else between files."""
    owner: dict[tuple[str, str | None], tuple[str, str]] = {}
    for name, term in entries:
        for surface in term.surface:
            for variant in expand(surface):
                file, first = owner.setdefault(variant, (name, term.id))
                if first != term.id and (file == name) == within:
                    yield Problem(
                        file=name,
                        entry=term.id,
                        message=f"surface {surface!r} also stands under {first}"
                        + ("" if within else f" in {file}"),
                        repair="keep it in one entry",
                    )
                    break


def _parse(path: Path, name: str) -> tuple[dict[str, Any] | None, Problem]:
    broken = Problem(file=name, entry="", message="cannot be read", repair="make it valid TOML in UTF-8")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), broken
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"cannot be read ({error})"
        return None, Problem(file=name, entry="", message=message, repair="make it valid TOML in UTF-8")


def _references(data: Path) -> tuple[set[str], list[Problem]]:
    known: set[str] = set()
    problems = []
    for path in [data / "references.toml", *sorted((data / "references").glob("*.toml"))]:
        name = path.relative_to(data).as_posix()
        document, fault = _parse(path, name)
        if document is None:
            problems.append(fault)
            continue
        for key, value in document.items():
            if not isinstance(value, dict):
                continue
            known.add(key)
            if not value.get("title"):
                problems.append(Problem(file=name, entry=key, message="has no title", repair="add one"))
    return known, problems


def _taxonomy_ids(data: Path) -> tuple[dict[str, set[str]], list[Problem]]:
    ids: dict[str, set[str]] = {}
    problems = []
    for stem, key in _TAXONOMIES.items():
        path = data / "taxonomy" / f"{stem}.toml"
        if not path.is_file():
            continue
        name = f"taxonomy/{stem}.toml"
        document, fault = _parse(path, name)
        if document is None:
            problems.append(fault)
            continue
        rows = document.get(key, [])
        listed = [_row_id(row) for row in rows]
        ids[stem] = set(listed)
        for double, count in Counter(listed).items():
            if count > 1:
                problems.append(
                    Problem(file=name, entry=double, message="stands twice", repair="keep one entry")
                )
        if key == "substance":
            problems += _check_substances(name, rows, ids[stem])
    return ids, problems


def _row_id(row: Mapping[str, Any]) -> str:
    identifier = str(row.get("id", ""))
    if not identifier and "family" in row and "code" in row:
        identifier = f"{row['family']}:{row['code']}"
    return identifier


def _check_substances(name: str, rows: Sequence[Mapping[str, Any]], ids: set[str]) -> Iterator[Problem]:
    for row in rows:
        entry = str(row.get("id", ""))
        for field in ("name_fr", "name_en", "group"):
            if not row.get(field):
                yield Problem(file=name, entry=entry, message=f"has no {field}", repair="add it")
        for parent in row.get("parents", ()):
            if parent not in ids or parent == entry:
                yield Problem(
                    file=name, entry=entry, message=f"parent {parent!r} is not an entry", repair="correct it"
                )
        if "cas" in row and not is_cas(row["cas"]):
            yield Problem(
                file=name,
                entry=entry,
                message="CAS number fails its check digit",
                repair="correct or drop it",
            )
        for field, shape in (("atc", _ATC), ("inchikey", _INCHIKEY)):
            if field in row and not shape.match(row[field]):
                yield Problem(
                    file=name, entry=entry, message=f"{field} is malformed", repair="correct or drop it"
                )


def is_cas(number: str) -> bool:
    """A CAS registry number whose check digit is right."""
    match = _CAS.match(number)
    if not match:
        return False
    digits = (match[1] + match[2])[::-1]
    return sum(i * int(d) for i, d in enumerate(digits, 1)) % 10 == int(match[3])
