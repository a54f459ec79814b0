"""Time to put 100,000 facts of events together. `python benchmarks/events_speed.py [FACTS]`.

Invented events over three years in the larger communes, each told by one to eight documents with two or three facts each; nothing is extracted.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from vigie.analysis.incidents import read_incidents
from vigie.lexicon.gazetteer import gazetteer
from vigie.model.document import CleanDocument, SourceCard
from vigie.model.observation import EventValue, Observation, QuantityValue, Value
from vigie.model.period import PartialDate, When
from vigie.store import Store
from vigie.store.rows import Entry
from vigie.store.runs import Versions

SUBSTANCES = ("cocaine", "cannabis-resin", "cannabis-herb", "heroin", "mdma", "ketamine", "crack", None)
WORDS = 30_000


def entries(facts: int) -> list[Entry]:
    """Documents with their facts, until there are as many."""
    draw = random.Random(1)
    towns = [e for e in gazetteer().places("commune") if e.population > 5000 and e.lat]
    found: list[Entry] = []
    count = 0
    while count < facts:
        town, substance = draw.choice(towns), draw.choice(SUBSTANCES)
        department = gazetteer().by_code(town.department or "")
        day = date(2022, 1, 1) + timedelta(days=draw.randrange(1095))
        grams, arrests = float(draw.randrange(500, 90_000)), float(draw.randrange(1, 9))
        rare = [f"mot{draw.randrange(WORDS)}" for _ in range(4)]
        for _ in range(draw.randrange(1, 9)):
            number = len(found)
            out = day + timedelta(days=draw.randrange(1, 5))
            place = town if draw.random() < 0.7 else department if draw.random() < 0.7 else None
            stated = draw.random() < 0.6
            values: list[Value] = [
                EventValue(kind="seizure"),
                EventValue(kind="arrest", low=arrests, high=arrests, unit="person"),
            ]
            told = grams if draw.random() < 0.7 else round(grams, -3) or grams
            values.append(
                QuantityValue(kind="seized", low=told, high=told, unit="g", grams=told, grams_high=told)
            )
            sentence = " ".join(
                [*draw.sample(rare, 2), *(f"mot{int(draw.paretovariate(0.6)) % WORDS}" for _ in range(16))]
            )
            text = "\n".join(sentence for _ in values)
            document = CleanDocument(
                doc_id=f"d{number:07}", path=f"{number}.txt", format="text", kind="press", grade=draw.choice("BC"), lang="fr", title="",
                published=PartialDate(out.year, out.month, out.day), outlet="", text=text, source_id=f"s{draw.randrange(300)}",
            )  # fmt: skip
            when = PartialDate(day.year, day.month, day.day) if stated else document.published
            observations = [
                Observation(
                    id=f"{number}-{n}", doc_id=document.doc_id, start=n * (len(sentence) + 1), end=n * (len(sentence) + 1) + 3,
                    quote="mot", substance=substance, form=None, place=place.place(place.label) if place else None,
                    when=When.of(when, "text" if stated else "document"), assertion="affirmed", attribution=None, confidence=0.9,
                    rule="bench@1", value=value,
                )
                for n, value in enumerate(values)
            ]  # fmt: skip
            count += len(observations)
            card = SourceCard(id=document.source_id, name=document.source_id)
            found.append(Entry(document=document, observations=observations, source=card))
    return found


if __name__ == "__main__":
    facts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.duckdb") as store:
        written = entries(facts)
        store.write(store.start_run("add", Versions(code="b", lexicon="b", redactor="b")), written)
        start = time.process_time()
        found = read_incidents(store)
        print(f"{facts} facts of {len(written)} documents, {found.reports} reports, {len(found.incidents)} events: "
              f"{time.process_time() - start:.1f} s")  # fmt: skip
