"""The audit of redacted texts: planted leftovers are pointed at, ordinary text is not, and nothing of it is kept."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from vigie.cli import app
from vigie.lexicon.terms import data_toml
from vigie.model.document import RawDocument
from vigie.redact import redact
from vigie.redact.audit import leftovers, what, window
from vigie.redact.audit_page import SEVERITIES
from vigie.redact.spans import placeholder_spans

CASES = Path(__file__).parent / "cases"

# Leftovers, planted as if the redactor had missed them. Reserved numbers, example domains, invented accounts and persons only.
PLANTED = [
    # id, text with the leftover in ⟦brackets⟧, reason, severity
    ("digits_by_a_cue", "Appelez le ⟦06 39 98 12 34⟧ ce soir.", "digits-number", "high"),
    ("digits_alone", "Il a noté ⟦639981234⟧ sur un papier.", "digits-number", "medium"),
    ("digits_short", "Il a noté ⟦12-34-56-7⟧ sur un papier.", "digits", "low"),
    ("digits_in_brackets", "Appelez le ⟦[06][39][98][12][34]⟧.", "digits-number", "high"),
    ("look_alikes", "Le plug répond au ⟦O6 39 98 l2 34⟧", "digits-number", "medium"),
    ("two_breaths", "Le numéro, ⟦+44 7700 puis 900 123⟧, figurait sur la carte.", "digits", "high"),
    ("words", "Appelez ⟦zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre⟧", "figures-in-words", "high"),
    ("at_sign", "Écris à ⟦fleur@exemple⟧ ce soir", "at", "high"),
    ("at_price", "La place ⟦@⟧ 12 € ce soir", "at-price", "low"),
    ("at_in_words", "fleur ⟦arobase⟧ exemple", "address-mark", "high"),
    ("host_with_point", "Le catalogue est sur ⟦boutique-fleurs point com⟧", "host", "medium"),
    ("host_with_brackets", "Site : ⟦boutiquefleurs(.)example⟧", "host", "high"),
    ("path", "Le catalogue était sur ⟦exemple.example/m⟧enu", "address-mark", "high"),
    ("hidden_service", "Sur ⟦exemple2345exemple.onion⟧", "address-mark", "high"),
    ("underscore", "Mon snap, c'est ⟦fleur_fictive⟧ !", "token", "high"),
    ("underscore_far", "Message de ⟦fleur_fictive⟧ : bonjour à tous les lecteurs.", "token", "high"),
    ("figures_and_letters", "Ajoute ⟦kushfictif93⟧ sur snap", "token", "high"),
    ("camel_case", "Le vendeur ⟦DocFictif⟧, actif depuis un an", "token", "high"),
    ("account_number", "Parlez à ⟦nomade#1234⟧", "token", "low"),
    ("after_channel", "Snap : ⟦fleurdefictif⟧", "after-cue", "medium"),
    ("wallet", "Payer à ⟦1BoatSLRHtKNngkdXEeobR76b53LETtpyT⟧", "wallet", "high"),
    ("one_by_one", "Écrivez : ⟦f l e u r f i c t i v e⟧", "spaced", "high"),
    ("invisible", "Le compte ⟦fl\u200beur\u200b13⟧ revient.", "disguise", "high"),
    ("superscript", "Au ⟦⁰⁶ ³⁹ ⁹⁸ ¹² ³⁴⟧.", "disguise", "high"),
    ("circled", "Au ⟦⓪⑥ ③⑨ ⑨⑧ ①② ③④⟧.", "disguise", "high"),
    ("two_alphabets", "Le compte ⟦flеur⟧ revient.", "disguise", "high"),
    ("plate", "Une Clio immatriculée ⟦AB-123-CD⟧", "identifier", "medium"),
    ("paper", "Son passeport ⟦12AB34567⟧ a été saisi.", "identifier", "medium"),
    ("device", "adresse MAC ⟦00:1A:2B:3C:4D:5E⟧", "identifier", "high"),
    ("address", "Rendez-vous au ⟦12 rue d⟧es Fleurs-Fictives", "address", "medium"),
    ("address_english", "Raid at ⟦221 Foxglove Road⟧", "address", "medium"),
    ("position", "Rendez-vous à ⟦45.764043⟧", "position", "medium"),
    ("title", "M. ⟦Fictivard⟧ a déposé plainte.", "titled-name", "high"),
    ("role", "Le gendarme ⟦Cyrille Fictivard⟧ a parlé.", "name", "medium"),
    ("speech", "⟦Ludivine Fictivard⟧ raconte sa nuit.", "name", "medium"),
    ("age", "⟦Ludivine Fictivard⟧, 34 ans, a été entendue.", "name", "medium"),
    ("given_name", "On a vu ⟦Ludivine⟧ au tribunal.", "given-name", "low"),
    ("glued", "Appelez le [téléphone]⟦12⟧", "cut", "high"),
    ("pair_before", "Appelez le ⟦06 ⟧[téléphone]", "cut", "high"),
    ("pair_after", "Le [téléphone]⟦ 34⟧.", "cut", "high"),
    ("words_after", "Au [téléphone] ⟦neuf⟧ huit six, figurait", "cut", "high"),
    ("second_half", "C'est [compte] et ensuite ⟦sol77⟧", "cut", "high"),
]  # fmt: skip

# What only looks like it.
HARMLESS = [
    ("amounts", "Les saisies atteignent 1 600 tonnes et 2 550 000 euros, soit 12 345 678 habitants."),
    ("decimals", "Bitcoin vaut 57 543,69 € ; 0,5 g à 3.14159 €."),
    ("dates", "Du 01.02.2020 au 03/04/2021, le 2021-03-11 à 12h44, en 2010 2011 2012 2013."),
    ("law", "Article L. 3421-1 du code, loi n° 70-1320, articles 222-34 à 222-39, CAS 50-36-2."),
    ("help_line", "Drogues info service : 0 800 23 13 13, gratuit."),
    ("ages_in_words", "Âgés de quarante-quatre, quarante-sept et trente-cinq ans, ils ont nié."),
    ("doses_in_words", "Il prenait un, deux ou trois comprimés, parfois quatre."),
    ("sentence_ends", "Fin de l'histoire. Me voilà. Le prix baisse.La suite demain, eu égard au reste."),
    ("substances", "3-MMC, 4-MMC, 2C-B, MDMA, GHB/GBL, THC, CO2, 4F-MPH et 1P-LSD au contact des jeunes."),
    ("units", "10g à 50e, 24h/24, 7j/7, 2x5g, 100mg, livraison 20h30, contact par message."),
    ("brands", "Sur WhatsApp, TikTok et YouTube, contact par messagerie, sur iPhone."),
    ("channel_and_word", "Snapchat : le nouveau marché de la drogue. Telegram : une enquête."),
    ("places", "À Saint-Denis, selon Le Monde, la préfecture de Seine-Saint-Denis raconte l'affaire de Villeurbanne."),
    ("named_after", "L'hôpital Georges-Pompidou et le lycée Marie-Curie sont concernés."),
    ("role_alone", "The Minister said that Canada and Thailand were concerned. In Amman said the officer."),
    ("placeholders", "Appelez [nom] au [téléphone] ou par [courriel], [adresse] 69003 Lyon. [nom], 34 ans, et [compte]."),
    ("cue_glued", "Tél[téléphone] Insta[compte]"),
    ("street_without_number", "La rue de la République et la place Bellecour sont calmes."),
]  # fmt: skip


def read(tagged: str) -> tuple[str, int, int]:
    start = tagged.index("⟦")
    return tagged.replace("⟦", "").replace("⟧", ""), start, tagged.index("⟧") - 1


@pytest.mark.parametrize(
    ("tagged", "reason", "severity"), [r[1:] for r in PLANTED], ids=[r[0] for r in PLANTED]
)
def test_a_planted_leftover_is_pointed_at(tagged: str, reason: str, severity: str) -> None:
    text, start, end = read(tagged)
    found = [
        (item.reason, item.severity)
        for item in leftovers(text, "fr")
        if item.start < end and start < item.end
    ]
    assert found == [(reason, severity)]


@pytest.mark.parametrize("text", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_ordinary_text_is_left_in_peace(text: str) -> None:
    assert [(item.reason, text[item.start : item.end]) for item in leftovers(text, "fr")] == []


def test_the_worst_comes_first() -> None:
    text = "On a vu Ludivine au marché. Il a noté 639981234 sur un bout de papier gris, rien de plus. Appelez le 06 39 98 12 34."
    found = leftovers(text, "fr")
    assert [item.severity for item in found] == sorted((i.severity for i in found), key=SEVERITIES.index)
    assert [item.severity for item in found] == ["high", "medium", "low"]


@given(
    st.text(alphabet="aé1 06@._[]:/\n+AZоⓐ👉puis point com[téléphone]", max_size=300),
    st.sampled_from(["fr", "en", "und"]),
)
@settings(max_examples=150, deadline=None)
def test_leftovers_lie_in_the_text_apart_and_never_in_a_placeholder(text: str, lang: str) -> None:
    found = sorted(leftovers(text, lang), key=lambda item: item.start)
    assert all(0 <= item.start < item.end <= len(text) for item in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    spots = placeholder_spans(text)
    assert not [item for item in found for start, end in spots if item.start < end and start < item.end]


def test_the_window_shows_the_words_around_on_one_line() -> None:
    text = "Avant.\n\nAppelez le 06 39 98 12 34\nce soir, merci."
    before, inside, after = window(text, leftovers(text, "fr")[0])
    assert (before, inside, after) == ("Avant. Appelez le ", "06 39 98 12 34", " ce soir, merci.")


def test_every_reason_has_words_and_every_shape_a_reason() -> None:
    data = data_toml("redaction", "audit.toml")
    assert all(entry["why"] and re.compile(entry["pattern"]) for entry in data["shape"] + data["harmless"])
    assert {entry["reason"] for entry in data["shape"]} <= set(data["reason"])
    assert all(what(reason) and entry["severity"] in SEVERITIES for reason, entry in data["reason"].items())
    untested = set(data["reason"]) - {row[2] for row in PLANTED}
    assert untested == set()


def test_contacts_that_were_not_redacted_are_pointed_at() -> None:
    """The cases of the redactor, not redacted: a second opinion that misses a tenth of them is none."""
    cases = tomllib.loads((CASES / "redteam_redaction.toml").read_text(encoding="utf-8"))["case"]
    hits = of = 0
    for case in (c for c in cases if c["kind"] != "name"):
        text, spans = "", []
        for char in case["text"]:
            if char == "[":
                spans.append(len(text))
            elif char == "]":
                spans[-1] = (spans[-1], len(text))
            else:
                text += {"⟦": "[", "⟧": "]"}.get(char, char)
        found = leftovers(text, case["lang"])
        hits += sum(any(i.start < end and start < i.end for i in found) for start, end in spans)
        of += len(spans)
    assert hits / of >= 0.95


# The verb


def run(*args: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args], input=stdin)


# What the redactor removes, and two things that it leaves because nothing announces them.
LETTER = "Bonjour,\n\nAppelez le 06 39 98 12 34. Message de fleur_fictive_93 et de kub_fictif.\n"
REMOVED = "39 98 12 34"


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "a.txt").write_text(LETTER, encoding="utf-8")
    (folder / "b.txt").write_text("À Lyon, le gramme se vend 60 €.\n", encoding="utf-8")
    return folder


def left_of(letters: Path) -> list[str]:
    document = redact(RawDocument(path="a.txt", format="plain", text=LETTER))
    found = leftovers(document.text, document.lang)
    assert len(found) >= 2, "the redactor removes what these tests are about: plant something else"
    return [document.text[item.start : item.end] for item in found]


def test_the_verb_counts_and_shows_what_may_be_left(letters: Path) -> None:
    left = left_of(letters)
    result = run("redact", "--audit", letters)
    assert result.exit_code == 0
    assert REMOVED not in result.output
    assert re.search(r"^phone +1$", result.stdout, re.MULTILINE)
    assert all(f"⟦{token}⟧" in result.stdout for token in left)
    assert re.search(r"made-up word  \S*a\.txt:\d+$", result.stdout, re.MULTILINE)
    assert "2 documents, 1 with suspicious leftovers" in result.stderr
    assert "keep no copy" in result.stderr
    assert not [token for token in left if token in result.stderr]


def test_the_verb_as_json(letters: Path) -> None:
    told = json.loads(run("redact", "--audit", letters, "--format", "json").stdout)
    assert (told["documents"], told["removed"]["phone"]) == (2, 1)
    assert [item["text"] for item in told["leftovers"]] == left_of(letters)
    assert sum(told["left"].values()) == len(told["leftovers"])
    assert [sum(file["left"].values()) for file in told["files"]] == [len(told["leftovers"]), 0]
    item = told["leftovers"][0]
    text = json.loads(run("redact", letters / "a.txt", "--format", "json").stdout)["text"]
    assert text[item["start"] : item["end"]] == item["text"]


def test_nothing_suspicious_says_so(letters: Path) -> None:
    result = run("redact", "--audit", letters / "b.txt")
    assert (result.exit_code, result.stdout) == (0, "nothing was removed\n")
    assert "0 with suspicious leftovers (none)" in result.stderr


def test_the_limit_says_how_many_more(letters: Path) -> None:
    result = run("redact", "--audit", letters, "--limit", "1")
    assert result.stdout.count("⟦") == 1
    assert "more: --limit" in result.stderr


def test_what_cannot_be_read_is_named_and_the_rest_is_audited(letters: Path) -> None:
    (letters / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    result = run("redact", "--audit", letters)
    assert result.exit_code == 1
    assert "scan.png" in result.stderr and "⟦" in result.stdout


def test_judging_prints_only_counts(letters: Path) -> None:
    left = left_of(letters)
    result = run("redact", "--audit", "--judge", letters, stdin="y\nn\n")
    assert not [token for token in left if token in result.stdout]
    assert all(f"⟦{token}⟧" in result.stderr for token in left[:2])
    head, _, row = result.stdout.splitlines()[:3]
    assert head.split() == ["reason", "left", "false", "alarm", "not", "judged"]
    assert row.split() == ["token", "1", "1", str(len(left) - 2)]


def test_judging_may_stop_early(letters: Path) -> None:
    result = run("redact", "--audit", "--judge", letters, stdin="q\n")
    assert result.stdout.splitlines()[2].split() == ["token", "0", "0", str(len(left_of(letters)))]


@pytest.mark.parametrize(
    "wrong", [["--limit", "3"], ["--judge"], ["--audit", "--judge", "-"]], ids=lambda w: " ".join(w)
)
def test_wrong_use(letters: Path, wrong: list[str]) -> None:
    assert run("redact", letters / "b.txt", *wrong).exit_code == 2


def test_the_audit_leaves_no_file(letters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(letters.parent)
    before = sorted(letters.parent.rglob("*"))
    run("redact", "--audit", letters)
    assert sorted(letters.parent.rglob("*")) == before
