"""Writes one invented document in the format that its file name asks for.

In: a Document (title, byline, date, paragraphs). Out: bytes, the same for the same document.
Left out: formats of containers' sources other than JSON Lines and the channel export.
"""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Protocol


class Doc(Protocol):
    path: str
    lang: str
    published: str
    title: str
    byline: str
    text: str


MONTHS = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
EPOCH = (1980, 1, 1, 0, 0, 0)


def paragraphs(doc: Doc) -> list[str]:
    return [part.strip() for part in doc.text.split("\n\n") if part.strip()]


def long_date(doc: Doc) -> str:
    year, month, day = doc.published.split("-")
    first = "1er" if doc.lang == "fr" and day == "01" else str(int(day))
    return f"{first} {MONTHS[doc.lang][int(month) - 1]} {year}"


def byline(doc: Doc) -> str:
    return f"{'Par' if doc.lang == 'fr' else 'By'} {doc.byline}"


def write_text(doc: Doc) -> bytes:
    body = [byline(doc)] if doc.byline else []
    head = f"{doc.published}\n" + (f"{doc.title}\n\n" if doc.title else "\n")
    return (head + "\n\n".join([*body, *paragraphs(doc)]) + "\n").encode()


# Furniture holds figures on purpose: a reader that lets it through adds facts that no article states.
FURNITURE = {
    "fr": {
        "nav": "Accueil;Région;Faits divers;Sports;Services",
        "ad": "Publicité — Scooters d'occasion dès 890 euros chez Roulevite, livraison offerte",
        "teaser_head": "À lire aussi",
        "teasers": "Trois hommes arrêtés avec 900 kg de cuivre;Le kilo de tomates à 4 euros : pourquoi ?",
        "box": "Recevez chaque matin notre lettre d'information. Abonnez-vous pour 1 euro le premier mois.",
        "comments_head": "Commentaires (2)",
        "comments": "Gaspard T. : chez nous c'était déjà à 20 euros le gramme en 2012 !;Mélusine34 : encore",
        "foot": "Mentions légales — Contact — Gestion des cookies",
    },
    "en": {
        "nav": "Home;Local;Crime;Sport;Jobs",
        "ad": "Advertisement — City scooters from £890 at Wheelhop, free delivery",
        "teaser_head": "Read more",
        "teasers": "Three men held over 900 kg of copper;Tomatoes at £4 a kilo: why?",
        "box": "Sign up for our morning newsletter. Subscribe for £1 for the first month.",
        "comments_head": "Comments (2)",
        "comments": "Jasper T.: it was £20 a gram round here in 2012!;Nettle77: same old story.",
        "foot": "Legal notice — Contact — Cookie settings",
    },
}  # fmt: skip


def write_html(doc: Doc) -> bytes:
    words = FURNITURE[doc.lang]

    def items(key: str) -> str:
        return "".join(f"<li><a href='#'>{html.escape(item)}</a></li>" for item in words[key].split(";"))

    body = "\n".join(f"<p>{html.escape(part)}</p>" for part in paragraphs(doc))
    outlet = doc.path.split("/")[0].replace("-", " ").title()
    who = html.escape(doc.byline)
    author_meta = f'<meta name="author" content="{who}">' if who else ""
    author = f'<p class="byline author">{html.escape(byline(doc))}</p>' if who else ""
    comments = "".join(
        f'<div class="comment"><p>{html.escape(c)}</p></div>' for c in words["comments"].split(";")
    )
    return f"""<!DOCTYPE html>
<html lang="{doc.lang}">
<head>
<meta charset="utf-8">
<title>{html.escape(doc.title)} | {outlet}</title>
<meta property="og:title" content="{html.escape(doc.title)}">
<meta property="og:site_name" content="{outlet}">
<meta property="article:published_time" content="{doc.published}T08:00:00+00:00">
{author_meta}
<script>window.ads = ["slot-1"];</script>
</head>
<body>
<nav class="menu"><ul>{items("nav")}</ul></nav>
<div class="ad-banner advertisement">{html.escape(words["ad"])}</div>
<main>
<article>
<h1>{html.escape(doc.title)}</h1>
<time datetime="{doc.published}">{long_date(doc)}</time>
{author}
{body}
</article>
<aside class="related teaser"><h2>{words["teaser_head"]}</h2><ul>{items("teasers")}</ul></aside>
<div class="newsletter-box newsletter">{html.escape(words["box"])}</div>
<section id="comments" class="comments"><h2>{words["comments_head"]}</h2>{comments}</section>
</main>
<footer>{words["foot"]}</footer>
</body>
</html>
""".encode()


def zipped(members: Sequence[tuple[str, str, bool]]) -> bytes:
    """An archive of (name, text, stored without compression) whose bytes depend on nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text, stored in members:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, text.encode())
    return out.getvalue()


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def write_docx(doc: Doc) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    mime = "application/vnd.openxmlformats-officedocument.wordprocessingml"

    def para(text: str, style: str = "") -> str:
        look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f'<w:p>{look}<w:r><w:t xml:space="preserve">{html.escape(text)}</w:t></w:r></w:p>'

    lead = [para(byline(doc))] if doc.byline else []
    body = "".join([para(doc.title, "Title"), *lead, *(para(part) for part in paragraphs(doc))])
    types = (
        f'{XML}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{mime}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{mime}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )
    core = (
        f'{XML}<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{html.escape(doc.title)}</dc:title><dc:creator>{html.escape(doc.byline)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{doc.published}T08:00:00Z</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{doc.published}T08:00:00Z</dcterms:modified>'
        "</cp:coreProperties>"
    )
    rels = (
        f'{XML}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    )
    doc_rels = (
        f'{XML}<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/></Relationships>'
    )
    styles = (
        f'{XML}<w:styles xmlns:w="{word}"><w:style w:type="paragraph" w:styleId="Title">'
        '<w:name w:val="Title"/><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style></w:styles>'
    )
    document = f'{XML}<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
    return zipped([
        ("[Content_Types].xml", types, False),
        ("_rels/.rels", rels, False),
        ("docProps/core.xml", core, False),
        ("word/document.xml", document, False),
        ("word/_rels/document.xml.rels", doc_rels, False),
        ("word/styles.xml", styles, False),
    ])  # fmt: skip


def write_odt(doc: Doc) -> bytes:
    ns = "urn:oasis:names:tc:opendocument:xmlns"
    lead = f"<text:p>{html.escape(byline(doc))}</text:p>" if doc.byline else ""
    body = "".join(f"<text:p>{html.escape(part)}</text:p>" for part in paragraphs(doc))
    content = (
        f'{XML}<office:document-content xmlns:office="{ns}:office:1.0" xmlns:text="{ns}:text:1.0" '
        'office:version="1.3"><office:body><office:text>'
        f'<text:h text:outline-level="1">{html.escape(doc.title)}</text:h>{lead}{body}'
        "</office:text></office:body></office:document-content>"
    )
    meta = (
        f'{XML}<office:document-meta xmlns:office="{ns}:office:1.0" xmlns:meta="{ns}:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta>'
        f"<dc:title>{html.escape(doc.title)}</dc:title><dc:language>{doc.lang}</dc:language>"
        f"<meta:creation-date>{doc.published}T08:00:00</meta:creation-date><dc:date>{doc.published}T08:00:00</dc:date>"
        "</office:meta></office:document-meta>"
    )
    mime = "application/vnd.oasis.opendocument.text"
    manifest = (
        f'{XML}<manifest:manifest xmlns:manifest="{ns}:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return zipped([
        ("mimetype", mime, True),
        ("content.xml", content, False),
        ("meta.xml", meta, False),
        ("META-INF/manifest.xml", manifest, False),
    ])  # fmt: skip


def write_epub(doc: Doc) -> bytes:
    body = "\n".join(f"<p>{html.escape(part)}</p>" for part in paragraphs(doc))
    container = (
        '<?xml version="1.0"?><container version="1.0" '
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
        "</rootfiles></container>"
    )
    opf = (
        '<?xml version="1.0" encoding="utf-8"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{html.escape(doc.path)}</dc:identifier>'
        f"<dc:title>{html.escape(doc.title)}</dc:title>"
        f"<dc:language>{doc.lang}</dc:language><dc:date>{doc.published}</dc:date>"
        f'<meta property="dcterms:modified">{doc.published}T08:00:00Z</meta></metadata>'
        '<manifest><item id="c1" href="chapter.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
        '<spine><itemref idref="c1"/></spine></package>'
    )
    page = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{}</title></head>'
    title = html.escape(doc.title)
    nav = (
        page.format(title) + '<body><nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol><li>'
        f'<a href="chapter.xhtml">{title}</a></li></ol></nav></body></html>'
    )
    return zipped([
        ("mimetype", "application/epub+zip", True),
        ("META-INF/container.xml", container, False),
        ("OEBPS/book.opf", opf, False),
        ("OEBPS/nav.xhtml", nav, False),
        ("OEBPS/chapter.xhtml", page.format(title) + f"<body><h1>{title}</h1>{body}</body></html>", False),
    ])  # fmt: skip


def write_eml(doc: Doc) -> bytes:
    """A newsletter with a plain part and an HTML part, addresses in reserved domains."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Lettre Carrefour <lettre@carrefour-rdr.example>"
    message["To"] = "abonnes@carrefour-rdr.example"
    message["Subject"] = doc.title
    year, month, day = doc.published.split("-")
    message["Date"] = f"{int(day)} {MONTHS['en'][int(month) - 1][:3]} {year} 08:00:00 +0000"
    message["Message-ID"] = f"<{doc.published}@carrefour-rdr.example>"
    leave = "Pour ne plus recevoir cette lettre : desinscription@carrefour-rdr.example"
    message.set_content("\n\n".join([*paragraphs(doc), leave]) + "\n", cte="8bit")
    body = "".join(f"<p>{html.escape(part)}</p>" for part in paragraphs(doc))
    message.add_alternative(
        f"<html><body>{body}<p><small>{leave}</small></p></body></html>", subtype="html", cte="8bit"
    )
    message.set_boundary("=-vigie-demo-boundary-=")
    return message.as_bytes()


def write_pdf(doc: Doc) -> bytes:
    """A report in two columns with a running head and page numbers, through typst."""
    import typst

    def escaped(text: str) -> str:
        return "".join("\\" + c if c in "\\#$*_`@<>[]~=-+/'\"" else c for c in text)

    head = escaped(doc.path.split("/")[0].replace("-", " ").title() + " — " + long_date(doc))
    source = (
        f'#set document(title: "{doc.title}", date: datetime(year: {int(doc.published[:4])}, '
        f"month: {int(doc.published[5:7])}, day: {int(doc.published[8:])}))\n"
        f'#set text(font: "Libertinus Serif", size: 12pt, lang: "{doc.lang}", hyphenate: true)\n'
        "#set par(justify: true)\n"
        f'#set page(paper: "a6", columns: 2, margin: 12mm, numbering: "1 / 1", '
        f"header: text(size: 6pt)[{head}])\n"
        f'#place(top + center, scope: "parent", float: true)[#text(size: 12pt, weight: "bold", hyphenate: false)'
        f"[{escaped(doc.title)}] "
        f"#linebreak() {escaped(long_date(doc))}]\n\n"
        + "\n\n".join(escaped(part) for part in paragraphs(doc))
        + "\n"
    )
    return bytes(typst.compile(source.encode(), format="pdf"))


def write_jsonl(docs: Sequence[Doc]) -> bytes:
    rows = [
        {"id": f"{n:03d}", "title": doc.title, "published": doc.published, "lang": doc.lang, "text": doc.text,
         "author": doc.byline}
        for n, doc in enumerate(docs, 1)
    ]  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def write_channel(docs: Sequence[Doc]) -> bytes:
    """A desktop export of a public channel; one message a document."""
    messages: list[dict[str, Any]] = []
    for n, doc in enumerate(docs, 1):
        text: Any = doc.text if not doc.title else [{"type": "bold", "text": doc.title}, "\n\n" + doc.text]
        messages.append({
            "id": n, "type": "message", "date": f"{doc.published}T12:00:00", "date_unixtime": "0",
            "from": "Info Santé Rives", "from_id": "channel1000000000", "text": text,
        })  # fmt: skip
    export = {"name": "Info Santé Rives", "type": "public_channel", "id": 1000000000, "messages": messages}
    return (json.dumps(export, ensure_ascii=False, indent=1) + "\n").encode()


WRITERS: dict[str, Callable[[Any], bytes]] = {
    ".txt": write_text,
    ".html": write_html,
    ".pdf": write_pdf,
    ".docx": write_docx,
    ".odt": write_odt,
    ".epub": write_epub,
    ".eml": write_eml,
}
