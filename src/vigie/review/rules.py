"""Settings of the review that an expert may dispute. In: data/review/review.toml, with the reasons. Out: Rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from vigie.lexicon.terms import data_toml
from vigie.review.records import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A kind of published figure: `level` of the area, `period`, and how much a change of it matters, 0-1."""

    level: str
    period: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What is made of a fact that begins more than `days` after its document: least doubt (1 - confidence) and effect, 0-1."""

    days: int
    doubt: float
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The file, typed.

    Attributes:
        lease: seconds. random_share: part of the queue that is drawn by chance. length: facts in a queue. seed: of the draw.
        base: effect of a fact in no figure. shift_full: relative change of a median that counts as 1.
        sources: independent sources of a published figure (k), from the public rules.
    """

    team: Settings
    lease: float
    random_share: float
    length: int
    seed: int
    base: float
    shift_full: float
    late: Late
    figures: tuple[Level, ...]
    corrected: float
    why: int
    attribution: int
    least_pairs: int
    sources: int


@cache
def rules() -> Rules:
    """The bundled file."""
    table = data_toml("review", "review.toml")
    team = table["team"]
    return Rules(
        team=Settings(reviewers=team["reviewers"], share_double=team["share_double"], third=team["third"]),
        lease=60.0 * table["lease"]["minutes"],
        random_share=table["queue"]["random_share"],
        length=table["queue"]["length"],
        seed=table["queue"]["seed"],
        base=table["effect"]["base"],
        shift_full=table["effect"]["shift_full"],
        late=Late(days=table["late"]["days"], doubt=table["late"]["doubt"], effect=table["late"]["effect"]),
        figures=tuple(
            Level(level=f["level"], period=f["period"], weight=f["weight"]) for f in table["figure"]
        ),
        corrected=table["confidence"]["corrected"],
        why=table["text"]["why"],
        attribution=table["text"]["attribution"],
        least_pairs=table["agreement"]["least"],
        sources=data_toml("taxonomy", "public_rules.toml")["sources"]["least"],
    )
