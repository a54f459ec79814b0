"""Kinds of contacts, each with a maker of values.

In: a seeded generator, a language and a split. Out: a value in its customary writing. `\\x01` and `\\x02` in a value enclose what must
go, where a harmless cue comes before or after ("cité \\x01des Glycines", "https://t.me/\\x01nom").
Left out: values of real persons and shops: numbers come from ranges reserved for fiction where there is one, names and
hosts are invented. Names in lists are dealt out to the splits: even places to `dev`, odd places to `held`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from . import checksums as ck

Lang = Literal["fr", "en"]
Split = Literal["dev", "held"]
Maker = Callable[[Random, "Lang", "Split"], str]
START, END = "\x01", "\x02"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of contact.

    Attributes:
        id: "phone-fr-mobile".
        family: which sentences carry it.
        tags: which disguises suit it: num, phone, alnum, text, link, code, place, dotted.
        make: makes one value.
    """

    id: str
    family: str
    tags: frozenset[str]
    make: Maker


def deal(items: Sequence[str], split: Split) -> Sequence[str]:
    """The half of a list that belongs to a split."""
    return items[0::2] if split == "dev" else items[1::2]


SYLLABLES = ("zan", "ko", "rem", "li", "vax", "mo", "tir", "ba", "nel", "dru", "fi", "sol", "kev", "na", "gro", "lu", "pax", "ri", "wen", "to")  # fmt: skip
TAILS = ("", "77", "_93", "_off", ".off", "94", "_x", "xx", "_lyon", "420", "_59", "13", ".ldn", "_real")
FR_STREETS = ("des Acacias", "du Hérisson", "des Trois-Loutres", "de la Vieille-Forge", "des Glycines", "Honoré-Plantin", "du Puits-Salé", "des Tanneurs", "Armand-Lestrade", "de l'Étang-Noir", "des Églantiers", "du Grand-Tamaris")  # fmt: skip
FR_TYPES = ("rue", "allée", "avenue", "boulevard", "impasse", "quai", "place", "chemin")
EN_STREETS = (
    "Larkspur",
    "Fernhill",
    "Mallow",
    "Otterbourne",
    "Thistledown",
    "Cooper's",
    "Copperfield",
    "Wren",
    "Old Mill",
    "Tannery",
)
EN_TYPES = ("Street", "Road", "Lane", "Avenue", "Close", "Gardens")
FR_ESTATES = ("des Marronniers", "des Glycines", "du Grand-Tamaris", "les Bleuets", "des Quatre-Vents", "du Moulin-Vert", "la Pinsonnière", "de la Butte-aux-Merles")  # fmt: skip
EN_ESTATES = ("Fernhill", "Mallow Court", "Kestrel", "Brackenfield", "Oxlea", "Hollow Oak")
FR_STATIONS = (
    "Porte-des-Tanneurs",
    "Saint-Gontran",
    "Moulin-Vert",
    "Bellerive-Sud",
    "Pont-aux-Loutres",
    "Croix-du-Bélier",
)
EN_STATIONS = ("Tanner's Cross", "Oxlea Park", "Mallow Street", "Brackenfield", "Wrenhall", "Kestrel Road")
FR_BARS = ("le Perroquet Gris", "le Cormoran Bleu", "l'Escale du Bélier", "le Tournebroche", "le Bistrot des Loutres", "le Vieux Lièvre", "la Chope Rousse", "l'Âne Vert")  # fmt: skip
EN_BARS = (
    "the Blue Heron",
    "the Crooked Otter",
    "the Tin Badger",
    "the Drowsy Fox",
    "the Copper Kettle",
    "the Lame Hare",
)
SHOPS = ("Doc Marmotte", "La Loutre Express", "Lutin Market", "Kobold Store", "Otter Kush", "Zankoland", "Velvet Badger", "Tonton Bolide", "Moka Palace", "Grizzli Corner")  # fmt: skip
VENDORS = ("DrNebulo", "QueenTamaris", "MaitreLutin", "SnowKobold", "PaxNordique", "CrystalBadger", "LordLoutre", "MistralPharm")  # fmt: skip
WORDS3 = ("lampe", "tapis", "renard", "bocal", "fusée", "cerise", "violon", "menthe", "crayon", "castor")


def name(r: Random, low: int = 2, high: int = 3) -> str:
    return "".join(r.choice(SYLLABLES) for _ in range(r.randint(low, high)))


def handle(r: Random) -> str:
    text = name(r) + r.choice(TAILS)
    return text if len(text) > 5 else text + "_" + name(r, 1, 1)


def at_handle(r: Random, _lang: Lang, _split: Split) -> str:
    return r.choice(("@", "")) + handle(r)


def host(r: Random) -> str:
    return (
        name(r)
        + r.choice(("", "-shop", "-market", "420", "store"))
        + r.choice((".to", ".shop", ".cc", ".ws", ".biz", ".store"))
    )


def token(r: Random, n: int) -> str:
    return "".join(r.choice(ck.BASE58) for _ in range(n))


def number(pattern: str) -> Maker:
    """A maker of numbers: `#` is any digit, alternatives stand between `|`."""

    def make(r: Random, _lang: Lang, _split: Split) -> str:
        return "".join(ck.digits(r, 1) if c == "#" else c for c in r.choice(pattern.split("|")))

    return make


def mail(r: Random, lang: Lang, _split: Split) -> str:
    local = name(r) + r.choice(("", ".", "_", "-")) + name(r, 1, 2) + r.choice(("", "", "69"))
    return f"{local}@{r.choice(('exemple', 'courrier', 'boite') if lang == 'fr' else ('mailbox', 'post', 'sample'))}{r.choice(('.example', '.example.org', '.example.net'))}"


def scheme(r: Random) -> str:
    return r.choice(("https://", "https://", "http://", ""))


def link(base: str, tail: Callable[[Random], str]) -> Maker:
    """A maker of links; the platform's host is a harmless cue."""
    return lambda r, _lang, _split: f"{scheme(r)}{base}{START}{tail(r)}"


def profile(r: Random, _lang: Lang, _split: Split) -> str:
    head = f"{scheme(r) or 'https://'}forum-{name(r, 1, 2)}.example/"
    return head + r.choice((f"profil?uid={START}{ck.digits(r, 7)}", f"login?next=home&email={START}{name(r)}%40courrier.example", f"msg?token={START}{token(r, 18)}", f"?tel={START}06399{ck.digits(r, 5)}"))  # fmt: skip


def path_id(r: Random, _lang: Lang, _split: Split) -> str:
    head = f"{scheme(r) or 'https://'}reseau-{name(r, 1, 2)}.example/"
    return head + r.choice((f"u/{START}{handle(r)}", f"members/{START}{handle(r)}.{ck.digits(r, 5)}/", f"user/{START}{ck.digits(r, 9)}", f"~{START}{handle(r)}{END}/photos"))  # fmt: skip


def decimal(r: Random, lang: Lang, _split: Split) -> str:
    lat, lon = r.uniform(43, 50), r.uniform(-1, 7)
    return f"{lat:.{r.choice((5, 6))}f}{r.choice((', ', ' ', ' / '))}{lon:.5f}"


def dms(r: Random, lang: Lang, _split: Split) -> str:
    east = "E" if r.random() < 0.7 else ("O" if lang == "fr" else "W")
    return f"{r.randint(43, 50)}°{r.randint(0, 59):02d}'{r.randint(0, 59):02d}\"N {r.randint(0, 6)}°{r.randint(0, 59):02d}'{r.randint(0, 59):02d}\"{east}"


def plus_code(r: Random, _lang: Lang, _split: Split) -> str:
    a = "23456789CFGHJMPQRVWX"
    return f"8F{ck.letters(r, 2, a)}{ck.letters(r, 4, a)}+{ck.letters(r, 2, a)}"


def geo_link(r: Random, lang: Lang, split: Split) -> str:
    lat, lon = f"{r.uniform(43, 50):.5f}", f"{r.uniform(0, 7):.5f}"
    return r.choice(
        (
            f"geo:{START}{lat},{lon}",
            f"https://maps.example/?q={START}{lat},{lon}",
            f"https://www.google.com/maps/@{START}{lat},{lon}{END},17z",
        )
    )


def address(fr: bool) -> Maker:
    def make(r: Random, _lang: Lang, split: Split) -> str:
        if fr:
            tail = r.choice(("", "", ", bâtiment C", " (3e étage)", ", appartement 12"))
            return f"{r.randint(2, 148)}{r.choice(('', '', ' bis'))}{r.choice((' ', ', '))}{r.choice(FR_TYPES)} {r.choice(deal(FR_STREETS, split))}{tail}"
        tail = r.choice(("", "", ", flat 3", ", apartment 2B"))
        return f"{r.randint(2, 148)} {r.choice(deal(EN_STREETS, split))} {r.choice(EN_TYPES)}{tail}"

    return make


def _proper(words: str) -> str:
    """Words of a name; the article or preposition before them is a cue."""
    return re.sub(r"^(?:(?:de la|des|du|les|la|le|the) |de l'|l')?", lambda m: m[0] + START, words, count=1)


def pos(kind: str) -> Maker:
    def make(r: Random, lang: Lang, split: Split) -> str:
        if lang == "fr":
            head, names = {
                "street": (r.choice(("la rue", "l'allée", "l'avenue", "la place")), FR_STREETS),
                "estate": (r.choice(("la cité", "la résidence")), FR_ESTATES),
                "station": (r.choice(("la gare", "la station", "l'arrêt")), FR_STATIONS),
                "bar": (r.choice(("le bar", "le café", "le PMU")), FR_BARS),
            }[kind]
            return f"{head} {_proper(r.choice(deal(names, split)))}"
        if kind == "street":
            return f"{START}{r.choice(deal(EN_STREETS, split))}{END} {r.choice(EN_TYPES)}"
        if kind == "bar":
            return f"{_proper(r.choice(deal(EN_BARS, split)))}{END} {r.choice(('pub', 'bar', 'café'))}"
        word, names = {"estate": ("estate", EN_ESTATES), "station": ("station", EN_STATIONS)}[kind]
        return f"{r.choice(('', 'the '))}{START}{r.choice(deal(names, split))}{END} {word}"

    return make


def shop(names: Sequence[str]) -> Maker:
    return lambda r, _lang, split: r.choice(deal(names, split))


def _kind(id: str, family: str, tags: str, make: Maker) -> Kind:
    return Kind(id=id, family=family, tags=frozenset(tags.split()), make=make)


def _simple(make: Callable[[Random], str]) -> Maker:
    return lambda r, _lang, _split: make(r)


PHONES: dict[str, str] = {
    "fr-mobile": "06 39 98 ## ##|0639 98 ## ##",
    "fr-landline": "01 99 00 ## ##|02 61 91 ## ##|03 53 01 ## ##|04 65 71 ## ##|05 36 49 ## ##",
    "fr-intl": "+33 6 39 98 ## ##|0033 6 39 98 ## ##|+33 (0)6 39 98 ## ##",
    "uk-mobile": "07700 900###|+44 7700 900###|07700 900 ###",
    "uk-landline": "020 7946 0###|0161 496 0###|+44 20 7946 0###",
    "us": "212-555-01##|+1 415 555 01##|(646) 555-01##",
    "be": "0470 00 ## ##|+32 470 00 ## ##",
    "ch": "079 000 ## ##|+41 79 000 ## ##",
    "ma": "+212 6 00 ## ## ##|06 00 0# ## ##|00212 6 00 ## ## ##",
    "dz": "+213 5 50 0# ## ##|0550 0# ## ##",
    "tn": "+216 20 00# ###|20 00# ###",
    "ci": "+225 07 00 0# ## ##|07 00 0# ## ##",
    "de": "0176 040690##|+49 176 040690##|030 23125 ###",
    "es": "+34 600 00# ###|600 00# ###|600 0# ## ##",
    "it": "+39 320 000 ####|320 000 ####",
    "nl": "+31 6 1000 ####|06-1000####",
    "br": "+55 11 90000-####|(11) 90000-####",
    "other": "+351 910 000 ###|+48 500 000 ###|+40 700 000 ###|+90 500 000 ## ##|+7 900 000-##-##|+91 90000 00###|+86 130 0000 ####|"
    "+234 800 000 ####|+221 70 000 ## ##|+237 6 00 00 ## ##|+52 55 0000 ####|+57 300 000 ####|+352 600 000 ###|+590 690 00 ## ##|"
    "+46 70 000 ## ##|+47 400 00 ###|+353 85 000 0###|+355 60 000 0###|+381 60 000 0###|+380 50 000 ## ##|+81 90 0000 ####|+597 800 0###",
    "au": "0491 570 1##|+61 491 570 1##",
}
KINDS: tuple[Kind, ...] = (
    *(_kind(f"phone-{key}", "phone", "num phone", number(pattern)) for key, pattern in PHONES.items()),
    _kind("whatsapp-number", "app", "num phone wa", number("06 39 98 ## ##|+33 6 39 98 ## ##|+44 7700 900###")),
    _kind("email", "mail", "text dotted mail", mail),
    *(_kind(key, "app", "text handle", at_handle) for key in ("telegram", "snapchat", "instagram", "x", "tiktok", "wickr")),
    _kind("signal", "app", "text handle dotted", lambda r, a, b: f"{name(r)}.{r.randint(10, 99)}"),
    _kind("discord", "app", "text handle", lambda r, a, b: f"{handle(r)}{r.choice(('', '#' + ck.digits(r, 4)))}"),
    _kind("threema", "app", "text code", lambda r, a, b: ck.letters(r, 3) + ck.digits(r, 1) + ck.letters(r, 2) + ck.digits(r, 2)),
    _kind("session", "app", "code", lambda r, a, b: "05" + r.randbytes(32).hex()),
    _kind("tme-link", "link", "text link dotted", link("t.me/", handle)),
    _kind("tme-invite", "link", "link dotted case", lambda r, a, b: f"{scheme(r)}t.me/{r.choice(('+', 'joinchat/'))}{START}{token(r, 16)}"),
    _kind("wame-link", "link", "text link dotted", link("wa.me/", lambda r: f"33639981{ck.digits(r, 3)}")),
    _kind("whatsapp-invite", "link", "link dotted case", link("chat.whatsapp.com/", lambda r: token(r, 22))),
    _kind("snap-link", "link", "text link dotted", link("snapchat.com/add/", handle)),
    _kind("insta-link", "link", "text link dotted", link("instagram.com/", handle)),
    _kind("discord-invite", "link", "link dotted case", link("discord.gg/", lambda r: token(r, 8))),
    _kind("signal-group", "link", "link dotted case", link("signal.group/#", lambda r: "CjQKI" + token(r, 30))),
    _kind("facebook-page", "link", "text link dotted", link("facebook.com/", lambda r: f"{name(r)}.{name(r)}.{ck.digits(r, 2)}")),
    _kind("shop-url", "link", "text link dotted", lambda r, a, b: f"{scheme(r)}{START}{host(r)}{END}{r.choice(('', '/', '/menu'))}"),
    _kind("onion", "link", "link dotted", lambda r, a, b: f"{r.choice(('http://', ''))}{START}{ck.onion(r)}{END}.onion"),
    _kind("i2p", "link", "link dotted", lambda r, a, b: f"{r.choice(('http://', ''))}{START}{r.choice((name(r, 3, 3) + END + '.i2p', ck.letters(r, 52, 'abcdefghijklmnopqrstuvwxyz234567') + END + '.b32.i2p'))}"),
    _kind("url-query-id", "link", "link dotted", profile),
    _kind("url-path-id", "link", "link dotted", path_id),
    _kind("btc-legacy", "wallet", "code", lambda r, a, b: ck.base58check(r.choice((b"\0", b"\x05")), r.randbytes(20))),
    _kind("btc-bech32", "wallet", "code anycase", lambda r, a, b: ck.segwit("bc", r.randbytes(20))),
    _kind("eth", "wallet", "code anycase", lambda r, a, b: "0x" + r.randbytes(20).hex()),
    _kind("xmr", "wallet", "code", lambda r, a, b: r.choice("48") + r.choice("123456789AB") + token(r, 93)),
    _kind("ltc-legacy", "wallet", "code", lambda r, a, b: ck.base58check(b"\x30", r.randbytes(20))),
    _kind("ltc-bech32", "wallet", "code anycase", lambda r, a, b: ck.segwit("ltc", r.randbytes(20))),
    _kind("iban-fr", "bank", "alnum", lambda r, a, b: ck.iban("FR", ck.digits(r, 23))),
    _kind("iban-de", "bank", "alnum", lambda r, a, b: ck.iban("DE", ck.digits(r, 18))),
    _kind("iban-gb", "bank", "alnum", lambda r, a, b: ck.iban("GB", ck.letters(r, 4) + ck.digits(r, 14))),
    _kind("card", "bank", "num", lambda r, a, b: ck.grouped(ck.luhn(r.choice(("400000", "555555", "497010")) + ck.digits(r, 9)), 4)),
    _kind("ipv4", "net", "alnum dotted", lambda r, a, b: f"{r.choice(('203.0.113', '198.51.100', '192.0.2'))}.{r.randint(2, 254)}"),
    _kind("ipv6", "net", "anycase code", lambda r, a, b: f"2001:db8:{r.randint(1, 65535):x}:{r.randint(16, 65535):x}::{r.randint(16, 65535):x}"),
    _kind("mac", "net", "alnum anycase", lambda r, a, b: "02:" + r.randbytes(5).hex(":")),
    _kind("imei", "net", "num", lambda r, a, b: (lambda v: r.choice((v, f"{v[:2]} {v[2:8]} {v[8:14]} {v[14]}")))(ck.luhn("35" + ck.digits(r, 12)))),
    _kind("plate-fr", "plate", "alnum", lambda r, a, b: f"{ck.letters(r, 2)}-{r.randint(100, 999)}-{ck.letters(r, 2)}"),
    _kind("plate-uk", "plate", "alnum", lambda r, a, b: f"{ck.letters(r, 2)}{r.randint(51, 74)} {ck.letters(r, 3)}"),
    _kind("plate-be", "plate", "alnum", lambda r, a, b: f"{r.choice('12')}-{ck.letters(r, 3)}-{r.randint(100, 999)}"),
    _kind("plate-de", "plate", "alnum", lambda r, a, b: f"{r.choice(('B', 'KA', 'FR', 'SB'))}-{ck.letters(r, 2)} {r.randint(100, 9999)}"),
    _kind("plate-es", "plate", "alnum", lambda r, a, b: f"{ck.digits(r, 4)} {ck.letters(r, 3, 'BCDFGHJKLMNPRSTVWXYZ')}"),
    _kind("nir-fr", "natid", "num", _simple(ck.nir)),
    _kind("niss-be", "natid", "num", _simple(ck.niss)),
    _kind("dni-es", "natid", "alnum", _simple(ck.dni)),
    _kind("cf-it", "natid", "code anycase", _simple(ck.codice_fiscale)),
    _kind("nino-uk", "natid", "alnum", lambda r, a, b: f"{ck.letters(r, 2, 'ABCEHJLMPRSTWXY')} {ck.digits(r, 2)} {ck.digits(r, 2)} {ck.digits(r, 2)} {r.choice('ABCD')}"),
    _kind("ssn-us", "natid", "num", number("987-65-43##")),
    _kind(
        "passport-fr", "natid", "alnum", lambda r, a, b: f"{r.randint(10, 24)}{ck.letters(r, 2)}{ck.digits(r, 5)}"
    ),
    _kind("gps-decimal", "geo", "geo dotted", decimal),
    _kind("gps-dms", "geo", "geo", dms),
    _kind("plus-code", "geo", "code anycase", plus_code),
    _kind("geo-link", "geo", "link dotted", geo_link),
    _kind("what3words", "geo", "text dotted", lambda r, a, b: "///" + ".".join(r.sample(WORDS3, 3))),
    _kind("address-fr", "address", "place", address(True)),
    _kind("address-en", "address", "place", address(False)),
    *(_kind(f"pos-{key}", "pos", "place", pos(key)) for key in ("street", "estate", "station", "bar")),
    _kind("shop-name", "shop", "place", shop(SHOPS)),
    _kind("vendor-name", "vendor", "place", shop(VENDORS)),
)  # fmt: skip
