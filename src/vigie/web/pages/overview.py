"""Overview: what is new, alerts, headline prices with their change, where statements come from, coverage of sources."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.readmodel.records import Filters, Group
from vigie.web import drawn
from vigie.web.content import Block, Content, More, Prose, Section, Tiles, to
from vigie.web.groups import compared, tile_of
from vigie.web.pages.alerts import cards_of
from vigie.web.pages.parts import empty_store, lead_of, map_of, none_of, nothing
from vigie.web.words import PageWords

_TILES, _ALERTS, _TERMS = 4, 3, 12


def build(model: ReadModel, filters: Filters, words: PageWords) -> Content:
    totals = model.totals(filters)
    lead = lead_of(totals, words, public=model.public) if totals.observations else ""
    if not totals.observations:
        missing = nothing(model, filters, "overview", words) if filters else empty_store(model, words)
        return Content(title=words["overview.title"], lead=words["overview.lead"], notes=(missing,))
    return Content(
        title=words["overview.title"],
        lead=lead,
        sections=(
            _prices(model, filters, words),
            _alerts(model, filters, words),
            _places(model, filters, words),
            *_new(model, filters, words),
        ),
    )


def _prices(model: ReadModel, filters: Filters, words: PageWords) -> Section:
    groups = [g for g in compared(model, filters, "retail") if g.figures.median is not None]
    blocks: list[Block] = []
    year, now = _latest_year(model, filters, words)
    lead = words["overview.prices_lead"]
    if groups:
        if now:
            lead = f"{words.fill('overview.prices_year', year=year.period)} {lead}"
        of, shown = (year, now) if now else (filters, groups)
        blocks.append(Tiles(tiles=tuple(tile_of(g, words, of) for g in shown[:_TILES])))
        by_gram = [g for g in groups if g.key[1] == "g"][:_TILES] or groups[:_TILES]
        series = drawn.series_of(model, filters, by_gram, words)
        blocks += drawn.panels("retail-course", words["charts.retail"], series, words, words["units.euro"])
        blocks.append(More(links=((words["overview.all_prices"], to("prices", filters)),)))
    else:
        blocks.append(none_of(model, filters, "retail", words))
    return Section(id="prices", title=words["overview.prices"], lead=lead, blocks=tuple(blocks))


def _latest_year(model: ReadModel, filters: Filters, words: PageWords) -> tuple[Filters, list[Group]]:
    """Prices of the last year that has any, so that headline figures have a change; none where a period is chosen."""
    if filters.period is not None:
        return filters, []
    for label in model.periods("year")[:-3:-1]:
        year = filters.replace(period=label)
        found = [g for g in compared(model, year, "retail") if g.figures.median is not None]
        if found:
            return year, found
    return filters, []


def _alerts(model: ReadModel, filters: Filters, words: PageWords) -> Section:
    found = model.alerts(filters.replace(period=None), lang=words.lang)
    shown = [a for a in found if a.status not in ("closed", "withdrawn")][:_ALERTS]
    blocks: tuple[Block, ...] = (
        cards_of(shown, words) if shown else Prose(paragraphs=(words["alerts.none_open"],)),
        More(
            links=(
                (
                    words.fill("overview.all_alerts", n=words.figures.number(len(found))),
                    to("alerts", filters.replace(period=None)),
                ),
            )
        ),
    )
    return Section(id="alerts", title=words["overview.alerts"], blocks=blocks)


def _places(model: ReadModel, filters: Filters, words: PageWords) -> Section:
    found = map_of(model, filters, "retail", words, title=words["charts.map_retail"], width=drawn.HALF)
    blocks: list[Block] = [*found]
    counts = model.counts(filters.replace(period=None), (), "quarter")
    blocks += drawn.counted(
        "statements", words["charts.statements"], counts, words, drawn.HALF, drawn.incomplete(model, words)
    )
    if blocks:
        blocks += drawn.collected("collected", model, words, drawn.HALF)
    if not blocks:
        blocks.append(none_of(model, filters, "retail", words))
    return Section(
        id="where",
        title=words["overview.where"],
        lead=words["overview.where_lead_public" if model.public else "overview.where_lead"] if found else "",
        blocks=tuple(blocks),
        beside=True,
    )


def _new(model: ReadModel, filters: Filters, words: PageWords) -> tuple[Section, ...]:
    """Documents and words of the last month, for the analyst: the public has quarters."""
    if model.public:
        return ()
    totals = model.totals(filters)
    said = [
        words.fill(
            "overview.new_documents",
            documents=words.count("document", totals.new_documents),
            statements=words.count("statement", totals.new_observations),
        )
    ]
    if totals.aside:
        said.append(words.fill("overview.aside", statements=words.count("statement", totals.aside)))
    quiet = [s for s in model.sources(Filters()) if s.quiet]
    if quiet:
        said.append(
            words.fill(
                "overview.quiet" if len(quiet) > 1 else "overview.quiet_one",
                sources=words.count("source", len(quiet)),
                names=", ".join(s.name or s.source_id for s in quiet[:4]),
            )
        )
    terms = model.terms(_TERMS)
    if terms:
        said.append(
            words.fill(
                "overview.terms",
                terms=", ".join(f"« {t.term} »" if words.lang == "fr" else f"“{t.term}”" for t in terms),
            )
        )
    links = More(
        links=(
            (words["overview.latest"], to("documents", filters)),
            (words["overview.coverage"], to("sources")),
        )
    )
    return (Section(id="new", title=words["overview.new"], blocks=(Prose(items=tuple(said)), links)),)
