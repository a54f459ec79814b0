"""A folder of `vigie bulk`, for a store: its documents with what was found in them, as `vigie.pipeline.add` takes them.

In: the folder, whole or half-finished. Out: Cleaned documents in a stable order, and a Refusal for each part that is not what was
written. The accounts say what is there; the checksums, whether it still is. Every text is redacted again, whatever its part says of
itself, and read again where that took something out, or where an observation holds what Vigie would not have written (`bulk.trust`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vigie.bulk.account import Account
from vigie.bulk.folder import ACCOUNTS, JOB, Folder
from vigie.bulk.trust import holds_together, of_vigie
from vigie.model.errors import StoreError
from vigie.pipeline import Cleaned, Refusal, shown, versions
from vigie.redact import REDACTOR_VERSION
from vigie.redact.again import redacted_again
from vigie.redact.redactor import content_id
from vigie.store.part_rows import expired_texts, read_part
from vigie.store.parts import PartFile
from vigie.store.rows import Entry
from vigie.store.runs import Versions

AGAIN = "run the same vigie bulk command again: it makes it anew"
_VERSIONS = {  # the store keeps them: they can be nothing else
    "code": re.compile(r"\d{1,3}(?:\.\d{1,3}){1,2}(?:\.?(?:a|b|rc|dev|post)\d{0,3})?"),
    "lexicon": re.compile(r"[0-9a-f]{12}"),
    "redactor": re.compile(r"\d{1,3}"),
}


def is_parts(path: Path) -> bool:
    """Whether a path is a folder of `vigie bulk`."""
    return (path / JOB).is_file()


def size(path: Path) -> int:
    """Archives in a folder."""
    return len(Folder(path).listed())


def found_with(path: Path) -> Versions:
    """What the facts of a folder depend on. Raises StoreError for a folder that cannot be read."""
    told = (Folder(path).job() or {}).get("plan")
    if not isinstance(told, dict):
        raise StoreError(f"{path / JOB}: damaged ({AGAIN})")
    found = {name: str(told.get(name, "")) for name in _VERSIONS}
    if any(form.fullmatch(found[name]) is None for name, form in _VERSIONS.items()):
        raise StoreError(f"{path / JOB}: damaged ({AGAIN})")
    return Versions(**found)


def notes(path: Path) -> list[str]:
    """What whoever loads a folder should know, a line each."""
    folder, lines = Folder(path), []
    accounts = (folder.account(key) for key in folder.listed())
    left = folder.missing({account.key: account.name for account in accounts if account is not None})
    if left:
        lines.append(
            f"{path}: {len(left)} of {len(folder.asked())} archives are not read yet; what is done is loaded, "
            "and the same command loads the rest later"
        )
    made, present = found_with(path), versions()
    if made.lexicon != present.lexicon:
        lines.append(
            f"{path}: its facts were found with lexicon {made.lexicon}, this version has {present.lexicon} "
            "(vigie add --reextract finds them again)"
        )
    if expired := _expired(folder):
        lines.append(
            f"{path}: {expired} texts have expired there; their facts stay in the folder and are not loaded"
        )
    if made.redactor != REDACTOR_VERSION:
        lines.append(f"{path}: made by an older redactor; its texts are redacted again")
    return lines


def _expired(folder: Folder) -> int:
    """Documents of a folder whose text is gone; of a damaged file none, whose refusal is told later."""
    many = 0
    for account in filter(None, map(folder.account, folder.listed())):
        for file in account.files:
            if file.table == "documents":
                with suppress(StoreError):
                    many += expired_texts(folder.path(file))
    return many


def loaded(path: Path) -> Iterator[Cleaned | Refusal | None]:
    """All documents of a folder; None after each archive, for who counts them."""
    folder = Folder(path)
    plan = (folder.job() or {}).get("fingerprint")
    for key in folder.listed():
        account = folder.account(key)
        if account is not None and account.plan != plan:
            yield Refusal(
                name=f"{path}/{ACCOUNTS}/{key}.json", reason="of another plan than the folder's", repair=AGAIN
            )
        elif account is None:
            if (
                path / ACCOUNTS / f"{key}.json"
            ).exists():  # else a run at work just put a better one in its place
                yield Refusal(name=f"{path}/{ACCOUNTS}/{key}.json", reason="damaged", repair=AGAIN)
        else:
            for part in account.parts():
                yield from _part(folder, account, part)
        yield None


def _part(folder: Folder, account: Account, part: dict[str, PartFile]) -> Iterator[Cleaned | Refusal]:
    name = next(iter(part.values())).name.split(".")[0]
    bad = [file for file in part.values() if not folder.holds(file)]
    if bad:
        for file in bad:
            yield Refusal(
                name=str(folder.path(file)),
                reason=f"not what was written ({shown(account.name)})",
                repair=AGAIN,
            )
        return
    try:
        rows = {table: file.rows for table, file in part.items()}
        for entry in read_part({table: folder.path(file) for table, file in part.items()}, rows):
            yield _cleaned(entry)
    except StoreError as error:
        yield Refusal(name=f"{folder.root}/{name}", reason=str(error), repair=AGAIN)


def _cleaned(entry: Entry) -> Cleaned | Refusal:
    """What a part says is believed as little as any file: whoever wrote it could write its checksums too."""
    document, card = entry.document, entry.source
    whole = document.doc_id == content_id(document.text, str(document.published or ""))
    if not whole or not holds_together(document, card):
        return Refusal(
            name=shown(document.path), reason="its part does not hold together", repair="run vigie bulk on its archive anew"
        )  # fmt: skip
    again = redacted_again(document)
    kept = again.text == document.text and all(of_vigie(o, document) for o in entry.observations)
    return Cleaned(
        document=again,
        source=card,
        name=again.path,
        observations=tuple(entry.observations) if kept else None,
    )
