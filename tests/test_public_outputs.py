"""There is no way out but the gate: by reading the source, and by running every verb on a store full of canaries."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import click
import pyarrow.parquet as pq
import pypdfium2
import pytest
import typer
from typer.testing import CliRunner, Result

from report_store import Paper, Said, build, event, flow, price, purity, said_price, seized, trend, way
from vigie.cli import app
from vigie.lexicon.gazetteer import gazetteer, place_by_code
from vigie.model.observation import FlowValue
from vigie.report.bulletin import make_bulletin
from vigie.report.open_data import cells
from vigie.report.public import public_gate
from vigie.store import Store
from ways_out import functions, ways_out

PACKAGE = Path(str(files("vigie")))
# What stands below the store or beside it cannot reach what is stored (import-linter holds the layers).
BELOW = {
    "ingest",
    "redact",
    "extract",
    "store",
    "stats",
    "lexicon",
    "text",
    "model",
    "data",
    "evaluate",
    "fetch",
}
# Functions that read a store, and why what they read is no public output. A new one needs a line here, or the gate.
KNOWN: dict[str, dict[str, str]] = {
    "report/public.py": {
        "Gate.publish": "the gate: whether copies are worked out",
        "Gate.read": "the gate",
        "Gate._public": "the gate: facts one after the other, into cells",
        "Gate.read_alerts": "the gate",
    },
    "report/ledger.py": {
        "view": "the gate: what was published before",
        "_facts_of": "the gate: documents of what was published before",
        "publish": "writes down what the gate lets out",
    },
    "report/corrections.py": {
        "corrections_of": "what was public, where the rules of today would show it",
        "history": "the same of one address",
        "histories": "the same of every address, for the files that a static site has there",
        "versions_told": "numbers and days of versions that stand",
    },
    "report/versions.py": {
        "keep_versions": "the gate: writes down what stands at each address",
        "_new": "the gate: compares its cells with the versions written down",
        "_known": "the gate: addresses that were written down",
    },
    "report/index_versions.py": {
        "moved_indices": "the gate: compares its cells with those that the versions of indices count"
    },
    "report/coverage.py": {
        "coverage": "takes a gate: documents by kind and quarter, no fact; areas of sources, which `looked_at` keeps from the public"
    },
    "report/watch.py": {
        "_alerts": "for the analyst: watch_parts gives the public nothing (test_report_parts)"
    },
    "report/alerts.py": {
        "releases": "takes a gate: alerts that an editor released",
        "add_release": "takes a gate: writes the decision down",
    },
    "feeds/public_alerts.py": {
        "found_alerts": "takes a gate: the logs of editors and of versions: days and roles",
        "_told": "what editors said of public alerts",
    },
    "feeds/edas_facts.py": {"*": "facts for a draft of the analyst, never for publication"},
    "feeds/digest.py": {"analyst_rows": "for the analyst, only where the configuration asks for it by name"},
    "feeds/webhook.py": {"post": "asks a connection, no store"},
    "report/facts.py": {
        "read_facts": "what the gate reads; test_report_gate: nobody else asks it",
        "read_each": "what the gate reads, fact by fact; test_report_gate: nobody else asks it",
        "as_facts": "rows as records, for the gate and for the analyst's read model",
    },
    "web/answers.py": {"Asked.query": "asks filters for their text, no store"},
    "web/api/asked.py": {"Asked.question": "asks filters for their text, no store"},
    "web/forms.py": {"read_body": "reads the body of a request, no store"},
    "bulk/kept_out.py": {
        "KeptOut.__init__": "an empty store in memory, filled with salted hashes of what was purged"
    },
    "web/links.py": {"_asked": "asks filters for their text, no store"},
    "feeds/versions.py": {"record": "writes down what the gate let out: addresses, days and hashes"},
    "feeds/files.py": {
        "cap_drafts": "takes a gate; alerts of the analyst only by their id, as drafts that stay restricted"
    },
    "cli/keeping.py": {"_reextract": "counts of documents", "export": "tables of the store with --full only"},
    "cli/doctor.py": {"stored": "counts of rows, for the owner of the store"},
    "cli/reviewing.py": {
        "*": "facts with their sentences and what reviewers decided, for the owner of the store"
    },
    "review/taking.py": {"*": "decisions into the store; a queue for reviewers"},
    "review/item.py": {"*": "one fact with its sentence, for reviewers"},
    "review/queue.py": {"*": "what reviewers are to read, for reviewers"},
    "review/agreement.py": {"*": "counts of decisions, for reviewers"},
    "review/gold.py": {"*": "texts with what reviewers decided, for the owner of the store"},
    "review/drafts.py": {"*": "sentences beside drafts of lexicon entries, for the owner of the store"},
    "cli/contesting.py": {"*": "notes of readers and answers, for the editor; counts of versions"},
    "cli/releasing.py": {
        "list_": "the log of editors, for the owner of the store: no fact",
        "withdraw": "writes a decision down",
        "reset": "writes a decision down",
    },
    # For the analyst: counts, levels and alerts are no public output; what is public goes through vigie release.
    "analysis/counts.py": {"*": "series of counts, for the verbs of the analyst"},
    "analysis/triangle_rows.py": {
        "*": "rows of every kind of source, for the analyst's triangulation; the public page has cells of the gate"
    },
    "report/triangulation.py": {
        "triangulation_part": "for the analyst: the public edition gets nothing (test_triangulate)"
    },
    "analysis/table_counts.py": {"*": "the same of rows of imported tables"},
    "analysis/levels.py": {"*": "the same of purity and price"},
    "analysis/quiet.py": {
        "read_quiet": "sources that stopped, for the verbs of the analyst",
        "_carried": "the same",
    },
    "analysis/alert_words.py": {"*": "words beside alerts, for the analyst"},
    "analysis/alerts.py": {"*": "alerts for the analyst"},
    "analysis/lifecycle.py": {"*": "writes alerts and decisions into the store"},
    "cli/stats_alerts.py": {"*": "alerts with their sentences, for the analyst"},
    "cli/contacts.py": {"*": "counts of keyed marks, for the owner of the store"},
    "analysis/prices.py": {"read_prices": "rows of prices for an index of the analyst"},
    "analysis/change_series.py": {"*": "series of prices, purity and counts, for the verb of the analyst"},
    "analysis/spread.py": {"*": "shares of codes over time, for analysts"},
    "analysis/incidents.py": {"*": "events with their sources, for the verb of the analyst"},
    "cli/stats_overview.py": {"*": "counts, prices and sources of the store, for the analyst"},
    "cli/stats_events.py": {"*": "the same, with their sentences"},
    "analysis/flows.py": {"*": "counts of routes, for analysts"},
    "analysis/together.py": {"*": "counts of what is reported together, for analysts"},
    "cli/stats_flows.py": {"*": "counts and tests for analysts: never published as they are"},
    "analysis/term_texts.py": {"*": "redacted texts, for the search of new words"},
    "analysis/clusters.py": {
        "read_cases": "counts of events by place and period, for the verb of the analyst"
    },
    "cli/erasing.py": {"*": "counts and receipts of what was erased, for the owner of the store"},
    "web/static_links.py": {"Address.stem": "asks filters for their text, no store"},
    "notebook/observatory.py": {
        "*": "tables for the analyst at their own machine; what is public comes from public.py beside it"
    },
    # Read-model files: the public one is made of what `Gate.read` admits, after `Gate.publish`; test_readmodel searches its bytes.
    "readmodel/build.py": {
        "build": "names the error of a full memory; _analyst and _public read the store",
        "_database": "the file that is made, not the store",
        "_assess": "works out copies and credibility; tells nothing",
        "_write": "the file that is made; what of a store is in it comes from _analyst, or from _public, which takes the gate",
    },
    "readmodel/extras.py": dict.fromkeys(
        (
            "analyst_extras",
            "_indices",
            "_of_the_analyst",
            "_silent",
            "_sources",
            "_terms",
            "_told_at_once",
            "_triangles",
        ),
        "the edition of the analyst; public_extras takes a gate and what it admitted",
    ),
    "readmodel/opened.py": {"*": "reads a read-model file, never a store"},
    "cli/sources.py": {"_stored_days": "days of documents by source, for the owner of the store"},
    "watch/service.py": {
        "Depot.holds": "ids of documents, to know what an earlier run stored",
        "Depot.put": "writes the store; counts of what is new",
    },
    "pipeline.py": {"*": "writes the store; prints nothing"},
    "intake/importing.py": {
        "_Work.__init__": "hands the store on, and asks it for the identifiers to be kept out",
        "import_tables": "starts and ends the run, and asks for judgement of what is stored; returns counts",
    },
    "tables/delimited.py": {"_Delimited._records": "opens a file of the reader, no store"},
    "assess.py": {"*": "writes the store; prints nothing"},
    "upkeep": {"*": "erases; prints nothing"},
}


def unknown(sources: dict[str, str]) -> list[str]:
    """Functions that read a store and that nobody has answered for."""
    found = []
    for name, source in sources.items():
        allowed = KNOWN.get(name, KNOWN.get(name.split("/")[0], {}))
        found += [f"{name}:{f}" for f in sorted(ways_out(source)) if f not in allowed and "*" not in allowed]
    return found


def sources() -> dict[str, str]:
    return {
        name: file.read_text("utf-8")
        for file in sorted(PACKAGE.rglob("*.py"))
        if (name := file.relative_to(PACKAGE).as_posix()).split("/")[0] not in BELOW
    }


def test_every_function_that_reads_a_store_is_known() -> None:
    assert unknown(sources()) == []


def test_what_is_known_still_exists() -> None:
    found = sources()
    stale = [
        f"{n}:{f}" for n, fs in KNOWN.items() for f in fs if f != "*" and f not in ways_out(found.get(n, ""))
    ]
    assert stale == []


BYPASSES = {
    "cli/leak.py": """
from vigie.cli.app import app
@app.command()
def leak(path):
    from vigie.store import Store
    with Store.open(path, read_only=True) as held:
        print(held.query("SELECT * FROM facts").to_pylist())
""",
    "report/feed.py": """
def write_feed(kept: Store, out: Path) -> None:
    again = kept
    out.write_text("".join(d.text for d in again.clean_documents()))
""",
    "web/api.py": """
class Api:
    def facts(self, anything: object) -> object:
        return anything.query("SELECT 1")
""",
    "report/shortcut.py": """
from vigie.report.facts import read_facts as everything
def rows(store):
    from vigie.report.facts import read_facts
    return read_facts(store, None)
""",
    "site.py": """
import duckdb
def pages(path):
    return duckdb.connect(path).sql("FROM observations")
""",
    "cli/whole.py": """
from vigie.store.export import export_full
def give(s: "Store | None", d):
    (export_full if d else None)(s, d, ["csv"])
""",
    "cli/inline.py": """
def one(path):
    return Store.open(path).table("observations")
""",
}


@pytest.mark.parametrize("name", BYPASSES)
def test_a_planted_bypass_is_found(name: str) -> None:
    assert unknown({**sources(), name: BYPASSES[name]}) != []


# Functions that make the public gate, or words of a page with it, and do not write down what it lets out: they write nothing.
UNWRITTEN = {
    "report/open_data.py:cells": "gives a table to a caller who must not publish it: tests",
    "report/open_data.py:price_index": "the same",
    "report/open_data.py:written_down": "only what was written down before: for notebooks",
    "report/open_data.py:preview": "counts for the owner of the store",
    "cli/releasing.py:add": "looks for the facts of an alert",
    "cli/contesting.py:correct": "looks whether a figure is about to change; prints the number of its version",
    "cli/feeding.py:feed": "alerts only: no figure, so no cell to write down",
    "cli/feeding.py:cap": "the same",
    "cli/digesting.py:_made": "the same",
    "readmodel/extras.py:analyst_extras": "the same, beside the analyst's own alerts",
}


def unwritten(found: dict[str, str]) -> set[str]:
    """Functions that ask for public figures and do not call `publish`."""
    names = set()
    for name, source in found.items():
        for function, node in functions(ast.parse(source)):
            used = {getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(node)}
            if used & {"public_gate", "make_bulletin"} and "publish" not in used:
                called = {
                    n.func.id
                    for n in ast.walk(node)
                    if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
                }
                if called & {"public_gate", "make_bulletin"}:
                    names.add(f"{name}:{function}")
    return names


def test_what_is_shown_is_written_down_first() -> None:
    assert unwritten(sources()) == set(UNWRITTEN)
    leak = "def feed(store, out):\n    out.write_text(str(public_gate(today()).read(store).facts))\n"
    assert unwritten({"report/feed.py": leak}) == {"report/feed.py:feed"}


# Every verb, run as it is by default.

LATE = date.today() - timedelta(days=400)
QUARTER = f"{LATE.year}-{LATE.month:02d}-15"
FRESH = date.today() - timedelta(days=3)
CANARIES = {
    "a sentence of the press": "zibeline ventriloque",
    "a title of the press": "Titre-canari",
    "a shop": "BoutiqueFeutree",
    "a forum": "ForumFeutre",
    "who wrote a field note": "NoteFeutree",
    "the name of an input": "canari-dossier",
    "an id of a document": "doccanari",
    "a rule": "regle.canari",
    "an attribution": "Attribution-Canari",
    "a commune": "Vaulx-en-Velin",
    "a commune at the end of a route": "Saint-Laurent-du-Maroni",
    "a quarter of a town": "Quartiers nord",
    "a price of one source": ("83.17", "83,17"),
    "a substance of one source": "khat",
    "an amount of one source": ("4,321", "4 321", "4\u202f321", "4321"),
    "a fresh price": ("91.23", "91,23"),
    "what prisoners are told of": ("prison-throw", "prison"),
    "three deaths": "mexazolam",
    "what was feared": "bromazolam",
}


def canary_store(path: Path) -> Path:
    """Figures that may be shown, and beside each of them what may not."""
    commune, town = "INSEE:69256", gazetteer().area("Quartiers nord de Marseille")  # Vaulx-en-Velin
    assert town is not None
    streets = FlowValue(origin=town.place(town.label), destination=place_by_code("FR"))
    papers = []
    for number, name in enumerate("abcd"):
        # In words of its own: what is copied counts once.
        w = f"{('ardoise', 'bouleau', 'cerise', 'datte')[number]}{number}"
        said = [
            Said(sentence=f"{w} zibeline ventriloque {w}a gramme {w}b {60 + number} euros.", value=price(60.0 + number), place=commune),
            Said(sentence=f"{w}c zibeline ventriloque {w}cc et Telegram.", value=way("telegram"), place=commune),
            Said(sentence=f"{w}d zibeline ventriloque {w}dd, six morts.", value=event("death", 6), place=commune),
            Said(sentence=f"{w}e zibeline ventriloque {w}ee : pureté.", value=purity(70 + number), place=commune),
            Said(sentence=f"{w}f zibeline ventriloque {w}ff saisie.", value=seized(1000 + number), place=commune),
            Said(sentence=f"{w}g zibeline ventriloque {w}gg en baisse.", value=trend("down"), place=commune),
            Said(sentence=f"{w}h zibeline ventriloque {w}hh en route.", value=flow("INSEE:97311", "FR"), place=commune),
            Said(sentence=f"{w}i zibeline ventriloque {w}ii en rue.", value=streets, place=commune),
            Said(sentence=f"{w}j zibeline ventriloque {w}jj : trois morts.", value=event("death", 3), substance="mexazolam", place=commune),
            Said(sentence=f"{w}k zibeline ventriloque {w}kk jetée.", value=way("prison-throw", "delivery"), place=commune),
            Said(sentence=f"{w}l zibeline ventriloque {w}ll crainte.", value=price(50), substance="bromazolam", assertion="hypothetical"),
        ]  # fmt: skip
        papers.append(Paper(source=name, published=QUARTER, says=said, title="Titre-canari"))
    alone = [
        said_price(83.17, place="INSEE:38185"),
        Said(sentence="Zibeline ventriloque de khat.", value=price(15), substance="khat", place=commune),
        Said(
            sentence="Zibeline ventriloque de 4321 g.",
            value=seized(4321.0),
            substance="heroin",
            place=commune,
        ),
    ]
    for source, kind in (
        ("BoutiqueFeutree", "advert"),
        ("ForumFeutre", "forum"),
        ("NoteFeutree", "field-note"),
    ):
        papers.append(
            Paper(source=source, published=QUARTER, kind=kind, says=[said_price(62, place=commune)])
        )  # type: ignore[arg-type]
    papers.append(Paper(source="ForumFeutre", published=QUARTER, kind="forum", says=alone))
    papers.append(Paper(source="a", published=FRESH.isoformat(), says=[said_price(91.23, place=commune)]))
    build(path, papers, today=LATE)
    with Store.open(path) as store:
        db = store.connection
        for table in ("observations", "evidence", "redactions"):
            db.execute(f"UPDATE {table} SET doc_id = 'doccanari' || doc_id")
        db.execute("UPDATE documents SET doc_id = 'doccanari' || doc_id, path = 'canari-dossier/' || path")
        db.execute("UPDATE observations SET rule = 'regle.canari@1', attribution = 'Attribution-Canari'")
    return path


def text_of(path: Path) -> str:
    """All that somebody reads in a file, and its bytes."""
    data = path.read_bytes()
    found = (
        path.name + "\n" + data.decode("utf-8", "replace") + html.unescape(data.decode("utf-8", "replace"))
    )
    if path.suffix == ".pdf":
        found += "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
    if path.suffix == ".parquet":
        found += str(pq.read_table(path).to_pylist())
    return found.replace("\u00a0", " ")


def verbs() -> Iterator[tuple[str, click.Command]]:
    """Every verb of the command, groups by their parts."""

    def walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            for part, one in inner.items():
                yield from walk(f"{name} {part}".strip(), one)

    yield from walk("", typer.main.get_command(app))


# Verbs that read what they are given, or that only the owner of a store runs; what they print is not for publication.
OF_THE_OWNER = {
    "extract": "prints what the reader's own documents say; keeps nothing",
    "redact": "the same",
    "parse": "the same",
    "redact-audit": "the same",
    "eval": "scores on the reader's own annotations",
    "lexicon check": "the lexicons",
    "lexicon show": "the lexicons",
    "lexicon suggest": "words of the store, for authors of lexicons",
    "stats detect": "a table of the user's own, read from a file: no store",
    "stats terms": "the same, with their counts",
    "stats events": "events with their sources and sentences, for the analyst",
    "stats flows": "counts by route, for analysts",
    "stats together": "counts by pair of codes, for analysts",
    "stats changepoints": "changes of level and trends for the analyst",
    "stats overview": "counts, prices and sources of the store, for analysts",
    "stats spread": "shares of codes over time, for analysts",
    "stats triangulate": "families of sources side by side, for analysts; the public page reads cells of the gate",
    "bulk": "archives into a folder that add loads; prints counts: no store",
    "import": "writes the store from the reader's own tables; prints counts, and words that no list knows, redacted",
    "stats price-index": "price indices for the analyst",
    "contacts": "counts by keyed mark",
    "key status": "the key of these marks",
    "key rotate": "the key of these marks",
    "key destroy": "the key of these marks",
    "purge": "counts and salted ids",
    "maintain": "counts",
    "stats alerts": "alerts for the analyst",
    "stats clusters": "counts of events by commune, for the analyst",
    "stats alert list": "the same",
    "stats alert show": "the same, with their sentences and the log",
    "stats alert confirm": "writes to that log",
    "stats alert close": "writes to that log",
    "edas": "a draft for the national focal point, with sentences",
    "template field-note": "an empty form",
    "account add": "people who may sign in: the file of accounts, no store",
    "account list": "the same",
    "account role": "the same",
    "account disable": "the same",
    "account enable": "the same",
    "account password": "the same",
    "account token": "the same",
    "account remove": "the same",
    "account log": "what they did, as ids and codes",
    "snapshot": "a copy of the store's tables beside it, for its owner",
    "backup": "a copy of the store, for its owner",
    "restore": "puts one back",
    "merge": "another store's rows into this one; prints counts",
    "review list": "what is to be read again, for reviewers",
    "review show": "a fact with its sentence, for reviewers",
    "review decide": "writes a decision down",
    "review report": "counts of decisions, for reviewers",
    "review gold": "texts with what reviewers decided, for the owner of the store",
    "review drafts": "drafts of lexicon entries with sentences, for their authors",
    "review team": "how many reviewers read a fact",
    "contest list": "notes of readers, for the editor",
    "contest show": "the same, with the versions of what they contest",
    "contest answer": "writes an answer, which the public reads at the address",
    "correct": "writes a correction, which public outputs show",
    "release list": "the log of editors",
    "source list": "source cards and counts of documents, for the owner of the store",
    "source check": "source cards",
    "source show": "a source card, and counts of documents",
    "watch": "stores documents; prints counts",
    "release withdraw": "writes to that log",
    "release reset": "writes to that log",
}
BY_DEFAULT: dict[str, Callable[[Path], list[list[str]]]] = {
    "add": lambda out: [["add", str(out / "new.txt")], ["add", "--reextract"], ["add", str(out / "new.txt"), "--format", "json"]],
    "export": lambda out: [
        ["export", str(out / "open"), *(f"--format={f}" for f in ("csv", "parquet", "jsonl", "geojson"))],
        ["export", str(out / "open2"), "--public"],
    ],
    "bulletin": lambda out: [
        ["bulletin", "--lang", lang, "--out", str(out / f"{lang}-{area}-{n}"), "--period", period,
         *(["--area", area] if area else [])]
        for lang in ("fr", "en")
        for area in ("", "FR", "FR-ARA", "FR-69", "INSEE:69256")
        for n, period in enumerate((f"{LATE.year}", f"{LATE.year}-Q{(LATE.month + 2) // 3}"))
        # Each page is drawn twice by other programs: fewer of them say as much.
        if lang == "fr" or area in ("", "FR-69")
    ],
    "feed": lambda out: [["feed", "--out", str(out / "feeds")]],
    "digest": lambda _out: [["digest", "--dry-run", "--period", "month"]],
    "cap": lambda out: [["cap", "all", "--out", str(out / "cap")]],
    "site": lambda _out: [],  # test_site runs it on these canaries: of drawings it must not read where their lines run
    "serve": lambda _out: [],  # test_web_pages asks the public edition for every page of these canaries
    "demo": lambda _out: [],  # its documents are invented: test_cli_making runs it
    "doctor": lambda _out: [["doctor"], ["doctor", "--format", "json"]],
    "release add": lambda _out: [
        ["release", "add", "doc000-0", "--editor", "A. Example, editor", "--reason", "trial"],  # refused: a price
    ],
}  # fmt: skip


def test_every_verb_is_accounted_for() -> None:
    assert {name for name, _ in verbs()} - set(OF_THE_OWNER) - set(BY_DEFAULT) == set()


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each verb printed and wrote, by verb."""
    base = tmp_path_factory.mktemp("canaries")
    out = base / "out"
    out.mkdir()
    new = "2024-02-02\n\nTitre-canari\n\nLa zibeline ventriloque : le gramme de khat se vend 83,17 € à Vaulx-en-Velin.\n"
    (out / "new.txt").write_text(new, "utf-8")
    found: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(base)
        patch.delenv("VIGIE_STORE", raising=False)
        canary_store(base / "vigie.duckdb")
        for verb in ("export", "bulletin", "feed", "cap", "digest", "doctor", "release add", "add"):
            printed = ""
            before = set(out.rglob("*"))
            for args in BY_DEFAULT[verb](out):
                result = run(*args)
                assert (
                    result.exit_code == (2 if verb == "release add" else 0)
                    or "unexpected" not in result.output
                ), result.output
                printed += result.stdout + result.stderr
            found[verb] = printed.replace("\u00a0", " ") + "".join(
                text_of(f) for f in sorted(set(out.rglob("*")) - before) if f.is_file()
            )
    return found


@pytest.mark.parametrize(
    "verb", ["export", "bulletin", "feed", "cap", "digest", "doctor", "release add", "add"]
)
@pytest.mark.parametrize("canary", CANARIES)
def test_no_canary_leaves(seen: dict[str, str], verb: str, canary: str) -> None:
    forms = CANARIES[canary]
    # Outlines of a map are figures of the package, thousands of them; what a chart says stands in its words and tables.
    text = re.sub(r' d="m[^"]*"', "", seen[verb].lower())
    text = re.sub(r"\b\d{10} \d{5} [nf]\b", "", text)  # where the parts of a PDF lie in it, in bytes
    assert [form for form in ([forms] if isinstance(forms, str) else forms) if form.lower() in text] == []


def test_what_may_be_shown_was_shown(seen: dict[str, str]) -> None:
    """Else nothing would have had to be kept back."""
    for word in (
        "cocaïne",
        "Telegram",
        "Rhône",
        "décès",
        "cocaine",
        "death",
        "Journal a",
        "Provence-Alpes-Côte d'Azur",
    ):
        assert word in seen["bulletin"], word
    for word in ("FR-69", "cocaine", "channel:telegram", "death", "EUR/g"):
        assert word in seen["export"], word


def test_the_analyst_sees_the_canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the search would find nothing because nothing is there."""
    monkeypatch.chdir(tmp_path)
    canary_store(tmp_path / "vigie.duckdb")
    assert run("export", "full", "--full", "--format", "jsonl").exit_code == 0
    assert (
        run("bulletin", "--analyst", "--period", f"{LATE.year}", "--format", "html", "--out", "b").exit_code
        == 0
    )
    text = "".join(text_of(f) for d in ("full", "b") for f in sorted(Path(d).iterdir())).lower()
    missing = [
        name
        for name, forms in CANARIES.items()
        if not any(f.lower() in text for f in ([forms] if isinstance(forms, str) else forms))
    ]
    assert missing == []


@pytest.mark.parametrize(("verb", "flag"), [("export", "--full"), ("bulletin", "--analyst")])
def test_public_is_an_option_and_contradicts_the_other(tmp_path: Path, verb: str, flag: str) -> None:
    result = run(verb, "--public", flag, *([str(tmp_path)] if verb == "export" else []))
    assert result.exit_code == 2
    assert f"--public and {flag} contradict each other" in result.stderr


# No order by price


def permuted(amounts: tuple[float, ...]) -> list[Paper]:
    """Three products in three departments, three times each; only the prices differ from one store to the next."""
    cells_ = [
        (s, p)
        for s in ("cocaine", "heroin", "ketamine")
        for p in ("INSEE:69123", "INSEE:38185", "INSEE:13055")
    ]
    return [
        Paper(source=name, published=f"2025-0{month}-03", says=[
            Said(sentence=f"{s} {p} {name}.", value=price(amount + month), substance=s, place=p)
            for (s, p), amount in zip(cells_, amounts, strict=True)
        ])
        for name in "abc" for month in (2, 5, 8)
    ]  # fmt: skip


def test_permuting_prices_moves_no_row(tmp_path: Path) -> None:
    """In every table, chart and sentence of the bulletin, and in open data: what comes first does not depend on a price."""
    amounts = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
    orders = []
    for number, turned in enumerate((amounts, amounts[::-1], (*amounts[4:], *amounts[:4]))):
        gate = public_gate(date(2026, 3, 31))
        with Store.open(build(tmp_path / f"{number}.duckdb", permuted(turned))) as store:
            order: list[object] = []
            for area in (None, "FR", "FR-ARA", "FR-69"):
                page = make_bulletin(store, period="2025", area=area, lang="en", gate=gate)
                order += [
                    [row.cells[0] for row in table.rows] for part in page.parts for table in part.tables
                ]
                order += [
                    [row.cells[0] for row in picture.table.rows]
                    for part in page.parts
                    for picture in part.pictures
                ]
                order += [sentence.text.split(":")[0] for sentence in page.sentences]
                order.append([row.cells for row in page.sources.rows])
            rows = cells(store, as_of=date(2026, 3, 31)).to_pylist()
            order.append([(r["quarter"], r["area"], r["substance"]) for r in rows])
            orders.append(order)
            assert len(rows) == 27
    assert orders[0] == orders[1] == orders[2]
