# SPDX-License-Identifier: GPL-2.0-or-later
"""This very package, run by another process: installed or not, it is the same code."""

import os
import sys
from pathlib import Path

from colorunbook.lab.tree import PATH


def words(module: str) -> tuple[str, ...]:
    """The words that run one of its modules."""
    return sys.executable, "-m", module


def environment() -> dict[str, str]:
    """What such a process needs to find it; nothing else of the caller's is passed on."""
    package = Path(__file__).parents[2]
    inherited = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, (str(package), inherited)))
    return {"PATH": PATH, "PYTHONPATH": path, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
