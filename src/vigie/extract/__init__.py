"""From a CleanDocument to observations: mentions are found, linked, judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vigie.extract.analysis import Analysis, Draft
from vigie.extract.coordinate import coordinate
from vigie.extract.event import extract_events
from vigie.extract.finish import finish
from vigie.extract.flow import extract_flows
from vigie.extract.modality import extract_modalities
from vigie.extract.quantity import extract_quantities
from vigie.extract.trend import extract_trends
from vigie.model.document import CleanDocument
from vigie.model.observation import Observation

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
    analysis = Analysis(document)
    if not analysis.in_scope:
        return []
    drafts = [draft for _name, extractor in EXTRACTORS for draft in extractor(analysis)]
    observations = {o.id: o for o in (finish(analysis, draft) for draft in coordinate(analysis, drafts))}
    return sorted(observations.values(), key=lambda o: (o.start, o.end, o.type, o.id))
