"""Which substance an amount speaks of, and why.

In: an Analysis and the span of an amount. Out: a Link with its reason, which ends up in the observation's rule.
Order of evidence: named right after ("60 € le gramme de cocaïne"), the nearest before in the sentence, the nearest
after, the sentences before, the title. What does not come in the unit said (cocaine by the pill) is passed over, and so
is what only serves a comparison ("moins chère que l'héroïne"). Left out: anaphora ("ce produit"), resolved like "carried".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from operator import attrgetter

from vigie.extract.analysis import ANTIDOTES, Analysis, within
from vigie.extract.mentions import SubstanceMention
from vigie.extract.price_words import any_of, leading, price_words
from vigie.lexicon.grammar import alternation, grammar, link_words, plurals
from vigie.lexicon.substances import ancestors
from vigie.lexicon.terms import data_toml
from vigie.text.sentences import Span

_BARE_NEXT = re.compile(r"[ ]\(?(?:suspected |pure )?")
_WORD = re.compile(r"[a-z'-]+")
_PAUSE = re.compile(r"[;,:]")
_CUT = re.compile(r"[,;]")
_START = attrgetter("start")
_CARRY = 6  # sentences a topic is carried over
UNIT_SUBSTANCE = {"rock": ("crack", "rock"), "blotter": ("lsd", "blotter")}  # pieces of one substance only
_FAMILIES = frozenset({"medicines", "psychoactives"})  # said beside a member, never the product priced


@dataclass(frozen=True, slots=True)
class Link:
    """A substance and form with the reason of the link; `other` = the text names something that is no drug."""

    substance: str | None
    form: str | None
    reason: str
    weight: float
    other: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    of: re.Pattern[str]
    lead: re.Pattern[str]
    generic: re.Pattern[str]
    form_only: re.Pattern[str]


@cache
def _words(lang: str) -> _Words:
    determiner = f"(?:{link_words(lang, 'determiners')})?"
    return _Words(
        of=re.compile(
            rf"[ \n]*(?:{link_words(lang, 'before_of')})?{link_words(lang, 'of')}(?:{link_words(lang, 'after_of')})?[\"(]?[ ]?"
        ),
        lead=re.compile(rf"[ \n]*{link_words(lang, 'for')}"),
        generic=re.compile(rf"{determiner}{alternation(plurals(grammar(lang).link['generic']))}\b"),
        form_only=re.compile(
            rf"{alternation(plurals([*grammar(lang).link['form_only'], *price_words(lang, 'form_more')]))}\b"
        ),
    )


NO_LINK = Link(None, None, "none", 0.0)


def _at(mentions: Sequence[SubstanceMention], offset: int) -> list[SubstanceMention]:
    """Mentions that cover `offset` or begin right there: "gélules de prégabaline" is one mention."""
    around = within(mentions, offset - 40, offset + 2)
    return [m for m in around if m.end > offset]


def named_after(analysis: Analysis, end: int) -> Link | None:
    """The substance right after an amount or a unit; a Link with `other` if another thing is named; None if nothing."""
    words = _words(analysis.lang)
    match = words.of.match(analysis.folded, end)
    if match:
        at = match.end()
        for mention in _at(analysis.products, at):
            return Link(mention.substance, mention.form, "named", 0.95)
        rest = analysis.folded[at : at + 40]
        if words.generic.match(rest):
            return Link(None, None, "generic", 0.8)
        word = _WORD.match(rest)
        numeral = rest[:1].isdigit() or (word is not None and word.group() in grammar(analysis.lang).numbers)
        if match.group().strip(' \n"(').startswith(("pour", "for")) or numeral:
            return None
        last = match.group().split()[-1] if match.group().split() else ""
        if words.form_only.fullmatch(last):
            return None  # "300 kilos of powder were found"
        form = words.form_only.match(rest)
        if form:
            inner = named_after(analysis, at + form.end())
            return inner if inner and not inner.other else None
        return (
            Link(None, None, "other:" + word.group(), 0.5, other=True)
            if word and len(word.group()) > 2
            else None
        )
    bare = _BARE_NEXT.match(analysis.folded, end)
    if bare:
        for mention in _at(analysis.substances, bare.end()):
            if mention.substance:
                return Link(mention.substance, mention.form, "adjacent", 0.9)
    return None


def link_substance(
    analysis: Analysis,
    start: int,
    end: int,
    *,
    carry: int = _CARRY,
    object_first: bool = False,
    piece: str | None = None,
    unit: str | None = None,
    product: bool = False,
) -> Link:
    """The substance an amount at [start, end) speaks of.

    Args:
        piece: the form of the pieces counted; unit: what the amount is said per, or counted in.
        product: True where what a product is cut with cannot be meant (prices, masses; not contents).
    """
    units = grammar(analysis.lang).units
    inside = [
        m
        for m in analysis.products_in(start, end)
        if m.strong or analysis.folded[m.start : m.end] not in units
    ]  # no "tab" of "£5 a tab"
    if inside:
        return Link(inside[-1].substance, inside[-1].form, "named", 0.95)
    direct = named_after(analysis, end)
    if direct is not None:
        return direct
    sentence = analysis.sentence_at(start)
    antidote = _last_antidote(analysis, sentence.start, start)
    named = analysis.products_in(sentence.start, start)
    if antidote is not None and (not named or named[-1].start < antidote):
        return Link(None, None, "other:antidote", 0.5, other=True)
    before = _last_before(analysis, sentence, start, unit, product=product)
    if product and (powder := _powder(analysis, before.end if before else sentence.start, start)) is not None:
        return Link(powder.substance, powder.form, "powder", 0.75)
    after = _first_after(analysis, end, sentence.end, unit, product=product)
    if before and after and object_first:
        gap_after = analysis.folded[end : after.start]
        gap_before = analysis.folded[before.end : start]
        if not _PAUSE.search(gap_after) and _PAUSE.search(gap_before):
            return Link(after.substance, after.form, "object", 0.7)
    if before:
        return Link(before.substance, before.form, "sentence", 0.85)
    free = after and not any(a.unit is not None for a in within(analysis.amounts, end, after.start))
    if after and free and not _CUT.search(analysis.folded, end, after.start):
        return Link(after.substance, after.form, "object", 0.75)
    index = analysis.sentence_index(start)
    if piece is not None:
        counted = _last_of_form(analysis, piece, start)
        if counted:
            return Link(counted.substance, counted.form, "carried", 0.65)
    title = next((m for m in analysis.products_in(0, analysis.body_start) if fits(m.substance, unit)), None)
    for back in range(1, carry + 1):
        if index - back < 0:
            break
        best = _carried_from(analysis, index - back, piece, unit, product)
        if best is not None:
            return Link(best.substance, best.form, "carried", 0.7)
    if after and free:
        return Link(after.substance, after.form, "object", 0.65)
    if title:
        return Link(title.substance, title.form, "title", 0.65)
    counts = _counts(analysis, unit)
    if counts:
        top, number = counts.most_common(1)[0]
        if 2 * number > sum(counts.values()):
            return Link(top, None, "document", 0.55)
    if piece == "pill" and unit == "pill":
        usual = {s for s in counts if s is not None and sold_as_pill(s)}
        if usual == {"mdma"}:
            return Link("mdma", "pill", "document", 0.55)  # "£60 for a gram of cocaine, £12 for a pill"
    return NO_LINK


def _powder(analysis: Analysis, start: int, end: int) -> SubstanceMention | None:
    """What "la poudre", said in [start, end) without more, is: the last product before it that is sold as powder.

    None where no such word stands there, or no such product was named.
    """
    words = list(_powder_word(analysis.lang).finditer(analysis.folded, start, end))
    if not words or within(analysis.products, words[-1].end(), words[-1].end() + 8):
        return None
    powders = data_toml("taxonomy", "retail.toml")["by_gram"]
    known = [
        m for m in analysis.products_in(0, words[-1].start()) if m.substance in powders and m.form != "pill"
    ]
    return known[-1] if known else None


@cache
def _powder_word(lang: str) -> re.Pattern[str]:
    return re.compile(rf"\b{leading(lang, 'that')}(?:{'poudre' if lang == 'fr' else '(?:white )?powder'})\b")


def _last_antidote(analysis: Analysis, start: int, end: int) -> int | None:
    """Where the last antidote of [start, end) begins."""
    starts = analysis.once(
        _last_antidote, lambda: [m.start for m in analysis.substances if m.substance in ANTIDOTES]
    )
    last = bisect_left(starts, end) - 1
    return starts[last] if last >= 0 and starts[last] >= start else None


def _last_before(
    analysis: Analysis, sentence: Span, start: int, unit: str | None, *, product: bool
) -> SubstanceMention | None:
    """The last product of the sentence that an amount at `start` may be of; sought backwards, as it is mostly near.

    One that is no mere content goes before all that are; among those left, families of a member named do not count.
    """
    kept = analysis.once(
        (_last_before, sentence.start),
        lambda: list(_without_pieces(analysis, analysis.products_in(sentence.start, sentence.end))),
    )
    families = _families(analysis) if product else frozenset()
    content: SubstanceMention | None = None  # the last that is only what a product holds
    pure = False
    for number in range(bisect_left(kept, start, key=_START) - 1, -1, -1):
        mention = kept[number]
        if mention.end > start or not fits(mention.substance, unit) or _than(analysis, mention, start):
            continue
        if product and held(analysis, mention):
            if content is None and mention.substance not in families:
                content = mention
            continue
        pure = True
        if mention.substance not in families:
            return mention
    return None if pure else content


def _first_after(
    analysis: Analysis, start: int, end: int, unit: str | None, *, product: bool
) -> SubstanceMention | None:
    """The first product of [start, end) that an amount before it may be of."""
    products = analysis.products
    first, last = (bisect_left(products, at, key=_START) for at in (start, end))
    for mention in _without_pieces(analysis, islice(products, first, max(first, last))):
        if fits(mention.substance, unit) and not (product and held(analysis, mention)):
            return mention
    return None


def _last_of_form(analysis: Analysis, form: str, end: int) -> SubstanceMention | None:
    """The last product named before `end` in a form."""
    key = (_last_of_form, form)
    named = analysis.once(key, lambda: [m for m in analysis.products if m.form == form])
    last = bisect_left(named, end, key=_START) - 1
    return named[last] if last >= 0 else None


def _carried_from(
    analysis: Analysis, index: int, piece: str | None, unit: str | None, product: bool
) -> SubstanceMention | None:
    """What goes on from a sentence before."""

    def read() -> SubstanceMention | None:
        previous = analysis.sentences[index]
        found = [m for m in analysis.products_in(previous.start, previous.end) if fits(m.substance, unit)]
        if product:
            found = [m for m in found if not held(analysis, m)] or found
            found = _without_families(analysis, found)
        if not found or previous.start < analysis.body_start:
            return None
        sold = [m for m in found if product and _is_sold(analysis, m)]
        if sold and not any(m.form == piece for m in found if piece is not None):
            return sold[-1]  # "consommateur d'héroïne, il revendait de la cocaïne"
        return _topic(found, _subject(analysis), piece)

    return analysis.once((_carried_from, index, piece, unit, product), read)


def _is_sold(analysis: Analysis, mention: SubstanceMention) -> bool:
    """Whether a product is the object of a verb of sale."""
    return (
        _sells(analysis.lang).search(analysis.folded, max(0, mention.start - 40), mention.start) is not None
    )


@cache
def _sells(lang: str) -> re.Pattern[str]:
    article = (
        r"(?:de la |du |de l'|des |de |d'|la |le |les |l')" if lang == "fr" else r"(?:some |the |his |her )?"
    )
    return re.compile(rf"(?<!\w){any_of(lang, 'sells')}[ ](?:[a-z]+[ ]){{0,1}}{article}$")


def _counts(analysis: Analysis, unit: str | None) -> Counter[str | None]:
    """How often the document names each product that comes in a unit."""
    named = (m.substance for m in analysis.products if fits(m.substance, unit))
    return analysis.once((_counts, unit), lambda: Counter(named))


def _without_pieces(analysis: Analysis, mentions: Iterable[SubstanceMention]) -> Iterator[SubstanceMention]:
    """Without the words that size or shape a product: "LSD tabs", "MDMA crystal", "an eight ball" where meth is named."""
    portions, units, shapes = (
        grammar(analysis.lang).portions,
        grammar(analysis.lang).units,
        _shapes(analysis.lang),
    )
    named = analysis.once(_without_pieces, lambda: {m.substance for m in analysis.products})
    last: SubstanceMention | None = None
    for mention in mentions:
        word = analysis.folded[mention.start : mention.end]
        if word in portions and not named <= {mention.substance}:
            continue  # a weight of whatever is spoken of
        tab = mention.substance == "mdma" and last is not None and last.substance == "lsd"
        if tab and word in units and not mention.strong:
            continue  # "LSD remains cheap: a tab is £5"
        if not (word in shapes and last is not None and mention.start - last.end == 1):
            last = mention
            yield mention


@cache
def _shapes(lang: str) -> frozenset[str]:
    return frozenset([*grammar(lang).units, *grammar(lang).link["form_only"]])


def _without_families(analysis: Analysis, mentions: list[SubstanceMention]) -> list[SubstanceMention]:
    """Without the names of whole families where the text names a member: an amount is of that."""
    families = _families(analysis)
    return [m for m in mentions if m.substance not in families] if families else mentions


@lru_cache(maxsize=4)
def _families(analysis: Analysis) -> frozenset[str | None]:
    """The families that the text names beside a member of theirs."""
    named = {m.substance for m in analysis.products}
    return frozenset(f for f in _FAMILIES & named if any(f in ancestors(n) for n in named - {f} if n))


@cache
def fits(substance: str | None, unit: str | None) -> bool:
    """Whether a substance may come in a unit: no cocaine by the pill, no plants but of cannabis."""
    if substance is None or unit is None:
        return True
    sold = data_toml("taxonomy", "retail.toml")
    family = ancestors(substance)
    only, never = sold["only"].get(unit), sold["never"].get(unit, ())
    return (only is None or not family.isdisjoint(only)) and family.isdisjoint(never)


def found_in_fakes(analysis: Analysis, link: Link) -> Link:
    """What a counterfeit holds, where the text says so: the fentanyl of "fake oxycodone pills that contain fentanyl".

    English only. The price of a fake is that of what is in it, not of the medicine it is shaped like; a family
    ("nitazenes") names no product, and the price stays that of the name it is sold under.
    """
    named = analysis.products if analysis.lang == "en" and link.substance else []
    fakes = [m for m in named if m.substance == link.substance and _is_fake(analysis, m)]
    if not fakes or not all(_is_fake(analysis, m) for m in named if m.substance == link.substance):
        return link
    for mention in named:
        family = analysis.folded[mention.start : mention.end].endswith("s")
        inside = mention.start > fakes[0].start and mention.substance != link.substance and not family
        if inside and _carried().search(analysis.folded[max(0, mention.start - 56) : mention.start]):
            return Link(mention.substance, "pill", "found", 0.75)
    return link


def _is_fake(analysis: Analysis, mention: SubstanceMention) -> bool:
    head = analysis.folded[max(0, mention.start - 34) : mention.start]
    return _fake().search(head) is not None


@cache
def _fake() -> re.Pattern[str]:
    return re.compile(rf"\b{leading('en', 'fake')}(?:[a-z0-9-]+[ ]){{0,2}}$")


@cache
def _carried() -> re.Pattern[str]:
    amount = r"(?:(?:about|around|on average|up to|between|roughly)[ ])?(?:[\d.]+[ ]?(?:mg|milligrams?|micrograms?)[ ]of[ ])?"
    return re.compile(rf"\b{leading('en', 'carried_in')}{amount}$")


def sold_as_pill(substance: str) -> bool:
    """Whether a substance usually comes as a pill."""
    pieces: dict[str, str] = data_toml("taxonomy", "retail.toml")["piece"]
    return pieces.get(substance) == "pill"


def held(analysis: Analysis, mention: SubstanceMention) -> bool:
    """Whether a substance is only what a product holds: the fentanyl of "héroïne coupée au fentanyl"."""
    known: dict[int, bool] = analysis.once(held, dict)
    chain: list[int] = []  # "contained 12% fentanyl and 31% xylazine": what is joined shares the answer
    found = known.get(mention.start)
    while found is None:
        chain.append(mention.start)
        head = analysis.folded[max(0, mention.start - 34) : mention.start]
        before = within(analysis.substances, mention.start - 40, mention.start)
        if _holds(analysis.lang).search(head) is not None:
            found = True
        elif before and _and_also(analysis.lang).fullmatch(analysis.folded, before[-1].end, mention.start):
            mention = before[-1]
            found = known.get(mention.start)
        else:
            found = False
    known.update(dict.fromkeys(chain, found))
    return found


@cache
def _and_also(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"[ ]?{link_words(lang, 'and_words')}(?:[\d.,]+[ ]?%[ ])?(?:{link_words(lang, 'of')}|{link_words(lang, 'list_articles')})?"
    )


@cache
def _holds(lang: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{link_words(lang, 'adulterant')}|{leading(lang, 'holds_more')}|{leading(lang, 'made_from')})(?:[\d.,]+[ ]?%[ ])?"
        rf"(?:{link_words(lang, 'of')}|{link_words(lang, 'list_articles')})?$"
    )


def _than(analysis: Analysis, mention: SubstanceMention, start: int) -> bool:
    """Whether a substance only serves a comparison, and what stands at `start` is not said of it in apposition.

    "plus chère que l'héroïne : 80 euros", "cheaper than heroin"; but "cheaper than heroin, at £10 a bag".
    """
    if not _after_than(analysis, mention.start):
        return False
    return _apposed(analysis.lang).fullmatch(analysis.folded, mention.end, start) is None


def _after_than(analysis: Analysis, start: int) -> bool:
    """Whether a comparative stands right before `start`."""
    known: dict[int, bool] = analysis.once(_after_than, dict)
    if start not in known:
        head = analysis.folded[max(0, start - 40) : start]
        known[start] = _comparative(analysis.lang).search(head) is not None
    return known[start]


@cache
def _apposed(lang: str) -> re.Pattern[str]:
    near = alternation(grammar(lang).bounds["near"])
    return re.compile(rf"[ ]?[,(]?[ ]?(?:{leading(lang, 'apposed')})?(?:{near}[ ])?")


@cache
def _comparative(lang: str) -> re.Pattern[str]:
    articles = rf"(?:{link_words(lang, 'list_articles')})?"
    return re.compile(rf"\b{leading(lang, 'than')}{articles}[\"]?$")


def compared_with(analysis: Analysis, start: int) -> Link | None:
    """The other side of a comparison: "plus chère que l'héroïne : 80 euros, contre 40" is 40 for heroin."""
    sentence = analysis.sentence_at(start)
    named = [m for m in analysis.products_in(sentence.start, start) if _than(analysis, m, start)]
    return Link(named[-1].substance, named[-1].form, "compared", 0.75) if named else None


@lru_cache(maxsize=4)
def _subject(analysis: Analysis) -> frozenset[str | None]:
    """What a document is about: the substances of its title, else the first that its body names."""
    title = analysis.products_in(0, analysis.body_start)
    body = analysis.products_in(analysis.body_start, len(analysis.text))
    return frozenset(m.substance for m in title or body[:1])


def _topic(
    found: Sequence[SubstanceMention], subject: frozenset[str | None], piece: str | None
) -> SubstanceMention:
    """What goes on from a sentence: what comes as the piece counted, the document's subject, the last named."""
    as_piece = [m for m in found if piece is not None and m.form == piece]
    named = [m for m in found if m.substance in subject]
    return (as_piece or named or found)[-1]
