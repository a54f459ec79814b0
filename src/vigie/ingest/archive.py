"""Members of a zip (DOCX, ODT, EPUB), bounded: what is declared is not believed, what is unpacked is counted.

In: a Blob. Out: bytes of the members that are asked for. Nothing is unpacked to a file.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from types import TracebackType

from vigie.ingest import limits
from vigie.ingest.reader import Blob
from vigie.model.errors import InputRefused

SIGNATURE = b"PK\x03\x04"
_END = b"PK\x05\x06"
_END_SIZE = 22


class Archive:
    """An open zip; use as a context manager."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._left = limits.MAX_UNPACKED_BYTES
        self._stream = blob.open()
        try:
            self._check_directory()
            self._zip = zipfile.ZipFile(self._stream)
        except InputRefused:
            self._stream.close()
            raise
        except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
            self._stream.close()
            raise self._broken() from None
        self.names = frozenset(self._zip.namelist())

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._stream.close()

    def read(self, name: str) -> bytes:
        """One member. Raises InputRefused when it is missing, encrypted, broken or too large."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            raise self._blob.refuse(
                "lacks a part that its kind must have", "save or export it again"
            ) from None
        if info.flag_bits & 1:
            raise self._blob.refuse("is encrypted", "save it without a password")
        limit = min(limits.MAX_MEMBER_BYTES, self._left)
        if info.file_size > limit:
            raise self._bomb()
        try:
            with self._zip.open(info) as member:
                data = member.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError):
            raise self._broken() from None
        if len(data) > limit:
            raise self._bomb()
        self._left -= len(data)
        return data

    def _check_directory(self) -> None:
        """Refuse a table of contents that would fill the memory before the first member is read."""
        self._stream.seek(max(0, self._blob.size - 65_557))
        tail = self._stream.read(65_557)
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + _END_SIZE:
            raise self._broken()
        size = struct.unpack_from("<L", tail, at + 12)[0]
        if size > limits.MAX_DIRECTORY_BYTES:
            raise self._bomb()
        self._stream.seek(0)

    def _bomb(self) -> InputRefused:
        return self._blob.refuse("unpacks to more than is allowed", "split it into its documents")

    def _broken(self) -> InputRefused:
        return self._blob.refuse("damaged or cut short", "download, save or export it again")
