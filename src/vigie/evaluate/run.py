"""From an annotated document to predictions: redaction and extraction as in real use.

In: GoldDocument. Out: the observations of its body; those inside the title are left out, as in the
gold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vigie.evaluate.gold import GoldDocument
from vigie.extract import extract
from vigie.model.document import RawDocument
from vigie.model.observation import Observation
from vigie.redact import redact

Predict = Callable[[GoldDocument], Sequence[Observation]]


def extract_document(gold: GoldDocument) -> list[Observation]:
    """Redact and extract `gold` as a press article whose publication date is known from its metadata."""
    raw = RawDocument(
        path=f"gold:{gold.id}",
        format="gold",
        text=gold.text,
        title=gold.title,
        published=gold.published,
        kind="press",
    )
    document = redact(raw)
    return [observation for observation in extract(document) if observation.start >= document.body_start]
