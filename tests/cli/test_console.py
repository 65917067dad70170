# SPDX-License-Identifier: GPL-2.0-or-later
"""What is put out: whatever QEMU says, a terminal takes it for text."""

import io
import json
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colorunbook.cli.console import begin, give, give_json, paint, say

C1 = "".join(map(chr, range(0x7F, 0xA0)))
HOSTILE = f"\x1b]0;owned\x07{C1}\u202e\u2028\udcff\U000e0001\x1b[8mé€𝄞"

texts = st.text(st.one_of(st.characters(), st.characters(max_codepoint=0x9F)))


class Terminal(io.StringIO):
    """One that shows colours, or not."""

    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def put(text: str, *, tty: bool) -> tuple[str, str]:
    """What comes out of a text that is said and given: errors, data."""
    with pytest.MonkeyPatch.context() as patch:
        out, err = Terminal(tty=tty), Terminal(tty=tty)
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setenv("TERM", "xterm")
        patch.delenv("NO_COLOR", raising=False)
        begin(paint(text, "dim"))
        say(text)
        give(text)
        return err.getvalue(), out.getvalue()


def data(text: str, *, indent: int | None) -> str:
    """What comes out of it as data for a program."""
    with pytest.MonkeyPatch.context() as patch:
        out = Terminal(tty=True)
        patch.setattr(sys, "stdout", out)
        give_json({text: [text]}, indent=indent)
        return out.getvalue()


def is_text(shown: str) -> bool:
    """Whether nothing in it steers a terminal."""
    return all(character.isprintable() or character == "\n" for character in shown)


@given(texts, st.booleans())
@example(HOSTILE, True)
@example(HOSTILE, False)
def test_nothing_that_is_said_steers_a_terminal(text: str, tty: bool) -> None:
    """Only our own colours do, and only where there are any."""
    err, out = put(text, tty=tty)
    if tty:
        assert err.startswith("\x1b[2m")
        err = err.removeprefix("\x1b[2m").replace("\x1b[0m", "", 1)
    assert is_text(err)
    assert is_text(out)


@given(texts, st.sampled_from([None, 2]))
@example(HOSTILE, None)
def test_no_data_steers_a_terminal(text: str, indent: int | None) -> None:
    """Somebody may look at it; and nothing of it is lost."""
    shown = data(text, indent=indent)
    assert is_text(shown)
    assert {text: [text]} == json.loads(shown)


def test_data_is_escaped_as_json_does() -> None:
    """And letters stay letters."""
    assert '{"\\u0085\\u009b\\u007fé𝄞": ["\\u0085\\u009b\\u007fé𝄞"]}\n' == data(
        "\x85\x9b\x7fé𝄞", indent=None
    )
