"""Maximum matching of gold facts and predictions, so that the order of either never changes a score.

In: for each gold fact, the predictions it agrees with. Out: the prediction given to each fact.
"""

from __future__ import annotations

from collections.abc import Sequence


def maximum_matching(edges: Sequence[Sequence[int]]) -> list[int | None]:
    """Give each left vertex at most one of its right vertices, as many as possible (augmenting paths).

    Left vertices are served in order, and one that is served stays served: put those that must be matched
    first.

    Args:
        edges: edges[i] = right vertices that left vertex i may take.
    Returns:
        For each left vertex the right vertex it got, or None.
    """
    owner: dict[int, int] = {}

    def serve(left: int, tried: set[int]) -> bool:
        for right in edges[left]:
            if right in tried:
                continue
            tried.add(right)
            if right not in owner or serve(owner[right], tried):
                owner[right] = left
                return True
        return False

    for left in range(len(edges)):
        serve(left, set())
    given: list[int | None] = [None] * len(edges)
    for right, left in owner.items():
        given[left] = right
    return given
