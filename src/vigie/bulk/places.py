"""Where archives come from: paths, folders, lists and addresses become archives, each with its key.

In: what a user names. Out: an Archive for each, in a stable order, or a Refusal with the reason; sizes are asked one by one while the
job runs. A list holds one path a line (`warc.paths.gz` of Common Crawl, or any text), a folder its archives, and its saved pages as one.
Nothing is looked for beyond what is named, and no address is followed that no list holds.
Left out: reading what lies elsewhere, `remote.py`; what is in an archive, `records.py`.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from vigie.bulk import remote
from vigie.bulk.archive import Archive, key_of
from vigie.bulk.remote import RemoteFile
from vigie.ingest.discovery import discover
from vigie.model.errors import InputRefused, SettingsError, VigieError
from vigie.pipeline import Refusal, refusal
from vigie.redact.paths import redact_path

ARCHIVES = (".warc", ".warc.gz", ".wet", ".wet.gz")
PAGES = (".html", ".htm", ".xhtml", ".txt")
LISTS = (".paths", ".paths.gz", ".list", ".lst", ".txt", ".txt.gz")
LONGEST_LINE = 8192  # bytes: signed addresses have 2 to 3 KB
MOST_LINES = 20_000_000
_ENDS = 1 << 16  # bytes at each end of a file by which archives of one name and size are told apart
_MAGIC = re.compile(r"[*?\[]")
Found = Archive | Refusal


@dataclass(frozen=True, slots=True)
class LocalFile:
    """Opens a file of this machine."""

    path: str

    def __call__(self) -> BinaryIO:
        return Path(self.path).open("rb")


@dataclass(frozen=True, slots=True)
class Folder:
    """Saved pages of a folder: they are read, it is not."""

    name: str

    def __call__(self) -> BinaryIO:
        raise InputRefused(self.name, "a folder: its files are read one by one")


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The saved pages of a folder, in order, by their paths in it."""

    path: str

    def __call__(self) -> Iterator[Archive]:
        for file in _pages_of(self.path):
            size, name = file.stat().st_size, file.relative_to(self.path).as_posix()
            key = key_of(file.name, size, _digest(name.encode("utf-8", "surrogatepass")))
            yield Archive(name=_shown(name), key=key, size=size, open=LocalFile(str(file)))


def archives(
    paths: Sequence[str],
    *,
    prefix: str = "",
    shard: tuple[int, int] | None = None,
    wait: float | None = None,
) -> Iterator[Found]:
    """The archives that a user names, in order.

    Args:
        paths: files, folders, lists, patterns with `*`, addresses of data/bulk/places.toml.
        prefix: what stands before the relative lines of a list ("https://data.commoncrawl.org/"); where it is not given, the address
            of the list up to the folder with which its lines begin, or else the folder of the list.
        shard: (i, n), i from 1: every n-th of them, from the i-th; sizes of the others are not asked.
        wait: seconds before the second try of a place that fails; None for the usual.
    Raises:
        SettingsError: a shard that is none.
    """
    if shard is not None and not 1 <= shard[0] <= shard[1]:
        raise SettingsError(f"shard {shard[0]}/{shard[1]}: write i/n, i from 1 to n")
    first, step = (shard[0] - 1, shard[1]) if shard else (0, 1)
    for found in islice(_named(paths, prefix, wait), first, None, step):
        if isinstance(found, Refusal):
            yield found
            continue
        given, ask, listing = found
        try:
            yield ask()
        except (VigieError, OSError) as error:  # a package that is missing for this place is one of them
            told = refusal(_label(given), error)
            if listing and told.reason == "not found":
                told = replace(told, repair=f"a line of {listing}: see whether --prefix is right")
            yield told


Waiting = Callable[[], Archive]
Named = tuple[str, Waiting, str]


def _named(paths: Sequence[str], prefix: str, wait: float | None) -> Iterator[Named | Refusal]:
    """Each archive as its address, what asks for its size when it is called, and its list; or a refusal; none of them twice."""
    seen: set[str] = set()
    for given in paths:
        try:
            for address in _expanded(given, prefix, wait):
                if address not in seen:
                    seen.add(address)
                    ask = _remote(address, wait) if remote.scheme(address) else _local(address)
                    listed = address != given and _bare(given).lower().endswith(LISTS)
                    yield address, ask, _label(given) if listed else ""
        except (VigieError, OSError) as error:
            yield refusal(_label(given), error)


def _expanded(given: str, prefix: str, wait: float | None, *, listed: bool = False) -> Iterator[str]:
    """Paths and addresses of single archives, and folders of pages."""
    if remote.scheme(given) == "file":
        given = unquote(urlsplit(given).path)
    if remote.scheme(given):
        if not listed and _bare(given).endswith(LISTS):
            for line in _lines(given, _open_remote(given, wait)):
                yield from _expanded(_joined(line, prefix, given), prefix, wait, listed=True)
        else:
            yield from _remote_files(given, wait)
        return
    path = Path(given)
    if path.is_dir():
        files = [str(f) for f in discover([path]) if f.name.lower().endswith(ARCHIVES)]
        yield from files
        if next(_pages_of(given), None) is not None:
            yield given
        elif not files:
            raise InputRefused(
                _label(given), "no archive and no saved page in it", f"archives end in {', '.join(ARCHIVES)}"
            )
    elif not listed and given.lower().endswith(LISTS) and path.exists():
        for line in _lines(given, path.open("rb")):
            yield from _expanded(_joined(line, prefix, given), prefix, wait, listed=True)
    elif _MAGIC.search(given) and not path.exists():
        files = sorted(f for f in glob.glob(given, recursive=True) if os.path.isfile(f))  # noqa: PTH207, PTH113 - patterns may be absolute
        if not files:
            raise InputRefused(_label(given), "no file of this pattern")
        yield from files
    else:
        yield given


def _remote_files(url: str, wait: float | None) -> Iterator[str]:
    """A pattern or a folder of another machine as its files; http has neither."""
    name = remote.scheme(url)
    if name in ("http", "https"):
        yield url
        return
    files = remote.filesystem(url)
    again = remote.Again(_label(url), remote.WAIT if wait is None else wait)
    found: list[str] | None = None
    while found is None:
        with again.after_a_break():
            if _MAGIC.search(url):
                found = sorted(f for f in files.glob(url) if f.lower().endswith(ARCHIVES))
            elif not url.lower().endswith(ARCHIVES) and files.isdir(url):
                found = sorted(f for f in files.find(url) if f.lower().endswith(ARCHIVES))
            else:
                found = [url]
    if not found:
        raise InputRefused(_label(url), "no archive there", f"archives end in {', '.join(ARCHIVES)}")
    yield from (f if remote.scheme(f) else files.unstrip_protocol(f) for f in found)


def _remote(url: str, wait: float | None) -> Waiting:
    def ask() -> Archive:
        base = _bare(url).rpartition("/")[2]
        name = _shown(base)
        facts = remote.facts(url, name, wait)
        key = key_of(base, facts.size, facts.version)
        return Archive(
            name=name, key=key, size=facts.size, open=RemoteFile(url, name, facts, wait), place=_place(url)
        )

    return ask


def _local(given: str) -> Waiting:
    def ask() -> Archive:
        path, base = Path(given), Path(given).name or given
        name = _shown(base)
        if path.is_dir():
            files = list(_pages_of(given))
            told = "\0".join(f"{f.relative_to(path).as_posix()} {f.stat().st_size}" for f in files)
            size = sum(f.stat().st_size for f in files)
            key = key_of(base, size, _digest(told.encode("utf-8", "surrogatepass")))
            return Archive(
                name=name,
                key=key,
                size=size,
                open=Folder(name),
                place=_place(given),
                files=FolderFiles(_whole(given)),
            )
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                ends = file.read(_ENDS)
                file.seek(max(_ENDS, size - _ENDS))
                ends += file.read(_ENDS)
        except FileNotFoundError:
            raise InputRefused(name, "not found") from None
        except OSError as error:
            raise InputRefused(name, f"cannot be opened ({type(error).__name__})") from None
        return Archive(
            name=name,
            key=key_of(base, size, _digest(ends)),
            size=size,
            open=LocalFile(_whole(given)),
            place=_place(given),
        )

    return ask


def _pages_of(folder: str) -> Iterator[Path]:
    return (f for f in discover([folder]) if f.name.lower().endswith(PAGES))


def _open_remote(url: str, wait: float | None) -> BinaryIO:
    return RemoteFile(url, _label(url), wait=wait)()


def _lines(given: str, stream: BinaryIO) -> Iterator[str]:
    """The paths of a list, blank lines and remarks left out. Raises InputRefused where it is none."""
    with closing(stream):
        text: Any = stream
        if _bare(given).endswith(".gz"):
            text = io.BufferedReader(gzip.GzipFile(fileobj=stream))
        for number in range(MOST_LINES + 1):
            try:
                line = text.readline(LONGEST_LINE + 1)
            except (gzip.BadGzipFile, EOFError, zlib.error):
                raise InputRefused(_label(given), "damaged or cut short", "download it again") from None
            if not line:
                return
            if len(line) > LONGEST_LINE or b"\0" in line or line.startswith(b"WARC/"):
                raise InputRefused(
                    _label(given), f"line {number + 1} is no path", "a list holds one path or address a line"
                )
            shown = line.decode("utf-8", "replace").strip().lstrip("\ufeff")
            if shown and not shown.startswith("#"):
                yield shown
        raise InputRefused(_label(given), f"more than {MOST_LINES} lines", "cut it")


def _joined(line: str, prefix: str, given: str) -> str:
    """A line of a list as a path or an address."""
    far = bool(remote.scheme(given))
    if far and (remote.scheme(line) == "file" or (line.startswith("/") and not prefix)):
        raise InputRefused(_label(given), "a list of another machine names a file of this one")
    if remote.scheme(line):
        return line
    if prefix:
        return prefix.rstrip("/") + "/" + line.lstrip("/")
    if line.startswith("/"):
        return line
    # crawl-data/CC-NEWS/2024/03/x.warc.gz in https://host/crawl-data/CC-NEWS/2024/03/warc.paths.gz
    before, mark, _ = given.partition("/" + line.partition("/")[0] + "/")
    base = before if mark and "/" in line else given.rpartition("/")[0]
    return f"{base}/{line}" if base or given.startswith("/") else line


def _bare(url: str) -> str:
    """Without the query, small letters left as they are."""
    return urlsplit(url).path if remote.scheme(url) in ("http", "https") else url


def _label(given: str) -> str:
    """What messages call an input: no folder, no password, no query, no contact."""
    return _shown(_bare(given).rstrip("/").rpartition("/")[2] or given.rpartition("/")[2])


def _place(given: str) -> str:
    """Where an audit finds it again; "" if that would tell a secret or a contact."""
    if remote.scheme(given):
        parts = urlsplit(given)
        # As an address it would be a contact; what may tell somebody is in its words.
        words = f"{parts.netloc.replace('.', '/')}{parts.path}"
        fine = (
            not (parts.query or parts.fragment or "@" in parts.netloc) and redact_path(words, "fr") == words
        )
        return given if fine else ""
    whole = _whole(given)
    return whole if redact_path(whole, "fr") == whole else ""


def _whole(given: str) -> str:
    """From the root: a worker may be in another folder."""
    return os.path.abspath(given)  # noqa: PTH100 - a link stays the link that was named


def _shown(base: str) -> str:
    return redact_path(base, "fr")


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
