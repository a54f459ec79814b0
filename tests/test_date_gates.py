"""What lets a date rule be skipped (`Gate`) never hides a match: every match of the rule opens its own gate."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from vigie.extract.dates_rules import Gate, gate, rules
from vigie.lexicon.terms import load_terms
from vigie.text.normalise import fold

CASES = Path(__file__).parent / "cases" / "dates.toml"
# One for each rule that the cases and the lexicon hardly reach; a line break, because patterns accept it for a space.
MORE = {
    "fr": (
        "la semaine du lundi 4 mars 2019, la dernière semaine de mai, semaine n° 12, le 4 du mois dernier",
        "au 3e trimestre 2020, au premier semestre de 2021, les trois premiers mois de 2019, les deux derniers mois de 2018",
        "dans les années 90, il y a\nprès de trois ans, d'ici deux mois, au cours des trois dernières années, deux ans passés",
        "le mois prochain, cette année, mars dernier, fin cet avril, lundi prochain, ce mardi 4, depuis le début de l'année",
        "en début d'année, deux ans plus\ntôt, le lundi suivant, l'année précédente, la même année, 2019/2020, 4/2019, T3 2020",
        "du 3 au 5 mai 2020, 3-mai-2020, 2020-mai-3, mai-3, lundi 4, mardi 4/5, cet été, l'été 2020, 2018 jusqu'en 2020, 2020-S1",
        "mai 5 de 2020, mai 5 au mai 7, mai vingt-deux. Mai 5-8, lundi en huit, le reste de la semaine, le mois prochain",
        "la dernière semaine, prochain mars, à la fin du mois, pendant la semaine. Pour la semaine, du 5/1-7/1/2020, 2020-05-03",
        "avant le 28/2 au 1/3, archive-2020-05-03-a, depuis dans la semaine.",
    ),
    "en": (
        "the week of 4 March, the last weekend of May, week 12, the 4th of last month, summer of 2020, next summer",
        "the third quarter of 2020, 2020, the third quarter, Q3 of last year, the first half of 2021, 2020-Q3, H1 2020",
        "the first three months of 2019, the last two months of 2018, three years ago, in about two weeks, the past three years",
        "last month, next March, March of this year, last Monday, Monday of last week, next week, on Monday, so far this year",
        "three years earlier, the previous year, the year before, the following Monday, that year, Monday the 4th, Monday 4, "
        "Monday 4/5, 2019 March, 4/March/2019, 2019-March-4, March-4-2019, 2018 through 2020, since the start of the year",
        "2019 March 4, the second Sunday. In the week. This past summer, within two weeks, two days from now, the next two weeks",
        "the last 3 months and 2 days, the end of the week, the rest of the year, the week after next, over the weekend.",
        "next working week, Easter weekend 2020, from 5/1-5/7/2020, archive-2020-05-03-a, in two weeks",
    ),
}


def texts(lang: str) -> list[str]:
    """The texts of the cases, and the sentences of the lexicon, without their brackets."""
    rows = tomllib.loads(CASES.read_text(encoding="utf-8"))
    cases = [
        row["text"] for table in rows.values() if isinstance(table, list) for row in table if "text" in row
    ]
    proofs = [sentence for term in load_terms("dates", lang) for sentence in (*term.hit, *term.miss)]
    return [fold(text.replace("[", "").replace("]", "")) for text in (*cases, *proofs, *MORE[lang])]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_match_opens_the_gate_of_its_rule(lang: str) -> None:
    tried: set[Gate] = set()
    for low in texts(lang):
        for rule in rules(lang):
            for match in rule.pattern.finditer(low):
                tried.add(rule.gate)
                assert rule.gate.wider is None or rule.gate.opens(match.group()), (rule.kind, match.group())
    gated = {rule.gate for rule in rules(lang) if rule.gate.wider}
    assert len(gated & tried) >= 0.9 * len(gated)


def test_a_gate_is_shut_without_its_words_and_shared() -> None:
    by_word, by_pattern = gate("unit", "semaine|mois"), gate("unit", "q[1-4]")
    assert by_word.opens("le mois") and not by_word.opens("l'an 2000")
    assert by_pattern.opens("en q3") and not by_pattern.opens("en q5")
    assert gate("unit", "semaine|mois") is by_word
    assert by_word.wider is gate("unit")
