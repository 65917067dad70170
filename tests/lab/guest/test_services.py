# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's services: how they count, and how the guest says that it is up."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.lab.guest.recipe import PROGRAMS, program
from colorunbook.lab.guest.services import (
    ACKNOWLEDGED,
    CLOCK,
    FAILED,
    UP,
    Question,
    Said,
    Service,
    said,
)

FILES = Path("colorunbook/lab/guest/files")


def answers(service: str, requests: str) -> str:
    """What a service answers, run by this machine's shell."""
    path = Path(__file__).parents[3] / FILES / service
    ended = subprocess.run(
        ("sh", str(path)), input=requests.encode(), capture_output=True, check=True, timeout=20
    )
    return ended.stdout.decode()


# Shells differ in what echo makes of a backslash; the guest's makes nothing of it.
TEXTS = st.text(st.characters(exclude_characters="\0\n\\", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_answers_are_counted_and_carry_the_text(texts: list[str]) -> None:
    """An answer a line, numbered from 1, with the text as it came, blanks and all."""
    expected = "".join(f"{number} {text}\n" for number, text in enumerate(texts, 1))
    assert expected == answers("memory", "".join(f"{text}\n" for text in texts))


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_scripts_can_be_read_by_a_shell(name: str) -> None:
    """A slip of the pen is seen before the guest boots."""
    subprocess.run(("sh", "-n"), input=program(name), check=True, timeout=20)


def test_the_ports_are_those_that_the_guest_listens_on() -> None:
    """They are known in two places."""
    listening = re.findall(
        r"^nc -ll -p (\d+) -e /services/(\w+) &$", program("init").decode(), re.MULTILINE
    )
    assert [(str(each.value), each.name.lower()) for each in Service] == listening


def test_the_questions_are_those_that_are_answered() -> None:
    """They are known in two places."""
    answered = re.findall(r"^ +(\w+)\) ", program("status").decode(), re.MULTILINE)
    assert [each.value for each in Question] == answered


@pytest.mark.parametrize("question", ["", "tick", "*", "uptime "])
def test_an_unknown_question_is_answered_too(question: str) -> None:
    """A client that waits for an answer gets one."""
    assert "1 unknown\n" == answers("status", f"{question}\n")


def test_the_files_of_data_are_those_that_are_written() -> None:
    """They are known in two places."""
    assert f"/data{ACKNOWLEDGED}".encode() in program("disk")
    assert f"/data{CLOCK}".encode() in program("clock")


def test_a_line_is_synced_before_it_is_answered() -> None:
    """The answer is given only if both the write and the sync went well."""
    script = program("disk").decode()
    assert 'if echo "$n $text" >> /data/acknowledged && sync /data/acknowledged; then' in script


def test_the_console_of_a_guest_that_is_up() -> None:
    """The line is found among others, as a serial line ends them."""
    console = "SYSLINUX 6.04\r\nguest: up 10.0.0.10 3.21\r\nmore\r\n"
    assert Said(True, "10.0.0.10 3.21") == said(console)


def test_the_console_of_a_guest_that_failed() -> None:
    """It says why."""
    assert Said(False, "no disk on IDE") == said("x\nguest: failed no disk on IDE\n")


@pytest.mark.parametrize("console", ["", "guest: u", "guest: up 10.0.0.10 3.2", "# guest: up x\n"])
def test_the_console_of_a_guest_that_boots(console: str) -> None:
    """Half a line says nothing yet, and neither does one that only mentions it."""
    assert said(console) is None


def test_the_guest_says_what_is_looked_for() -> None:
    """They are known in two places."""
    script = program("init").decode()
    assert f'echo "{UP} ' in script
    assert f'echo "{FAILED} ' in script
