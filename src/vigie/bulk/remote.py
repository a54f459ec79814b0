"""A file of another machine as a stream of bytes that outlives the breaks of its connection.

In: an address of data/bulk/places.toml. Out: a reader that can be sought in; after a break it waits, connects again and goes on at the
offset where it broke. What stays broken raises InputRefused: an archive is never taken for shorter than its place says.
Nothing is written to this machine. Addresses hold secrets (a password, a signature): they are in no message, name or representation, and
of other packages' errors only the class is told, because their messages hold the address.
Left out: which archives there are, `places.py`.
"""

from __future__ import annotations

import io
import random
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from vigie import __version__
from vigie.model.errors import InputRefused, MissingExtraError

AGENT = f"Vigie/{__version__} (reads the archives that its user names)"
TRIES = 6  # breaks in a row, without PROGRESS between them
WAIT = 1.0  # seconds before the second try, doubled at each: 31 s in all, unless the server asks for more
LONGEST_WAIT = 120.0
PROGRESS = 1 << 16  # bytes after which a break counts as the first again
MOST_BREAKS = 1000  # in one archive, however much came between them
READ_BYTES = 1 << 20
BLOCK_BYTES = 4 << 20  # of one request where any part can be asked for
SECONDS_TO_CONNECT, SECONDS_OF_SILENCE = 30, 90
_FINAL = frozenset((400, 401, 403, 404, 405, 410, 451))  # asking again gives the same
_VERSIONS = ("Content-MD5", "md5Hash", "checksum", "Last-Modified", "LastModified", "mtime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One way to reach a file, an entry of data/bulk/places.toml."""

    package: str
    ranged: bool


@cache
def protocols() -> dict[str, Protocol]:
    text = files("vigie").joinpath("data", "bulk", "places.toml").read_text(encoding="utf-8")
    return {name: Protocol(**fields) for name, fields in tomllib.loads(text).items()}


def scheme(url: str) -> str:
    """ "s3" of "s3://…"; "" of a path."""
    head, mark, _ = url.partition("://")
    return head.lower() if mark and head and "/" not in head and "\\" not in head else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a place tells of a file: bytes, None where it does not; and what differs between two versions of it."""

    size: int | None
    version: str


class RemoteFile:
    """Opens one file of another machine. Picklable; shows nothing of its address but the name."""

    __slots__ = ("name", "size", "url", "version", "wait")

    def __init__(self, url: str, name: str, facts: Facts | None = None, wait: float | None = None) -> None:
        self.url, self.name = url, name
        self.size, self.version = (facts.size, facts.version) if facts else (None, "")
        self.wait = WAIT if wait is None else wait

    def __repr__(self) -> str:
        return f"RemoteFile({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (RemoteFile, (self.url, self.name, Facts(size=self.size, version=self.version), self.wait))

    def __call__(self) -> BinaryIO:
        """The bytes from the first one. Raises InputRefused, MissingExtraError."""
        reader = RemoteReader(self)
        reader.connect()
        return io.BufferedReader(reader, READ_BYTES)


class RemoteReader(io.RawIOBase):
    """The bytes of one file in order, from any offset."""

    def __init__(self, file: RemoteFile) -> None:
        super().__init__()
        self._file = file
        self._at = 0
        self._handle: Any = None
        self._handle_at = 0
        self._again = Again(file.name, file.wait)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END and self._file.size is None:
            raise io.UnsupportedOperation("the place does not tell the size")
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size or 0}[whence]
        self._at = max(0, start + offset)
        return self._at

    def connect(self) -> None:
        """Open it now, so that what is not there is known before anything is read."""
        while self._handle is None:
            with self._again.after_a_break():
                self._open()

    def readinto(self, buffer: Any) -> int:
        wanted = len(buffer)
        if self._file.size is not None:
            wanted = min(wanted, self._file.size - self._at)  # whatever else the server sends is not the file
        if wanted <= 0:
            return 0
        while True:
            data = b""
            with self._again.after_a_break():
                if self._handle is None or self._handle_at != self._at:
                    self._open()
                data = self._handle.read(min(wanted, READ_BYTES))
                if not data and self._file.size is not None:
                    raise EOFError("shorter than its place says")
                if not data:
                    return 0
            if data:
                break
            self._drop()
        buffer[: len(data)] = data
        self._at += len(data)
        self._handle_at = self._at
        self._again.came(len(data))
        return len(data)

    def _open(self) -> None:
        """A handle at the offset; a server that gives no part of a file gives all, and what comes before is thrown away."""
        self._drop()
        try:
            self._connect_at()
        except BaseException:
            self._drop()
            raise

    def _connect_at(self) -> None:
        files_ = filesystem(self._file.url)
        if protocols()[scheme(self._file.url)].ranged:
            self._handle = files_.open(self._file.url, "rb", block_size=BLOCK_BYTES, cache_type="readahead")
            self._handle.seek(self._at)
            self._handle_at = self._at
            return
        asked = {"Accept-Encoding": "identity", "User-Agent": AGENT}
        if self._at:
            asked["Range"] = f"bytes={self._at}-"
        # A size that is told spares the question for it; block_size 0 is one stream.
        self._handle = files_.open(
            self._file.url, "rb", block_size=0, size=self._file.size or 1, headers=asked
        )
        answer = self._handle.r
        self._check(answer)
        skipped = _start_of(answer) if answer.status == 206 else 0
        if skipped > self._at:
            raise EOFError("another part than was asked for")
        while skipped < self._at:
            data = self._handle.read(min(READ_BYTES, self._at - skipped))
            if not data:
                raise EOFError("ended before the offset")
            skipped += len(data)
        self._handle_at = self._at

    def _check(self, answer: Any) -> None:
        """Two halves of two files are no file. Raises InputRefused, EOFError."""
        told, known, size = answer.headers.get("ETag", ""), self._file.version, self._file.size
        # Weak etags may differ between the machines of one host.
        if known.startswith("etag:") and told and not told.startswith("W/") and version(told) != known:
            raise self._again.refused("changed while it was read", "run the same command again")
        stated = answer.headers.get("Content-Length" if answer.status == 200 else "Content-Range", "")
        total = stated.rpartition("/")[2]
        # A shorter body is one that was cut: what is missing is asked for when it ends.
        if size is not None and total.isdigit() and int(total) > size:
            raise EOFError("larger than its place said")

    def _drop(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            with suppress(Exception):  # a broken connection closes as it can
                handle.close()

    def close(self) -> None:
        self._drop()
        super().close()


class Again:
    """How often something was tried, and how long to wait before it is tried again."""

    def __init__(self, name: str, wait: float) -> None:
        self._name, self._wait = name, wait
        self._tries = self._breaks = self._since = 0

    def came(self, count: int) -> None:
        """So many bytes came."""
        self._since += count
        if self._since >= PROGRESS:
            self._tries = 0

    def refused(self, reason: str, repair: str = "") -> InputRefused:
        return InputRefused(self._name, reason, repair)

    @contextmanager
    def after_a_break(self) -> Iterator[None]:
        """Errors inside are waited out. Raises InputRefused when that is no use, or has been done too often."""
        try:
            yield
            return
        except (InputRefused, MissingExtraError):
            raise
        except (PermissionError, NotImplementedError) as error:
            raise self.refused(
                f"refused by its place ({type(error).__name__})", "see docs/scale.md"
            ) from None
        except Exception as error:  # each place has errors of its own
            # fsspec calls whatever keeps a server from telling a size "not found", and tells the cause.
            cause = error.__cause__ if isinstance(error, FileNotFoundError) and error.__cause__ else error
            status = getattr(cause, "status", None)
            if status == 404 or isinstance(cause, FileNotFoundError):
                raise self.refused("not found") from None
            if status in _FINAL:
                raise self.refused(f"refused by its server ({status})", "see docs/scale.md") from None
            told = f"{status}" if isinstance(status, int) else type(cause).__name__
            asked = _retry_after(cause)
        self._tries, self._breaks, self._since = self._tries + 1, self._breaks + 1, 0
        if self._tries >= TRIES or self._breaks >= MOST_BREAKS:
            times = f"broke off {self._breaks} times, the last time with {told}"
            raise self.refused(times, "run the same command again") from None
        wait = self._wait * 2 ** (self._tries - 1)
        # Many workers that broke off together do not come back together.
        time.sleep(min(LONGEST_WAIT, max(asked, wait * random.uniform(0.75, 1.25))))


def facts(url: str, name: str, wait: float | None = None) -> Facts:
    """Size and version of a file, asked of its place. Raises InputRefused, MissingExtraError."""
    again = Again(name, WAIT if wait is None else wait)
    while True:
        with again.after_a_break():
            told: dict[str, Any] = filesystem(url).info(url)
            return facts_of(told)


def facts_of(told: dict[str, Any]) -> Facts:
    """Size and version from what fsspec tells of a file."""
    size = told.get("size")
    etag = told.get("ETag") or told.get("etag")
    other = next((f"{told[key]}" for key in _VERSIONS if told.get(key)), "")
    # A server that states no bytes for a file that has some has not been asked the right way.
    return Facts(size=int(size) if size else None, version=version(etag) if etag else other)


def version(etag: str) -> str:
    """An etag as all places write it: one archive by https and by s3 is one."""
    return "etag:" + etag.removeprefix("W/").strip('"')


def filesystem(url: str) -> Any:
    """What reads the place of an address. Raises InputRefused, MissingExtraError."""
    name = scheme(url)
    known = protocols().get(name)
    if known is None or "::" in url.partition("?")[0]:
        raise InputRefused(
            shown(url),
            f"no place of this kind is read: {name or 'a chain of protocols'}",
            f"one of: {', '.join(protocols())}",
        )
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError("Archives on other machines", "bulk") from None
    try:
        return fsspec.filesystem(name, **_options(name, url))
    except ImportError:
        raise InputRefused(shown(url), f"{name} needs a package", f"pip install {known.package}") from None


def _options(name: str, url: str) -> dict[str, Any]:
    if name not in ("http", "https"):
        return {"use_listings_cache": False} if name in ("s3", "s3a") else {}
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SECONDS_TO_CONNECT, sock_read=SECONDS_OF_SILENCE)
    # What the server sends is the file, also where it calls the compression of an archive that of its answer.
    # Compute nodes often reach the network through a proxy only, which the environment names.
    kept = {"timeout": timeout, "auto_decompress": False, "headers": {"User-Agent": AGENT}, "trust_env": True}
    signed = url.isascii() and " " not in url  # written anew, a signature would no longer hold
    return {"client_kwargs": kept, "encoded": signed, "use_listings_cache": False}


def shown(url: str) -> str:
    """An address without password and query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _start_of(answer: Any) -> int:
    """Where the part begins that a server sends: "bytes 5-9/10"."""
    told = answer.headers.get("Content-Range", "")
    first = told.removeprefix("bytes").strip().partition("-")[0]
    if not first.isdigit():
        raise EOFError("a part of nowhere")
    return int(first)


def _retry_after(error: BaseException) -> float:
    told = (getattr(error, "headers", None) or {}).get("Retry-After", "")
    return float(told) if str(told).isdigit() else 0.0
