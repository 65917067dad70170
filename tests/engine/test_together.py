# SPDX-License-Identifier: GPL-2.0-or-later
"""What is begun at the same time, and ended with whoever wanted it."""

import asyncio

import pytest

from colorunbook.engine.together import together
from tests.hurry import hurry, now


async def slow(seconds: float, ended: list[str]) -> float:
    """Take so long, and tell how it ended."""
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        ended.append(f"{seconds:g} cut")
        raise
    ended.append(f"{seconds:g} done")
    return seconds


async def broken() -> float:
    """Fail at once."""
    raise LookupError("nothing there")


def test_all_take_as_long_as_the_slowest() -> None:
    """And come in the order in which they were wanted."""

    async def work() -> tuple[list[float], int]:
        start = now()
        async with together(slow(each, []) for each in (2, 1, 3)) as doing:
            found = [await each for each in doing]
        return found, round(now() - start)

    assert ([2, 1, 3], 3) == hurry(work())


def test_whoever_leaves_ends_the_rest() -> None:
    """Before anything else is done."""
    ended: list[str] = []

    async def work() -> list[str]:
        async with together(slow(each, ended) for each in (1, 2, 3)) as doing:
            await doing[0]
        return [*ended]

    assert ["1 done", "2 cut", "3 cut"] == hurry(work())


def test_a_failure_is_told_when_its_turn_comes() -> None:
    """So an account tells of the first, not of the fastest."""
    ended: list[str] = []

    async def work() -> None:
        async with together((slow(1, ended), broken(), slow(2, ended))) as doing:
            for each in doing:
                await each

    with pytest.raises(LookupError, match="nothing there"):
        hurry(work())
    assert ["1 done", "2 cut"] == ended


def test_a_failure_that_nobody_came_to_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """Nor complained of by the loop of events."""

    async def work() -> None:
        async with together((slow(1, []), broken())) as doing:
            await doing[0]

    hurry(work())
    assert [] == caplog.records
