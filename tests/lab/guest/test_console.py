# SPDX-License-Identifier: GPL-2.0-or-later
"""The serial console of a booting guest, read from a file that somebody writes."""

import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.guest.console import until_up
from colorunbook.lab.guest.services import FAILED, UP

SILENCE = 0.5


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the firmware says."""
    path = tmp_path / "qemu-10.0.0.1.log"
    path.write_bytes(b"SeaBIOS\r\n\xff\xfe")
    return path


def saying(log: Path, text: str, runs: bool = True) -> Callable[[], bool]:
    """A QEMU that writes this at the moment at which it is asked whether it runs."""

    def asked() -> bool:
        with log.open("a") as file:
            file.write(text)
        return runs

    return asked


async def test_it_is_up_when_it_says_so(log: Path) -> None:
    """And it is told how long that took."""
    begun = time.monotonic()
    took = await until_up(log, saying(log, f"\r\n{UP} 10.0.0.10 11.52\r\n"))
    assert 0 <= took <= time.monotonic() - begun


async def test_half_a_word_is_none(log: Path) -> None:
    """The line has to be whole; it is read again when more has come."""
    said: list[bool] = []

    def asked() -> bool:
        piece = ("\n", UP, " 10.0.0.10 11.52", "\r\n")[len(said)]
        said.append(saying(log, piece)())
        return True

    await until_up(log, asked)
    assert 4 == len(said)


async def test_a_guest_that_gives_up_says_why(log: Path) -> None:
    """Its reason is passed on, with the place of the log."""
    with pytest.raises(Unavailable, match=r"does not come up: no disk\..*qemu-10\.0\.0\.1\.log"):
        await until_up(log, saying(log, f"\r\n{FAILED} no disk\r\n"))


async def test_a_qemu_that_has_ended_is_not_waited_for(log: Path) -> None:
    """Its guest cannot come up any more."""
    with pytest.raises(Unavailable, match="QEMU has ended while it booted"):
        await until_up(log, lambda: False)


async def test_what_was_said_before_the_end_counts(log: Path) -> None:
    """Also where the QEMU ended just after."""
    await until_up(log, saying(log, f"\r\n{UP} 10.0.0.10 11.52\r\n", runs=False))


async def test_a_guest_that_falls_silent_is_given_up(log: Path) -> None:
    """After the bound, and not before."""
    begun = time.monotonic()
    with pytest.raises(TimedOut, match=r"has said nothing for 0\.5 s"):
        await until_up(log, lambda: True, SILENCE)
    assert SILENCE <= time.monotonic() - begun


async def test_a_slow_guest_that_goes_on_speaking_is_waited_for(log: Path) -> None:
    """The bound is one of the silence, and none of the whole."""
    begun = time.monotonic()
    pieces = cycle((".", ""))  # silent now and then, for less than the bound

    def asked() -> bool:
        late = time.monotonic() - begun > 3 * SILENCE
        return saying(log, f"\r\n{UP} 10.0.0.10 11.52\r\n" if late else next(pieces))()

    assert 3 * SILENCE <= await until_up(log, asked, SILENCE)


async def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    """It is said which one, and why."""
    with pytest.raises(Unavailable, match=r"none\.log cannot be read: No such file"):
        await until_up(tmp_path / "none.log", lambda: True)
