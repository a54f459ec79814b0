"""How much a job missed: the sample of dropped pages, read again with the quality path.

In: a folder of `vigie bulk` and the archives that it was made from. Out: an Audit, counts only: no text, no address. Each page of the
sample is found by its offset, read as a saved page would be (trafilatura, redaction, extraction, no prefilter, no classifier), and
counts as missed if it states a fact. Every dropped page had the same chance to be in the sample, by a hash of its id; so those missed
in the sample tell how many were missed in all.

Interval: exact for sampling without replacement from a known number of pages (hypergeometric, the finite form of Clopper and
Pearson's, Biometrika 26, 1934): all numbers of missed pages under which what was seen is not improbable, 2.5 % on each side. It is
wider than it would need to be, never narrower. Known weakness: what the quality path misses as well is not counted, and pages of
archives that are gone are taken to be like the others.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vigie.bulk.account import Account
from vigie.bulk.archive import Archive
from vigie.bulk.cascade import records_at
from vigie.bulk.folder import Folder
from vigie.bulk.job import head_of
from vigie.bulk.reasons import reasons
from vigie.bulk.records import Record
from vigie.bulk.tally import AuditId, Tally, mark
from vigie.model.errors import InputRefused
from vigie.pipeline import Reading, Refusal, clean_stream, observe


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One reason: pages dropped for it, of these in the sample, read again, and with a fact."""

    reason: str
    dropped: int
    sampled: int
    read: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found.

    Attributes:
        kept: documents with facts. lines: by reason, in the order of the cascade.
        missed: pages with facts among all that were dropped, most likely; `missed_low`, `missed_high`: interval.
        recall, recall_low, recall_high: kept / (kept + missed), 0 to 1; None unless `enough`.
        gone: names of archives that cannot be read any more. lost: pages of the sample that were not found in theirs.
        enough: whether the sample says something; else `why` not.
    """

    kept: int
    lines: tuple[Line, ...]
    missed: int
    missed_low: int
    missed_high: int
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    gone: tuple[str, ...]
    lost: int
    enough: bool
    why: str = ""


def audit(
    folder: Folder, find: Callable[[Account], Archive | None], tell: Callable[[int, int], None] | None = None
) -> Audit:
    """Read the sample again.

    Args:
        find: the archive of an account; None where it is not, or is another one now.
        tell: hears how many archives of the sample are done, and how many there are.
    """
    total, sampled_of = Tally(), list[Account]()
    for key in folder.listed():
        account = folder.account(key)
        if account is not None:
            total.add(account.tally)
            if account.tally.audit:
                sampled_of.append(account)
    languages = frozenset((folder.job() or {}).get("plan", {}).get("languages", ()))
    read, missed, gone, lost = Counter[str](), Counter[str](), list[str](), 0
    for number, account in enumerate(sampled_of):
        if tell is not None:
            tell(number, len(sampled_of))
        sample = account.tally.audit
        archive = find(account)
        verdicts = None if archive is None else _again(archive, sample, languages)
        if verdicts is None:
            gone.append(account.name)
            continue
        lost += len(sample) - len(verdicts)
        for reason, states_facts in verdicts:
            read[reason] += 1
            missed[reason] += states_facts
    sampled = Counter(one.reason for account in sampled_of for one in account.tally.audit)
    lines = tuple(
        Line(
            reason=name,
            dropped=total.rejected[name],
            sampled=sampled[name],
            read=read[name],
            missed=missed[name],
        )
        for name, reason in reasons().items()
        if reason.audited and total.rejected[name]
    )
    return judged(total.kept, lines, tuple(gone), lost)


def among(archives: Iterable[Archive]) -> Callable[[Account], Archive | None]:
    """What finds the archive of an account among these, by its key, else by its size and its first bytes.

    The key of what was read from a server holds what that server said of its version, which no copy on a disk has. A wrong
    archive cannot be taken for it: pages are found by the ids of their records.
    """
    given = list(archives)
    by_key = {archive.key: archive for archive in given}
    heads = dict[str, str]()

    def head(archive: Archive) -> str:
        if archive.key not in heads:
            try:
                heads[archive.key] = head_of(archive)
            except (InputRefused, OSError):
                heads[archive.key] = ""
        return heads[archive.key]

    def find(account: Account) -> Archive | None:
        if account.key in by_key or not account.head:
            return by_key.get(account.key)
        like = [a for a in given if account.size in (None, a.size) and head(a) == account.head]
        return min(like, key=lambda a: a.name != account.name, default=None)

    return find


def _again(
    archive: Archive, sample: Sequence[AuditId], languages: frozenset[str]
) -> list[tuple[str, bool]] | None:
    """(reason, whether it states a fact) of each page of the sample that is found; None if the archive cannot be read."""
    # Archives give ids as they like, the same one twice too: a page is its place and its id.
    wanted: dict[tuple[int, str], list[AuditId]] = {}
    for one in sorted(sample):
        wanted.setdefault((one.offset, one.record_id), []).append(one)
    found = []
    try:
        for record in records_at(archive, [one.offset for one in sorted(sample)]):
            alike = wanted.get((record.offset, mark(record.record_id)))
            if alike:
                found.append((alike.pop(0).reason, _states_facts(archive.name, record, languages)))
    except (InputRefused, OSError):
        return None
    return found


def _states_facts(name: str, record: Record, languages: frozenset[str]) -> bool:
    """Whether the quality path finds a fact in a page of the languages that the job was to read."""
    suffix = ".txt" if record.kind == "text" else ".html"
    for item in clean_stream(f"{name}#{record.number}{suffix}", bytes(record.payload), Reading()):
        if isinstance(item, Refusal) or item.document.lang not in languages | {"und"}:
            continue
        found = observe(item.document)
        if found and not isinstance(found, Refusal):
            return True
    return False


def judged(kept: int, lines: Sequence[Line], gone: Sequence[str] = (), lost: int = 0) -> Audit:
    """What the counts say."""
    dropped, read, missed = (sum(getattr(x, f) for x in lines) for f in ("dropped", "read", "missed"))
    low, high = missed_between(dropped, read, missed) if read else (0, dropped)
    likely = round(dropped * missed / read) if read else 0
    rules = _rules()
    recall, worst, best = (kept / (kept + many) if kept else None for many in (likely, high, low))
    few = f"{read} dropped pages read again, of {dropped}: too few to"
    repair = f"--audit-one-in {advised(dropped, kept)} and another --out, which reads the archives again; or more archives"
    if gone:
        repair = (
            "archives are not there: name them, or the folder they lie in now, after the folder of the job"
        )
    why = ""
    if not dropped and kept:
        why = "nothing was dropped"
    elif read < min(rules["least"], dropped):
        why = f"{few} say anything ({repair})"
    elif not kept:
        why = "nothing was kept: there is nothing to compare with"
    elif worst is not None and best is not None and best - worst > rules["widest"]:
        why = f"{few} tell the recall, which is between {worst:.2f} and {best:.2f} ({repair})"
    return Audit(
        kept=kept, lines=tuple(lines), missed=likely, missed_low=low, missed_high=high,
        recall=None if why else recall, recall_low=None if why else worst, recall_high=None if why else best,
        gone=tuple(gone), lost=lost, enough=not why, why=why,
    )  # fmt: skip


def advised(dropped: int, kept: int) -> int:
    """One dropped page in how many should be sampled so that the audit can tell the recall, at least 1.

    So many that, with none missed among half of them, the interval is no wider than `widest`: the other half pays for a few missed.

    Args:
        dropped: pages in all, expected. kept: documents, expected; 0 where that is not known.
    """
    rules = _rules()
    if not dropped:
        return 1
    pages = rules["least"]
    if kept:
        bearable = kept * rules["widest"] / (1 - rules["widest"])  # missed pages at the end of the interval
        if bearable < dropped:
            pages = max(pages, math.log((1 - rules["confidence"]) / 2) / math.log1p(-bearable / dropped))
    return max(1, int(dropped // (2 * pages)))


def missed_between(dropped: int, read: int, missed: int) -> tuple[int, int]:
    """Least and greatest number of missed pages among the dropped that agree with what was seen; see the head of the module.

    Args:
        dropped: pages in all. read: of these, at random. missed: of the read.
    """
    tail = (1 - float(_rules()["confidence"])) / 2
    least, most = missed, dropped - (read - missed)
    low, high = least, most
    while low < high:  # the least M under which as many as were seen are not improbable
        middle = (low + high) // 2
        if 1 - _at_most(missed - 1, middle, dropped, read) > tail:
            high = middle
        else:
            low = middle + 1
    lower = low
    low, high = lower, most
    while low < high:  # the greatest M under which as few are not
        middle = (low + high + 1) // 2
        if _at_most(missed, middle, dropped, read) > tail:
            low = middle
        else:
            high = middle - 1
    return lower, low


def _at_most(seen: int, marked: int, whole: int, drawn: int) -> float:
    """P(X <= seen) where `drawn` are drawn from `whole`, of which `marked` are marked."""
    bottom = max(0, drawn - (whole - marked))
    top = min(seen, marked, drawn)
    if seen >= min(marked, drawn):
        return 1.0
    log_all = _log_choose(whole, drawn)
    terms = (
        _log_choose(marked, k) + _log_choose(whole - marked, drawn - k) - log_all
        for k in range(bottom, top + 1)
    )
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@cache
def _rules() -> Mapping[str, float]:
    path = files("vigie").joinpath("data", "bulk", "audit.toml")
    rules: dict[str, float] = tomllib.loads(path.read_text(encoding="utf-8"))["sample"]
    return rules
