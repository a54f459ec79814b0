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
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"


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
    """A pattern, what its matches are, and where it is tried."""

    kind: str
    pattern: re.Pattern[str]
    gate: Gate


_SPACE = re.compile(r"(\[[^\]]*\])|( \?)|( )")
_PLAIN = re.compile(r"[a-z'|-]+")
_GROUP = re.compile(r"\(\?P<(\w+)>")


def _spaced(pattern: str) -> str:
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
    return Gate(kinds, has=re.compile(_spaced(has)), wider=gate(needs))


def _rule(kind: str, needs: str, pattern: str, has: str = "") -> Rule:
    """Compile a pattern; `has` only saves time: it matches within every match of the pattern.

    A group named twice, in alternatives, is renamed ("y", "y_2"); readers of a match take either.
    """
    seen: dict[str, int] = {}

    def unique(match: re.Match[str]) -> str:
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        return match[0] if seen[name] == 1 else f"(?P<{name}_{seen[name]}>"

    return Rule(kind, re.compile(_GROUP.sub(unique, _spaced(pattern))), gate(needs, has))


@cache
def rules(lang: str) -> tuple[Rule, ...]:
    """All rules of one language: figures, then the words of the language."""
    vocabulary = words(lang)
    return _figures(vocabulary) + (_french(vocabulary) if vocabulary.lang == "fr" else _english(vocabulary))


def _figures(v: Words) -> tuple[Rule, ...]:
    first, second = ("d", "mn") if v.lang == "fr" else ("mn", "d")
    alone = r"(?<![\w.,/-])"
    end = r"(?![\w/]|[-.,]\d)"
    to = "(?:to|through|until)" if v.lang == "en" else "jusqu'en"
    return (
        _rule("date", "figures", rf"{alone}(?P<y>{Y})(?P<sep>[-/.])(?P<mn>\d\d?)(?P=sep)(?P<d>\d\d?)(?:(?=t\d)|{end})"),
        _rule("date", "figures", rf"{alone}(?P<{first}>\d\d?)(?P<sep> ?[-/.] ?)(?P<{second}>\d\d?)(?P=sep)(?:(?P<y>{Y})|(?P<yy>\d\d)){end}"),
        _rule("date", "year figures", rf"{alone}(?P<d>{_DAY}) (?P<mn>0?[1-9]|1[0-2]) (?P<y>{Y}){end}(?! ?(?:€|\$|£|{v.fragments['count']}\b))", _PAIR),
        _rule("date", "year figures", rf"{alone}(?P<mn>0?[1-9]|1[0-2]) ?[/-] ?(?P<y>{Y}){end}", _PAIR),
        _rule("date", "year figures", rf"{alone}(?P<y>{Y}) ?[/-] ?(?P<mn>0?[1-9]|1[0-2]){end}", _PAIR),
        _rule("season-years", "year figures", rf"{alone}(?P<y>{Y}) ?[/-] ?(?P<yy>\d\d){end}", _PAIR),
        _rule("years", "year figures", rf"{alone}(?P<y>{Y}) ?(?:[-/~–]|{to}) ?(?P<y2>{Y}){end}(?! ?(?:€|\$|£|{v.fragments['count']}\b))", _PAIR),
        _rule("quarter", "year quarter", rf"\b[tq](?P<q>[1-4])(?: ?[-/]? ?(?:de |of )?(?P<y>{Y}))\b", _COUNTED),
        _rule("quarter", "year", rf"{alone}(?P<y>{Y})[ -]?[tq](?P<q>[1-4])\b", _COUNTED),
        _rule("half", "year quarter", rf"\b[hs](?P<q>[12])[ -]?(?P<y>{Y})\b", _COUNTED),
        _rule("half", "year", rf"{alone}(?P<y>{Y})[ -]?[hs](?P<q>[12])\b", _COUNTED),
    )  # fmt: skip


def _french(v: Words) -> tuple[Rule, ...]:
    f = v.fragments
    month, weekday, unit = f["month"], f["weekday"], f["unit"]
    number = rf"(?:\d{{1,3}}|(?:vingt|trente|quarante|cinquante|soixante)[ -](?:et[ -])?{f['number']}|{f['number']})"
    ordinal = f["ordinal"]
    day = rf"(?:(?P<d>{_DAY})(?:er|e)?|(?P<dw>premier))"
    no_count = rf"(?! ?(?:€|\$|£|(?:de )?{f['count']}\b))"
    year = rf"(?:(?P<y>{Y})(?!\d){no_count}|'(?P<yy>\d\d))"
    of_year = rf"(?:,? ?(?:de |de l'annee |d')?{year}\b)"
    about = r"(?:environ |pres de |quelque |quelques |plus de |a peu pres |maintenant |moins de |deja |tout juste )*"
    before = f["shift"]
    anchors = "|".join(sorted({word.split()[0] for word in v.meaning["anchor"]}))
    return (
        _rule("date", "month", rf"\b(?:(?P<w>{weekday})\.?,? (?:le )?)?(?<![\d.,]){day}(?: |-)(?:du mois (?:de |d'))?(?P<m>{month})\b(?:\.?{of_year}| (?P<sh>dernier|passe|prochain)\b)?"),
        _rule("date", "month", rf"\b(?P<m>{month})\b\.?,?[ .]?(?:(?:de |d'|de l'annee )?{year}\b|(?P<yy>[6-9]\d)\b(?! ?(?:€|\$|£|%|{f['count']}\b)))"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<d>{_DAY})[/-](?P<m>{month})[/-](?P<y>{Y})\b", "[/-]"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y})[/-](?P<m>{month})[/-](?P<d>{_DAY})\b", "[/-]"),
        _rule("date", "month", rf"\b(?P<m>{month})\.?[/-](?P<d>{_DAY})(?:[/-](?P<y>{Y}))?\b(?!\d)", "[/-]"),
        _rule("day-range", "month", rf"\b(?:(?:du|entre le|de|depuis le|les) )?(?:(?:{weekday}) )?(?<![\d.,/])(?P<d>{_DAY})(?:er|e)? ?(?P<join>au|a|et|et le|jusqu'au|jusqu'a|-|ou) ?(?:(?:{weekday}) )?(?P<d2>{_DAY})(?:er|e)? (?:de )?(?P<m>{month})\b{of_year}?", _TWO_DAYS),
        _rule("weekday-day", "weekday", rf"\b(?P<w>{weekday}) (?P<d>{_DAY})(?=[;!?)]|[.,](?!\d)|$| (?:au|a|et|dans|sur|en|pour|par|lors|vers|matin|soir|devant)\b(?! {month}))", r"\d"),
        _rule("date", "weekday", rf"\b(?P<w>{weekday}),? (?:le )?(?P<d>\d\d?)[/.](?P<mn>\d\d?)(?:[/.](?:(?P<y>{Y})|(?P<yy>\d\d)))?(?![\w/]|[.,-]\d)", r"\d[/.]\d"),
        _rule("week-of", "unit", rf"\b(?:la )?semaine du (?:lundi )?(?P<d>{_DAY})(?:er)? (?P<m>{month})\b{of_year}?", "semaine"),
        _rule("nth-week", "unit", rf"\b(?:la |le )?(?P<n>{ordinal}|derniere|dernier) (?P<u>semaine|week-end|quinzaine) (?:de |d'|du mois de )(?:(?P<m>{month})\b{of_year}?|(?:l'annee )?{year}\b)", "semaine|week-end|quinzaine"),
        _rule("iso-week", "unit", rf"\bsemaine (?:n° ?|s)?(?P<n>[1-4]?\d|5[0-3])(?: (?:de |d')?(?:l'annee )?(?P<y>{Y}))?\b(?![.,/-]\d)", "semaine"),
        _rule("shift", "unit", rf"\b(?P<d>{_DAY}) du (?P<u>mois) (?P<sh>dernier|passe|prochain)\b", "mois"),
        _rule("season", "season", rf"\b(?P<s>{f['season']}) ?(?:(?:de |d'|de l'annee )?(?P<y>{Y})(?:[-/](?:\d\d){{1,2}})?\b|(?P<sh>dernier|passe|prochain)\b)", r"\d{4}|dernier|passe|prochain"),
        _rule("season", "season", rf"\b(?P<sh>cet?) (?P<s>{f['season']})\b", _THIS),
        _rule("quarter", "unit", rf"\b(?P<q>{ordinal})(?:er|e)? trimestres?\b{of_year}?(?P<rel> de (?:l'annee derniere|l'an dernier|l'an passe|cette annee))?", "trimestre"),
        _rule("half", "unit", rf"\b(?P<q>{ordinal}) semestre\b{of_year}?", "semestre"),
        _rule("first-months", "unit", rf"\b(?P<n>{number}) premiers mois (?:de |d')(?:l'annee )?(?:{year}|(?P<sh>cette annee|l'annee|l'an dernier|l'annee derniere))\b", "premiers"),
        _rule("last-months", "unit", rf"\b(?P<n>{number}) derniers mois (?:de |d')(?:l'annee )?(?:{year})\b", "derniers"),
        _rule("decade", "unit", rf"\b(?:annees|decennie) (?:(?P<y>{Y})|(?P<yy>\d0)|(?P<dw>(?:vingt|trente|quarante|cinquante|soixante)(?:-dix)?|quatre-vingt(?:-dix|s)?))(?:'?s)?\b(?! ?[-/a]+ ?\d)", "annees|decennie"),
        _rule("relative-day", "day", rf"(?<![\w'-])(?P<r>{f['day']})\b"),
        _rule("ago", "unit", rf"\bil ?y ?a {about}(?P<n>{number})[ ']?(?P<u>{unit})\b", r"y[ \n]{0,3}a[ \n]"),
        _rule("ahead", "unit", rf"\b(?:dans|d'ici) {about}(?P<n>{number})[ ']?(?P<u>jours?|semaines?|mois|ans?|annees?)\b(?! (?:de|d'|a))", "dans|d'ici"),
        _rule("last-units", "unit", rf"\b(?:(?:au cours |lors )?d(?:es|e ces) |(?:ces|les) |en )?(?P<n>{number}) (?P<sh>derniere?s|passee?s|prochaine?s) (?P<u>{unit})\b", _SHIFTED),
        _rule("last-units", "unit", rf"\b(?P<n>{number}) (?P<u>{unit}) (?P<sh>passee?s|prochaine?s|suivante?s|derniere?s)\b", _SHIFTED),
        _rule("shift", "unit", rf"\b(?:(?:la|le|du|au) |l')?(?P<u>{unit}) (?P<sh>{before})\b", rf"[ \n]{before}"),
        _rule("shift", "unit", r"\b(?P<sh>cet?(?:te)?) (?P<u>semaine|mois|trimestre|semestre|annee|week-end|weekend|decennie)\b(?:-ci)?(?!-la)", _THIS),
        _rule("shift", "month", rf"\b(?P<m>{month}) (?P<sh>dernier|passe|prochain)\b", _SHIFTED),
        _rule("shift", "month", rf"\b(?:(?P<part>{f['part']})[ -]?)?(?P<sh>cet?) (?P<m>{month})\b", _THIS),
        _rule("shift", "weekday", rf"\b(?P<w>{weekday}) (?P<sh>derni\w+|pass\w+|prochain\w*)\b", _SHIFTED),
        _rule("shift", "weekday", rf"\b(?P<sh>ce) (?P<w>{weekday})\b(?: (?P<d>{_DAY})(?: (?P<m>{month})\b)?)?", _THIS),
        _rule("to-date", "unit", r"\b(?:depuis|des) le debut de (?P<u>l'annee|l'an|cette annee)\b", "debut"),
        _rule("shift", "unit", r"\b(?:(?:en|des|au|le|la|a la) )?(?P<part>debut|fin|milieu) d(?:e l)?'(?P<u>annee)\b(?! (?:\d|derniere|passee|prochaine|suivante|precedente))", "debut|fin|milieu"),
        _rule("anchor", "unit", rf"\b(?P<n>{number}) (?P<u>{unit}) (?P<sh>{f['anchor']})\b", anchors),
        _rule("anchor", "weekday", rf"\b(?:le )?(?P<w>{weekday}) (?P<sh>suivant|precedent)\b", "suivant|precedent"),
        _rule("anchor", "unit", rf"\b(?:(?:la|le) |l')(?P<u>semaine|mois|trimestre|annee|an) (?P<sh>{f['anchor']})\b", anchors),
        _rule("anchor", "unit", r"\b(?P<sh>(?:la )?meme|cette) (?P<u>annee)(?:-la)?\b", _THIS),
        _rule("holiday", "holiday", rf"\b(?P<h>{f['holiday']}) (?:de |d')?(?P<y>{Y})\b"),
        _rule("holiday", "holiday", rf"\b(?:a|avant|apres|depuis|passe)[ ](?:la |l'|le )?(?P<x>(?P<h>{f['holiday']})(?: (?P<sh>dernier|derniere|prochain|prochaine))?)(?![\w-])"),
    )  # fmt: skip


def _english(v: Words) -> tuple[Rule, ...]:
    f = v.fragments
    month, weekday, unit = f["month"], f["weekday"], f["unit"]
    number = rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty)[ -]{f['number']}|{f['number']})"
    ordinal = rf"(?:(?:twenty|thirty)[ -]{f['ordinal']}|{f['ordinal']})"
    quarter = r"(?:first|second|third|fourth|[1-4](?:st|nd|rd|th))"
    day = rf"(?:(?P<d>{_DAY})(?:st|nd|rd|th)?|(?P<dw>{ordinal}))"
    no_count = rf"(?! ?(?:€|\$|£|{f['count']}\b))"
    year = rf"(?:(?P<y>{Y})(?!\d){no_count}|'(?P<yy>\d\d))"
    of_year = rf"(?:(?: ?, ?| )?(?:of |in )?{year}\b)"
    week = rf"(?:(?P<w>{weekday})\.?,? ?(?:the )?)?"
    about = r"(?:about |around |nearly |almost |over |more than |some |roughly |less than |just )*"
    shift = f["shift"]
    day2 = rf"(?P<d2>{_DAY})(?:st|nd|rd|th)?"
    return (
        _rule("date", "month", rf"\b{week}(?<![\d.,$£€])(?<![$£€][ ]){day}\.?(?: day)?(?: of)?(?: |-)(?:the )?(?P<m>{month})\b(?:\.?{of_year})?"),
        _rule("date", "month", rf"\b{week}(?P<m>{month})\b\.?(?: ?,)?[ /-](?:the )?{day}\b(?![/.:]?\d)(?:(?: ?, ?| )(?:of )?{year}\b)?(?! ?(?:%|{f['count']}\b))"),
        _rule("date", "month", rf"\b(?P<m>{month})\b\.?,?[ /-](?:of )?{year}\b"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y}) ?,? ?(?P<m>{month})\b(?! \d)", r"\d{4}"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<d>{_DAY})[/-](?P<m>{month})[/-](?P<y>{Y})\b", "[/-]"),
        _rule("date", "month", rf"(?<![\w/.-])(?P<y>{Y})[/-](?P<m>{month})[/-](?P<d>{_DAY})\b", "[/-]"),
        _rule("date", "month", rf"\b(?P<m>{month})[/-](?P<d>{_DAY})[/-](?P<y>{Y})\b", "[/-]"),
        _rule("day-range", "month", rf"\b(?:(?:from|between) (?:the )?)?(?:(?:{weekday}),? (?:the )?)?(?<![\d.,/])(?P<d>{_DAY})(?:st|nd|rd|th)? ?(?P<join>to|through|until|till|and|-) ?(?:the )?(?:(?:{weekday}),? (?:the )?)?{day2} (?:of )?(?P<m>{month})\b(?:\.?{of_year})?"),
        _rule("day-range", "month", rf"\b(?:(?:from|between) )?(?P<m>{month})\b\.? (?:the )?(?P<d>{_DAY})(?:st|nd|rd|th)? ?(?P<join>to|through|until|till|and|-) ?(?:the )?{day2}\b(?!\.?\d)(?:(?:,? )(?:of )?{year}\b)?"),
        _rule("weekday-day", "weekday", rf"\b(?P<w>{weekday})\.?,? (?:the (?:(?P<d>{_DAY})(?:st|nd|rd|th)?|(?P<dw>{ordinal}))|(?P<d>{_DAY})(?:st|nd|rd|th))\b(?! ?(?:of |{month}))", r"\d|[ \n]the[ \n]"),
        _rule("weekday-day", "weekday", rf"\b(?P<w>{weekday}) (?P<d>{_DAY})(?=[;!?)]|[.,](?!\d)|$)", r"\d"),
        _rule("nth-weekday", "weekday", rf"\b(?:the )?(?P<n>{f['ordinal']}|last) (?P<w>{weekday}) (?:of|in) (?P<m>{month})\b{of_year}?"),
        _rule("date", "weekday", rf"\b(?:(?:this|last|next) )?(?P<w>{weekday}),? (?:the )?(?P<mn>\d\d?)[/.](?P<d>\d\d?)(?:[/.](?:(?P<y>{Y})|(?P<yy>\d\d)))?(?![\w/]|[.,-]\d)", r"\d[/.]\d"),
        _rule("week-of", "unit", rf"\b(?:the )?week (?:of|starting|beginning|commencing) (?:on )?(?:monday,? )?(?:the )?(?:(?P<m>{month})\.? {day}|(?P<d>{_DAY})(?:st|nd|rd|th)? (?:of )?(?P<m>{month}))\b{of_year}?", "week"),
        _rule("nth-week", "unit", rf"\b(?:the )?(?P<n>{f['ordinal']}|last) (?P<u>week|weekend) (?:of|in) (?:(?P<m>{month})\b(?:\.?{of_year})?|{year}\b)", "week"),
        _rule("iso-week", "unit", rf"\bweek (?P<n>[1-4]?\d|5[0-3])(?: of)?(?:,? (?P<y>{Y}))?\b(?![.,/:-]\d)", "week"),
        _rule("shift", "unit", rf"\b(?:the )?(?P<d>{_DAY})(?:st|nd|rd|th)? of (?P<sh>last|this|next) (?P<u>month)\b", "month"),
        _rule("season", "season", rf"\b(?P<s>{f['season']}) ?(?:of )?(?P<y>{Y})\b", r"\d{4}"),
        _rule("season", "season", rf"\b(?P<sh>last|this|next) (?P<s>{f['season']})\b", "last|this|next"),
        _rule("quarter", "unit", rf"\b(?:the )?(?P<q>{quarter}) quarter\b{of_year}?(?P<rel> (?:of )?(?:last|this|next) year)?", "quarter"),
        _rule("quarter", "unit", rf"\b(?P<y>{Y}),? (?:the )?(?P<q>{quarter}) quarter\b", "quarter"),
        _rule("quarter", "year quarter", r"\bq(?P<q>[1-4])\b(?P<rel> (?:of )?(?:last|this|next) year)?", "q[1-4]"),
        _rule("half", "unit", rf"\b(?:the )?(?P<q>first|second) half of {year}\b", "half"),
        _rule("first-months", "unit", rf"\b(?:the )?first (?P<n>{number}) months of (?:{year}|(?P<sh>this year|the year|last year))\b", "first"),
        _rule("last-months", "unit", rf"\b(?:the )?last (?P<n>{number}) months of {year}\b", "last"),
        _rule("decade", "year decade", r"(?<![\w.,$£€-])(?:the )?(?:(?P<y>(?:1[89]|20)\d0)|'?(?P<yy>[2-9]0)) ?'?s\b"),
        _rule("decade", "decade", rf"\b(?:in|the|early|late|mid)[ -](?P<x>(?P<dw>{f['decade']}))\b"),
        _rule("relative-day", "day", rf"(?<![\w'-])(?P<r>{f['day']})\b"),
        _rule("ago", "unit", rf"\b{about}(?P<n>{number}) ?(?P<u>{unit}) ago\b", "ago"),
        _rule("ahead", "unit", rf"\bin {about}(?P<n>{number}) (?P<u>{unit})\b(?!'s? time| of)", r"in[ \n]"),
        _rule("last-units", "unit", rf"\b(?:the )?(?P<sh>last|past|previous|next|coming|upcoming) (?P<n>{number}) ?(?P<u>{unit})\b", _SHIFTED_EN),
        _rule("last-units", "unit", rf"\b(?P<n>{number}) (?P<sh>last|past|previous|next|coming|upcoming) (?P<u>(?:day|week|month|quarter|year|decade)s)\b", _SHIFTED_EN),
        _rule("shift", "unit", rf"\b(?P<sh>{shift}) (?P<u>{unit})\b(?! ago)", f["shift"]),
        _rule("shift", "month", rf"\b(?P<sh>last|this|next) (?P<m>{month})\b(?! \d)", "last|this|next"),
        _rule("shift", "month", rf"\b(?P<m>{month}) (?:of )?(?P<sh>last|this|next) year\b", "year"),
        _rule("shift", "weekday", rf"\b(?:on )?(?P<x>(?:this )?(?P<sh>{shift}) (?P<w>{weekday}))\b", f["shift"]),
        _rule("weekday-week", "weekday", rf"\b(?:on )?(?P<x>(?P<w>{weekday}),? (?:of )?(?P<sh>last|this|next) week)\b", "week"),
        _rule("weekday-week", "weekday", rf"\b(?P<sh>last|this|previous|next) week,? (?:- |on )?(?P<w>{weekday})\b", "week"),
        _rule("to-date", "unit", r"\b(?:since the (?:start|beginning) of the (?P<u>year)|year to date|so far this year)\b", "since|date|far"),
        _rule("anchor", "unit", rf"\b(?P<n>{number}) (?P<u>{unit}) (?P<sh>earlier|later|previously|before)\b", "earlier|later|previously|before"),
        _rule("anchor", "unit", r"\bthe (?:(?P<sh>previous|following) (?P<u>week|month|quarter|year)|(?P<u>year|month|week) (?P<sh>before|after))\b", "previous|following|before|after"),
        _rule("anchor", "weekday", rf"\b(?:the )?(?P<sh>following) (?P<w>{weekday})\b", "following"),
        _rule("anchor", "unit", r"\b(?P<sh>the same|that) (?P<u>year)\b", "same|that"),
        _rule("holiday", "holiday", rf"\b(?P<h>{f['holiday']}),? (?:of )?(?P<y>{Y})\b"),
        _rule("holiday", "holiday", rf"\b(?:(?:at|before|after|since|by|on|over|until|during) )(?P<x>(?:(?P<sh>last|next|this) )?(?P<h>{f['holiday']}))\b"),
        _rule("holiday", "holiday", rf"\b(?P<x>(?P<sh>last|next|this|previous) (?P<h>{f['holiday']}))\b"),
    )  # fmt: skip
