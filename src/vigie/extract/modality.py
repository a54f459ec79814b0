"""Ways of selling, delivering, paying, marketing, organising and using that a text describes.

In: text, language. Out: ModalityMention spans; `extract_modalities` yields one Draft per code and sentence.
Words: data/lexicons/<lang>/modalities.toml; context: data/lexicons/<lang>/market.toml. An ambiguous word counts only
where a sentence around speaks of a drug market. Left out: who is meant when a text names a population that neither
uses nor sells, and modalities that no word of the lexicon names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Set
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from vigie.extract.context import Context, context_of
from vigie.extract.mentions import ModalityMention
from vigie.extract.scan import NEAR, Scan, lexicon_file, scan
from vigie.lexicon.matcher import Hit, flatten
from vigie.lexicon.terms import Term, parse_terms
from vigie.model.observation import ModalityValue, PriceValue
from vigie.text.normalise import fold

if TYPE_CHECKING:
    from vigie.extract.analysis import Analysis, Draft

RULE = "modality.lexicon@1"
_MARKET = ("drug", "trade")
_WORD = re.compile(r"[\w']+")
_REACH = 2  # sentences within which a word that has other meanings looks for talk of a drug market
_DRUG_REACH = 3  # sentences: a paragraph that has stopped speaking of drugs yields nothing
_SAME_PARAGRAPH = 8  # sentences after a drug, in the paragraph of a document whose title names one
_YIELD_REACH = 3  # sentences: the "sites de vente" of a paragraph on the darknet are the darknet's
# A capitalised name of one to three words in quotation marks: « Tesla », "Blue Dolphin"
_QUOTED = re.compile(
    r"«\s?[A-Z0-9ÉÈ][\w.’'-]{1,14}(?:\s[A-Z0-9][\w’'-]{0,14}){0,2}\s?»|[“\"‘'][A-Z0-9][\w-]{1,14}(?:\s[A-Z0-9][\w-]{0,14}){0,2}[”\"’']"
)
_BRAND = Term(id="marketing:branding", surface=("",), status="ambiguous")
_BRAND_BEFORE = 24  # characters: "des comprimés roses dits « … »"
_LONG = 120  # characters that figures or a quoted name may read past the sentence they begin in
_CHEAPER = 1.05  # how much dearer the single unit must be for the rest to be a discount
_CONFIDENCE = {"strong": 0.9, "ambiguous": 0.8}


def find_modalities(text: str, lang: str) -> list[ModalityMention]:
    """Modalities named in `text`, in order; one span may state several codes."""
    return [mention for mention, _term in _mentions(text, lang, context_of(text, lang))]


def named_modalities(text: str, lang: str, start: int, end: int) -> list[ModalityMention]:
    """Modalities that words name in [start, end); those that figures or stamps state are left out."""
    found = scan(text, lang)
    first, last = found.sentence_index(start), found.sentence_index(end)
    around = set(range(first - _YIELD_REACH, last + _YIELD_REACH + 1))
    named = _mentions(text, lang, context_of(text, lang), around, words_only=True)
    return [mention for mention, _term in named if start <= mention.start < end]


def modalities_of_field(text: str, lang: str, start: int, end: int) -> list[ModalityMention]:
    """Modalities named in [start, end), a field that asks for nothing but ways of buying: a word with other meanings counts."""
    found = scan(text, lang)
    inside = set(range(found.sentence_index(start), found.sentence_index(max(start, end - 1)) + 1))
    context = context_of(text, lang)
    for kind in _MARKET:
        context = context.also(kind, inside)
    named = _mentions(text, lang, context, inside, words_only=True)
    return [mention for mention, _term in named if start <= mention.start < end]


def extract_modalities(analysis: Analysis) -> Iterator[Draft]:
    """One Draft per code and sentence where drugs are spoken of; the title counts only for what the body omits."""
    from vigie.extract.analysis import Draft  # analysis imports this module's finder

    found = scan(analysis.text, analysis.lang)
    context = context_of(analysis.text, analysis.lang)
    drugs = {found.sentence_index(m.start) for m in analysis.substances if m.substance}
    drugs |= context.sentences("drug")
    if not drugs:
        return
    titled = any(m.substance and m.start < analysis.body_start for m in analysis.substances)
    kept: dict[tuple[str, str, int], tuple[ModalityMention, Term]] = {}
    wanted = _reached(drugs, titled)
    for mention, term in _mentions(analysis.text, analysis.lang, context.also("drug", drugs), wanted):
        sentence = found.sentence_index(mention.start)
        if _near_drugs(sentence, drugs, found, titled):
            kept.setdefault((mention.family, mention.code, sentence), (mention, term))
    in_body = {key[:2] for key, (mention, _) in kept.items() if mention.start >= analysis.body_start}
    for key, (mention, term) in kept.items():
        if mention.start < analysis.body_start and key[:2] in in_body:
            continue
        yield Draft(
            start=mention.start,
            end=mention.end,
            value=ModalityValue(family=mention.family, code=mention.code),
            rule=f"{RULE}|{_status(term)}",
            confidence=_CONFIDENCE[_status(term)],
            assertion="affirmed" if term.extra.get("asserted") else None,
        )
    yield from _bulk_discounts(analysis)


def _bulk_discounts(analysis: Analysis) -> Iterator[Draft]:
    """A lower price a gram or a pill for several of them, beside the price of one: what the figures say."""
    from vigie.extract.analysis import Draft

    retail = [
        (draft, value)
        for draft in analysis.prices
        if isinstance(value := draft.value, PriceValue) and value.kind == "retail" and value.eur_per_unit
    ]
    for draft, value in retail:
        if (value.per_value or 1) <= 1:
            continue
        index = analysis.sentence_index(draft.start)
        dearer = [
            other
            for other, single in retail
            if (single.per_value or 1) < (value.per_value or 1)
            and single.unit == value.unit
            and other.substance == draft.substance
            and 0 <= index - analysis.sentence_index(other.start) <= 1
            and (single.eur_per_unit or 0) > _CHEAPER * (value.eur_per_unit or 0)
        ]
        if dearer:
            yield Draft(
                start=draft.start,
                end=draft.end,
                value=ModalityValue(family="marketing", code="bulk-discount"),
                rule="modality.bulk_discount@1",
                confidence=0.75,
                substance=draft.substance,
                form=draft.form,
                place=draft.place,
            )


def _near_drugs(sentence: int, drugs: set[int], found: Scan, titled: bool) -> bool:
    """Whether drugs are spoken of within a few sentences; a few more where the title is about one of them."""
    if any(i in drugs for i in range(sentence - _DRUG_REACH, sentence + _DRUG_REACH + 1)):
        return True
    return titled and any(
        i in drugs and "\n" not in found.text[found.spans[i].start : found.spans[sentence].end]
        for i in range(max(0, sentence - _SAME_PARAGRAPH), sentence)
    )


def _reached(drugs: set[int], titled: bool) -> set[int]:
    """The sentences that decide what is found near drugs: those near, and those whose codes these may yield to."""
    after = max(_DRUG_REACH, _SAME_PARAGRAPH) if titled else _DRUG_REACH
    reach = range(-_DRUG_REACH - _YIELD_REACH, after + _YIELD_REACH + 1)
    return {sentence + step for sentence in drugs for step in reach}


@cache
def figure_patterns(lang: str) -> tuple[tuple[Term, re.Pattern[str]], ...]:
    """The `[[pattern]]` entries: figures that state a code ("three for 25")."""
    entries = lexicon_file("modalities", lang).get("pattern", ())
    terms = parse_terms(
        {"term": [{**entry, "surface": [entry["pattern"]], "status": "ambiguous"} for entry in entries]},
        f"data/lexicons/{lang}/modalities.toml [[pattern]]",
    )
    return tuple((term, re.compile(term.surface[0])) for term in terms)


def _figures(
    lang: str, found: Scan, context: Context, wanted: Set[int] | None
) -> Iterator[tuple[int, int, Term]]:
    """Figures that state a code, looked for where drugs are spoken of."""
    for term, pattern in figure_patterns(lang):
        near = context.around("drug", term.extra.get("reach", 1))
        last = 0
        for start, end in found.stretches(near if wanted is None else near & wanted):
            for match in pattern.finditer(found.flat, max(start, last), end + _LONG):
                if match.start() >= end:
                    break
                yield (*match.span(), term)
                last = match.end()


def _brands(
    text: str, lang: str, found: Scan, context: Context, wanted: Set[int] | None
) -> Iterator[ModalityMention]:
    """Products that a text calls by their stamp or label: a quoted name beside a word for pills, bags or a colour."""
    words = lexicon_file("modalities", lang).get("brands", {})
    if not words:
        return
    before = _second_group(tuple(words["before"]), lang)
    after = _second_group(tuple(words["after"]), lang)
    near = context.around("drug", 1)
    stretches = found.stretches(near if wanted is None else near & wanted)
    found_in = ((m, end) for start, end in stretches for m in _QUOTED.finditer(text, start, end + _LONG))
    for match in (m for m, end in found_in if m.start() < end):
        head = found.flat[max(0, match.start() - _BRAND_BEFORE) : match.start()]
        coloured = after.match(found.flat, match.end() + 1)
        if coloured or before.search(head):
            yield ModalityMention(
                start=match.start(), end=coloured.end() if coloured else match.end(),
                family="marketing", code="branding",
            )  # fmt: skip


def _mentions(
    text: str, lang: str, context: Context, wanted: Set[int] | None = None, *, words_only: bool = False
) -> list[tuple[ModalityMention, Term]]:
    """Modalities of the sentences of those numbers, or of all; they yield to others of these sentences only."""
    found = scan(text, lang)
    code = lang if lang in ("fr", "en") else "fr"
    stretches = [(0, len(text) + 1)] if wanted is None else list(found.stretches(wanted))
    spans = [
        (hit.start, hit.end, hit.term)
        for stretch in stretches
        for hit in found.hits_in("modalities", *stretch)
        if not hit.term.id.startswith("none") and _in_context(hit, found, context)
    ]
    spans += [
        (*span, hit.term)
        for stretch in stretches
        for hit in found.hits_in(NEAR, *stretch)
        if _in_context(hit, found, context) and (span := _near(hit, found, code)) is not None
    ]
    read = context.speaks_of("drug") and not words_only
    if read:
        spans += _figures(code, found, context, wanted)
    codes = {(term.id, found.sentence_index(start)) for start, _end, term in spans}
    mentions: dict[tuple[int, int, str], tuple[ModalityMention, Term]] = {}
    for start, end, term in spans:
        sentence = found.sentence_index(start)
        around = range(sentence - _YIELD_REACH, sentence + _YIELD_REACH + 1)
        if any((code, i) in codes for code in term.extra.get("yields_to", ()) for i in around):
            continue
        for identifier in (term.id, *term.extra.get("also", ())):
            family, _, named = identifier.partition(":")
            mention = ModalityMention(start=start, end=end, family=family, code=named)
            mentions.setdefault((start, end, identifier), (mention, term))
    for mention in _brands(text, code, found, context, wanted) if read else ():
        mentions.setdefault((mention.start, mention.end, "marketing:branding"), (mention, _BRAND))
    return [mentions[key] for key in sorted(mentions)]


def _status(term: Term) -> str:
    return "ambiguous" if "near" in term.extra else term.status


def _in_context(hit: Hit, found: Scan, context: Context) -> bool:
    """Whether a word that has other meanings stands in talk of a drug market."""
    if _status(hit.term) == "strong":
        return True
    sentence = found.sentence_index(hit.start)
    if context.furniture(sentence):
        return False
    kinds = hit.term.extra.get("context", _MARKET)
    return context.holds(kinds, sentence, hit.term.extra.get("reach", _REACH), hit.start, hit.end)


@lru_cache(maxsize=4)
def _known_near(flat: str, lang: str) -> dict[tuple[int, int, int], tuple[int, int] | None]:
    """What `_near` said of the hits of a text, by where they stand and their entry: each sentence around asks for them again."""
    return {}


def _near(hit: Hit, found: Scan, lang: str) -> tuple[int, int] | None:
    """Span from the first group's word to a word of the second group, within the entry's number of words."""
    known = _known_near(found.flat, lang)
    key = hit.start, hit.end, id(hit.term)
    if key not in known:
        known[key] = _read_near(hit, found, lang)
    return known[key]


def _read_near(hit: Hit, found: Scan, lang: str) -> tuple[int, int] | None:
    sentence = found.sentence_at(hit.start)
    most = hit.term.extra["words"]
    second = _second_words(found.flat, tuple(hit.term.extra["near"][1]), lang, sentence.start, sentence.end)
    after = bisect_left(second, (hit.end,))
    if after < len(second) and _fewer_words(found.flat, hit.end, second[after][0], most):
        return hit.start, second[after][1]
    while after:  # the nearest before: those ahead of it are further in words too
        after -= 1
        if second[after][1] <= hit.start:
            near = _fewer_words(found.flat, second[after][1], hit.start, most)
            return (second[after][0], hit.end) if near else None
    return None


@lru_cache(maxsize=64)  # each hit of a long sentence asks
def _second_words(
    flat: str, words: tuple[str, ...], lang: str, start: int, end: int
) -> list[tuple[int, int]]:
    return [match.span() for match in _second_group(words, lang).finditer(flat, start, end)]


def _fewer_words(flat: str, start: int, end: int, most: int) -> bool:
    return sum(1 for _word in islice(_WORD.finditer(flat, start, end), most)) < most


@cache
def _second_group(words: tuple[str, ...], lang: str) -> re.Pattern[str]:
    """One of the words; "@use" stands for the words of that group of the lexicon, "*" for the rest of a word."""
    groups = lexicon_file("modalities", lang).get("groups", {})
    every = [w for word in words for w in (groups[word[1:]] if word.startswith("@") else (word,))]
    folded = sorted({flatten(fold(word)) for word in every}, key=len, reverse=True)
    alternatives = (re.escape(w[:-1]) + r"\w*" if w.endswith("*") else re.escape(w) for w in folded)
    return re.compile(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)")
