"""CAP drafts: valid against the OASIS schema, never anything but drafts, restricted unless what they say is public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from typer.testing import CliRunner, Result

from report_store import build
from test_feeds_forms import ALERT, GONE, HOSTILE
from test_feeds_public_alerts import let_out, listed, papers, take_back
from vigie.cli import app
from vigie.feeds.cap import CAP, cap
from vigie.feeds.cap_drafts import draft_of_analyst, draft_of_public, geocode
from vigie.feeds.records import Correction, PublicAlert
from vigie.lexicon.terms import data_toml
from vigie.model.errors import SettingsError
from vigie.store import Store
from vigie.store.alert_versions import AlertVersion
from vigie.store.watchlist import AlertDecision, SavedAlert, SavedSignal, write_alerts

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parent / "reference" / "cap" / "CAP-v1.2.xsd")))
NS = {"c": CAP}
SAVED = SavedAlert(
    alert_id="a_0123456789ab", doc_id=None, kind="rise", substance="nitazenes", area="INSEE:69256", period="week",
    started=date(2026, 2, 2), last_alarm=date(2026, 2, 16), grade=3, likelihood="likely", impact="severe", status="new",
    p=0.0001, false_per_month=0.1, speakers=5, first_saved=date(2026, 2, 20), last_saved=date(2026, 2, 20),
)  # fmt: skip
SIGNAL = SavedSignal(
    indicator="harms", period_start=date(2026, 2, 16), periods=1, observed=7, expected=1.2, upper=3, p=0.0001, method="ears", facts=(),
)  # fmt: skip


def both(alert: PublicAlert) -> list[PublicAlert]:
    return [alert, replace(alert, lang="en", title=f"{alert.title} (en)")]


def read(data: bytes) -> etree._Element:
    root = etree.fromstring(data)
    SCHEMA.assertValid(root)
    return root


def text(root: etree._Element, path: str) -> list[str | None]:
    return [e.text for e in root.iterfind("/".join(f"c:{p}" for p in path.split("/")), NS)]


def test_the_schema_refuses_what_is_wrong() -> None:
    """Else every draft would be valid."""
    root = read(cap(draft_of_public(both(ALERT))))
    for path, wrong in (
        ("c:status", "Perhaps"),
        ("c:sent", "2026-03-18T00:00:00Z"),
        ("c:info/c:urgency", "Soon"),
    ):
        element = root.find(path, NS)
        assert element is not None
        kept, element.text = element.text, wrong
        assert not SCHEMA.validate(root), path
        element.text = kept
    assert SCHEMA.validate(root)


def test_an_official_warning_as_a_draft() -> None:
    root = read(cap(draft_of_public(both(ALERT), "https://observatoire.example")))
    assert text(root, "identifier") == ["vigie-w-0123456789ab-v1"]
    assert text(root, "status") == ["Draft"] and text(root, "scope") == ["Restricted"]
    assert text(root, "msgType") == ["Alert"] and text(root, "references") == []
    assert text(root, "sent") == ["2026-03-18T00:00:00-00:00"] and text(root, "sender") == [
        "vigie.draft.invalid"
    ]
    (restriction,) = text(root, "restriction")
    assert restriction and "ne pas diffuser" in restriction and "not for distribution" in restriction
    assert text(root, "info/language") == ["fr-FR", "en-GB"] and set(text(root, "info/category")) == {
        "Health"
    }
    codes = [text(root, f"info/{n}")[0] for n in ("urgency", "severity", "certainty")]
    assert codes == ["Future", "Severe", "Observed"]
    assert set(text(root, "info/area/geocode/value")) == {"FR-69"}
    assert set(text(root, "info/area/geocode/valueName")) == {"ISO 3166-2"}
    assert (
        not root.findall(".//c:polygon", NS)
        + root.findall(".//c:circle", NS)
        + root.findall(".//c:contact", NS)
    )
    assert text(root, "info/web")[0] == "https://observatoire.example/fr/alert/w-0123456789ab"


def test_a_block_has_one_language() -> None:
    """The official text is French: the English block is made of codes, and keeps the text as a parameter."""
    english = replace(ALERT, lang="en", area_name="Rhône", substance_name="nitazenes")
    root = read(cap(draft_of_public([ALERT, english])))
    french, other = root.findall("c:info", NS)
    assert [e.text for e in french.iterfind("c:headline", NS)] == [ALERT.title]
    assert ALERT.evidence in str(french.findtext("c:description", namespaces=NS))
    assert other.findtext("c:headline", namespaces=NS) == "Nitazenes: overdose"
    assert other.findtext("c:description", namespaces=NS) == (
        "Nitazenes: overdose. Area: Rhône. Official text of 18 March 2026, in another language (parameter originalText)."
    )
    given = [
        {
            e.findtext("c:valueName", namespaces=NS): e.findtext("c:value", namespaces=NS)
            for e in block.iterfind("c:parameter", NS)
        }
        for block in (french, other)
    ]
    assert not set(given[0]) & {"originalText", "originalTitle", "originalLanguage"}
    assert (given[1]["originalTitle"], given[1]["originalText"], given[1]["originalLanguage"]) == (
        ALERT.title, ALERT.evidence, "fr",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "public", "analyst"),
    [
        (date(2026, 2, 20), "Future", "Future"),
        (date(2026, 2, 21), "Unknown", "Unknown"),
        (date(2026, 5, 21), "Unknown", "Unknown"),
        (date(2026, 5, 22), "Past", "Past"),
    ],
)
def test_what_was_published_before_is_not_to_come(day: date, public: str, analyst: str) -> None:
    alert = replace(ALERT, first_published=date(2026, 2, 20), updated=date(2026, 2, 20))
    assert draft_of_public(both(alert), day=day).urgency == public
    assert draft_of_analyst(SAVED, [SIGNAL], [], day).urgency == analyst
    # One that nobody can judge stays so.
    assert draft_of_public(both(replace(alert, kind="warning")), day=day).urgency == "Unknown"


def test_a_second_version_updates_the_first_and_a_withdrawal_cancels_all() -> None:
    second = replace(
        ALERT, version=2, updated=date(2026, 3, 20), corrections=(Correction(version=2, day=date(2026, 3, 20), note="x"),)
    )  # fmt: skip
    root = read(cap(draft_of_public(both(second))))
    assert text(root, "msgType") == ["Update"]
    assert text(root, "references") == [
        "vigie.draft.invalid,vigie-w-0123456789ab-v1,2026-03-18T00:00:00-00:00"
    ]
    third = replace(
        second,
        version=3,
        updated=date(2026, 3, 21),
        status="withdrawn",
        note="Retirée.",
        summary="",
        evidence="",
    )
    root = read(cap(draft_of_public(both(third))))
    (told,) = text(root, "references")
    assert text(root, "msgType") == ["Cancel"] and told is not None
    assert [r.split(",")[1:] for r in told.split()] == [
        ["vigie-w-0123456789ab-v1", "2026-03-18T00:00:00-00:00"],
        ["vigie-w-0123456789ab-v2", "2026-03-20T00:00:01-00:00"],
    ]
    assert text(root, "info/urgency") == ["Past", "Past"]
    assert "Retirée." in str(
        text(read(cap(draft_of_public(both(replace(GONE, note="Retirée."))))), "info/description")
    )


def test_a_reference_is_what_the_earlier_draft_said_of_itself() -> None:
    earlier = read(cap(draft_of_public(both(ALERT)), sender="health.example"))
    later = read(
        cap(
            draft_of_public(both(replace(ALERT, version=2, updated=date(2026, 3, 20)))),
            sender="health.example",
        )
    )
    named = ",".join(str(text(earlier, n)[0]) for n in ("sender", "identifier", "sent"))
    assert text(later, "references") == [named]


@pytest.mark.parametrize(
    ("id", "of", "scope", "sender", "addresses", "said"),
    [
        ("an alert of the analyst is not public", "analyst", "Public", "a.example", [], "stays restricted"),
        ("nor private", "analyst", "Private", "a.example", ["x"], "stays restricted"),
        ("private without addresses", "public", "Private", "a.example", [], "names its addresses"),
        ("addresses of everyone", "public", "Public", "a.example", ["x"], "names its addresses"),
        ("a comma in the sender", "public", "Public", "a,b", [], "domain name"),
        ("a blank in the sender", "public", "Public", "a b", [], "domain name"),
        ("mark-up in the sender", "public", "Public", "a<b", [], "domain name"),
        ("a quote in an address", "public", "Private", "a.example", ['a" b'], "without quotes"),
    ],
)  # fmt: skip
def test_what_the_standard_or_the_line_forbids(
    id: str, of: str, scope: str, sender: str, addresses: list[str], said: str
) -> None:
    draft = draft_of_public(both(ALERT)) if of == "public" else draft_of_analyst(SAVED, [SIGNAL], [])
    with pytest.raises(SettingsError, match=said):
        cap(draft, scope=scope, sender=sender, addresses=addresses)  # type: ignore[arg-type]


def test_a_private_draft_names_its_addresses() -> None:
    root = read(
        cap(draft_of_public(both(ALERT)), scope="Private", addresses=["cellule-7", "équipe de garde"])
    )
    assert text(root, "addresses") == ['cellule-7 "équipe de garde"'] and text(root, "restriction") == []


def test_an_alert_of_the_analyst_is_a_restricted_draft_of_figures_for_its_department() -> None:
    root = read(cap(draft_of_analyst(SAVED, [SIGNAL], [])))
    assert text(root, "scope") == ["Restricted"] and text(root, "identifier") == ["vigie-a_0123456789ab-v1"]
    assert [text(root, f"info/{n}")[0] for n in ("urgency", "severity", "certainty")] == [
        "Future",
        "Severe",
        "Likely",
    ]
    assert set(text(root, "info/area/geocode/value")) == {"FR-69"} and b"69256" not in etree.tostring(root)
    (french, english) = text(root, "info/description")
    assert "7 relevés" in str(french) and "7 found, 1.2 expected" in str(english)


def test_what_was_decided_on_an_alert_makes_versions() -> None:
    def line(n: int, action: str, day: int) -> AlertDecision:
        return AlertDecision(
            entry_id=n,
            alert_id=SAVED.alert_id,
            action=action,
            made_on=date(2026, 2, day),
            role="x",
            reason="y",
        )

    log = [line(1, "open", 20), line(2, "confirm", 21), line(3, "regrade", 22), line(4, "close", 23)]
    root = read(cap(draft_of_analyst(replace(SAVED, status="closed"), [SIGNAL], log)))
    assert text(root, "identifier") == ["vigie-a_0123456789ab-v3"] and text(root, "msgType") == ["Cancel"]
    assert str(text(root, "references")[0]).count(",") == 4


def test_a_silence_is_no_event() -> None:
    with pytest.raises(SettingsError, match="no event"):
        draft_of_analyst(replace(SAVED, kind="silence"), [], [])


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("FR-69", ("ISO 3166-2", "FR-69")), ("FR-ARA", ("ISO 3166-2", "FR-ARA")), ("FR-974", ("ISO 3166-2", "FR-974")),
        ("ES", ("ISO 3166-1", "ES")), ("GN:2988507", None), ("INSEE:69123", None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_areas_have_the_code_of_a_list(code: str | None, found: object) -> None:
    assert geocode(code) == found


@pytest.mark.parametrize(("why", "hostile"), HOSTILE, ids=[w for w, _ in HOSTILE])
def test_a_hostile_text_leaves_the_draft_valid(why: str, hostile: str) -> None:
    alert = replace(ALERT, title=hostile, evidence=hostile, source=hostile, area_name=hostile, note=hostile)
    root = read(cap(draft_of_public(both(alert))))
    assert len(list(root.iter(etree.Element))) == len(list(read(cap(draft_of_public(both(replace(ALERT, note="x"))))).iter(etree.Element)))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(max_size=300), kind=st.sampled_from(["death", "overdose", "warning", "purity", "regulation", "autre"]),
    grade=st.sampled_from(["A", "B–D", "F", ""]), version=st.integers(1, 4), area=st.sampled_from([None, "FR-69", "GN:1"]),
)  # fmt: skip
def test_every_draft_is_valid(title: str, kind: str, grade: str, version: int, area: str | None) -> None:
    alert = replace(ALERT, title=title, evidence=title, kind=kind, grade=grade, version=version, area=area)
    for scope in ("Restricted", "Public"):
        read(cap(draft_of_public(both(alert)), scope=scope))  # type: ignore[arg-type]


def test_the_codes_are_those_of_the_standard_and_say_why() -> None:
    """Every code of the file, in a draft, against the schema: no choice of words escapes it."""
    table = data_toml("feeds", "cap.toml")
    draft = draft_of_public(both(ALERT))
    for group in (table, table["analyst"]):
        for name in ("urgency", "severity", "certainty"):
            assert group[name]["reason"]
            for code in (v for k, v in group[name].items() if k != "reason"):
                read(cap(replace(draft, **{name: code})))
    alerts = data_toml("taxonomy", "alerts.toml")
    assert set(table["analyst"]["certainty"]) >= set(alerts["likelihood"]["levels"])
    assert set(table["analyst"]["severity"]) >= set(alerts["impact"]["levels"])
    assert set(table["analyst"]["urgency"]) >= {str(n + 1) for n in range(len(alerts["grade"]["names"]))}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    return build(tmp_path / "vigie.duckdb", papers(), today=date(2026, 3, 20))


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["cap", *args])


def test_the_verb_writes_a_file_for_each_alert(store: Path) -> None:
    take_back(store, let_out(store, "doc001-0"))
    with Store.open(store) as opened:
        write_alerts(opened, [(SAVED, [SIGNAL])], [])
    official = next(a for a in listed(store) if a.official)
    done = run("all", SAVED.alert_id, official.address, "--out", "out")
    assert done.exit_code == 0, done.output
    files = {p.name: p.read_bytes() for p in Path("out").iterdir()}
    assert set(files) == {
        f"vigie-{official.identifier}-v1.xml",
        "vigie-r1-v2.xml",
        "vigie-a_0123456789ab-v1.xml",
    }
    for data in files.values():
        assert text(read(data), "status") == ["Draft"]
    said = b"".join(files.values()).decode().lower()
    assert not [w for w in ("feutré", "carnet", "doc00", "a. example", "essai") if w in said]


@pytest.mark.parametrize(
    ("id", "args", "code", "files", "said"),
    [
        ("one unknown", ["all", "r9"], 1, 1, "r9: no such alert"),
        ("scope of the analyst's", ["all", SAVED.alert_id, "--scope", "public"], 2, 0, "stays restricted"),
        ("no addresses", ["all", "--scope", "private"], 2, 0, "--address"),
        ("sender", ["all", "--sender", "a b"], 2, 0, "domain name"),
    ],
)  # fmt: skip
def test_refusals_say_the_repair(
    store: Path, id: str, args: list[str], code: int, files: int, said: str
) -> None:
    with Store.open(store) as opened:
        write_alerts(opened, [(SAVED, [SIGNAL])], [])
    done = run(*args, "--out", "out")
    told = done.stderr + str(done.exception or "")  # what the entry point prints of a VigieError
    assert said in told
    assert (done.exit_code == code) or isinstance(done.exception, SettingsError)
    assert len(list(Path("out").glob("*"))) == files


def test_the_same_draft_gives_the_same_bytes() -> None:
    assert cap(draft_of_public(both(ALERT))) == cap(draft_of_public(both(ALERT)))
    assert draft_of_public(both(ALERT)).sent == datetime(2026, 3, 18, tzinfo=UTC)


def test_a_cancellation_names_every_message_before_it() -> None:
    """As written down: of a version that was withdrawn and came back no correction tells."""
    rows = [
        AlertVersion(address=ALERT.address, version=n, since=date(2026, 3, 17 + n), first_published=ALERT.first_published, official=True, shown=n != 2, digest="")
        for n in (1, 2, 3)
    ]  # fmt: skip
    fourth = replace(ALERT, version=4, updated=date(2026, 3, 25), status="withdrawn", summary="", evidence="")
    (told,) = text(read(cap(draft_of_public(both(fourth), known=rows))), "references")
    assert told is not None
    assert [r.split(",")[1:] for r in told.split()] == [
        [f"vigie-w-0123456789ab-v{n}", f"2026-03-{17 + n}T00:00:0{n - 1}-00:00"] for n in (1, 2, 3)
    ]
