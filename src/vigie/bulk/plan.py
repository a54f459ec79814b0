"""What a job is asked to do, and the fingerprint by which a folder of results is continued only as it was begun."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from typing import Any

from vigie.lexicon.version import data_version
from vigie.model.document import SourceCard
from vigie.model.errors import SettingsError
from vigie.pipeline import versions

FORM = 1  # of entries, manifest and parts
ENGINES = ("auto", "hyperscan", "re2")
LINEAR = "linear"
# What decides besides the knowledge of `pipeline.versions` which page is read and what is taken from it.
_KNOWLEDGE = ("bulk/prefilter.toml", "relevance", "ingest", "redaction", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The settings of a job.

    Attributes:
        classifier: "linear", or the folder of a model. threshold: least probability; None for the classifier's own.
        audit_one_in: one dropped page of so many is kept as an id; 0 for none. seed: of that sample.
        engine: what matches words; any gives the same verdicts, so that the fingerprint leaves it out.
        languages: ISO 639-1, of pages that are read.
        source: card of every document; None without one.
        max_record_bytes: larger records are passed over, unpacked bytes.
        rows_per_part: observations after which a part is closed.
    """

    classifier: str = LINEAR
    threshold: float | None = None
    audit_one_in: int = 10_000
    seed: int = 0
    engine: str = "auto"
    languages: tuple[str, ...] = ("fr", "en")
    source: SourceCard | None = None
    max_record_bytes: int = 8 << 20
    rows_per_part: int = 100_000

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise SettingsError("threshold is a probability, 0 to 1")
        if self.audit_one_in < 0:
            raise SettingsError("audit-one-in is a number of pages, 0 for no sample")
        if self.engine not in ENGINES:
            raise SettingsError(f"no engine {self.engine!r} (known: {', '.join(ENGINES)})")
        if self.max_record_bytes < 1 or self.rows_per_part < 1:
            raise SettingsError("max_record_bytes and rows_per_part are at least 1")

    def told(self) -> dict[str, Any]:
        """What the manifest says of the plan: settings and versions; of a source card and of a model folder only the id."""
        found = versions()
        return {
            "classifier": classifier_id(self.classifier),
            "threshold": self.threshold,
            "audit_one_in": self.audit_one_in,
            "seed": self.seed,
            "languages": list(self.languages),
            "source": self.source.id if self.source else "",
            "max_record_bytes": self.max_record_bytes,
            "rows_per_part": self.rows_per_part,
            "code": found.code,
            "lexicon": found.lexicon,
            "redactor": found.redactor,
            "knowledge": knowledge(),
        }

    def fingerprint(self) -> str:
        """16 hex digits: the same for plans that give the same results."""
        return _fingerprint(self)


@lru_cache
def _fingerprint(plan: Plan) -> str:
    card = asdict(plan.source) if plan.source else None
    told = json.dumps({"form": FORM, "card": card, **plan.told()}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def classifier_id(name: str) -> str:
    """Name and version of a classifier, without loading more than that. Raises VigieError for one that is not there."""
    from vigie.relevance import load

    return load(name).id


@cache
def knowledge() -> str:
    """`data_version` of `_KNOWLEDGE`."""
    return data_version(_KNOWLEDGE)
