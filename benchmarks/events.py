"""How well reports of one event are put together. `python benchmarks/events.py [--half tune|held] [--events 200] [--seed 1] [--keep DIR]`.

Invented events (seizures, farms and rings dismantled, overdoses, poisonings) in real communes, each told by one to eight
invented sources: independent newspapers in words of their own, copies of an agency, machine rewrites on forums, later tolls,
recalls; beside them look-alikes (same town a week later, next town on the same day). Documents go through `vigie add`.

Printed: pairs and B-cubed of documents put together; copies found; how often the best-supported figure is right, against the
first figure told. The sentences of `benchmarks/events_text.py` come in two halves: thresholds were chosen on `tune`, `held` was
only measured. Truth is of this generator's making: real newspapers are more varied, so that figures here are upper bounds.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from events_text import Half, Teller, halves, spin
from vigie.lexicon.gazetteer import Entry, gazetteer


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened. `persons`, `grams`, `pieces`: the truth; `early`: the first toll of a toll that grows."""

    id: str
    kind: str
    lang: str
    substance: str
    place: Entry
    day: date
    grams: float | None = None
    persons: int | None = None
    early: int | None = None
    second: int | None = None
    value: int | None = None
    details: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Story:
    """One document. `main`: its event; `background`: sentences about no event; `of`: the document that it copies, "" for none."""

    id: str
    outlet: str
    published: date
    title: str
    paragraphs: tuple[str, ...]
    main: str
    background: tuple[str, ...] = ()
    of: str = ""
    how: str = "own"


@dataclass(frozen=True, kw_only=True)
class Outlet:
    id: str
    name: str
    kind: str
    grade: str
    lang: str


def outlets(half: str) -> list[Outlet]:
    """Invented newspapers, agencies, offices and forums."""
    found = []
    for lang in ("fr", "en"):
        for kind, count, grades in (
            ("press", 24, "BBBC"), ("agency", 3, "AB"), ("warning", 4, "A"), ("forum", 10, "EF"),
        ):  # fmt: skip
            for n in range(count):
                name = f"{kind}-{lang}-{half}-{n}"
                found.append(
                    Outlet(id=name, name=f"Titre {name}", kind=kind, grade=grades[n % len(grades)], lang=lang)
                )
    return found


@cache
def towns(lang: str) -> list[Entry]:
    if lang == "fr":
        listed = (
            e for e in gazetteer().places("commune") if e.population > 9000 and e.lat and e.country == "FR"
        )
    else:
        cities = (gazetteer().by_code(f"GN:{number}") for number in gazetteer()._city_records)
        listed = (e for e in cities if e and e.country == "GB" and e.population > 60000 and e.lat)
    return sorted(listed, key=lambda e: (e.code or "", e.label))


def near(place: Entry, lang: str) -> Entry:
    """The next town."""

    def far(other: Entry) -> float:
        assert (
            other.lat is not None
            and other.lon is not None
            and place.lat is not None
            and place.lon is not None
        )
        return math.hypot(other.lat - place.lat, (other.lon - place.lon) * math.cos(math.radians(place.lat)))

    return min((t for t in towns(lang) if t.code != place.code), key=far)


def draw_event(rng: random.Random, number: int, half: Half, lang: str) -> Event:
    kind = rng.choice(("seizure", "seizure", "ring", "farm", "death", "death", "poisoning"))
    day = date(2024, 1, 8) + timedelta(days=rng.randrange(330))
    place = rng.choice(towns(lang))
    common = {"id": f"e{number}", "kind": kind, "lang": lang, "place": place, "day": day,
              "details": tuple(rng.sample(range(len(half.details[lang])), 6))}  # fmt: skip
    if kind in ("seizure", "ring"):
        substance = rng.choice(("cocaine", "cannabis-resin", "heroin", "cannabis-herb", "ketamine", "mdma"))
        kilos = round(math.exp(rng.uniform(math.log(1.3), math.log(900))), 1)
        kilos = kilos if kilos < 20 else float(round(kilos))
        return Event(**common, substance=substance, grams=kilos * 1000, persons=rng.randint(2, 14),
                     value=int(round(kilos * rng.choice((9, 30, 65)) * 1000, -3)))  # fmt: skip
    if kind == "farm":
        return Event(
            **common, substance="cannabis-herb", second=rng.randint(80, 1900), persons=rng.randint(2, 5)
        )
    substance = rng.choice(("heroin", "nitazenes", "cocaine", "synthetic-cannabinoids", "ketamine"))
    persons = rng.randint(2, 9)
    early = max(1, persons - rng.randint(1, 3)) if rng.random() < 0.5 else None
    return Event(**common, substance=substance, persons=persons, early=early, second=rng.randint(2, 20))


def tell(
    rng: random.Random, event: Event, outlet: Outlet, half: Half, number: int, *, day: date, right: float = 0.8,
) -> Story:  # fmt: skip
    """One newspaper's own account."""
    teller = Teller(rng=rng, half=half, event=event, published=day, right=right)
    title, paragraphs = teller.story()
    background = [b] if (b := teller.background()) else []
    return Story(id=f"d{number}", outlet=outlet.id, published=day, title=title, paragraphs=(*paragraphs, *background),
                 main=event.id, background=tuple(background))  # fmt: skip


def copied(rng: random.Random, story: Story, outlet: Outlet, half: Half, number: int, lang: str) -> Story:
    """A dispatch as another newsroom prints it: cut, with another title, and signed."""
    kept = list(story.paragraphs[: max(3, len(story.paragraphs) - rng.randint(0, 2))])
    signed = rng.choice(half.signatures[lang]).format(agency="AFP" if lang == "fr" else "Reuters")
    if rng.random() < 0.5:
        kept[-1] = kept[-1] + " " + signed
    else:
        kept.append(signed)
    title = story.title if rng.random() < 0.4 else rng.choice(half.headers[lang])
    return Story(id=f"d{number}", outlet=outlet.id, published=story.published + timedelta(days=rng.randint(0, 1)), title=title,
                 paragraphs=tuple(kept), background=story.background, main=story.main, of=story.id, how="near")  # fmt: skip


def spun(rng: random.Random, story: Story, outlet: Outlet, number: int, lang: str) -> Story:
    """The same by a machine that swaps words and clauses and drops who said it."""
    hard = rng.random() < 0.4
    pairs = [(p, spin(rng, p, lang, hard=hard)) for p in story.paragraphs]
    paragraphs = [new for _, new in pairs if new]
    title = spin(rng, story.title, lang, hard=hard)
    background = tuple(new for old, new in pairs if old in story.background)
    if hard and len(paragraphs) > 2:
        at = rng.randrange(1, len(paragraphs))
        paragraphs = [*paragraphs[at:], *paragraphs[:at]]
    day = story.published + timedelta(days=rng.choice((1, 1, 2, 3, 5, 9, 16)))
    return Story(id=f"d{number}", outlet=outlet.id, published=day, title=title, paragraphs=tuple(paragraphs),
                 background=background, main=story.main, of=story.id, how="hard" if hard else "spun")  # fmt: skip


def corpus(half: Half, events: int, seed: int) -> tuple[list[Event], list[Story], list[Outlet]]:
    rng = random.Random(f"{half.name}-{seed}")
    papers = outlets(half.name)
    found: list[Event] = []
    stories: list[Story] = []
    while len(found) < events:
        lang = "fr" if rng.random() < 0.75 else "en"
        event = draw_event(rng, len(found), half, lang)
        found.append(event)
        stories += account(rng, event, half, papers, len(stories), lang)
        kind = rng.random()
        if kind < 0.35 and len(found) < events:  # a look-alike
            other = draw_event(rng, len(found), half, lang)
            while other.kind != event.kind:
                other = draw_event(rng, len(found), half, lang)
            changes = {"substance": event.substance}
            if kind < 0.15:
                changes |= {
                    "place": event.place,
                    "day": event.day + timedelta(days=rng.choice((6, 7, 8, 10))),
                }
            else:
                changes |= {
                    "place": near(event.place, lang),
                    "day": event.day + timedelta(days=rng.choice((0, 0, 1, 2))),
                }
            other = Event(**{**{n: getattr(other, n) for n in Event.__dataclass_fields__}, **changes})  # type: ignore[arg-type]
            found.append(other)
            stories += account(rng, other, half, papers, len(stories), lang, most=4)
    return found, stories, papers


def account(
    rng: random.Random, event: Event, half: Half, papers: Sequence[Outlet], start: int, lang: str, most: int = 8,
) -> list[Story]:  # fmt: skip
    """All documents on one event, in order of publication."""
    of = {
        k: [p for p in papers if p.kind == k and p.lang == lang]
        for k in ("press", "agency", "warning", "forum")
    }
    press = rng.sample(of["press"], 12)
    told: list[Story] = []
    size = rng.randint(1, most)
    offset = 0
    while len(told) < size:
        number = start + len(told)
        draw = rng.random()
        day = event.day + timedelta(days=1 + offset)
        originals = [s for s in told if not s.of]
        if draw < 0.25 and originals:
            agency = [s for s in originals if s.outlet.startswith("agency")] or originals[:1]
            told.append(copied(rng, agency[0], press.pop(), half, number, lang))
        elif draw < 0.45 and originals:
            told.append(spun(rng, rng.choice(originals), rng.choice(of["forum"]), number, lang))
        else:
            outlet = press.pop()
            right = 0.75
            if not told and rng.random() < 0.5:
                outlet = rng.choice(of["agency"])
            elif rng.random() < 0.1:
                outlet, right = rng.choice(of["warning"]), 1.0
            elif rng.random() < 0.1:
                outlet, right = rng.choice(of["forum"]), 0.6  # somebody who tells it in words of their own
            if any(s.outlet == outlet.id for s in told):
                continue
            told.append(tell(rng, event, outlet, half, number, day=day, right=right))
            offset += rng.choice((0, 0, 0, 1, 1, 2))
    return told


def write(folder: Path, stories: Iterable[Story], papers: Iterable[Outlet]) -> None:
    for paper in papers:
        home = folder / paper.id
        home.mkdir(parents=True, exist_ok=True)
        (home / "source.toml").write_text(
            f'id = "{paper.id}"\nname = "{paper.name}"\nkind = "{paper.kind}"\ngrade = "{paper.grade}"\n'
            f'language = "{paper.lang}"\ncountry = "{"FR" if paper.lang == "fr" else "GB"}"\nlegal_basis = "Invented."\n',
            "utf-8",
        )
    for story in stories:
        body = "\n\n".join(story.paragraphs)
        (folder / story.outlet / f"{story.id}.txt").write_text(
            f"{story.published.isoformat()}\n\n{story.title}\n\n{body}\n", "utf-8"
        )


def measure(store_path: Path, events: Sequence[Event], stories: Sequence[Story]) -> dict[str, float]:
    from vigie.analysis.incidents import read_incidents
    from vigie.store import Store

    with Store.open(store_path) as store:
        rows = store.query(
            "SELECT id, doc_id, sentence, kind, substance, when_start, coalesce(place_department, place_code) AS area FROM facts "
            "WHERE type IN ('event', 'quantity') ORDER BY doc_id, span_start"
        ).to_pylist()
        documents = {
            Path(r["path"]).stem: r
            for r in store.query("SELECT doc_id, path, text, original_id, copied FROM documents").to_pylist()
        }
        begin = time.perf_counter()
        found = read_incidents(store)
        seconds = time.perf_counter() - begin
    stories = [s for s in stories if s.id in documents]  # the same content again is not stored at all
    by_story = {s.id: s for s in stories}
    name = {r["doc_id"]: stem for stem, r in documents.items()}
    cluster = {(e.doc_id, e.observation_id): i.id for i in found.incidents for e in i.evidence}
    # Mentions: (document, event) -> cluster, the one that most of its sentences' facts are in.
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    spread: dict[tuple[str, str], set[str]] = defaultdict(set)
    strange: Counter[str] = Counter()
    simple: dict[tuple[str, str], str] = {}
    for row in rows:
        story = by_story[name[row["doc_id"]]]
        got = cluster.get((row["doc_id"], row["id"]))
        if got is None:
            continue
        sentence = (row["sentence"] or "").strip()
        if any(b and (b in sentence or sentence in b) for b in story.background):
            strange[got] += 1  # figures of a year, put into an event
            continue
        votes[story.id, story.main][got] += 1
        spread[story.id, story.main].add(got)
        simple.setdefault(
            (story.id, story.main), f"{row['substance']} {row['area']} {_week(row['when_start'])}"
        )
    truth = {(s.id, s.main): s.main for s in stories}
    given = {m: (votes[m].most_common(1)[0][0] if votes[m] else f"none-{m}") for m in truth}
    result = {"documents": float(len(stories)), "events": float(len(events)), "seconds": seconds,
              "seen": sum(1 for m in truth if votes[m]) / len(truth),
              "split within a document": sum(1 for m in truth if len(spread[m]) > 1) / len(truth),
              "background joined": float(sum(strange.values()))}  # fmt: skip
    result |= {f"all: {k}": v for k, v in scores(truth, given).items()}
    seen = {m: e for m, e in truth.items() if votes[m]}
    result |= {f"seen: {k}": v for k, v in scores(seen, given).items()}
    result |= {
        f"seen, by substance, department and week: {k}": v
        for k, v in scores(seen, simple).items()
        if "F1" in k
    }
    own = {m: e for m, e in seen.items() if not by_story[m[0]].of}
    result |= {f"seen, no copies: {k}": v for k, v in scores(own, given).items()}

    def head(story: str) -> str:
        found = documents[story]["original_id"]
        return name[found] if found else story

    for how in ("near", "spun", "hard"):
        real = {s.id for s in stories if s.how == how}
        hit = {s for s in real if root(s, by_story) in documents and head(s) == head(root(s, by_story))}
        result[f"copies: {how} put with their original"] = len(hit) / max(1, len(real))
    called = {s: name[r["original_id"]] for s, r in documents.items() if r["original_id"]}
    roots = {s.id: root(s.id, by_story) for s in stories}
    result["copies: precision"] = sum(1 for s, o in called.items() if roots[s] == roots[o]) / max(
        1, len(called)
    )
    result["copies: taken for the original"] = sum(
        1 for s, o in called.items() if roots[s] == roots[o] and not by_story[s].of
    )
    result |= sources(found.incidents, stories, name, given)
    result |= figures(found.incidents, events, stories, given)
    return result


def _week(day: date | None) -> str:
    return "{}-{}".format(*day.isocalendar()[:2]) if day else ""


def root(story: str, by_story: Mapping[str, Story]) -> str:
    """What a copy of a copy is a copy of."""
    while story in by_story and by_story[story].of:
        story = by_story[story].of
    return story


def scores(truth: dict[tuple[str, str], str], given: dict[tuple[str, str], str]) -> dict[str, float]:
    """Pairs of mentions, and B-cubed."""
    a, b, both = (
        Counter(truth.values()),
        Counter(given[m] for m in truth),
        Counter((truth[m], given[m]) for m in truth),
    )
    pairs = sum(n * (n - 1) // 2 for n in both.values())
    true, said = (sum(n * (n - 1) // 2 for n in c.values()) for c in (a, b))
    precision, recall = (pairs / said if said else 1.0), (pairs / true if true else 1.0)
    cubed_p = sum(both[truth[m], given[m]] / b[given[m]] for m in truth) / len(truth)
    cubed_r = sum(both[truth[m], given[m]] / a[truth[m]] for m in truth) / len(truth)
    return {
        "pairs precision": precision, "pairs recall": recall, "pairs F1": harmonic(precision, recall),
        "B3 precision": cubed_p, "B3 recall": cubed_r, "B3 F1": harmonic(cubed_p, cubed_r),
    }  # fmt: skip


def harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def sources(incidents, stories, name, given) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Independent sources of an event against those there were: an agency and those who cut it are one."""
    real: dict[str, set[str]] = defaultdict(set)
    papers: dict[str, set[str]] = defaultdict(set)
    for s in stories:
        if not s.of:
            real[s.main].add(s.outlet)
        papers[s.main].add(s.outlet)
    best: dict[str, int] = {}
    held = {i.id: i for i in incidents}
    for event in real:
        mine = Counter(given[m] for m in given if m[1] == event and given[m] in held)
        best[event] = held[mine.most_common(1)[0][0]].speakers if mine else 0
    off = [abs(best[e] - len(real[e])) for e in real]
    naive = [abs(len(papers[e]) - len(real[e])) for e in real]
    return {"sources: exact": sum(1 for o in off if not o) / len(off), "sources: mean error": sum(off) / len(off),
            "sources: mean error of counting outlets": sum(naive) / len(naive)}  # fmt: skip


def figures(incidents, events, stories, given) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """How often the figure is right (within 2 %): the best supported, the first told, the most frequent one."""
    held = {i.id: i for i in incidents}
    right: Counter[str] = Counter()
    total = hard = told = 0
    for event in events:
        mine = Counter(given[m] for m in given if m[1] == event.id and given[m] in held)
        if not mine:
            continue
        incident = held[mine.most_common(1)[0][0]]
        wanted = (("g", event.grams) if event.grams else ("plant", event.second) if event.kind == "farm"
                  else ("death" if event.kind == "death" else "hospitalisation", event.persons))  # fmt: skip
        line = next((f for f in incident.figures if f.what == wanted[0] or f.unit == wanted[0]), None)
        if line is None or wanted[1] is None:
            continue
        total += 1
        several = len({v for _, v in line.given}) > 1
        told += any(abs(v - wanted[1]) <= 0.02 * wanted[1] for _, v in line.given)
        hard += several

        def good(value: float | None, truth: float = float(wanted[1])) -> bool:
            return value is not None and abs(value - truth) <= 0.02 * truth

        first = line.given[0][1] if line.given else None
        common = Counter(v for _, v in line.given).most_common(1)[0][0] if line.given else None
        for label, value in (("best", line.best), ("first", first), ("most frequent", common)):
            right[label] += good(value)
            right[f"{label}, where they differ"] += several and good(value)
    result = {f"figure: {k}": v / max(1, hard if "differ" in k else total) for k, v in right.items()}
    return {**result, "figure: told by anybody": told / max(1, total), "figure: events with one": float(total),
            "figure: where they differ": float(hard)}  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--half", choices=("tune", "held"), default="tune")
    asked.add_argument("--events", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--keep", type=Path, help="folder to keep the corpus and the store in")
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        events, stories, papers = corpus(halves()[given.half], given.events, given.seed)
        store = folder / "events.duckdb"
        if not store.exists():
            write(folder / "texts", stories, papers)
            vigie = Path(sys.executable).parent / "vigie"
            done = subprocess.run(
                [vigie, "add", folder / "texts", "--store", store],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(done.stderr[-2000:])
        result = measure(store, events, stories)
    if given.json:
        print(json.dumps(result, indent=1))
        return
    print(f"half {given.half}, seed {given.seed}")
    for label, value in result.items():
        print(f"{label:45} {value:.3f}" if value != int(value) or value <= 1 else f"{label:45} {value:.0f}")


if __name__ == "__main__":
    main()
