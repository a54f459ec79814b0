"""Where money is sent: wallets, bank accounts, cards.

In: text. Out: removals of kind "wallet", "iban", "card".
Checksums (base58check, mod 97, Luhn) separate look-alikes; a long token that mixes figures with both cases is removed
even with a wrong checksum, because no word of a language looks like it. Left out: chemical identifiers (InChIKey).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from vigie.redact.around import around
from vigie.redact.shape import shape
from vigie.redact.spans import Removal
from vigie.redact.words import marks_at

_LONG = re.compile(r"[A-Za-z0-9](?<!\w.)[A-Za-z0-9]{24,129}(?!\w)")
# Base64, in one line or several: what is packed in it cannot be read here. No word or address changes case so often.
_PACKED = re.compile(
    r"[A-Za-z0-9+/](?<![\w+/].)[A-Za-z0-9+/]{39,2000}(?:\n[A-Za-z0-9+/]{20,2000}){0,500}(?:\n(?=[^\n]{0,75}[0-9=])[A-Za-z0-9+/]{1,76})?={0,2}(?![\w+/])"
)
_TURN = re.compile(r"[a-z0-9][A-Z]")
_TURNS = 8
_BECH32 = re.compile(r"(?i)^(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{11,87}$")
_ETH = re.compile(r"(?<!\w)0[xX][0-9a-fA-F]{38,66}(?!\w)")
_IBAN = re.compile(
    r"\d(?<=[A-Za-z]{2}.)(?<![A-Za-z0-9]{3}.)\d"
    r"(?:[ \u00a0\u202f.-]?[A-Za-z0-9]{2,4}){3,8}(?:[ \u00a0\u202f.-]?[A-Za-z0-9]{1,4})?(?![A-Za-z0-9])"
)
_CARD = re.compile(
    r"[2-6](?<![\d.,].)\d{3}([ \u00a0.-]?)\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?(?!\d|[.,]\d)"
    r"|3[47](?<!\d..)\d{2}([ .-]?)\d{6}\2\d{5}(?!\d)"
)
_WORD = re.compile(r"(?<![^\W_])[A-Za-z][a-z]{2,}(?![^\W_])")
_YEARS = re.compile(r"(?:(?:19|20)\d\d[ .-]?){4,5}")
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_IBAN_COUNTRIES = frozenset(
    [
        "AD",
        "AE",
        "AL",
        "AT",
        "AZ",
        "BA",
        "BE",
        "BG",
        "BH",
        "BR",
        "BY",
        "CH",
        "CR",
        "CY",
        "CZ",
        "DE",
        "DK",
        "DO",
        "EE",
        "ES",
        "FI",
        "FO",
        "FR",
        "GB",
        "GE",
        "GI",
        "GL",
        "GR",
        "GT",
        "HR",
        "HU",
        "IE",
        "IL",
        "IS",
        "IT",
        "JO",
        "KW",
        "KZ",
        "LB",
        "LC",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MR",
        "MT",
        "MU",
        "NL",
        "NO",
        "PK",
        "PL",
        "PS",
        "PT",
        "QA",
        "RO",
        "RS",
        "SA",
        "SC",
        "SE",
        "SI",
        "SK",
        "SM",
        "ST",
        "SV",
        "TL",
        "TN",
        "TR",
        "UA",
        "VG",
        "XK",
    ]
)


def find_payments(text: str, folded: str) -> Iterator[Removal]:
    """Removals of kind "wallet", "iban" and "card"."""
    seen = shape(text)
    for match in _LONG.finditer(text) if seen.long_word else ():
        if _is_wallet(match.group()):
            yield Removal(match.start(), match.end(), "wallet")
    for match in _PACKED.finditer(text) if seen.long_word else ():
        if len(_TURN.findall(match.group())) >= _TURNS:
            yield Removal(match.start(), match.end(), "wallet")
    for match in around(_ETH, text, marks_at(folded, ("0x",)), 0, 70):
        yield Removal(match.start(), match.end(), "wallet")
    for match in _IBAN.finditer(text) if seen.country_digits else ():
        start = match.start() - 2  # the pattern begins at the check figures, which are rarer than letters
        end = _iban_end(text[start : match.end()])
        if end:
            yield Removal(start, start + end, "iban")
    for match in _CARD.finditer(text) if seen.most_digits >= 13 else ():
        digits = re.sub(r"\D", "", match.group())
        if _YEARS.fullmatch(match.group()):
            continue
        if luhn(digits) or (match.group(1) and digits[:2] not in ("19", "20")):
            yield Removal(match.start(), match.end(), "card")


def _is_wallet(token: str) -> bool:
    if _BECH32.match(token) or base58check(token):
        return True
    digits = sum(c.isdigit() for c in token)
    lower = sum(c.islower() for c in token)
    upper = len(token) - digits - lower
    # Mixed base58, or long hexadecimal (session ids, hashes that name a file of somebody, PGP fingerprints).
    return digits >= 2 and ((lower >= 3 and upper >= 3) or (len(token) >= 32 and digits >= 5))


def base58check(token: str) -> bool:
    """Whether the token is base58 with a right checksum (Bitcoin, Litecoin, Dogecoin, Tron...)."""
    if not 26 <= len(token) <= 36:
        return False
    number = 0
    for char in token:
        index = _ALPHABET.find(char)
        if index < 0:
            return False
        number = number * 58 + index
    raw = number.to_bytes(28, "big")[-25:] if number < 1 << 200 else b""
    if len(raw) != 25:
        return False
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def _iban_end(candidate: str) -> int:
    """How many characters of the candidate are an IBAN; 0 if none. A word after it may have been taken along."""
    if candidate[:2].upper() not in _IBAN_COUNTRIES:
        return 0
    end = len(candidate)
    while end >= 15:
        compact = re.sub(r"[^A-Za-z0-9]", "", candidate[:end]).upper()
        if candidate[:2].isupper() and _WORD.search(candidate, 0, end):
            end -= 1
            continue  # "AZ61 DET, deal of 23"
        if len(compact) >= 15 and candidate[end - 1].isalnum() and _mod97(compact):
            return end
        end -= 1
    compact = re.sub(r"[^A-Za-z0-9]", "", candidate).upper()
    digits = sum(c.isdigit() for c in compact)
    return len(candidate) if candidate[:2].isupper() and 15 <= len(compact) <= 34 and digits >= 14 else 0


def _mod97(compact: str) -> bool:
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def luhn(digits: str) -> bool:
    """Luhn's check, as on cards and IMEI."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
