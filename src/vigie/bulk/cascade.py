"""The cascade over one archive: prefilter, main text, language, relevance, redaction, extraction, each cheaper than the next.

In: an archive and a plan. Out: entries for the store, and a tally in which every record is counted once: as kept, or under the
reason for which it was dropped (a text that comes again too: the store holds it once); a sample of what was dropped is kept as ids.
Raw text goes from the record to the redactor in memory and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from vigie import pipeline
from vigie.bulk.archive import Archive
from vigie.bulk.kept_out import KeptOut
from vigie.bulk.page import TooLong, raw_document, read_page
from vigie.bulk.plan import Plan
from vigie.bulk.prefilter import Prefilter
from vigie.bulk.reasons import reasons
from vigie.bulk.records import Record, Records, records_at
from vigie.bulk.tally import AuditId, Tally, mark, sampled
from vigie.model.errors import InputRefused, MissingExtraError
from vigie.pipeline import Refusal
from vigie.relevance import Classifier
from vigie.relevance import load as load_classifier
from vigie.store.rows import Entry

__all__ = ["judge", "records_at", "walk"]
BEAT = 1.0  # seconds between two calls of `tell`
_UNKNOWN = "und"  # a text too short to tell its language is read
Tell = Callable[[Tally], None]


def walk(
    archive: Archive, plan: Plan, tally: Tally, tell: Tell | None = None, kept_out: KeptOut | None = None
) -> Iterator[Entry]:
    """Everything in the archive that states a fact, in order.

    Args:
        tally: new; counts while the entries are taken.
        tell: hears of the tally about once a second.
        kept_out: what was purged of this folder; None where nothing was.

    Raises InputRefused for what is no archive, OSError of its place, MissingExtraError, SettingsError of the classifier.
    """
    prefilter = Prefilter.load(plan.engine)
    classifier = load_classifier(plan.classifier)
    audited = {name for name, reason in reasons().items() if reason.audited}
    records = Records(archive, plan.max_record_bytes)
    seen: set[str] = set()  # documents of this archive: 100 bytes each, less than any other part of it
    heard = time.monotonic()
    try:
        for record in records:
            tally.records += 1
            entry: Entry | None = None
            reason = record.reason
            if not reason:
                tally.pages += 1
                verdict = _through(record, archive, plan, prefilter, classifier, tally, seen, kept_out)
                entry, reason = (verdict, "") if isinstance(verdict, Entry) else (None, verdict)
            if reason:
                chosen = reason in audited and sampled(record.record_id, plan.seed, plan.audit_one_in)
                tally.reject(reason, sample=_id(archive, record, reason) if chosen else None)
            if entry is not None:
                tally.kept += 1
                tally.observations.update(o.type for o in entry.observations)
                yield entry
            if tell is not None and (entry is not None or not tally.records % 64):
                now = time.monotonic()
                if now - heard >= BEAT:
                    heard = now
                    _counts(records, tally)
                    tell(tally)
    except InputRefused as refused:
        raise InputRefused(refused.name or archive.name, refused.reason, refused.repair) from None
    finally:
        _counts(records, tally)


def judge(record: Record, archive: Archive, plan: Plan) -> Entry | str:
    """What becomes of one page without the prefilter and the classifier, for the audit: its entry, or the reason why it has none."""
    return _through(record, archive, plan, None, None, Tally(), set())


def _through(
    record: Record,
    archive: Archive,
    plan: Plan,
    prefilter: Prefilter | None,
    classifier: Classifier | None,
    tally: Tally,
    seen: set[str],
    kept_out: KeptOut | None = None,
) -> Entry | str:
    """The entry of a page, or the reason why it has none."""
    if prefilter is not None and not prefilter.passes(record.payload):
        return "no-term"
    tally.passed += 1
    try:
        page = read_page(record, prefilter.passes if prefilter is not None else None)
        if page is None:
            return "no-text"
        tally.read += 1
        if page.lang not in plan.languages and page.lang != _UNKNOWN:
            return "language"
        if classifier is not None:
            threshold = classifier.threshold if plan.threshold is None else plan.threshold
            if classifier.score(page.told) < threshold:
                return "irrelevant"
        tally.relevant += 1
        raw = raw_document(page, record.name or f"{archive.name}#{record.page}", plan.source)
    except TooLong:
        return "too-long"
    except (MissingExtraError, OSError):
        raise
    except Exception:  # its message may quote the page
        return "refused"
    cleaned = pipeline.clean_raw(raw)
    if isinstance(cleaned, Refusal):
        return "refused"
    document = cleaned.document if kept_out is None else kept_out.cleared(cleaned.document)
    if document.doc_id in seen:
        return "repeated"
    seen.add(document.doc_id)
    if kept_out is not None and kept_out.holds(document):
        return "purged"
    found = pipeline.observe(document, cleaned.name)
    if isinstance(found, Refusal):
        return "refused"
    if not found:
        return "no-observation"
    card = cleaned.source if kept_out is None else kept_out.card(cleaned.source)
    return Entry(document=document, observations=found, source=card)


def _id(archive: Archive, record: Record, reason: str) -> AuditId:
    return AuditId(
        archive=archive.key,
        offset=record.offset,
        number=record.number,
        record_id=mark(record.record_id),
        reason=reason,
    )


def _counts(records: Records, tally: Tally) -> None:
    tally.bytes_in, tally.bytes_out = records.bytes_in, records.bytes_out
    tally.damaged, tally.truncated = records.damaged, int(records.truncated)
