"""The redactor: contacts and names as tables, idempotence as a property, the type wall as a scan of the sources."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vigie
from growth import calls
from vigie.lexicon.terms import data_text
from vigie.model.document import RawDocument, SourceCard
from vigie.model.period import PartialDate
from vigie.redact import REDACTOR_VERSION, Removal, find_contacts, redact
from vigie.redact.names import find_names
from vigie.redact.payment import base58check, luhn
from vigie.redact.spans import merge, placeholders
from vigie.redact.wordlists import lists
from vigie.text.normalise import fold

CASES = Path(__file__).parent / "cases"
CONTACTS = tomllib.loads((CASES / "redact_contacts.toml").read_text(encoding="utf-8"))
NAMES = tomllib.loads((CASES / "redact_names.toml").read_text(encoding="utf-8"))


def read(tagged: str) -> tuple[str, list[tuple[int, int]]]:
    """Text and bracketed spans; a backslash before a closing bracket, or an opening one inside, keeps it in the text."""
    text, spans, start = "", [], -1
    previous = ""
    for char in tagged:
        if char == "[" and start < 0:
            start = len(text)
        elif char == "]" and previous != "\\":
            spans.append((start, len(text)))
            start = -1
        else:
            text = text[:-1] + char if char == "]" else text + char
        previous = char
    return text, spans


def covered(found: list[Removal]) -> set[int]:
    return {i for r in found for i in range(r.start, r.end)}


def lang(text: str) -> str:
    return "en" if re.search(r"\b(?:is|me|oh|thanks|number)\b", text) else "fr"


@pytest.mark.parametrize(("kind", "tagged"), [(k, h) for k, v in CONTACTS.items() for h in v["hit"]])
def test_contact_goes_and_its_neighbours_stay(kind: str, tagged: str) -> None:
    text, spans = read(tagged)
    found = find_contacts(text, lang(text))
    gone = covered(found)
    for start, end in spans:
        assert all(i in gone for i in range(start, end) if text[i].isalnum()), "a part stays"
    outside = gone - {i for start, end in spans for i in range(start, end)}
    assert not any(text[i].isalnum() for i in outside), "too much goes"
    assert kind in {r.kind for r in found}


@pytest.mark.parametrize(("kind", "text"), [(k, m) for k, v in CONTACTS.items() for m in v["miss"]])
def test_what_looks_like_a_contact_stays(kind: str, text: str) -> None:
    assert find_contacts(text, "fr") == []


@pytest.mark.parametrize(("group", "tagged"), [(g, t) for g, ts in NAMES["names"].items() for t in ts])
def test_name_goes(group: str, tagged: str) -> None:
    text, spans = read(tagged)
    gone = covered(find_names(text, fold(text)))
    for start, end in spans:
        assert all(i in gone for i in range(start, end) if text[i].isalnum())
    outside = gone - {i for start, end in spans for i in range(start, end)}
    assert not any(text[i].isalnum() for i in outside)


@pytest.mark.parametrize(("group", "text"), [(g, t) for g, ts in NAMES["keep"].items() for t in ts])
def test_organisation_place_or_word_stays(group: str, text: str) -> None:
    assert find_names(text, fold(text)) == []


def raw(text: str, **more: object) -> RawDocument:
    return RawDocument(path=str(more.pop("path", "a.txt")), format="txt", text=text, **more)  # type: ignore[arg-type]


def test_role_stays_and_surname_alone_goes() -> None:
    clean = redact(
        raw(
            "La commissaire divisionnaire Zélie Fontarel explique tout. Puis Fontarel se tait, et la commissaire Fontarel aussi."
        )
    )
    assert clean.text.startswith("La commissaire divisionnaire [nom] explique tout.")
    assert "Fontarel" not in clean.text
    assert clean.redactions == {"name": 3}


def test_title_and_body_share_names_and_offsets() -> None:
    clean = redact(
        raw(
            "Zélie Fontarel vend à Lyon, tél. 06 39 98 12 34.",
            title="Le procès de  Zélie Fontarel",
            published=PartialDate(2021, 3),
        )
    )
    assert clean.title == "Le procès de [nom]"
    assert clean.text[: clean.body_start] == clean.title + "\n\n"
    assert clean.text[clean.body_start :] == "[nom] vend à Lyon, tél. [téléphone]."
    assert clean.redactor == REDACTOR_VERSION
    assert re.fullmatch(r"d_[0-9a-f]{16}", clean.doc_id)


def test_doc_id_follows_text_and_date() -> None:
    first, same = (
        redact(raw("Le gramme vaut 60 euros à Lyon.")),
        redact(raw("Le gramme vaut 60 euros à Lyon.", path="b.txt")),
    )
    dated = redact(raw("Le gramme vaut 60 euros à Lyon.", published=PartialDate(2020)))
    assert first.doc_id == same.doc_id != dated.doc_id


def test_source_card_gives_kind_and_grade() -> None:
    card = SourceCard(id="x", name="X", kind="press", grade="B")
    assert (redact(raw("Texte.", source=card)).kind, redact(raw("Texte.", source=card)).grade) == (
        "press",
        "B",
    )
    assert redact(raw("Texte.", source=card, kind="forum")).kind == "forum"
    assert (redact(raw("Texte.")).kind, redact(raw("Texte.")).grade) == ("unknown", "F")


def test_path_and_outlet_hold_no_contact() -> None:
    clean = redact(
        raw(
            "Rien.",
            path="notes/zelie_fontarel_alice@exemple.example.txt",
            outlet="La Gazette, redaction@exemple.example",
            extra_names=("Zélie Fontarel",),
        )
    )
    assert "fontarel" not in clean.path and "alice" not in clean.path and clean.path.startswith("notes/")
    assert clean.outlet == "La Gazette, [email]" or clean.outlet == "La Gazette, [courriel]"
    assert redact(raw("Rien.", path="notes.md", outlet="Le Journal")).path == "notes.md"


def test_known_authors_go_but_newsrooms_stay() -> None:
    clean = redact(
        raw(
            "Reportage de Xqtor Vlimpf à Lyon. Vlimpf raconte.",
            extra_names=("Xqtor Vlimpf", "Rédaction Le Parisien"),
        )
    )
    assert "Vlimpf" not in clean.text and "Lyon" in clean.text
    assert (
        redact(raw("Le Parisien l'écrit.", extra_names=("Rédaction Le Parisien",))).text
        == "Le Parisien l'écrit."
    )


PIECES = st.sampled_from(
    [
        "06 39 98 12 34", "Zélie Fontarel", "M. ", "Dr ", ", 25 ans", "explique ", "snap : ", "x_x75", "@a_b", "alice@exemple.example",
        "12 rue des Lilas", "[nom]", "[téléphone]", "[phone]", "69003 Lyon", "le gramme à 60 euros", "\n", " ", "Paris", "Karim ", "et ",
        ", ", "(", ")", "+33", "6", "zéro six ", "t.me/", "x", "Le ", "The dealer said ", "dit « ", " »", "du quartier de ", "avec les ",
        "-", ".", ":", "FR76", "AB-123-CD", "45.7640, 4.8357", "€",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=24), st.lists(PIECES, max_size=4))
def test_redacting_twice_changes_nothing(body: list[str], title: list[str]) -> None:
    once = redact(raw("".join(body), title="".join(title)))
    twice = redact(raw(once.text[once.body_start :], title=once.title))
    assert twice.text == once.text
    assert twice.redactions == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=12))
def test_redacting_a_long_text_twice_changes_nothing(start: list[str], end: list[str]) -> None:
    """Long enough that only the surroundings of placeholders are read again."""
    filler = "Le gramme de cocaïne vaut 60 euros dans les grandes villes, disent les usagers. " * 90
    once = redact(raw("".join(start) + filler + "".join(end) + filler))
    assert redact(raw(once.text)).text == once.text


def test_a_placeholder_is_no_cue() -> None:
    """Else a row of half-written numbers would go one at each look, and redacting twice would go on."""
    once = redact(raw("Call (202) 555-0143 now. " + "frCall [(202) (555-0143] now." * 30))
    assert redact(raw(once.text)).text == once.text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_survived(text: str) -> None:
    once = redact(raw(text))
    assert redact(raw(once.text[once.body_start :], title=once.title)).text == once.text


@pytest.mark.parametrize("language", ["fr", "en", "und"])
def test_placeholders_are_no_contacts(language: str) -> None:
    for word in placeholders(language).values():
        assert find_contacts(f"Voir {word} ici, {word}.", language) == []
        assert find_names(f"M. {word} et {word}", f"m. {word} et {word}") == []


def test_merge_keeps_the_widest_kind() -> None:
    assert merge([Removal(0, 4, "phone"), Removal(2, 20, "url"), Removal(20, 22, "ip")]) == [
        Removal(0, 20, "url"),
        Removal(20, 22, "ip"),
    ]


def test_checksums() -> None:
    assert base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa") and not base58check(
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"
    )
    assert not base58check("0OIl" * 8) and luhn("4111111111111111") and not luhn("4111111111111112")


def test_given_names_are_many() -> None:
    assert len(lists().given) >= 3000
    assert data_text("redaction", "SOURCES.md")


MAKERS = ("redact/", "store/", "model/document.py")


def test_only_the_redactor_and_the_store_make_clean_documents() -> None:
    package = Path(vigie.__file__).parent
    makers = [
        name
        for path in package.rglob("*.py")
        if re.search(r"\bCleanDocument\s*\(", path.read_text(encoding="utf-8"))
        and not (name := path.relative_to(package).as_posix()).startswith(MAKERS)
    ]
    assert makers == []


# One unit of each, over and over: what looks like the beginning of something is tried at every place.
UNITS = [
    "Le Mans Lyon ", "ABCD EFGH ", "12 ", "1", "a.b.", "@", "a@b ", "ab:", "[at] (dot) ", "[nom] ", "un point de com ", "AA 00 ", "ab-cd-",
    "06 39 98 12 ", "0l 0O l2 ", "12 rue de la Paix ", "snap : ", "? ", "’", "Привет ", "zéro six ", "Karim et ", "12 345,", "a/b/", "A. B. ",
    "A.", "le 27 de la rue ", "n° 27 ", "aZ9", "code 12 ", "M. ", "€ 12.0000,", "12:34:", "٣ ", "\U0001d7d8",
    "a l i ", "06 39, puis ", "zérosix", "&#48;", "a_b_", "06 | 39 | ", " point ", "(1)", "bc1q ", "a.b-", "х", "O6 ", "sn@p : ", "a🔥b", "0̲", "`", "a\n",
    "trente-six ", "t . me / ", "suivez x_1 sur snap ", "double zéro ", "a_b_c ", "chez X shop ", "rue deal ", "1 - 1 - ",
]  # fmt: skip


# Every third in each run of the tests, all of them in `make test-all`.
@pytest.mark.parametrize(
    "unit", [u if n % 3 == 0 else pytest.param(u, marks=pytest.mark.slow) for n, u in enumerate(UNITS)]
)
def test_work_grows_with_the_length(unit: str) -> None:
    """Eight times the text may take up to twenty times the calls (short texts stop at the first pass), not the sixty-four of a square."""

    def work(length: int) -> int:
        text = (unit * (length // len(unit) + 1))[:length]
        return calls(lambda: redact(raw(text)))

    work(900)  # what is loaded once; not the same text, which would be remembered
    assert work(8000) < 20 * work(1000)
