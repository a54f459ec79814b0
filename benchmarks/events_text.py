# ruff: noqa: E501 - sentences stay whole
"""Invented sentences of `benchmarks/events.py`, in two halves, and the machine that spins them.

In: an event, a day of publication. Out: a title and paragraphs; a spun sentence. Nothing here names a real person, shop or address.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from vigie.lexicon.gazetteer import gazetteer

NAMES = {
    "fr": {"cocaine": "cocaïne", "cannabis-resin": "résine de cannabis", "heroin": "héroïne", "cannabis-herb": "herbe de cannabis",
           "ketamine": "kétamine", "mdma": "MDMA", "nitazenes": "nitazènes", "synthetic-cannabinoids": "cannabinoïdes de synthèse"},
    "en": {"cocaine": "cocaine", "cannabis-resin": "cannabis resin", "heroin": "heroin", "cannabis-herb": "herbal cannabis",
           "ketamine": "ketamine", "mdma": "MDMA", "nitazenes": "nitazenes", "synthetic-cannabinoids": "synthetic cannabinoids"},
}  # fmt: skip
DAYS = {"fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]}  # fmt: skip
MONTHS = {"fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
          "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]}  # fmt: skip
SMALL = {"fr": ["zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze"],
         "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"]}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Half:
    """Templates by language. Leads, seconds and titles are by kind of event; details are pairs of wordings."""

    name: str
    leads: dict[str, dict[str, list[str]]]
    titles: dict[str, dict[str, list[str]]]
    seconds: dict[str, dict[str, list[str]]]
    details: dict[str, list[tuple[str, str]]]
    harm_details: dict[str, list[tuple[str, str]]]
    quotes: dict[str, list[str]]
    background: dict[str, list[str]]
    updates: dict[str, list[str]]
    signatures: dict[str, list[str]]
    headers: dict[str, list[str]]
    colour: dict[str, list[list[str]]]


class Teller:
    """One newspaper's account of one event: what it knows, how precisely, in which words."""

    def __init__(self, *, rng: random.Random, half: Half, event: Any, published: date, right: float) -> None:
        self.rng, self.half, self.event, self.published, self.right = rng, half, event, published, right
        self.lang = event.lang

    def story(self) -> tuple[str, list[str]]:
        rng, event, half = self.rng, self.event, self.half
        harm = event.kind in ("death", "poisoning")
        words = {
            "sub": NAMES[self.lang][event.substance], "place": self.place(), "town": event.place.label, "when": self.when(),
            "mass": self.mass() if event.grams else "", "persons": self.persons(event.persons or 0, growing=True),
            "second": self.persons(event.second or 0, growing=False) if harm else str(event.second or ""),
            "plants": self.number(event.second or 0), "value": self.money(event.value or 0),
        }  # fmt: skip
        lead = rng.choice(half.leads[self.lang][event.kind]).format(**words)
        title = rng.choice(half.titles[self.lang][event.kind]).format(**words)
        rest = [rng.choice(half.seconds[self.lang][event.kind]).format(**words)] if rng.random() < 0.8 else []
        pool = half.harm_details if harm else half.details
        rest += [rng.choice(pool[self.lang][n]) for n in rng.sample(event.details, rng.randint(1, 3))]
        if rng.random() < 0.5:
            rest.append(rng.choice(half.quotes[self.lang]))
        if event.early and self.late() and rng.random() < 0.5:
            rest.append(rng.choice(half.updates[self.lang]).format(early=SMALL[self.lang][event.early]))
        rest += [self.colour() for _ in range(rng.randint(1, 3))]
        rng.shuffle(rest)
        return upper(title), [upper(lead), *map(upper, rest)]

    def background(self) -> str:
        """A figure of a whole year that belongs to no event."""
        if self.rng.random() > 0.3:
            return ""
        kind = "harm" if self.event.kind in ("death", "poisoning") else "market"
        line = self.half.background[f"{self.lang}-{kind}"]
        return self.rng.choice(line).format(
            sub=NAMES[self.lang][self.event.substance],
            n=self.rng.randint(40, 900),
            town=self.event.place.label,
        )

    def colour(self) -> str:
        """What only this newspaper says: drawn from so many parts that two of them hardly say the same."""
        return " ".join(self.rng.choice(part) for part in self.half.colour[self.lang]) + "."

    def late(self) -> bool:
        return (self.published - self.event.day).days >= 3

    def place(self) -> str:
        rng, town, fr = self.rng, self.event.place, self.lang == "fr"
        held = gazetteer().by_code(town.department) if town.department else None
        draw = rng.random()
        if draw < 0.55 or held is None:
            return f"à {town.label}" if fr else f"in {town.label}"
        if draw < 0.72:
            return f"à {town.label} ({held.label})" if fr else f"in {town.label}"
        if draw < 0.85:
            return f"près de {town.label}" if fr else f"near {town.label}"
        return f"en {held.label}" if fr else f"in {held.label}"

    def when(self) -> str:
        rng, day, gap = self.rng, self.event.day, (self.published - self.event.day).days
        weekday, month = DAYS[self.lang][day.weekday()], MONTHS[self.lang][day.month - 1]
        fr = self.lang == "fr"
        draw = rng.random()
        if gap <= 6 and draw < 0.4:
            return weekday if fr else f"on {weekday}"
        if gap == 1 and draw < 0.55:
            return rng.choice(("hier", "la veille") if fr else ("yesterday",))
        if gap <= 6 and draw < 0.62 and self.published.isocalendar()[:2] == day.isocalendar()[:2]:
            return "cette semaine" if fr else "this week"
        if draw < 0.88:
            return (rng.choice((f"{weekday} {day.day} {month}", f"le {day.day} {month}")) if fr
                    else rng.choice((f"on {weekday} {day.day} {month}", f"on {day.day} {month}")))  # fmt: skip
        return (
            rng.choice(("au petit matin", "lors d'un contrôle"))
            if fr
            else rng.choice(("at dawn", "during a check"))
        )

    def mass(self) -> str:
        rng, kilos, fr = self.rng, self.event.grams / 1000, self.lang == "fr"
        if rng.random() > self.right:
            kilos = max(1.0, round(kilos * rng.choice((0.6, 0.75, 0.85, 1.2, 1.5))))
        draw = rng.random()
        unit = rng.choice(("kg", "kilos", "kilogrammes")) if fr else rng.choice(("kg", "kilograms", "kilos"))
        exact = (
            (f"{kilos:.1f}".replace(".", ",") if fr else f"{kilos:.1f}").removesuffix(",0").removesuffix(".0")
        )
        if draw < 0.6:
            return f"{exact} {unit}"
        if draw < 0.8:
            return f"{'près de' if fr else 'nearly'} {max(1, round(kilos + 0.4))} {unit}"
        return f"{'plus de' if fr else 'more than'} {max(1, int(kilos))} {unit}"

    def persons(self, count: int, *, growing: bool) -> str:
        rng, event = self.rng, self.event
        if growing and event.early and not self.late():
            count = event.early
        elif rng.random() > self.right + 0.1:
            count = max(1, count + rng.choice((-1, 1)))
        return SMALL[self.lang][count] if count < len(SMALL[self.lang]) and count > 1 else str(max(count, 2))

    def number(self, count: int) -> str:
        if self.rng.random() > self.right:
            count = round(count, -2) or count
        return str(count)

    def money(self, amount: int) -> str:
        if self.lang == "en":
            return f"£{amount:,}"
        return (
            f"{amount:,}".replace(",", " ") + " euros"
            if amount < 1_000_000
            else f"{amount / 1e6:.1f} million d'euros".replace(".", ",")
        )


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# The spinner: words swapped one by one, clauses turned round, sources dropped.
SWAP = {
    "fr": {
        "saisi": "capturé", "saisis": "attrapés", "saisie": "capture", "douaniers": "agents de frontière", "policiers": "flics",
        "gendarmes": "militaires", "hommes": "mâles", "personnes": "individus", "mortes": "décédées", "mort": "décédé", "morts": "décès",
        "camion": "poids lourd", "véhicule": "auto", "découvert": "déniché", "marchandise": "produit", "enquête": "investigation",
        "enquêteurs": "investigateurs", "suspects": "soupçonnés", "hôpital": "clinique", "secours": "sauvetage", "après": "suite",
        "dans": "dedans", "près": "proche", "avec": "en compagnie", "nuit": "soirée", "réseau": "filière", "trafic": "commerce",
        "drogue": "stupéfiant", "valeur": "prix", "estimée": "calculée", "interpellés": "appréhendés", "interpellées": "appréhendées",
        "arrêtés": "appréhendés", "retrouvé": "découvert", "opération": "action", "pieds": "plants", "plants": "pieds", "avoir": "posséder",
        "cachée": "camouflée", "dissimulée": "cachée", "dissimulés": "cachés", "logement": "habitation", "appartement": "habitation",
        "maison": "demeure", "jeunes": "adolescents", "habitants": "résidents", "consommé": "pris", "produit": "substance", "lors": "pendant",
        "depuis": "à partir", "selon": "suivant", "aussi": "également", "plusieurs": "quelques", "autres": "différentes", "ont": "avaient",
        "chien": "canin", "ferme": "exploitation", "hangar": "entrepôt", "prise": "absorption", "une": "la", "des": "les",
    },
    "en": {
        "seized": "grabbed", "found": "discovered", "police": "cops", "officers": "agents", "men": "males", "people": "individuals",
        "died": "perished", "deaths": "fatalities", "drugs": "narcotics", "lorry": "truck", "raid": "incursion", "arrested": "apprehended",
        "hospital": "clinic", "taking": "swallowing", "after": "following", "worth": "valued", "hidden": "concealed", "house": "residence",
        "investigation": "inquiry", "detectives": "investigators", "detained": "held", "farm": "plantation", "plants": "shrubs", "in": "inside",
        "during": "throughout", "warehouse": "depot", "night": "evening", "young": "youthful", "residents": "inhabitants", "gang": "band",
        "customs": "border", "users": "consumers", "services": "facilities", "several": "numerous", "also": "too", "the": "this",
    },
}  # fmt: skip
SAID = re.compile(
    r"(?:, )?(?:selon|d'après|a indiqué|a annoncé|a-t-on appris auprès de|précise|according to|said|say) [^.,]*(?=[.,]|$)",
    re.I,
)


KEPT = {w for names in NAMES.values() for name in names.values() for w in name.split()}
KEPT |= {w for words in (*DAYS.values(), *MONTHS.values(), *SMALL.values()) for w in words}
ODD = {
    "fr": [
        "élément",
        "affaire",
        "chose",
        "partie",
        "niveau",
        "moyen",
        "forme",
        "point",
        "place",
        "genre",
        "manière",
        "objet",
        "cadre",
        "série",
    ],
    "en": [
        "matter",
        "thing",
        "level",
        "piece",
        "form",
        "point",
        "means",
        "sort",
        "object",
        "frame",
        "range",
        "state",
        "manner",
        "share",
    ],
}


def spin(rng: random.Random, text: str, lang: str, *, hard: bool = False) -> str:
    """A sentence as a paraphrasing machine leaves it; "" where it loses it. `hard`: most of its words are other ones."""
    if rng.random() < 0.08:
        return ""
    text = SAID.sub("", text)
    text = re.sub(r"\((?:AFP|avec AFP|Reuters)\)|« [^»]* »|“[^”]*”", "", text)

    def swap(match: re.Match[str]) -> str:
        word = match[0]
        other = SWAP[lang].get(word.lower())
        if (
            hard
            and not other
            and len(word) > 4
            and word.islower()
            and word not in KEPT
            and rng.random() < 0.4
        ):
            return rng.choice(ODD[lang])
        return (upper(other) if word[0].isupper() else other) if other and rng.random() < 0.85 else word

    text = re.sub(r"[^\W\d_]+", swap, text)
    done = []
    for sentence in re.split(r"(?<=[.!?]) ", text):
        parts = sentence.rstrip(".").split(", ")
        if len(parts) > 1 and rng.random() < (0.9 if hard else 0.5):
            parts = [*parts[1:], parts[0]]
        words = ", ".join(p for p in parts if p).split(" ")
        for _ in range(len(words) // 9):  # a broken word here and there
            at = rng.randrange(len(words))
            if words[at] in ("le", "la", "les", "a", "de", "the", "of", "to", "was"):
                del words[at]
        done.append(upper(" ".join(words)).strip() + "." * sentence.endswith("."))
    return " ".join(d for d in done if d.strip(". ")).replace("  ", " ")


TUNE = Half(
    name="tune",
    leads={
        "fr": {
            "seizure": [
                "Les douaniers ont saisi {mass} de {sub} {when} {place}, dans un camion venu d'Espagne.",
                "{mass} de {sub} : c'est ce que les policiers ont découvert {when} {place} dans le coffre d'une voiture. {persons} hommes ont été interpellés.",
                "Une saisie de {mass} de {sub} a été réalisée {when} {place} par la brigade des douanes, a indiqué le parquet.",
                "{when}, un contrôle routier {place} a permis de saisir {mass} de {sub}.",
                "La gendarmerie a mis la main sur {mass} de {sub} {when} {place}. Le conducteur a été arrêté.",
            ],
            "ring": [
                "Un réseau de trafic de {sub} a été démantelé {when} {place} : {persons} personnes ont été interpellées et {mass} de {sub} saisis.",
                "{persons} hommes ont été placés en garde à vue {when} {place} à l'issue d'une enquête de plusieurs mois. Les policiers ont saisi {mass} de {sub}.",
                "Coup de filet {when} {place} : la police a interpellé {persons} personnes et saisi {mass} de {sub}.",
            ],
            "farm": [
                "Une plantation de {plants} pieds de cannabis a été découverte {when} {place} dans un hangar.",
                "Les gendarmes ont saisi {plants} plants de cannabis {when} {place}. {persons} personnes ont été interpellées.",
            ],
            "death": [
                "{persons} personnes sont mortes d'une overdose {when} {place}, après avoir consommé de la poudre contenant des {sub}.",
                "Overdoses : {persons} morts {place}. Les victimes avaient pris {when} un produit vendu comme de la {sub}, selon l'agence régionale de santé.",
                "L'agence régionale de santé a annoncé {persons} décès par surdose de {sub} {when} {place}.",
            ],
            "poisoning": [
                "{persons} personnes ont été hospitalisées {when} {place} après avoir consommé de la {sub}.",
                "Intoxications {place} : {persons} jeunes hospitalisés {when} après une prise de {sub}, selon l'agence régionale de santé.",
            ],
        },
        "en": {
            "seizure": [
                "Police seized {mass} of {sub} {when} {place}.",
                "Customs officers found {mass} of {sub} {when} {place} in a lorry. {persons} men were arrested.",
            ],
            "ring": [
                "{persons} people were arrested {when} {place} and {mass} of {sub} seized.",
                "A gang that sold {sub} was dismantled {when} {place}: officers seized {mass} of {sub} and arrested {persons} men.",
            ],
            "farm": [
                "Police found {plants} cannabis plants {when} {place} in a warehouse.",
                "A cannabis farm with {plants} plants was dismantled {when} {place}.",
            ],
            "death": [
                "{persons} people died of an overdose {when} {place} after taking {sub}.",
                "{persons} deaths linked to {sub} were reported {when} {place}, health officials said.",
            ],
            "poisoning": [
                "{persons} people were taken to hospital {when} {place} after taking {sub}.",
            ],
        },
    },
    titles={
        "fr": {
            "seizure": [
                "{town} : {mass} de {sub} saisis",
                "Grosse saisie de {sub} à {town}",
                "{town} : la douane saisit de la {sub}",
                "Un convoi de {sub} intercepté",
            ],
            "ring": [
                "{town} : un réseau de {sub} démantelé",
                "Trafic de {sub} : {persons} interpellations",
                "Coup de filet antidrogue à {town}",
            ],
            "farm": [
                "{town} : une plantation de cannabis découverte",
                "{plants} pieds de cannabis saisis",
                "Une serre clandestine près de chez nous",
            ],
            "death": [
                "Overdoses à {town} : {persons} morts",
                "Surdoses mortelles à {town}",
                "{sub} : l'alerte après des décès",
            ],
            "poisoning": [
                "{town} : {persons} personnes hospitalisées",
                "Intoxications à {town}",
                "Une soirée qui finit à l'hôpital",
            ],
        },
        "en": {
            "seizure": ["{mass} of {sub} seized in {town}", "{town}: drugs haul", "Big {sub} seizure"],
            "ring": ["{town} drugs gang broken up", "Arrests in {sub} inquiry"],
            "farm": ["Cannabis farm found in {town}", "{plants} plants seized"],
            "death": ["{town}: {persons} die of overdoses", "Deaths linked to {sub}"],
            "poisoning": ["{town}: {persons} in hospital", "Warning after night out"],
        },
    },
    seconds={
        "fr": {
            "seizure": [
                "La marchandise est estimée à {value} à la revente.",
                "Valeur marchande : {value}.",
                "{persons} hommes ont été interpellés et placés en garde à vue.",
            ],
            "ring": [
                "Le butin est estimé à {value}, selon le parquet.",
                "Des armes et de l'argent liquide ont aussi été trouvés.",
            ],
            "farm": ["{persons} hommes ont été interpellés.", "Le matériel de culture a été détruit."],
            "death": [
                "{second} autres personnes ont été hospitalisées.",
                "Des échantillons ont été envoyés à un laboratoire.",
            ],
            "poisoning": [
                "Aucun décès n'est à déplorer.",
                "Les analyses sont en cours au laboratoire du CHU.",
            ],
        },
        "en": {
            "seizure": ["The drugs were worth {value}, police said.", "{persons} men were arrested."],
            "ring": ["The haul is worth {value}.", "Cash and two vehicles were also taken."],
            "farm": ["{persons} men were arrested.", "The electricity had been bypassed."],
            "death": ["{second} other people were taken to hospital.", "Samples have gone to a laboratory."],
            "poisoning": ["Nobody died.", "Services are handing out naloxone."],
        },
    },
    details={
        "fr": [
            (
                "Les ballots étaient dissimulés sous une palette de tulipes.",
                "La cachette, des cartons de tulipes, n'a pas trompé le chien.",
            ),
            (
                "L'enquête est confiée à l'antenne locale de l'office antistupéfiants.",
                "L'office antistupéfiants poursuit les investigations.",
            ),
            (
                "Les suspects seront jugés en comparution immédiate au mois prochain.",
                "Une comparution immédiate est prévue.",
            ),
            (
                "Une compteuse de billets et des téléphones cryptés ont été trouvés.",
                "Dans l'appartement, une compteuse de billets.",
            ),
            (
                "Le véhicule, une fourgonnette frigorifique, arrivait des Pays-Bas.",
                "La fourgonnette frigorifique a été placée sous scellés.",
            ),
            (
                "Un passager a tenté de fuir en traversant un canal à la nage.",
                "Le passager s'était jeté dans le canal.",
            ),
            (
                "L'opération avait reçu le nom de code Mistral gagnant.",
                "Baptisée Mistral gagnant, l'opération a mobilisé une centaine d'agents.",
            ),
            (
                "Les riverains parlaient depuis longtemps d'odeurs de javel.",
                "Une odeur de javel avait alerté les riverains.",
            ),
        ],
        "en": [
            ("The packages were under a load of tulips.", "Tulips covered the load."),
            (
                "A sniffer dog called to the scene marked the vehicle.",
                "It was a sniffer dog that raised the alarm.",
            ),
            (
                "The case is with the regional organised crime unit.",
                "A regional organised crime unit leads the inquiry.",
            ),
            (
                "A money counter and encrypted phones were on the table.",
                "Officers also took a money counter.",
            ),
            ("One passenger jumped into a canal.", "A passenger was pulled from the canal."),
            ("Neighbours had complained of a smell of bleach.", "There had been complaints about bleach."),
            ("The refrigerated van had come from Rotterdam.", "The van, refrigerated, was impounded."),
        ],
    },
    harm_details={
        "fr": [
            (
                "Les victimes se trouvaient dans un squat près de la gare de triage.",
                "Le squat de la gare de triage a été évacué.",
            ),
            (
                "La poudre, de couleur mauve, circulait depuis quelques jours.",
                "Une poudre mauve est en cause.",
            ),
            (
                "Les équipes mobiles distribuent de la naloxone.",
                "De la naloxone est distribuée par les équipes mobiles.",
            ),
            ("Une cellule d'écoute a été ouverte à la mairie.", "La mairie a ouvert une cellule d'écoute."),
            (
                "La fête avait lieu dans une ancienne cimenterie.",
                "C'est dans une ancienne cimenterie que se tenait la fête.",
            ),
            (
                "Le centre antipoison demande de signaler tout malaise.",
                "Tout malaise doit être signalé au centre antipoison.",
            ),
            ("Les flacons portaient une étiquette de vanille.", "Sur les flacons, une étiquette de vanille."),
            (
                "Le festival voisin a renforcé son poste médical.",
                "Au festival voisin, le poste médical a été renforcé.",
            ),
        ],
        "en": [
            ("They were found in a squat by the old brickworks.", "The squat stands by the old brickworks."),
            ("The powder was mauve.", "A mauve powder is blamed."),
            ("Outreach teams are carrying naloxone.", "Naloxone is carried by outreach teams."),
            ("A helpline was opened at the town hall.", "The town hall opened a helpline."),
            ("The party was in a disused cement works.", "It happened at a disused cement works."),
            (
                "The poisons service wants every collapse reported.",
                "Report every collapse, the poisons service says.",
            ),
            ("The bottles had a vanilla label.", "A vanilla label was on the bottles."),
        ],
    },
    quotes={
        "fr": [
            "« On n'avait jamais vu cela ici », raconte une voisine.",
            "« C'est une goutte d'eau », soupire un élu.",
            "« Le quartier a besoin de calme », dit un commerçant.",
        ],
        "en": ["“We had no idea,” a neighbour said.", "“It is a drop in the ocean,” a councillor said."],
    },
    background={
        "fr-market": [
            "En 2023, les services avaient saisi {n} kg de {sub} dans la région.",
            "L'an dernier, {n} kg avaient été saisis dans le département.",
        ],
        "fr-harm": [
            "En 2023, {n} personnes sont mortes d'une surdose en France.",
            "L'an dernier, {n} décès par surdose ont été recensés.",
        ],
        "en-market": ["In 2023 police seized {n} kg of {sub} in the region."],
        "en-harm": ["In 2023 there were {n} deaths from drugs in the region."],
    },
    updates={
        "fr": [
            "Un premier bilan faisait état de {early} morts.",
            "Le bilan s'est alourdi : il était de {early} victimes au départ.",
        ],
        "en": ["An earlier toll spoke of {early} deaths."],
    },
    signatures={
        "fr": ["(avec {agency})", "({agency})", "Selon {agency}, l'enquête se poursuit."],
        "en": ["({agency})", "With {agency}."],
    },
    headers={
        "fr": ["Faits divers : le point", "L'actualité en bref", "Stupéfiants : nouvelle affaire"],
        "en": ["News in brief", "Crime round-up"],
    },
    colour={
        "fr": [
            [
                "Une retraitée du quartier",
                "Le patron du café voisin",
                "Un chauffeur de bus",
                "La directrice de l'école",
                "Un employé municipal",
                "Une infirmière libérale",
            ],
            ["raconte", "se souvient", "explique", "remarque", "répète"],
            [
                "que les volets restaient fermés",
                "que personne ne posait de questions",
                "que le parking se remplissait tard",
                "qu'une sirène a retenti longtemps",
                "que la rue est restée barrée",
                "que le marché a ouvert avec retard",
            ],
            [
                "depuis le changement d'heure",
                "jusqu'au début de l'après-midi",
                "comme les jours de match",
                "malgré les promesses de la mairie",
                "sans que nul ne sache pourquoi",
                "pendant que la pluie tombait",
            ],
        ],
        "en": [
            [
                "A retired teacher",
                "The owner of the corner shop",
                "A bus driver",
                "One council worker",
                "A nurse on her way home",
            ],
            ["recalled", "explained", "noticed", "repeated"],
            [
                "that the shutters stayed down",
                "that nobody asked questions",
                "that the car park filled up late",
                "that a siren went on and on",
                "that the road was closed",
            ],
            [
                "since the clocks changed",
                "until the early afternoon",
                "as on match days",
                "whatever the council had promised",
                "while the rain came down",
            ],
        ],
    },
)

HELD = Half(
    name="held",
    leads={
        "fr": {
            "seizure": [
                "Belle prise pour la douane {when} {place} : {mass} de {sub} dormaient dans la cale d'un voilier.",
                "Quelque {mass} de {sub} ont été interceptés {when} {place} à bord d'un autocar.",
                "C'est {place} que les policiers de la brigade des stupéfiants ont trouvé, {when}, {mass} de {sub}.",
                "Un automobiliste qui transportait {mass} de {sub} a été arrêté {when} {place}.",
                "Le parquet annonce la saisie, {when} {place}, de {mass} de {sub}.",
            ],
            "ring": [
                "La police judiciaire a fait tomber {when} {place} une équipe soupçonnée d'écouler de la {sub}. Bilan : {persons} arrestations, {mass} de {sub} saisis.",
                "Vaste opération {when} {place}. {persons} suspects ont été arrêtés ; {mass} de {sub} ont été retrouvés dans un box.",
                "{persons} trafiquants présumés ont été arrêtés {when} {place}. La perquisition a permis de saisir {mass} de {sub}.",
            ],
            "farm": [
                "Sous le toit d'une ancienne usine, {plants} plants de cannabis ont été saisis {when} {place}.",
                "La police a démantelé {when} {place} une culture de {plants} pieds de cannabis.",
            ],
            "death": [
                "Une série de surdoses a fait {persons} morts {when} {place}. Les analyses ont trouvé des {sub}.",
                "{persons} usagers sont décédés {when} {place} à la suite d'une surdose de {sub}, indique la préfecture.",
                "{place}, {persons} personnes sont décédées {when} d'une surdose liée à des {sub}.",
            ],
            "poisoning": [
                "{when}, {persons} personnes ont été transportées à l'hôpital {place} après avoir pris de la {sub}.",
                "Malaises en série {place} : {persons} personnes intoxiquées à la {sub} ont été hospitalisées {when}.",
            ],
        },
        "en": {
            "seizure": [
                "A haul of {mass} of {sub} was seized {when} {place} from a yacht.",
                "Border officers have seized {mass} of {sub} {place}; the driver of the coach was stopped {when}.",
            ],
            "ring": [
                "Detectives arrested {persons} suspects {when} {place} and recovered {mass} of {sub}.",
                "Raids {when} {place} led to {persons} arrests; {mass} of {sub} was seized.",
            ],
            "farm": [
                "{plants} cannabis plants were seized {when} {place} from a former mill.",
                "Officers dismantled a cannabis factory of {plants} plants {when} {place}.",
            ],
            "death": [
                "A spate of overdoses killed {persons} people {when} {place}; tests found {sub}.",
                "{persons} people have died {place} of {sub} overdoses; the first was found {when}.",
            ],
            "poisoning": [
                "{persons} people were hospitalised {when} {place}, having taken {sub}.",
            ],
        },
    },
    titles={
        "fr": {
            "seizure": [
                "Saisie record de {sub} à {town}",
                "{mass} de {sub} interceptés",
                "Drogue : belle prise à {town}",
                "La drogue voyageait discrètement",
            ],
            "ring": [
                "Une équipe de trafiquants sous les verrous",
                "{town} : {persons} arrestations, {mass} de {sub}",
                "Stupéfiants : vaste opération à {town}",
            ],
            "farm": ["À {town}, la forêt sous les néons", "{plants} plants de cannabis à {town}"],
            "death": [
                "{town} endeuillée par une série de surdoses",
                "{persons} décès, des {sub} en cause",
                "Surdoses : {persons} morts à {town}",
            ],
            "poisoning": [
                "Malaises à {town}",
                "{persons} hospitalisations après une fête",
                "{sub} : alerte à {town}",
            ],
        },
        "en": {
            "seizure": ["Yacht held {mass} of {sub}", "{sub} intercepted in {town}", "Huge haul"],
            "ring": ["{persons} held after {town} raids", "Raids net {mass} of {sub}"],
            "farm": ["Mill hid a forest", "{town}: {plants} cannabis plants seized"],
            "death": ["{persons} dead in {town}", "{sub}: a town in mourning"],
            "poisoning": ["{persons} hospitalised in {town}", "Party ends in hospital"],
        },
    },
    seconds={
        "fr": {
            "seizure": [
                "À la revente, l'ensemble aurait rapporté {value}.",
                "Le tout vaut {value} sur le marché noir.",
                "{persons} suspects ont été écroués.",
            ],
            "ring": [
                "La valeur de la marchandise atteint {value}.",
                "Trois voitures de luxe ont été confisquées.",
            ],
            "farm": [
                "{persons} suspects ont été placés en garde à vue.",
                "L'électricité était détournée du réseau public.",
            ],
            "death": [
                "{second} personnes sont toujours hospitalisées.",
                "Le produit est en cours d'analyse.",
            ],
            "poisoning": ["Leurs jours ne sont pas en danger.", "Un laboratoire examine le produit."],
        },
        "en": {
            "seizure": [
                "It would have fetched {value} on the street.",
                "{persons} suspects are in custody after they were arrested.",
            ],
            "ring": ["The drugs would fetch {value}.", "Three luxury cars were impounded."],
            "farm": ["{persons} suspects were arrested.", "Lamps and fans were destroyed."],
            "death": ["{second} more people were hospitalised.", "Tests continue."],
            "poisoning": ["None is in danger.", "A laboratory is testing the product."],
        },
    },
    details={
        "fr": [
            ("Les sachets étaient glissés dans des ruches vides.", "Des ruches vides servaient de cachette."),
            (
                "Un hélicoptère a survolé la zone pendant deux heures.",
                "Pendant deux heures, un hélicoptère a tourné au-dessus des toits.",
            ),
            (
                "Les magistrats de la juridiction interrégionale sont saisis du dossier.",
                "Le dossier est entre les mains de la juridiction interrégionale.",
            ),
            (
                "Une machine à thermosceller a été retrouvée.",
                "On a aussi retrouvé une machine à thermosceller.",
            ),
            (
                "Le voilier battait pavillon croate.",
                "Pavillon croate, équipage fatigué : le bateau intriguait.",
            ),
            (
                "Un drone avait filmé les allées et venues.",
                "Les allées et venues avaient été filmées par un drone.",
            ),
            (
                "L'affaire, surnommée Nougat noir, avait commencé au printemps.",
                "Nougat noir : c'est le surnom que les enquêteurs ont donné à l'affaire.",
            ),
        ],
        "en": [
            ("The bags were inside empty beehives.", "Empty beehives served as a hiding place."),
            ("A helicopter circled for two hours.", "For two hours a helicopter was overhead."),
            ("A heat sealer lay on the floor.", "There was a heat sealer, too."),
            ("The vessel flew a Croatian flag.", "A Croatian flag hung from the stern."),
            ("A drone had filmed visitors.", "Visitors had been filmed by a drone."),
            ("The inquiry, named Black Nougat, began in spring.", "Black Nougat is the name of the inquiry."),
            ("A pharmacist had noticed odd deliveries.", "Odd deliveries had caught a pharmacist's eye."),
        ],
    },
    harm_details={
        "fr": [
            (
                "Le lot serait passé par un foyer de travailleurs.",
                "Dans le foyer de travailleurs, des affiches ont été posées.",
            ),
            ("Les comprimés étaient gravés d'une libellule.", "Une libellule est gravée sur les comprimés."),
            (
                "Une réunion publique est prévue à la médiathèque.",
                "La médiathèque accueillera une réunion publique.",
            ),
            (
                "Les bénévoles d'une association de réduction des risques tiennent un stand.",
                "Un stand de réduction des risques a été installé.",
            ),
            ("Le rassemblement se tenait dans une carrière de craie.", "La carrière de craie a été fermée."),
            (
                "Les pompiers ont utilisé de l'oxygène sur place.",
                "De l'oxygène a été donné sur place par les pompiers.",
            ),
            ("Le flacon sentait l'amande.", "Une odeur d'amande se dégageait du flacon."),
        ],
        "en": [
            ("The batch may have passed through a hostel.", "Posters went up in the hostel."),
            ("The tablets were stamped with a dragonfly.", "A dragonfly is stamped on the tablets."),
            ("A meeting will be held at the library.", "The library will host a meeting."),
            ("Volunteers are running a checking stall.", "A checking stall was set up by volunteers."),
            ("The gathering was in a chalk quarry.", "The chalk quarry was closed."),
            ("Paramedics gave oxygen.", "Oxygen was given by paramedics."),
            ("The flask smelled of almond.", "A smell of almond came from the flask."),
        ],
    },
    quotes={
        "fr": [
            "« Il fallait que cela arrive », confie un riverain.",
            "« Nous restons vigilants », assure un responsable.",
            "« Personne ne se doutait de rien », dit un voisin.",
        ],
        "en": ["“It was bound to happen,” one resident said.", "“We stay alert,” an official said."],
    },
    background={
        "fr-market": [
            "Sur l'ensemble de 2023, {n} kg de {sub} ont été saisis dans la zone.",
            "Le bilan annuel de 2022 faisait état de {n} kg de {sub} saisis.",
        ],
        "fr-harm": [
            "Le dernier rapport compte {n} décès par surdose en 2022.",
            "En 2022, la région avait compté {n} morts par surdose.",
        ],
        "en-market": ["Across 2023, {n} kg of {sub} was seized in the area."],
        "en-harm": ["The last report counted {n} overdose deaths in 2022."],
    },
    updates={
        "fr": ["On parlait d'abord de {early} décès.", "Le décompte précédent était de {early} morts."],
        "en": ["The figure first given was {early} deaths."],
    },
    signatures={
        "fr": ["({agency})", "Source : {agency}.", "Avec {agency}."],
        "en": ["(with {agency})", "Source: {agency}."],
    },
    headers={
        "fr": ["En bref", "Justice : ce qu'il faut savoir", "Les nouvelles du jour"],
        "en": ["At a glance", "Today's briefs"],
    },
    colour={
        "fr": [
            [
                "Devant la boulangerie",
                "Au pied des immeubles",
                "Sur le quai désert",
                "À la sortie du stade",
                "Dans la salle des fêtes",
                "Le long de la voie ferrée",
            ],
            ["on commente", "on s'interroge sur", "on se répète", "chacun refait"],
            [
                "les rondes de la veille",
                "le silence des autorités",
                "le ballet des gyrophares",
                "les histoires de l'été",
                "le va-et-vient des journalistes",
            ],
            [
                "entre deux averses",
                "avec un brin de fatalisme",
                "en attendant le prochain conseil",
                "sous le regard des enfants",
                "à voix basse",
                "comme dans un mauvais film",
            ],
        ],
        "en": [
            [
                "Outside the bakery",
                "At the foot of the flats",
                "On the empty quay",
                "By the railway line",
                "In the village hall",
            ],
            ["people talked over", "some wondered about", "everyone went over"],
            [
                "the patrols of the night before",
                "the silence of officials",
                "the flashing lights",
                "the stories of last summer",
                "the comings and goings of reporters",
            ],
            [
                "between two showers",
                "with a shrug",
                "in low voices",
                "under the eyes of children",
                "as in a bad film",
            ],
        ],
    },
)


def halves() -> dict[str, Half]:
    return {"tune": TUNE, "held": HELD}
