# SPDX-License-Identifier: GPL-2.0-or-later
"""Predicates on what hosts say of themselves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.book.machines import (
    HostProbe,
    ImageIs,
    MemoryFor,
    NobodyListens,
    Output,
    SpaceFor,
)
from colorunbook.book.ports import Answers, Knock
from colorunbook.errors import InputError

IMAGE = ImageIs("/a/primary.qcow2", "qcow2", "10G")
TOLD = '{"virtual-size": 10737418240, "filename": "/a", "format": "qcow2", "dirty-flag": false}'
NONE = "qemu-img: Could not open '/a': No such file or directory"
MEMORY = "MemTotal:       24683520 kB\nMemAvailable:    1048576 kB\nBuffers:  1 kB\n"
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n"
HEAD6 = HEAD.replace("rem_", " " * 23 + "remote_")
V4 = HEAD + "   0: 00000000:232B 00000000:0000 0A 00000000:00000000 00:00000000\n"
MET = HEAD + "   1: 0100007F:232B 0200007F:270F 01 00000000:00000000 00:00000000\n"
V6 = HEAD6 + "   0: 00000000000000000000000000000000:270F " + "0" * 32 + ":0000 0A 0:0\n"

CASES: list[tuple[HostProbe, list[Output], bool | None, str]] = [
    (IMAGE, [Output(0, TOLD)], True, "qcow2 of 10737418240 bytes"),
    (IMAGE, [Output(0, f"a warning\n{TOLD}\n")], True, "qcow2 of 10737418240 bytes"),
    (replace(IMAGE, size="1G"), [Output(0, TOLD)], False, "qcow2 of 10737418240 bytes"),
    (replace(IMAGE, format="raw"), [Output(0, TOLD)], False, "qcow2 of 10737418240 bytes"),
    (IMAGE, [Output(1, NONE)], None, f"exit status 1, {NONE}"),
    (IMAGE, [Output(0, "{}")], None, "an answer like '{}'"),
    (IMAGE, [Output(0, "")], None, "an answer like 'nothing'"),
    (SpaceFor("/a", 7), [Output(0, f"Avail\n{7 << 20}\n")], True, "7 MiB"),
    (SpaceFor("/a", 7), [Output(0, f"     Avail\n  {(7 << 20) - 1}\n")], False, "6 MiB"),
    (SpaceFor("/a", 7), [Output(1, "df: /a: No such file")], None,
     "exit status 1, df: /a: No such file"),
    (SpaceFor("/a", 7), [Output(0, "Avail\n-\n")], None, "an answer like '-'"),
    (MemoryFor(1024), [Output(0, MEMORY)], True, "1024 MiB"),
    (MemoryFor(1025), [Output(0, MEMORY)], False, "1024 MiB"),
    (MemoryFor(1), [Output(0, "MemTotal: 5 kB")], None, "an answer like 'MemTotal: 5 kB'"),
    (NobodyListens((9003, 9999)), [Output(0, HEAD + HEAD6)], True, "no listener"),
    (NobodyListens((9003, 9999)), [Output(0, V4 + V6)], False,
     "listeners at 9003, 9999"),
    (NobodyListens((9003, 9999)), [Output(1, MET + "cat: no such file")], True,
     "no listener"),
    (NobodyListens((9004,)), [Output(0, V4 + V6)], True, "no listener"),
    (NobodyListens((9003,)), [Output(1, f"{HEAD6}cat: what")], None,
     "exit status 1, cat: what"),
]  # fmt: skip


@pytest.mark.parametrize(("probe", "outputs", "holds", "seen"), CASES)
def test_a_probe_judges_what_was_put_out(
    probe: HostProbe, outputs: list[Output], holds: bool | None, seen: str
) -> None:
    """Whether it holds, or nobody can tell, and what was there instead."""
    assert (holds, seen) == (probe.holds(outputs), probe.seen(outputs))


@pytest.mark.parametrize("probe", {type(case[0]): case[0] for case in CASES}.values())
@given(status=st.integers(0, 255), text=st.text() | st.from_regex(r"\{.*\}|\d+|MemAvailable:.*kB"))
def test_a_probe_survives_any_output(probe: HostProbe, status: int, text: str) -> None:
    """Whatever a program writes is no crash, and a failure of it no yes."""
    outputs = [Output(status, text) for _ in probe.questions]
    assert isinstance(probe.seen(outputs), str)
    assert probe.holds(outputs) in ({True, False, None} if status == 0 else {False, None})


def test_a_question_only_reads() -> None:
    """An image that a QEMU has locked is read all the same."""
    programs = {question[0] for case in CASES for question in case[0].questions}
    assert {"qemu-img", "df", "cat"} == programs
    assert ("qemu-img", "info", "--output=json", "-U", "/a/primary.qcow2") == IMAGE.questions[0]


def test_a_size_has_to_be_one() -> None:
    """It is held against a number of bytes."""
    with pytest.raises(InputError, match="'big' is not a size"):
        ImageIs("/a", "qcow2", "big")


@pytest.mark.parametrize(
    ("knock", "holds", "seen"),
    [
        (Knock.ANSWERS, True, "it answers"),
        (Knock.REFUSED, False, "it refuses"),
        (Knock.SILENT, None, "it is silent"),
    ],
)
def test_silence_of_a_port_tells_nothing(knock: Knock, holds: bool | None, seen: str) -> None:
    """Neither that somebody is there nor that nobody is."""
    probe = Answers("10.0.0.2", 9999)
    assert (holds, seen) == (probe.holds([knock]), probe.seen([knock]))
