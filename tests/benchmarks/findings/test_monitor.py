# SPDX-License-Identifier: GPL-2.0-or-later
"""A session that may hang or end: here with somebody who gives back what they are sent."""

import subprocess
from collections.abc import Iterator

import pytest

from benchmarks.findings.monitor import OOB, Ended, Monitor, Reply, Silent

EVENT, LATE = '{"event": "STOP"}', '{"return": {}}'
OVERTAKES = f'{{"return": [], {OOB}}}'


@pytest.fixture
def echo() -> "Iterator[subprocess.Popen[bytes]]":
    """A process that says what it hears."""
    pipe = subprocess.PIPE
    with subprocess.Popen(["cat"], stdin=pipe, stdout=pipe) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("rows", [(EVENT, OVERTAKES, LATE), (LATE, EVENT, OVERTAKES)])
def test_a_reply_out_of_band_is_known_among_others(
    rows: tuple[str, ...], echo: "subprocess.Popen[bytes]"
) -> None:
    """Whichever comes first: the other one is there for whoever waits for it."""
    monitor, came = Monitor(echo), list[str]()
    for row in rows:
        monitor.send(row)
    heard = monitor.hear(10, came.append, oob=True)
    assert isinstance(heard, Reply)
    assert (OVERTAKES, [EVENT]) == (heard.text, came)
    assert Reply(LATE, {"return": {}}) == monitor.hear(10, came.append)


def test_one_that_says_nothing_is_silent(echo: "subprocess.Popen[bytes]") -> None:
    """It is not waited for without an end."""
    assert Silent() == Monitor(echo).hear(0, pytest.fail)


def test_one_that_has_gone_has_ended(echo: "subprocess.Popen[bytes]") -> None:
    """Whoever asks again is told again."""
    monitor = Monitor(echo)
    echo.kill()
    assert [Ended(), Ended()] == [monitor.hear(10, pytest.fail) for _ in range(2)]
    monitor.send(LATE)
    assert not monitor.event("STOP", 10, pytest.fail)


def test_an_event_is_waited_for(echo: "subprocess.Popen[bytes]") -> None:
    """What a program prints beside its session is no part of it."""
    monitor, came = Monitor(echo), list[str]()
    for row in ("wrote 512/512 bytes", LATE, EVENT):
        monitor.send(row)
    assert monitor.event("STOP", 10, came.append)
    assert [LATE, EVENT] == came
