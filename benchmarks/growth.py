"""Time of eight times the text over that of the text, for text made to be slow. `python benchmarks/growth.py`.

Eight is proportion, sixty-four a square. Each row is one unit of text repeated; only rows above twelve are named.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from vigie.extract import extract
from vigie.extract.dates import find_dates
from vigie.extract.place import find_places
from vigie.model.document import RawDocument
from vigie.redact import redact

UNITS = (
    "Le Mans Lyon ", "12 ", "1", "a.b.", "@", "a@b ", "ab:", "[at] (dot) ", "AA 00 ", "ab-cd-", "06 39 98 12 ",
    "12 rue de la Paix ", "snap : ", "zéro six ", "Karim et ", "12 345,", "a/b/", "A. B. ", "M. ", "1/1-", "le 12 ",
    "rue deal ", "chez X shop ", "X vendeur X shop ", "( ( ", "1 - 1 - ", ". . . ", "a_b_c ", "snap @ ", "un et deux ", "12.\n34 ", "et puis 12 ",
    "janvier ", "il y a deux ", "Saint-Martin de la Croix, au Mans, du Nord - Pas-de-Calais ",
    "60 euros le gramme ", "cocaïne 60 €/g\n", "12 kg de cocaïne, ", "une pureté de 63 % pour la cocaïne, ",
    "le 12 mars 2024, 3 kg de cannabis à Lyon, ", "la cocaïne a baissé de 60 à 50 euros le gramme, ", "deux morts par overdose de fentanyl, ",
)  # fmt: skip
SHORT = 4000  # code points


def _seconds(work: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        work(text)
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    works: dict[str, Callable[[str], object]] = {
        "redact": lambda text: redact(RawDocument(path="a.txt", format="text", text=text)),
        "dates": lambda text: find_dates(text, "fr", None),
        "places": lambda text: find_places(text, "fr"),
        "extract": lambda text: extract(redact(RawDocument(path="a.txt", format="text", text=text))),
    }
    for name, work in works.items():
        work(UNITS[0])
        ratios = {}
        for unit in UNITS:
            text = (unit * (8 * SHORT // len(unit) + 1))[: 8 * SHORT]
            ratios[unit] = _seconds(work, text) / max(_seconds(work, text[:SHORT]), 1e-4)
        worst = {unit: round(ratio, 1) for unit, ratio in ratios.items() if ratio > 12}
        print(f"{name}: {min(ratios.values()):.1f} to {max(ratios.values()):.1f} times; above 12: {worst}")
