"""Errors. Messages name the input and the repair, and never hold document text: text may identify someone."""

from __future__ import annotations


class VigieError(Exception):
    """Root of all errors raised on purpose by Vigie."""


class InputRefused(VigieError):  # noqa: N818 - it is a verdict on one input, and the run goes on
    """One input cannot be read; the others can.

    Attributes:
        name: the input as the user gave it.
        reason: what is wrong with it.
        repair: what the user can do; "" where nothing can be done.
    """

    def __init__(self, name: str, reason: str, repair: str = "") -> None:
        self.name, self.reason, self.repair = name, reason, repair
        super().__init__(f"{name}: {reason}" + (f" ({repair})" if repair else ""))


class LexiconError(VigieError):
    """A data file breaks a rule of the lexicon checker. The message says file, term and repair."""


class StoreError(VigieError):
    """The store cannot be opened, migrated or written."""


class SettingsError(VigieError):
    """A setting or a source card is missing or malformed."""


class SeriesError(VigieError):
    """A series cannot be analysed: negative, infinite, of the wrong shape, or a parameter outside its range.

    The message says what was wrong and what the method needs. A series that is merely too short or empty raises
    nothing: it gets no verdict, with the reason (`vigie.stats.alarms.Verdict`).
    """


class MissingExtraError(VigieError):
    """An optional dependency is needed: the message gives the pip command."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs optional packages: pip install 'vigie[{extra}]'")
