# SPDX-License-Identifier: GPL-2.0-or-later
"""Python in a process of its own, as it is where a program is installed."""

import os
import subprocess
import sys


def python(*words: str) -> str:
    """Run it to its end; what it put out.

    Without the variables by which a developer changes how it starts, or keeps it from writing
    bytecode: all of it is read from source then, each time.

    :raises subprocess.CalledProcessError: it did not end well.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        (sys.executable, *words), check=True, capture_output=True, text=True, env=kept
    )
    return done.stdout
