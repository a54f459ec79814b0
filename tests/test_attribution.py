"""Who says it: organisations and roles in a pattern of saying; persons and bystanders are no source."""

from __future__ import annotations

import pytest

from vigie.extract.attribution import find_attributions

CASES = [
    # why, language, text, sources
    ("selon", "fr", "Selon l'OFDT, le gramme vaut 60 euros.", ["OFDT"]),
    ("with a document between", "fr", "Le gramme baisse, selon une note interne de l'Ofast.", ["Ofast"]),
    ("verb after", "fr", "L'ONUDC évalue la production à 2 700 tonnes.", ["ONUDC"]),
    ("document, then verb", "fr", "Une note de l'Ofast datée de mai situe le gramme à 58 euros.", ["Ofast"]),
    ("verb before", "fr", "« La pureté monte », précise l'OFDT.", ["OFDT"]),
    ("verb before with an aside", "fr", "« La demande croît », relève en effet l'EUDA.", ["EUDA"]),
    ("passive", "fr", "Un barème établi par la douane fixe le prix.", ["douanes"]),
    ("former name", "fr", "D'après l'EMCDDA, la pureté monte.", ["EUDA"]),
    ("long name", "fr", "Pour l'Observatoire français des drogues et des tendances addictives, c'est clair.", ["OFDT"]),
    ("person only", "fr", "Selon Jean Dupuis, le gramme vaut 60 euros.", []),
    ("person with a role", "fr", "Selon le commissaire Dupuis, le gramme vaut 60 euros.", ["police"]),
    ("actor, not speaker", "fr", "La police a saisi 4 kg de cocaïne.", []),
    ("target of speech", "fr", "Il a tout dit à la police.", []),
    ("two halves", "fr", "Selon l'ONU, 2 700 tonnes ; la douane a saisi 47 tonnes.", ["ONUDC"]),
    ("prosecutor", "fr", "Le procureur de la République a indiqué que 3 kg étaient saisis.", ["parquet"]),
    ("police source", "fr", "De source policière, il vendait 3 kg.", ["source policière"]),
    ("doctor", "fr", "Un médecin parle d'une dose de 25 mg.", ["médecin"]),
    ("user", "fr", "« C'est cher », raconte un usager.", ["usager"]),
    ("dealer", "fr", "« Je livre partout », assure un dealer.", ["vendeur"]),
    ("other subject of the verb", "fr", "La drogue que la police cherche, affirme-t-on, circule.", []),
    ("ministry", "fr", "Le ministre de l'Intérieur annonce un plan.", ["ministère de l'Intérieur"]),
    ("for, within", "fr", "Il travaille pour l'OFDT.", []),
    ("ARS is not arson", "fr", "Les arts de la rue, selon le maire.", ["mairie"]),
    ("according to", "en", "According to the NCA, an ounce costs 900 pounds.", ["NCA"]),
    ("said", "en", "A National Crime Agency manager says purity is low.", ["NCA"]),
    ("reported", "en", "The State Police reported 22 pounds of heroin.", ["police"]),
    ("english actor", "en", "Police seized 4 kg of cocaine.", []),
    ("english person", "en", "According to John Smith, prices fell.", []),
    ("english unodc", "en", "UNODC put coca at 149 000 hectares.", ["UNODC"]),
    ("english official", "en", "Authorities said 3 kg were seized.", ["official source"]),
    ("no role verb", "en", "He was taken to hospital by police.", []),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text", "sources"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_sources(lang: str, text: str, sources: list[str]) -> None:
    found = find_attributions(text, lang)
    assert [m.source for m in found] == sources
    for mention in found:
        assert mention.scope_start <= mention.start < mention.end <= mention.scope_end


def test_scope_is_the_half_before_the_semicolon() -> None:
    text = "Selon l'ONU, 2 700 tonnes ; la France a saisi 47 tonnes. Rien d'autre."
    [mention] = find_attributions(text, "fr")
    assert text[mention.scope_start : mention.scope_end] == "Selon l'ONU, 2 700 tonnes "
