"""The body of an answer, unpacked within bounds.

In: the parts of a body as they come. Out: bytes. A body that unpacks to more than the bound is refused as soon as it does so, before
the rest is read; packed twice is refused. Left out: what the bytes are (`vigie.watch`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from vigie.fetch.outcome import Unfetched

_PART = 1 << 16  # bytes unpacked at a time
_MOST_MEMBERS = (
    10_000  # of a gzip: with those of 64 KiB that tools write, more than any bound of bytes lets in
)
_MAGIC = b"\x1f\x8b"
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def unpacked(parts: Iterator[bytes], encoding: str, most: int, host: str, *, cut: bool = False) -> bytes:
    """The whole body.

    Args:
        encoding: the header Content-Encoding.
        most: bytes, unpacked; with `cut` what follows is left unread, else the body is refused.
    Raises:
        Unfetched: "too-large", "bad-packing".
    """
    names = [n for n in encoding.lower().replace(" ", "").split(",") if n and n != "identity"]
    if not names:
        return _plain(parts, most, host, cut=cut)
    if len(names) > 1 or names[0] not in _WBITS:
        raise Unfetched("bad-packing", host)
    out, machine = bytearray(), zlib.decompressobj(_WBITS[names[0]])
    members, between = 1, b""  # a gzip may be several, one after the other (RFC 1952, 2.2)
    try:
        for number, part in enumerate(parts):
            if number == 0 and names[0] == "deflate" and part[:1] and part[0] & 0x0F != 8:
                machine = zlib.decompressobj(-15)  # what many servers call deflate
            while part:
                if machine.eof:
                    between += part
                    if names[0] == "deflate" or not between.startswith(_MAGIC[: len(between)]):
                        return bytes(out)  # what follows is padding
                    if len(between) < len(_MAGIC):
                        break
                    part, between, members = between, b"", members + 1
                    if members > _MOST_MEMBERS:
                        raise Unfetched("bad-packing", host)
                    machine = zlib.decompressobj(_WBITS[names[0]])
                out += machine.decompress(part, _PART)
                part = machine.unused_data if machine.eof else machine.unconsumed_tail
                if len(out) > most:
                    if cut:
                        return bytes(out[:most])
                    raise Unfetched("too-large", host)
    except zlib.error:
        raise Unfetched("bad-packing", host) from None
    if not machine.eof and not cut:
        raise Unfetched("cut", host)
    return bytes(out)


def _plain(parts: Iterator[bytes], most: int, host: str, *, cut: bool) -> bytes:
    out = bytearray()
    for part in parts:
        out += part
        if len(out) > most:
            if cut:
                return bytes(out[:most])
            raise Unfetched("too-large", host)
    return bytes(out)
