"""The value of a run of number words: "trois mille deux cents", "two hundred and five", "nonante-sept".

In: the words of a run and the grammar's values. Out: the value of its longest beginning that is one number, and how many
words that takes: "three nought four" and "vingt cents" are no number beyond their first word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

JOINERS: Final = ("et", "and")


@dataclass(frozen=True, slots=True)
class WordNumber:
    """A number in words.

    Attributes:
        used: how many of the words it takes.
        scale: the hundred, thousand or million that it ends with, which "deux à trois cents" shares; else 1.
    """

    value: float
    used: int
    scale: float


def read_words(words: list[str], values: Mapping[str, int], lang: str) -> WordNumber | None:
    """The longest number at the beginning of `words`; None if there is none."""
    state = _State(lang)
    best: WordNumber | None = None
    for index, word in enumerate(words):
        if word in JOINERS:
            if not state.join():
                break
            continue
        value = values.get(word)
        if value is None or not state.add(word, value):
            break
        best = WordNumber(float(state.total + state.group), index + 1, state.scale)
    return best


class _State:
    """What has been read, and what may come next.

    `room`: what is added to the group must be smaller. `total` holds the closed thousands and millions, `group` the
    hundreds, tens and units being read, `part` what a following "hundred" multiplies.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.total = self.group = self.part = 0
        self.room, self.last_scale = 100, 0
        self.scale = 1.0
        self.first, self.joined, self.after_ten = True, False, False
        self.last = 0

    def join(self) -> bool:
        """Whether "and", "et" may stand here: after hundreds and thousands; in French after a ten too."""
        if self.joined or self.first:
            return False
        ok = self.last >= 100 or (self.lang == "fr" and self.last in (20, 30, 40, 50, 60, 70, 80, 90))
        self.joined = True
        return ok

    def add(self, word: str, value: int) -> bool:
        """Take the next word; False if the number ends before it."""
        joined, self.joined = self.joined, False
        if joined and self.lang == "fr" and 20 <= self.last < 100 and value not in (1, 11):
            return False
        if word in ("a", "an") and not self.first:
            return False
        done = self._scale(value) if value >= 100 else self._small(value)
        self.first, self.last = False, value
        return done

    def _scale(self, value: int) -> bool:
        shared = value if self.total == 0 else 1
        if value == 100:
            most = 9 if self.lang == "fr" and not 11 <= self.part <= 19 else 99
            counted = self.group == self.part and 0 < self.part <= most
            alone = self.group == 0 and (self.first or self.last >= 1000)  # "cent", "mille cent"
            if not (counted or alone):
                return False
            if self.part == 1 and self.lang == "fr":
                return False
            self.group, self.part, self.room = max(1, self.part) * 100, 0, 100
        elif self.group == 0 and self.total and value > 1000 and self.last >= 1000:
            self.total *= value  # "mille milliards", "three lakh crore"
            self.last_scale = value
        else:
            if self.group == 0 and not self.first:
                return False
            if self.last_scale and value >= self.last_scale:
                return False
            self.total += max(1, self.group) * value
            self.group = self.part = 0
            self.room, self.last_scale = 100, value
        self.scale = float(shared)
        return True

    def _small(self, value: int) -> bool:
        if value == 0:
            ok = self.first
            self.room = 0
            return ok
        if value == 20 and self.lang == "fr" and self.last == 4 and self.part == 4:
            self.group += 76  # "quatre-vingts"
            self.part, self.room = 80, 20
        elif value >= self.room or (self.after_ten and not 7 <= value <= 9):
            return False
        else:
            self.group += value
            self.part += value
            self.room = 10 if value >= 20 else 0
            if self.lang == "fr" and value in (60, 70, 80):
                self.room = 20 if value == 60 else 10
            self.after_ten = self.lang == "fr" and value == 10
            if self.after_ten:
                self.room = 10
        self.scale = 1.0
        return True
