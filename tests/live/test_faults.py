# SPDX-License-Identifier: GPL-2.0-or-later
"""Some of the faults that ``./run faults`` tries at every step: each kind, in both editions."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.live

SAMPLE = 5
SEED = 1
"""One whose points do not wait out the longest bounds."""

FAULTS = (sys.executable, "-m", "tests.faults", "--sample", str(SAMPLE), "--seed", str(SEED))


def test_a_sample_of_faults_is_survived() -> None:
    """Every point of it; the last line says so."""
    tried = subprocess.run(FAULTS, capture_output=True, text=True, timeout=500, check=False)
    assert 0 == tried.returncode, f"{tried.stdout}\n{tried.stderr}"
    assert f"{SAMPLE} of {SAMPLE} points survived" == tried.stdout.splitlines()[-1]
