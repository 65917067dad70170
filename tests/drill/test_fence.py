# SPDX-License-Identifier: GPL-2.0-or-later
"""The fence of a lab ends a QEMU that lives."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator

import psutil
import pytest

from colorunbook.drill.fence import fence_of


@pytest.fixture
def qemu() -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs, and does nothing."""
    with subprocess.Popen(("sleep", "300")) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("has_kill", [True, False])
def test_it_ends_the_process(
    qemu: subprocess.Popen[bytes], has_kill: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there is no program of that name."""
    if not has_kill:
        monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    fence = fence_of(psutil.Process(qemu.pid))
    assert fence is not None
    subprocess.run(shlex.split(fence), check=True, timeout=20)
    assert -9 == qemu.wait(20)


def test_who_is_dead_needs_none(qemu: subprocess.Popen[bytes]) -> None:
    """Whether somebody has taken notice of its death or not, or it never was."""
    there = psutil.Process(qemu.pid)
    qemu.kill()
    os.waitid(os.P_PID, qemu.pid, os.WEXITED | os.WNOWAIT)
    assert fence_of(there) is None
    qemu.wait()
    assert fence_of(there) is None
    assert fence_of(None) is None
