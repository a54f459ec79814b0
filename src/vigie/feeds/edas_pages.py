"""The draft notification as Markdown and as JSON. In: Notification. Out: bytes; the same draft gives the same bytes.

Left out: HTML of its own: what a document says is escaped, so that Markdown shows it as it stands.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from vigie.feeds.edas import Notification, Point, Statement
from vigie.feeds.words import said
from vigie.report.pages import markdown_text


def markdown(draft: Notification) -> bytes:
    """For reading and for copying into the form of the focal point."""
    lang = draft.lang
    lines = [f"# {said(lang, 'edas_draft')} – {markdown_text(draft.title)}", ""]
    lines += [f"**{said(lang, 'edas_warning')}**", ""]
    lines += [f"- {said(lang, 'edas_law')} {markdown_text(draft.law)}"]
    lines += [f"- {said(lang, 'edas_area')} {markdown_text(draft.area)}"]
    lines += [f"- {said(lang, 'edas_name')} {markdown_text(draft.name)}"]
    lines += [f"- {said(lang, 'edas_aside', n=draft.set_aside)}", ""]
    lines += [said(lang, "edas_wording"), ""]
    for point in draft.points:
        lines += _point(point, lang)
    return "\n".join(lines).encode()


def as_json(draft: Notification) -> bytes:
    """For programs: `status` of each point is "evidence" or "not known"."""
    found = {
        "draft": True,
        "form": "European Drug Alert System, Article 13(2) of Regulation (EU) 2023/1322",
        **{k: v for k, v in asdict(draft).items() if k != "points"},
        "points": [asdict(p) | {"status": "evidence" if p.is_known else "not known"} for p in draft.points],
    }
    return (json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _point(point: Point, lang: str) -> list[str]:
    lines = [f"## ({point.id}) {point.heading}", ""]
    lines += [*(f"- {markdown_text(line)}" for line in point.identity), ""] if point.identity else []
    if not point.is_known:
        return [*lines, f"*{said(lang, 'not_known')}*", ""]
    lines += [*(f"- {markdown_text(line)}" for line in point.known), ""]
    for number, statement in enumerate(point.statements, 1):
        lines += _statement(number, statement, lang)
    return [*lines, said(lang, "edas_more", n=point.more), ""] if point.more else lines


def _statement(number: int, statement: Statement, lang: str) -> list[str]:
    """The sentence as a quote, and under it who says it."""
    where = " · ".join(markdown_text(p) for p in (statement.when, statement.place) if p)
    who = [statement.source, statement.published, said(lang, "edas_rated", rating=statement.rating)]
    who += [said(lang, "edas_according", who=statement.attribution)] if statement.attribution else []
    return [
        f"{number}. {markdown_text(statement.summary)}" + (f" ({where})" if where else ""),
        "",
        f"   > {markdown_text(statement.sentence)}",
        "",
        f"   {' · '.join(map(markdown_text, who))} · {markdown_text(statement.document)} · {markdown_text(statement.observation)}",
        "",
    ]
