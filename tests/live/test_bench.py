# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing has become much slower: ratios to floors, measured a few times, with room for noise.

A clock tells nothing here, since what is compared is measured in turn on the same machine.
"""

import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from benchmarks.bare import Bare
from benchmarks.effort import Effort
from benchmarks.families import FAMILIES

pytestmark = pytest.mark.live

ROOM = 1.5
"""How many times what is wanted may be measured on a machine that does other things too."""


@pytest.mark.parametrize("family", ["import", "command", "crowd"])
def test_no_ratio_is_far_above_what_is_wanted(family: str) -> None:
    """The start of the program, one command through the engine, a runbook on many pairs."""
    rows = [row for row in FAMILIES[family](Effort(quick=True)) if row.wanted is not None]
    assert rows
    assert {} == {
        row.key: f"{row.ratio:.2f} times {row.against}; at the most {row.wanted} is wanted"
        for row in rows
        if row.wanted is not None and row.ratio > ROOM * row.wanted
    }


_BENCH = """\
from time import sleep
from benchmarks.machines import bare_machines
with bare_machines(1) as ((path,),):
    print(path, flush=True)
    sleep(60)
"""


def test_no_qemu_outlives_a_bench_that_is_killed() -> None:
    """Though nobody has time to end it."""
    with subprocess.Popen(
        (sys.executable, "-c", _BENCH), stdout=subprocess.PIPE, text=True
    ) as bench:
        assert bench.stdout is not None
        path = Path(bench.stdout.readline().strip())
        with Bare(path):
            bench.kill()
    end = monotonic() + 10
    while _serves(path):
        assert monotonic() < end
        sleep(0.02)


def _serves(path: Path) -> bool:
    try:
        with Bare(path):
            return True
    except OSError:
        return False
