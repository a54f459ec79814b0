"""A folder of `vigie bulk`, for a store: its documents with what was found in them, as `vigie.pipeline.add` takes them.

In: the folder, whole or half-finished. Out: Cleaned documents in a stable order, and a Refusal for each part that is not what was
written. The accounts say what is there; the checksums, whether it still is. Documents of an older redactor are redacted again, and
read again where that took something out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from vigie.bulk.account import Account
from vigie.bulk.folder import ACCOUNTS, JOB, Folder
from vigie.model.errors import StoreError
from vigie.pipeline import Cleaned, Refusal, versions
from vigie.redact import REDACTOR_VERSION
from vigie.redact.again import redacted_again
from vigie.redact.redactor import content_id
from vigie.store.parts import PartFile, read_part
from vigie.store.rows import Entry
from vigie.store.runs import Versions

AGAIN = "run the same vigie bulk command again: it makes it anew"


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
    return Versions(**{name: str(told.get(name, "")) for name in ("code", "lexicon", "redactor")})


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
    if made.redactor != REDACTOR_VERSION:
        lines.append(f"{path}: made by an older redactor; its texts are redacted again")
    return lines


def loaded(path: Path) -> Iterator[Cleaned | Refusal | None]:
    """All documents of a folder; None after each archive, for who counts them."""
    folder = Folder(path)
    for key in folder.listed():
        account = folder.account(key)
        if account is None:
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
                name=str(folder.path(file)), reason=f"not what was written ({account.name})", repair=AGAIN
            )
        return
    try:
        for entry in read_part({table: folder.path(file) for table, file in part.items()}):
            yield _cleaned(entry)
    except StoreError as error:
        yield Refusal(name=f"{folder.root}/{name}", reason=str(error), repair=AGAIN)


def _cleaned(entry: Entry) -> Cleaned | Refusal:
    document = entry.document
    whole = document.doc_id == content_id(document.text, str(document.published or ""))
    if not whole or any(document.text[o.start : o.end] != o.quote for o in entry.observations):
        return Refusal(
            name=document.path, reason="its part does not hold together", repair="run vigie bulk on its archive anew"
        )  # fmt: skip
    item = Cleaned(
        document=document, source=entry.source, name=document.path, observations=tuple(entry.observations)
    )
    if document.redactor == REDACTOR_VERSION:
        return item
    again = redacted_again(document)
    return replace(
        item, document=again, observations=item.observations if again.text == document.text else None
    )
