# SPDX-License-Identifier: GPL-2.0-or-later
"""One life of one process."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from signal import SIGKILL

import pytest

from colorunbook.errors import TimedOut, Unavailable
from colorunbook.lab.life import Life


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that sleeps."""
    with subprocess.Popen(("sleep", "60")) as process:
        yield process
        process.kill()


def test_a_zombie_is_over(sleeper: subprocess.Popen[bytes]) -> None:
    """A life is over when the process has ended, reaped or not."""
    life = Life.of(sleeper.pid)
    assert not life.is_over
    life.send(SIGKILL)
    life.wait(5)
    assert life.is_over


def test_another_owner_of_the_pid(sleeper: subprocess.Popen[bytes]) -> None:
    """Who has the pid of an earlier life gets none of its signals."""
    earlier = replace(Life.of(sleeper.pid), born=1)
    assert earlier.is_over
    earlier.send(SIGKILL)
    earlier.wait(5)
    assert sleeper.poll() is None


def test_another_boot(sleeper: subprocess.Popen[bytes]) -> None:
    """A life of another boot is over, whatever its numbers."""
    assert replace(Life.of(sleeper.pid), boot="0").is_over


def test_waiting_is_bounded(sleeper: subprocess.Popen[bytes]) -> None:
    """Waiting for one that goes on living ends with its bound."""
    with pytest.raises(TimedOut, match="did not end within"):
        Life.of(sleeper.pid).wait(0.01)


def test_no_process() -> None:
    """A pid that no one has is no life."""
    with pytest.raises(Unavailable):
        Life.of(2**22 + 1)


def test_what_lives_is_not_ending(sleeper: subprocess.Popen[bytes]) -> None:
    """It has its number, and neither before its end nor after it is it on its way there."""
    life = Life.of(sleeper.pid)
    assert not life.is_ending
    assert not life.has_left_its_pid
    life.send(SIGKILL)
    sleeper.wait()
    assert not life.is_ending
    assert life.has_left_its_pid
