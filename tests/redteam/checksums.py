"""Values with a checksum, built so that the checksum holds.

In: a seeded generator. Out: strings in the customary writing. Left out: any value that belongs to somebody.
"""

from __future__ import annotations

import base64
import hashlib
from random import Random

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23), strict=True))  # fmt: skip


def digits(r: Random, n: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(n))


def letters(r: Random, n: int, alphabet: str = "ABCDEFGHJKLMNPQRSTVWXYZ") -> str:
    return "".join(r.choice(alphabet) for _ in range(n))


def grouped(text: str, size: int, sep: str = " ") -> str:
    return sep.join(text[i : i + size] for i in range(0, len(text), size))


def luhn(body: str) -> str:
    """`body` and its Luhn digit."""
    total = 0
    for i, c in enumerate(reversed(body)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return body + str(-total % 10)


def base58check(version: bytes, payload: bytes) -> str:
    raw = version + payload
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i in range(5):
            check ^= _GENERATOR[i] if (top >> i) & 1 else 0
    return check


def segwit(prefix: str, program: bytes) -> str:
    """A version 0 witness address (bech32) of a 20-byte program."""
    bits = int.from_bytes(program, "big")
    data = [0, *((bits >> shift) & 31 for shift in range(len(program) * 8 - 5, -1, -5))]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    return (
        prefix + "1" + "".join(BECH32[d] for d in [*data, *((check >> 5 * (5 - i)) & 31 for i in range(6))])
    )


def onion(r: Random) -> str:
    """An onion address, version 3, with its checksum, without its ending."""
    key = r.randbytes(32)
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower()


def iban(country: str, bban: str) -> str:
    text = bban + country + "00"
    number = int("".join(str(int(c, 36)) for c in text))
    return grouped(f"{country}{98 - number % 97:02d}{bban}", 4)


def nir(r: Random) -> str:
    """A French social security number with its key; the commune code 990 is nobody's."""
    body = f"{r.choice('12')}{r.randint(50, 99)}{r.randint(1, 12):02d}{r.choice(('13', '59', '69', '75', '93'))}990{r.randint(1, 399):03d}"
    key = 97 - int(body) % 97
    return f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key:02d}"


def niss(r: Random) -> str:
    """A Belgian register number with its key."""
    body = f"{r.randint(50, 99)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(1, 997):03d}"
    return f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:]}.{97 - int(body) % 97:02d}"


def dni(r: Random) -> str:
    number = r.randint(10_000_000, 99_999_999)
    return f"{number}{r.choice(('', '-'))}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def codice_fiscale(r: Random) -> str:
    body = f"{letters(r, 6, 'BCDFGLMNPRSTVZ')}{r.randint(50, 99)}{r.choice('ABCDEHLMPRST')}{r.randint(1, 28):02d}Z{r.randint(100, 799)}"
    even = sum(int(c) if c.isdigit() else ord(c) - 65 for c in body[1::2])
    return body + chr(65 + (even + sum(_ODD[c] for c in body[0::2])) % 26)
