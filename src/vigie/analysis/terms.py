"""Words that may be new names of substances, new slang or new ways of selling.

In: redacted texts with their day, source and kind. Out: `Found`, candidates with every part of their score, the surest first.
A candidate stands in at least k independent sources of the recent period, near drugs, is in no lexicon, and is no name of a
person, a place or an account. Thresholds and weights: data/terms/scoring.toml. Nothing enters a lexicon by itself.
Left out: known words in a new sense, known words with another beside ("coke rose"), names of three words and more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from vigie.analysis.gathering import By, Corpus, Evidence, Periods, Seen, Text, frequent, gather, rules
from vigie.analysis.morphology import form_of
from vigie.analysis.words import Vocabulary, vocabulary
from vigie.lexicon.gazetteer import gazetteer
from vigie.lexicon.gazetteer import key as place_key
from vigie.model.errors import SeriesError
from vigie.redact.wordlists import lists
from vigie.stats.arrays import FloatArray
from vigie.stats.burst import Interval, bursts, intervals
from vigie.stats.contexts import cosine, ppmi
from vigie.stats.keyness import log_odds

Kind: TypeAlias = Literal["substance", "slang", "modality"]
KINDS: tuple[Kind, ...] = ("substance", "slang", "modality")
_Z_MOST = 8.0
_SURE = 0.9  # weight of a form that is proof enough of a name of a substance


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One word, or two, and why.

    Attributes:
        term: as it is most often written.
        forms: all ways it is written, folded, the most frequent first.
        kind: what it may be, by its contexts.
        score: 0 to 1; only the order means something.
        parts: what each part adds to the score (before the logistic function), by the names of `weights`.
        burst: first and last day of the burst in the recent period; None without one. `weight`: Kleinberg's.
        z: of the log-odds ratio against the earlier period.
        likeness: to the contexts of known terms, 0 to 1.
        nearest: known terms whose contexts are most alike, as "substance/ketamine".
        family: what the form of the word says, "" for none.
        documents, sources: in the recent period; `before`: documents in the earlier one.
        first_seen, last_seen: days of documents.
        counts: documents by period, from the first.
    """

    term: str
    forms: tuple[str, ...]
    kind: Kind
    score: float
    parts: Mapping[str, float]
    burst: tuple[date, date] | None
    weight: float
    z: float
    likeness: float
    nearest: tuple[str, ...]
    family: str
    documents: int
    sources: int
    before: int
    first_seen: date
    last_seen: date
    counts: tuple[int, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Candidates, the surest first, and what they were drawn from.

    Attributes:
        documents: by period, from `first`; `recent`: documents from `since` on.
        refused: words with enough documents and sources that are no candidates, by reason.
    """

    lang: str
    since: date
    until: date
    by: By
    first: date
    documents: tuple[int, ...]
    recent: int
    candidates: tuple[Candidate, ...]
    refused: Mapping[str, int]


def find_terms(
    texts: Callable[[], Iterable[Text]],
    *,
    lang: str,
    since: date,
    until: date,
    by: By = "month",
    kinds: Collection[Kind] = KINDS,
    known: Vocabulary | None = None,
    weights: Mapping[str, float] | None = None,
) -> Found:
    """Candidates of one language in [since, until], judged against everything before.

    Args:
        texts: gives the texts of the language, in any order; asked twice.
        since, until: the recent period.
        by: period of the burst.
        known: what is not new; the lexicons by default.
        weights: by part; those of the data by default.
    Raises:
        SeriesError: if there is nothing in the recent period or nothing before it.
    """
    known = known or vocabulary(lang)
    chosen, recent = frequent(texts(), known, since, until)
    first = min((t.day for t in texts()), default=until)
    if not recent:
        raise SeriesError(
            f"no text in {lang} from {since} to {until} (choose another period, or add documents)"
        )
    if first >= since:
        raise SeriesError(
            f"no text in {lang} before {since}: nothing to compare with (choose a later --since)"
        )
    periods = Periods(first, until, by)
    corpus = gather(texts(), known, chosen, periods, since, until)
    refused: Counter[str] = Counter()
    kept = {}
    for key, seen in corpus.seen.items():
        why = _refusal(key, seen, corpus, known)
        if why:
            refused[why] += 1
        else:
            kept[key] = seen
    scored = _score(kept, corpus, chosen, known, periods, since, weights or rules()["weights"])
    candidates = [c for c in scored if c.burst or c.z >= rules()["least"]["z"]]
    if len(candidates) < len(scored):
        refused["not new"] = len(scored) - len(candidates)
    return Found(
        lang=lang,
        since=since,
        until=until,
        by=by,
        first=first,
        documents=tuple(int(n) for n in corpus.totals),
        recent=recent,
        candidates=tuple(c for c in candidates if c.kind in kinds),
        refused=dict(sorted(refused.items())),
    )


def _refusal(key: str, seen: Seen, corpus: Corpus, known: Vocabulary) -> str:
    """Why a word is no candidate; "" if it is one."""
    rule, documents = rules()["names"], float(seen.hits.sum())
    form = form_of(key)
    if form is not None and form.weight >= _SURE:
        return ""
    if seen.near < rules()["least"]["near_drugs"] * documents:
        return "away from drugs"
    parts = key.split(" ")
    if seen.names > rule["persons"] * seen.places:
        return "like a name"
    # Where all stand at the start of a sentence, nothing says that it is no name.
    if not seen.plain or seen.named >= rule["capital"] * (seen.named + seen.plain):
        if any(part in lists().listed for part in parts):
            return "like a name"
        if gazetteer().find(place_key(key)):
            return "name of a place"
        if seen.things < rule["things"] * seen.named or not seen.named:
            return "capital without a word for a thing"
    if len(parts) > 1 and all(known.is_ordinary(part) for part in parts if part not in known.links):
        return "ordinary words together"
    return ""


def _score(
    kept: Mapping[str, Seen],
    corpus: Corpus,
    chosen: Mapping[str, tuple[int, int]],
    known: Vocabulary,
    periods: Periods,
    since: date,
    weights: Mapping[str, float],
) -> list[Candidate]:
    if not kept:
        return []
    keys = sorted(kept)
    hits = np.array([kept[key].hits for key in keys])
    rule = rules()["burst"]
    burst_of: dict[int, Interval] = {}
    recent = periods.of(since)
    for interval in intervals(bursts(hits, corpus.totals, ratio=rule["ratio"], gamma=rule["gamma"])):
        best = burst_of.get(interval.term)
        if interval.end >= recent and (best is None or interval.weight > best.weight):
            burst_of[interval.term] = interval
    now = np.array([chosen[key][0] for key in keys], dtype=np.float64)
    before = hits.sum(axis=1) - now
    every = float(corpus.recent + corpus.earlier)
    odds = log_odds(
        now,
        before,
        now + before,
        strength=rules()["log_odds"]["strength"] * every,
        totals=(float(corpus.recent), float(corpus.earlier), every),
    )
    likeness, nearest, classes = _alike(keys, kept, corpus)
    found = []
    for n, key in enumerate(keys):
        seen, form, burst = kept[key], form_of(key), burst_of.get(n)
        ordinary = sum(known.is_ordinary(part) for part in key.split(" ")) / (key.count(" ") + 1)
        values = {
            "burst": float(np.log1p(max(burst.weight, 0.0))) if burst else 0.0,
            "log_odds": float(np.clip(odds.z[n], 0, _Z_MOST)),
            "context": float(likeness[n]),
            "morphology": form.weight if form else 0.0,
            "ordinary": ordinary,
        }
        parts = {name: round(weights[name] * value, 4) for name, value in values.items()}
        total = weights["bias"] + sum(parts.values())
        assert seen.first is not None and seen.last is not None
        found.append(
            Candidate(
                term=_written(seen),
                forms=tuple(form for form, _ in seen.forms.most_common()),
                kind=_kind(classes[n], seen, form.weight if form else 0.0),
                score=float(1 / (1 + np.exp(-total))),
                parts=parts,
                burst=(periods.start(burst.start), periods.end(burst.end)) if burst else None,
                weight=max(burst.weight, 0.0) if burst else 0.0,
                z=float(odds.z[n]),
                likeness=float(likeness[n]),
                nearest=nearest[n],
                family=form.id if form else "",
                documents=chosen[key][0],
                sources=chosen[key][1],
                before=int(before[n]),
                first_seen=seen.first,
                last_seen=seen.last,
                counts=tuple(int(v) for v in seen.hits),
                evidence=tuple(sorted(seen.evidence.values(), key=lambda e: (e.day, e.doc_id), reverse=True)),
            )
        )
    return sorted(found, key=lambda c: (-c.score, c.term))


def _written(seen: Seen) -> str:
    """The commonest way of writing it; that at the start of sentences only where there is no other."""
    plain = [(count, way) for way, count in seen.written.items() if not way[0].isupper() or seen.named]
    return max(plain or [(count, way) for way, count in seen.written.items()])[1]


def _alike(
    keys: Sequence[str], kept: Mapping[str, Seen], corpus: Corpus
) -> tuple[FloatArray, list[tuple[str, ...]], list[str]]:
    """Likeness to the class that is most alike, the nearest known terms, and the class."""
    rule = rules()["context"]
    names = sorted(name for name, count in corpus.places.items() if count >= rule["least"])
    if not names:
        return np.zeros(len(keys)), [()] * len(keys), [""] * len(keys)
    pooled: dict[str, Counter[str]] = defaultdict(Counter)
    for name, contexts in corpus.known.items():
        pooled[_class_of(name)].update(contexts)
    classes = sorted(pooled)
    rows = [*(kept[key].contexts for key in keys), *(corpus.known[name] for name in names)]
    rows += [pooled[name] for name in classes]
    together: Counter[str] = Counter()
    for row in rows[: len(keys)]:
        together.update(row.keys())
    columns = {name: n for n, (name, _) in enumerate(together.most_common(rule["contexts"]))}
    table = np.zeros((len(rows), len(columns)))
    for n, row in enumerate(rows):
        for name, count in row.items():
            column = columns.get(name)
            if column is not None:
                table[n, column] = count
    margins = np.array([_margin(name, corpus.words, rule["window"]) for name in columns])
    weights = ppmi(table, margins=margins, smoothing=rule["smoothing"])
    mine, theirs = weights[: len(keys)], weights[len(keys) : len(keys) + len(names)]
    to_terms = np.nan_to_num(cosine(mine, theirs))
    to_classes = np.nan_to_num(cosine(mine, weights[len(keys) + len(names) :]))
    order = np.argsort(-to_terms, axis=1, kind="stable")[:, : rule["nearest"]]
    nearest = [tuple(names[i] for i in row if to_terms[n, i] > 0) for n, row in enumerate(order)]
    best = to_classes.argmax(axis=1)
    return to_classes.max(axis=1), nearest, [classes[i] for i in best]


def _class_of(name: str) -> str:
    """ "substance", or "modality/channel": families of ways of selling have contexts of their own."""
    return name.partition("/")[0] if name.startswith("substance/") else name.partition(":")[0]


def _margin(context: str, words: Counter[str], window: int) -> float:
    """How often a context is seen beside any word."""
    side, _, word = context.partition(":")
    if word and side in ("-2", "-1", "1", "2"):
        return float(words[word])
    return float(2 * window * words[context])


def _kind(likest: str, seen: Seen, form: float) -> Kind:
    if form < 0.5 and likest.startswith("modality"):
        return "modality"
    informal = seen.informal >= rules()["sources"]["slang_share"] * float(seen.hits.sum())
    return "slang" if informal and form < 0.5 else "substance"
