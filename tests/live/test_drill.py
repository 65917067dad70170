# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill on live QEMU, as a person plays it: what it finds, what it keeps, what it leaves."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil
import pytest

from colorunbook.drill.answers import Flaw
from colorunbook.drill.parts import SpanKind
from colorunbook.drill.result import Result, read
from colorunbook.lab import genesis, runtime

pytestmark = pytest.mark.live

SHORT: Final = ("secondary-failover", "--connections", "1", "--rest", "1")
RESUMES: Final = "  10.0.0.2 carries on"
"""What is said when the primary has died and its host is about to be given a new QEMU."""


class Playing:
    """A drill that goes on.

    :ivar said: what it has said so far, a line each.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said: list[str] = []

    def until(self, line: str) -> None:
        """Wait until it says something that begins like this."""
        assert self.process.stderr is not None
        for said in self.process.stderr:
            self.said.append(said.rstrip("\n"))
            if said.startswith(line):
                return
        raise AssertionError("\n".join(self.said))

    @property
    def everything(self) -> list[psutil.Process]:
        """All processes of it and of its lab, which is a child of it."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def qemu_of(self, address: str) -> psutil.Process:
        """The QEMU that serves the monitor of a host."""
        found: list[psutil.Process] = []
        for each in self.everything:
            with suppress(psutil.NoSuchProcess):
                words = each.cmdline()
                if "qemu-system" in words[0] and any(f"{address}.qmp" in word for word in words):
                    found.append(each)
        (only,) = found
        return only

    def ended(self) -> tuple[int, str]:
        """Wait for its end: the exit code, and what it put out."""
        out, rest = self.process.communicate(timeout=200)
        self.said += rest.splitlines()
        return self.process.returncode, out

    @property
    def is_on_disk(self) -> bool:
        """Whether its lab has a folder."""
        return f"drill-{self.process.pid}" in runtime.names()


@contextmanager
def played(words: Sequence[str]) -> Iterator[Playing]:
    """A drill; its end is the test's at the latest."""
    command = (sys.executable, "-m", "colorunbook", "drill", *words)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Playing(process)
        finally:
            process.kill()


def still_there(processes: Sequence[psutil.Process]) -> list[str]:
    """Those that the kernel has not let go within its time."""
    _, there = psutil.wait_procs(processes, timeout=30)
    return [f"{each}" for each in there]


def test_no_client_notices_that_the_primary_died(tmp_path: Path) -> None:
    """The program says so, and its result does: every answer is right, every line on the disk.

    The result and the picture are kept, and of the lab nothing is.
    """
    out, picture = tmp_path / "result.json", tmp_path / "picture.svg"
    with played((*SHORT, "--json", "--out", f"{out}", "--picture", f"{picture}")) as drill:
        drill.until("The guest is protected")
        there = drill.everything
        assert drill.is_on_disk
        code, told = drill.ended()
        assert 0 == code, "\n".join(drill.said)
    result = read(out)
    assert result == Result.from_json(json.loads(told))
    assert result.is_flawless
    assert [2, 2] == [len(result.connections), result.survived]
    assert all(each.right == each.sent > 0 for each in result.connections)
    assert result.disk is not None
    assert result.disk.acknowledged > 0
    assert () == result.disk.findings
    kinds = [span.kind for span in result.spans]
    for kind in SpanKind.FAULT, SpanKind.DETECTION, SpanKind.FAILOVER, SpanKind.RESUME:
        assert 1 == kinds.count(kind)
    assert picture.read_text().startswith("<svg ")
    assert [] == still_there(there)
    assert not drill.is_on_disk


@pytest.mark.parametrize(
    ("number", "after"),
    [
        (signal.SIGINT, RESUMES),
        pytest.param(signal.SIGTERM, "The guest is up", marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, "The guest is protected", marks=pytest.mark.long),
        pytest.param(signal.SIGINT, "Both hosts have lost", marks=pytest.mark.long),
    ],
)
def test_a_drill_that_is_interrupted_leaves_nothing(number: signal.Signals, after: str) -> None:
    """It ends with 10 and one sentence; its lab is gone, with every process of it."""
    with played(SHORT) as drill:
        drill.until(after)
        there, before = drill.everything, len(drill.said)
        drill.process.send_signal(number)
        assert (10, "") == drill.ended(), "\n".join(drill.said)
    assert ["colorunbook: error: The drill was interrupted; its lab is gone."] == drill.said[
        before:
    ]
    assert [] == still_there(there)
    assert not drill.is_on_disk


def test_the_lab_of_a_drill_that_is_killed_ends_with_it() -> None:
    """No process of it is left; its folder goes when the next lab is made."""
    with played(SHORT) as drill:
        drill.until(RESUMES)
        there = drill.everything
        drill.process.kill()
        drill.ended()
    assert [] == still_there(there)
    genesis.sweep(runtime.labs())
    assert not drill.is_on_disk


@pytest.mark.long
def test_a_pair_that_loses_both_is_found_out(tmp_path: Path) -> None:
    """Nobody carries on: it ends with 1, each connection is told of, and the result is kept.

    What was acknowledged is on the disk of the primary all the same.
    """
    out = tmp_path / "result.json"
    with played((*SHORT, "--out", f"{out}")) as drill:
        drill.until("The guest is protected")
        heir = drill.qemu_of("10.0.0.2")
        drill.until("kill: 10.0.0.1")
        heir.kill()
        code, told = drill.ended()
        assert 1 == code, "\n".join(drill.said)
    result = read(out)
    assert not result.is_flawless
    assert 0 == result.survived
    (early,) = [found.text for found in result.findings if found.flaw is Flaw.DRILL]
    assert early.startswith("The drill ended early: ")
    assert [[Flaw.SILENT]] * 2 == [[f.flaw for f in each.findings] for each in result.connections]
    assert result.disk is not None
    assert () == result.disk.findings
    assert [1] * len(result.findings) == [told.count(found.text) for found in result.findings]
