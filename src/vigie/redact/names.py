"""Names of natural persons. Roles, titles and organisations stay: `La commissaire divisionnaire [nom] explique`.

In: text. Out: removals of kind "name".
A capitalised run is a name when something says so: a title, a role, a known given name, an initial, a verb of speech, an
age, a remark that the name was changed, a byline. Once a full name is known, its surname alone goes as well.
Words and lists: data/redaction/names.toml, given_names.txt. Public figures are persons too.
Left out: names in lower case; lone unknown words without any cue; what bears a person's name (hospitals, streets, laws).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from vigie.redact.sequences import Token, runs
from vigie.redact.spans import Removal, words_at
from vigie.redact.wordlists import Lists, lists
from vigie.text.normalise import fold

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
    r"not (?:his|her|their) real name|name (?:has been )?changed|a pseudonym|names? changed)|(?<=\w)\*(?!\*)"
)
_CALLED = re.compile(
    r"(?:\s?,\s\d\d\sans)?\s?,?\s(?:dit|dite|alias|surnommee?|aka|a\.k\.a\.|known as)\s(?:[\"'«]\s?)([^\"«»\n]{1,30}?)\s?[\"'»]"
)
_CALLED_PLAIN = re.compile(r"\s?,?\s(?:alias|aka)\s([^\s,.;\"]{2,20})")
_WORDS_BEFORE = re.compile(r"[\w'\-]+")
_APPOSITION = re.compile(
    r"\s?,\s(?:(?:le|la|un|une|l'|the|an?|his|her|son|sa|ancien|ancienne|former)\s?){0,2}([a-z][\w\-]*)(?:\s([a-z][\w\-]*))?"
)
_SAYS = re.compile(r"[ \u00a0](?:\w{1,3}\s)?([\w'\-]+)")
_PLACE_WORDS = frozenset(["en", "dans", "in", "at", "near", "vers", "from", "pres", "depuis", "entre", "of"])
_LAST_STOP = re.compile(r".*[.;:!?\n«»\"(]", re.DOTALL)
_ARTICLES = frozenset({"de", "du", "des", "la", "le", "les", "l", "d", "l'", "d'", "au", "aux", "a"})
_ABBREVIATED_STATES = frozenset(
    {"u.s.", "u.k.", "e.u.", "u.n.", "d.c.", "l.a.", "a.m.", "p.m.", "u.s.a.", "n.y."}
)
_PARTICLES = frozenset(
    {"le", "la", "el", "de", "du", "van", "von", "ben", "al", "da", "di", "al-", "ould", "des"}
)


def find_names(text: str, folded: str, extra: Sequence[str] = ()) -> list[Removal]:
    """Removals of kind "name". `extra`: names known from metadata, removed wherever they stand."""
    words = lists()
    guarded = words_at(folded, words.protected)
    every: list[list[Token]] = []
    spans: list[tuple[int, int]] = []
    known: set[str] = set()
    doubtful: list[Token] = []
    for run in runs(text, folded):
        if len(run) == 1 and run[0].low in words.inert:
            continue
        every.append(run)
        if guarded and any(a < run[-1].end and run[0].start < b for a, b in guarded):
            continue
        for name in _names_in(run, text, folded, words):
            spans.append((name[0].start, name[-1].end))
            known.update(_surnames(name, words))
        doubtful += [t for t in run if len(run) == 1 and t.low in words.given and t.low in words.second_cue]
    for author in extra:
        found, parts = _extra(author, folded, words)
        spans += found
        known |= parts
    spans += [
        (t.start, t.end) for run in every for t in run if t.low in known or t.low.removesuffix("-") in known
    ]
    spans += _nicknames(folded, spans)
    spans += _beside(doubtful, spans, folded, words)
    return _joined(spans, text)


def _joined(spans: list[tuple[int, int]], text: str) -> list[Removal]:
    """Parts of one name, found one by one, make one removal."""
    found: list[Removal] = []
    for start, end in sorted(set(spans)):
        if found and start <= found[-1].end + 1 and text[found[-1].end : start] in ("", " ", "-", "\u00a0"):
            found[-1] = Removal(found[-1].start, max(end, found[-1].end), "name")
        else:
            found.append(Removal(start, end, "name"))
    return found


def _names_in(run: list[Token], text: str, folded: str, words: Lists) -> Iterator[list[Token]]:
    """The names within one capitalised run, cut at organisation words and at words that no name holds."""
    first = _before(folded, run[0].start)
    if first in words.named_after and not first.endswith("."):
        return
    if len(run) > 1 and run[-1].low in words.bearers and run[0].low not in words.titles:
        return  # John Lennon Airport
    bears = len(run) > 1 and run[0].low in words.named_after and run[0].low not in words.roles
    if bears and (run[0].low not in words.surnames or run[1].low not in words.given):
        return
    segment: list[Token] = []
    announced = False
    for index, token in enumerate(run):
        cue = (
            token.low in words.titles
            or token.low in words.roles
            or (announced and token.low in words.role_tails)
        )
        if cue and index + 1 < len(run) and not (token.initial and segment):
            yield from _decide(segment, text, folded, words, announced)
            segment, announced = (
                [],
                announced or token.low.rstrip(".") in words.titles or token.low in words.roles,
            )
            titled = token.low in words.titles
            if titled:
                rest = _until_word(run[index + 1 :], words)
                if rest and not (rest[0].low in words.roles or rest[0].low in words.titles):
                    yield rest
                    segment = []
                    for later in run[index + 1 + len(rest) :]:
                        segment.append(later)
                    yield from _decide(_trim(segment, words), text, folded, words, False)
                    return
        elif (token.low in words.org_words and token.low not in words.given) or _is_cut(
            token, run, index, words
        ):
            yield from _decide(segment, text, folded, words, announced)
            segment, announced = [], False
        else:
            segment.append(token)
    yield from _decide(segment, text, folded, words, announced)


def _is_cut(token: Token, run: list[Token], index: int, words: Lists) -> bool:
    if token.low not in words.not_names or any(t.low == "thi" for t in run):  # Le Thi Mai
        return False
    if index and (token.low in _PARTICLES and index + 1 < len(run)):
        return False
    return not (index and token.low in words.surnames and run[index - 1].low in words.given)


def _until_word(tokens: list[Token], words: Lists) -> list[Token]:
    name: list[Token] = []
    for index, token in enumerate(tokens):
        apart = token.low in words.org_words or (
            token.low in words.named_after and token.low not in words.surnames
        )
        if (apart and index) or _is_cut(token, tokens, index, words):
            break
        name.append(token)
    return name[:5]


def _trim(tokens: list[Token], words: Lists) -> list[Token]:
    """Without the sentence words at both ends; a Vietnamese middle name shows that they are none."""
    if any(t.low == "thi" for t in tokens[1:]):
        return tokens
    while tokens and tokens[0].low in words.not_names:
        tokens = tokens[1:]
    while tokens and (tokens[-1].low in words.not_names or tokens[-1].low in _PARTICLES):
        if len(tokens) > 1 and tokens[-1].low in words.surnames and tokens[-2].low in words.given:
            break
        tokens = tokens[:-1]
    return tokens


def _decide(
    segment: list[Token], text: str, folded: str, words: Lists, announced: bool
) -> Iterator[list[Token]]:
    """The name in a segment without titles, organisations or sentence words, if something says it is one."""
    segment = _trim(segment, words)
    while (
        len(segment) > 1
        and segment[0].caps
        and len(segment[0].low) <= 4
        and not _known_word(segment[0], words)
    ):
        segment = segment[1:]  # an acronym before the name: the party of a senator
    if not segment:
        return
    start, end = segment[0].start, segment[-1].end
    before = _before(folded, start)
    if before in words.named_after and not announced:
        return
    unknown_ok = _may_be_person(segment, words)
    if announced or _titled(before, text, folded, start, words):
        if unknown_ok or len(segment) > 1:
            yield segment
        return
    given = next((i for i, t in enumerate(segment) if _given(t, words)), None)
    if given is not None and given + 1 < len(segment):
        yield from _full_name(segment, given, folded, words)
        return
    if given is not None and given == len(segment) - 1 and given > 0:
        previous = segment[given - 1]
        if previous.caps or previous.low in words.surnames or previous.initial or previous.low in words.given:
            yield segment[given - 1 :] if not previous.initial else segment
            return
        if segment[given].low in words.alone:
            yield segment if given <= 2 and unknown_ok and _cued(segment, folded, words) else segment[given:]
            return
    if segment[0].initial and len(segment) > 1:
        if _initials(segment, before, words):
            yield segment
        return
    if len(segment) == 1 and segment[0].low in words.alone:
        yield segment
        return
    if (
        len(segment) > 1
        and segment[-1].initial
        and len(segment[0].low) > 2
        and (folded[end : end + 1] in ("", ",", ";", "\n") or folded[end : end + 2] == " (")
    ):  # "Fontarel Z., Quint B. (2019)": a list of authors
        if unknown_ok:
            yield segment
        return
    foreign = len(segment) > 1 and len(segment[-1].low) >= 7 and segment[-1].low.endswith(words.endings)
    if unknown_ok and (foreign or _cued(segment, folded, words)):
        yield segment


def _known_word(token: Token, words: Lists) -> bool:
    return token.low in words.given or token.low in words.surnames


def _given(token: Token, words: Lists) -> bool:
    if token.low in words.given or (len(token.low) > 6 and token.low.startswith(words.beginnings)):
        return True
    if "-" in token.low:
        parts = token.low.split("-")
        return all(p in words.given for p in parts if len(p) > 2) and parts[0] in words.given
    return False


def _full_name(segment: list[Token], given: int, folded: str, words: Lists) -> Iterator[list[Token]]:
    """A given name and what follows it; an ambiguous one needs a surname that is one."""
    token, following = segment[given], segment[given + 1]
    first = given
    if given and (
        segment[given - 1].caps
        or segment[given - 1].low in words.surnames
        or segment[given - 1].low in words.given
    ):
        first = given - 1
    if given and segment[0].initial:
        first = 0
    name = segment[first : given + 6]
    if token.low in words.second_cue or token.low in words.not_names:
        plain = (
            following.low in words.places
            or following.low in words.org_words
            or following.low in words.second_cue
        )
        if (
            following.low in words.surnames
            or (following.caps and not token.caps)
            or _cued(name, folded, words)
        ) or (token.low not in words.places and not plain and not following.initial and not token.caps):
            yield name
        elif len(segment) > given + 2:
            yield from _decide_rest(segment[given + 1 :], folded, words)
        return
    yield name


def _decide_rest(rest: list[Token], folded: str, words: Lists) -> Iterator[list[Token]]:
    given = next((i for i, t in enumerate(rest) if _given(t, words)), None)
    if given is not None and given + 1 < len(rest):
        yield from _full_name(rest, given, folded, words)


def _initials(segment: list[Token], before: str, words: Lists) -> bool:
    surname = next((t for t in segment if not t.initial), None)
    return (
        surname is not None
        and segment[0].low not in _ABBREVIATED_STATES
        and len(surname.low) > 2
        and before not in words.lettered
        and surname.low not in words.places
        and surname.low not in words.org_words
        and surname.low not in words.not_names
    )


def _may_be_person(segment: list[Token], words: Lists) -> bool:
    """Nothing in the segment is a place, an organisation or an acronym, and it is short enough for a name."""
    return len(segment) <= 4 and not any(
        t.low in words.places
        or t.low in words.org_words
        or t.low in words.named_after
        or t.low.startswith(("saint-", "sainte-", "notre-"))
        or (t.caps and len(t.low) <= 5 and t.low not in words.given and t.low not in words.surnames)
        or len(t.low) == 1
        or any(c.isdigit() for c in t.low)
        or (len(segment) == 1 and _memorial(t, words))
        for t in segment
    )


def _memorial(token: Token, words: Lists) -> bool:
    """Edouard-Herriot, Jean-Jaurès: French joins the names of places named after persons by hyphens."""
    parts = token.low.split("-")
    return len(parts) > 1 and parts[0] in words.given and parts[-1] not in words.given


def _last_word(window: str) -> tuple[str, int]:
    """The word that ends a window, and where it begins; ("", 0) unless one blank separates it from what follows."""
    if window[-1:] != " " or window[-2:-1] in ("", " ", "\n", ",", ";", ":", ")", '"', "(", "!", "?"):
        return "", 0
    at = len(window) - 1
    while at and (window[at - 1].isalnum() or window[at - 1] in "'.-_"):
        at -= 1
    return window[at:-1], at


def _before(folded: str, start: int) -> str:
    """The word before, small words skipped: "hopital" for "hôpital de la | Pitié"."""
    window = folded[max(0, start - 48) : start]
    if window.endswith("'"):
        return ""
    for _ in range(3):
        word, at = _last_word(window)
        if word not in _ARTICLES or not word:
            return word if word.startswith("s'") else word.rpartition("'")[2]
        window = window[:at]
    return ""


def _titled(before: str, text: str, folded: str, start: int, words: Lists) -> bool:
    """A title or a role stands directly before ("le docteur |", "la commissaire divisionnaire |")."""
    low = max(0, start - 60)
    near = folded[low:start]
    word, at = _last_word(near)
    if not word:
        return False
    if word in words.announces or word in words.roles or word in words.titles:
        return len(word) > 3 or word == "mr" or text[low + at].isupper()
    if word in words.role_tails:
        return any(w in words.roles for w in _WORDS_BEFORE.findall(near)[-4:-1])
    return False


def _cued(segment: list[Token], folded: str, words: Lists) -> bool:
    """Something beside the segment says that it is a person."""
    start, end = segment[0].start, segment[-1].end
    if len(segment) == 1 and (
        folded[max(0, start - 3) : start] == " a " or _before(folded, start) in _PLACE_WORDS
    ):
        return False
    after = folded[end : end + 90]
    if len(segment) > 1 and _CREDIT.search(folded[max(0, start - 24) : start]):
        return True
    line = folded[max(0, start - 60) : start].rpartition("\n")[2].strip(" :-*|\t•©")
    if line in words.bylines or (
        not line and folded[:start].rstrip(" ").endswith("-") and after[:1] in ("", "\n")
    ):
        return True
    if len(segment) > 1 and _BARE_AGE.match(after):
        return True
    if _AGE.match(after) or _CHANGED.match(after) or (len(segment) > 1 and words.life_after.match(after)):
        return True
    clause = _clause(folded, start)
    spoken = _WORDS_BEFORE.findall(clause[-40:])
    if spoken and not clause.rstrip().endswith(","):
        last = re.sub(r"-t-(?:il|elle|on)$", "", spoken[-1])
        if last in words.speech:
            return True
    says = _SAYS.match(after)
    if (
        says
        and says.group(1) in words.speech
        and (len(segment) > 1 or not clause.strip() or clause.rstrip().endswith(","))
    ):
        return True
    apposed = _APPOSITION.match(after)
    if apposed and (apposed.group(1) in words.roles or (apposed.group(2) or "") in words.roles):
        return True
    if clause.rstrip().endswith(",") and len(clause) < 120:
        said = _WORDS_BEFORE.findall(clause)[-12:]
        return (
            any(w in words.roles for w in said) and after[:1] in (",", ".", ")", ";", "") and len(segment) > 1
        )
    return False


def _clause(folded: str, start: int) -> str:
    window = folded[max(0, start - 120) : start]
    stop = _LAST_STOP.match(window)
    return window[stop.end() :] if stop else window


def _surnames(name: list[Token], words: Lists) -> Iterable[str]:
    """What may stand for the whole name elsewhere in the document."""
    if len(name) < 2:
        return
    for token in name:
        low = token.low.removesuffix("'s")
        if (
            len(low) >= 3
            and not token.initial
            and low not in words.places
            and low not in words.not_names
            and low not in words.org_words
            and low not in words.roles
            and low not in words.second_cue
        ):
            yield low


def _extra(name: str, folded: str, words: Lists) -> tuple[list[tuple[int, int]], set[str]]:
    """Where a name known from metadata stands, and its parts; nothing for the name of a newsroom."""
    parts = re.findall(r"[\w'’\-]+", fold(name))
    if not parts or any(
        p in words.org_words or p in ("redaction", "staff", "editor", "admin", "avec", "newsroom")
        for p in parts
    ):
        return [], set()
    if len(parts) > 6:
        return [], set()
    pattern = r"(?<!\w)" + r"[\s,.\-]{1,3}".join(re.escape(p) for p in parts) + r"(?!\w)"
    found = [m.span() for m in re.finditer(pattern, folded)]
    single = {
        p
        for p in parts
        if len(p) >= 3 and p not in words.not_names and p not in words.places and p not in _PARTICLES
    }
    return found, single


def _nicknames(folded: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`X, dit « Le Grand »`: the nickname goes with the name."""
    found: list[tuple[int, int]] = []
    for _, end in spans:
        match = _CALLED.match(folded, end) or _CALLED_PLAIN.match(folded, end)
        if match:
            found.append(match.span(1))
    return found


def _beside(
    doubtful: list[Token], spans: list[tuple[int, int]], folded: str, words: Lists
) -> list[tuple[int, int]]:
    """A given name that is also a word, joined to a name by "et" or "and"."""
    if not doubtful or not spans:
        return []
    starts, ends = {a for a, _ in spans}, {b for _, b in spans}
    found: list[tuple[int, int]] = []
    for token in doubtful:
        if token.low in words.places:
            continue
        after = re.match(r" (?:et|and|&) ", folded[token.end : token.end + 5])
        before = re.search(r" (?:et|and|&) $", folded[max(0, token.start - 5) : token.start])
        if (after and token.end + after.end() in starts) or (
            before and token.start - (before.end() - before.start()) in ends
        ):
            found.append((token.start, token.end))
    return found
