"""The folder of a job: `job.json`, a part or more and an account for each archive, and `manifest.json` made of the accounts.

    job.json                          the plan that all of it was made under
    asked/<hash>.tsv                  key, name and mark of the place of every archive of one list
    manifest/<key>.json               the account of an archive: the only truth
    parts/<kk>/<key>-000.<table>.parquet
    manifest.json                     all accounts with their checksums, and what is missing; no clock, no order of arrival
    purged.json                       what was purged of it, where something was (`vigie.bulk.kept_out`)
    .work/                            what is being written; gone when nobody works on the folder

Every file is written elsewhere, brought to the disk and renamed: a file that has its name is whole. What is cleared away is ours by
its name and lies in folders of our own: a link in place of one of them is refused, else a run would write and remove behind it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from vigie.bulk import workplace
from vigie.bulk.account import Account
from vigie.bulk.archive import KEY_BYTES, Archive
from vigie.bulk.plan import FORM, Plan
from vigie.bulk.tally import Tally, mark
from vigie.model.errors import SettingsError, StoreError
from vigie.store.parts import SCHEMAS, PartFile, checksum, sync

KIND = "vigie-bulk"
JOB, MANIFEST, ASKED, ACCOUNTS, PARTS = "job.json", "manifest.json", "asked", "manifest", "parts"
_Where = tuple[str, str]  # name of an archive, mark of its place
_FOLDERS = (workplace.FOLDER, ASKED, ACCOUNTS, PARTS)
_PART = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}-\d{{3,}}\.({'|'.join(SCHEMAS)})\.parquet")


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Faults of the disk as a StoreError that says the repair."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise StoreError(
            f"{out}: cannot be written ({why}); free some space or change its rights, then run the same command: what is done stays"
        ) from None


class Folder:
    """One folder of results."""

    def __init__(self, out: Path | str) -> None:
        self.root = Path(out)

    def begin(self, plan: Plan, archives: Sequence[Archive] = ()) -> None:
        """Make the folder, or see that it was begun under the same plan; clear what the dead left; note what is asked for.

        Args:
            archives: all of the job, also those that another driver reads.

        Raises SettingsError if it holds something else, or was begun under another plan; StoreError if it cannot be written or links
        elsewhere.
        """
        self._own()
        told = self.job()
        if told is None:
            with suppress(FileNotFoundError, NotADirectoryError):
                strange = any(entry.name != workplace.FOLDER for entry in self.root.iterdir())
                strange = strange or workplace.strange(self.root)
                if strange and self.job() is None:  # else another run began it at this moment
                    raise SettingsError(
                        f"{self.root}: no folder of vigie bulk (give an empty folder, or a new one)"
                    )
            with writing(self.root):
                # Redacted texts are nobody else's business; a folder that was there keeps the rights it was given.
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._put(self.root / JOB, _json({"kind": KIND, "form": FORM, "fingerprint": plan.fingerprint(), "plan": plan.told()}))  # fmt: skip
            told = self.job()
        if told is None or told.get("fingerprint") != plan.fingerprint():
            before = (told or {}).get("plan", {})
            other = [f"{k}: {before.get(k)} → {v}" for k, v in plan.told().items() if before.get(k) != v]
            raise SettingsError(
                f"{self.root}: was begun under another plan ({'; '.join(other) or 'another source card'}): "
                "give the same settings, or another --out"
            )
        workplace.sweep(self.root)
        if archives:
            self._ask(archives)

    def _ask(self, archives: Sequence[Archive]) -> None:
        lines = sorted(
            {f"{a.key}\t{' '.join(a.name.split())}\t{mark(a.place) if a.place else ''}\n" for a in archives}
        )
        data = "".join(lines).encode("utf-8", "backslashreplace")
        path = self.root / ASKED / f"{hashlib.sha256(data).hexdigest()[:16]}.tsv"
        with writing(self.root):
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                self._put(path, data)

    def asked(self) -> dict[str, str]:
        """Key and name of every archive that was ever asked for."""
        return {key: name for listed in self._asked() for key, (name, _) in listed.items()}

    def _asked(self) -> list[dict[str, _Where]]:
        """Of each list, the archives by key."""
        found = []
        for path in sorted((self.root / ASKED).glob("*.tsv")):
            with suppress(OSError):
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
                rows = (line.split("\t") for line in lines)
                found.append({row[0]: (row[1], "".join(row[2:3])) for row in rows if len(row) > 1 and row[0]})
        return found

    def missing(self, done: Mapping[str, str]) -> dict[str, str]:
        """Key and name of the archives that were asked for and are not among those `done`.

        An archive that changed at its place (a download that was completed) has another key, and is not missing once that is done.
        Two of one name that one list asks for are two, wherever they lie.
        """
        lists = self._asked()
        places = {listed[key] for listed in lists for key in done if key in listed}
        for listed in lists:
            places -= {where for where, many in Counter(listed.values()).items() if many > 1}
        return {
            key: where[0]
            for key, where in sorted({k: v for listed in lists for k, v in listed.items()}.items())
            if key not in done and not any(listed.get(key) in places for listed in lists)
        }

    def job(self) -> dict[str, Any] | None:
        """What `job.json` says; None if there is none. Raises StoreError if it is damaged."""
        try:
            told = json.loads((self.root / JOB).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise StoreError(f"{self.root / JOB}: cannot be read ({type(error).__name__})") from None
        if not isinstance(told, dict) or told.get("kind") != KIND or told.get("form") != FORM:
            raise StoreError(f"{self.root / JOB}: of another version of Vigie (make the folder anew)")
        return told

    def account(self, key: str) -> Account | None:
        """The account of an archive; None if there is none that can be read."""
        try:
            found = Account.from_bytes((self.root / ACCOUNTS / f"{key}.json").read_bytes())
        except (OSError, StoreError):
            return None
        return found if found.key == key else None

    def listed(self) -> list[str]:
        """Of the archives that have an account, sorted."""
        try:
            names = [entry.name for entry in (self.root / ACCOUNTS).iterdir()]
        except OSError:
            return []
        return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))

    def path(self, file: PartFile) -> Path:
        return self.root / PARTS / file.name[:2] / file.name

    def faults(self, account: Account) -> list[str]:
        """Files of an archive that are not there or not what they were, by name."""
        return [file.name for file in account.files if not self.holds(file)]

    def holds(self, file: PartFile) -> bool:
        """Whether a file is there as it was written."""
        path = self.path(file)
        try:
            return path.stat().st_size == file.bytes and checksum(path) == file.sha256
        except OSError:
            return False

    def day(self, key: str) -> date:
        """When an archive was read, UTC: the day of its account's file, from which the time of its texts is counted. Raises OSError."""
        return datetime.fromtimestamp((self.root / ACCOUNTS / f"{key}.json").stat().st_mtime, UTC).date()

    def revised(self, work: Path, account: Account, before: Account) -> None:
        """Put an account with other parts in the place of the one before, of the same day; the parts before go.

        A stop in the middle leaves one of the two whole; what is named by none goes with the next `finish`.
        """
        with writing(self.root):
            (work / account.key).touch()  # a run that ends now clears away nothing of it
            told = (self.root / ACCOUNTS / f"{account.key}.json").stat()
            self.keep(work, account, (told.st_atime_ns, told.st_mtime_ns))
            for name in {file.name for file in before.files} - {file.name for file in account.files}:
                (self.root / PARTS / name[:2] / name).unlink(missing_ok=True)

    def leave(self, name: str, data: bytes) -> None:
        """A file of its own beside the others, for its owner alone."""
        with writing(self.root):
            self._put(self.root / name, data, mode=0o600)

    def keep(self, work: Path, account: Account, times: tuple[int, int] | None = None) -> None:
        """Give the files of a workplace their names, then the account its own: from that moment on the archive is done.

        `times`: of the account's file (last access, last change), nanoseconds; None for now.
        """
        with writing(self.root):
            homes = {self.path(file).parent for file in account.files}
            self._own(*homes)
            for home in homes:
                home.mkdir(parents=True, exist_ok=True)
            for file in account.files:
                (work / file.name).replace(self.path(file))
            for home in homes:
                sync(home)
            if homes:
                sync(self.root / PARTS)
            accounts = self.root / ACCOUNTS
            accounts.mkdir(exist_ok=True)
            self._put(accounts / f"{account.key}.json", account.to_bytes(), work, times=times)

    def busy(self, key: str) -> bool:
        """Whether some living process is at an archive."""
        return any((p / key).exists() and workplace.alive(p) for p in workplace.places(self.root))

    def finish(self) -> Tally:
        """Clear what nobody works on any more and write `manifest.json`; what all archives amount to.

        Safe while others work on the folder; whoever ends last leaves a manifest of everything.
        """
        self._own()
        with writing(self.root):
            workplace.sweep(self.root)
            self._clear()
            while True:
                keys = self.listed()
                total = self._compile(keys)
                if keys == self.listed():
                    return total

    def _compile(self, keys: list[str]) -> Tally:
        total, listed, kept = Tally(), list[dict[str, Any]](), 0
        for key in keys:
            account = self.account(key)
            if account is None:
                continue
            kept += account.documents
            total.add(account.tally)
            whole = hashlib.sha256(account.to_bytes()).hexdigest()
            line = {"key": key, "name": account.name, "state": account.state, "documents": account.documents}
            listed.append(line | {"sha256": whole})
        tally = total.to_json() | {"audit": len(total.audit)}
        told = self.job() or {}
        head = {"kind": KIND, "form": FORM, "fingerprint": told.get("fingerprint"), "plan": told.get("plan")}
        left = self.missing({line["key"]: line["name"] for line in listed})
        missing = [{"key": key, "name": name} for key, name in left.items()]
        found = {"documents": kept, "tally": tally, "missing": missing, "archives": listed}
        self._put(self.root / MANIFEST, _json(head | found))
        return total

    def _clear(self) -> None:
        """Accounts of what has grown since, and parts that no account names, of purged content too."""
        same: dict[tuple[str, str, str], list[Account]] = defaultdict(list)
        for key in self.listed():
            account = self.account(key)
            if account is not None and account.size is not None and account.head:
                same[account.name, account.head, account.place].append(account)
        together = self._asked() if any(len(versions) > 1 for versions in same.values()) else []
        for versions in same.values():
            for old in versions:
                # Where the place may not be told, two that one list asks for are two archives.
                if any(
                    (old.size or 0) < (new.size or 0)
                    and not any(old.key in listed and new.key in listed for listed in together)
                    for new in versions
                ):
                    (self.root / ACCOUNTS / f"{old.key}.json").unlink(missing_ok=True)
        # In this order: a worker that is not there any more has written its account before.
        found = self._parts()
        held = set[str]()
        for place in workplace.places(self.root):
            with suppress(OSError):  # gone since: then the account is there
                held |= {path.name for path in place.iterdir()}
        accounts = {key: self.account(key) for key in self.listed()}
        named = {file.name for account in accounts.values() if account is not None for file in account.files}
        for path in found:
            key = path.name.rpartition("-")[0]
            damaged = key in accounts and accounts[key] is None  # the next run puts it right
            if path.name not in named and key not in held and not damaged:
                path.unlink(missing_ok=True)
                with suppress(OSError):
                    path.parent.rmdir()

    def _parts(self) -> list[Path]:
        """The files of parts, by name and place."""
        found = list[Path]()
        for home in (self.root / PARTS).glob("[0-9a-f][0-9a-f]"):
            if not home.is_symlink():
                with suppress(OSError):  # empty, and removed by another run
                    found += [
                        p for p in home.iterdir() if _PART.fullmatch(p.name) and p.name[:2] == home.name
                    ]
        return [path for path in found if path.is_file() and not path.is_symlink()]

    def _own(self, *homes: Path) -> None:
        """Raises StoreError where one of our folders, or of `homes`, is a link or no folder."""
        for path in (*(self.root / name for name in _FOLDERS), *homes):
            if workplace.elsewhere(path):
                raise StoreError(
                    f"{path}: a link, or no folder; vigie bulk writes and removes in folders of its own only: "
                    "remove it, or give another --out"
                )

    def _put(
        self, path: Path, data: bytes, work: Path | None = None, *, times: tuple[int, int] | None = None, mode: int = 0o666
    ) -> None:  # fmt: skip
        """A whole file or none."""
        if work is None:
            with workplace.workplace(self.root) as own:
                self._put(path, data, own, times=times, mode=mode)
            return
        temporary = work / path.name
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if times is not None:
            os.utime(temporary, ns=times)
        temporary.replace(path)
        sync(path.parent)


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=True, indent=1).encode() + b"\n"
