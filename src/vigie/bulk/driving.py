"""What every engine does around its work: the folder begun, refusals told, the folder brought to an end however the work ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vigie.bulk import workplace
from vigie.bulk.archive import Archive
from vigie.bulk.folder import Folder, writing
from vigie.bulk.plan import Plan
from vigie.bulk.progress import Course, Tell
from vigie.model.errors import StoreError
from vigie.pipeline import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A run under way.

    Attributes:
        waiting: archives that are to be read, each once.
        place: the folder of this driver, there as long as it runs.
    """

    folder: Folder
    course: Course
    waiting: deque[Archive]
    place: Path


@contextmanager
def driving(
    archives: Iterable[Archive | Refusal], plan: Plan, folder: Folder, tell: Tell | None, asked: Sequence[Archive] = ()
) -> Iterator[Drive]:  # fmt: skip
    """Around the work of an engine. Raises SettingsError for a folder of another plan, StoreError for a disk that cannot be written."""
    found = list(archives)
    chosen = {archive.key: archive for archive in found if isinstance(archive, Archive)}
    folder.begin(plan, asked or list(chosen.values()))
    course = Course(list(chosen.values()), tell)
    for told in found:
        if isinstance(told, Refusal):
            course.refuse(told)
    try:
        with ExitStack() as stack:
            with writing(folder.root):
                place = stack.enter_context(workplace.workplace(folder.root))
                (place / workplace.DRIVER).touch()
            yield Drive(folder=folder, course=course, waiting=deque(chosen.values()), place=place)
    except BaseException:
        with suppress(StoreError):
            folder.finish()
        raise
    folder.finish()
    course.look()
