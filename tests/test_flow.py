"""Flows: origin > destination (via) and mode; registration and travelling persons are no flow."""

from __future__ import annotations

import pytest

from cue_samples import analysis
from vigie.extract.flow import extract_flows

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
    ("english route", "en", "Cocaine shipped from Colombia to Rotterdam in containers.", {"CO>Rotterdam/- sea"}),
    ("english via", "en", "Heroin smuggled into Ireland via Belgium by lorry.", {"->IE/BE road"}),
    ("english parcels", "en", "Parcels from China contained fentanyl.", {"CN>-/- post"}),
    ("english through", "en", "Ketamine trafficked from India through Germany.", {"IN>-/DE unknown"}),
    ("english person", "en", "A man from Leeds sold cannabis.", set()),
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
