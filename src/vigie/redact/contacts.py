"""Contacts in a text: everything by which someone can be reached, located or paid, names excepted.

In: text and its language. Out: removals in order, not overlapping, never inside an earlier placeholder.
Left out: names of persons (`names`), which need the whole document.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

from vigie.redact.addresses import find_addresses
from vigie.redact.announced import find_announced
from vigie.redact.codes import find_codes
from vigie.redact.disguise import plain, views
from vigie.redact.figures import spare
from vigie.redact.handles import find_handles
from vigie.redact.identifiers import find_identifiers
from vigie.redact.links import find_links
from vigie.redact.payment import find_payments
from vigie.redact.phones import find_phones, within_sentence
from vigie.redact.plates import find_plates
from vigie.redact.points_of_sale import find_points_of_sale
from vigie.redact.positions import find_positions
from vigie.redact.references import find_references
from vigie.redact.reviews import find_reviewed, is_prose
from vigie.redact.sellers import find_sellers, quoted_beside
from vigie.redact.series import find_series
from vigie.redact.shape import shape
from vigie.redact.spans import Removal, merge, placeholder_spans
from vigie.redact.spoken import find_spoken_numbers
from vigie.redact.words import any_mark, any_word
from vigie.text.normalise import fold


def find_contacts(text: str, lang: str) -> list[Removal]:
    """What the redactor would remove from `text`, names excepted."""
    return merge(outside(contacts(text, fold(text), lang), placeholder_spans(text)))


def contacts(text: str, folded: str, lang: str) -> list[Removal]:
    """Removals of all families, possibly overlapping."""
    written, as_written = text, folded
    shown = plain(text)
    if shown is not text and shown != text:
        text, folded = shown, fold(shown)
    _know_lists()
    found = [*find_spoken_numbers(folded)] if _is_quiet(text, folded) else _everything(text, folded, lang)
    for view in views(written, as_written):  # written to deceive; none in plain text
        cut = is_prose(written, view.starts[0], view.ends[-1]) if view.text else False
        found += view.back(_everything(view.text, fold(view.text), lang, cut=cut))
    kept = spare(text, folded, found)
    return [within_sentence(text, item) for item in [*kept, *quoted_beside(text, folded, kept)]]


def _everything(text: str, folded: str, lang: str, *, cut: bool | None = None) -> list[Removal]:
    """Removals of all finders. `cut`: of a view, whether it is cut out of prose; None: the text itself."""
    return [
        *find_links(text, folded),
        *find_handles(text, folded),
        *find_announced(text, folded),
        *find_payments(text, folded),
        *find_identifiers(text, folded),
        *find_phones(text, folded, lang),
        *find_spoken_numbers(folded),
        *find_series(text, folded),
        *find_addresses(text, folded),
        *find_codes(text, folded),
        *find_plates(text, folded),
        *find_positions(text, folded),
        *find_references(text, folded),
        *find_points_of_sale(text, folded),
        *find_sellers(text, folded),
        *find_reviewed(text, folded, cut=cut is True, seen=cut is not None),
    ]


@cache
def _know_lists() -> None:
    """Have every finder name its words and marks, so that "none of them stands here" means all of them."""
    _everything("", "", "fr")


def _is_quiet(text: str, folded: str) -> bool:
    """Whether nothing is there of what the finders start from, as in most file names; numbers in words excepted."""
    return shape(text).nothing and "." not in text and not any_word(folded) and not any_mark(folded)


def outside(found: list[Removal], kept: list[tuple[int, int]]) -> list[Removal]:
    """The removals, less what lies in a span of `kept`: the parts on either side stay removals."""
    if not kept:
        return found
    starts = [start for start, _ in kept]
    result: list[Removal] = []
    for item in found:
        at = item.start
        for start, end in kept[max(0, bisect_right(starts, item.start) - 1) :]:
            if start >= item.end:
                break
            if end <= at:
                continue
            if start > at:
                result.append(Removal(at, start, item.kind))
            at = max(at, end)
        if at < item.end:
            result.append(Removal(at, item.end, item.kind))
    return result
