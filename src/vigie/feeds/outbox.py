"""What is to be sent, on disk, until it was delivered or nobody tries any more.

In: deliveries with their content. Out: one file each (mode 0600, in a folder 0700), written whole: a kill loses nothing. What was
delivered keeps its id and its day, not its content nor its recipient, so that the same digest is not sent there twice.
A delivery that was cut off in the middle is sent again under the same id: the other side may see it twice, and can tell.
Left out: sending (`mail.py`, `webhook.py`); when to try again (`sending.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from vigie.model.errors import StoreError

State = Literal["queued", "sent", "dead"]
Channel = Literal["mail", "webhook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one recipient.

    Attributes:
        id: keyed hash of content and recipient: the same for a repeat, and tells nobody who it is.
        target: recipient or name of the webhook; "" once delivered.
        content: what is sent: subject, text and html, or the body; {} once delivered.
        attempts: how often it was tried; `after`: unix time before which it is not tried again.
        about: addresses of the alerts in it (`vigie.store.beside` deletes what holds an erased one); () once delivered.
        reason: why the last attempt failed, without any address.
    """

    id: str
    channel: Channel
    digest: str
    edition: str
    day: str
    target: str = field(repr=False)
    content: dict[str, str] = field(repr=False)
    state: State = "queued"
    attempts: int = 0
    after: float = 0.0
    reason: str = ""
    about: Sequence[str] = ()


class Outbox:
    """A folder of deliveries. One process at a time sends from it (`locked`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the outbox. Raises StoreError while another process does."""
        with (self.folder / "lock").open("a") as file:
            (self.folder / "lock").chmod(0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StoreError(
                    "another digest is being sent from this outbox (wait for it to end)"
                ) from None
            yield

    def id_of(self, *parts: str) -> str:
        """A hash that nobody without the key of this outbox can work out from an address."""
        return hmac.new(self._key(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]

    def put(self, delivery: Delivery) -> bool:
        """Queue it; False if it is known already, whatever became of it."""
        if self._file(delivery.id).exists():
            return False
        self.write(delivery)
        return True

    def write(self, delivery: Delivery) -> None:
        """Write its state so that a kill leaves the old one or the new one."""
        _whole(self._file(delivery.id), json.dumps(asdict(delivery), ensure_ascii=False).encode())

    def all(self) -> list[Delivery]:
        """Every delivery, by id. Raises StoreError naming a file that cannot be read."""
        found = []
        for file in sorted(self.folder.glob("*.json")):
            try:
                found.append(Delivery(**json.loads(file.read_bytes())))
            except (ValueError, TypeError):
                raise StoreError(
                    f"{file.name} in the outbox is damaged (move it away; the others are whole)"
                ) from None
        return found

    def _file(self, number: str) -> Path:
        return self.folder / f"{number}.json"

    def _key(self) -> bytes:
        file = self.folder / "key"
        if not file.exists():
            _whole(file, secrets.token_hex(32).encode())
        return file.read_bytes()


def _whole(file: Path, data: bytes) -> None:
    beside = file.with_name(f".{file.name}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
