"""Marks of contacts: one contact, one mark; another key, another mark; nothing to read back."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.model.contract import document_json
from vigie.model.document import CleanDocument, RawDocument, SourceCard
from vigie.redact import redact
from vigie.redact.marks import MARKED, Marker, canonical

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))

# What must have one mark, by the kind of contact it leads to. Reserved numbers, example domains and invented accounts only.
SAME = [
    ("plain", "phone", ["06 39 98 12 34", "06.39.98.12.34", "0639981234", "06/39/98/12/34", "06*39*98*12*34", "(06) 39 98 12 34", "06 39 98 12 34 poste 12"]),
    ("international", "phone", ["06 39 98 12 34", "+33 6 39 98 12 34", "+33 (0)6 39 98 12 34", "0033 6 39 98 12 34", "33 6 39 98 12 34"]),
    ("look_alikes", "phone", ["06 39 98 12 34", "O6 39 98 l2 34", "06 3998 I2 34"]),
    ("two_breaths", "phone", ["06 39 98 12 34", "06 39 98, puis 12 34", "06 39 98 et ensuite 12 34"]),
    ("words", "phone", ["06 39 98 12 34", "zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre", "zéro six, 39, quatre vingt dix huit, 12, trente quatre", "plus trente-trois six trente-neuf quatre-vingt-dix-huit douze trente-quatre"]),
    ("emoji_figures", "phone", ["06 39 98 12 34", "0️⃣6️⃣39981234", "⓪⑥39981234", "０６ ３９ ９８ １２ ３４"]),
    ("british", "phone", ["07700 900123", "+44 (0) 7700 900 123", "oh seven seven double oh nine oh oh one two three"]),
    ("american", "phone", ["(202) 555-0121", "+1 202.555.0121", "202-555-0121 ext 12"]),
    ("phone_link", "phone", ["+33 6 39 98 12 34", "wa.me/33639981234", "https://api.whatsapp.com/send?phone=33639981234&text=x", "signal.me/#p/+33639981234"]),
    ("email", "email", ["alice@exemple.fr", "Alice@Exemple.FR", "alice arobase exemple point fr", "alice [at] exemple [dot] fr", "alice(at)exemple.fr", "a l i c e @ e x e m p l e . f r", "alice@exemple,fr"]),
    ("email_parts", "email", ["bob.c@exemple.com", "bob dot c at exemple dot com"]),
    ("handle", "handle", ["@Fleur_Fictive13", "fleur_fictive13", "@ fleur_fictive13", "https://t.me/fleur_fictive13", "t(.)me/Fleur_Fictive13", "t.me slash fleur_fictive13", "tg://resolve?domain=fleur_fictive13", "snapchat.com/add/fleur_fictive13", "https://www.instagram.com/fleur_fictive13/"]),
    ("invite", "invite", ["t.me/+AbCdEf123", "https://t.me/joinchat/AbCdEf123", "tg://join?invite=AbCdEf123"]),
    ("invite_discord", "invite", ["discord.gg/abcfictif", "https://discord.com/invite/abcfictif"]),
    ("shop", "url", ["https://boutique-x.example/x", "hxxps://boutique-x[.]example/x", "www.boutique-x.example/x/", "Boutique-X.example/x?from=1#top"]),
    ("hidden_service", "onion", ["http://exemple2345exemple.onion/a/b", "exemple2345exemple.onion", "EXEMPLE2345EXEMPLE.onion"]),
    ("wallet", "wallet", ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=1"]),
    ("wallet_case", "wallet", ["0xABCDEF0123456789", "0xabcdef0123456789"]),
    ("iban", "iban", ["FR76 3000 6000 0112 3456 7890 189", "fr7630006000011234567890189"]),
    ("card", "card", ["4970-1000-0000-0014", "4970 1000 0000 0014"]),
]  # fmt: skip
REMOVED_AS = {"invite": "url", "onion": "url"}

# What must not be joined, though it looks alike.
DIFFERENT = [
    ("numbers", "phone", "06 39 98 12 34", "06 39 98 12 35"),
    ("countries", "phone", "+33 470 12 34 56", "+32 470 12 34 56"),
    ("invites_keep_their_case", "url", "t.me/+AbCdEf123", "t.me/+abcdef123"),
    ("base58_keeps_its_case", "wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1boatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("pages_of_a_host", "url", "liens.example/fleur", "liens.example/herbe"),
    ("group_is_no_account", "url", "facebook.com/groups/123456", "facebook.com/groupsfictif"),
]  # fmt: skip

# Too little is left to tell one from another, or it is no contact: no mark.
NONE = [
    ("name", "name", "Paul Fictif"), ("address", "address", "12 rue des Fleurs"), ("position", "gps", "45.7640, 4.8357"),
    ("fragment", "phone", "12 34"), ("word", "url", "localhost:8000"), ("sign", "handle", "@_"), ("no_host", "email", "alice@"),
]  # fmt: skip


def of_link(kind: str, value: str) -> str:
    """The kind under which the redactor removes it."""
    if kind in ("phone", "handle", "wallet") and re.search(
        r"(?i)://|t\(?\.\)?me|wa\.me|\.com/|signal\.me|bitcoin:", value
    ):
        return "url"
    return REMOVED_AS.get(kind, kind)


@pytest.mark.parametrize(("kind", "written"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_one_contact_has_one_form_however_written(kind: str, written: list[str]) -> None:
    forms = {value: canonical(of_link(kind, value), value) for value in written}
    assert {form and form[0] for form in forms.values()} == {kind}
    assert len(set(forms.values())) == 1, forms


@pytest.mark.parametrize(
    ("kind", "one", "two"), [row[1:] for row in DIFFERENT], ids=[r[0] for r in DIFFERENT]
)
def test_two_contacts_have_two_forms(kind: str, one: str, two: str) -> None:
    assert canonical(kind, one) != canonical(kind, two)


@pytest.mark.parametrize(("kind", "value"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_no_form(kind: str, value: str) -> None:
    assert canonical(kind, value) is None


def test_a_national_number_is_read_as_of_the_country_of_the_source() -> None:
    assert canonical("phone", "0470 12 34 56", "BE") == canonical("phone", "+32 470 12 34 56")
    assert canonical("phone", "0470 12 34 56") != canonical("phone", "+32 470 12 34 56")


def redacted(text: str, key: bytes | None = KEY, title: str = "", country: str = "") -> CleanDocument:
    card = SourceCard(id="fictif", name="Source fictive", country=country)
    raw = RawDocument(path="note.txt", format="plain", text=text, title=title, source=card)
    return redact(raw, Marker(key) if key else None)


DISGUISES = [
    "Livraison ce soir, appelez le 06 39 98 12 34 ou snap : fleur_fictive13.",
    "Dispo : zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre. Écrivez sur t(.)me/Fleur_Fictive13",
    "WhatsApp wa.me/33639981234 et Telegram @fleur_fictive13",
]


def test_reposts_of_one_contact_share_their_marks_in_documents() -> None:
    marks = [{(m.kind, m.mark) for m in redacted(text).marks} for text in DISGUISES]
    assert marks[0] == marks[1] == marks[2]
    assert {kind for kind, _ in marks[0]} == {"phone", "handle"}


def test_a_contact_said_twice_in_a_document_is_one_mark_that_counts_two() -> None:
    (mark,) = redacted("Appelez le 06 39 98 12 34.", title="Appelez le +33 6 39 98 12 34").marks
    assert (mark.kind, mark.times) == ("phone", 2)


def test_off_by_default_and_otherwise_without_effect() -> None:
    plain, marked = redacted(DISGUISES[0], None), redacted(DISGUISES[0])
    assert plain.marks == ()
    assert dataclasses.replace(marked, marks=()) == plain
    assert document_json(marked, []) == document_json(plain, [])


def test_another_key_gives_other_marks_and_another_name() -> None:
    one, two = redacted(DISGUISES[0]).marks, redacted(DISGUISES[0], OTHER_KEY).marks
    assert not {m.mark for m in one} & {m.mark for m in two}
    assert {m.key_id for m in one}.isdisjoint(m.key_id for m in two)
    assert all(re.fullmatch("[0-9a-f]{64}", m.mark) for m in one)


def test_no_representation_shows_the_key_or_the_contact() -> None:
    marker = Marker(KEY)
    shown = repr(marker) + repr(redacted(DISGUISES[0]))
    for secret in (KEY.hex(), repr(KEY), "39 98 12 34", "639981234", "fleur_fictive13"):
        assert secret not in shown
    assert not hasattr(marker, "__dict__")


@given(
    st.sampled_from(sorted({*MARKED, "name"})),
    st.text(alphabet="06 39+@./:-_[]()?#=&,;|aZé٣⑥０point at dot un deux tg http", max_size=60),
)
@settings(max_examples=400, deadline=None)
def test_any_removed_text_has_a_form_or_none(kind: str, value: str) -> None:
    found = canonical(kind, value)
    assert found is None or (found[1] and found == canonical(kind, f" {value}  "))


def test_names_and_addresses_are_never_marked() -> None:
    document = redacted("Paul Fictif, 12 rue des Fleurs, 69007 Lyon, se dit inquiet.", title="")
    assert set(document.redactions) & {"name", "address"}
    assert document.marks == ()


SIDE_BY_SIDE = [
    ("slash", "Tel : 06 39 98 12 34 / 06 39 98 12 35", 2),
    ("nothing_between", "Tel 06 39 98 12 34 06 39 98 12 35", 2),
    ("commas", "06 39 98 12 34, 06 39 98 12 35, 06 39 98 12 36", 3),
    ("lines", "Tel 06 39 98 12 34\n06 39 98 12 35", 2),
    ("same", "Tel : 0639981234 / 06 39 98 12 34", 1),
    ("links", "WhatsApp wa.me/33639981234, t.me/Fleur_fictive13", 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "count"), [row[1:] for row in SIDE_BY_SIDE], ids=[r[0] for r in SIDE_BY_SIDE]
)
def test_contacts_side_by_side_are_told_apart(text: str, count: int) -> None:
    assert len(redacted(text).marks) == count
