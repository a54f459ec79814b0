"""Invented press text of which one sentence in twenty speaks of drugs, the same at every run.

In: a seed and a count. Out: texts of the length of press articles, French and English, with a title line. The other
sentences are those of any newspaper: money, dates, places, courts, accidents and health that have nothing to do with
drugs, and now and then a word that only looks like a drug. Sentences are drawn from patterns and lists of words, so
that hardly one comes twice. `python benchmarks/sparse.py` prints the hash, the share of sentences in scope (a word of
the substance lexicon that counts, or a drug word) and the lengths.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean

from corpus import digest

SEED = 20260205
SHARE = 0.05  # of sentences that speak of drugs
SENTENCES = (18, 42)  # of one text
ENGLISH = 0.25  # of texts
LONGER = 0.5  # of the other sentences that end in a full stop: those go on

_FR: Mapping[str, Sequence[str]] = {
    "town": ["Lyon", "Lille", "Rennes", "Toulouse", "Dijon", "Nantes", "Bordeaux", "Metz", "Brest", "Quimper", "Valence",
             "Tulle", "Annecy", "Bayonne", "Roubaix", "Nancy",
             "Le Mans", "Saint-Étienne", "Clermont-Ferrand", "La Rochelle", "Aix-en-Provence", "Villefranche-sur-Saône"],
    "area": ["le Rhône", "la Gironde", "le Finistère", "la Drôme", "l'Isère", "la Loire-Atlantique", "le Nord", "l'Hérault"],
    "role": ["le maire", "la préfète", "un porte-parole", "la direction", "le syndicat", "la procureure", "le tribunal",
             "l'exploitant", "la présidente de l'association", "le rectorat", "la chambre de commerce", "un riverain"],
    "body": ["le conseil municipal", "la métropole", "le département", "l'agence régionale de santé", "la préfecture",
             "la commission d'enquête", "le ministère", "la cour d'appel", "l'établissement public foncier", "l'université"],
    "thing": ["la gare routière", "le gymnase", "l'école maternelle", "le marché couvert", "la digue", "le théâtre",
              "la piscine intercommunale", "l'ancienne caserne", "le parc des expositions", "la ligne de tramway",
              "la station d'épuration", "le stade nautique", "la médiathèque", "le pont suspendu"],
    "trade": ["l'apiculture", "la filière bois", "la pêche côtière", "l'hôtellerie", "le transport fluvial", "la viticulture",
              "l'aéronautique", "le commerce de proximité", "la métallurgie", "le maraîchage"],
    "event": ["le festival de jazz", "la foire agricole", "le marathon", "la fête de la musique", "le salon du livre",
              "la biennale", "le concours d'éloquence", "la brocante", "la course cycliste", "le carnaval"],
    "month": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "day": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "why": ["faute de crédits", "malgré l'opposition des riverains", "après deux années de travaux", "sans attendre le printemps",
            "au terme d'un long débat", "en raison du mauvais temps", "pour répondre à la demande", "comme chaque année",
            "à la surprise générale", "dans un climat tendu"],
    "adj": ["ambitieux", "modeste", "inattendu", "coûteux", "provisoire", "définitif", "complexe", "nécessaire", "discret", "durable"],
    "drug": ["cocaïne", "résine de cannabis", "héroïne", "kétamine", "3-MMC", "ecstasy", "crack", "MDMA", "herbe de cannabis"],
}  # fmt: skip
_FR_REST = (
    "{Body} a voté {day} un budget {adj} de {high} millions d'euros pour rénover {thing}, {why}.",
    "« Nous demandons simplement à être entendus », insiste {role}, qui doute que le projet soit prêt avant {month} {year}.",
    "{Role} de {town} rappelle que {thing} accueille plus de {high} 000 personnes par an et emploie {low} salariés.",
    "Les travaux, commencés en {month} {year}, doivent durer {low} mois et mobiliser une centaine d'ouvriers.",
    "Dans {area}, {trade} représente encore {pct} % des emplois, contre {pct2} % il y a dix ans.",
    "Un automobiliste de {age} ans a été grièvement blessé {day} matin dans un accident sur la route de {town}.",
    "{Event} de {town} a attiré {high} 000 visiteurs, un record depuis sa création en {year}.",
    "Il faudra attendre le {low2} {month} pour connaître la décision de {body}, saisi par {role}.",
    "Selon {body}, le chômage a reculé de {pct} % au troisième trimestre, une première depuis {year}.",
    "Le loyer moyen atteint {high}0 euros par mois à {town}, soit {pct} % de plus qu'en {year}.",
    "Trois hommes ont été condamnés à {low} mois de prison avec sursis pour le vol de câbles dans l'enceinte de {thing}.",
    "La pluie tombée dans la nuit de {day} à {day2} a fait déborder plusieurs ruisseaux au nord de {town}.",
    "Pour {role}, il s'agit d'un choix {adj} ; {body} n'a pas souhaité faire de commentaire.",
    "Le prix du kilo de tomates est passé de {pct} à {pct2} euros en un an, constate {role}.",
    "Deux lycéens ont reçu le prix du concours, doté de {high}0 euros et d'un voyage à Bruxelles.",
    "L'entreprise, installée à {town} depuis {year}, vend {low} % de sa production en Allemagne et en Espagne.",
    "{Thing} rouvrira en {month}, {why}, a annoncé {role} au cours d'une réunion publique.",
    "On y croise des retraités, des étudiants et quelques touristes venus profiter des derniers beaux jours.",
    "Reste une question que personne n'a vraiment posée : qui paiera l'entretien de {thing} ?",
    "L'audience, prévue le {low2} {month} {year}, a été renvoyée à la demande de la défense.",
    "La coopérative a livré {low} tonnes de pommes et {high} tonnes de poires à la banque alimentaire de {town}.",
    "Les pompiers ont évacué {low} résidents vers {thing} ; aucune victime n'est à déplorer.",
    "« C'est un métier {adj} et mal payé », soupire un artisan qui gagne à peine 1 {high}0 euros par mois.",
    "L'an dernier, {body} avait déjà refusé une subvention de {low} 000 euros à {event}.",
    "À quelques kilomètres de {town}, les éleveurs gardent leurs vaches dehors et l'herbe manque depuis {month}.",
    "Une canette de soda, un sachet de bonbons et une casquette oubliée : voilà tout ce qu'il restait sur les gradins.",
    "Le train de {low2} heures pour {town} accuse souvent une demi-heure de retard, {why}.",
    "Les écoliers ont planté {high} arbres le long de la rivière, sous l'œil attentif de {role}.",
    "La hausse des prix de l'énergie pèse sur {trade}, qui attend une aide de {pct} millions d'euros.",
    "En {year}, {body} comptait {low} agents ; ils ne sont plus que {low2} aujourd'hui.",
    "Née d'une initiative privée, la fondation finance la recherche sur les maladies rares et le diabète.",
    "{Role} a déposé plainte pour dégradations après la découverte d'inscriptions sur les murs de {thing}.",
    "Le match s'est achevé sur le score de {low2} à 2 devant un public clairsemé.",
    "Il y a tout juste un siècle, {town} inaugurait {thing}, dont il ne subsiste qu'une façade.",
    "Aucun incident n'a été signalé pendant {event}, qui se tenait pour la première fois dans {area}.",
    "La qualité de l'eau s'est améliorée dans {area}, où {low} stations sur {high} sont désormais conformes.",
    "D'après une étude publiée {day}, un Français sur cinq renonce à des soins pour des raisons financières.",
    "Le code de la route prévoit dans ce cas une amende de 135 euros et le retrait de quatre points.",
    "Rien n'indique pour l'instant que {body} reviendra sur sa décision, {why}.",
    "Les bénévoles servent {high} repas par jour dans un local prêté par {body}.",
)  # fmt: skip
_FR_MORE = (
    ", ce que {role} conteste depuis le début",
    ", selon un document que nous avons pu consulter",
    ", alors que {thing} reste fermé au public",
    ", dans un secteur où {trade} fait encore vivre plusieurs familles",
    ", après une longue réunion avec {role}",
    ", sans consulter {body}",
    ", une situation que les habitants de {town} connaissent bien",
)
_FR_DRUGS = (
    "À {town}, le gramme de {drug} se vend entre {low} et {high} euros, selon les intervenants de rue.",
    "Les douaniers ont saisi {low} kilos de {drug} dans un camion intercepté près de {town} dans la nuit de {day} à {day2}.",
    "Un homme de {age} ans a été interpellé {day} à {town} en possession de {low} grammes de {drug} et de {high}0 euros en liquide.",
    "La pureté moyenne de la {drug} atteignait {high} % en {year}, contre {low} % deux ans plus tôt.",
    "Les commandes de {drug} passent par une messagerie chiffrée et la livraison à domicile coûte {low2} euros.",
    "L'agence régionale de santé signale {low2} intoxications graves liées à la {drug} depuis le mois de {month}.",
    "Le prix de la {drug} a nettement baissé dans {area}, d'après l'observatoire.",
    "Quatre trafiquants de {drug} ont été condamnés à {low2} ans de prison par le tribunal de {town}.",
    "Le kilo de {drug} se négocie autour de {high} 000 euros à l'arrivée, contre {low} 000 en {year}.",
    "La marchandise, de la {drug} venue d'Anvers, était destinée au marché de {town}.",
    "Les policiers ont démantelé un point de vente de stupéfiants installé depuis {month} dans un hall de {town}.",
    "Plusieurs usagers disent consommer de la {drug} plus souvent depuis la fin du confinement.",
)  # fmt: skip
_EN: Mapping[str, Sequence[str]] = {
    "town": ["Leeds", "Bristol", "Cardiff", "Glasgow", "Norwich", "Plymouth", "Sunderland", "Belfast", "Dundee", "Swansea",
             "Oxford", "Derby", "Leicester"],
    "area": ["Kent", "Cornwall", "the West Midlands", "Lancashire", "Devon", "North Yorkshire", "Essex", "Fife"],
    "role": ["the mayor", "a spokeswoman", "the council leader", "the union", "a resident", "the head teacher", "the judge",
             "the operator", "a shopkeeper", "the chief executive", "the coroner", "a campaigner"],
    "body": ["the city council", "the Home Office", "the county court", "the health board", "the planning committee",
             "the university", "the water company", "the inquiry", "the regulator", "the transport authority"],
    "thing": ["the bus station", "the leisure centre", "the old barracks", "the covered market", "the swing bridge",
              "the primary school", "the harbour wall", "the library", "the sewage works", "the cricket ground"],
    "trade": ["fishing", "tourism", "shipbuilding", "dairy farming", "retail", "aerospace", "haulage", "forestry"],
    "event": ["the jazz festival", "the county show", "the half-marathon", "the book fair", "the food market", "the regatta"],
    "month": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "why": ["for lack of funds", "despite objections from residents", "after two years of works", "to general surprise",
            "because of bad weather", "at the end of a long debate", "as it does every year", "to meet demand"],
    "adj": ["modest", "ambitious", "costly", "temporary", "unexpected", "complex", "lasting", "difficult"],
    "drug": ["cocaine", "cannabis resin", "heroin", "ketamine", "MDMA", "crack cocaine", "herbal cannabis", "methamphetamine"],
}  # fmt: skip
_EN_REST = (
    "{Body} approved {adj} plans worth £{high} million on {day} to rebuild {thing}, {why}.",
    "\"All we ask is to be heard,\" said {role}, who doubts that the scheme will be ready before {month} {year}.",
    "{Role} in {town} said that {thing} welcomes {high},000 people a year and employs {low} staff.",
    "Works began in {month} {year} and are due to last {low} months, with about a hundred people on site.",
    "In {area}, {trade} still accounts for {pct}% of jobs, down from {pct2}% ten years ago.",
    "A driver, {age}, was seriously hurt on {day} morning in a crash on the road to {town}.",
    "{Event} drew {high},000 visitors to {town}, a record since it was first held in {year}.",
    "Unemployment fell by {pct} per cent in the third quarter, according to {body}.",
    "The average rent has reached £{high}0 a month in {town}, {pct}% more than in {year}.",
    "Three men were given suspended sentences of {low} months for stealing cables from {thing}.",
    "Heavy rain overnight caused several streams to burst their banks north of {town}.",
    "{Role} called it {adj}; {body} declined to comment.",
    "The firm, based in {town} since {year}, sells {low}% of its output to Germany and Spain.",
    "{Thing} will reopen in {month}, {why}, {role} told a public meeting.",
    "The hearing, listed for {low2} {month} {year}, was adjourned at the request of the defence.",
    "Firefighters led {low} residents to safety; nobody was hurt.",
    "One question remains that nobody has asked: who will pay for the upkeep of {thing}?",
    "Children planted {high} trees along the river under the watchful eye of {role}.",
    "Retired couples, students and a few tourists were enjoying the last of the sunshine.",
    "The charity serves {high} meals a day from premises lent by {body}.",
    "Vandals sprayed the walls of {thing}, and {role} has asked the police to look into it.",
    "The price of a kilo of tomatoes has gone from £{low2}.20 to £{low2}.90 within a year.",
    "The match ended {low2}-2 in front of a sparse crowd, and the visitors went third in the table.",
    "Farmers say the grass has been short since {month} and that feed costs {pct}% more.",
)  # fmt: skip
_EN_MORE = (
    ", a claim that {role} has disputed from the start",
    ", according to a document seen by this paper",
    ", while {thing} stays closed to the public",
    ", in a part of the country where {trade} still keeps families going",
    ", after a long meeting with {role}",
    ", which people in {town} know only too well",
)
_EN_DRUGS = (
    "A gram of {drug} now sells for between £{low} and £{high} in {town}, outreach workers say.",
    "Officers seized {low} kilos of {drug} from a lorry stopped near {town} on {day} night.",
    "A man, {age}, was arrested in {town} with {low} grams of {drug} and £{high}0 in cash.",
    "The average purity of {drug} was {high}% in {year}, up from {low}% two years earlier.",
    "Orders for {drug} are placed over an encrypted app and delivered to the door for £{low2}.",
    "The health board has recorded {low2} deaths linked to {drug} since {month}.",
    "Four men who supplied {drug} were jailed for {low2} years at the court in {town}.",
    "The price of {drug} has fallen sharply in {area}, according to the drug observatory.",
)  # fmt: skip


def _sentence(
    patterns: Sequence[str], more: Sequence[str], words: Mapping[str, Sequence[str]], chance: random.Random
) -> str:
    """A sentence of one of the patterns; `more`: ways in which it may go on."""
    chosen = {name: chance.choice(list(listed)) for name, listed in words.items()}
    capital = {name.capitalize(): word[0].upper() + word[1:] for name, word in chosen.items()}
    pattern = chance.choice(patterns)
    if more and pattern.endswith(".") and '"' not in pattern and chance.random() < LONGER:
        pattern = pattern[:-1] + chance.choice(more) + "."
    return pattern.format(
        **chosen,
        **capital,
        day2=chance.choice(list(words["day"])),
        low=chance.randrange(12, 60),
        low2=chance.randrange(2, 12),
        high=chance.randrange(60, 99),
        pct=chance.randrange(2, 19),
        pct2=chance.randrange(20, 40),
        age=chance.randrange(18, 70),
        year=chance.randrange(2015, 2026),
    )


def sparse_texts(count: int, seed: int = SEED, share: float = SHARE) -> Iterator[tuple[str, str]]:
    """`count` texts, each with its language; paragraphs of three to six sentences."""
    chance = random.Random(seed)
    for _ in range(count):
        english = chance.random() < ENGLISH
        words, rest, drugs, more = (
            (_EN, _EN_REST, _EN_DRUGS, _EN_MORE) if english else (_FR, _FR_REST, _FR_DRUGS, _FR_MORE)
        )
        lines: list[str] = []
        left = chance.randint(3, 6)
        for _number in range(chance.randint(*SENTENCES)):
            speaks = chance.random() < share
            line = _sentence(drugs if speaks else rest, () if speaks else more, words, chance)
            left -= 1
            lines.append(line + (" " if left else "\n\n"))
            left = left or chance.randint(3, 6)
        yield "".join(lines).strip(), "en" if english else "fr"


def main() -> None:
    from vigie.extract.scan import scan
    from vigie.extract.substance import find_substances
    from vigie.text.sentences import sentences

    made = list(sparse_texts(400))
    total = scope = 0
    distinct: set[str] = set()
    lengths: list[int] = []
    for text, lang in made:
        spans = sentences(text)
        marks = [m.start for m in find_substances(text, lang)]
        marks += [hit.start for hit in scan(text, lang).hits["market"] if hit.term.id == "drug"]
        total += len(spans)
        scope += sum(any(span.start <= at < span.end for at in marks) for span in spans)
        distinct |= {text[span.start : span.end] for span in spans}
        lengths += [span.end - span.start for span in spans]
    size = sum(len(text.encode()) for text, _lang in made)
    print(digest([text for text, _lang in made]))
    print(
        f"{len(made)} texts, {size / 1e6:.2f} MB; {total} sentences, {len(distinct)} distinct, {mean(lengths):.0f} code "
        f"points; in scope {100 * scope / total:.1f} %"
    )


if __name__ == "__main__":
    main()
