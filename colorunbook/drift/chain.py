# SPDX-License-Identifier: GPL-2.0-or-later
"""The alignment of two lists of commands: one path through both, then what was left over.

The path is the cheapest one (dynamic programming, after Needleman and Wunsch). In a runbook it only
goes forward; from the end of one runbook it may go to the beginning of any other, so that a section
that stands elsewhere is found whole. Commands that recur in many runbooks are thereby told apart by
what stands around them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

MISSING = ADDED = 1.0
"""What it costs to leave out a command of the model, or one of the document."""

JUMP, BREAK = 0.6, 0.5
"""What it costs to go on in a runbook that is not the next one; and to leave one before its end, or
to enter one behind its beginning. There and back costs more than one lone command is worth."""

REMATCH = 0.9
"""How far apart commands may be that are found again out of the path."""

Costs = Sequence[dict[int, float]]
"""For each command of the document: the model's commands that it may be, and how far apart."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A command of the model (by index) and the one of the document that it was found in."""

    ours: int
    theirs: int
    cost: float


def align(
    runbooks: Sequence[str], weights: Sequence[float], costs: Costs, pinned: frozenset[int]
) -> list[Pair]:
    """Pair commands; each is in one pair at most.

    :param runbooks: the runbook of each command of the model, each runbook in one piece.
    :param weights: what it costs that a command of the model is missing.
    :param pinned: the document's commands that are not looked for out of the path.
    """
    path = _freed(runbooks, costs, _once(runbooks, _path(_steps(runbooks), weights, costs)))
    return sorted(path + _again(path, costs, pinned), key=lambda pair: pair.theirs)


def _path(step: Sequence[Sequence[float]], weights: Sequence[float], costs: Costs) -> list[Pair]:
    """The cheapest path, where each pair saves what its two commands would cost alone."""
    size = len(weights)
    best = [0.0] * size  # of the paths that end at each command of the model
    last: list[int | None] = [None] * size
    pairs: list[tuple[Pair, int | None]] = []
    for theirs, options in enumerate(costs):
        found: list[tuple[int, float, int]] = []
        for ours, cost in options.items():
            saved = weights[ours] + ADDED - cost
            if saved <= 0:
                continue
            total, before = step[size][ours], None
            for other in range(size):
                if last[other] is not None and (way := best[other] + step[other][ours]) < total:
                    total, before = way, last[other]
            pairs.append((Pair(ours, theirs, cost), before))
            found.append((ours, total - saved, len(pairs) - 1))
        for ours, total, place in found:
            if last[ours] is None or total < best[ours]:
                best[ours], last[ours] = total, place
    ends = [
        (best[one] + step[one][size], last[one]) for one in range(size) if last[one] is not None
    ]
    at = min(ends, key=lambda end: end[0])[1] if ends else None
    path: list[Pair] = []
    while at is not None:
        pair, at = pairs[at]
        path.append(pair)
    return path[::-1]


def _steps(runbooks: Sequence[str]) -> list[list[float]]:
    """What it costs to go from one command of the model to another.

    The last row and the last column stand for the beginning and the end.
    """
    size = len(runbooks)
    first = [runbooks.index(book) for book in runbooks]
    after = [size - runbooks[::-1].index(book) for book in runbooks]
    table = [[0.0] * (size + 1) for _ in range(size + 1)]
    for one in range(size):
        leaving = BREAK if one + 1 < after[one] else 0.0
        entering = BREAK if one > first[one] else 0.0
        table[one][size] = leaving
        table[size][one] = entering + (JUMP if first[one] else 0.0)
        for two in range(size):
            if first[one] == first[two]:
                table[one][two] = 0.0 if two > one else inf
            else:
                jump = 0.0 if after[one] == first[two] else JUMP
                table[one][two] = leaving + jump + (BREAK if two > first[two] else 0.0)
    return table


def _once(runbooks: Sequence[str], path: list[Pair]) -> list[Pair]:
    """Of a runbook that the path goes through twice, keep for each command the fuller visit's."""
    visits: list[list[Pair]] = []
    for pair in path:
        last = visits[-1][-1] if visits else None
        if last and runbooks[last.ours] == runbooks[pair.ours] and last.ours < pair.ours:
            visits[-1].append(pair)
        else:
            visits.append([pair])
    visits.sort(key=lambda visit: sum(pair.cost for pair in visit) / len(visit) - len(visit))
    taken: set[int] = set()
    kept: list[Pair] = []
    for visit in visits:
        kept += [pair for pair in visit if pair.ours not in taken]
        taken |= {pair.ours for pair in visit}
    return kept


def _freed(runbooks: Sequence[str], costs: Costs, path: list[Pair]) -> list[Pair]:
    """Give up a pair whose command stands in the same runbook as it is, only elsewhere.

    Two commands that changed places with one between them are two that moved, as well.
    """
    exact = {pair.ours for pair in path if not pair.cost}

    def stands_elsewhere(pair: Pair) -> bool:
        return any(
            cost == 0.0 and ours not in exact and runbooks[ours] == runbooks[pair.ours]
            for ours, cost in costs[pair.theirs].items()
        )

    return [pair for pair in path if not pair.cost or not stands_elsewhere(pair)]


def _again(path: list[Pair], costs: Costs, pinned: frozenset[int]) -> list[Pair]:
    """Commands that were moved: what the path left over on both sides, the closest first."""
    ours = {pair.ours for pair in path}
    theirs = {pair.theirs for pair in path}
    where = {pair.ours: pair.theirs for pair in path}
    left = [
        (cost, abs(_expected(one, where) - two), one, two)
        for two, options in enumerate(costs)
        if two not in theirs and two not in pinned
        for one, cost in options.items()
        if one not in ours and cost <= REMATCH
    ]
    found: list[Pair] = []
    for cost, _, one, two in sorted(left):
        if one not in ours and two not in theirs:
            found.append(Pair(one, two, cost))
            ours.add(one)
            theirs.add(two)
    return found


def _expected(one: int, where: dict[int, int]) -> float:
    """Where a command would stand, by the nearest one of the model that was found."""
    near = min(where, key=lambda other: abs(other - one), default=None)
    return 0.0 if near is None else where[near] + (0.5 if one > near else -0.5)
