"""Corrections as drafts of lexicon entries, in the form of `vigie lexicon suggest`: words that were read for the wrong thing, or not read at all.

In: a store whose decisions were taken in. Out: Suggestions; the files of a data folder. A draft is never loaded, and the checker names it until its
mark is removed. What a correction says of a word:
  another substance, or the fact rejected: the word that stood for the substance does not always: `ambiguous`, with the sentence as a miss to write;
  another way of selling, or rejected: the same for the modality;
  a substance where none was read: the sentence holds a word for it that no lexicon has.
Left out: hits and misses themselves: they are the author's own sentences; those of the sources stay comments.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vigie.analysis.drafts import REFERENCES, TAXONOMIES, clean_line, save_drafts, shown
from vigie.lexicon.matcher import Matcher
from vigie.lexicon.substances import LANGUAGES, substance_matcher
from vigie.lexicon.terms import data_text, load_terms
from vigie.model.observation import ModalityValue, Observation
from vigie.store import Store, reviews
from vigie.text.normalise import fold

What = Literal["not-always", "missing"]
UNKNOWN = "to-choose"  # a surface that a person has to read in the sentence
HEADER = """\
# Drafts of `vigie review drafts`: words that reviewers read otherwise than the extractor. Nothing here is in a lexicon: a draft is never loaded.
# For each entry: choose its surface where it says to-choose, name its source (a key of references.toml), write your own `hit` with [brackets]
# around the word, and `miss` where it means something else (a lexicon may hold the word already: then these go there); remove `draft = true`.
# Delete what is no term. The sentences in the comments are redacted, for you alone: never copy them into an entry.
# Then: vigie lexicon check --data {folder}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A decision that says so: where, and the redacted sentence around [start, …)."""

    decision_id: str
    doc_id: str
    verdict: str
    sentence: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One entry to write or to mend.

    Attributes:
        name: file of the lexicons, substances or modalities. id: what the word was taken for, or what it should be taken for if `missing`.
        others: what the reviewers said it is instead; "" for nothing.
    """

    name: str
    lang: str
    id: str
    surface: str
    what: What
    others: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def suggestions(store: Store) -> list[Suggestion]:
    """What final decisions say of words, most often said first."""
    sql = (
        "SELECT r.*, d.lang FROM review_decisions r JOIN documents d USING (doc_id) WHERE r.final AND r.verdict <> 'accept' "
        "QUALIFY row_number() OVER (PARTITION BY doc_id, observation_id ORDER BY decided_at DESC, decision_id DESC) = 1 "
        "ORDER BY decided_at, decision_id"
    )
    found: dict[tuple[str, str, str, str, What], list[tuple[str, Evidence]]] = {}
    for row in store.query(sql).to_pylist():
        pair = reviews.unpacked(row["before"])
        before = reviews.record(pair.fact)
        after = [reviews.record(p.fact) for p in reviews.unpacked_list(row["after"])]
        lang = row["lang"] if row["lang"] in LANGUAGES else LANGUAGES[0]
        sentence = pair.proof["sentence"] if pair.proof else before.quote
        start = pair.proof["quote_start"] if pair.proof else 0
        for name, id_, surface, what, other in _said(before, after, sentence, start, lang):
            told = Evidence(
                decision_id=row["decision_id"],
                doc_id=row["doc_id"],
                verdict=row["verdict"],
                sentence=sentence,
                start=start,
            )
            found.setdefault((name, lang, id_, surface, what), []).append((other, told))
    listed = [
        Suggestion(
            name=name, lang=lang, id=id_, surface=surface, what=what, others=tuple(dict.fromkeys(other for other, _ in said)),
            evidence=tuple(told for _, told in said),
        )
        for (name, lang, id_, surface, what), said in found.items()
    ]  # fmt: skip
    return sorted(listed, key=lambda s: (s.name, s.lang, -len(s.evidence), s.id, s.surface))


def write(found: Sequence[Suggestion], folder: Path) -> list[Path]:
    """Write the drafts; the paths written. Raises LexiconError if a file is there already: it may hold a reviewer's work."""
    pages: dict[Path, str] = {folder / "references.toml": REFERENCES}
    for name in TAXONOMIES:
        pages[folder / "taxonomy" / f"{name}.toml"] = data_text("taxonomy", f"{name}.toml")
    for lang in LANGUAGES:
        for name in TAXONOMIES:
            entries = [draft(s) for s in found if (s.lang, s.name) == (lang, name)]
            if entries:
                header = HEADER.format(folder=folder)
                pages[folder / "lexicons" / lang / f"{name}.toml"] = "\n".join([header, *entries])
    return save_drafts(pages)


def draft(one: Suggestion) -> str:
    """One entry, with its evidence above it."""
    return "\n".join([*(f"# {line}" for line in _evidence(one)), *_entry(one)]) + "\n"


def _entry(one: Suggestion) -> Iterator[str]:
    yield "[[term]]"
    yield "draft = true"
    yield f"id = {json.dumps(one.id)}"
    yield f"surface = {json.dumps([one.surface], ensure_ascii=False)}"
    yield f'status = "{"ambiguous" if one.what == "not-always" else "strong"}"'
    yield 'source = ""'
    yield "hit = []"
    yield "miss = []"


def _evidence(one: Suggestion) -> Iterator[str]:
    times = f"{len(one.evidence)} decision{'s' if len(one.evidence) > 1 else ''}"
    if one.what == "missing":
        yield f"{times}: {one.id} was meant where none was read"
    else:
        instead = ", ".join(other or "nothing" for other in one.others)
        yield f"{times}: {clean_line(one.surface)} was read as {one.id}, and reviewers said {instead}"
    for told in one.evidence:
        yield f"{told.verdict} {clean_line(told.doc_id)}: {shown(told.sentence, told.start)}"


Said = tuple[str, str, str, What, str]  # file, id, surface, what, what it is instead


def _said(
    before: Observation, after: Sequence[Observation], sentence: str, start: int, lang: str
) -> Iterator[Said]:
    told = list(dict.fromkeys(o.substance or "" for o in after))
    if (
        before.substance
        and before.substance not in told
        and (after or before.type not in ("modality", "event", "trend", "flow"))
    ):
        surface = _surface(substance_matcher(lang), before.substance, sentence, start)
        for other in told or [""]:
            yield "substances", before.substance, surface, "not-always", other
    for other in told:
        if other and other != before.substance and not before.substance:
            yield "substances", other, UNKNOWN, "missing", other
    if isinstance(before.value, ModalityValue):
        code = f"{before.value.family}:{before.value.code}"
        codes = [f"{o.value.family}:{o.value.code}" for o in after if isinstance(o.value, ModalityValue)]
        if code not in codes:
            words = Matcher(load_terms("modalities", lang))
            for other in codes or [""]:
                yield "modalities", code, _surface(words, code, sentence, start), "not-always", other


def _surface(words: Matcher, id_: str, sentence: str, start: int) -> str:
    """The word of the sentence that the lexicon has for the id, the one nearest the quote."""
    hits: Iterable[tuple[int, str]] = (
        (abs(hit.start - start), sentence[hit.start : hit.end])
        for hit in words.find(sentence, fold(sentence))
        if hit.term.id == id_
    )
    return min(hits, default=(0, UNKNOWN))[1]
