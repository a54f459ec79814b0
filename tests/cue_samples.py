"""Documents for the tests of cues: a text (and a title) as the redactor would hand it on."""

from __future__ import annotations

from vigie.extract.analysis import Analysis
from vigie.model.document import CleanDocument


def analysis(body: str, lang: str = "fr", title: str = "") -> Analysis:
    text = f"{title}\n\n{body}" if title else body
    return Analysis(
        CleanDocument(
            doc_id="d", path="d.txt", format="text", kind="press", grade="C", lang=lang, title=title,
            published=None, outlet="", text=text,
        )
    )  # fmt: skip
