"""Ways of writing a contact so that a machine overlooks it and a human reader does not.

In: a value (`\\x01` and `\\x02` around what must go, if not all of it). Out: the disguised value, or None where the
disguise makes no sense for it. Left out: disguises that no reader would decode (ciphers, base64, reversed text).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from . import spelling
from .kinds import END, START, Kind, Lang

MARKS = START + END
_SEPARATORS = re.compile(r"[ .:\-/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a disguise may look at; `joins` and `glues` are words of the split."""

    kind: Kind
    lang: Lang
    joins: tuple[str, ...]
    glues: tuple[str, ...]


Write = Callable[[str, Random, Context], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguise:
    """One disguise.

    Attributes:
        tags: a kind that bears one of them may be so written; empty = every kind.
        without: kinds that bear one of these are passed over.
        write: the value disguised.
        cue: the name of the service disguised too ("sn@p").
    """

    id: str
    write: Write
    tags: frozenset[str]
    without: frozenset[str]
    cue: Callable[[str], str] | None = None

    def suits(self, kind: Kind) -> bool:
        return (not self.tags or bool(self.tags & kind.tags)) and not self.without & kind.tags


DISGUISES: list[Disguise] = []


def _add(
    id: str, write: Write, tags: str = "", without: str = "", cue: Callable[[str], str] | None = None
) -> None:
    DISGUISES.append(
        Disguise(
            id=id, write=write, tags=frozenset(tags.split()), without=frozenset(without.split()), cue=cue
        )
    )


def bare(v: str) -> str:
    return "".join(c for c in v if c not in MARKS)


def marked(v: str) -> str:
    """The value with both marks."""
    v = v if START in v else START + v
    return v if END in v else v + END


def _changed(v: str, new: str) -> str | None:
    return new if bare(new) != bare(v) else None


def _table(pairs: dict[str, str]) -> Write:
    table = {ord(old): new for old, new in pairs.items()}
    return lambda v, r, x: _changed(v, v.translate(table))


def _between(v: str, sep: str, every: int = 1) -> str:
    """`sep` after every `every` characters of the marked part."""
    v = marked(v)
    a, b = v.index(START), v.index(END)
    body = v[a + 1 : b]
    return v[: a + 1] + sep.join(body[i : i + every] for i in range(0, len(body), every)) + v[b:]


def _spaced(sep: str) -> Write:
    """Every character apart, what separated groups before taken out."""

    def write(v: str, r: Random, x: Context) -> str | None:
        v = marked(v)
        a, b = v.index(START), v.index(END)
        body = v[a + 1 : b]
        if x.kind.tags & {"num", "alnum"}:
            body = _SEPARATORS.sub("", re.sub(r"[()]", "", body))
            return v[: a + 1] + sep.join(body) + v[b:]
        words = [sep.join(w) for w in body.split(" ")]
        return v[: a + 1] + (sep + sep if sep == " " else " ").join(words) + v[b:]

    return write  # fmt: skip


def _regroup(sep: str | tuple[str, str]) -> Write:
    """Other separators between the groups; a pair of signs encloses each group."""

    def write(v: str, r: Random, x: Context) -> str | None:
        text = re.sub(r"[()]", "", bare(v))
        groups = [g for g in _SEPARATORS.split(text) if g]
        if max(map(len, groups)) > 6 or len(groups) < 2:
            text = "".join(groups)
            groups = [text[i : i + 2] for i in range(0, len(text), 2)]
        new = sep.join(groups) if isinstance(sep, str) else "".join(f"{sep[0]}{g}{sep[1]}" for g in groups)
        return _changed(v, new)

    return write  # fmt: skip


def _cut(v: str) -> tuple[str, str, str] | None:
    """(before, separator, after) near the middle of the marked part, at a separator if there is one."""
    v = marked(v)
    a, b = v.index(START) + 1, v.index(END)
    if b - a < 4:
        return None
    middle = (a + b) // 2
    seams = [i for i in range(a + 2, b - 2) if v[i] in " -/:,"] or [
        i for i in range(a + 2, b - 2) if v[i] in "_."
    ]
    if seams:
        i = min(seams, key=lambda i: abs(i - middle))
        return v[:i], v[i], v[i + 1 :]
    return v[:middle], "", v[middle:]


def _broken(v: str, r: Random, x: Context) -> str | None:
    cut = _cut(v)
    return None if cut is None else f"{cut[0]}{cut[1].strip()}\n{cut[2]}"


def _hyphenated(v: str, r: Random, x: Context) -> str | None:
    v = marked(v)
    middle = (v.index(START) + v.index(END)) // 2
    if not (v[middle - 1].isalnum() and v[middle].isalnum()):
        return None
    return f"{v[:middle]}-\n{v[middle:]}"


def _clauses(v: str, r: Random, x: Context) -> str | None:
    cut = _cut(v)
    if cut is None:
        return None
    middle = cut[1] if cut[1] in "._" else ""
    return f"{cut[0]}{END}{r.choice(x.joins)}{START}{middle}{cut[2]}"


def _glued(v: str, r: Random, x: Context) -> str | None:
    new = marked(v)
    return r.choice(x.glues) + new if not bare(v).startswith(("http", "@", "+", "geo:", "///")) else None


def _entities(v: str, r: Random, x: Context) -> str:
    chosen = set(r.sample(range(len(v)), max(2, len(v) // 4)))
    out = []
    for i, c in enumerate(v):
        if c in MARKS:
            out.append(c)
        elif c in " @.+/'é":
            out.append(
                {
                    " ": "&nbsp;",
                    "@": "&#64;",
                    ".": "&#46;",
                    "+": "&#43;",
                    "/": "&#x2F;",
                    "'": "&#39;",
                    "é": "&eacute;",
                }[c]
            )
        else:
            out.append(f"&#{ord(c)};" if i in chosen and not c.isspace() else c)
    return "".join(out)


def _alphabet(upper: int, lower: int, figure: int) -> dict[str, str]:
    pairs = {chr(65 + i): chr(upper + i) for i in range(26)} | {
        chr(97 + i): chr(lower + i) for i in range(26)
    }
    return pairs | {chr(48 + i): chr(figure + i) for i in range(10)}


def _combining(v: str, r: Random, x: Context) -> str:
    return "".join(c + "\u0332" if c.isalnum() else c for c in v)


def _emoji(v: str, r: Random, x: Context) -> str:
    sign = r.choice(("🔥", "❄️", "⭐", "🍀"))
    v = marked(v)
    a, b = v.index(START), v.index(END)
    body = v[a + 1 : b]
    if " " in body:
        return v[: a + 1] + body.replace(" ", sign) + v[b:]
    size = max(2, len(body) // 3)
    return v[: a + 1] + sign.join(body[i : i + size] for i in range(0, len(body), size)) + v[b:]


def _enclosed(left: str, right: str) -> Write:
    return lambda v, r, x: f"{left}{marked(v)}{right}"


def _groups(v: str) -> list[str]:
    """Groups of digits of a number, the plus said as a group of its own."""
    return [g for g in _SEPARATORS.split(re.sub(r"[()]", " ", bare(v).replace("+", "+ "))) if g]


def _said(text: str) -> str:
    """A leading "plus" is a cue, not a part of the number."""
    return f"plus {START}{text[5:]}" if text.startswith("plus ") else text


def _words(v: str, r: Random, x: Context) -> str | None:
    return _said(" ".join("plus" if g == "+" else spelling.group(g, x.lang, r) for g in _groups(v)))


def _words_commas(v: str, r: Random, x: Context) -> str | None:
    return _said(", ".join(spelling.group(g, x.lang, r) for g in _groups(v) if g != "+"))


def _mixed_words(v: str, r: Random, x: Context) -> str | None:
    groups = _groups(v)
    return " ".join(g if i % 2 or g == "+" else spelling.group(g, x.lang, r) for i, g in enumerate(groups))


def _double(v: str, r: Random, x: Context) -> str | None:
    groups = _groups(v)
    plus = "plus " if groups[0] == "+" else ""
    said = spelling.doubled("".join(g for g in groups if g != "+"), x.lang, r)
    return _said(plus + said) if said else None


def _each_word(v: str, r: Random, x: Context) -> str:
    return "-".join(spelling.digit(c, x.lang, r) for c in bare(v) if c.isdigit())


def _keycaps(v: str, r: Random, x: Context) -> str:
    return "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in v).replace(" ", "")


_SIGNS = {
    "fr": {"@": "arobase", ".": "point", "/": "slash", "_": "underscore", "-": "tiret", "+": "plus"},
    "en": {"@": "at", ".": "dot", "/": "slash", "_": "underscore", "-": "dash", "+": "plus"},
}


def _without_scheme(v: str) -> str:
    return re.sub(r"^https?://", "", v)


def _spoken(left: str, right: str, signs: str) -> Write:
    """Signs in words, each between `left` and `right`."""

    def write(v: str, r: Random, x: Context) -> str | None:
        v = _without_scheme(v)
        says = _SIGNS[x.lang]
        if v.startswith("@"):  # the word for it is a cue
            v = "@" + START + v[1:]
        new = "".join(f"{left}{says[c]}{right}" if c in signs else c for c in v)
        return new.replace("  ", " ").strip() if re.search(f"[{re.escape(signs)}]", v) else None

    return write  # fmt: skip


def _replaced(old: str, new: str) -> Write:
    return lambda v, r, x: _without_scheme(v).replace(old, new) if old in _without_scheme(v) else None


def _scheme(new: str) -> Write:
    return lambda v, r, x: new + _without_scheme(v).lstrip("/") if "geo:" not in v else None


_HOMOGLYPHS = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "i": "і", "A": "А", "B": "В", "E": "Е", "K": "К", "M": "М", "H": "Н", "O": "О", "P": "Р", "C": "С", "T": "Т", "X": "Х"}  # fmt: skip
_GREEK = {"o": "ο", "v": "ν", "A": "Α", "B": "Β", "E": "Ε", "Z": "Ζ", "H": "Η", "I": "Ι", "K": "Κ", "M": "Μ", "N": "Ν", "T": "Τ", "a": "α", "i": "ι"}  # fmt: skip


def _mixed_case(v: str, r: Random, x: Context) -> str | None:
    return _changed(v, "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(v)))


def _hashtag(v: str, r: Random, x: Context) -> str:
    words = [w for w in re.split(r"[ '\-(),]+", marked(v)) if bare(w)]
    return "#" + "".join(re.sub(r"[^\W\d_]", lambda m: m[0].upper(), w, count=1) for w in words)


def _joined(sep: str) -> Write:
    return lambda v, r, x: _changed(v, re.sub(r"[ ]+", sep, v)) if " " in v else None


def _unaccented(v: str, r: Random, x: Context) -> str | None:
    flat = "".join(c for c in unicodedata.normalize("NFD", v) if not unicodedata.combining(c))
    return _changed(v, flat.lower().replace("-", " "))


_SHORT = {"avenue": "av.", "boulevard": "bd", "rue": "r.", "allée": "all.", "place": "pl.", "chemin": "ch.", "impasse": "imp.", "résidence": "rés.", "bâtiment": "bât", "station": "st°", "Street": "St", "Road": "Rd", "Lane": "Ln", "Avenue": "Ave", "Gardens": "Gdns", "Close": "Cl", "Court": "Ct", "estate": "est.", "saint": "st"}  # fmt: skip


def _abbreviated(v: str, r: Random, x: Context) -> str | None:
    return _changed(v, re.sub(r"\w+", lambda m: _SHORT.get(m[0], m[0]), v))


def _number_word(v: str, r: Random, x: Context) -> str | None:
    found = re.match(r"\d{1,2}\b", v)
    if not found:
        return None
    n = int(found[0])
    return (spelling.french(n) if x.lang == "fr" else spelling.english(n)) + v[found.end() :]


_LEET = {"a": "4", "e": "3", "o": "0", "i": "1", "A": "4", "E": "3", "O": "0", "I": "1"}


def _leet_cue(cue: str) -> str:
    return "".join({"a": "@", "e": "3", "i": "1", "o": "0", "A": "@", "E": "3"}.get(c, c) for c in cue)


def _chunks(sep: str, size: int = 4) -> Write:
    return lambda v, r, x: _between(v, sep, size)


def _uri(v: str, r: Random, x: Context) -> str | None:
    name = {"btc": "bitcoin", "eth": "ethereum", "xmr": "monero", "ltc": "litecoin"}.get(
        x.kind.id.split("-")[0]
    )
    return f"{name}:{marked(v)}?amount=" if name else None


def _same(v: str, r: Random, x: Context) -> str:
    return v


def _register() -> None:
    # Every kind.
    _add("plain", _same)
    _add("quoted", lambda v, r, x: f"« {marked(v)} »" if x.lang == "fr" else f"“{marked(v)}”")
    _add("brackets", _enclosed("[", "]"))
    _add("markdown-bold", _enclosed("**", "**"))
    _add("backticks", _enclosed("`", "`"))
    _add("html-tag", _enclosed("<b>", "</b>"))
    _add("arrows", _enclosed("👉", "👈"))
    _add("entities", _entities)
    _add("fullwidth", _table({chr(i): chr(i + 0xFEE0) for i in range(33, 127)}))
    _add("math-bold", _table(_alphabet(0x1D5D4, 0x1D5EE, 0x1D7EC)))
    _add("zero-width", lambda v, r, x: _between(v, r.choice("\u200b\u200c\u2060\u00ad"), 2))
    _add("underlined", _combining)
    _add("emoji", _emoji)
    _add("line-break", _broken)
    _add("two-clauses", _clauses, without="place")
    _add("char-spaced", _spaced(" "))
    _add("char-dotted", _spaced("."), "num alnum")
    _add("char-dashed", _spaced("-"), "num alnum handle")
    _add("glued", _glued, without="place link")
    _add("spaces-nbsp", _joined("\u00a0"))
    _add("spaces-thin", _joined("\u202f"))
    # Groups of digits and letters.
    for name, sep in {"dots": ".", "dashes": "-", "slashes": "/", "underscores": "_", "commas": ", ", "stars": "*", "pipes": " | ", "none": "", "wide": "   ", "en-dash": " – ", "middle-dot": "·", "tab": "\t"}.items():  # fmt: skip
        _add(f"sep-{name}", _regroup(sep), "num alnum")
    _add("sep-parens", _regroup(("(", ")")), "num alnum")
    _add("sep-brackets", _regroup(("[", "]")), "num alnum")
    _add("sep-bullets", _regroup(" • "), "num")
    # Digits.
    _add("arabic-indic", _table({str(i): chr(0x660 + i) for i in range(10)}), "num geo")
    _add("devanagari", _table({str(i): chr(0x966 + i) for i in range(10)}), "phone")
    _add("circled", _table({"0": "⓪", **{str(i): chr(0x2460 + i - 1) for i in range(1, 10)}}), "num")
    _add("keycaps", _keycaps, "num")
    _add("superscript", _table(dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))), "num")
    _add("letter-o", _table({"0": "O"}), "num")
    _add("letter-o-small", _table({"0": "o"}), "num")
    _add("letters-olsb", _table({"0": "O", "1": "l", "5": "S", "8": "B"}), "num")
    _add("letters-ib", _table({"0": "o", "1": "I", "6": "b", "5": "s"}), "phone")
    _add("cyrillic-digits", _table({"0": "О", "3": "З"}), "num")
    # Telephone numbers in words.
    _add("words", _words, "phone")
    _add("words-commas", _words_commas, "phone")
    _add("words-mixed", _mixed_words, "phone")
    _add("words-double", _double, "phone")
    _add("words-each", _each_word, "phone")
    _add("words-upper", lambda v, r, x: (_words(v, r, x) or "").upper(), "phone")
    # E-mail, handles, links.
    _add("at-brackets", _replaced("@", "[at]"), "mail")
    _add("at-parens", _replaced("@", " (at) "), "mail")
    _add("at-a", _replaced("@", "(a)"), "mail")
    _add("at-word", _spoken(" ", " ", "@"), "mail")
    _add("at-word-parens", _spoken("(", ")", "@"), "mail")
    _add("at-dot-words", _spoken(" ", " ", "@."), "mail")
    _add("at-dot-brackets", _spoken("[", "]", "@."), "mail")
    _add("at-dot-upper", lambda v, r, x: (_spoken(" ", " ", "@.")(v, r, x) or "").upper() or None, "mail")
    _add("at-spaced", _replaced("@", " @ "), "mail")
    _add("at-star", _replaced("@", " <arobase> "), "mail")
    _add("spoken", _spoken(" ", " ", "@./_-+"), "text link mail", without="code")
    _add("dot-parens", _replaced(".", "(.)"), "dotted")
    _add("dot-brackets", _replaced(".", "[.]"), "dotted")
    _add("dot-spaced", _replaced(".", " . "), "dotted")
    _add("dot-word-parens", _spoken("(", ")", "."), "dotted")
    _add("dot-word", _spoken(" ", " ", "."), "dotted")
    _add("dot-middle", _replaced(".", "·"), "dotted")
    _add("dot-comma", _replaced(".", " , "), "link", without="geo")
    _add("slash-spaced", lambda v, r, x: _without_scheme(v).replace(".", " . ").replace("/", " / "), "link")
    _add("slash-back", _replaced("/", "\\"), "link")
    _add("hxxp", _scheme("hxxps://"), "link")
    _add("h-t-t-p", _scheme("h-t-t-p-s : / / "), "link")
    _add("no-scheme", lambda v, r, x: _changed(v, _without_scheme(v)), "link")
    _add("www", _scheme("www."), "link")
    _add("angle", _enclosed("<", ">"), "link mail wallet code")
    _add(
        "markdown-link",
        lambda v, r, x: f"[ici]({marked(v)})" if x.lang == "fr" else f"[here]({marked(v)})",
        "link",
    )
    _add("href", lambda v, r, x: f'<a href="{marked(v)}">', "link")
    _add("upper", lambda v, r, x: _changed(v, v.upper()), "text place anycase", without="case")
    _add("lower", lambda v, r, x: _changed(v, v.lower()), "place alnum")
    _add("mixed-case", _mixed_case, "text place anycase", without="case code")
    _add("homoglyphs", _table(_HOMOGLYPHS), "text place link alnum", without="case")
    _add("greek", _table(_GREEK), "text place alnum", without="case")
    _add("leet-cue", _same, "handle code wa", cue=_leet_cue)
    _add("cue-hashtag", _same, "handle code", cue=lambda c: "#" + c)
    _add("cue-spaced", _same, "handle", cue=" ".join)
    _add("handle-at-spaced", lambda v, r, x: "@ " + v.lstrip("@"), "handle")
    _add("handle-at-word", lambda v, r, x: _SIGNS[x.lang]["@"] + " " + START + v.lstrip("@"), "handle")
    _add("handle-at-brackets", lambda v, r, x: "[at]" + START + v.lstrip("@"), "handle")
    _add("handle-underscore", lambda v, r, x: _changed(v, v.replace("_", " _ ")), "handle")
    _add("handle-fullstop", lambda v, r, x: f"@{v.lstrip('@')}.", "handle")
    # Long codes.
    _add("chunks-space", _chunks(" "), "code")
    _add("chunks-dash", _chunks("-"), "code")
    _add("chunks-dots", _chunks("…", 8), "code")
    _add("chunks-slash", _chunks("/", 6), "code")
    _add("chunks-lines", _chunks("\n", 12), "code")
    _add("hyphenated", _hyphenated, "code text link place")
    _add("uri", _uri, "code")
    # Places and names.
    _add("words-dots", _joined("."), "place")
    _add("words-underscores", _joined("_"), "place")
    _add("words-hyphens", _joined("-"), "place")
    _add("words-run", _joined(""), "place")
    _add("words-lines", _joined("\n"), "place")
    _add("hashtag", _hashtag, "place")
    _add("unaccented", _unaccented, "place")
    _add("abbreviated", _abbreviated, "place")
    _add("number-word", _number_word, "place")
    _add("leet", _table(_LEET), "place")
    _add("initial-dots", _spaced("."), "place")


_register()


def for_kind(kind: Kind) -> Iterable[Disguise]:
    return (d for d in DISGUISES if d.suits(kind))
