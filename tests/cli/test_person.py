# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions to the person at the terminal."""

import asyncio
import os
import pty
from collections.abc import Iterator

import pytest

from colorunbook.cli.person import ask_person


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The far end of a terminal that standard input and error are on."""
    far, near = pty.openpty()
    with open(near, closefd=False) as reads, open(near, "w", closefd=False) as tells:
        monkeypatch.setattr("sys.stdin", reads)
        monkeypatch.setattr("sys.stderr", tells)
        yield far
    os.close(near)
    os.close(far)


async def test_a_line_is_an_answer(keyboard: int) -> None:
    """Without the blanks at its ends; the question stands before it."""
    asking = asyncio.create_task(ask_person("Which one"))
    await asyncio.sleep(0)
    assert os.read(keyboard, 100).startswith(b"Which one: ")
    os.write(keyboard, b" 10.0.0.2\n")
    assert "10.0.0.2" == await asking


async def test_the_end_of_the_input_is_an_empty_answer(keyboard: int) -> None:
    """Ctrl-D says nothing."""
    asking = asyncio.create_task(ask_person("Which one"))
    await asyncio.sleep(0)
    os.write(keyboard, b"\x04")
    assert "" == await asking


async def test_a_question_can_be_given_up(keyboard: int) -> None:
    """At once, although nobody has typed."""
    asking = asyncio.create_task(ask_person("Which one"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(1):
            await asking
    assert b"Which one: " == os.read(keyboard, 100)


async def test_without_a_terminal_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not waited for an answer, and no question is put."""
    with open(os.devnull) as nothing:  # noqa: PTH123
        monkeypatch.setattr("sys.stdin", nothing)
        assert await ask_person("Which one") is None
    assert ("", "") == capsys.readouterr()
