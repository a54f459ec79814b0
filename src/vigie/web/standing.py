"""What stands at the stable addresses of a static site: a file for each, where `vigie serve` sends a reader to the page of the figure.

In: versions of the public figures, alerts, in both languages. Out: Standing records, and the body of their files: what is shown, since
which version, what was corrected and why, and how to contest it as far as a page without a server can. The file of
"figure/retail/cocaine/g/FR/2025-Q1" is "figure/retail/cocaine/g/FR/2025-Q1/index.html", which any host of files sends for the address itself.
Left out: the page behind (`site.py` knows which there are).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vigie.lexicon.terms import data_toml
from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters
from vigie.report.corrections import Changed, correction_words, histories, how_to_contest
from vigie.report.words import Words
from vigie.store import Store
from vigie.web.addresses import target_of
from vigie.web.content import Target
from vigie.web.pages.alerts import title_of
from vigie.web.words import page_words

Line = tuple[
    str, str
]  # what is said of a version; what was shown before and is now, "" where nothing else came than data


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One address in one language.

    Attributes:
        now: what is shown, "" for an alert, whose page says it.
        lines: its versions and the notes on them, the last one first.
    """

    label: str
    now: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands at one address, by language; `target` is the page that shows it."""

    address: str
    target: Target
    told: Mapping[str, Told]

    @property
    def file(self) -> str:
        return file_of(self.address)


def file_of(address: str) -> str:
    """Its file below the site."""
    return f"{address}/index.html"


def standings(store: Store, model: ReadModel, languages: Sequence[str]) -> Iterator[Standing]:
    """Of every figure and row of the open data that was ever public, and of every public alert."""
    found = {lang: histories(store, Words(lang)) for lang in languages}
    for address in sorted(found[languages[0]]):
        told = {lang: _figure(found[lang][address]) for lang in languages}
        yield Standing(address=address, target=target_of(address, public=True), told=told)
    alerts = {lang: {a.alert_id: a for a in model.alerts(Filters(), lang=lang)} for lang in languages}
    for alert_id in alerts[languages[0]]:
        said = {}
        for lang in languages:
            words, alert = page_words(lang), alerts[lang][alert_id]
            version = words.fill("address.version", n=alert.version)
            lines = tuple((text, "") for text in reversed(alert.corrections))
            said[lang] = Told(label=title_of(alert, words), now="", lines=(*lines, (version, "")))
        address = f"alert/{alert_id}"
        yield Standing(address=address, target=target_of(address, public=True), told=said)


def _figure(listed: Sequence[Changed]) -> Told:
    """Of a figure: what the last version shows, and every version that is told."""
    last = max((c for c in listed if c.now), key=lambda c: c.version, default=listed[-1])
    lines = tuple(
        (c.line, f"{c.before} → {c.now}" if c.before and c.before != c.now else "") for c in reversed(listed)
    )
    return Told(label=last.label, now=last.now, lines=lines)


def body(one: Standing, links: Mapping[str, str], contact: str) -> str:
    """HTML below the heading, one part a language.

    Args:
        links: language -> where the page lies, from the file.
        contact: of the editor, "" where nobody said it.
    """
    parts = []
    for lang, told in one.told.items():
        said, given = data_toml("web", "site.toml")[lang], correction_words(lang)
        lines = "".join(
            f"<li>{html.escape(line)}{f'<br><strong>{html.escape(moved)}</strong>' if moved else ''}</li>"
            for line, moved in told.lines
        )
        now = f"<p><strong>{html.escape(told.now)}</strong></p>\n" if told.now else ""
        how = how_to_contest(lang, one.address, contact)
        parts.append(
            f'<section lang="{lang}" aria-labelledby="{lang}">\n<h2 id="{lang}">{html.escape(told.label)}</h2>\n{now}'
            f"<ul>{lines}</ul>\n"
            f'<p><a href="{html.escape(links[lang])}">{html.escape(said["standing_page"])}</a></p>\n'
            f'<h3 id="contest-{lang}">{html.escape(given["page"]["title"])}</h3>\n<p>{html.escape(how)}</p>\n</section>'
        )
    return "\n".join(parts)
