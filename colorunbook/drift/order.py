# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in another order: whole sections first, then single commands."""

from bisect import bisect_left
from collections.abc import Sequence

from colorunbook.drift.chain import Pair


def sections(runbooks: Sequence[str], pairs: Sequence[Pair]) -> list[str]:
    """The runbooks that were found, in the order of the document.

    A runbook stands where the middle one of its commands stands.
    """
    places: dict[str, list[int]] = {}
    for pair in pairs:
        places.setdefault(runbooks[pair.ours], []).append(pair.theirs)
    middle = {book: sorted(found)[(len(found) - 1) // 2] for book, found in places.items()}
    return sorted(middle, key=lambda book: middle[book])


def moved_sections(order: Sequence[str], found: Sequence[str], sizes: dict[str, int]) -> list[str]:
    """The fewest sections, by the number of their commands, that have to move to be in order.

    :param order: the model's.
    :param found: the document's.
    """
    rank = {book: at for at, book in enumerate(order)}
    best: list[tuple[int, list[str]]] = []
    for at, book in enumerate(found):
        before = [b for one, b in zip(found[:at], best, strict=True) if rank[one] < rank[book]]
        weight, chain = max(before, key=lambda b: b[0], default=(0, list[str]()))
        best.append((weight + sizes[book], [*chain, book]))
    kept = max(best, key=lambda b: b[0], default=(0, list[str]()))[1]
    return [book for book in found if book not in kept]


def moved(runbooks: Sequence[str], pairs: Sequence[Pair], found: Sequence[str]) -> set[int]:
    """The fewest commands of the model that have to move, sections being where they are found."""
    rank = {book: at for at, book in enumerate(found)}
    placed = sorted(pairs, key=lambda pair: (rank[runbooks[pair.ours]], pair.ours))
    kept = _rising([pair.theirs for pair in placed])
    return {pair.ours for at, pair in enumerate(placed) if at not in kept}


def _rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising part."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(tops, number)
        tops[length:] = [number, *tops[length + 1 :]]
        before.append(ends[length - 1] if length else -1)
        ends[length:] = [at, *ends[length + 1 :]]
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept
