"""Alerts: the list, and one with its signals, evidence and state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import AlertRow, DecisionRow, Filters
from vigie.report.evidence import one_line
from vigie.store.watchlist import AUTOMATIC
from vigie.web.content import (
    Block,
    Card,
    Cards,
    Cell,
    Content,
    Missing,
    NotFoundError,
    Pairs,
    Quotes,
    Row,
    Section,
    Table,
    to,
)
from vigie.web.facts import quote_of
from vigie.web.pages.parts import empty_store
from vigie.web.words import PageWords

_MOST = 200


def each(model: ReadModel) -> Iterator[Mapping[str, str]]:
    yield from ({"id": alert.alert_id} for alert in model.alerts(Filters()))


def title_of(alert: AlertRow, words: PageWords) -> str:
    """Its own title, or the analyst's alert in words: "Hausse : cocaïne, Rhône"."""
    if alert.title:
        return one_line(alert.title)
    of = [words.figures.substance(alert.substance)] if alert.substance else []
    of += [words.figures.area(alert.area)] if alert.area else []
    of += [one_line(alert.source)] if alert.source and not alert.official else []
    kind = words.get(f"alert_kinds.{alert.kind}", alert.kind)
    return f"{kind}{words['colon']}{', '.join(of)}" if of else kind


def _days(alert: AlertRow, words: PageWords) -> str:
    first, last = words.figures.day(alert.started.isoformat()), words.figures.day(alert.last.isoformat())
    return first if first == last else words.fill("alerts.days", first=first, last=last)


def _badge(alert: AlertRow, words: PageWords) -> str:
    if alert.official:
        return words["alerts.official"]
    graded = words.fill("alerts.grade", grade=words[f"alert_grades.{alert.grade}"]) if alert.grade else ""
    return graded or words.get(f"alert_kinds.{alert.kind}", alert.kind)


def card_of(alert: AlertRow, words: PageWords) -> Card:
    source = one_line(alert.source) if alert.official else ""
    status = "" if alert.status == "current" else words.get(f"alert_status.{alert.status}", alert.status)
    area = words.figures.area(alert.area) if alert.area and alert.title else ""
    return Card(
        title=title_of(alert, words),
        target=to("alert", id=alert.alert_id),
        lang=_lang(alert, words),
        badge=_badge(alert, words),
        grade=3 if alert.official else alert.grade or 0,
        meta=tuple(m for m in (source, area, _days(alert, words), status) if m),
        text=one_line(alert.summary)[:300] if alert.summary != alert.title else "",
        text_lang=_lang(alert, words),
        id=f"alert-{alert.alert_id}",
    )


def _lang(alert: AlertRow, words: PageWords) -> str:
    return alert.lang if alert.title and alert.lang and alert.lang != words.lang else ""


def cards_of(alerts: Sequence[AlertRow], words: PageWords) -> Cards:
    return Cards(cards=tuple(card_of(a, words) for a in alerts))


def listing(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    title, lead = words["alerts.title"], words["alerts.lead_public" if model.public else "alerts.lead"]
    found = model.alerts(filters, lang=words.lang)
    if not found:
        if not model.totals(Filters()).observations:
            return Content(title=title, lead=lead, notes=(empty_store(model, words),))
        missing = Missing(
            why="none",
            text=words["alerts.none"],
            repair="" if model.public else words["alerts.repair"],
            command="" if model.public else "vigie stats alerts --save",
        )
        return Content(title=title, lead=lead, notes=(missing,))
    open_ = [a for a in found if a.status not in ("closed", "withdrawn")]
    past = [a for a in found if a.status in ("closed", "withdrawn")]
    told = [a for a in open_ if a.official]
    parts = [("open", [a for a in open_ if not a.official]), ("published", told), ("past", past)]
    sections = tuple(
        Section(id=id, title=words[f"alerts.{id}"], blocks=(cards_of(held[:_MOST], words),))
        for id, held in parts
        if held
    )
    return Content(title=title, lead=lead, sections=sections, notes=_unsaved(model, words))


def _unsaved(model: ReadModel, words: PageWords) -> tuple[Missing, ...]:
    """That the store keeps no alert of the analyst, and how it would."""
    if model.public or any(a.saved and not a.official for a in model.alerts(Filters(), lang=words.lang)):
        return ()
    return (Missing(why="unsaved", text=words["alerts.unsaved"], command="vigie stats alerts --save"),)


def build(model: ReadModel, filters: Filters, words: PageWords, *, id: str) -> Content:
    alert = model.alert(id, lang=words.lang)
    if alert is None:
        raise NotFoundError("alert", id)
    figures = words.figures
    pairs: list[tuple[str, Cell]] = [(words["alert.kind"], Cell(text=_badge(alert, words)))]
    if alert.substance:
        pairs.append(
            (
                words["columns.product"],
                Cell(
                    text=words.name(figures.substance(alert.substance)),
                    target=to("substance", id=alert.substance),
                ),
            )
        )
    if alert.area:
        pairs.append(
            (words["columns.area"], Cell(text=figures.area(alert.area), target=to("area", code=alert.area)))
        )
    pairs.append((words["alert.days"], Cell(text=_days(alert, words))))
    if alert.source:
        pairs.append((words["alert.source"], Cell(text=one_line(alert.source))))
    if alert.speakers:
        pairs.append((words["columns.sources"], Cell(text=figures.number(alert.speakers))))
    for name in ("likelihood", "impact", "status"):
        value = getattr(alert, name)
        # Nobody has said that an official alert holds no more: "current" would claim that it still does.
        if value and value != "current":
            pairs.append((words[f"alert.{name}"], Cell(text=words.get(f"alert_{name}.{value}", value))))
    blocks: list[Block] = [Pairs(pairs=tuple(pairs))]
    sections = [Section(id="state", title=words["alert.state"], blocks=tuple(blocks))]
    if alert.signals:
        sections.append(
            Section(
                id="signals",
                title=words["alert.signals"],
                lead=words["alert.signals_lead"],
                blocks=(_signals(alert, words),),
            )
        )
    if alert.decisions:
        sections.append(
            Section(
                id="decisions",
                title=words["alert.decisions"],
                lead=words["alert.decisions_lead"],
                blocks=(_decisions(alert, words),),
            )
        )
    if alert.evidence:
        quotes = Quotes(items=tuple(quote_of(f, words, public=model.public) for f in alert.evidence))
        sections.append(Section(id="evidence", title=words["alert.evidence"], blocks=(quotes,)))
    elif not model.public:
        sections.append(
            Section(
                id="evidence",
                title=words["alert.evidence"],
                blocks=(Missing(why="none", text=words["alert.no_evidence"]),),
            )
        )
    lang = _lang(alert, words)
    return Content(
        title=title_of(alert, words),
        title_lang=lang,
        lead=one_line(alert.summary) if alert.summary and alert.summary != alert.title and not lang else "",
        crumbs=((words["nav.alerts"], to("alerts")),),
        sections=tuple(sections),
        address=f"alert/{alert.alert_id}",
        version=alert.version,
    )


def _decisions(alert: AlertRow, words: PageWords) -> Table:
    def line(decision: DecisionRow) -> Row:
        alone = decision.role == AUTOMATIC
        return Row(
            cells=(
                Cell(text=words.figures.day(decision.made_on.isoformat())),
                Cell(text=words.get(f"alert_actions.{decision.action}", decision.action)),
                Cell(text=words["alert.automatic"] if alone else one_line(decision.role)),
                # What a run writes by itself is in English.
                Cell(text=one_line(decision.reason), lang="en" if alone and words.lang != "en" else ""),
            )
        )

    columns = ("day", "decision", "role", "reason")
    return Table(
        id="decisions-table",
        caption=words["alert.decisions_caption"],
        columns=tuple(words[f"alert.{c}"] for c in columns),
        text_columns=len(columns),
        rows=tuple(map(line, alert.decisions)),
    )


def _signals(alert: AlertRow, words: PageWords) -> Table:
    figures = words.figures

    def number(value: float | None) -> str:
        return "–" if value is None else figures.short(value)

    return Table(
        id="signals-table",
        caption=words["alert.signals_caption"],
        columns=tuple(words[f"columns.{c}"] for c in ("indicator", "period", "observed", "expected", "upper", "chance", "method")),
        text_columns=2,
        rows=tuple(
            Row(
                cells=(
                    Cell(text=words.name(words.get(f"signals.{s.indicator}", figures.signal(s.indicator)))),
                    Cell(text=figures.day(s.period_start.isoformat())),
                    Cell(text=number(s.observed)),
                    Cell(text=number(s.expected)),
                    Cell(text=number(s.upper)),
                    Cell(text=words["alert.tiny"] if s.p < 0.0001 else f"{s.p:.4f}".replace(".", figures["decimal"])),
                    Cell(text=s.method),
                )
            )
            for s in alert.signals
        ),
    )  # fmt: skip
