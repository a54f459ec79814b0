"""Works out, for a store, which documents are copies or satire and how credible each observation is.

In: an open store. Out: its columns `satire`, `original_id`, `copied`, `credibility`, `credibility_rule`, `corroborated`,
worked out again from what is stored. Thresholds: data/taxonomy/copies.toml, credibility.toml, satire.toml.
Left out: counting sources in a figure (`report/`); what a copy is (`text/fingerprint.py`); the rules (`stats/credibility.py`).
Known weakness: texts that expired are compared no more; copies found before stay known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import data_toml
from vigie.stats.credibility import Statement, credibility_rules, judge
from vigie.store import Store, assessment
from vigie.text.fingerprint import items, kept_in_order, print_of, runs, share_kept
from vigie.text.normalise import fold

_BATCH = 50_000  # observations held in memory together, where their subjects allow it


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """data/taxonomy/copies.toml."""

    near_share: float
    least_runs: int
    near_items: float
    near_least: int
    spun_share: float
    least_items: int
    least_telling: int
    reworded_runs: float
    reworded_share: float
    reworded_items: int
    spun_kinds: tuple[str, ...]
    relays: tuple[str, ...]
    signed: tuple[str, ...]


@cache
def thresholds() -> Thresholds:
    table = data_toml("taxonomy", "copies.toml")
    near, spun, reworded = table["near"], table["spun"], table["reworded"]
    return Thresholds(
        near_share=near["share"],
        least_runs=near["least_runs"],
        near_items=near["items"],
        near_least=near["least_items"],
        spun_share=spun["share"],
        least_items=spun["least_items"],
        least_telling=spun["least_telling"],
        reworded_runs=reworded["runs"],
        reworded_share=reworded["share"],
        reworded_items=reworded["items"],
        spun_kinds=tuple(spun["kinds"]),
        relays=tuple(table["relay"]["kinds"]),
        signed=tuple(
            form.format(name) for name in table["agencies"]["names"] for form in table["agencies"]["signed"]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What was worked out: documents compared, copies among all documents, observations judged."""

    compared: int
    copies: int
    judged: int


def assess(store: Store, *, everything: bool = False) -> Assessed:
    """Bring the assessment up to date; safe to repeat.

    Args:
        everything: judge every observation again, not only subjects in which something changed. After a purge, a
            merge or a change of the rules.
    """
    before = assessment.copies(store)
    assessment.forget_stale(store)
    new: set[str] = set()
    for page in assessment.unprinted(store):
        assessment.write_prints(store, {doc_id: print_of(text) for doc_id, text in page})
        new.update(doc_id for doc_id, _ in page)
    if new:
        _find_copies(store, new)
    after = assessment.copies(store)
    changed = {d for d in before.keys() | after.keys() if before.get(d) != after.get(d)}
    changed |= assessment.mark_satire(store, satirical())
    judged = 0
    for type_, substances in _batches(assessment.subjects(store, changed, everything=everything)):
        found = [_statement(row) for row in assessment.statements(store, type_, substances)]
        verdicts = judge(found)
        rows = [
            (s.doc_id, s.id, v.credibility, v.rule, v.corroborated) for s in found for v in (verdicts[s.id],)
        ]
        assessment.write_verdicts(store, rows)
        judged += len(rows)
    return Assessed(compared=len(new), copies=len(after), judged=judged)


def assess_if_due(store: Store) -> None:
    """The same where something was not judged yet: a store of an older Vigie, a run that was killed. What reads sources,
    copies and satire for the public calls it first."""
    if assessment.due(store):
        assess(store)


@cache
def satirical() -> frozenset[str]:
    """Names and hosts of publications that are satire, folded."""
    table = data_toml("taxonomy", "satire.toml")
    return frozenset(fold(name).strip() for name in (*table["outlets"], *table["hosts"]))


def copied(copy: str, original: str, *, may_be_spun: bool) -> str:
    """ "near", "spun" or "": what the first text is of the second."""
    rule = thresholds()
    mine, theirs = items(copy), items(original)
    kept = kept_in_order(mine, theirs)
    found = runs(copy)
    share = share_kept(found, runs(original)) if len(found) >= rule.least_runs else 0.0
    same_words = share >= rule.near_share
    # A form that an office fills in every month has the same words and other figures.
    if same_words and len(mine) >= rule.least_items and kept >= rule.near_items * len(mine):
        return "near"
    if (
        share >= rule.reworded_runs
    ):  # of a short text few figures are left to compare: number words are read too
        told = items(copy, words=True)
        same = kept_in_order(told, items(original, words=True))
        few = len(mine) < rule.least_items
        if same_words and few and (len(told) < rule.near_least or same >= rule.near_items * len(told)):
            return "near"
        if may_be_spun and same >= rule.reworded_items and same >= rule.reworded_share * len(told):
            return "spun"
    if not may_be_spun or len(mine) < rule.least_items or kept < rule.spun_share * len(mine):
        return ""
    telling = kept_in_order([i for i in mine if _telling(i)], [i for i in theirs if _telling(i)])
    return "spun" if telling >= rule.least_telling and kept >= rule.least_items else ""


def _telling(item: str) -> bool:
    """A name, or a figure that two people would not both come upon: 1347, 12.4, not 60 or 2000."""
    return not item[0].isdigit() or "." in item or len(item.rstrip("0")) >= 3


def _find_copies(store: Store, new: Collection[str]) -> None:
    """Compare the new documents with what looks like them, and store what they are copies of."""
    rule = thresholds()
    known = assessment.copies(store)
    found: dict[str, tuple[str, str] | None] = {}
    pairs = assessment.pairs(store, new, rule.relays, rule.spun_kinds, rule.signed)
    for at in range(0, len(pairs), 200):
        chosen = pairs[at : at + 200]
        texts = assessment.texts(store, {p.copy for p in chosen} | {p.original for p in chosen})
        for pair in chosen:
            if found.get(pair.copy):
                continue  # its nearest original is known
            how = copied(texts[pair.copy], texts[pair.original], may_be_spun=pair.spun)
            if how:
                found[pair.copy] = (pair.original, how)
    every = {**known, **{doc_id: it for doc_id, it in found.items() if it}}
    heads = {doc_id: (_head(doc_id, every), how) for doc_id, (_, how) in every.items()}
    assessment.write_copies(store, {d: it for d, it in heads.items() if known.get(d) != it})


def _head(doc_id: str, copies: Mapping[str, tuple[str, str]]) -> str:
    """The document at the end of a chain of copies."""
    seen = {doc_id}
    while doc_id in copies and copies[doc_id][0] not in seen:
        doc_id = copies[doc_id][0]
        seen.add(doc_id)
    return doc_id


def _batches(subjects: Iterable[tuple[str, str, int, bool]]) -> list[tuple[str, frozenset[str]]]:
    """A type with the substances that must be judged together, small ones joined: each batch is one query.

    Args:
        subjects: (type, substance, observations, whether it has to be judged).
    """
    kinds = credibility_rules().kinds
    sizes: dict[tuple[str, frozenset[str]], int] = Counter()
    dirty: set[tuple[str, frozenset[str]]] = set()
    members: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
    for type_, substance, size, wanted in subjects:
        whole = kinds[type_].substance == "any"
        group = type_, frozenset[str]() if whole else _families().get(substance, frozenset({substance}))
        sizes[group] += size
        members[group].add(substance)
        dirty |= {group} if wanted else set()
    found: list[tuple[str, frozenset[str]]] = []
    room = 0
    for group in sizes:
        if group not in dirty:
            continue
        if found and found[-1][0] == group[0] and sizes[group] <= room:
            found[-1] = group[0], found[-1][1] | members[group]
            room -= sizes[group]
        else:
            found.append((group[0], frozenset(members[group])))
            room = _BATCH - sizes[group]
    return found


@cache
def _families() -> Mapping[str, frozenset[str]]:
    """Substance -> all substances that are linked to it by "is a kind of"."""
    groups = {entry: {entry} for entry in taxonomy()}
    for entry in taxonomy().values():
        for parent in entry.parents:
            joined = groups[entry.id] | groups[parent]
            for member in joined:
                groups[member] = joined
    return {entry: frozenset(group) for entry, group in groups.items()}


@cache
def _broader(substance: str) -> tuple[str, ...]:
    """The substance, then what it is a kind of, nearest first."""
    found = [substance]
    for name in found:
        found += [p for p in (taxonomy()[name].parents if name in taxonomy() else ()) if p not in found]
    return tuple(found)


def _statement(row: Mapping[str, Any]) -> Statement:
    kind = credibility_rules().kinds[row["type"]]
    unit = "g" if row["type"] == "quantity" and row["grams"] is not None else row["unit"]
    said = {**row, "unit": unit}
    subject = (row["type"], *(str(said[name] or "") for name in kind.same))
    opposite: tuple[str, ...] = ()
    if row["direction"] in kind.opposite:
        opposite = tuple(kind.opposite[part] if part == row["direction"] else part for part in subject)
    substance = row["substance"] or ""
    substances = {"any": ("",), "family": _broader(substance)}.get(kind.substance, (substance,))
    low, high = _value(row)
    return Statement(
        id=row["id"],
        doc_id=row["doc_id"],
        voice=fold(row["speaker"] or "").strip(),
        cites=fold(row["attribution"] or "").strip(),
        subject=subject,
        opposite=opposite,
        substances=substances,
        areas=_areas(row, kind.area),
        start=_day(row["when_start"]),
        end=_day(row["when_end"]),
        low=low if low is not None else high,
        high=high if high is not None else low,
        assertion=row["assertion"],
        grade=row["grade"],
        official=row["document_kind"] in credibility_rules().official,
        satire=bool(row["satire"]),
        confidence=row["confidence"],
        sentence=row["sentence"] or "",
        original=row["original_id"] or "",
        spun=row["copied"] == "spun",
    )


def _day(day: date | None) -> int | None:
    return day.toordinal() if day else None


def _value(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Bounds in one unit of the subject: euros for one unit, grams, pieces, percent, persons."""
    type_ = row["type"]
    if type_ == "price":
        middle = row["eur_per_unit"]
        low, high = row["eur_low"], row["eur_high"]
        if middle is None or low is None or high is None or low + high == 0:
            return middle, middle
        return 2 * middle * low / (low + high), 2 * middle * high / (low + high)
    if type_ == "quantity" and row["grams"] is not None:
        return row["grams"], row["grams_high"]
    if type_ in ("quantity", "purity") or (type_ == "event" and row["unit"] == "person"):
        return row["low"], row["high"]
    return None, None


def _areas(row: Mapping[str, Any], rule: str) -> tuple[str, ...]:
    """The area of a statement, in France a department at the finest, then what contains it."""
    if rule == "any":
        return ("*",)
    fine = row["place_level"] in ("arrondissement", "commune") and row["place_department"]
    listed = [row["place_department"] if fine else row["place_code"]]
    listed += [row["place_department"], row["place_region"], row["place_country"]]
    if not any(listed):
        listed = [row["source_country"]]  # a national source that names no place speaks of its country
    found = tuple(dict.fromkeys(code for code in listed if code))
    return found if rule == "containing" else found[:1]
