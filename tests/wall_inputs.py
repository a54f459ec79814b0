"""A folder with a file of every format, contacts planted in every place that the format has.

In: nothing. Out: (path in the folder, bytes). The text of each holds a fact and the marker. All content is invented.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from email.message import EmailMessage

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest_samples import ODF, response, warc, zipped
from wall_canaries import MARKER, Planted, plant

FACT = f"À Lyon, le gramme de cocaïne se vend 60 euros au coin du {MARKER}, selon les intervenants de rue."
MORE = (
    "En mars 2024, les douanes ont saisi 12 kg de cocaïne à Marseille, soit deux fois plus que l'an dernier."
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CARD = 'id = "essai"\nname = "Journal d\'essai"\nkind = "press"\ngrade = "B"\n'
LAWFUL = 'id = "canal"\nname = "Essai"\nkind = "chat"\ngrade = "D"\nlegal_basis = "accord, joindre {}"\n'


def files() -> Iterator[tuple[str, bytes]]:
    """All inputs; the first folder of a path is the reader's name."""
    yield "presse/source.toml", CARD.encode()
    for kind, make in MAKERS.items():
        for name, data in make():
            yield f"presse/{kind}/{name}", data
    yield from named()


def _texts() -> Iterator[tuple[str, bytes]]:
    p = [plant(f"text {place}") for place in ("title", "body", "link", "image", "comment", "table")]
    yield (
        "a.txt",
        f"2024-03-11\n\nLe prix baisse, dit {p[0].text()}\n\n{FACT} {p[1].text()}\n{MORE}\n".encode(),
    )
    yield (
        "b.md",
        f'# Le prix\n\n{FACT}\n\n[site]({p[2].url} "{p[2].text()}") ![{p[3].text()}]({p[3].url})\n\n<!-- {p[4].text()} -->\n\n'
        f"| qui | où |\n|---|---|\n| {p[5].name} | {p[5].street} |\n\n{MORE}\n".encode(),
    )
    yield "note.md", field_note().encode()
    wide = plant("text utf-16")
    yield "c.txt", f"2024-03-11\n\nTitre\n\n{FACT} {wide.text()}\n".encode("utf-16")


def field_note() -> str:
    """A field note with contacts in all of its fields, beside them and in its comments."""

    def at(place: str) -> str:
        return plant(f"field note {place}").text()

    lines = [
        f"Lieu : Lyon, {at('place')}", f"Période : mars 2024, {at('period')}", f"Qui le dit (rôle) : usager, {at('who')}",
        f"Certitude : vu, {at('sure')}", f"Produit : cocaïne, {at('product')}", f"Prix : 60 € le g, {at('price')}",
        f"Forme : poudre, {at('form')}", f"Effets : {FACT} {at('effects')}", f"Façon d'acheter : en rue, {at('buying')}",
    ]  # fmt: skip
    return f"<!-- vigie:field-note {at('comment')} -->\n\n" + "\n".join(lines) + f"\n\n{MORE} {at('free')}\n"


def page() -> str:
    """A web page with contacts in all of its places."""

    def at(place: str) -> Planted:
        return plant(f"html {place}")

    author = at("author")
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": f"Le prix baisse {at('json-ld headline').text()}",
        "datePublished": "2024-03-11", "description": at("json-ld description").text(), "keywords": [at("json-ld keywords").account],
        "author": {"@type": "Person", "name": author.name, "email": author.email, "url": author.url, "telephone": author.phone},
        "publisher": {"@type": "Organization", "name": f"Le blog de {at('json-ld publisher').name}"},
        "comment": [{"author": {"name": at("json-ld comment").name}, "text": at("json-ld comment text").text()}],
        "image": at("json-ld image").url, "mainEntityOfPage": at("json-ld page").url,
    }  # fmt: skip
    metas = "".join(
        f'<meta {kind}="{name}" content="{at(name).text()}">'
        for kind, name in [
            ("name", "description"), ("name", "author"), ("name", "keywords"), ("name", "twitter:creator"), ("property", "og:title"),
            ("property", "og:description"), ("property", "og:site_name"), ("property", "og:url"), ("property", "article:author"),
            ("name", "dc.creator"), ("name", "dc.publisher"), ("name", "generator"), ("itemprop", "author"),
        ]
    )  # fmt: skip
    hidden = "".join(
        f"{start}{at(place).text()}{end}"
        for place, start, end in [
            ("comment", "<!--", "-->"), ("hidden", "<p hidden>", "</p>"), ("not displayed", '<p style="display:none">', "</p>"),
            ("script", "<script>var a = '", "';</script>"), ("style", "<style>a::after{content:'", "'}</style>"),
            ("noscript", "<noscript>", "</noscript>"), ("template", "<template>", "</template>"), ("svg", "<svg><title>", "</title></svg>"),
            ("button", "<button>", "</button>"), ("option", "<select><option>", "</option></select>"), ("footer", "<footer>", "</footer>"),
            ("form", "<form><textarea>", "</textarea></form>"), ("reader comment", '<section id="comments"><p>', "</p></section>"),
        ]
    )  # fmt: skip
    attributes = "".join(
        start + getattr(at(place), what)() + end if what == "text" else start + str(getattr(at(place), what)) + end
        for place, what, start, end in [
            ("img alt", "text", '<img src="a.png" alt="', '">'), ("img title", "text", '<img src="a.png" title="', '">'),
            ("img src", "url", '<img src="', '">'), ("a href", "url", '<a href="', '">un forum</a>'), ("a title", "text", '<a href="#" title="', '">ici</a>'),
            ("mailto", "email", '<a href="mailto:', '">écrire</a>'), ("tel", "phone", '<a href="tel:', '">appeler</a>'), ("data", "text", '<p data-x="', '">Un mot.</p>'),
            ("aria", "text", '<p aria-label="', '">Un autre mot.</p>'), ("video", "url", '<video src="', '"></video>'), ("iframe", "url", '<iframe src="', '"></iframe>'),
            ("input", "text", '<input value="', '">'), ("id", "account", '<p id="', '">Encore un mot.</p>'), ("cite", "url", '<blockquote cite="', '">Cité.</blockquote>'),
        ]
    )  # fmt: skip
    shown = "".join(
        f"<{tag}>{at(tag).text()}</{tag}>"
        for tag in ("p", "blockquote", "li", "figcaption", "td", "aside", "h2", "pre")
    )
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{at("title").text()}</title>{metas}'
        f'<link rel="author" href="{at("link rel").url}"><link rel="canonical" href="{at("canonical").url}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script></head><body><h1>Le prix baisse</h1>'
        f'<p class="byline">Par <span rel="author">{at("byline").name}</span></p><article><p>{FACT}</p>{shown}{attributes}<p>{MORE}</p>{hidden}</article>'
        "</body></html>"
    )


def _pages() -> Iterator[tuple[str, bytes]]:
    yield "a.html", page().encode()
    yield "b.html", small_page().encode()


def small_page() -> str:
    """A page of three lines, contacts in its headline."""
    titled = plant("html h1").text()
    return f"<html><body><h1>Le prix, dit {titled}</h1><p>{FACT}</p><p>{MORE}</p></body></html>"


def _pdfs() -> Iterator[tuple[str, bytes]]:
    yield "a.pdf", pdf()


def pdf(**more: object) -> bytes:
    """A PDF: information, outline, notes, links, a form, XMP and an attachment."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **more)
    canvas.setTitle(f"Bulletin {plant('pdf title').text()}")
    for setter, place in (
        (canvas.setAuthor, "author"), (canvas.setSubject, "subject"), (canvas.setKeywords, "keywords"), (canvas.setCreator, "creator"),
        (canvas.setProducer, "producer"),
    ):  # fmt: skip
        setter(plant(f"pdf {place}").text())
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry(plant("pdf outline").text(), "a")
    canvas.linkURL(plant("pdf link").url, (60, 600, 200, 620))
    canvas.textAnnotation(plant("pdf note").text(), (60, 500, 200, 520))
    canvas.acroForm.textfield(
        name=plant("pdf field name").account, value=plant("pdf field").text(), x=60, y=100
    )
    y = 760
    for line in (FACT, plant("pdf text").text(), MORE):
        words = line.split()
        for n in range(0, len(words), 9):
            canvas.drawString(60, y, " ".join(words[n : n + 9]))
            y -= 16
        y -= 16
    canvas.drawString(60, 40, f"Contact : {plant('pdf foot').email}")
    canvas.showPage()
    canvas.save()
    xmp, attached = plant("pdf xmp"), plant("pdf attachment")
    extra = (
        f"<x:xmpmeta><dc:creator>{xmp.text()}</dc:creator></x:xmpmeta>",
        f"<</Type/Filespec/F({attached.account}.txt)/UF({attached.name})>>",
    )
    return buffer.getvalue() + "".join(
        f"\n{9000 + n} 0 obj<</Length {len(t)}>>stream\n{t}\nendstream endobj" for n, t in enumerate(extra)
    ).encode("latin-1", "replace")


def _docx() -> Iterator[tuple[str, bytes]]:
    def at(place: str) -> Planted:
        return plant(f"docx {place}")

    def run(text: str) -> str:
        return f"<w:r><w:t>{text.replace('&', '&amp;')}</w:t></w:r>"

    def paragraph(text: str) -> str:
        return f"<w:p>{run(text)}</w:p>"

    linked = at("hyperlink")
    body = (
        f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{run("Le prix, dit " + at("title").text())}</w:p>{paragraph(FACT)}{paragraph(at("body").text())}'
        f'<w:p><w:hyperlink r:id="rId9" w:tooltip="{at("tooltip").account}">{run("un lien")}</w:hyperlink></w:p>'
        f'<w:p><w:ins w:author="{at("ins author").name}">{run(at("inserted").text())}</w:ins><w:del w:author="{at("del author").name}">'
        f"<w:r><w:delText>{at('deleted').account}</w:delText></w:r></w:del></w:p>"
        f'<w:p><w:r><w:drawing><docPr descr="{at("image alt").account}" title="{at("image title").name}" name="{at("image name").email}"/></w:drawing></w:r></w:p>'
        f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{at('hidden').account}</w:t></w:r></w:p>"
        f"<w:tbl><w:tr><w:tc>{paragraph(at('cell').text())}</w:tc></w:tr></w:tbl>"
        f'<w:p><w:r><w:instrText>HYPERLINK "{at("field").email}"</w:instrText></w:r></w:p>{paragraph(MORE)}'
    )
    core = "".join(
        f"<{tag}>{at(tag).text().replace('&', '&amp;')}</{tag}>"
        for tag in (
            "dc:title",
            "dc:subject",
            "dc:creator",
            "dc:description",
            "c:lastModifiedBy",
            "c:keywords",
            "c:category",
        )
    )
    yield (
        "a.docx",
        zipped(
            {
                "[Content_Types].xml": "<Types/>",
                "word/document.xml": f'<w:document {W} xmlns:r="r"><w:body>{body}</w:body></w:document>',
                "word/footnotes.xml": f"<w:footnotes {W}><w:footnote>{paragraph(at('footnote').text())}</w:footnote></w:footnotes>",
                "word/comments.xml": f'<w:comments {W}><w:comment w:author="{at("comment author").name}">{paragraph(at("comment").text())}</w:comment></w:comments>',
                "word/header1.xml": f"<w:hdr {W}>{paragraph(at('header').text())}</w:hdr>",
                "word/footer1.xml": f"<w:ftr {W}>{paragraph(at('footer').text())}</w:ftr>",
                "word/_rels/document.xml.rels": f'<Relationships><Relationship Id="rId9" Target="{linked.link}"/></Relationships>',
                f"word/media/{at('member name').account}.png": b"\x89PNG",
                "docProps/app.xml": f"<Properties><Manager>{at('manager').name}</Manager><Company>{at('company').email}</Company></Properties>",
                "docProps/custom.xml": f"<Properties><property name='{at('property').account}'>{at('property value').phone}</property></Properties>",
                "docProps/core.xml": f'<c:coreProperties xmlns:c="c" xmlns:dc="http://purl.org/dc/elements/1.1/">{core}</c:coreProperties>',
            }
        ),
    )


def _odt() -> Iterator[tuple[str, bytes]]:
    def at(place: str) -> str:
        return plant(f"odt {place}").text().replace("&", "&amp;")

    body = (
        f"<text:tracked-changes><text:changed-region><office:change-info><dc:creator>{at('change author')}</dc:creator></office:change-info>"
        f'<text:deletion><text:p>{at("deleted")}</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p text:style-name="Title">Le prix baisse, dit {at("title")}</text:p>'
        f'<text:p>{FACT}</text:p><text:p>{at("body")} <text:a xlink:href="{plant("odt link").link}" office:title="{plant("odt link title").name}">lien</text:a></text:p>'
        f"<text:p>Note<office:annotation><dc:creator>{at('annotation author')}</dc:creator><text:p>{at('annotation')}</text:p></office:annotation></text:p>"
        f"<text:p>Fin<text:note><text:note-body><text:p>{at('note')}</text:p></text:note-body></text:note></text:p>"
        f"<table:table><table:table-row><table:table-cell><text:p>{at('cell')}</text:p></table:table-cell></table:table-row></table:table><text:p>{MORE}</text:p>"
    )
    meta = "".join(
        f"<{tag}>{at(tag)}</{tag}>"
        for tag in (
            "dc:title",
            "dc:subject",
            "dc:description",
            "dc:creator",
            "meta:initial-creator",
            "meta:keyword",
            "meta:user-defined",
        )
    )
    yield (
        "a.odt",
        zipped(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": f'<office:document-content {ODF} xmlns:xlink="x"><office:body><office:text>{body}</office:text></office:body></office:document-content>',
                "meta.xml": f"<office:document-meta {ODF}><office:meta>{meta}</office:meta></office:document-meta>",
                "styles.xml": f"<office:styles {ODF}><text:p>{at('header')}</text:p></office:styles>",
                f"Pictures/{plant('odt member').account}.png": b"\x89PNG",
            }
        ),
    )


def _epub() -> Iterator[tuple[str, bytes]]:
    def at(place: str) -> Planted:
        return plant(f"epub {place}")

    meta = "".join(
        f"<dc:{tag}>{at(tag).text().replace('&', '&amp;')}</dc:{tag}>"
        for tag in (
            "title",
            "creator",
            "contributor",
            "identifier",
            "description",
            "rights",
            "source",
            "subject",
        )
    )
    chapter = f"{at('chapter file').account}.xhtml"
    named = at("publisher")
    yield (
        "a.epub",
        zipped(
            {
                "mimetype": "application/epub+zip",
                "META-INF/container.xml": '<container><rootfiles><rootfile full-path="content.opf"/></rootfiles></container>',
                "content.opf": f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{meta}<dc:publisher>Le blog de {named.name}, {named.email}</dc:publisher><dc:date>2024-03</dc:date></metadata>'
                f'<manifest><item id="a" href="{chapter}" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>',
                chapter: f"<html><head><title>{at('head title').text()}</title></head><body><h1>Chapitre</h1><p>{FACT}</p><p>{at('chapter').text()}</p>"
                f'<p><a href="{at("href").url}">lien</a><img alt="{at("alt").text()}" src="{at("src").url}"/></p><p hidden="hidden">{at("hidden").text()}</p><p>{MORE}</p></body></html>',
                "toc.ncx": f"<ncx><text>{at('ncx').name}</text></ncx>",
            }
        ),
    )


def _mails() -> Iterator[tuple[str, bytes]]:
    def at(place: str) -> Planted:
        return plant(f"eml {place}")

    mail = EmailMessage()
    for header in ("From", "To", "Cc", "Reply-To", "Sender"):
        who = at(header)
        mail[header] = f"{who.name} <{who.email}>"
    mail["Subject"] = f"Le prix baisse, dit {at('Subject').text()}"
    mail["Date"] = "Mon, 11 Mar 2024 08:00:00 +0100"
    mail["Message-ID"] = f"<{at('Message-ID').email}>"
    mail["Received"] = f"from {at('Received').email} by mx.example"
    mail["X-Originating-IP"] = at("X-Originating-IP").phone
    mail["List-Unsubscribe"] = f"<{at('List-Unsubscribe').url}>"
    forwarded = at("forwarded header")
    mail.set_content(
        f"{FACT}\n\n{at('plain').text()}\n\nDe : {forwarded.name} <{forwarded.email}>\nÀ : {forwarded.email}\nObjet : {forwarded.account}\n\n"
        f"Le 11 mars 2024, {at('attribution').name} a écrit :\n> {at('quoted').text()}\n\n-- \n{at('signature').text()}\n{MORE}\n",
        cte="quoted-printable",
    )
    yield "a.eml", mail.as_bytes()
    mail.add_alternative(
        f'<p>{FACT}</p><p>{at("html").text()}</p><a href="{at("href").url}">lien</a><img alt="{at("alt").text()}" src="{at("pixel").url}"><p>{MORE}</p>',
        subtype="html",
        cte="base64",
    )
    mail.add_attachment(
        at("attachment").text().encode(),
        maintype="application",
        subtype="pdf",
        filename=f"{at('attachment name').account}.pdf",
    )
    inner = EmailMessage()
    inner["From"] = at("inner from").email
    inner.set_content(at("inner").text())
    mail.add_attachment(inner)
    yield "b.eml", mail.as_bytes()


def _records() -> Iterator[tuple[str, bytes]]:
    def at(place: str) -> Planted:
        return plant(f"json {place}")

    record = {
        "title": f"Le prix, dit {at('title').text()}", "text": f"{FACT} {at('text').text()} {MORE}", "date": "2024-03-11",
        "author": {"name": at("author").name, "email": at("author email").email}, "source": f"Le blog de {at('outlet').name}",
        "url": at("url").url, "user": at("user").account, "ip": at("ip").phone, "comments": [{"text": at("comment").text()}],
        at("key").account: at("value").text(), at("key name").name: 1, "tags": [at("tag").account],
    }  # fmt: skip
    html = {
        "content": f'<p>{FACT}</p><p title="{at("html title").text()}">{at("html text").text()}</p><img alt="{at("alt").text()}"><p>{MORE}</p>'
    }
    yield (
        "a.jsonl",
        "".join(
            json.dumps(r, ensure_ascii=False) + "\n" for r in (record, html, {at("no text").account: 1})
        ).encode(),
    )
    yield "b.json", json.dumps([record]).encode()


def _chats() -> Iterator[tuple[str, bytes]]:
    yield "result.json", telegram()


def telegram(kind: str = "public_channel") -> bytes:
    """An export of a channel."""

    def at(place: str) -> Planted:
        return plant(f"telegram {place}")

    pieces = [
        FACT, {"type": "mention", "text": f"@{at('mention').account}"}, " ", {"type": "phone", "text": at("phone").phone}, " ",
        {"type": "email", "text": at("email").email}, " ", {"type": "link", "text": at("link").link}, " ",
        {"type": "text_link", "text": "ici", "href": at("href").url}, {"type": "mention_name", "text": at("mention name").name, "user_id": 1},
        " ", at("text").text(), MORE,
    ]  # fmt: skip
    message = {
        "id": 1, "type": "message", "date": "2024-03-11T10:00:00", "from": at("from").name, "from_id": at("from_id").account, "author": at("author").name,
        "forwarded_from": at("forwarded_from").name, "saved_from": at("saved_from").name, "via_bot": f"@{at('via_bot').account}", "reply_to_peer_id": at("reply").account,
        "file": f"files/{at('file').account}.jpg", "file_name": at("file_name").name, "text": pieces, "text_entities": pieces,
        "reactions": [{"type": "emoji", "emoji": "a", "recent": [{"from": at("reaction").name, "from_id": at("reaction id").account}]}],
        "contact_information": {"first_name": "Martin", "last_name": at("contact").name, "phone_number": at("contact phone").phone},
        "inline_bot_buttons": [[{"type": "url", "text": at("button").account, "data": at("button url").url}]], "poll": {"question": at("poll").text()},
    }  # fmt: skip
    service = {
        "id": 2,
        "type": "service",
        "actor": at("actor").name,
        "action": "pin_message",
        "title": at("service title").text(),
    }
    return json.dumps(
        {
            "name": f"Canal de {at('name').name}",
            "type": kind,
            "id": at("id").account,
            "about": at("about").text(),
            "messages": [message, service],
        }
    ).encode()


def _archives() -> Iterator[tuple[str, bytes]]:
    head, ip = plant("warc target"), plant("warc ip")
    one = response(head.url, page().encode()).replace(
        b"WARC-Date", f"WARC-IP-Address: {ip.phone}\r\nWARC-Date".encode(), 1
    )
    request = (
        f"WARC/1.0\r\nWARC-Type: request\r\nWARC-Target-URI: {plant('warc request').url}\r\nWARC-Date: 2026-01-05T00:00:00Z\r\n"
        f"Content-Length: 0\r\n\r\n\r\n\r\n"
    ).encode()
    empty = response(plant("warc empty page").url, b"<html><body></body></html>")
    yield "a.warc", warc(one, request, empty)
    yield "b.warc.gz", warc(response(plant("warc packed target").url, small_page().encode()), packed=True)


MAKERS: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    "pdf": _pdfs, "docx": _docx, "odt": _odt, "epub": _epub, "warc": _archives, "telegram": _chats, "json": _records, "html": _pages, "eml": _mails,
    "text": _texts,
}  # fmt: skip


def named() -> Iterator[tuple[str, bytes]]:
    """Names of files and folders that hold contacts; a chat with the card that allows it; what is refused, by name."""
    text = f"2024-03-11\n\nLe prix baisse\n\n{FACT}\n{MORE}\n"
    for place, name in (
        ("file phone", lambda p: f"appel {p.phone}.txt"), ("file email", lambda p: f"{p.email}.txt"), ("file account", lambda p: f"snap_{p.account}.txt"),
        ("file name", lambda p: f"CV {p.name}.txt"), ("file street", lambda p: f"{p.street}.txt"), ("file iban", lambda p: f"{p.iban}.txt"),
        ("file wallet", lambda p: f"{p.wallet}.txt"), ("file query", lambda p: f"page.php?user={p.account}&tel={p.phone}.txt"),
        ("folder name", lambda p: f"Mme {p.name}/a.txt"), ("folder account", lambda p: f"u/{p.account}/a.txt"), ("folder email", lambda p: f"{p.email}/a.txt"),
        ("percent", lambda p: p.email.replace("@", "%40") + ".txt"), ("link", lambda p: f"t.me_{p.account}.txt"),
    ):  # fmt: skip
        planted = plant(place)
        yield f"noms/{name(planted)}", text.replace("60", str(planted.number)).encode()
    for suffix, data in (
        (".csv", b"a,b\n"),
        (".bin", b"\0\1\2"),
        (".png", b"\x89PNG\r\n\x1a\n"),
        (".empty", b""),
        (".pdf", b"nothing"),
        (".docx", b"PK\3\4"),
    ):
        yield f"refus/{plant('refused file').email}{suffix}", data
    yield f"noms/{plant('eml with attachment').email}.eml", dict(_mails())["b.eml"]
    bad_page = response("https://a.example/", b"<html><body></body></html>")
    named_archive = warc(response("https://b.example/", small_page().encode()), bad_page)
    yield f"noms/{plant('warc with bad page').email}.warc", named_archive
    chat = plant("chat log")
    log = "".join(f"12/03/2024, 10:{n:02d} - {chat.name}: {FACT} {chat.text()}\n" for n in range(10, 15))
    yield "canal/source.toml", LAWFUL.format(plant("card legal basis").email).encode()
    yield "canal/chat.txt", log.encode()
    yield "canal/result.json", telegram("private_group")
    yield "refus/chat.txt", log.encode()
    yield "refus/result.json", telegram("private_group")
    bad = plant("folder of a bad card").email
    yield f"refus/{bad}/source.toml", b'id = "x"\n'
    yield f"refus/{bad}/a.txt", text.encode()
