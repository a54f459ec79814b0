"""Whole articles with a list of what each states: which of it is found, and what should not be there.

In: a folder that holds `gold.json` and the files it names. Out: ExamplesReport.
Left out: offsets and matching one to one; a stated fact counts as found when some observation carries it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vigie.evaluate.agree import place_named, same_bounds
from vigie.evaluate.gold import GoldFact
from vigie.extract import extract
from vigie.ingest import read as read_documents
from vigie.lexicon.substances import related
from vigie.model.document import CleanDocument
from vigie.model.errors import InputRefused
from vigie.model.observation import (
    EventValue,
    FlowValue,
    ModalityValue,
    Observation,
    PriceValue,
    PurityValue,
    QuantityValue,
)
from vigie.model.place import Place
from vigie.redact import redact
from vigie.text.normalise import fold

Read = Callable[[Path], Iterable[tuple[CleanDocument, Sequence[Observation]]]]
MUST = ("substances", "price", "quantity", "modality", "trend", "flow", "places", "event")
Stated = Mapping[str, Any]
_NOT_COMPARED = ("type", "why", "note", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many."""

    category: str
    part: int
    whole: int

    @property
    def ratio(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplesReport:
    """What was found of what the articles state.

    Attributes:
        recall: must-facts found, by category.
        precision: predicted prices, quantities and modality codes that the articles state.
        missed, wrong: what is behind those figures, one line each.
        forbidden: facts reported as affirmed although the article does not affirm them.
        names: how many personal names of the list are left, by document ("000_...txt: 2"); never the names.
    """

    documents: int
    recall: tuple[Share, ...]
    precision: tuple[Share, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    forbidden: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def must(self) -> Share:
        """All must-facts together."""
        return Share(
            category="all", part=sum(s.part for s in self.recall), whole=sum(s.whole for s in self.recall)
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def table(self, *, verbose: bool = True) -> str:
        rows = [f"{self.documents} documents"]
        rows += [f"found     {_share(share)}" for share in (self.must, *self.recall) if share.whole]
        rows += [f"precision {_share(share)}" for share in self.precision if share.whole]
        rows.append(f"forbidden facts affirmed: {len(self.forbidden)}; names left: {len(self.names)}")
        if verbose:
            rows += [f"missed {row}" for row in self.missed]
            rows += [f"wrong {row}" for row in self.wrong]
            rows += [f"forbidden {row}" for row in self.forbidden]
            rows += [f"names left in {row}" for row in self.names]
        return "\n".join(rows)


def evaluate_examples(folder: Path, *, read: Read | None = None) -> ExamplesReport:
    """Score the articles of `folder` against its gold.json.

    Args:
        read: from a file to redacted documents with their observations.
    Raises:
        InputRefused: without a readable gold.json.
    """
    try:
        docs = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["docs"]
    except (OSError, ValueError, KeyError) as error:
        raise InputRefused(str(folder), f"no readable gold.json ({type(error).__name__})") from error
    judge = _Judge()
    for name, stated in docs.items():
        pairs = list((read or read_file)(folder / name))
        judge.document(name, stated, [o for _d, found in pairs for o in found], [d.text for d, _f in pairs])
    return judge.report(len(docs))


def read_file(path: Path) -> Iterator[tuple[CleanDocument, Sequence[Observation]]]:
    """Read, redact and extract one file as `vigie extract` does."""
    for raw in read_documents(path):
        document = redact(raw)
        yield document, extract(document)


class _Judge:
    """Counts over documents."""

    def __init__(self) -> None:
        self.found = dict.fromkeys(MUST, 0)
        self.expected = dict.fromkeys(MUST, 0)
        self.right = {"price": 0, "quantity": 0, "modality": 0}
        self.predicted = {"price": 0, "quantity": 0, "modality": 0}
        self.missed: list[str] = []
        self.wrong: list[str] = []
        self.forbidden: list[str] = []
        self.names: list[str] = []

    def document(
        self, name: str, stated: Stated, observations: Sequence[Observation], texts: Sequence[str]
    ) -> None:
        for category in MUST:
            for fact in stated.get(category, ()):
                self.expected[category] += 1
                if _found(category, fact, observations):
                    self.found[category] += 1
                else:
                    self.missed.append(f"{name}: {category} {json.dumps(fact, ensure_ascii=False)}")
        for category in ("price", "quantity"):
            allowed = [*stated.get(category, ()), *stated.get(f"{category}_may", ())]
            for observation in observations:
                if observation.type == category:
                    right = any(_is(category, fact, observation) for fact in allowed)
                    self._predict(category, right, f"{name}: {category} {observation.quote!r}")
        codes = {
            f"{o.value.family}:{o.value.code}" for o in observations if isinstance(o.value, ModalityValue)
        }
        accepted = {*stated.get("modality", ()), *stated.get("modality_may", ())}
        for code in sorted(codes):
            self._predict("modality", code in accepted, f"{name}: modality {code}")
        for fact in stated.get("forbidden_affirmed", ()):
            self.forbidden += [
                f"{name}: {o.type} {fact.get('kind', '')}"
                for o in observations
                if o.assertion == "affirmed" and o.type == fact["type"] and _is(o.type, fact, o)
            ]
        folded = fold("\n".join(texts))
        left = sum(fold(person) in folded for person in stated.get("names_forbidden_in_text", ()))
        if left:
            self.names.append(f"{name}: {left}")

    def _predict(self, category: str, right: bool, row: str) -> None:
        self.predicted[category] += 1
        self.right[category] += right
        if not right:
            self.wrong.append(row)

    def report(self, documents: int) -> ExamplesReport:
        return ExamplesReport(
            documents=documents,
            recall=tuple(Share(category=c, part=self.found[c], whole=self.expected[c]) for c in MUST),
            precision=tuple(
                Share(category=c, part=self.right[c], whole=self.predicted[c]) for c in self.predicted
            ),
            missed=tuple(self.missed),
            wrong=tuple(self.wrong),
            forbidden=tuple(self.forbidden),
            names=tuple(self.names),
        )


def _found(category: str, fact: Any, observations: Sequence[Observation]) -> bool:
    match category:
        case "substances":
            return any(o.substance is not None and related(fact, o.substance) for o in observations)
        case "places":
            return any(place_named(fact, place) for o in observations for place in _places(o))
        case "modality":
            family, code = fact.split(":", 1)
            return any(_is(category, {"family": family, "code": code}, o) for o in observations)
        case _:
            return any(_is(category, fact, o) for o in observations)


def _is(category: str, fact: Stated, observation: Observation) -> bool:
    """Whether the observation is of the category and carries every field that `fact` states."""
    if observation.type != category:
        return False
    bounds = [fact.get(key) for key in ("low", "high")]
    if bounds != [None, None]:
        value = observation.value
        stated = GoldFact(type=category, quote="", low=bounds[0], high=bounds[1])
        if not isinstance(value, PriceValue | QuantityValue | EventValue | PurityValue) or not same_bounds(
            stated, value.low, value.high
        ):
            return False
    return all(_carries(observation, key, wanted) for key, wanted in fact.items() if key not in _NOT_COMPARED)


def _carries(observation: Observation, key: str, wanted: Any) -> bool:
    value = observation.value
    match key:
        case "substance":
            if wanted is None or observation.substance is None:
                return wanted is None and observation.substance is None
            return related(str(wanted), observation.substance)
        case "place":
            return place_named(str(wanted), observation.place)
        case "origin" | "destination" | "via":
            return isinstance(value, FlowValue) and place_named(str(wanted), getattr(value, key))
        case "eur_per_g":
            return (
                isinstance(value, PriceValue)
                and value.unit == "g"
                and _same_number(wanted, value.eur_per_unit)
            )
        case _:
            found = getattr(value, key, None)
            return bool(found == wanted) or _same_number(wanted, found)


def _same_number(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(abs(one - other) <= 1e-6 * max(abs(one), abs(other)))
    return False


def _places(observation: Observation) -> Iterator[Place]:
    if observation.place is not None:
        yield observation.place
    if isinstance(observation.value, FlowValue):
        value = observation.value
        yield from (place for place in (value.origin, value.destination, value.via) if place is not None)


def _share(share: Share) -> str:
    ratio = share.ratio
    return (
        f"{share.category:<11}{share.part:>4} of {share.whole:<4} {'' if ratio is None else f'{ratio:.3f}'}"
    )
