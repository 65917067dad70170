# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that outlives the one that starts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from colorunbook.engine.process import Qemu


def started(*argv: str, output: Path) -> Qemu:
    """Start a program that writes into a file."""
    with output.open("wb") as file:
        return Qemu.start(argv, stdin=None, stdout=file.fileno(), stderr=file.fileno())


def wait_for(qemu: Qemu) -> None:
    """See it end; its owner has not collected it."""
    os.waitid(os.P_PID, qemu.pid, os.WEXITED | os.WNOWAIT)


def test_an_end_is_seen_once_and_for_all(tmp_path: Path) -> None:
    """It is collected, and not asked for again."""
    qemu = started("true", output=tmp_path / "log")
    wait_for(qemu)
    assert qemu.has_ended
    assert qemu.has_ended


def test_a_process_that_runs_has_not_ended(tmp_path: Path) -> None:
    """Until it is killed."""
    qemu = started("sleep", "60", output=tmp_path / "log")
    assert not qemu.has_ended
    os.kill(qemu.pid, signal.SIGKILL)
    wait_for(qemu)
    assert qemu.has_ended


def test_it_reads_nothing_and_writes_to_its_log(tmp_path: Path) -> None:
    """Both streams."""
    qemu = started("sh", "-c", "cat; echo a; echo b >&2", output=tmp_path / "log")
    wait_for(qemu)
    assert qemu.has_ended
    assert "a\nb\n" == (tmp_path / "log").read_text()


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """At once."""
    with pytest.raises(FileNotFoundError):
        started("no-such-program", output=tmp_path / "log")


def test_a_ctrl_c_does_not_reach_it(tmp_path: Path) -> None:
    """It is in a session of its own, with every signal as QEMU expects it."""
    script = (
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "from colorunbook.engine.process import Qemu\n"
        "null = os.open(os.devnull, os.O_WRONLY)\n"
        "print(Qemu.start(['sleep', '60'], stdin=None, stdout=null, stderr=null).pid)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    pid = int(done.stdout)
    try:
        assert pid == os.getsid(pid)
        status = Path(f"/proc/{pid}/status").read_text()
        (ignored,) = (row.split()[1] for row in status.splitlines() if row.startswith("SigIgn"))
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGQUIT)
        assert 0 == int(ignored, 16) & sum(1 << (number - 1) for number in wanted)
    finally:
        os.kill(pid, signal.SIGKILL)
