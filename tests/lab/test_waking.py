# SPDX-License-Identifier: GPL-2.0-or-later
"""Who stands still with what it has started is woken, and sees it end."""

import subprocess
from collections.abc import Iterable, Iterator

import psutil
import pytest

from colorunbook.lab import waking
from colorunbook.lab.waking import kill, wake


@pytest.fixture
def parent() -> Iterator[psutil.Process]:
    """One that has started a process and waits for its end, as ``nsenter`` does."""
    program = "sleep 300 & echo; wait"
    with subprocess.Popen(("sh", "-c", program), stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        assert b"\n" == shell.stdout.readline()
        found = psutil.Process(shell.pid)
        children = found.children()
        yield found
        for process in (found, *children):
            if process.is_running():
                process.kill()


def test_what_is_killed_is_gone_though_both_stand_still(
    parent: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that nobody takes notice of would be a zombie until the time is over."""
    monkeypatch.setattr(waking, "GONE", 5.0)
    (child,) = parent.children()
    for process in (child, parent):
        process.suspend()
    kill([child])
    assert not child.is_running()
    assert 0 == parent.wait(5)


def test_who_stops_late_is_woken_too(
    parent: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that stops because its child did may do so when that is dead already."""
    (child,) = parent.children()
    looks: list[int] = []

    def late(processes: Iterable[psutil.Process]) -> None:
        looks.append(len(looks))
        if len(looks) > 1:
            wake(processes)

    monkeypatch.setattr(waking, "wake", late)
    parent.suspend()
    kill([child])
    assert not child.is_running()
    assert 0 == parent.wait(5)


def test_what_has_gone_meanwhile_is_passed_over(parent: psutil.Process) -> None:
    """Whoever killed it."""
    (child,) = parent.children()
    child.kill()
    child.wait(5)
    parent.wait(5)
    kill([child])
    wake([child, parent])


def test_who_does_not_stand_still_is_let_be(parent: psutil.Process) -> None:
    """Nothing is sent to it."""
    wake([parent])
    assert parent.is_running()
    assert psutil.STATUS_STOPPED != parent.status()
