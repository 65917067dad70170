# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill in three lines of a terminal: the longest waits, what happened then, and the key."""

import math
from collections.abc import Sequence
from typing import Final

from colorunbook.drill.parts import SpanKind
from colorunbook.drill.result import Result
from colorunbook.drill.words import took

WIDTH: Final = 72
"""Characters of a line, where nothing else is said."""

_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN = "_.:-=+*#"
_MARKS = {
    SpanKind.FAULT: "x",
    SpanKind.FAILOVER: "o",
    SpanKind.ALIVE: "a",
    SpanKind.FENCE: "f",
    SpanKind.RESUME: "r",
    SpanKind.PROTECT: "p",
    SpanKind.REPAIR: "m",
    SpanKind.BOOT: "b",
    SpanKind.DETECTION: "d",
}
"""Where several fall into one place, the first of these is shown."""

_LOST = "!"
_SHORTEST = 1e-6
"""What is shorter is shown as this long: a logarithm has no place for nought."""


def sparkline(result: Result, width: int = WIDTH, *, plain: bool = False) -> str:
    """Draw a drill.

    The first line has the longest wait of each stretch of time, on a logarithmic scale: a request
    counts wherever it was under way. Where one was never answered it has a ``!``, where there was
    none a blank. The second line has a letter where something began, the third says what they mean.

    :param plain: with nothing but ASCII.
    """
    blocks = _PLAIN if plain else _BLOCKS
    waits = _waits(result, width)
    real = [wait for wait in waits if wait is not None and math.isfinite(wait)]
    least, most = min(real, default=0.0), max(real, default=0.0)
    line = "".join(_block(wait, least, most, blocks) for wait in waits)
    marks = [" "] * width
    shown = [k for k in _MARKS if any(span.kind is k for span in result.spans)]
    for kind in reversed(shown):
        for span in result.spans:
            if span.kind is kind:
                marks[_place(span.begin, result.seconds, width)] = _MARKS[kind]
    key = [f"{blocks[0]} {took(least)}", f"{blocks[-1]} {took(most)}"] if real else []
    key += [f"{_LOST} never answered"] if _LOST in line else []
    key += [f"{_MARKS[kind]} {kind.value}" for kind in shown]
    return "\n".join((line.rstrip(), "".join(marks).rstrip(), "   ".join(key)))


def _waits(result: Result, width: int) -> Sequence[float | None]:
    """The longest wait in each place; infinity: one had no end, ``None``: nobody waited."""
    found: list[float | None] = [None] * width
    for sample in result.samples:
        wait = math.inf if sample.latency is None else max(sample.latency, _SHORTEST)
        first = _place(sample.sent, result.seconds, width)
        last = first if sample.latency is None else _place(
            sample.sent + sample.latency, result.seconds, width
        )  # fmt: skip
        for place in range(first, last + 1):
            found[place] = max(found[place] or 0.0, wait)
    return found


def _place(time: float, seconds: float, width: int) -> int:
    part = min(max(time, 0.0), seconds) / seconds if seconds > 0 else 0.0
    return min(int(part * width), width - 1)


def _block(wait: float | None, least: float, most: float, blocks: str) -> str:
    if wait is None:
        return " "
    if math.isinf(wait):
        return _LOST
    if most <= least:
        return blocks[0]
    part = math.log(wait / least) / math.log(most / least)
    return blocks[round(part * (len(blocks) - 1))]
