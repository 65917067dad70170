# SPDX-License-Identifier: GPL-2.0-or-later
"""What is made fit for other eyes."""

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.visible import json_text, program_of


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("ipmitool -P secret off", "ipmitool and 3 words more"),
        ("off secret", "off and 1 word more"),
        ("off", "off"),
        ("sh -c 'off -P secret'", "sh and 2 words more"),
        ("off 'secret", "off and 1 word more"),
        ("PASSWORD=secret off", "PASSWORD=... and 1 word more"),
        ("", "(nothing)"),
    ],
)
def test_a_command_is_shown_by_its_program(command: str, shown: str) -> None:
    """One of the other words may be a password."""
    assert shown == program_of(command)


@given(st.lists(st.text()))
def test_no_other_word_is_shown(words: list[str]) -> None:
    """Whatever it is."""
    assert program_of(shlex.join(["off", *words])) == program_of(
        shlex.join(["off", *"x" * len(words)])
    )


@given(st.text())
def test_json_steers_no_terminal_and_says_the_same(text: str) -> None:
    """What a terminal would obey is escaped; read as JSON it is what it was."""
    assert json_text([text]).isprintable()
    assert [text] == json.loads(json_text([text]))


def test_letters_of_json_are_letters() -> None:
    """Of whatever language; and one that would steer a terminal is not."""
    assert '["\u00e4\u6f22", "\\u009b"]' == json_text(["\u00e4\u6f22", "\u009b"])
