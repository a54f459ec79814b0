"""Events whose object is denied, and arrests of those who are only suspected."""

from __future__ import annotations

import pytest

from facts import document
from vigie.extract import extract

CASES = [
    # id, lang, text, {(kind, assertion)}
    ("no_drugs", "fr", "La police n'a saisi aucune drogue à Metz.", {("seizure", "negated")}),
    ("no_kilo", "fr", "Les douaniers n'ont intercepté aucun kilo de cocaïne.", {("seizure", "negated")}),
    ("no_gram_after_an_aside", "fr", "La douane n'a, ce jour-là, saisi aucun gramme d'héroïne.", {("seizure", "negated")}),
    ("no_dealer", "fr", "Les gendarmes n'ont interpellé aucun vendeur de cocaïne.", {("arrest", "negated")}),
    ("no_weapon", "fr", "L'enquête vise la cocaïne. La police n'a saisi aucune arme.", set()),
    ("no_weapon_but_heroin", "fr", "La police n'a saisi aucune arme, mais 2 kg d'héroïne.", {("seizure", "affirmed")}),
    ("no_weapon_heroin_without_number", "fr", "La police n'a saisi aucune arme mais de l'héroïne.", {("seizure", "affirmed")}),
    ("nothing_then_something", "fr", "La police n'a saisi aucune cocaïne, mais a saisi 2 kg d'héroïne plus tard.",
     {("seizure", "negated"), ("seizure", "affirmed")}),
    ("another_verb", "fr", "La police a saisi 3 kg de cocaïne et n'a trouvé aucune arme.", {("seizure", "affirmed")}),
    ("no_drugs_en", "en", "Police seized no drugs in Leeds.", {("seizure", "negated")}),
    ("no_cocaine_en", "en", "Customs have seized no cocaine this year.", {("seizure", "negated")}),
    ("nobody_en", "en", "Detectives arrested nobody in the cocaine raid.", {("arrest", "negated")}),
    ("heroin_and_no_arrest_en", "en", "Police seized 2 kg of heroin and made no arrests.",
     {("seizure", "affirmed"), ("arrest", "negated")}),
    ("no_weapons_but_en", "en", "Police seized no weapons but 2 kg of heroin.", {("seizure", "affirmed")}),
    ("suspects", "fr", "Quatre hommes soupçonnés de vendre de la cocaïne ont été cueillis mardi.", {("arrest", "affirmed")}),
    ("suspects_aside", "fr", "Quatre hommes, soupçonnés de trafic de crack, ont été interpellés.", {("arrest", "affirmed")}),
    ("about_to_leave", "fr", "Une femme qui allait embarquer avec de la cocaïne a été interpellée.", {("arrest", "affirmed")}),
    ("suspects_en", "en", "Four men suspected of selling cocaine were arrested.", {("arrest", "affirmed")}),
    ("held", "fr", "Les policiers ont appréhendé trois vendeurs de cocaïne.", {("arrest", "affirmed")}),
    ("fears", "fr", "Elle appréhende une vague de crack.", set()),
    ("will_be_held", "fr", "Trois vendeurs de crack, soupçonnés de vol, seront interpellés.", {("arrest", "planned")}),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_events(lang: str, text: str, expected: set[tuple[str, str]]) -> None:
    found = {(o.value.kind, o.assertion) for o in extract(document(text, lang=lang)) if o.type == "event"}
    assert found == expected
