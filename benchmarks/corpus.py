"""Invented press text of any size, the same at every run.

In: a seed and a count. Out: texts. About one sentence in four says something that Vigie reads; the others are what
surrounds it in the press. `python benchmarks/corpus.py` prints the hash that the other benchmarks pin.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

SEED = 20260101
TOWNS = ("Lyon", "Lille", "Rennes", "Toulouse", "Le Mans", "Dijon", "Nantes", "Bordeaux", "Metz", "Brest")
DRUGS = ("cocaïne", "résine de cannabis", "héroïne", "kétamine", "3-MMC", "ecstasy", "crack", "MDMA")
FACTS = (
    "À {town}, le gramme de {drug} se vend entre {low} et {high} euros, selon les intervenants de rue.",
    "Les douaniers ont saisi {low} kilos de {drug} près de {town} dans la nuit de mardi à mercredi.",
    "Un comprimé analysé à {town} contenait {high} mg de MDMA.",
    "Trois personnes ont été interpellées à {town} en mars {year} ; {low} kg de {drug} ont été retrouvés.",
    "La pureté moyenne de la {drug} atteint {pure} % en {year}, contre {low} % deux ans plus tôt.",
    "Les commandes passent par messagerie chiffrée et la livraison à domicile coûte {low} euros à {town}.",
    "Le prix de la {drug} a baissé dans la région de {town} depuis {year}, d'après l'observatoire.",
    "Un kilo de {drug} se négocie autour de {high} 000 euros en gros.",
)
FILLER = (
    "Le conseil municipal se réunira de nouveau au début du mois prochain pour examiner ce dossier.",
    "Les riverains disent attendre depuis longtemps que la place soit réaménagée et mieux éclairée.",
    "La compagnie de transport annonce {low} nouvelles liaisons et un budget de {high} millions d'euros.",
    "Cette association accompagne chaque année plus de {high} familles du quartier dans leurs démarches.",
    "Le festival de {town} a attiré {high} 000 visiteurs, un record depuis sa création en {year}.",
    "Interrogée sur ce point, la préfecture rappelle que l'enquête se poursuit et ne fait pas de commentaire.",
    "Le procès, qui devait s'ouvrir lundi, a été renvoyé au {low} juin {year} à la demande de la défense.",
    "Le salaire moyen dans la zone d'activité s'élève à 2 {high}0 euros, un peu moins qu'ailleurs.",
    "Il pleuvra sur la moitié nord du pays et les températures resteront douces pour la saison.",
    "La rénovation du gymnase, votée en {year}, doit durer dix-huit mois et commencer au printemps.",
    "« Nous voulons être entendus », répètent les habitants, qui ont signé une pétition.",
    "L'équipe de {town} s'est imposée {low} à 0 devant un public nombreux malgré le froid.",
)


def texts(count: int, sentences: int, seed: int = SEED) -> Iterator[str]:
    """`count` texts of `sentences` sentences each, in paragraphs of five."""
    chance = random.Random(seed)
    for _ in range(count):
        lines: list[str] = []
        for position in range(sentences):
            template = chance.choice(FACTS if chance.random() < 0.25 else FILLER)
            line = template.format(
                town=chance.choice(TOWNS),
                drug=chance.choice(DRUGS),
                low=chance.randrange(2, 60),
                high=chance.randrange(60, 99),
                pure=chance.randrange(20, 95),
                year=chance.randrange(2019, 2026),
            )
            lines.append(line + ("\n\n" if position % 5 == 4 else " "))
        yield "".join(lines).strip()


def digest(all_texts: list[str]) -> str:
    """SHA-256 of the texts, so that two runs are known to measure the same thing."""
    return hashlib.sha256("\0".join(all_texts).encode()).hexdigest()


if __name__ == "__main__":
    print(digest(list(texts(300, 25))))
