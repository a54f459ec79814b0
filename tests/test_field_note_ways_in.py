"""Ways in for field notes: the template filled in, a table with one note a row, the page of `vigie serve`, the box beside the store."""

from __future__ import annotations

import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from field_note_lines import fact_line
from vigie.cli import app
from vigie.extract import extract
from vigie.ingest.reading import read_stream
from vigie.intake.field_notes import notes_of, unread_columns
from vigie.intake.note_template import markdown, odt
from vigie.lexicon.note_fields import layout, specs
from vigie.model.errors import InputRefused
from vigie.pipeline import Cleaned, Reading, Refusal
from vigie.redact import redact
from vigie.store import Store
from vigie.upkeep.maintain import maintain
from vigie.upkeep.notes import notes_folder, rules, take_in, waiting
from vigie.web.app import make_app
from vigie.web.provider import Models

PHONE, NAME, STREET = "06 39 98 12 34", "Ferrandier", "rue des Lilas"
FILLED = {
    "date": "02/04/2025", "place": f"Lyon, 12 {STREET}", "period": "mars 2025", "who": f"Kévin {NAME}, usager", "sure": "vu",
    "product": "cocaïne", "price": "60 € le g", "form": "poudre", "effects": "deux personnes hospitalisées", "buying": "rue",
    "notes": f"Joindre Jean {NAME} au {PHONE}.",
}  # fmt: skip
ENGLISH = {
    "date": "2 April 2025", "place": f"Leeds, 12 {NAME} Street", "period": "March 2025", "who": f"Kévin {NAME}, service user", "sure": "seen",
    "product": "cocaine", "price": "£60 a gram", "form": "powder", "effects": "two people taken to hospital", "buying": "street",
    "notes": f"Ring John {NAME} on {PHONE}.",
}  # fmt: skip
FACTS = [
    "price cocaine powder: 60-60 EUR/1 g retail @ Lyon 2025-03-01 month affirmed",
    "event cocaine: hospitalisation 2 @ Lyon 2025-03-01 month affirmed",
    "modality : channel:street @ Lyon 2025-03-01 month affirmed",
]
OWN = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


# The template.


def _filled(lang: str, form: str) -> bytes:
    """The template as somebody fills it in: each value behind its label, those of the product in the first block."""
    values = FILLED if lang == "fr" else ENGLISH
    if form == "md":
        text = markdown(lang)
        for name, value in values.items():
            label = re.escape(specs()[name].label[lang])
            text = re.sub(rf"(?m)^({label} ?: )$", lambda m, v=value: f"{m[1]}{v}", text, count=1)
        return text.encode()
    packed = zipfile.ZipFile(io.BytesIO(odt(lang)))
    content = packed.read("content.xml").decode()
    for name, value in values.items():
        label = re.escape(specs()[name].label[lang])
        content = re.sub(rf"(>{label} ?: </text:span>)", lambda m, v=value: f"{m[1]}{v}", content, count=1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for info in packed.infolist():
            made.writestr(info, content if info.filename == "content.xml" else packed.read(info.filename))
    return out.getvalue()


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("form", ["md", "odt"])
def test_the_template_filled_in_gives_its_facts(lang: str, form: str) -> None:
    (raw,) = read_stream(f"note.{form}", _filled(lang, form))
    assert (raw.format, raw.kind, str(raw.published)) == ("field-note", "field-note", "2025-04-02")
    document = redact(raw)
    facts = FACTS if lang == "fr" else [f.replace("EUR", "GBP").replace("Lyon", "Leeds") for f in FACTS]
    assert [fact_line(f) for f in extract(document)] == facts
    for word in (NAME, PHONE, STREET, "Kévin", "›", "vigie:field-note"):
        assert word not in document.text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_empty_template_is_known_and_refused_with_the_repair(lang: str) -> None:
    for name, data in (("n.md", markdown(lang).encode()), ("n.odt", odt(lang))):
        with pytest.raises(InputRefused, match="nothing filled in"):
            list(read_stream(name, data))
    assert odt(lang) == odt(lang)
    assert {f.id for f in layout(markdown(lang)).fields} == set(specs())


def test_template_writes_and_never_over_a_note(tmp_path: Path) -> None:
    out = tmp_path / "n.odt"
    assert run("template", "field-note", "--lang", "en").stdout == markdown("en")
    assert run("template", "field-note", "--format", "odt").exit_code == 2
    assert run("template", "field-note", "--format", "odt", "--out", out).exit_code == 0
    assert out.read_bytes() == odt("fr")
    assert run("template", "field-note", "--format", "md", "--out", out).exit_code == 1
    assert out.read_bytes() == odt("fr")
    assert run("template", "field-note", "--out", tmp_path / "none" / "n.md").exit_code == 1


# Tables.


def _table(tmp_path: Path, text: str, name: str = "t.csv") -> list[Cleaned | Refusal]:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return list(notes_of(path, Reading()))


TABLE = (
    "Date de la note;Prix;Lieu;Période;Qui;Certitude;Produit;Produit 2;Prix 2;Autres observations;Nom de l'usager\n"
    "02/04/2025;60 € le g;Lyon;mars 2025;usager;vu;coke;shit;5 € le g;rien;Zoubida\n"
    ';;;;;;;;;;\n03/04/2025;30;Paris;mars 2025;usagère;rumeur;kéta;;;"Prix : 10 € le cachet\njoindre Samir au 06 39 98 12 34";Zoé\n'
)


def test_a_row_is_a_note_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    items = _table(tmp_path, TABLE)
    notes = [item.document for item in items if isinstance(item, Cleaned)]
    assert [Path(n.path).name for n in notes] == ["t.csv#2", "t.csv#4"]
    assert [[fact_line(f) for f in extract(n)] for n in notes] == [
        [
            "price cocaine: 60-60 EUR/1 g retail @ Lyon 2025-03-01 month affirmed",
            "price cannabis-resin resin: 5-5 EUR/1 g retail @ Lyon 2025-03-01 month affirmed",
        ],
        ["price ketamine: 30-30 EUR/1 g retail @ Paris 2025-03-01 month reported"],
    ]
    for word in ("Zoubida", "Zoé", "Samir", "06 39"):
        assert not any(word in n.text for n in notes)
    assert unread_columns(tmp_path / "t.csv") == ["Nom de l'usager"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Substance;Quantité\ncoke;3\n", "holds no columns of a note"),
        ("Lieu;Période;Produit\nLyon;mars 2025;\n", "nothing filled in"),
    ],
)
def test_a_table_of_no_notes_is_refused_with_the_repair(tmp_path: Path, text: str, reason: str) -> None:
    (item,) = _table(tmp_path, text)
    assert isinstance(item, Refusal) and reason in item.reason and item.repair


def test_import_tells_columns_that_are_not_read_and_is_safe_to_repeat(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE, "utf-8")
    first = run("import", "field-notes", tmp_path / "t.csv", "--store", tmp_path / "s.duckdb")
    again = run("import", "field-notes", tmp_path / "t.csv", "--store", tmp_path / "s.duckdb")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "columns not read: Nom de l'usager" in first.output and "2 read, 2 new" in first.output
    assert "quantité non dite" in first.output and "2 read, 0 new, 2 unchanged" in again.output
    assert not any(word in first.output for word in ("Zoubida", "Zoé", "Samir"))


def test_a_row_of_which_nothing_is_read_is_told_counted_and_rejected_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "Lieu;Période;Produit;Prix\nBrest;mars 2025;MDMA;12 € le cachet\nAilleurs;2025;blurp;7\n;;;\n",
        "utf-8",
    )
    out = tmp_path / "left.csv"
    done = run(
        "import", "field-notes", tmp_path / "t.csv", "--store", tmp_path / "s.duckdb", "--rejects", out
    )
    assert done.exit_code == 1 and "notes of which nothing was read as a fact: 1" in done.output
    lines = out.read_text("utf-8").splitlines()
    assert len(lines) == 2 and ",3,,nothing-read," in lines[1] and "blurp" not in lines[1]


def test_a_file_that_is_not_there_makes_no_store(tmp_path: Path) -> None:
    for kind in ("field-notes", "harms"):
        done = run("import", kind, tmp_path / "nowhere.csv", "--store", tmp_path / "s.duckdb")
        assert done.exit_code == 1 and "no such file" in done.output and not list(tmp_path.iterdir())


def test_prose_is_left_to_vigie_add(tmp_path: Path) -> None:
    (item,) = _table(tmp_path, "À Lyon, le gramme de cocaïne vaut 60 €.", "p.txt")
    assert isinstance(item, Refusal) and "vigie add" in item.repair


# The page and the box.


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store in which there is nothing."""
    folder = tmp_path_factory.mktemp("notes")
    Store.open(folder / "vigie.duckdb").close()
    return folder


@pytest.fixture(scope="module")
def browser(home: Path) -> Iterator[TestClient]:
    made = make_app(Models(), public=False, notes=notes_folder(home / "vigie.duckdb"))
    with TestClient(made, base_url="http://127.0.0.1") as client:
        yield client


def form(**fields: str) -> str:
    filled = {("price-1" if k == "price" else k): v for k, v in FILLED.items()}
    for name in ("product", "form", "effects", "buying"):
        filled[f"{name}-1"] = filled.pop(name)
    return urlencode({"step": "look", **filled, **fields})


def hidden(page: str) -> str:
    import html

    (found,) = re.findall(r'name="text" value="([^"]*)"', page, re.DOTALL)
    return html.unescape(found)


class _Form(HTMLParser):
    """Names of what is filled in, of labels, and of what describes."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, str]] = []
        self.labels: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {k: v or "" for k, v in attrs}
        self.ids.add(found.get("id", ""))
        if tag == "label":
            self.labels.add(found["for"])
        if tag in ("select", "textarea") or (tag == "input" and found.get("type") != "hidden"):
            self.entries.append((found["id"], found.get("aria-describedby", "")))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_field_of_the_page_has_a_label_and_a_hint_and_needs_no_script(
    browser: TestClient, lang: str
) -> None:
    page = browser.get(f"/{lang}/field-note")
    assert page.status_code == 200 and "<script" not in page.text and f'<html lang="{lang}"' in page.text
    found = _Form()
    found.feed(page.text)
    assert len(found.entries) == 6 + 5 * rules()["form"]["products"]
    assert all(name in found.labels and hint in found.ids for name, hint in found.entries)


def test_a_note_is_shown_redacted_then_kept_then_taken_in(browser: TestClient, home: Path) -> None:
    store = home / "vigie.duckdb"
    page = browser.post("/fr/field-note", content=form(), headers=OWN)
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    preview = page.text.partition('<h2 id="change">')[0].replace("\xa0", " ").replace("\u202f", " ")
    assert "60 EUR / g" in preview and "seul le rôle est gardé" in preview and "[téléphone]" in preview
    for word in (NAME, PHONE, STREET, "Kévin"):
        assert word not in preview
    assert waiting(store) == 0 and not notes_folder(store).exists()
    kept = browser.post(
        "/fr/field-note", content=urlencode({"step": "keep", "text": hidden(page.text)}), headers=OWN
    )
    assert kept.status_code == 200 and "La note est gardée" in kept.text
    (file,) = (notes_folder(store) / "in").iterdir()
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (file, file.parent, file.parent.parent)}
    assert set(modes.values()) == {0o600, 0o700} and modes[file.name] == 0o600
    assert not any(word in file.read_text("utf-8") for word in (NAME, PHONE, STREET, "Kévin"))
    with Store.open(store) as opened:
        summary = take_in(opened)
        assert summary is not None and (summary.new, summary.refused) == (1, ())
        rows = opened.query("SELECT kind, format, source_id, published FROM documents").to_pylist()
        assert rows == [
            {
                "kind": "field-note",
                "format": "field-note",
                "source_id": "field-notes-page",
                "published": "2025-04-02",
            }
        ]
        assert opened.column("SELECT count(*) FROM observations") == [3]
        assert take_in(opened) is None and waiting(store) == 0
        maintain(opened, reredact=True)
        assert opened.column("SELECT count(*) FROM observations") == [3]
    again = run("add", "--reextract", "--store", store)
    assert "0 changed" in again.output


def test_a_forged_keep_is_redacted_too(browser: TestClient, home: Path) -> None:
    text = f"Lieu : Lyon\n\nProduit : coke\n\nQui : {NAME}\n\nAutres observations : Jean {NAME}, {PHONE}"
    browser.post("/fr/field-note", content=urlencode({"step": "keep", "text": text}), headers=OWN)
    (file,) = (notes_folder(home / "vigie.duckdb") / "in").iterdir()
    found = file.read_text("utf-8")
    file.unlink()
    assert NAME not in found and PHONE not in found


REFUSED = [
    # id, headers, body, status
    ("other_site", {**OWN, "sec-fetch-site": "cross-site"}, form(), 403),
    ("says_nothing", {"content-type": OWN["content-type"]}, form(), 403),
    ("json", {**OWN, "content-type": "application/json"}, "{}", 415),
    ("twice", OWN, "step=look&place=a&place=b", 400),
    ("too_many", OWN, "&".join(f"f{n}=1" for n in range(80)), 400),
    ("huge", OWN, "notes=" + "a" * 260_000, 413),
    ("long", OWN, form(notes="a " * 12_000), 422),
    ("empty", OWN, "step=look&place=Lyon", 422),
    ("empty_keep", OWN, "step=keep&text=", 422),
]


@pytest.mark.parametrize(("headers", "body", "status"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_refused(
    browser: TestClient, home: Path, headers: dict[str, str], body: str, status: int
) -> None:
    assert browser.post("/fr/field-note", content=body, headers=headers).status_code == status
    assert waiting(home / "vigie.duckdb") == 0


def test_what_is_written_is_shown_back_escaped(browser: TestClient) -> None:
    page = browser.post(
        "/en/field-note", content=form(notes="<script>alert(1)</script>{{ 7*7 }}\u202e"), headers=OWN
    ).text
    assert "<script>" not in page and "49" not in page and "\u202e" not in page


def test_a_language_that_there_is_none_of(browser: TestClient) -> None:
    for answer in (
        browser.get("/de/field-note"),
        browser.post("/de/field-note", content=form(), headers=OWN),
    ):
        assert answer.status_code == 404 and "<h1" in answer.text and "literal_error" not in answer.text


def test_the_public_edition_has_no_such_page(browser: TestClient, home: Path) -> None:
    assert '"/fr/field-note"' in browser.get("/fr/none").text  # the analyst's pages lead there
    made = make_app(Models(), public=True, notes=home / "box")
    with TestClient(made, base_url="http://127.0.0.1") as client:
        assert "field-note" not in client.get("/fr/none").text
        assert client.post("/fr/field-note", content=form(), headers=OWN).status_code in (404, 405)
        assert "field-note" not in [getattr(route, "path", "") for route in made.routes]
    assert not (home / "box").exists()


def test_a_full_box_says_so(browser: TestClient, home: Path) -> None:
    box = notes_folder(home / "vigie.duckdb") / "in"
    for n in range(rules()["box"]["most"]):
        (box / f"x{n}").touch()
    page = browser.post(
        "/en/field-note", content=urlencode({"step": "keep", "text": "Product: coke"}), headers=OWN
    )
    assert page.status_code == 503 and "full" in page.text
    for file in box.iterdir():
        file.unlink()


def test_add_takes_waiting_notes_in_and_tells_the_writer(home: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    assert run("add", "--store", store).exit_code == 2  # nothing to add, nothing waits
    box = notes_folder(store) / "in"
    box.mkdir(parents=True)
    note = {
        "note": "<!-- vigie:field-note -->\n\nLieu : Lyon\n\nPériode : mars 2025\n\nProduit : coke\n\nPrix : 60 € le g"
    }
    (box / f"{'a' * 32}.json").write_text(json.dumps(note), "utf-8")
    (box / f"{'b' * 32}.json").write_text("no json", "utf-8")
    (notes_folder(store) / "source.toml").write_text(
        'id = "caarud"\nname = "CAARUD"\nkind = "field-note"\ngrade = "B"\n'
    )
    result = run("add", "--store", store)
    assert result.exit_code == 0 and "field notes taken in: 1 new" in result.output
    assert [p.name[0] for p in box.iterdir()] == ["b"]  # what is no note of ours stays
    with Store.open(store, read_only=True) as opened:
        assert opened.column("SELECT source_id FROM documents") == ["caarud"]
    path = tmp_path / "n.md"
    path.write_text(
        "Lieu : Lyon\nPériode : mars 2025\nQui : Albertine\nProduit : coke\nPrix : cher\n", "utf-8"
    )
    result = run("add", path, "--store", store)
    assert "n.md: Prix : aucun montant compris" in run("extract", path).stderr
    assert "n.md: Prix : aucun montant compris" in result.output and "seul le rôle est gardé" in result.output
    assert "Albertine" not in result.output
