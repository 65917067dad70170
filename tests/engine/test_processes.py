# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a QEMU runs, told by the words that processes were given."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psutil

from colorunbook.engine.processes import started_with

LEADS = """
import os, signal, subprocess
child = subprocess.Popen(("sleep", "60"))
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_what_leads_to_the_dead_only_does_not_run() -> None:
    """As an nsenter does that was stopped with its QEMU, which was killed then."""
    word = f"--{uuid4()}"
    line = (sys.executable, "-I", "-c", LEADS, word)
    with subprocess.Popen(line, stdout=subprocess.PIPE) as leader:
        assert leader.stdout is not None
        child = psutil.Process(int(leader.stdout.readline()))
        try:
            os.waitid(os.P_PID, leader.pid, os.WSTOPPED | os.WNOWAIT)
            name = (Path(sys.executable).name, word)
            assert [leader.pid] == [process.pid for process in started_with(name)]
            child.send_signal(signal.SIGKILL)
            while child.status() != psutil.STATUS_ZOMBIE:
                os.sched_yield()
            assert () == started_with(name)
        finally:
            child.kill()
            leader.kill()
