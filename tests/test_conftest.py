# SPDX-License-Identifier: GPL-2.0-or-later
"""Live tests run, or fail loudly, or are left out on purpose."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIVE = """
import pytest

@pytest.mark.live
def test_that_cannot_run():
    pytest.skip("no QEMU here")

def test_that_may_skip():
    pytest.skip("never mind")
"""


@pytest.mark.parametrize(
    ("environment", "code", "told"),
    [
        ({}, 1, "1 failed, 1 skipped"),
        ({"COLORUNBOOK_NO_LIVE": "0"}, 1, "1 failed, 1 skipped"),
        ({"COLORUNBOOK_NO_LIVE": "1"}, 0, "2 skipped"),
    ],
)
def test_a_live_test_is_left_out_only_on_purpose(
    tmp_path: Path, environment: dict[str, str], code: int, told: str
) -> None:
    """One that skips itself has failed."""
    (tmp_path / "conftest.py").write_text((Path(__file__).parent / "conftest.py").read_text())
    (tmp_path / "test_live.py").write_text(LIVE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = live: needs a live QEMU\n")
    inherited = {n: v for n, v in os.environ.items() if n != "COLORUNBOOK_NO_LIVE"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert code == done.returncode
    assert told in done.stdout
