# SPDX-License-Identifier: GPL-2.0-or-later
"""The tutorial, executed: its commands, in its order, on live QEMU."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

PAGE = Path(__file__).parents[2] / "docs/tutorial/first-pair.rst"
PATIENCE = 300


@pytest.fixture
def name() -> Iterator[str]:
    """The name of a lab of this test's own; it is gone afterwards."""
    lab = f"tutorial-{os.getpid()}"
    yield lab
    _colorunbook("lab", "down", "--name", lab)


def _colorunbook(*words: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "colorunbook", *words)
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _in_lab(words: list[str], name: str) -> list[str]:
    """The same words for a lab that has a name: others may be up on this machine."""
    if words[:2] == ["lab", "status"]:
        return words
    if words[0] == "lab":
        return [*words, "--name", name]
    return [*words, "--lab", name] if words[0] == "run" else words


def test_the_tutorial_works(name: str) -> None:
    """Each command of the page succeeds, and at the end the roles have changed hosts."""
    seen = ""
    for line in re.findall(r"^   \$ colorunbook (.+)$", PAGE.read_text(), re.MULTILINE):
        done = _colorunbook(*_in_lab(shlex.split(line), name))
        assert done.returncode == 0, f"colorunbook {line}\n{done.stdout}{done.stderr}"
        if line == "lab status":
            seen = done.stdout
    assert re.search(rf"^{name} +127\.0\.0\.1 +secondary ", seen, re.MULTILINE)
    assert re.search(rf"^{name} +127\.0\.0\.2 +primary ", seen, re.MULTILINE)
