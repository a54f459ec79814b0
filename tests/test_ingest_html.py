"""Web pages: the article stays, the furniture goes, the page's own words about itself are read."""

from __future__ import annotations

import json

import pytest

from ingest_samples import FACT, LAST, MORE, article, page, run_here
from vigie.ingest import guard, read_stream
from vigie.ingest.html_meta import person_names
from vigie.ingest.html_page import depth
from vigie.model.document import RawDocument, SourceCard
from vigie.model.errors import InputRefused


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faster, and seen by coverage; the child process has its own tests (test_ingest_hostile)."""
    monkeypatch.setattr(guard, "run", run_here)


def read_page(html: str | bytes, name: str = "a.html") -> RawDocument:
    (document,) = read_stream(name, html.encode() if isinstance(html, str) else html)
    return document


FURNITURE = [
    # id, markup put into the page
    ("nav", "<nav><ul><li><a href='/x'>FURNITURE</a></li></ul></nav>"),
    ("newsletter_class", "<div class='c-newsletter__box'><p>FURNITURE pour 99 euros le gramme</p></div>"),
    ("newsletter_form", "<form action='/n'><p>FURNITURE, votre e-mail</p><input></form>"),
    ("ad_slot", "<div class='ad-slot' id='gpt-ad-3'><p>FURNITURE</p></div>"),
    (
        "related",
        "<aside class='related-articles'><p><a href='/y'>FURNITURE : l'héroïne à 30 euros</a></p></aside>",
    ),
    ("teaser", "<div class='teaser teaser--big'><h3>FURNITURE</h3><p>Le FURNITURE à 20 euros.</p></div>"),
    ("share", "<div class='social-share'><p>FURNITURE</p></div>"),
    ("cookie", "<div id='cookie-consent'><p>FURNITURE</p></div>"),
    (
        "comments_id",
        "<section id='comments'><article class='comment-body'><p>FURNITURE je paie 90 euros</p></article></section>",
    ),
    ("comments_list", "<ol class='commentlist'><li><p>FURNITURE 90 euros le gramme, du vol !</p></li></ol>"),
    ("comments_disqus", "<div id='disqus_thread'><p>FURNITURE 90 euros</p></div>"),
    ("reactions_fr", "<div class='bloc-commentaires'><p>FURNITURE 90 euros</p></div>"),
    ("script", "<script>var x = 'FURNITURE';</script>"),
    ("comment_markup", "<!-- FURNITURE -->"),
    ("iframe", "<iframe srcdoc='FURNITURE'>FURNITURE</iframe>"),
    ("read_also_line", "<p>Lire aussi : FURNITURE en hausse</p>"),
    ("consent_line", "<p>FURNITURE utilise votre adresse e-mail afin de vous envoyer la newsletter.</p>"),
]


@pytest.mark.parametrize("markup", [c[1] for c in FURNITURE], ids=[c[0] for c in FURNITURE])
@pytest.mark.parametrize("where", ["inside", "after"])
def test_furniture_goes_and_article_stays(markup: str, where: str) -> None:
    inner = article(FACT, MORE, LAST)
    body = inner.replace("</p><p>", f"</p>{markup}<p>", 1) if where == "inside" else inner + markup
    text = read_page(page(f"<h1>Le prix baisse</h1>{body}")).text
    assert "FURNITURE" not in text
    for sentence in (FACT, MORE, LAST):
        assert sentence in text


KEPT = [
    ("wrapper_named_newsletter", "<div class='has-newsletter'>{}</div>"),
    ("body_like_comments", "<main class='comments-open'>{}</main>"),
    ("article_body_share", "<div class='article-share' itemprop='articleBody'>{}</div>"),
    ("unrelated_class", "<div class='unrelated adventure public'>{}</div>"),
    ("table", "<table><tr><td>{}</td></tr></table>"),
]


@pytest.mark.parametrize("frame", [c[1] for c in KEPT], ids=[c[0] for c in KEPT])
def test_names_that_mean_something_else(frame: str) -> None:
    text = read_page(page("<h1>Le prix baisse</h1>" + frame.format(article()))).text
    assert FACT in text and LAST in text


def test_long_comments_do_not_win() -> None:
    comments = "".join(
        f"<div class='comment'><p>Moi {n} je la paie 90 euros, merci.</p></div>" for n in range(80)
    )
    text = read_page(page(f"{article()}<section class='comments-section'>{comments}</section>")).text
    assert "90 euros" not in text and FACT in text


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(fields)}</script>'


def meta(**fields: str) -> str:
    return "".join(f'<meta property="{k.replace("__", ":")}" content="{v}">' for k, v in fields.items())


DATES = [
    (
        "json_ld",
        ld(**{"@type": "NewsArticle", "datePublished": "2024-03-11T08:00:00+01:00"}),
        "",
        "2024-03-11",
    ),
    (
        "json_ld_graph",
        ld(**{"@graph": [{"@type": "WebSite"}, {"@type": "Article", "datePublished": "2024-03-11"}]}),
        "",
        "2024-03-11",
    ),
    (
        "json_ld_broken_then_meta",
        '<script type="application/ld+json">{"a": </script>' + meta(article__published_time="2024-03-11"),
        "",
        "2024-03-11",
    ),
    (
        "meta",
        meta(article__published_time="2024-03-11T08:00:00Z", article__modified_time="2025-01-01"),
        "",
        "2024-03-11",
    ),
    ("meta_name", '<meta name="DC.date.issued" content="2024-03">', "", "2024-03"),
    ("time_tag", "", '<time datetime="2024-03-11" class="entry-date">11 mars</time>', "2024-03-11"),
    ("modified_only", meta(article__modified_time="2024-03-12"), "", "2024-03-12"),
    ("dateline", "", "<p>Publié le 11 mars 2024 à 8h00</p>", "2024-03-11"),
    (
        "two_times_unmarked",
        "",
        '<time datetime="2001-01-01">x</time><time datetime="2002-01-01">y</time>',
        None,
    ),
    (
        "date_in_story",
        "",
        "<p>Le 3 mars 2020, la police avait saisi trois kilos de résine dans un garage.</p>",
        None,
    ),
    ("none", "", "", None),
]


@pytest.mark.parametrize(("head", "body", "expected"), [c[1:] for c in DATES], ids=[c[0] for c in DATES])
def test_publication_date(head: str, body: str, expected: str | None) -> None:
    found = read_page(page(f"<h1>Titre</h1>{body}{article()}", head)).published
    assert (str(found) if found else None) == expected


TITLES = [
    (
        "og",
        meta(og__title="Le prix baisse") + "<title>Autre</title>",
        "<h1>Le prix baisse</h1>",
        "Le prix baisse",
    ),
    ("ld_headline", ld(**{"@type": "NewsArticle", "headline": "Le prix baisse"}), "", "Le prix baisse"),
    ("h1", "", "<h1>Le prix <b>baisse</b></h1>", "Le prix baisse"),
    (
        "title_without_outlet",
        "<title>Le prix baisse | Le Courrier</title>" + meta(og__site_name="Le Courrier"),
        "",
        "Le prix baisse",
    ),
    (
        "og_with_outlet",
        meta(og__title="Le prix baisse - Le Courrier", og__site_name="Le Courrier"),
        "",
        "Le prix baisse",
    ),
    ("dash_of_the_title_stays", meta(og__title="Lyon - le prix baisse"), "", "Lyon - le prix baisse"),
    (
        "logo_h1",
        meta(og__site_name="Le Courrier"),
        "<h1>Le Courrier</h1><h1>Le prix baisse</h1>",
        "Le prix baisse",
    ),
    ("endless", f"<title>{'x' * 500}</title>", "", ""),
]


@pytest.mark.parametrize(("head", "body", "expected"), [c[1:] for c in TITLES], ids=[c[0] for c in TITLES])
def test_title(head: str, body: str, expected: str) -> None:
    document = read_page(page(body + article(), head))
    assert document.title == expected
    assert FACT in document.text


def test_title_is_not_repeated_in_the_text() -> None:
    document = read_page(
        page(f"<article><h1>Le prix baisse</h1><p>{FACT}</p><p>{MORE}</p><p>{LAST}</p></article>")
    )
    assert document.title == "Le prix baisse" and "Le prix baisse" not in document.text


def test_outlet_kind_and_authors() -> None:
    head = ld(
        **{
            "@type": "NewsArticle", "publisher": {"name": "Le Courrier fictif"},
            "author": [{"@type": "Person", "name": "Jeanne Fictive"}, {"@type": "Organization", "name": "Agence Deux Mots"}],
        }
    ) + meta(author="Paul Exemple et Jeanne Fictive")  # fmt: skip
    document = read_page(page(article(), head))
    assert (document.outlet, document.kind) == ("Le Courrier fictif", "press")
    assert document.extra_names == ("Jeanne Fictive", "Paul Exemple")


def test_source_card_knows_the_kind_better_than_the_page() -> None:
    html = page(article(), ld(**{"@type": "NewsArticle"})).encode()
    for kind, expected in (("agency", "unknown"), ("unknown", "press")):
        card = SourceCard(id="x", name="X", kind=kind)  # type: ignore[arg-type]
        (document,) = read_stream("a.html", html, source=card)
        assert document.kind == expected


AUTHORS = [
    ("plain", "Jeanne Fictive", ["Jeanne Fictive"]),
    ("two", "Par Jeanne Fictive et Paul Exemple", ["Jeanne Fictive", "Paul Exemple"]),
    ("with_agency", "Jeanne Fictive avec AFP", ["Jeanne Fictive"]),
    ("newsroom", "La rédaction", []),
    ("agency", "Agence France Presse", []),
    ("one_word", "Santé", []),
    ("handle", "@jeanne", []),
    ("address", "https://exemple.example/auteurs/jeanne", []),
    ("outlet", "Le Courrier", []),
    ("number", "Bureau 12", []),
    ("empty", "", []),
]


@pytest.mark.parametrize(("field", "expected"), [c[1:] for c in AUTHORS], ids=[c[0] for c in AUTHORS])
def test_person_names(field: str, expected: list[str]) -> None:
    assert person_names(field, "Le Courrier fictif") == expected


def test_charset_declared_in_the_page() -> None:
    html = page(article()).replace("utf-8", "iso-8859-1").encode("cp1252")
    assert FACT in read_page(html).text


def test_short_warning_page() -> None:
    text = read_page(page(f"<div><p>Alerte : {FACT}</p></div>")).text
    assert FACT in text


def test_fragment_without_html_tag_by_suffix() -> None:
    assert read_page(f"<p>{FACT}</p><p>{MORE}</p>").format == "html"
    assert read_page(f"Texte\n<p>{FACT}</p>\n<p>{MORE}</p>", "a.htm").format == "html"


REFUSED = [
    ("no_text", page("<nav>a</nav>"), "no main text"),
    ("deep", page("<div>" * 5000 + FACT), "nested"),
    ("only_comments", page(f"<div id='comments'><p>{FACT}</p></div>"), "no main text"),
    (
        "telegram_html",
        page("<div class='history'><div class=\"message default clearfix\">x</div></div>"),
        "chat",
    ),
]


@pytest.mark.parametrize(("html", "reason"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_refused(html: str, reason: str) -> None:
    with pytest.raises(InputRefused, match=reason) as refusal:
        read_page(html)
    assert refusal.value.name == "a.html"


def test_depth_ignores_tags_that_need_no_end() -> None:
    assert depth("<div><p>a<p>b<br><br><img><ul><li>x<li>y</ul></div>") == 2
