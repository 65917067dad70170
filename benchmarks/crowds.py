# SPDX-License-Identifier: GPL-2.0-or-later
"""What it costs to do a runbook on many pairs at once: time, and memory."""

import json
from collections.abc import Iterator, Sequence

from benchmarks.child import python
from benchmarks.crowding import Things
from benchmarks.effort import Effort
from benchmarks.machines import bare_machines
from benchmarks.row import Row, Unit
from benchmarks.taking import Measure, in_turn

SIZES = (1, 3, 10, 30, 100)
ALLOWED = 2e6
"""Bytes that a pair may take."""


def rows(effort: Effort) -> Iterator[Row]:
    """Ever more pairs of real QEMUs, all at once."""
    sizes = SIZES[:3] if effort.quick else SIZES
    with bare_machines(2 * sizes[-1]) as machines:
        sockets = [str(paths[0]) for paths in machines]
        for size in sizes:
            yield from _of_size(size, sockets[: 2 * size], effort)
        most = sizes[-1]
        grown = _each(sockets, most)
        taken = in_turn(effort.rounds(5), grown, lambda: ALLOWED)
        what = f"memory of each of {most} pairs"
        yield Row("crowd/memory", what, "what it may be", 1.0, *taken, Unit.BYTES, most)
        if most > 10:
            few = _each(sockets, 10)
            taken = in_turn(effort.rounds(5), grown, few)
            yield Row("crowd/linear", what, "each of 10", 1.2, *taken, Unit.BYTES, most)
        yield from _made_of(sockets[:20], effort)


def _made_of(sockets: Sequence[str], effort: Effort) -> Iterator[Row]:
    """What the time of a few pairs is made of."""
    size = len(sockets) // 2
    threads, chardevs = Things.THREADS, Things.CHARDEVS
    same, bare = f"the same on {size} pairs", "bare asyncio sockets"
    rows = (
        ("client", f"{same}, over ``qemu.qmp`` alone", bare, "client", "bare", threads),
        ("engine", f"{same}, by the engine", "``qemu.qmp`` alone", "quiet", "client", threads),
        (
            "asking",
            f"{same}, with the peer asked before each step",
            bare,
            "quiet",
            "bare",
            chardevs,
        ),
    )
    for name, what, against, ours, floor, things in rows:
        measures = (_seconds(how, sockets, things) for how in (ours, floor))
        yield Row(f"crowd/{name}", what, against, None, *in_turn(effort.rounds(10), *measures))


def _of_size(size: int, sockets: Sequence[str], effort: Effort) -> Iterator[Row]:
    rounds = effort.rounds(10 if size < 100 else 6)
    what = f"a runbook on {size} pair{'s' if size > 1 else ''} at once"
    for how, name in (("quiet", f"pairs-{size}"), ("journal", f"journals-{size}")):
        taken = in_turn(rounds, _seconds(how, sockets), _seconds("bare", sockets))
        told = what if how == "quiet" else f"{what}, each with a journal"
        wanted = 1.5 if how == "quiet" else None
        yield Row(f"crowd/{name}", told, "bare asyncio sockets", wanted, *taken, size=size)


def _seconds(how: str, sockets: Sequence[str], things: Things = Things.THREADS) -> Measure:
    return lambda: _measured(how, sockets, things)[0]


def _each(sockets: Sequence[str], size: int) -> Measure:
    """The bytes that each of some pairs adds to the first one."""

    def measure() -> float:
        alone, all_ = (_measured("quiet", sockets[: 2 * n])[1] for n in (1, size))
        return (all_ - alone) / (size - 1)

    return measure


def _measured(
    how: str, sockets: Sequence[str], things: Things = Things.THREADS
) -> tuple[float, float]:
    told = json.loads(python("-m", "benchmarks.crowding", how, things.value, *sockets))
    return float(told[0]), float(told[1])
