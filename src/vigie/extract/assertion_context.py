"""Whether a cue word of assertion counts where it stands, and as what.

In: a hit of the lexicon, its sentence, the clause boundaries. Out: yes or no; the kind. The keys of an entry are told
in data/lexicons/fr/assertion.toml. Left out: how far the cue reaches (`assertion_scope`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from vigie.extract.clauses import Boundary, backward_start, folded_words, forward_end, phrases
from vigie.extract.scan import Scan
from vigie.lexicon.matcher import Hit
from vigie.text.sentences import Span

WORD = re.compile(r"[^\s']+'?")
NE = re.compile(r"(?:^|[\s'])(?:ne\s|n')")
# A past participle after "seront", "n'ont pas été": the verb is passive and its subject stands before it.
PARTICIPLE = re.compile(
    r"\s*(?:,[^,;:.]{1,50},\s*)?(?:bien |deja |aussi |alors |ensuite |largement )?(?:ete\b|\w{2,}(?:e|i|u|is|it|ert)e?s?\b)"
)
NE_REACH = 60  # characters between "ne" and "pas": auxiliaries, pronouns, an adverb
_BOUND_REACH = 60  # characters: "pas de livraison en dessous de 50 euros" delivers above
_DENIAL_REACH = 24  # characters between a negation and a denial: "n'a pas du tout nié", "did not even deny"
# between a negation and the word that voids it, or a verb and its infinitive
_LIGHT = re.compile(
    r"\s*(?:(?:ete|plus|du tout|encore|meme|vraiment|aussi|toujours|been|even|yet|really|be|so|all that|a|an|the)\s+)*"
)
_CLITIC = re.compile(
    r"[\s-]*(?:(?:t il|t elle|ils?|elles?|se|en|y|lui|leur|ne|pas|bientot|ainsi|donc|egalement|aussi|encore|prochainement"
    r"|to|soon|also|then|now|only)\s+|s'|n')*"
)
_BEFORE_REACH = 18  # characters: "ne croit pas que"
_ASIDE = re.compile(r"\s*,[^,;:.!?]{1,40},")
_MARK = re.compile(r"[,;:.!?]")
_HYPHENS = tuple("-\u2010\u2011")
_GOES_ON = re.compile(r"\s(?:(?:virgule|point|comma)\s\w|(?:a|to)\s[£$€]?\d)")
_HELD = re.compile(r"\b(?:a|ont|avait|avaient|ete|est|sont|etait|etaient|ayant|avoir) (?:deja |bien |ete )?$")
_NUMBER = re.compile(r"\s*(?:[£$€]\s?)?\d")
_PAST = re.compile(
    r"\b(?:a|ont|avait|avaient|ete|s'est|se sont|was|were|had|has|have)\s+(?:deja |bien |ete |been |already )?"
    r"\w{2,}(?:e|i|u|is|it|ert|ed|en|d|t)e?s?\b"
)
_DONE = re.compile(
    r"\b(?:a|ont|est|sont|s'est|se sont)\s+(?:ete |deja |bien |fortement |encore )?\w{2,}(?:e|i|u|is|it)e?s?\b"
)
_OPEN_MAIN = re.compile(
    r"\w(?:rait|raient|rions|rez|ra|ront)\b|\b(?:peut|peuvent|risque|risquent|doit|doivent|faut|alors|appelez|consultez|vous)\b"
)


def counts(hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...], lang: str) -> bool:
    """Whether the context that the entry asks for is there, and none that it forbids."""
    extra, flat = hit.term.extra, found.flat
    if not extra:
        return True
    if extra.get("after_ne"):
        begin = max(backward_start(cuts, hit.start, span, commas=True), hit.start - NE_REACH)
        if NE.search(flat, begin, hit.start) is None:
            return False
    before = tuple(extra.get("only_before", ()))
    if before and not _stems(before).search(flat, max(span.start, hit.start - _BEFORE_REACH), hit.start):
        return False
    never = tuple(extra.get("not_before", ()))
    if never and _stems(never).search(flat, max(span.start, hit.start - _BEFORE_REACH), hit.start):
        return False
    if extra.get("after_copula") and copula(hit, found, span, lang) is None:
        return verdict(hit, found, span, lang)
    if extra.get("estimate") and _estimates(hit, found, span):
        return False
    if extra.get("condition") and _concedes(hit, found, span, cuts):
        return False
    if _voided(hit, found, span):
        return False
    if extra.get("unless_past"):
        begin, end = backward_start(cuts, hit.start, span), forward_end(cuts, hit.end, span)
        if _PAST.search(flat, begin, end):
            return False
    return _followed(hit, flat)


def _voided(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether what follows shows that the cue says nothing of the fact: "n'a pas voulu commenter", "never ... so"."""
    extra, flat = hit.term.extra, found.flat
    stems = tuple(extra.get("void_next", ()))
    if stems and _stems(stems).match(flat, _after(_LIGHT, flat, hit.end), span.end):
        return True
    numbered = folded_words(tuple(extra.get("void_number", ())))
    if flat[hit.start : hit.end] in numbered and _NUMBER.match(flat, hit.end):
        return True
    if flat[hit.start : hit.end] == "zero" and _in_number(hit, found, span):
        return True
    verbs = folded_words(tuple(extra.get("accented", ())))
    if flat[hit.start : hit.end] in verbs and (
        found.text[hit.end - 1] not in "eE" or _HELD.search(flat[max(span.start, hit.start - 24) : hit.start])
    ):
        return True  # "ont appréhendé" is no "appréhende"
    within = tuple(extra.get("unless_within", ()))
    if within and any_word(within).search(flat, hit.end, min(span.end, hit.end + _BOUND_REACH)):
        return True
    after = tuple(extra.get("unless_after", ()))
    named = flat[hit.start : hit.end] in extra.get("unless_after_for", ())
    return (
        bool(after)
        and named
        and any_word(after).search(flat, hit.end, min(span.end, hit.end + _BOUND_REACH)) is not None
    )


def _in_number(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether a zero is part of a number: "un zéro-sept", "zéro virgule sept", "zero to ten"."""
    joined = found.text[hit.end : hit.end + 1] in _HYPHENS or _NUMBER.match(found.flat, hit.end)
    return bool(joined) or _GOES_ON.match(found.flat, hit.end, span.end) is not None


def _followed(hit: Hit, flat: str) -> bool:
    """Whether the next word is one that the entry asks for: an infinitive, an article."""
    extra = hit.term.extra
    endings = extra.get("next_ends")
    if endings:
        following = WORD.match(flat, _after(_CLITIC, flat, _after(_ASIDE, flat, hit.end)))
        if following is None:
            return False
        word = following.group().rstrip(".,;:?!")
        return word.endswith(tuple(endings)) and word not in folded_words(tuple(extra.get("next_not", ())))
    wanted = extra.get("next")
    if wanted and flat[hit.start : hit.end] in extra.get("next_for", ()):
        following = WORD.match(flat, skip(flat, hit.end))
        return following is not None and following.group() in folded_words(tuple(wanted))
    never = extra.get("next_not")
    if never:
        following = WORD.match(flat, skip(flat, hit.end))
        return following is None or following.group().rstrip(".,;:?!") not in folded_words(tuple(never))
    return True


def kind_of(hit: Hit, found: Scan, span: Span) -> str:
    """The kind of a cue that counts; "devrait" beside a date to come plans."""
    extra = hit.term.extra
    future = tuple(extra.get("future_with", ()))
    named = future and found.flat[hit.start : hit.end] in extra.get("future_for", ())
    if named and any_word(future).search(found.flat, span.start, span.end):
        return "planned"
    return str(extra["kind"])


def verdict(hit: Hit, found: Scan, span: Span, lang: str) -> bool:
    """Whether somebody holds what was told to be so: "la police tient ce chiffre pour [fantaisiste]"."""
    verbs, pointers = (
        phrases("assertion", lang, table, key)
        for table, key in (("question", "verdicts"), ("refutation", "pointers"))
    )
    before = found.flat[max(span.start, hit.start - 60) : hit.start]
    return _ends(rf"\b{verbs}[ ]{pointers}(?:[ ](?:pour|de|comme|as|to be))?[ ]$").search(before) is not None


def copula(hit: Hit, found: Scan, span: Span, lang: str) -> int | None:
    """Where the "est", "s'est révélé", "turned out to be" right before a hit begins; None without one."""
    words, adverbs = (
        phrases("assertion", lang, "refutation", "copulas"),
        phrases("assertion", lang, "refutation", "adverbs"),
    )
    before = found.flat[max(span.start, hit.start - 60) : hit.start]
    match = _ends(rf"(?:^|[\s'])(?P<cue>{words}(?:[ ](?:{adverbs}|{words}))*)[ ]?$").search(before)
    return None if match is None else hit.start - len(before) + match.start("cue")


@cache
def _ends(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def denied_denials(hits: Sequence[Hit], found: Scan) -> set[int]:
    """Starts of denials and of the negations beside them: "n'a pas nié", "ne conteste pas", "nobody disputes"."""
    void: set[int] = set()
    for index, denial in enumerate(hits):
        if not denial.term.extra.get("denial"):
            continue
        for negation in hits[max(0, index - 2) : index + 3]:
            if negation.term.extra.get("kind") != "negated" or negation.term.extra.get("denial"):
                continue
            if negation.end <= denial.start:
                between = found.flat[negation.end : denial.start]
            elif negation.term.extra.get("after_ne") and negation.start >= denial.end:
                between = found.flat[denial.end : negation.start]
                if NE.search(found.flat, max(0, denial.start - 12), denial.start) is None:
                    continue  # "nie n'avoir pas vendu" denies
            else:
                continue
            if len(between) <= _DENIAL_REACH and len(between.split()) <= 2 and not _MARK.search(between):
                void |= {denial.start, negation.start}
    return void


def _concedes(hit: Hit, found: Scan, span: Span, cuts: tuple[Boundary, ...]) -> bool:
    """Whether "si" sets two facts side by side: "Si les saisies ont augmenté, les prix ont baissé"."""
    flat = found.flat
    if flat[hit.start : hit.end] != "si":
        return False
    comma = next((cut for cut in cuts if cut.start >= hit.end and not cut.hard), None)
    if comma is None:
        return False
    clause, main = flat[hit.end : comma.start], flat[comma.end : span.end]
    if (
        re.search(r"\w(?:ait|aient)\b|\bvous\b", clause)
        or _OPEN_MAIN.search(main)
        or _OPEN_MAIN.search(flat[span.start : hit.start])
    ):
        return False
    return _DONE.search(clause) is not None or (any(map(str.isdigit, clause)) and any(map(str.isdigit, main)))


def _estimates(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether a conditional states an estimate rather than hearsay: an official scale, a rate of the market."""
    extra = hit.term.extra
    if any_word(tuple(extra["estimate"])).search(found.flat, span.start, span.end):
        return True
    rates, verbs = tuple(extra.get("rate", ())), tuple(extra.get("rate_of", ()))
    if not rates or not passive(hit, found, span):
        return False
    return bool(
        any_word(rates).search(found.flat, hit.end, span.end)
        and any_word(verbs).search(found.flat, hit.end, min(span.end, hit.end + _BOUND_REACH))
    )


def passive(hit: Hit, found: Scan, span: Span) -> bool:
    """Whether a conditional is followed by a participle: its subject stands before it."""
    if not hit.term.extra.get("passive"):
        return False
    if found.flat[hit.start : hit.end] in ("serait", "seraient"):
        return PARTICIPLE.match(found.flat, hit.end, span.end) is not None
    following = WORD.match(found.flat, skip(found.flat, hit.end))
    return following is not None and following.group().rstrip(".,;:!?»)") == "ete"


@cache
def any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(folded_words(words)))) + ")")


@cache
def _stems(stems: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(re.escape(stem) for stem in sorted(folded_words(stems))) + ")")


def _after(pattern: re.Pattern[str], flat: str, offset: int) -> int:
    match = pattern.match(flat, offset)
    return match.end() if match else offset


def skip(flat: str, offset: int) -> int:
    while offset < len(flat) and flat[offset] == " ":
        offset += 1
    return offset
