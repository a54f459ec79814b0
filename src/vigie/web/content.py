"""What a page holds, before it has a form: records that templates draw, one template block for each kind.

In: what the modules of `pages/` find in a read model. Out: Content. Text in these records is plain text: templates escape it.
Left out: addresses (`links.py` makes them of a Target), words (`words.py`), HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from vigie.charts import Figure
from vigie.readmodel.records import Filters

Params = tuple[tuple[str, str], ...]
CONTEST = "contest"  # where a figure is contested, which is no page of PAGES
WIDE = 800  # px: a wider chart takes the whole width of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a link leads: a page of PAGES with its parameters, filters and a place in it; or CONTEST with an `address`.

    Attributes:
        filters: None keeps none.
    """

    page: str
    params: Params = ()
    filters: Filters | None = None
    fragment: str = ""


def to(page: str, filters: Filters | None = None, fragment: str = "", **params: str) -> Target:
    return Target(page=page, params=tuple(params.items()), filters=filters, fragment=fragment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text, where it leads, the language where it is not the page's, small text below."""

    text: str
    target: Target | None = None
    lang: str = ""
    sub: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cells in the order of the columns; the first names the row. `id` is its place in the page."""

    cells: tuple[Cell, ...]
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; the first `text_columns` columns are words, the others figures."""

    kind: ClassVar[str] = "table"
    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    text_columns: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure, its table and what it leads to."""

    kind: ClassVar[str] = "chart"
    figure: Figure
    width: int = 720  # px of its picture on a wide screen

    @property
    def wide(self) -> bool:
        return self.width > WIDE

    @property
    def id(self) -> str:
        return self.figure.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One headline figure. `detail` says how far figures lie apart and on how many sources it rests."""

    label: str
    value: str
    unit: str = ""
    change: str = ""
    direction: Literal["up", "down", "flat", ""] = ""
    detail: tuple[str, ...] = ()
    target: Target | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    kind: ClassVar[str] = "tiles"
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One sentence with its words marked, in its own language, and who says it."""

    before: str
    quote: str
    after: str
    lang: str
    fact: str = ""  # what was read in it, in the language of the page
    meta: tuple[str, ...] = ()
    title: str = ""
    target: Target | None = None
    address: str = ""
    fact_target: Target | None = None
    decided: str = ""  # what a person decided on it, in the language of the page
    observation: str = ""  # whose review page tells more of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    kind: ClassVar[str] = "quotes"
    items: tuple[Quote, ...]
    start: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One alert or document of a list. `grade` 1 to 4 colours the badge, whose word says it too."""

    title: str
    target: Target | None = None
    lang: str = ""
    badge: str = ""
    grade: int = 0
    meta: tuple[str, ...] = ()
    text: str = ""
    text_lang: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Names and values: what is known of one thing."""

    kind: ClassVar[str] = "pairs"
    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    kind: ClassVar[str] = "prose"
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


Why = Literal["nothing-collected", "withheld", "no-match", "expired", "none", "unsaved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What is not there, why, and what to do next. `why` tells "nothing collected" from "too few sources" and from zero."""

    kind: ClassVar[str] = "missing"
    why: Why
    text: str
    repair: str = ""
    command: str = ""
    target: Target | None = None
    target_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a document's text; `mark` is the address of the fact that was read in it, "" for none."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The redacted text of a document in paragraphs of parts."""

    kind: ClassVar[str] = "text"
    lang: str
    paragraphs: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """Links to what comes before, after, or stands elsewhere."""

    kind: ClassVar[str] = "more"
    links: tuple[tuple[str, Target], ...]
    label: str = ""


Block = Table | Chart | Tiles | Quotes | Cards | Pairs | Prose | Missing | Text | More


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page under a heading of its own; `beside` puts its blocks side by side where there is room."""

    id: str
    title: str
    lead: str = ""
    blocks: tuple[Block, ...] = ()
    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One page.

    Attributes:
        title: its one heading; `title_lang` where it is not in the page's language.
        crumbs: the pages above it.
        address: the stable address of the figure or alert that the page is of, "" for none.
        version_line: its version in words, with the day and the reason of its last change; "" for the number alone.
    """

    title: str
    lead: str = ""
    title_lang: str = ""
    crumbs: tuple[tuple[str, Target], ...] = ()
    sections: tuple[Section, ...] = ()
    address: str = ""
    version: int = 0
    version_line: str = ""
    notes: tuple[Missing, ...] = field(default=())

    def charts(self) -> dict[str, Chart]:
        """Every chart of the page by its id."""
        return {b.id: b for s in self.sections for b in s.blocks if isinstance(b, Chart)}


class NotFoundError(Exception):
    """No such thing in this read model; `what` is a key of the words ("substance"), `asked` what was asked for."""

    def __init__(self, what: str, asked: str) -> None:
        self.what, self.asked = what, asked
        super().__init__(what)
