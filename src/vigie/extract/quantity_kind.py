"""What happened to an amount of product: seized, shipped, possessed, sold, consumed, produced.

In: Analysis and a mention. Out: the nearest cue of its sentence, else of the sentences before it, else None.
Words: data/lexicons/<lang>/quantity_kinds.toml. Senses of a cue:
    actor, arrest   who acts, who is stopped: far weaker than a verb
    weak, hidden    a court's verdict, a hiding place: weaker than a verb
    arrival         a load on its way: seized where a verb of seizing governs the clause
    packet          a parcel: counts before the amount alone
    carry, laden, hide  a vehicle, a parcel, a traveller or a keeper: what is carried is shipped (or possessed, where a check is told), what a
                    thing hid was found
    custody         seized where an authority acts
    verb            a noun after an article or a preposition ("the hulls of ships")
    near            counts right before the amount alone ("passent dix grammes")
    deliver         sold, unless a search is what yielded it
    take, swallow   verbs of many uses
The id "not" is a purpose, no deed ("prêts à être récoltés"). A source that is cited tells less than a verb ("d'après le
décompte de la police, il a vendu 60 kg").
Carriers: [<lang>.carrier] of data/grammar/persons.toml. Left out: amounts that nobody held ("one kilogram could kill").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from vigie.extract.analysis import Analysis
from vigie.extract.cues import hits_in
from vigie.extract.mentions import QuantityMention
from vigie.extract.nearness import word_of
from vigie.lexicon.grammar import alternation, plurals
from vigie.lexicon.matcher import Hit
from vigie.lexicon.terms import data_toml
from vigie.model.observation import QuantityKind
from vigie.text.sentences import Span

_SWALLOWED = 50.0  # grams
_MANY_SWALLOWED = 10.0  # capsules
_FAR = 60.0  # code points that a weak cue costs more
_BULK = 500.0  # grams: nobody consumes that much at once
_MANY = 1000  # pieces: the same
WEAK = frozenset({"actor", "arrest", "weak", "hidden"})
_NO_DEED = frozenset({"actor", "arrest", "hidden", "custody"})  # senses of "seized" that tell no seizing
_ACTIVE = frozenset(
    {"prend", "prennent", "prenait", "prenaient", "prenais", "prendre", "took"}
)  # whose object follows
_CITED = 160  # code points around an amount in which a cited source is looked for
_ANSWER = 30  # code points from the start of a sentence to the amount that answers a question
_BACK = (1, 2, 3)  # sentences back that a list of seizures goes on


@dataclass(frozen=True, slots=True)
class KindHit:
    """A kind with the position of its cue, and the cue's own sense ("take", "swallow", "actor") where it has one."""

    id: QuantityKind
    at: int
    sense: str = ""


def kind_of(analysis: Analysis, mention: QuantityMention) -> KindHit | None:
    """The nearest cue of the sentence, else of the sentences before it (a list of seizures goes on)."""
    sentence = analysis.sentence_at(mention.start)
    made = word_of(analysis.lang, "makes", "$").search(
        analysis.folded[max(0, mention.start - 14) : mention.start]
    )
    if made:
        return KindHit("produced", mention.start)  # "la Colombie produit 1 700 tonnes"
    hits = _deeds(analysis, sentence)
    if (asked := _answered(analysis, mention, sentence)) is not None:
        return KindHit(asked.term.id, asked.start)  # type: ignore[arg-type]
    best = _nearest(analysis, mention, hits)
    if best is not None:
        return _judged(analysis, mention, best, hits, sentence)
    if word_of(analysis.lang, "possible").search(analysis.folded[mention.end : sentence.end]):
        return None  # "one kilogram could kill": no amount that anyone held
    if any(h.term.id == "sample" for h in hits_in(analysis, "purity", sentence.start, sentence.end)):
        return None  # "the service analysed 14 tablets"
    return _gone_on(analysis, mention)


def _deeds(analysis: Analysis, sentence: Span) -> list[Hit]:
    """The cues of a sentence, without purposes and nouns that look like verbs."""
    return [
        hit
        for hit in hits_in(analysis, "quantity_kinds", sentence.start, sentence.end)
        if hit.term.id != "not"
        and not (
            _sense(hit) == "verb" and _noun(analysis.lang).search(analysis.folded, hit.start - 12, hit.start)
        )
    ]


def _nearest(analysis: Analysis, mention: QuantityMention, hits: Sequence[Hit]) -> Hit | None:
    """The cue that costs least to reach."""
    lawful = any(h.term.id == "seized" and _sense(h) != "custody" for h in hits)
    bulk = _bulk(mention)
    cited = [m.span() for m in _cited(analysis.lang).finditer(analysis.folded, *_around(analysis, mention))]
    best: tuple[float, Hit] | None = None
    for hit in hits:
        if hit.start < mention.end and hit.end > mention.start:
            continue
        before = hit.end <= mention.start
        gap = analysis.folded[hit.end : mention.start] if before else analysis.folded[mention.end : hit.start]
        sense = _sense(hit)
        if (sense == "near" and (not before or gap.strip())) or (sense == "packet" and not before):
            continue
        if sense == "take" and not before and analysis.folded[hit.start : hit.end] in _ACTIVE:
            continue  # "des colis de 300 grammes prennent le relais"
        if (sense == "custody" and not lawful) or (sense == "take" and bulk and not lawful):
            continue
        cost = len(gap) + 40.0 * gap.count(";") + 10.0 * gap.count(",")
        if sense in WEAK or any(first < hit.start < last for first, last in cited):
            cost += _FAR  # "police believe that 6 kg were sold": the verb says more than who speaks
        if not before:
            cost += 6
            if _part(analysis.lang).search(gap):
                cost += _FAR  # "12 tonnes, dont nous avons saisi l'essentiel"
        if best is None or cost < best[0]:
            best = (cost, hit)
    return best[1] if best is not None else None


def _around(analysis: Analysis, mention: QuantityMention) -> tuple[int, int]:
    sentence = analysis.sentence_at(mention.start)
    return max(sentence.start, mention.start - _CITED), min(sentence.end, mention.end + _CITED)


def _judged(
    analysis: Analysis, mention: QuantityMention, hit: Hit, hits: Sequence[Hit], sentence: Span
) -> KindHit:
    """The kind of the nearest cue, as the other words of its sentence tell it."""
    sense, kind = _sense(hit), hit.term.id
    caught = [_sense(h) for h in hits if h.term.id == "seized"]
    deed = any(s not in _NO_DEED for s in caught)
    told: QuantityKind = kind  # type: ignore[assignment]
    if sense == "take" and caught and (_bulk(mention) or _by_actor(hit, hits)):
        told = "seized"  # "les douaniers ont pris 3,4 kg"
    elif sense in ("carry", "laden"):
        if _carried_by_thing(analysis, hit, sentence):
            # "la marine a intercepté un voilier transportant 2 tonnes"; "intercepté mardi, il transportait 3 tonnes"
            told = "seized" if deed and sense == "laden" else "shipped"
        elif sense == "carry" and not caught:
            told = "shipped"  # "deux voyageurs transportaient 38 000 gélules": a journey, and no search
    elif sense == "deliver" and _searches(analysis.lang).search(analysis.folded, sentence.start, hit.start):
        told = "seized"  # "la perquisition avait livré 3 kg"
    elif sense == "hide":
        if deed or _carried_by_thing(analysis, hit, sentence):  # "un camion cachait 318 kilos"
            mailed = any(h.term.id == "shipped" and not _sense(h) for h in hits) and not deed
            told = "shipped" if mailed and _in_parcel(analysis, hit, sentence) else "seized"
    elif sense == "hidden":
        others = [h.term.id for h in hits if h.term.id in ("shipped", "possessed") and _sense(h) not in WEAK]
        told = others[0] if others and not deed else "seized"  # type: ignore[assignment]
    elif (kind == "possessed" and deed) or (sense in ("arrival", "packet") and (deed or "arrest" in caught)):
        told = "seized"
    elif sense == "swallow" and (
        (mention.grams or 0) >= _SWALLOWED
        or (mention.grams is None and (mention.low or 0) >= _MANY_SWALLOWED)
    ):
        told = "shipped"  # a courier, no consumer
    return KindHit(told, hit.start, sense)


def _by_actor(hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether an authority is named before a verb of many uses: it takes what others held."""
    return any(h.term.id == "seized" and _sense(h) == "actor" and h.end <= hit.start for h in hits)


def _answered(analysis: Analysis, mention: QuantityMention, sentence: Span) -> Hit | None:
    """The deed that the question before asks the amount of: "A-t-on beaucoup saisi ? 277 kg en 2022"."""
    index = analysis.sentence_index(sentence.start)
    if index == 0 or mention.start - sentence.start > _ANSWER:
        return None
    asked = analysis.sentences[index - 1]
    if not analysis.text[asked.start : asked.end].rstrip(' »"\u00a0\u202f').endswith("?"):
        return None
    return next((h for h in reversed(_deeds(analysis, asked)) if not _sense(h)), None)


def _gone_on(analysis: Analysis, mention: QuantityMention) -> KindHit | None:
    """The seizure that sentences before or the title tell of."""
    index = analysis.sentence_index(mention.start)
    for back in _BACK:
        if index - back < 0 or analysis.sentences[index - back].start < analysis.body_start <= mention.start:
            break
        previous = analysis.sentences[index - back]
        hits = hits_in(analysis, "quantity_kinds", previous.start, previous.end)
        if back == 1 and analysis.text[previous.start : previous.end].rstrip(' »"').endswith("?"):
            asked = [h for h in hits if h.term.id in ("consumed", "sold", "produced")]
            if asked:  # "Combien la France consomme-t-elle ? Entre 350 et 450 tonnes."
                return KindHit(asked[-1].term.id, asked[-1].start)  # type: ignore[arg-type]
        seized = [h for h in hits if h.term.id == "seized" and _sense(h) not in ("custody", "hidden")]
        if seized:
            return KindHit("seized", seized[-1].start)
        traded = [h for h in hits if h.term.id == "sold" and not _sense(h)]
        if back == 1 and len(traded) > 1:  # "elle l'achetait à un cousin, et en cédait la moitié"
            return KindHit("sold", traded[-1].start)
    if analysis.body_start and any(
        h.term.id == "seized" for h in hits_in(analysis, "quantity_kinds", 0, analysis.body_start)
    ):
        return KindHit("seized", 0)
    return None


def _sense(hit: Hit) -> str:
    return str(hit.term.extra.get("sense", ""))


def _bulk(mention: QuantityMention) -> bool:
    """More than anybody takes at once."""
    if mention.grams is not None:
        return mention.grams >= _BULK
    return (mention.low or mention.high or 0) >= _MANY


def _carried_by_thing(analysis: Analysis, hit: Hit, sentence: Span) -> bool:
    """Whether a vehicle or a parcel is the subject of a verb of carrying: the last carrier named before it."""
    pattern = _carriers(analysis.lang)
    here = list(pattern.finditer(analysis.folded, sentence.start, hit.start))
    if not here:
        index = analysis.sentence_index(sentence.start)
        pronoun = _pronoun(analysis.lang).search(
            analysis.folded, max(sentence.start, hit.start - 12), hit.start
        )
        if pronoun is None or index == 0:
            return False
        here = list(pattern.finditer(analysis.folded, analysis.sentences[index - 1].start, sentence.start))
    return bool(here) and here[-1]["thing"] is not None


def _in_parcel(analysis: Analysis, hit: Hit, sentence: Span) -> bool:
    """Whether a parcel is what held an amount: it was on its way."""
    return _parcel(analysis.lang).search(analysis.folded, sentence.start, hit.start) is not None


@cache
def _cited(lang: str) -> re.Pattern[str]:
    """A source that is cited, to the end of its phrase."""
    words = data_toml("grammar", "persons.toml")[lang]["carrier"]["cited"]
    return re.compile(rf"\b{alternation(words)}\b[^,;:.()]*")


@cache
def _noun(lang: str) -> re.Pattern[str]:
    """What makes a word that may be a verb a noun."""
    words = data_toml("grammar", "persons.toml")[lang]["carrier"]["noun_after"]
    return re.compile(rf"\b{alternation(words)}[ ]$")


@cache
def _searches(lang: str) -> re.Pattern[str]:
    words = data_toml("grammar", "persons.toml")[lang]["carrier"].get("searches", ())
    return re.compile(rf"\b{alternation(plurals(words))}\b" if words else "(?!)")


@cache
def _parcel(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{alternation(plurals(data_toml('grammar', 'persons.toml')[lang]['carrier']['parcels']))}\b"
    )


@cache
def _carriers(lang: str) -> re.Pattern[str]:
    """Things and persons that carry, told apart by the group "thing"."""
    data = data_toml("grammar", "persons.toml")[lang]
    things = alternation(plurals([*data["vehicles"], *data["carrier"]["things"]]))
    persons = alternation(plurals([*data["nouns"], *data["sets"]]))
    return re.compile(rf"\b(?:(?P<thing>{things})|{persons})\b")


@cache
def _pronoun(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b{alternation(data_toml('grammar', 'persons.toml')[lang]['carrier']['pronouns'])}[ ]$"
    )


@cache
def _part(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{alternation(data_toml('grammar', 'persons.toml')[lang]['carrier']['part'])}\b")
