"""Trends: indicator, direction and substance as the text states them; what is no drug trend gives none."""

from __future__ import annotations

import pytest

from cue_samples import analysis
from facts import observations
from vigie.extract.trend import extract_trends
from vigie.model.observation import TrendValue

CASES = [
    # why, language, text, {(indicator, direction, substance)}
    ("price, verb", "fr", "Le prix de la cocaïne a chuté.", {("price", "down", "cocaine")}),
    ("price, noun before", "fr", "La baisse du prix de l'héroïne surprend.", {("price", "down", "heroin")}),
    ("gram as price", "fr", "Le gramme de cocaïne a perdu 10 %.", {("price", "down", "cocaine")}),
    ("use, noun before", "fr", "L'envolée de la consommation de MDMA inquiète.", {("use", "up", "mdma")}),
    ("use, after", "fr", "Le crack, dont la consommation est en forte hausse.", {("use", "up", "crack")}),
    ("purity", "fr", "Une amélioration de la pureté de l'héroïne.", {("purity", "up", "heroin")}),
    ("two clauses", "fr", "La pureté de l'héroïne reste stable, mais les overdoses ont doublé.",
     {("purity", "stable", "heroin"), ("harm", "up", "heroin")}),
    ("list of subjects", "fr", "La consommation de crack et les hospitalisations augmentent.",
     {("use", "up", "crack"), ("harm", "up", "crack")}),
    ("seizures", "fr", "Les saisies de kétamine explosent.", {("availability", "up", "ketamine")}),
    ("record", "fr", "Un record de saisies de cocaïne.", {("availability", "peak", "cocaine")}),
    ("violence", "fr", "La recrudescence des meurtres liés au trafic.", {("violence", "up", None)}),
    ("easier to get", "fr", "La cocaïne est de plus en plus disponible.", {("availability", "up", "cocaine")}),
    ("cheaper", "fr", "La cocaïne est moins chère.", {("price", "down", "cocaine")}),
    ("beside a substance", "fr", "L'émergence de la 3-MMC.", {("use", "emerging", "3-mmc")}),
    ("shortage", "fr", "Une pénurie d'héroïne.", {("availability", "down", "heroin")}),
    ("modality", "fr", "La livraison à domicile de cocaïne progresse.", {("modality", "up", "cocaine")}),
    ("taxes", "fr", "Une hausse de 10 % des impôts, drogue ou non.", set()),
    ("housing", "fr", "Le prix de l'immobilier augmente près du point de deal.", set()),
    ("no drug at all", "fr", "Le prix du pain a chuté.", set()),
    ("electricity", "fr", "La consommation d'électricité augmente.", set()),
    ("road users", "fr", "Les usagers de la route sont en hausse, drogue au volant.", set()),
    ("too far apart", "fr",
     "Le prix de la cocaïne, que personne ici ne veut plus commenter devant des inconnus venus de loin, monte.", set()),
    ("other clause", "fr", "Le prix de la cocaïne est connu ; la température baisse.", set()),
    ("figures only", "fr", "Le gramme de cocaïne vaut 58 euros contre 66.", set()),
    ("adjective of another noun", "fr", "Une peur croissante des acheteurs de crack devant le trafic.", set()),
    ("substance beside a sum", "fr", "La kétamine baisse encore : 35 euros le gramme.", {("price", "down", "ketamine")}),
    ("substance alone says nothing", "fr", "La kétamine baisse encore.", set()),
    ("appears", "fr", "La kétamine fait son apparition.", {("availability", "emerging", "ketamine")}),
    ("gram of, fallen to", "fr", "Le gramme de cocaïne est tombé à 50 euros.", {("price", "down", "cocaine")}),
    ("earlier figure with a time", "fr", "La pureté de la cocaïne est de 70 %, contre 55 % il y a trois ans.",
     {("purity", "up", "cocaine")}),
    ("never so plentiful", "fr", "La cocaïne n'a jamais été aussi abondante.", {("availability", "peak", "cocaine")}),
    ("rare again", "fr", "L'héroïne est redevenue rare.", {("availability", "down", "heroin")}),
    ("hardly moves", "fr", "La pureté de la cocaïne ne varie guère.", {("purity", "stable", "cocaine")}),
    ("never so cheap", "en", "Cocaine has never been so cheap.", {("price", "down", "cocaine")}),
    ("scarce since", "en", "Ketamine has been scarce since Christmas.", {("availability", "down", "ketamine")}),
    ("two years", "fr", "La cocaïne a causé 12 décès en 2021 et 31 en 2024.", {("harm", "up", "cocaine")}),
    ("elsewhere is no trend", "fr", "Le gramme de cocaïne vaut 70 euros à Brest, contre 60 à Lyon.", set()),
    ("from so much to so much", "fr", "Le gramme de MDMA est passé de 60 à 45 euros.", {("price", "down", "mdma")}),
    ("a range is no trend", "fr", "Le gramme de MDMA coûte de 45 à 60 euros.", set()),
    ("times as much", "fr", "Le gramme de kétamine vaut 40 euros, deux fois plus qu'en 2018.", {("price", "up", "ketamine")}),
    ("stays at", "fr", "Le gramme d'héroïne reste à 35 euros.", {("price", "stable", "heroin")}),
    ("any tense", "fr", "La consommation de cocaïne reculerait.", {("use", "down", "cocaine")}),
    ("a way of selling", "fr", "La vente de cannabis sur Snapchat se généralise.", {("modality", "up", "cannabis")}),
    ("a way of using", "fr", "L'injection de cocaïne recule.", {("use", "down", "cocaine")}),
    ("what the crimes are linked to", "fr", "Les meurtres liés au trafic de cocaïne ont reculé.",
     {("violence", "down", "cocaine")}),
    ("who says it", "fr", "L'offre de cocaïne a grimpé, disent les usagers.", {("availability", "up", "cocaine")}),
    ("arrival feared", "fr", "Les soignants craignent l'arrivée du fentanyl.", {("availability", "emerging", "fentanyl")}),
    ("is setting in", "fr", "La kétamine s'installe.", {("use", "up", "ketamine")}),
    ("a network is set up", "fr", "Le dealer a monté un réseau de cocaïne.", set()),
    ("english up from", "en", "The unit saw 14 heroin overdoses, up from nine.", {("harm", "up", "heroin")}),
    ("english slipped", "en", "Cocaine prices slipped.", {("price", "down", "cocaine")}),
    ("english held at", "en", "The price of heroin held at £40.", {("price", "stable", "heroin")}),
    ("english is back", "en", "Mephedrone is back.", {("availability", "up", "4-mmc")}),
    ("english price", "en", "The price of heroin fell.", {("price", "down", "heroin")}),
    ("english deaths", "en", "Overdose deaths involving fentanyl rose.", {("harm", "up", "fentanyl")}),
    ("english pay rise", "en", "The pay rise came before the cocaine trial.", set()),
    ("a drug that lost some euros", "fr", "La cocaïne a encore perdu cinq euros.", {("price", "down", "cocaine")}),
    ("a person who lost some euros", "fr", "Il vendait de la cocaïne. Le client a perdu cinq euros.", set()),
    ("what it fell to", "fr", "L'héroïne est tombée à 30 euros le gramme.", {("price", "down", "heroin")}),
    ("what it costs no more than", "fr", "Le gramme d'héroïne ne coûte plus que 30 euros.", {("price", "down", "heroin")}),
    ("a pronoun for what was asked", "fr", "La pureté de l'héroïne ? Elle plafonne.", {("purity", "stable", "heroin")}),
    ("recedes", "fr", "La kétamine, en revanche, recule.", {("use", "down", "ketamine")}),
    ("falls, price or use", "fr", "La kétamine baisse.", set()),
    ("more plentiful", "fr", "La kétamine, toujours plus abondante, circule.", {("availability", "up", "ketamine")}),
    ("amounts to", "fr", "Le gramme de kétamine revient à 30 euros.", set()),
    ("never so much", "fr", "Jamais il n'y a eu autant de cocaïne.", {("availability", "peak", "cocaine")}),
    ("english has not moved", "en", "The price of ketamine hasn't moved.", {("price", "stable", "ketamine")}),
    ("english risen to", "en", "A gram of ketamine has risen to £30.", {("price", "up", "ketamine")}),
    ("english unheard of", "en", "Xylazine hadn't been seen here.", {("availability", "emerging", "xylazine")}),
    ("english popular", "en", "Ketamine is increasingly popular.", {("use", "up", "ketamine")}),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_trends(lang: str, text: str, expected: set[tuple[str, str, str | None]]) -> None:
    found = {
        (d.value.indicator, d.value.direction, d.substance)  # type: ignore[union-attr]
        for d in extract_trends(analysis(text, lang))
    }
    assert found == expected


def test_title_counts_only_for_what_the_body_omits() -> None:
    said = list(extract_trends(analysis("Le prix de la cocaïne a baissé.", title="Cocaïne : le prix baisse")))
    assert [d.start > 20 for d in said] == [True]
    alone = list(extract_trends(analysis("La note est interne.", title="Le prix de la cocaïne baisse")))
    assert [d.start for d in alone] == [3]


def test_span_holds_subject_and_direction() -> None:
    text = "À Lyon, la pureté de la MDMA augmente encore."
    [draft] = extract_trends(analysis(text))
    assert text[draft.start : draft.end] == "pureté de la MDMA augmente"


def test_the_substance_of_the_title_and_of_the_sentence_before_is_carried() -> None:
    [draft] = extract_trends(analysis("Son usage progresse chez les jeunes.", title="La kétamine à Metz"))
    assert (draft.substance, draft.value) == ("ketamine", TrendValue(indicator="use", direction="up"))
    *_, last = extract_trends(analysis("L'héroïne circule ici. La pureté, elle, baisse."))
    assert last.substance == "heroin"


def test_a_pronoun_stands_for_the_substance() -> None:
    *_, last = extract_trends(analysis("La 3-MMC se vend ici. Elle refait surface chez les étudiants."))
    assert (last.substance, last.value) == ("3-mmc", TrendValue(indicator="availability", direction="up"))


def test_a_price_now_is_compared_with_the_sentence_before() -> None:
    text = "Il y a trois ans, le gramme de cocaïne coûtait 80 euros. Aujourd'hui, le gramme de cocaïne coûte 60 euros."
    found = {(d.value, d.substance) for d in extract_trends(analysis(text))}
    assert found == {(TrendValue(indicator="price", direction="down"), "cocaine")}


def test_an_aside_between_subject_and_verb_denies_nothing() -> None:
    [draft] = extract_trends(analysis("L'usage de cocaïne, sans surprise ni alarme, progresse."))
    assert draft.assertion == "affirmed"


def test_a_trend_holds_for_the_later_of_the_two_times_compared() -> None:
    text = "La cocaïne circule. Le gramme se vend 55 € à Lyon, contre 70 € en 2023."
    (trend,) = observations(text, "trend", published="2026-05-04")
    assert str(trend.when.start) == "2026-05-04"


def test_a_negation_that_tells_an_emergence_denies_nothing() -> None:
    (trend,) = observations("Xylazine hadn't been seen here before 2020.", "trend", lang="en")
    assert trend.assertion == "affirmed"
