"""The empty field note: Markdown and ODT, in French or English, with a hint for each field.

In: a language. Out: text, or the bytes of a file; the same bytes each time. Words: data/templates/field_note.toml; labels:
data/grammar/field_note.toml. What it explains is never read as an answer (`vigie.ingest.field_note`).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from vigie.lexicon.note_fields import specs, words
from vigie.lexicon.terms import data_toml

_ODT = "application/vnd.oasis.opendocument.text"
_LONG_AGO = (2020, 1, 1, 0, 0, 0)  # the same bytes each time


def markdown(lang: str) -> str:
    """The template as Markdown: hints are comments."""
    said = _said(lang)
    lines = [f"<!-- {_mark(lang)} -->", f"# {said['title']}", f"<!-- {said['lead']} -->"]
    for kind, text in _parts(lang):
        if kind == "hint":
            lines[-1] += f"\n<!-- {text} -->"
        elif kind == "label":
            lines.append(f"{text} : " if lang == "fr" else f"{text}: ")
        else:
            lines.append(f"## {text}" if kind == "heading" else f"<!-- {text} -->")
    return "\n\n".join(lines) + "\n"


def odt(lang: str) -> bytes:
    """The template as an OpenDocument text: hints are small grey lines that open with the sign of hints."""
    said, sign = _said(lang), words()["layout"]["hint"]
    body = [_p("Title", said["title"]), _p("Hint", f"{sign} {said['lead']}")]
    for kind, text in _parts(lang):
        if kind == "label":
            colon = " : " if lang == "fr" else ": "
            body.append(
                f'<text:p text:style-name="Field"><text:span text:style-name="Label">{escape(text)}{colon}</text:span></text:p>'
            )
        elif kind == "heading":
            body.append(f'<text:h text:style-name="Part" text:outline-level="2">{escape(text)}</text:h>')
        else:
            body.append(_p("Hint", f"{sign} {text}"))
    body.append(_p("Hint", f"{sign} {_mark(lang)}"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text, how in (
            ("mimetype", _ODT, zipfile.ZIP_STORED),
            ("META-INF/manifest.xml", _MANIFEST, zipfile.ZIP_DEFLATED),
            ("meta.xml", _META.format(title=escape(said["title"]), lang=lang), zipfile.ZIP_DEFLATED),
            (
                "content.xml",
                _CONTENT.format(lang=lang, country=_COUNTRY[lang], body="".join(body)),
                zipfile.ZIP_DEFLATED,
            ),
        ):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type, info.external_attr = how, 0o644 << 16
            packed.writestr(info, text)
    return out.getvalue()


def _parts(lang: str) -> Iterator[tuple[str, str]]:
    """(kind, text): heading, label, hint or remark, in the order of the note."""
    said = _said(lang)
    listed = list(specs().values())
    for spec in listed:
        if not spec.many and spec.id != "notes":
            yield from (("label", spec.label[lang]), ("hint", said["hint"][spec.id]))
    for number in (1, 2):
        yield "heading", said["product_n"].format(n=number)
        for spec in listed:
            if spec.many:
                yield "label", spec.label[lang]
                if number == 1:
                    yield "hint", said["hint"][spec.id]
    yield "remark", said["again"]
    yield from (("label", specs()["notes"].label[lang]), ("hint", said["hint"]["notes"]))


def _said(lang: str) -> Any:
    return data_toml("templates", "field_note.toml")[lang]


def _mark(lang: str) -> str:
    return f"{words()['layout']['mark']} {words()['version']} {lang}"


def _p(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{escape(text)}</text:p>'


_COUNTRY = {"fr": "FR", "en": "GB"}
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_ODT}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_META = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta><dc:title>{title}</dc:title>'
    "<dc:language>{lang}</dc:language></office:meta></office:document-meta>"
)
_CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3"><office:automatic-styles>'
    '<style:style style:name="Title" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.2cm"/>'
    '<style:text-properties fo:font-size="20pt" fo:font-weight="bold" fo:language="{lang}" fo:country="{country}"/></style:style>'
    '<style:style style:name="Part" style:family="paragraph"><style:paragraph-properties fo:margin-top="0.5cm"/>'
    '<style:text-properties fo:font-size="14pt" fo:font-weight="bold" fo:language="{lang}" fo:country="{country}"/></style:style>'
    '<style:style style:name="Field" style:family="paragraph"><style:paragraph-properties fo:margin-top="0.25cm"/>'
    '<style:text-properties fo:font-size="11pt" fo:language="{lang}" fo:country="{country}"/></style:style>'
    '<style:style style:name="Hint" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.1cm"/>'
    '<style:text-properties fo:font-size="9pt" fo:color="#595959" fo:language="{lang}" fo:country="{country}"/></style:style>'
    '<style:style style:name="Label" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    "</office:automatic-styles><office:body><office:text>{body}</office:text></office:body></office:document-content>"
)
