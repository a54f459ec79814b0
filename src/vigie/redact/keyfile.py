"""The key under which contacts are counted: one small file that only its owner may read.

In: a path. Out: the 32 random bytes in it, made on first use; or the file replaced, or destroyed.
Left out: marks that the key made (`vigie.store.marks` deletes them), and copies of the file that a backup may hold.

A key that others may read protects nothing, so the file is refused, with the repair, when it is a link, when it belongs to
somebody else or when its rights are wider than 0600 (on systems that have such rights). No error quotes what is in it.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from vigie.model.errors import SettingsError

KEY_BYTES = 32
_HEAD = "vigie contact key 1\n"  # tells the file from any other, so that none is overwritten by mistake
_FORM = re.compile(re.escape(_HEAD) + rf"([0-9a-f]{{{2 * KEY_BYTES}}})\n")
_OWNER_ONLY = 0o600
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_POSIX = os.name == "posix"


def load_key(path: Path) -> bytes:
    """The key at `path`. Raises SettingsError, with the repair, if there is none or it cannot be trusted."""
    with _opened(path, os.O_RDONLY) as file:
        _check_rights(path, file.stat)
        return _parsed(path, file.read())


def load_or_make_key(path: Path) -> bytes:
    """The key at `path`, made there on first use with rights 0600."""
    if not os.path.lexists(path):
        with suppress(FileExistsError):  # another process was quicker: its key is the key
            _write_new(path, secrets.token_bytes(KEY_BYTES))
    return load_key(path)


def rotate_key(path: Path) -> bytes:
    """Put a new key in the place of the old one, which is overwritten; marks of the old key can never be made again."""
    key = secrets.token_bytes(KEY_BYTES)
    if not os.path.lexists(path):
        _write_new(path, key)
        return key
    load_key(path)  # what is not a key of ours is not replaced
    beside = path.with_name(f".{path.name}.new")
    with suppress(FileNotFoundError):
        beside.unlink()
    _write_new(beside, key)
    _overwrite(path)
    try:
        beside.replace(path)
    except OSError as error:
        raise _failed(path, error) from None
    _sync_folder(path.parent)
    return key


def may_destroy(path: Path) -> bool:
    """Whether there is a key to destroy. Raises SettingsError if the file is a link or no key of ours."""
    if not os.path.lexists(path):
        return False
    with _opened(path, os.O_RDONLY) as file:
        content = file.read()
        if not content.startswith(_HEAD.encode()) and content.strip(b"\0"):
            raise SettingsError(f"{path}: not a contact key, so it is left as it is (name the key's file)")
    return True


def destroy_key(path: Path) -> bool:
    """Overwrite the key and remove its file; whether there was one.

    A key with too wide rights is destroyed too. What a disk or a backup keeps of the overwritten bytes is not in our hands.
    Raises SettingsError if the file is no key of ours, so that a wrong path destroys nothing.
    """
    if not may_destroy(path):
        return False
    _overwrite(path)
    try:
        path.unlink()
    except OSError as error:
        raise _failed(path, error) from None
    _sync_folder(path.parent)
    return True


class _opened:  # noqa: N801 - used as a function
    """A file opened without following a link, and what the system says of it."""

    def __init__(self, path: Path, flags: int) -> None:
        if path.is_symlink():
            raise SettingsError(f"{path}: the contact key must not be a link (put the file itself there)")
        try:
            self._number = os.open(path, flags | _NO_LINK | _BINARY)
        except FileNotFoundError:
            raise SettingsError(
                f"no contact key at {path} (make one with: vigie add --count-contacts)"
            ) from None
        except OSError as error:
            raise _failed(path, error) from None
        self.stat = os.fstat(self._number)
        if not stat.S_ISREG(self.stat.st_mode):
            os.close(self._number)
            raise SettingsError(f"{path}: not a file (name a file for the contact key)")

    def __enter__(self) -> _opened:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._number)

    def read(self) -> bytes:
        return os.read(self._number, len(_HEAD) + 4 * KEY_BYTES)

    def write(self, content: bytes) -> None:
        done = 0
        while done < len(content):
            done += os.write(self._number, content[done:])
        os.fsync(self._number)


def _check_rights(path: Path, found: os.stat_result) -> None:
    if not _POSIX:
        return
    if found.st_uid != os.geteuid():
        raise SettingsError(
            f"{path}: the contact key belongs to another user (make your own elsewhere: VIGIE_CONTACT_KEY)"
        )
    rights = stat.S_IMODE(found.st_mode)
    if rights & ~_OWNER_ONLY:
        raise SettingsError(
            f"{path}: others may read the contact key, its rights are {rights:04o} "
            f"(chmod 600 {path}; if others may have read it: vigie key rotate)"
        )


def _parsed(path: Path, content: bytes) -> bytes:
    match = _FORM.fullmatch(content.decode("ascii", "replace"))
    if match is None:
        raise SettingsError(
            f"{path}: not a whole contact key (restore it, or: vigie key destroy, then count anew)"
        )
    return bytes.fromhex(match.group(1))


def _write_new(path: Path, key: bytes) -> None:
    """Make the file, which must not exist. Raises FileExistsError if it does."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY, _OWNER_ONLY)
    except FileExistsError:
        raise
    except OSError as error:
        raise _failed(path, error) from None
    try:
        if _POSIX:
            os.fchmod(number, _OWNER_ONLY)  # whatever the umask
        os.write(number, f"{_HEAD}{key.hex()}\n".encode())
        os.fsync(number)
    finally:
        os.close(number)
    _sync_folder(path.parent)


def _overwrite(path: Path) -> None:
    with _opened(path, os.O_WRONLY) as file:
        file.write(secrets.token_bytes(max(file.stat.st_size, 1)))


def _sync_folder(folder: Path) -> None:
    """So that a power cut does not bring the old file back."""
    if not _POSIX:
        return
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _failed(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"{path}: the contact key cannot be read or written ({error.strerror or type(error).__name__}; "
        "check the folder, or name another file with VIGIE_CONTACT_KEY)"
    )
