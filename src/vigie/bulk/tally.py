"""What became of the records of archives: counts, and the ids of the audit sample. No text, no address.

A tally grows while an archive is read; tallies add up; the JSON form is the same whatever the order in which they were added.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any

from vigie.bulk.reasons import reasons

_COUNTS = (
    "bytes_in", "bytes_out", "records", "pages", "passed", "read", "relevant", "kept", "damaged", "truncated",
)  # fmt: skip
_MARK = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, order=True)
class AuditId:
    """A dropped record, so that it can be found again.

    Attributes:
        archive: key of the archive.
        offset: of the record's member in the file as stored, bytes.
        number: of the record in the archive, from 1.
        record_id: `mark` of its WARC-Record-ID, which may hold anything.
        reason: why it was dropped, a key of data/bulk/reasons.toml.
    """

    archive: str
    offset: int
    number: int
    record_id: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of what was read.

    Attributes:
        bytes_in, bytes_out: bytes of the archive as stored; the same unpacked.
        records: of any kind. pages: HTML or text, fetched with success.
        passed: pages that the prefilter let through. read: with main text. relevant: by the classifier.
        kept: documents with an observation.
        observations: by type. rejected: by reason; `pages` is `kept` and all that was rejected from the prefilter on.
        audit: the sample of what was dropped.
        damaged: members or records that are not whole, passed over. truncated: archives that end in the middle of a record.
    """

    bytes_in: int = 0
    bytes_out: int = 0
    records: int = 0
    pages: int = 0
    passed: int = 0
    read: int = 0
    relevant: int = 0
    kept: int = 0
    damaged: int = 0
    truncated: int = 0
    observations: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    audit: list[AuditId] = field(default_factory=list)

    def reject(self, reason: str, *, sample: AuditId | None = None) -> None:
        """One record less. `sample`: the record, where `sampled` chose it. Raises KeyError for a reason that no file names."""
        if reason not in reasons():
            raise KeyError(reason)
        self.rejected[reason] += 1
        if sample is not None:
            self.audit.append(sample)

    def add(self, other: Tally) -> None:
        """Count what another tally counted."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.observations.update(other.observations)
        self.rejected.update(other.rejected)
        self.audit.extend(other.audit)

    def to_json(self) -> dict[str, Any]:
        """Plain values, in one order."""
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            "observations": dict(sorted(self.observations.items())),
            "rejected": {name: self.rejected[name] for name in reasons() if self.rejected[name]},
            "audit": [asdict(sample) for sample in sorted(self.audit)],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Tally:
        """Raises KeyError, TypeError or ValueError if it is not what `to_json` gives."""
        return cls(
            **{name: int(told[name]) for name in _COUNTS},
            observations=Counter({str(k): int(v) for k, v in told["observations"].items()}),
            rejected=Counter({str(k): int(v) for k, v in told["rejected"].items()}),
            audit=[_audit_id(sample) for sample in told["audit"]],
        )


def _audit_id(told: Mapping[str, Any]) -> AuditId:
    found = AuditId(**told)
    if not _MARK.fullmatch(found.record_id) or found.reason not in reasons():
        raise ValueError
    return found


def mark(told: str) -> str:
    """What stands for the id of a record or the place of an archive: 16 hex digits, since either may be any text, a contact too."""
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def sampled(record_id: str, seed: int, one_in: int) -> bool:
    """Whether a record belongs to the audit sample, if it is dropped: by its id, so that neither order, workers nor a restart
    changes the sample. `one_in` 0: none.
    """
    if one_in < 1:
        return False
    digest = blake2b(
        record_id.encode("utf-8", "surrogatepass"), digest_size=8, key=str(seed).encode()
    ).digest()
    return int.from_bytes(digest, "big") % one_in == 0
