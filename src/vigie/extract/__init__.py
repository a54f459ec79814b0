"""From a CleanDocument to observations: mentions are found, linked, judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from vigie.extract.analysis import Analysis, Draft
from vigie.extract.coordinate import coordinate
from vigie.extract.event import extract_events
from vigie.extract.finish import finish
from vigie.extract.flow import extract_flows
from vigie.extract.modality import extract_modalities
from vigie.extract.quantity import extract_quantities
from vigie.extract.trend import extract_trends
from vigie.lexicon.note_fields import FORMAT
from vigie.model.document import CleanDocument
from vigie.model.observation import Observation

if TYPE_CHECKING:
    from vigie.extract.note import NoteReading

Extractor = Callable[[Analysis], Iterator[Draft]]


def _prices(analysis: Analysis) -> Iterator[Draft]:
    yield from analysis.prices


def _purities(analysis: Analysis) -> Iterator[Draft]:
    yield from analysis.purities


EXTRACTORS: tuple[tuple[str, Extractor], ...] = (
    ("price", _prices),
    ("quantity", extract_quantities),
    ("purity", _purities),
    ("event", extract_events),
    ("modality", extract_modalities),
    ("trend", extract_trends),
    ("flow", extract_flows),
)


def extract(document: CleanDocument) -> list[Observation]:
    """Observations of a redacted document, in order of text; [] when it names no drug and no drug market."""
    if document.format == FORMAT:
        return list(read_field_note(document).observations)
    return _extract(Analysis(document))


def read_field_note(document: CleanDocument) -> NoteReading:
    """What a field note with fields states, and what its writer should know."""
    from vigie.extract.note import read_note  # late: few documents are notes

    return read_note(document, _extract)


def _extract(analysis: Analysis) -> list[Observation]:
    if not analysis.in_scope:
        return []
    drafts = [draft for _name, extractor in EXTRACTORS for draft in extractor(analysis)]
    observations = {o.id: o for o in (finish(analysis, draft) for draft in coordinate(analysis, drafts))}
    return sorted(observations.values(), key=lambda o: (o.start, o.end, o.type, o.id))
