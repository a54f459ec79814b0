"""Flows: origin > destination (via) and mode; registration and travelling persons are no flow."""

from __future__ import annotations

import re

import pytest

from cue_samples import analysis
from vigie.extract.conjugate import conjugated
from vigie.extract.flow import extract_flows
from vigie.lexicon.terms import load_terms
from vigie.text.normalise import fold

CASES = [
    # why, language, text, {"origin>destination/via mode"}
    ("origin", "fr", "La cocaïne en provenance de Colombie a été saisie.", {"CO>-/- unknown"}),
    ("origin and via", "fr", "La cocaïne importée du Pérou via Anvers.", {"PE>-/Anvers unknown"}),
    ("origin and destination", "fr", "De la résine de cannabis importée du Maroc et destinée à Lyon.", {"MA>Lyon/- unknown"}),
    ("from to by road", "fr", "La drogue est acheminée depuis Rotterdam vers Lille en camion.",
     {"Rotterdam>Lille/- road"}),
    ("by post", "fr", "Deux colis de MDMA expédiés des Pays-Bas.", {"NL>-/- post"}),
    ("two origins", "fr", "La kétamine est importée d'Allemagne ou des Pays-Bas.",
     {"DE>-/- unknown", "NL>-/- unknown"}),
    ("noun cue", "fr", "Principaux pays de provenance de la cocaïne : rien. Régions d'expédition, la Colombie et le Pérou.",
     {"CO>-/- unknown", "PE>-/- unknown"}),
    ("flight with a hyphen", "fr", "Un vol Bogota-Paris et 4 kg de cocaïne.", {"Bogota>Paris/- air"}),
    ("between, when convoyed", "fr", "Le cannabis était convoyé entre Barcelone et Marseille.",
     {"Barcelone>Marseille/- unknown"}),
    ("container", "fr", "La cocaïne venue du Pérou arrive par conteneurs.", {"PE>-/- sea"}),
    ("destination only", "fr", "Du cannabis à destination de Lyon.", {"->Lyon/- unknown"}),
    ("person from a town", "fr", "Un homme venu de Lyon portait de la cocaïne.", set()),
    ("native", "fr", "Un dealer originaire du Maroc vendait de la cocaïne.", set()),
    ("registration", "fr", "Un camion immatriculé en Espagne cachait 300 kg de résine.", set()),
    ("place without cue", "fr", "À Lyon, la cocaïne se vend 60 euros.", set()),
    ("since a year", "fr", "Depuis Marseille, le préfet parle de la drogue.", set()),
    ("no drug", "fr", "Le vin est expédié de Bordeaux.", set()),
    ("cue far from place", "fr", "Importée de façon très discrète et patiente par un réseau de Lyon, la cocaïne.", set()),
    ("same place twice", "fr", "La drogue est acheminée depuis Lille vers Lille.", set()),
    ("vehicle from a country", "fr", "Le fourgon venait d'Espagne avec 30 kg de cocaïne.", {"ES>-/- road"}),
    ("pronoun with a ship", "fr", "La drogue inquiète. Elle venait d'Algérie par bateau.", {"DZ>-/- sea"}),
    ("of and, not from and to", "fr", "Les drogues arrivent du Pérou et de la Colombie.",
     {"PE>-/- unknown", "CO>-/- unknown"}),
    ("an adverb between", "fr", "L'héroïne arrive le plus souvent de Rotterdam.", {"Rotterdam>-/- unknown"}),
    ("any tense", "fr", "La cocaïne partait chaque lundi de Bilbao.", {"Bilbao>-/- unknown"}),
    ("expected at", "fr", "La cocaïne, partie de Lima, était attendue à Gand.", {"Lima>Gand/- unknown"}),
    ("reaches a town", "fr", "Depuis Bilbao, la résine de cannabis rejoint Bordeaux en camion.", {"Bilbao>Bordeaux/- road"}),
    ("two destinations", "fr", "La kétamine est expédiée vers l'Italie et la Suisse.",
     {"->IT/- unknown", "->CH/- unknown"}),
    ("links two towns", "fr", "Des navettes reliaient Anvers à Metz pour l'héroïne.", {"Anvers>Metz/- unknown"}),
    ("mode of the sentence before", "fr", "Un colis contenait 2 kg de MDMA. Expédié de Berlin, il a été ouvert.",
     {"Berlin>-/- post"}),
    ("goes on with a pronoun", "fr", "Deux fourgons cachaient de la résine de cannabis. Tous remontaient de Malaga vers Nantes.",
     {"Malaga>Nantes/- road"}),
    ("told in two sentences", "fr", "La cocaïne est partie de Lima. Elle était attendue à Gand.", {"Lima>Gand/- unknown"}),
    ("from where", "fr", "On parle de Rotterdam, d'où arrive l'héroïne.", {"Rotterdam>-/- unknown"}),
    ("a person comes from", "fr", "La cocaïne inquiète. Il arrivait de Lyon.", set()),
    ("english by air", "en", "The cocaine mostly comes by air from Lima.", {"Lima>-/- air"}),
    ("english flies", "en", "A mule flies from Lisbon to Dublin with cocaine.", {"Lisbon>Dublin/- air"}),
    ("english parcel of", "en", "A parcel of MDMA from Germany was opened.", {"DE>-/- post"}),
    ("english left", "en", "The cocaine left Lima in May. It was bound for Ghent.", {"Lima>Ghent/- unknown"}),
    ("english route", "en", "Cocaine shipped from Colombia to Rotterdam in containers.", {"CO>Rotterdam/- sea"}),
    ("english via", "en", "Heroin smuggled into Ireland via Belgium by lorry.", {"->IE/BE road"}),
    ("english parcels", "en", "Parcels from China contained fentanyl.", {"CN>-/- post"}),
    ("english through", "en", "Ketamine trafficked from India through Germany.", {"IN>-/DE unknown"}),
    ("english person", "en", "A man from Leeds sold cannabis.", set()),
    ("bought here, sold there", "fr", "L'héroïne achetée à Gand était revendue à Metz.", {"Gand>Metz/- unknown"}),
    ("bought here only", "fr", "Il achetait la cocaïne à Gand.", set()),
    ("sold there only", "fr", "La cocaïne est revendue à Metz.", set()),
    ("bought here, arrested there", "fr", "Il avait acheté la cocaïne à Gand et a été arrêté à Metz.", set()),
    ("loaded and landed", "fr", "Les mules embarquent à Cayenne et débarquent à Orly avec de la cocaïne.", {"Cayenne>Orly/- air"}),
    ("the verb said once", "fr", "L'héroïne vient de Turquie, la cocaïne de Colombie.", {"TR>-/- unknown", "CO>-/- unknown"}),
    ("two routes", "fr", "La cocaïne est acheminée de Lima à Gand par bateau, puis de Gand à Metz en camion.",
     {"Lima>Gand/- sea", "Gand>Metz/- road"}),
    ("caught on arrival", "fr", "Un passager arrivé de Lima a été contrôlé à Orly avec de la cocaïne.", {"Lima>Orly/- air"}),
    ("caught far off", "fr", "Un voilier parti de Lima avec de la cocaïne a été intercepté au large de Brest.", {"Lima>-/- sea"}),
    ("persons with a load", "fr", "Ils ont été arrêtés avec 3 kilos d'héroïne ; ils revenaient de Bruxelles en train.",
     {"Bruxelles>-/- rail"}),
    ("answered without a verb", "fr", "D'où vient l'héroïne ? De Turquie, par la route.", {"TR>-/- road"}),
    ("a town and a train", "fr", "Le maire de Metz est venu en train parler de la cocaïne.", set()),
    ("aside after the verb", "fr", "L'héroïne venait, elle, de Gand, en go-fast.", {"Gand>-/- road"}),
    ("supplied in", "fr", "Les revendeurs d'héroïne s'approvisionnent à Gand.", {"Gand>-/- unknown"}),
    ("arrived and from", "fr", "L'héroïne est arrivée en Bretagne depuis Gand.", {"Gand>Bretagne/- unknown"}),
    ("about to leave", "fr", "Deux passagers en partance pour Orly ont été arrêtés à l'aéroport de Cayenne avec de la cocaïne.",
     {"Cayenne>Orly/- air"}),
    ("two things in a list", "fr", "De l'héroïne venue de Turquie ; de la cocaïne à destination du Canada.",
     {"TR>-/- unknown", "->CA/- unknown"}),
    ("english by road from", "en", "The heroin is supplied out of Leeds by truckers.", {"Leeds>-/- road"}),
    ("english bought and resold", "en", "Heroin bought in Leeds is resold in Cork.", {"Leeds>Cork/- unknown"}),
    ("english enters", "en", "Cocaine enters Spain from Morocco.", {"MA>ES/- unknown"}),
    ("english ellipsis", "en", "Ketamine comes from Germany by road and heroin from Turkey.", {"DE>-/- road", "TR>-/- unknown"}),
    ("english taken by persons", "en", "Two people died after taking nitazenes in Dublin last year.", set()),
    ("english took", "en", "He took cocaine in Paris.", set()),
    ("english taken pills", "en", "She had taken ecstasy pills at a club in Leeds.", set()),
    ("english sites", "en", "Ketamine is ordered on websites based in India and comes by post.", {"IN>-/- post"}),
    ("english brought in", "en", "The gang imported cocaine in Leeds.", set()),
    ("english taken there", "en", "The cocaine was taken to Leeds.", {"->Leeds/- unknown"}),
    ("english taken from there to here", "en", "He took 3 kg of cocaine from Cork to Leeds.", {"Cork>Leeds/- unknown"}),
    ("english load taken", "en", "A load of cocaine was taken from Cork.", {"Cork>-/- unknown"}),
    ("english lorry took", "en", "The lorry took cocaine out of Leeds.", {"Leeds>-/- road"}),
    ("english months", "en", "Cocaine prices fell from May to June in London.", set()),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_flows(lang: str, text: str, expected: set[str]) -> None:
    def show(place: object) -> str:
        if place is None:
            return "-"
        return str(getattr(place, "code" if getattr(place, "level") == "country" else "name"))  # noqa: B009

    found = {
        f"{show(d.value.origin)}>{show(d.value.destination)}/{show(d.value.via)} {d.value.mode}"  # type: ignore[union-attr]
        for d in extract_flows(analysis(text, lang))
    }
    assert found == expected


def test_substance_and_title() -> None:
    [draft] = extract_flows(analysis("La cocaïne vient du Pérou.", title="Cocaïne importée du Pérou"))
    assert draft.substance == "cocaine" and draft.start > 20


def test_a_pronoun_carries_the_substance() -> None:
    [draft] = extract_flows(analysis("L'héroïne circule. Elle vient de Turquie par bateau."))
    assert draft.substance == "heroin"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", ["flows", "trends", "assertion"])
def test_every_verb_is_in_its_proof(name: str, lang: str) -> None:
    for term in load_terms(name, lang):
        words = set(re.findall(r"\w+", fold(" ".join(term.extra.get("proof", ())))))
        for verb in term.extra.get("verbs", ()):
            assert words & set(conjugated(verb, lang)), (term.id, verb)
