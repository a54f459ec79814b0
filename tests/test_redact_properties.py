"""What holds of every text: redacting twice changes nothing, offsets are valid, placeholders stay, planted contacts go.

Texts are mixed from the tables of cases, contacts, names, placeholders and letters that look like others; none is anybody's.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vigie.model.document import TITLE_SEPARATOR, RawDocument
from vigie.redact import find_contacts, redact
from vigie.redact.names import find_names
from vigie.redact.spans import placeholder_spans, placeholders
from vigie.text.normalise import fold

CASES = Path(__file__).parent / "cases"
TABLES = ("redact_contacts.toml", "redact_names.toml", "redteam_redaction.toml")


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.replace("\\]", "]")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


TEXTS = [t for name in TABLES for t in strings(tomllib.loads((CASES / name).read_text("utf-8")))]
BARE = [re.sub(r"[\[\]]", "", text) for text in TEXTS]
GLUE = [
    "",
    " ",
    ", ",
    "\n",
    ". ",
    " et ",
    " : ",
    "/",
    "-",
    "_",
    "(",
    ")",
    "«\u00a0",
    "\u202f»",
    "@",
    ".",
    "|",
]
STRANGE = [
    "\u200b",
    "\u0301",
    "É",
    "ß",
    "İ",
    "ﬁ",
    "٣",
    "①",
    "\U0001d7d8",
    "😀",
    "👻",
    "\u2028",
    "\x0b",
    "\ud800",
    "Привет",
    "ʼ",
    "€",
    "¤",
]
PLACEHOLDERS = sorted({word for lang in ("fr", "en") for word in placeholders(lang).values()})
PIECE = st.one_of(
    st.sampled_from(BARE), st.sampled_from(TEXTS), st.sampled_from(GLUE), st.sampled_from(STRANGE), st.sampled_from(PLACEHOLDERS), st.text(max_size=6)
)  # fmt: skip
MIX = st.lists(st.one_of(PIECE, st.sampled_from(GLUE)), max_size=14).map("".join)
SHORT = st.lists(st.one_of(PIECE, st.sampled_from(GLUE)), max_size=4).map("".join)
KNOWN = st.sampled_from([(), ("Martin Dupuis",), ("Zélie Fontarel", "Rédaction Le Parisien"), ("al de",)])
CALM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def raw(
    text: str, title: str = "", path: str = "a.txt", outlet: str = "", known: tuple[str, ...] = ()
) -> RawDocument:
    return RawDocument(path=path, format="text", title=title, text=text, outlet=outlet, extra_names=known)


@CALM
@example(text="Call [(202) (555-0143] now.fr" * 8, title="", path="", outlet="", known=())
@example(
    text="le 2001:db8::1 mot mot mot mot mot mot mot mot mot x 2001:db8::2 fin",
    title="",
    path="",
    outlet="",
    known=(),
)
@example(text="", title="", path="", outlet="Appelle au 06 39 98 12 34 ce soir.4111 1111 1111 1111", known=())
@given(text=MIX, title=SHORT, path=SHORT, outlet=SHORT, known=KNOWN)
def test_twice_changes_nothing(text: str, title: str, path: str, outlet: str, known: tuple[str, ...]) -> None:
    once = redact(raw(text, title, path, outlet, known))
    again = redact(raw(once.text[once.body_start :], once.title, once.path, once.outlet, known))
    assert (again.text, again.title) == (once.text, once.title)
    assert again.redactions == {}
    if again.lang == once.lang:
        assert (again.path, again.outlet) == (once.path, once.outlet)


@CALM
@given(text=MIX, title=SHORT)
def test_title_and_body_stay_where_they_are(text: str, title: str) -> None:
    clean = redact(raw(text, title))
    assert clean.text.startswith(clean.title)
    assert bool(clean.title) == bool(title.split())
    if clean.title:
        assert clean.text[len(clean.title) : clean.body_start] == TITLE_SEPARATOR
    assert "\n" not in clean.title


@CALM
@given(text=MIX, lang=st.sampled_from(["fr", "en", "und", "de"]))
def test_offsets_are_valid(text: str, lang: str) -> None:
    found = find_contacts(text, lang)
    assert all(0 <= r.start < r.end <= len(text) and r.kind in placeholders(lang) for r in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    kept = placeholder_spans(text)
    assert not any(r.start < end and start < r.end for r in found for start, end in kept)
    assert all(0 <= r.start < r.end <= len(text) and r.kind == "name" for r in find_names(text, fold(text)))


@CALM
@given(text=MIX)
def test_placeholders_stay_and_the_rest_is_counted(text: str) -> None:
    clean = redact(raw(text))
    before = Counter(text[a:b] for a, b in placeholder_spans(text))
    after = Counter(clean.text[a:b] for a, b in placeholder_spans(clean.text))
    assert before - after == Counter()
    assert sum(after.values()) - sum(before.values()) <= sum(clean.redactions.values())


PLANTED = (
    "zorvex675@courrier.example.org",
    "https://t.me/qelbix75",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "+33 6 39 98 12 34",
)


@CALM
@given(before=MIX, planted=st.sampled_from(PLANTED), after=MIX)
def test_a_contact_goes_whatever_stands_around_it(before: str, planted: str, after: str) -> None:
    assert planted not in redact(raw(f"{before}\n{planted}\n{after}")).text.split("\n")
