"""Passwords: which are taken, and their argon2id hashes.

In: a password as typed. Out: why it is refused; a hash; whether it is the one. Every look at a password costs one hash, also of a name
that nobody has, so that the time of an answer tells nobody which names exist. Left out: how often one may try (`throttle.py`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise
from secrets import token_bytes
from threading import Semaphore
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vigie.accounts.rules import Rules

Fault = Literal["short", "long", "common", "simple", "name"]
_LEET = str.maketrans("013457@$!", "oieastasi")


def fault(password: str, name: str, rules: Rules) -> Fault | None:
    """Why a password is not taken; None if it is. No rule of composition: length, and nothing that is tried first."""
    if len(password) > rules.most:
        return "long"
    if len(password) < rules.least:
        return "short"
    folded = fold(password)
    if len(set(folded)) < rules.distinct or _repeats(folded) or _runs(folded, rules):
        return "simple"
    own = fold(name).partition("@")[0]
    if len(own) >= 4 and own in folded and len(folded) - len(own) < 8:
        return "name"
    known = common() | rules.words
    if any(stem in known for stem in _stems(folded)):
        return "common"
    return None


def fold(text: str) -> str:
    """Without accents and capitals, as lists of common passwords are compared."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c))


def _stems(folded: str) -> set[str]:
    """The word inside "P@ssword-2026!": with and without what stands around it, digits read as letters."""
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", folded)
    found = {folded, bare}
    for one in (folded, bare):
        letters = re.sub(r"^[^a-z]+|[^a-z]+$", "", one.translate(_LEET))
        found |= {one.translate(_LEET), letters, re.sub(r"[^a-z]", "", letters), re.sub(r"[^a-z]", "", one)}
    found |= {stem[: len(stem) // n] for stem in found for n in (2, 3) if stem == stem[: len(stem) // n] * n}
    return {stem for stem in found if len(stem) >= 4}


def _repeats(folded: str) -> bool:
    """True for one short piece again and again."""
    return any(
        (folded[:size] * (len(folded) // size + 1))[: len(folded)] == folded
        for size in range(1, min(8, len(folded) // 2) + 1)
    )


def _runs(folded: str, rules: Rules) -> bool:
    steps = {pair for row in rules.rows for a, b in pairwise(row) for pair in ((a, b), (b, a), (a, a))}
    return sum(pair in steps for pair in pairwise(folded)) >= rules.run * (len(folded) - 1)


@cache
def common() -> frozenset[str]:
    """The list of common passwords, folded (data/accounts/common_passwords.txt)."""
    text = (files("vigie") / "data" / "accounts" / "common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line)


class Hasher:
    """Argon2id at the cost of the rules, so many at once as the memory allows.

    Attributes:
        computed: hashes worked out so far: what an answer costs, for tests.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._argon = PasswordHasher(
            time_cost=rules.passes, memory_cost=rules.memory_kib, parallelism=rules.lanes
        )
        self._places = Semaphore(rules.hashes_at_once)
        self.computed = 0
        self._blank = self._argon.hash(token_bytes(32))  # of no password: for names that nobody has

    def hash(self, password: str) -> str:
        with self._places:
            self.computed += 1
            return self._argon.hash(_bytes(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether it is the password of that hash. One hash is worked out, whatever is kept and typed."""
        typed = password if len(password) <= self._rules.most else ""
        with self._places:
            self.computed += 1
            try:
                same = self._argon.verify(kept or self._blank, _bytes(typed))
            except (VerificationError, InvalidHashError):
                return False
        return same and kept is not None and typed == password

    def outdated(self, kept: str) -> bool:
        """True if the hash costs another than the rules of today ask for."""
        return self._argon.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    """One form of what two keyboards write differently."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
