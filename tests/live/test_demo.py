# SPDX-License-Identifier: GPL-2.0-or-later
"""``lab demo`` and ``doctor``, as a newcomer meets them."""

import json
import signal
import subprocess
import sys
import time

import pytest

from colorunbook.lab import runtime
from colorunbook.lab.demo import ACTS

pytestmark = pytest.mark.live

PROGRAM = (sys.executable, "-m", "colorunbook")


def _left_of(pid: int) -> bool:
    return f"demo-{pid}" in runtime.names()


def test_the_demonstration_shows_every_act() -> None:
    """It ends well, its table has a row an act, and nothing of its lab is left."""
    with subprocess.Popen((*PROGRAM, "lab", "demo"), stdout=subprocess.PIPE, text=True) as shown:
        out, _ = shown.communicate(timeout=300)
    assert shown.returncode == 0
    assert all(act.title in out for act in ACTS)
    assert not _left_of(shown.pid)


@pytest.mark.parametrize("after", ["The document", "A pair is brought up", "Primary failover"])
def test_an_interrupted_demonstration_leaves_nothing(after: str) -> None:
    """Ctrl-C ends it with exit code 10 at any moment, and its lab is gone."""
    command = (*PROGRAM, "lab", "demo")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as shown:
        assert shown.stderr is not None
        for line in shown.stderr:
            if line.startswith(after):
                break
        time.sleep(0.2)
        shown.send_signal(signal.SIGINT)
        shown.communicate(timeout=60)
    assert shown.returncode == 10
    assert not _left_of(shown.pid)


def test_the_doctor_finds_that_a_lab_can_be_had() -> None:
    """On a machine on which these tests run a lab can be had; QEMU itself was asked."""
    command = (*PROGRAM, "doctor", "--json")
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["lab"]
    states = {each["what"]: each["state"] for each in found["findings"]}
    assert {
        "namespaces": "ok",
        "network objects": "ok",
        "block drivers": "ok",
    }.items() <= states.items()
