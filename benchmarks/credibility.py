"""Time to find copies and judge 100,000 observations of 20,000 documents. `python benchmarks/credibility.py [DOCUMENTS]`.

Every tenth document is a copy of an earlier one; places, prices and days are drawn so that subjects are crowded.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from vigie.assess import assess
from vigie.lexicon.gazetteer import place_by_code
from vigie.model.document import CleanDocument, SourceCard
from vigie.model.observation import EventValue, ModalityValue, Observation, PriceValue, TrendValue, Value
from vigie.model.period import PartialDate, When
from vigie.store import Store
from vigie.store.rows import Entry
from vigie.store.runs import Versions

SUBSTANCES = ("cocaine", "cannabis-resin", "cannabis-herb", "heroin", "mdma", "ketamine")
PLACES = ("FR-69", "FR-13", "FR-75", "FR-59", "FR-33", "FR-44", "FR")
WORDS = 4_000  # of the invented language of the texts
LENGTH = 8  # sentences of 20 words


def sentence(draw: random.Random) -> str:
    return "Mot " + " ".join(f"mot{int(draw.paretovariate(0.6)) % WORDS}" for _ in range(19)) + "."


def value(draw: random.Random) -> Value:
    amount = float(draw.choice((20, 30, 40, 50, 55, 60, 65, 70, 80, 100)))
    price = PriceValue(
        kind="retail", low=amount, high=amount, currency="EUR", per_value=1, per_unit="g", eur_low=amount,
        eur_high=amount, eur_per_unit=amount, unit="g",
    )  # fmt: skip
    return draw.choice(
        (
            price,
            price,
            TrendValue(indicator="price", direction=draw.choice(("up", "down", "stable"))),
            EventValue(kind="seizure"),
            ModalityValue(family="channel", code=draw.choice(("telegram", "street"))),
        )
    )


def entries(count: int) -> list[Entry]:
    draw = random.Random(1)
    found: list[Entry] = []
    texts: list[str] = []
    places = [place_by_code(code) for code in PLACES]
    for number in range(count):
        own = " ".join(sentence(draw) for _ in range(LENGTH)) + f" {number}"
        text = draw.choice(texts) + f" Fin {number}." if number % 10 == 9 else own
        texts.append(text)
        day = date(2023, 1, 1) + timedelta(days=draw.randrange(900))
        document = CleanDocument(
            doc_id=f"d{number:06}", path=f"{number}.txt", format="text", kind="press", grade=draw.choice("BC"), lang="fr",
            title="", published=PartialDate(day.year, day.month, day.day), outlet="", text=text,
            source_id=f"s{draw.randrange(60)}",
        )  # fmt: skip
        starts = [at for at in range(len(text)) if text.startswith("Mot ", at)]
        observations = [
            Observation(
                id=f"d{number:06}-{n}", doc_id=document.doc_id, start=starts[n], end=starts[n] + 3, quote="Mot",
                substance=draw.choice(SUBSTANCES), form=None, place=draw.choice(places),
                when=When.of(document.published, "document"), assertion=draw.choice(("affirmed",) * 9 + ("negated",)),
                attribution=None, confidence=0.9, rule="bench@1", value=value(draw),
            )
            for n in range(5)
        ]  # fmt: skip
        card = SourceCard(id=document.source_id, name=document.source_id)
        found.append(Entry(document=document, observations=observations, source=card))
    return found


if __name__ == "__main__":
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.duckdb") as store:
        run = store.start_run("add", Versions(code="b", lexicon="b", redactor="b"))
        store.write(run, entries(documents))
        start = time.process_time()
        first = assess(store)
        print(f"{first.judged} observations of {documents} documents, {first.copies} copies: "
              f"{time.process_time() - start:.1f} s")  # fmt: skip
        start = time.process_time()
        assess(store)
        print(f"nothing new: {time.process_time() - start:.2f} s")
        start = time.process_time()
        again = assess(store, everything=True)
        print(f"judged again, {again.judged}: {time.process_time() - start:.1f} s")
