"""What beside a capitalised word says that it names a person: a title or a role before it, an age, a verb of speech.

In: a segment of tokens and the folded text. Out: whether something says so, or the word before.
Left out: the words of the segment themselves (`name_runs`).
"""

from __future__ import annotations

import re

from vigie.lexicon.gazetteer import gazetteer, key
from vigie.redact.sequences import Token
from vigie.redact.wordlists import Lists

_AGE = re.compile(
    r"\s?[,(]\s?(?:age[e]?s?\s(?:de\s)?)?(?:\d{1,2}|dix|onze|douze|treize|quatorze|quinze|seize|dix-\w+|vingt[\w\- ]{0,12}|"
    r"trente[\w\- ]{0,12}|quarante[\w\- ]{0,12}|cinquante[\w\- ]{0,12}|soixante[\w\- ]{0,12})\s?ans?"
    r"(?!\s(?:de\s(?:prison|reclusion|detention|service|metier|carriere|lutte|trafic)|apres|plus\stard|avant|ferme|d'emprisonnement))"
    r"|\s?,\s?(?:aged?\s)?\d\d\s?,\s|\s?\(\s?aged?\s\d{1,2}\s?\)|\s?,\s(?:an?\s)?\d{1,2}[- ]year[- ]old"
    r"|\s?,[^.;:!?\n]{0,40}d'une\s(?:petite\s)?\w{4,9}aine\sd'annees|\s?,\s\w+\sde\s\d{1,2}\sans(?!\sde\s)"
)
_CREDIT = re.compile(
    r"(?:report\w*|edit\w*|written|photos?|story|words|recueilli\w*|illustre\w*|photographie\w*) (?:by|par) $"
)
_BARE_AGE = re.compile(r"\s?\(\d\d\)")
_CHANGED = re.compile(
    r"\s?[(\[*,]\s?(?:\*|(?:le |son |les )?(?:pre)?noms?\s(?:a ete |ont ete |est |d'emprunt|fictif|modifi|chang)|pseudonyme|nom d'emprunt|"
    r"(?:pre)?nom (?:inconnu|invente|d'usage|de famille)|"
    r"not (?:his|her|their) real name|name (?:has been )?changed|a pseudonym|names? changed)|(?<=\w)\*(?!\*)"
)
_COMMUNE = 5_000  # inhabitants
_NEAR = 60  # code points before a name in which a title or a line's beginning is looked for
_ABODE = re.compile(
    r"\s?,\s(?:\d\d,\s)?(?:of no fixed|sans domicile|domicilie|demeurant|ne le |nee le |ne en |nee en |born |"
    r"of (?:\w+ ){1,2}(?:street|road|close|avenue|lane|drive|way|terrace|gardens|place|crescent)\b)"
)
_WORDS_BEFORE = re.compile(r"[\w'\-]+")
_APPOSITION = re.compile(
    r"\s?,\s(?:(?:le|la|un|une|l'|the|an?|his|her|son|sa|ancien|ancienne|former)\s?){0,2}([a-z][\w\-]*)(?:\s([a-z][\w\-]*))?"
)
_SAYS = re.compile(r"[ \u00a0](?:\w{1,3}\s)?([\w'\-]+)")
PLACE_WORDS = frozenset(
    [
        "en",
        "dans",
        "in",
        "at",
        "near",
        "vers",
        "from",
        "pres",
        "depuis",
        "entre",
        "of",
        "natif",
        "native",
        "natifs",
        "venant",
        "originaire",
        "provenance",
        "direction",
        "ile",
        "destination",
        "towards",
        "around",
        "outside",
        "across",
        "between",
        "via",
    ]
)
_LAST_STOP = re.compile(r".*[.;:!?\n«»\"(]", re.DOTALL)
_WITH_ONE = (
    "he and ",
    "she and ",
    "i and ",
    "il et ",
    "elle et ",
    "lui et ",
    "moi et ",
    "toi et ",
    "me and ",
    "him and ",
    "her and ",
)
_TO_ONE = re.compile(
    r" (?:m'a |m'avait|m'ont|me (?:dit|raconte|parle|montre|demande|repond)|lui (?:a |dit|repond|parle)|nous (?:a |dit|raconte)|t'a "
    r"|told |asked |gave |and i |et moi |et lui |et elle |s'est |s'etait )"
)
_MARKS_AFTER = frozenset(",([*")  # what an age or a remark on the name begins with
_SUBJECT_AFTER = re.compile(r"-t-(?:il|elle|on)$")
_ARTICLES = frozenset({"de", "du", "des", "la", "le", "les", "l", "d", "l'", "d'", "au", "aux", "a"})


def _last_word(window: str) -> tuple[str, int]:
    """The word that ends a window, and where it begins; ("", 0) unless one blank separates it from what follows."""
    if window[-1:] != " " or window[-2:-1] in ("", " ", "\n", ",", ";", ":", ")", '"', "(", "!", "?"):
        return "", 0
    at = window.rfind(" ", 0, -1) + 1
    if window[at:-1].isalnum():
        return window[at:-1], at
    at = len(window) - 1
    while at and (window[at - 1].isalnum() or window[at - 1] in "'.-_"):
        at -= 1
    return window[at:-1], at


def word_before(folded: str, start: int) -> str:
    """The word before, small words skipped: "hopital" for "hôpital de la | Pitié"."""
    near = folded[max(0, start - _NEAR) : start]
    return _unarticled(near, *_last_word(near))


def _unarticled(near: str, word: str, at: int) -> str:
    """The last word of `near` that is no article, of the last three."""
    for _ in range(2):
        if word not in _ARTICLES:
            break
        near = near[:at]
        word, at = _last_word(near)
    if word in _ARTICLES:
        return ""
    return word if word.startswith("s'") or "'" not in word else word.rpartition("'")[2]


def titled(text: str, folded: str, start: int, words: Lists) -> bool:
    """A title or a role stands directly before ("le docteur |", "la commissaire divisionnaire |")."""
    near = folded[max(0, start - _NEAR) : start]
    return _titled(text, near, start, *_last_word(near), words)


def _titled(text: str, near: str, start: int, word: str, at: int, words: Lists) -> bool:
    if not word:
        return False
    word = word.rpartition("'")[2]
    if (
        word in words.announces
        or word in words.titles
        or word in words.roles
        or word.removesuffix("s") in words.roles
    ):
        return len(word) > 3 or word in ("mr", "nee", "mgr", "feu") or text[start - len(near) + at].isupper()
    if word in words.role_tails:
        return any(w in words.roles for w in _WORDS_BEFORE.findall(near)[-4:-1])
    return False


def lone_name(token: Token, text: str, folded: str, words: Lists, *, alone: bool, person: bool) -> bool:
    """Whether what stands beside a word by itself makes a name of it.

    Args:
        alone: the word is a name where nothing speaks against it.
        person: nothing in the word speaks against a person.
    """
    near = folded[max(0, token.start - _NEAR) : token.start]
    word, at = _last_word(near)
    before = _unarticled(near, word, at) if word else ""
    if before in words.named_after:
        return False
    if word and _titled(text, near, token.start, word, at, words):
        return person or token.low in words.listed
    if alone:
        return token.low not in words.towns or not (
            near.endswith((" a ", " la ", " l'")) or (before in PLACE_WORDS and before != "of")
        )
    if (
        near.endswith(" a ")
        and token.low in words.listed
        and token.low not in words.towns
        and _speaks(near[:-2], words)
    ):
        return True
    if person and token.low not in words.towns:
        if (before in words.of_person and near.endswith((" de ", " of "))) or (
            near.endswith(" d'")
            and _WORDS_BEFORE.findall(near)[-2:-1]
            and _WORDS_BEFORE.findall(near)[-2] in words.of_person
        ):
            return token.low in words.listed or not _is_commune(token.low)
        if word in words.acted_on:
            return True
    if token.low in words.listed and token.low not in words.towns and token.low not in words.slang:
        after = folded[token.end : token.end + 12]
        if near.endswith(_WITH_ONE) or _TO_ONE.match(after):
            return True
    if person and near.endswith(" c'est ") and folded.startswith(" qui ", token.end):
        return True
    if (
        before in words.after_listed
        and all(part in words.listed for part in token.low.split("-"))
        and token.low not in words.brands
    ):
        return True
    return not near.endswith(" a ") and before not in PLACE_WORDS and _cued([token], folded, near, words)


def _is_commune(name: str) -> bool:
    """A commune of some size: "un appartement de Vénissieux"."""
    return any(entry.population >= _COMMUNE for entry in gazetteer().find(key(name)))


def cued(segment: list[Token], folded: str, words: Lists) -> bool:
    """Something beside the segment says that it is a person."""
    start = segment[0].start
    near = folded[max(0, start - _NEAR) : start]
    if len(segment) == 1 and (near.endswith(" a ") or word_before(folded, start) in PLACE_WORDS):
        return False
    return _cued(segment, folded, near, words)


def _cued(segment: list[Token], folded: str, near: str, words: Lists) -> bool:
    start, end = segment[0].start, segment[-1].end
    after = folded[end : end + 90]
    next_ = after[:2].lstrip()[:1]
    if len(segment) > 1 and _CREDIT.search(near[-24:]):
        return True
    line = near.rpartition("\n")[2].strip(" :-*|\t•©")
    if line in words.bylines or (not line and near.rstrip(" ").endswith("-") and after[:1] in ("", "\n")):
        return True
    if next_ == "," and _ABODE.match(after):
        return True
    if next_ in _MARKS_AFTER and (_AGE.match(after) or _CHANGED.match(after)):
        return True
    if len(segment) > 1 and (_BARE_AGE.match(after) or words.life_after.match(after)):
        return True
    if after[:2] == "'s":
        owned = _WORDS_BEFORE.search(after, 2)
        owner = segment[0].low not in words.roles or len(segment) > 1  # "Officer's evidence" names nobody
        return owner and owned is not None and owned.group() in words.possessions
    clause = _clause(folded, start)
    stripped = clause.rstrip()
    parted = stripped.endswith(",")
    if stripped and not parted and _speaks(clause, words):
        return True
    says = _SAYS.match(after) if len(segment) > 1 or parted or not stripped else None
    if says and says.group(1) in words.speech:
        return True
    apposed = _APPOSITION.match(after) if next_ == "," else None
    if apposed and (apposed.group(1) in words.roles or (apposed.group(2) or "") in words.roles):
        return True
    if parted and len(segment) == 1 and folded[end : end + 5].startswith((",", " et ", " and ")):
        said = _WORDS_BEFORE.findall(stripped[-30:])
        return bool(said) and (said[-1] in words.roles or said[-1].removesuffix("s") in words.roles)
    if parted and len(segment) > 1 and len(clause) < 120 and after[:1] in (",", ".", ")", ";", ""):
        return any(word in words.roles for word in _WORDS_BEFORE.findall(clause)[-12:])
    return False


def _speaks(clause: str, words: Lists) -> bool:
    """The last word of the clause is a verb of speech ("explique", "souligne-t-elle")."""
    near = clause[-40:].rstrip()
    last = near[near.rfind(" ") + 1 :]
    if not last.isalnum():
        said = _WORDS_BEFORE.findall(near)
        last = _SUBJECT_AFTER.sub("", said[-1]) if said else ""
    return last in words.speech


def _clause(folded: str, start: int) -> str:
    window = folded[max(0, start - 120) : start]
    stop = _LAST_STOP.match(window)
    return window[stop.end() :] if stop else window
