# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions to the person at the terminal."""

import asyncio
import os
import pty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from colorunbook.cli.person import ask_person


@contextmanager
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The far end of a terminal that standard input and error are on."""
    far, near = pty.openpty()
    with os.fdopen(near, "r") as reads, os.fdopen(os.dup(near), "w") as tells:
        monkeypatch.setattr("sys.stdin", reads)
        monkeypatch.setattr("sys.stderr", tells)
        try:
            yield far
        finally:
            monkeypatch.undo()
            os.close(far)


@pytest.mark.parametrize(
    ("typed", "answer"), [(b" 10.0.0.2\n", "10.0.0.2"), (b"\n", ""), (b"\x04", "")]
)
async def test_a_line_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, typed: bytes, answer: str
) -> None:
    """Without the blanks at its ends; the question stands before it. Ctrl-D says nothing."""
    with keyboard(monkeypatch) as far:
        asking = asyncio.create_task(ask_person("Which one"))
        await asyncio.sleep(0)
        assert os.read(far, 100).startswith(b"Which one: ")
        os.write(far, typed)
        async with asyncio.timeout(5):
            assert answer == await asking


async def test_a_question_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, although nobody has typed."""
    with keyboard(monkeypatch):
        asking = asyncio.create_task(ask_person("Which one"))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(5):
                await asking


async def test_without_a_terminal_nobody_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """It is not waited for an answer, and no question is put."""
    async with asyncio.timeout(5):
        assert await ask_person("Which one") is None
    assert ("", "") == capsys.readouterr()
