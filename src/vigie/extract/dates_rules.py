"""The grammar of dates: patterns over folded text, each yielding an Atom.

In: the vocabulary of a language. Out: rules in order of preference. A rule is tried only where a word it needs stands.
Groups mean: y year, yy two-digit year, m month, mn month in figures, d day in figures, dw day in words, w weekday,
q number of a quarter or half, s season, h holiday, r relative day, n number, u unit, sh shift, part, x the span.
Left out: bare years, months and weekdays, which depend on what stands around them (`dates_bare`).
"""

# ruff: noqa: E501 - a pattern is easier to check in one piece

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from vigie.extract.dates_words import Words, words

Y = r"(?:1[89]|20)\d\d"
DAY = r"(?:3[01]|[12]\d|0?[1-9])"


# What several rules cannot do without; looked for once in a stretch of text, whatever the number of rules.
_PAIR = r"\d[ \n]{0,3}(?:[ \n/~–-]|jusqu'en|to|through|until)[ \n]{0,3}\d"
_COUNTED = "[hqst][1-4]"
_TWO_DAYS = r"\d(?:er|e)?[ \n]{0,3}(?:a|et|jusqu|-|ou)"
_THIS = r"ce(?:t(?:te)?)?[ \n]|meme"
_SHIFTED = "derni|pass|prochain|suivant"
_SHIFTED_EN = "last|past|previous|next|coming"


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Where rules are tried: around a trigger of one of the kinds `needs`, if what they cannot do without is there.

    Rules with the same needs share one Gate, so that its stretches of text are found once.

    Attributes:
        words: of which one must be there; any when empty.
        has: what must be found there instead, where words do not say it.
        wider: the gate of the same kinds without words.
    """

    needs: frozenset[str]
    words: tuple[str, ...] = ()
    has: re.Pattern[str] | None = None
    wider: Gate | None = None

    def opens(self, piece: str) -> bool:
        """Whether a stretch of text holds what the rules cannot do without."""
        if self.has is not None:
            return self.has.search(piece) is not None
        for word in self.words:  # noqa: SIM110 - a generator costs more than the look-ups
            if word in piece:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, what its matches are, and where it is tried; `plain`: not in reports, where it is read too rarely."""

    kind: str
    pattern: re.Pattern[str]
    gate: Gate
    plain: bool = False


_SPACE = re.compile(r"(\[[^\]]*\])|( \?)|( )")
_PLAIN = re.compile(r"[a-z'|-]+")
_GROUP = re.compile(r"\(\?P<(\w+)>")


def spaced(pattern: str) -> str:
    """One space outside brackets stands for up to three spaces or line breaks."""
    return _SPACE.sub(lambda m: m[1] or ("[ \\n]{0,3}" if m[2] else "[ \\n]{1,3}"), pattern)


@cache
def gate(needs: str, has: str = "") -> Gate:
    """The gate of rules that need one of these kinds of trigger and something that `has` matches."""
    kinds = frozenset(needs.split())
    if not has:
        return Gate(kinds)
    if _PLAIN.fullmatch(has):
        return Gate(kinds, tuple(has.split("|")), wider=gate(needs))
    return Gate(kinds, has=re.compile(spaced(has)), wider=gate(needs))


def _rule(kind: str, needs: str, pattern: str, has: str = "") -> Rule:
    """Compile a pattern; `has` only saves time: it matches within every match of the pattern.

    A group named twice, in alternatives, is renamed ("y", "y_2"); readers of a match take either.
    """
    seen: dict[str, int] = {}

    def unique(match: re.Match[str]) -> str:
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        return match[0] if seen[name] == 1 else f"(?P<{name}_{seen[name]}>"

    plain = "(?P<vague>" in pattern and kind in ("deictic", "nth-weekday")
    return Rule(kind, re.compile(_GROUP.sub(unique, spaced(pattern))), gate(needs, has), plain)


@cache
def rules(lang: str) -> tuple[Rule, ...]:
    """All rules of one language: figures, then the words of the language."""
    vocabulary = words(lang)
    return _figures(vocabulary) + (_french(vocabulary) if vocabulary.lang == "fr" else _english(vocabulary))


Plan = tuple[tuple[frozenset[str], tuple[tuple[Gate, tuple[tuple[int, Rule], ...]], ...]], ...]


@cache
def plan(lang: str) -> Plan:
    """The rules with their numbers, by the triggers that they need, then by gate: each is looked at once."""
    by_needs: dict[frozenset[str], dict[Gate, list[tuple[int, Rule]]]] = {}
    for number, rule in enumerate(rules(lang)):
        by_needs.setdefault(rule.gate.needs, {}).setdefault(rule.gate, []).append((number, rule))
    return tuple(
        (needs, tuple((at, tuple(numbered)) for at, numbered in gates.items()))
        for needs, gates in by_needs.items()
    )


def _figures(v: Words) -> tuple[Rule, ...]:
    first, second = ("d", "mn") if v.lang == "fr" else ("mn", "d")
    alone = r"(?<![\w.,/-])"
    end = r"(?![\w/]|[-.,]\d)"
    to = "(?:to|through|until)" if v.lang == "en" else "jusqu'en"
    opening = "from|between" if v.lang == "en" else "du|de|entre le"
    between = "to|through|until|till|and" if v.lang == "en" else "au|a|jusqu'au|et le"
    return (
        _rule("date", "figures", rf"{alone}(?P<y>{Y})(?P<sep>[-/.])(?P<mn>\d\d?)(?P=sep)(?P<d>\d\d?)(?:(?=t\d)|{end})"),
        _rule("date", "year figures", r"(?<=[a-z\n-]-)(?P<y>20\d\d)-(?P<mn>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\w/]|[-.,]\d)|^-(?P<x>(?P<y>20\d\d)-(?P<mn>\d\d)-(?P<d>\d\d))-", r"\d{4}-\d"),
        _rule("date", "stamp", r"(?<=[-_])(?P<y>20\d\d)(?P<mn>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=[-_.])"),
        _rule("figures-range", "figures", rf"(?:\b(?P<open>{opening}) )?{alone}(?P<{first}>\d\d?)(?P<sep>[-/.])(?P<{second}>\d\d?)(?:(?P=sep)(?P<y>{Y}))? ?(?:[-~–]|{between}) ?(?P<{first}2>\d\d?)(?P=sep)(?P<{second}2>\d\d?)(?:(?P=sep)(?P<y2>{Y}))?{end}", r"[/.-]\d{1,4}[ \n]?(?:[-~–]|au|jusqu|et|to|through|until|till|and)"),
        _rule("date", "figures", rf"{alone}(?P<{first}>\d\d?)(?P<sep> ?[-/.] ?)(?P<{second}>\d\d?)(?P=sep)(?:(?P<y>{Y})|(?P<yy>\d\d)){end}"),
        _rule("date", "year figures", rf"{alone}(?P<d>{DAY}) (?P<mn>0?[1-9]|1[0-2]) (?P<y>{Y}){end}(?! ?(?:€|\$|£|{v.fragments['count']}\b))", _PAIR),
        _rule("date", "year figures", rf"{alone}(?P<mn>0?[1-9]|1[0-2]) ?[/-] ?(?P<y>{Y}){end}", _PAIR),
        _rule("date", "year figures", rf"{alone}(?P<y>{Y}) ?[/-] ?(?P<mn>0?[1-9]|1[0-2]){end}", _PAIR),
        _rule("season-years", "year figures", rf"{alone}(?P<y>{Y}) ?[/-] ?(?P<yy>\d\d){end}", _PAIR),
        _rule("years", "year figures", rf"{alone}(?P<y>{Y}) ?(?:[-/~–]|{to}) ?(?P<y2>{Y}){end}(?! ?(?:€|\$|£|{v.fragments['count']}\b))", _PAIR),
        _rule("quarter", "year quarter", rf"\b[tq](?P<q>[1-4])(?: ?[-/]? ?(?:de |of )?(?P<y>{Y}))\b", _COUNTED),
        _rule("quarter", "year", rf"{alone}(?P<y>{Y})[ -]?[tq](?P<q>[1-4])\b", _COUNTED),
        _rule("iso-week", "year", rf"{alone}(?P<y>{Y})-?w(?P<n>[0-5]\d)\b", r"\dw|-w"),
        _rule("half", "year quarter", rf"\b[hs](?P<q>[12])[ -]?(?P<y>{Y})\b", _COUNTED),
        _rule("half", "year", rf"{alone}(?P<y>{Y})[ -]?[hs](?P<q>[12])\b", _COUNTED),
    )  # fmt: skip


def _french(v: Words) -> tuple[Rule, ...]:
    f = v.fragments
    month, weekday, unit = f["month"], f["weekday"], f["unit"]
    number = rf"(?:\d{{1,3}}|(?:vingt|trente|quarante|cinquante|soixante)[ -](?:et[ -])?{f['number']}|{f['number']})"
    ordinal = f["ordinal"]
    teen = r"(?:vingt|trente)[ -](?:et[ -])?(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf)"
    word = rf"premier|{teen}|(?:dix-(?:sept|huit|neuf)|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente)"
    day = rf"(?:(?P<d>{DAY})(?:er|e)?(?: |-)|(?P<dw>{word}) (?!sept\b))"
    duration = rf"(?:{number}[ ']?{unit})"
    amounts = rf"(?P<amounts>(?:{duration},? (?:et )?){{0,2}}{duration})"
    year_word = rf"(?:(?:deux )?mille|dix-neuf[ -]cents?)(?:[ -](?:neuf[ -]cents?|huit[ -]cents?|sept[ -]cents?))?(?:[ -](?:et[ -])?{f['number']}){{0,3}}"
    stop = r"(?=[;:!?)]|[.,](?!\d)|$"
    no_count = rf"(?! ?(?:€|\$|£|(?:de )?{f['count']}\b))"
    year = rf"(?:(?P<y>{Y})(?!\d){no_count}|'(?P<yy>\d\d)|(?P<yw>{year_word}){no_count})"
    of_year = rf"(?:,? ?(?:de |de l'annee |d')?{year}\b)"
    about = r"(?:de cela |de ca |environ |pres de |quelque |quelques |plus de |a peu pres |maintenant |moins de |deja |tout juste )*"
    before = f["shift"]
    anchors = "|".join(sorted({word.split()[0] for word in v.meaning["anchor"]}))
    return (
        _rule("date", "month year-word", rf"\b(?:(?P<w>{weekday})\.?,? (?:le )?)?(?<![\d.,]){day}(?:du mois (?:de |d'))?(?P<m>{month})\b(?:\.?{of_year}| (?P<sh>dernier|passe|prochain)\b)?"),
        _rule("date", "month year-word", rf"\b(?P<m>{month})\b\.?,?[ .]?(?:(?:de |d'|de l'annee )?{year}\b|(?P<yy>[6-9]\d)\b(?! ?(?:€|\$|£|%|{f['count']}\b)))"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<d>{DAY})[/-](?P<m>{month})[/-](?P<y>{Y})\b", "[/-]"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y})[/-](?P<m>{month})[/-](?P<d>{DAY})\b", "[/-]"),
        _rule("date", "month", rf"\b(?P<m>{month})\.?[/-](?P<d>{DAY})(?:[/-](?P<y>{Y}))?\b(?!\d)", "[/-]"),
        _rule("day-range", "month year-word", rf"\b(?:(?:du|entre le|de|depuis le|les) )?(?:(?:{weekday}) )?(?<![\d.,/])(?P<d>{DAY})(?:er|e)? ?(?P<join>au|a|et|et le|jusqu'au|jusqu'a|-|ou) ?(?:(?:{weekday}) )?(?P<d2>{DAY})(?:er|e)? (?:de )?(?P<m>{month})\b{of_year}?", _TWO_DAYS),
        _rule("date", "month", rf"\b(?:(?P<w>{weekday})\.?,? )?(?P<m>{month})\b\.? (?P<d>{DAY})(?:er)?,? (?:de )?(?P<y>{Y})\b{no_count}", r"\d,?[ \n]{1,3}(?:de[ \n])?\d{4}"),
        _rule("date", "month", rf"\b(?P<m>{month})\b\.? (?P<dw>premier|seconde?|{teen}){stop})", "premier|second|vingt|trente"),
        _rule("day-range", "month year-word", rf"\b(?P<m>{month})\b\.? (?:entre )?(?:le )?(?P<d>{DAY}) ?(?:au|et|jusqu'au?|-) ?(?:le )?(?P<d2>{DAY})\b(?!\.?\d){no_count}{of_year}?", _TWO_DAYS),
        _rule("figures-range", "month", rf"\b(?:(?:depuis|de|entre) )?(?P<m>{month})\.? (?P<d>{DAY}) ?(?:au|a|et|jusqu'au?) (?P<m2>{month})\.? (?P<d2>{DAY})\b", r"\d[ \n]{1,3}(?:a|et|jusqu)"),
        _rule("weekday", "weekday", rf"\b(?P<w>{weekday}) en (?P<n>huit|quinze|8|15)\b", "[ \n]en[ \n]"),
        _rule("day-alone", "nth-day", rf"\b(?P<x>le (?P<d>{DAY})(?:er)?){stop}| (?:et|a|au|dans|pour|par|vers|devant|lors|mais|puis)\b)"),
        _rule("day-alone", "nth-day", rf"\b(?P<x>(?:du|entre le|depuis le) (?P<d>{DAY})(?:er)? (?:au|et le|jusqu'au) (?:(?P<d2>{DAY})|(?P<dw2>{word}))){stop}| (?:et|a|dans|pour|par|inclus)\b)"),
        _rule("weekday-day", "weekday", rf"\b(?P<w>{weekday}) (?P<d>{DAY})(?=[;!?)]|[.,](?!\d)|$| (?:au|a|et|dans|sur|en|pour|par|lors|vers|matin|soir|devant)\b(?! {month}))", r"\d"),
        _rule("date", "weekday", rf"\b(?P<w>{weekday}),? (?:le )?(?P<d>\d\d?)[/.](?P<mn>\d\d?)(?:[/.](?:(?P<y>{Y})|(?P<yy>\d\d)))?(?![\w/]|[.,-]\d)", r"\d[/.]\d"),
        _rule("day-range", "month", rf"\b(?:les )?(?<![\d.,])(?P<d>{DAY})(?:, {DAY})+,? (?P<join>et) (?P<d2>{DAY}) (?P<m>{month})\b{of_year}?", r"\d,[ \n]"),
        _rule("figures-range", "month", rf"(?<![\w-])(?P<m>{month})\.? ?[–-] ?(?P<m2>{month})(?![\w-])(?:\.?{of_year})?", r"[a-z]\.?[ \n]?[–-]"),
        _rule("half", "year", rf"\b(?:la )?(?P<q>premiere|deuxieme|seconde) moitie (?:de |d')(?:l'annee )?{year}\b", "moitie"),
        _rule("week-of", "unit", rf"\b(?:la )?semaine du (?:lundi )?(?P<d>{DAY})(?:er)? (?P<m>{month})\b{of_year}?", "semaine"),
        _rule("nth-week", "unit", rf"\b(?:la |le )?(?P<n>{ordinal}|derniere|dernier) (?P<u>semaine|week-end|quinzaine) (?:de |d'|du mois de )(?:(?P<m>{month})\b{of_year}?|(?:l'annee )?{year}\b)", "semaine|week-end|quinzaine"),
        _rule("iso-week", "unit", rf"\bsemaine (?:n° ?|s)?(?P<n>[1-4]?\d|5[0-3])(?: (?:de |d')?(?:l'annee )?(?P<y>{Y}))?\b(?![.,/-]\d)", "semaine"),
        _rule("season", "season", rf"\b(?P<s>{f['season']}) ?(?:(?:de |d'|de l'annee )?(?P<y>{Y})(?:[-/](?:\d\d){{1,2}})?\b|(?P<sh>dernier|passe|prochain)\b)", r"\d{4}|dernier|passe|prochain"),
        _rule("season", "season", rf"\b(?P<s>{f['season']}) (?P<sh>precedent|suivant|d'avant|d'apres)\b"),
        _rule("season", "season", rf"\b(?P<vague>(?P<s>{f['season']}))\b(?=,? (?:de |d')?(?:l'|la meme |cette ))"),
        _rule("season", "season", rf"\b(?P<sh>cet?) (?P<s>{f['season']})\b", _THIS),
        _rule("date", "year-word", rf"\b(?:en|depuis|annee|des|avant|apres|jusqu'en) (?:l'an )?(?P<x>(?P<yw>{year_word}))\b{no_count}"),
        _rule("quarter", "unit", rf"\b(?P<q>{ordinal})(?:er|e)? trimestres?\b{of_year}?(?P<rel> de (?:l'annee derniere|l'an dernier|l'an passe|cette annee))?", "trimestre"),
        _rule("half", "unit", rf"\b(?P<q>{ordinal}) semestre\b{of_year}?", "semestre"),
        _rule("quarter", "unit", rf"\b(?P<q>dernier) trimestre{of_year}", "trimestre"),
        _rule("half", "unit", rf"\b(?P<q>dernier) semestre{of_year}", "semestre"),
        _rule("first-months", "unit", rf"\b(?P<n>{number}) premiers mois (?:de |d')(?:l'annee )?(?:{year}|(?P<sh>cette annee|l'annee|l'an dernier|l'annee derniere))\b", "premiers"),
        _rule("last-months", "unit", rf"\b(?P<n>{number}) derniers mois (?:de |d')(?:l'annee )?(?:{year})\b", "derniers"),
        _rule("decade", "unit", rf"\b(?:annees|decennie) (?:(?P<y>{Y})|(?P<yy>\d0)|(?P<dw>(?:vingt|trente|quarante|cinquante|soixante)(?:-dix)?|quatre-vingt(?:-dix|s)?))(?:'?s)?\b(?! ?[-/a]+ ?\d)", "annees|decennie"),
        _rule("relative-day", "day", rf"(?<![\w'-])(?P<r>{f['day']})\b"),
        _rule("ago", "unit", rf"\b(?:il ?y ?a|voici|voila) {about}{amounts}\b(?! d(?:'|e (?!cela|ca\b)))", r"y[ \n]{0,3}a[ \n]|voici|voila"),
        _rule("ahead", "unit", rf"\b(?:dans|d'ici) (?:a )?{about}{amounts}\b(?! (?:de|d'|a))", "dans|d'ici"),
        _rule("last-units", "unit", rf"\b(?:(?:au cours |lors )?d(?:es|e ces) |(?:ces|les) |en )?(?P<n>{number}) (?P<sh>derniere?s|passee?s|prochaine?s) (?P<u>{unit})\b", _SHIFTED),
        _rule("last-units", "unit", rf"\b(?P<n>{number}) (?P<u>{unit}) (?P<sh>passee?s|prochaine?s|suivante?s|derniere?s)\b", _SHIFTED),
        _rule("shift", "unit", rf"\b(?:(?:la|le|du|au) |l')?(?P<u>{unit}) (?P<sh>{before})\b", rf"[ \n]{before}"),
        _rule("shift", "unit", r"\b(?P<sh>cet?(?:te)?) (?P<u>semaine|mois|trimestre|semestre|annee|week-end|weekend|decennie)\b(?:-ci)?(?!-la)", _THIS),
        _rule("shift", "month", rf"\b(?P<m>{month}) (?P<sh>dernier|passe|prochain)\b", _SHIFTED),
        _rule("shift", "month", rf"\b(?:(?P<part>{f['part']})[ -]?)?(?P<sh>ce(?:t(?:te)?)?) (?P<m>{month})\b", _THIS),
        _rule("shift", "weekday", rf"\b(?P<w>{weekday}) (?P<sh>derni\w+|pass\w+|prochain\w*)\b", _SHIFTED),
        _rule("shift", "weekday", rf"\b(?P<sh>ce) (?P<w>{weekday})\b(?: (?P<d>{DAY})(?: (?P<m>{month})\b)?)?", _THIS),
        _rule("to-date", "unit", r"\b(?:depuis|des) le debut de (?P<u>l'annee|l'an|cette annee)\b", "debut"),
        _rule("deictic", "unit", r"\b(?:(?:en|des|a|au|le|la|a la|vers la|vers le) )?(?P<part>debut|fin|milieu) (?:d'|de l'|de la |de |du )(?P<u>semaine|mois|trimestre|annee)\b(?! (?:de |d'|du |\d|dernier|passe|prochain|suivant|precedent))", "debut|fin|milieu"),
        _rule("deictic", "unit", rf"\b(?P<vague>(?:du|de la|de l'|dans la|dans l'|dans le|pour la|pour l'|pour le) ?(?P<u>journee|semaine|mois|annee)){stop})", "journee|semaine|mois|annee"),
        _rule("rest", "unit", r"\ble reste de (?:la |l'|cette )?(?P<u>semaine|annee)\b|\ble reste (?:du|de ce) (?P<u>mois)\b", "reste"),
        _rule("shift", "unit", r"\b(?:(?:le|la|au|du|cette|ce) )?(?P<sh>prochaine?|derniere?|dernier) (?P<u>semaine|mois|week-end|trimestre|semestre|annee|decennie)\b(?! (?:de |d'|du |\d))", _SHIFTED),
        _rule("shift", "month", rf"\b(?P<sh>prochain|dernier) (?P<m>{month})\b", _SHIFTED),
        _rule("anchor", "neighbour", rf"\b(?:le |la |l'|au |des le )(?P<b>{f['neighbour']})\b(?! (?:de|du|des|d'|{f['not-neighbour']}))"),
        _rule("anchor", "unit", rf"\b(?P<n>{number}) (?P<u>{unit}) (?P<sh>{f['anchor']})\b", anchors),
        _rule("anchor", "weekday", rf"\b(?:le )?(?P<w>{weekday}) (?P<sh>suivant|precedent|d'apres|d'avant)\b", "suivant|precedent|d'apres|d'avant"),
        _rule("anchor", "unit", rf"\b(?:(?:la|le) |l')(?P<u>semaine|mois|trimestre|annee|an) (?P<sh>{f['anchor']})\b", anchors),
        _rule("anchor", "unit", r"\b(?P<sh>(?:la )?meme|cette) (?P<u>annee)(?:-la)?\b", _THIS),
        _rule("holiday", "holiday", rf"\b(?P<h>{f['holiday']}) (?:de |d')?(?P<y>{Y})\b"),
        _rule("holiday", "holiday", rf"\b(?:a|au|avant|apres|depuis|passe|pendant|durant|pour|des|jusqu'a)[ ](?:la |l'|le )?(?P<x>(?P<h>{f['holiday']})(?: (?P<sh>dernier|derniere|prochain|prochaine))?)(?![\w-])"),
        _rule("holiday", "holiday", rf"(?<![\w'-])(?P<vague>(?P<h>{f['holiday']}))(?![\w-])"),
    )  # fmt: skip


def _english(v: Words) -> tuple[Rule, ...]:
    f = v.fragments
    month, weekday, unit = f["month"], f["weekday"], f["unit"]
    number = rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty)[ -]{f['number']}|{f['number']})"
    ordinal = rf"(?:(?:twenty|thirty)[ -]{f['ordinal']}|{f['ordinal']})"
    cardinal = r"(?:twenty|thirty)[ -](?:one|two|three|four|five|six|seven|eight|nine)"
    small = rf"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -]{f['digit']})?|(?:oh|o)[ -]{f['digit']}|{f['number']})"
    year_word = rf"(?:(?:sixteen|seventeen|eighteen|nineteen|twenty)[ -](?:hundred(?:[ -](?:and )?{small})?|{small})|(?:one|two) thousand(?:,? {f['digit']} hundred)?(?: (?:and )?{small})?)"
    quarter = r"(?:first|second|third|fourth|[1-4](?:st|nd|rd|th))"
    day = rf"(?:(?P<d>{DAY})(?:st|nd|rd|th)?|(?P<dw>{ordinal}|{cardinal}))"
    no_count = rf"(?! ?(?:€|\$|£|{f['count']}\b))"
    year = rf"(?:(?P<y>{Y})(?!\d){no_count}|'(?P<yy>\d\d)|(?P<yw>{year_word}){no_count})"
    of_year = rf"(?:(?: ?, ?| )?(?:of |in )?{year}\b| of (?P<yy>\d\d)\b(?! ?(?:%|{f['count']}\b)))"
    duration = rf"(?:{number} ?{unit}|half a (?:year|decade))"
    amounts = rf"(?P<amounts>(?:{duration},? (?:and )?){{0,2}}{duration})"
    stop = r"(?=[;:!?)]|[.,](?!\d)|$| (?:and|or|at|in|for|with|when|to|but|by|-)(?![\w-]))"
    week = rf"(?:(?P<w>{weekday})\.?,? ?(?:the )?)?"
    about = r"(?:about |around |nearly |almost |over |more than |some |roughly |less than |just )*"
    shift = f["shift"]
    day1 = rf"(?:(?P<d>{DAY})(?:st|nd|rd|th)?|(?P<dw>{ordinal}))"
    day2 = rf"(?:(?P<d2>{DAY})(?:st|nd|rd|th)?|(?P<dw2>{ordinal}))"
    return (
        _rule("date", "month year-word", rf"\b{week}(?<![\d.,$£€])(?<![$£€][ ]){day}\.?(?: day)?(?: of)?(?: |-)(?:the )?(?P<m>{month})\b(?:\.?{of_year})?"),
        _rule("date", "month year-word", rf"\b{week}(?P<m>{month})\b\.?(?: ?,)?[ /-](?:the )?{day}\b(?![/.:]?\d)(?:(?: ?, ?| )(?:of )?{year}\b)?(?! ?(?:%|{f['count']}\b))"),
        _rule("date", "month year-word", rf"\b(?P<m>{month})\b\.?,?[ /-](?:of )?{year}\b|\b(?P<m>{month}) of (?P<yy>\d\d)\b(?! ?(?:%|{f['count']}\b))"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y}) ?,? ?(?P<m>{month})\b(?! \d)", r"\d{4}"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y}),? (?P<m>{month})\.? (?P<d>{DAY})(?:st|nd|rd|th)?\b(?!\.?\d)", r"\d{4}"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<d>{DAY})[/-](?P<m>{month})[/-](?P<y>{Y})\b", "[/-]"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y})[/-](?P<m>{month})[/-](?P<d>{DAY})\b", "[/-]"),
        _rule("date", "month", rf"\b(?P<m>{month})[/-](?P<d>{DAY})[/-](?P<y>{Y})\b", "[/-]"),
        _rule("day-range", "month year-word", rf"\b(?:(?:from|between) (?:the )?)?(?:(?:{weekday}),? (?:the )?)?(?<![\d.,/]){day1} ?(?P<join>to|through|thru|until|till|and|-) ?(?:the )?(?:(?:{weekday}),? (?:the )?)?{day2} (?:of )?(?P<m>{month})\b(?:\.?{of_year})?"),
        _rule("day-range", "month year-word", rf"\b(?:(?:from|between) )?(?P<m>{month})\b\.? (?:(?:between|from) )?(?:the )?{day1} ?(?P<join>to|through|thru|until|till|and|-) ?(?:the )?{day2}\b(?!\.?\d)(?! ?(?:%|{f['count']}\b))(?:(?:,? )(?:of )?{year}\b)?"),
        _rule("day-range", "month", rf"\b(?P<m>{month})\b\.? (?P<d>{DAY})(?:st|nd|rd|th)?(?:, {DAY}(?:st|nd|rd|th)?)+,? (?P<join>and) (?P<d2>{DAY})(?:st|nd|rd|th)?\b(?!\.?\d)(?! ?(?:%|{f['count']}\b))(?:(?:,? )(?:of )?{year}\b)?", r"\d(?:st|nd|rd|th)?,[ \n]"),
        _rule("figures-range", "month", rf"\b(?:(?:from|between) )?(?<!this[ ])(?<!last[ ])(?<!next[ ])(?P<m>{month})\.? ?(?:-|–|to|through|thru|until|till) ?(?P<m2>{month})\b(?!\.?[ /-]?\d{{1,2}}\b)(?:\.?{of_year})?", r"-|–|to|thr|until|till"),
        _rule("day-alone", "nth-day", rf"\b(?:on|by|until|till|since|for|before|after|from) (?P<x>(?:the )?(?P<d>{DAY})(?:st|nd|rd|th)){stop}"),
        _rule("day-alone", "nth-day", rf"\b(?:on|for|until|since|by) (?P<x>the (?P<d>{DAY})){stop}"),
        _rule("day-alone", "ordinal", rf"\b(?:on|until|since|by) (?P<x>the (?P<dw>{ordinal})){stop}|\bfor (?P<x>the (?P<dw>twenty[ -]{f['ordinal']}|thirtieth|thirty|thirty[ -]first)){stop}"),
        _rule("weekday-day", "weekday", rf"\b(?P<w>{weekday})\.?,? (?:the (?:(?P<d>{DAY})(?:st|nd|rd|th)?|(?P<dw>{ordinal}))|(?P<d>{DAY})(?:st|nd|rd|th))\b(?! ?(?:of |{month}))", r"\d|[ \n]the[ \n]"),
        _rule("weekday-day", "weekday", rf"\b(?P<w>{weekday}) (?P<d>{DAY})(?=[;!?)]|[.,](?!\d)|$)", r"\d"),
        _rule("nth-weekday", "weekday", rf"\b(?P<vague>(?:the )?(?P<n>first|second|third|fourth|fifth) (?P<w>{weekday})){stop}", "st|cond|ird|th"),
        _rule("deictic", "unit", r"\b(?:in|for|of|during) (?P<vague>(?P<x>the (?P<u>day|week|month|year)))(?=[;:!?)]|[.,](?!\d)|$)", "the"),
        _rule("nth-weekday", "weekday", rf"\b(?:the )?(?P<n>{f['ordinal']}|last) (?P<w>{weekday}) (?:of|in) (?P<m>{month})\b{of_year}?"),
        _rule("date", "weekday", rf"\b(?:(?P<sh>this|last|next) )?(?P<w>{weekday}),? (?:the )?(?P<mn>\d\d?)[/.](?P<d>\d\d?)(?:[/.](?:(?P<y>{Y})|(?P<yy>\d\d)))?(?![\w/]|[.,-]\d)", r"\d[/.]\d"),
        _rule("week-of", "unit", rf"\b(?:the )?week (?:of|starting|beginning|commencing) (?:on )?(?:monday,? )?(?:the )?(?:(?P<m>{month})\.? ?{day}|(?P<d>{DAY})(?:st|nd|rd|th)? (?:of )?(?P<m>{month}))\b{of_year}?", "week"),
        _rule("nth-week", "unit", rf"\b(?:the )?(?P<n>{f['ordinal']}(?: last)?|last) (?P<u>week|weekend) (?:of|in) (?:(?P<m>{month})\b(?:\.?{of_year})?|{year}\b)", "week"),
        _rule("iso-week", "unit", rf"\bweek (?P<n>[1-4]?\d|5[0-3])(?: of)?(?:,? (?P<y>{Y}))?\b(?![.,/:-]\d)", "week"),
        _rule("season", "season", rf"\b(?P<s>{f['season']}) ?(?:of )?(?P<y>{Y})\b", r"\d{4}"),
        _rule("season", "season", rf"\b(?P<vague>(?P<s>{f['season']}))\b(?= (?:of )?(?:last|this|next|that) year)"),
        _rule("season", "season", rf"\b(?P<sh>last|this|next) (?P<s>{f['season']})\b", "last|this|next"),
        _rule("season", "season", rf"\b(?P<sh>current|the coming|this coming|this past) (?P<s>{f['season']})\b", "current|coming|past"),
        _rule("date", "year-word", rf"\b(?:in|since|by|until|from|during|of) (?P<x>(?P<yw>{year_word}))\b{no_count}(?! (?:\w+s|people)\b)|\byear (?P<yw>{year_word})\b"),
        _rule("decade", "year-word decade", r"\b(?:the )?(?:nineteen|eighteen) (?P<dw>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b|\bthe two (?P<dw>thousands|thousand and tens)\b"),
        _rule("date", "fiscal", r"\bcy ?'?(?:(?P<y>20\d\d)|(?P<yy>\d\d))\b"),
        _rule("quarter", "unit", rf"\b(?:the )?(?P<q>{quarter}) quarter\b{of_year}?(?P<rel> (?:of )?(?:last|this|next) year)?", "quarter"),
        _rule("quarter", "unit", rf"\b(?P<y>{Y}),? (?:the )?(?P<q>{quarter}) quarter\b", "quarter"),
        _rule("quarter", "year quarter", r"\bq(?P<q>[1-4])\b(?P<rel> (?:of )?(?:last|this|next) year)?", "q[1-4]"),
        _rule("half", "unit", r"\b(?:the )?(?P<q>first|second) half of (?P<sh>the current|this|the) year\b(?! \d)", "half"),
        _rule("half", "unit", rf"\b(?:the )?(?P<q>first|second) half of {year}\b", "half"),
        _rule("first-months", "unit", rf"\b(?:the )?first (?P<n>{number}) months of (?:{year}|(?P<sh>this year|the year|last year))\b", "first"),
        _rule("last-months", "unit", rf"\b(?:the )?last (?P<n>{number}) months of {year}\b", "last"),
        _rule("decade", "year decade", r"(?<![\w.,$£€-])(?:the )?(?:(?P<y>(?:1[89]|20)\d0)|(?<!his[ ])(?<!her[ ])(?<!eir[ ])'?(?P<yy>[2-9]0)) ?'?s\b"),
        _rule("decade", "decade", rf"\b(?:in|the|early|late|mid)[ -](?P<x>(?P<dw>{f['decade']}))\b"),
        _rule("relative-day", "day", rf"(?<![\w'-])(?P<r>{f['day']})\b"),
        _rule("ago", "unit", rf"\b{about}{amounts} (?:ago(?: today)?|back(?! (?:to|in|at|on|from|for|and)))\b", "ago|back"),
        _rule("ahead", "unit", rf"\bin {about}{amounts}(?:'s? time)?\b(?! of| or )", r"in[ \n]"),
        _rule("ahead", "unit", rf"\b{about}{amounts} (?:from now|hence)\b", "from|hence"),
        _rule("span-ahead", "unit", rf"\bwithin (?:the )?(?:(?P<sh>next|coming|upcoming) )?{amounts}\b(?! (?:of|after|before|from)\b)", "within"),
        _rule("weekday-count", "weekdays", rf"\b(?P<n>{number}) (?:(?P<w>{weekday})s?) (?:from now|later|hence|(?P<back>ago|back))\b"),
        _rule("last-units", "unit", rf"\b(?:the )?(?P<sh>last|past|previous|next|coming|upcoming) (?P<amounts>{duration},? (?:and )?{duration}(?:,? (?:and )?{duration})?)\b", _SHIFTED_EN),
        _rule("deictic", "unit", rf"\b(?:(?P<part>{f['part']})) (?:the )?(?P<u>week|month|quarter|year)\b(?! (?:of|after|before|that|earlier|later|ago|\d))", "end|start|begin|middle|mid|later|earl"),
        _rule("rest", "unit", r"\b(?:the )?rest (?:of )?(?:the |this |current |the current )?(?P<u>week|month|year)\b", "rest"),
        _rule("shift", "unit", r"\bthe (?P<u>week|month|quarter|year|weekend) (?P<twice>after (?:the )?next|before last)\b", "after|before"),
        _rule("shift", "unit", r"\b(?:over|during|at|on|this|for|in|of)[ \n](?P<x>the (?P<u>weekend))\b(?! (?:of|before|after)\b)|^(?P<x>the (?P<u>weekend))$", "weekend"),
        _rule("shift", "unit", r"\b(?P<sh>this|last|next) (?P<u>workweek|working week|business week)\b", "week"),
        _rule("last-units", "unit", rf"\b(?:the )?(?P<sh>last|past|previous|next|coming|upcoming) (?P<n>{number}) ?(?P<u>{unit})\b", _SHIFTED_EN),
        _rule("last-units", "unit", rf"\b(?P<n>{number}) (?P<sh>last|past|previous|next|coming|upcoming) (?P<u>(?:day|week|month|quarter|year|decade)s)\b", _SHIFTED_EN),
        _rule("shift", "unit", rf"\b(?P<sh>{shift}) (?P<u>{unit})\b(?! ago)", f["shift"]),
        _rule("shift", "month", rf"\b(?P<sh>last|this|next) (?P<m>{month})\b(?! \d)", "last|this|next"),
        _rule("shift", "month", rf"\b(?:{day} (?:of )?)?(?P<m>{month}) (?:of )?(?P<sh>last|this|next) (?P<u>year)\b", "year"),
        _rule("shift", "weekday", rf"\b(?:on )?(?P<x>(?:this )?(?P<sh>{shift}) (?P<w>{weekday}))\b", f["shift"]),
        _rule("weekday-week", "weekday", rf"\b(?:on )?(?P<x>(?P<w>{weekday}),? (?:of )?(?P<sh>last|this|next) week)\b", "week"),
        _rule("weekday-week", "weekday", rf"\b(?P<sh>last|this|previous|next) week,? (?:- |on )?(?P<w>{weekday})\b", "week"),
        _rule("to-date", "unit", r"\b(?:since the (?:start|beginning) of the (?P<u>year)|year to date|so far this year)\b", "since|date|far"),
        _rule("anchor", "unit", rf"\b(?P<n>{number}) (?P<u>{unit}) (?P<sh>earlier|later|previously|before)\b", "earlier|later|previously|before"),
        _rule("anchor", "unit", r"\bthe (?:(?P<sh>previous|following) (?P<u>day|week|month|quarter|year)|(?P<u>year|month|week|day) (?P<sh>before|after)|(?P<sh>next) (?P<u>day))\b", "previous|following|before|after|next"),
        _rule("now", "now", r"\b(?:and|to|until|till|between|from) (?P<x>now)\b"),
        _rule("feast-weekend", "holiday", rf"\b(?P<h>{f['holiday']}) weekend(?:,? (?:of )?(?P<y>{Y}))?\b", "weekend"),
        _rule("anchor", "weekday", rf"\b(?:the )?(?P<sh>following) (?P<w>{weekday})\b", "following"),
        _rule("anchor", "unit", r"\b(?P<sh>the same|same|that) (?P<u>year|month|week)\b", "same|that"),
        _rule("holiday", "holiday", rf"\b(?P<h>{f['holiday']}),? (?:of )?(?P<y>{Y})\b"),
        _rule("holiday", "holiday", rf"\b(?:(?:at|before|after|since|by|on|over|until|during) )(?P<x>(?:(?P<sh>last|next|this) )?(?P<h>{f['holiday']}))\b"),
        _rule("holiday", "holiday", rf"\b(?P<x>(?P<sh>last|next|this|previous) (?P<h>{f['holiday']}))\b"),
        _rule("holiday", "holiday", rf"(?<![\w'-])(?P<vague>(?P<h>{f['holiday']}))(?![\w-])"),
    )  # fmt: skip
