# SPDX-License-Identifier: GPL-2.0-or-later
"""The first that is done."""

import subprocess
import sys

import pytest

#: The program, interrupted as it begins to import what it needs.
AT_ONCE = """\
import os, signal, sys
from colorunbook.start import main

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "colorunbook.cli":
            os.kill(os.getpid(), signal.{name})

sys.meta_path.insert(0, Interrupt())
main()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_at_the_start_is_no_traceback(name: str) -> None:
    """Nothing was begun."""
    program = (sys.executable, "-c", AT_ONCE.replace("{name}", name))
    ended = subprocess.run(program, capture_output=True, text=True, timeout=30)
    assert (10, "colorunbook: error: Interrupted.\n") == (ended.returncode, ended.stderr)
