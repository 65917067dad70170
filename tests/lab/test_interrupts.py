# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill that somebody ends: it ends at once, and its errors do not hide that."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from colorunbook.errors import Aborted, ColorunbookError, Unavailable
from colorunbook.lab.interrupts import SIGNALS, until_interrupted

END = Aborted("The drill was interrupted; its lab is gone.")


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_is_done_is_returned_and_what_fails_is_raised() -> None:
    """As if nobody had listened for a signal."""

    async def done() -> int:
        return 7

    async def failing() -> None:
        raise Unavailable("The guest has gone.")

    assert 7 == until_interrupted(done(), END)
    with pytest.raises(Unavailable, match="The guest has gone"):
        until_interrupted(failing(), END)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_it_where_it_waits(number: signal.Signals) -> None:
    """A runbook's errors are findings of a drill; this is none. What is held is let go."""
    seen: list[str] = []

    async def drill() -> None:
        try:
            with suppress(ColorunbookError):
                asyncio.get_running_loop().call_soon(os.kill, os.getpid(), number)
                await asyncio.Event().wait()
            seen.append("judged")
        finally:
            seen.append("let go")

    with pytest.raises(Aborted, match="The drill was interrupted; its lab is gone") as aborted:
        until_interrupted(drill(), END)
    assert (10, ["let go"]) == (aborted.value.exit_code, seen)


def test_a_second_signal_disturbs_nothing() -> None:
    """What is held is let go to its end."""
    seen: list[str] = []

    async def drill() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(9):
                await asyncio.sleep(0)
            seen.append("let go")

    with pytest.raises(Aborted):
        until_interrupted(drill(), END)
    assert ["let go"] == seen


def test_a_signal_that_is_ignored_stays_so() -> None:
    """Under nohup a drill goes on when its terminal has gone."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    async def drill() -> str:
        os.kill(os.getpid(), signal.SIGHUP)
        for _ in range(9):
            await asyncio.sleep(0)
        return "played"

    assert "played" == until_interrupted(drill(), END)
    assert signal.SIG_IGN == signal.getsignal(signal.SIGHUP)


def test_afterwards_signals_do_what_they_did() -> None:
    """The end of a lab can be interrupted as its making can."""

    def handler(_number: int, _frame: object) -> None:
        pass

    for number in SIGNALS:
        signal.signal(number, handler)

    async def drill() -> None:
        raise Unavailable("The guest has gone.")

    with pytest.raises(Unavailable):
        until_interrupted(drill(), END)
    assert {handler} == {signal.getsignal(number) for number in SIGNALS}
