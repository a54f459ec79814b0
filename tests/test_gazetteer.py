"""The bundled gazetteer: what it holds, how it is looked up, and that it never says more than its sources."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from vigie.lexicon import gazetteer as module
from vigie.lexicon.gazetteer import Gazetteer, containing, curated, gazetteer, key, place_by_code, word_names
from vigie.model.errors import LexiconError

DATA = Path(module.__file__).parents[1] / "data" / "gazetteer"

NAMES = [
    # id, name, one code it must lead to
    ("accents", "Mont-de-Marsan", "INSEE:40192"),
    ("apostrophe", "L’Haÿ-les-Roses", "INSEE:94038"),
    ("saint", "St-Etienne", "INSEE:42218"),
    ("ligature", "Œuilly", "INSEE:02565"),
    ("overseas", "Fort-de-France", "INSEE:97209"),
    ("polynesia", "Papeete", "INSEE:98735"),
    ("arrondissement", "Marseille 3e arrondissement", "INSEE:13203"),
    ("merged", "Lomme", "INSEE:59350"),
    ("second_name", "Roissy", "INSEE:95527"),
    ("department", "Gers", "FR-32"),
    ("region", "Île-de-France", "FR-IDF"),
    ("corsica", "Corse", "FR-20R"),
    ("overseas_department", "La Réunion", "FR-974"),
    ("country_fr", "Tchéquie", "CZ"),
    ("country_en", "Netherlands", "NL"),
    ("country_second_name", "Hollande", "NL"),
    ("state", "Pennsylvania", "US-PA"),
    ("state_fr", "Californie", "US-CA"),
    ("nation", "Scotland", "GB-SCT"),
    ("exonym", "Anvers", "GN:2803138"),
    ("native", "Göteborg", "GN:2711537"),
    ("unknown", "Trifouillis", None),
]


@pytest.mark.parametrize(("name", "code"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES])
def test_names_lead_to_codes(name: str, code: str | None) -> None:
    codes = [entry.code for entry in gazetteer().find(key(name))]
    assert code in codes if code else codes == []


CODES = [
    ("commune", "INSEE:72181", "Le Mans", "commune", ["FR-72", "FR-PDL", "FR"]),
    ("district", "INSEE:69387", "Lyon 7e arrondissement", "arrondissement", ["FR-69", "FR-ARA", "FR"]),
    ("overseas", "INSEE:97411", "Saint-Denis", "commune", ["FR-974", "FR"]),
    ("collectivity", "INSEE:98735", "Papeete", "commune", ["FR-PF", "FR"]),
    ("department", "FR-69", "Rhône", "department", ["FR-ARA", "FR"]),
    ("region", "FR-ARA", "Auvergne-Rhône-Alpes", "region", ["FR"]),
    ("country", "ES", "Espagne", "country", []),
    ("state", "US-AK", "Alaska", "state", ["US"]),
    ("town", "GN:5554428", "Ketchikan", "city", ["US-AK", "US"]),
    ("paris_today", "FR-75C", "Paris", "department", ["FR-IDF", "FR"]),
    ("corsica_before", "FR-COR", "Corse", "region", ["FR"]),
    ("guadeloupe_as_country", "GP", "Guadeloupe", "department", ["FR"]),
    ("united_kingdom", "UK", "Royaume-Uni", "country", []),
]


@pytest.mark.parametrize(
    ("code", "label", "level", "holders"), [r[1:] for r in CODES], ids=[r[0] for r in CODES]
)
def test_codes_lead_to_places(code: str, label: str, level: str, holders: list[str]) -> None:
    place = place_by_code(code)
    assert place is not None
    assert (place.label, place.level, place.name) == (label, level, label)
    assert [holder.code for holder in containing(place)] == holders


@pytest.mark.parametrize("code", ["", "XX", "FR-00", "INSEE:00000", "GN:0", "Paris"])
def test_unknown_codes_are_none(code: str) -> None:
    assert place_by_code(code) is None


REGIONS = "IDF CVL BFC NOR HDF GES PDL BRE NAQ OCC ARA PAC 20R PM BL MF WF PF NC"


def test_every_division_of_france_is_there() -> None:
    departments = [f"FR-{n:02d}" for n in range(1, 96) if n != 20]
    departments += ["FR-2A", "FR-2B", "FR-971", "FR-972", "FR-973", "FR-974", "FR-976"]
    regions = REGIONS.split()
    missing = [c for c in [*departments, *(f"FR-{r}" for r in regions)] if place_by_code(c) is None]
    assert missing == []


def test_communes_are_as_many_as_in_the_code_officiel() -> None:
    numbers = set(gazetteer()._commune_records)
    assert 34_900 < len(numbers) < 35_300
    assert {"75101", "75120", "69381", "69389", "13201", "13216"} <= numbers


def test_small_communes_have_no_borrowed_coordinates() -> None:
    known = [r.split(";") for r in gazetteer()._commune_records.values()]
    without = [r for r in known if not r[3]]
    assert 0.3 < len(without) / len(known) < 0.65
    assert max(int(r[2] or 0) for r in without) < 40_000
    assert all(41 < float(r[3]) < 51.2 for r in known if r[3] and len(r[5]) == 5 and r[5][3:] < "96")


def test_the_bundle_stays_small() -> None:
    assert sum(f.stat().st_size for f in DATA.iterdir()) < 3_000_000


def test_generated_files_name_their_script() -> None:
    for name in ("communes.tsv.gz", "cities.tsv.gz"):
        assert b"build_gazetteer" in gzip.decompress((DATA / name).read_bytes()).splitlines()[0]


def test_curated_codes_exist() -> None:
    names = gazetteer()
    unknown = [
        d for d in curated("demonyms")["demonym"] if d.get("code") and names.by_code(d["code"]) is None
    ]
    unknown += [d for d in curated("demonyms")["demonym"] if "area" in d and names.area(d["area"]) is None]
    unknown += [
        a for a in curated("areas")["area"] if ":" in a.get("code", "") and not names.by_code(a["code"])
    ]
    unknown += [a for a in curated("areas")["area"] if a.get("within") and not names.by_code(a["within"])]
    assert unknown == []
    assert len(curated("demonyms")["demonym"]) >= 250


def test_curated_areas_have_names_and_labels() -> None:
    for area in curated("areas")["area"]:
        assert area["names"]
        assert "code" in area or area["label"]


def test_words_are_folded_names() -> None:
    assert all(word == key(word) for word in word_names())
    assert {"nice", "sens", "die", "le port"} <= word_names()


def test_a_missing_file_says_how_to_repair(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module.resources, "files", lambda _name: tmp_path)
    with pytest.raises(LexiconError, match="build_gazetteer"):
        module._read_gz("communes.tsv.gz")


def test_a_second_gazetteer_is_the_same() -> None:
    assert Gazetteer().find("le mans") == gazetteer().find("le mans")
