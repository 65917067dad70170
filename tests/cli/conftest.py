# SPDX-License-Identifier: GPL-2.0-or-later
"""The program as a person starts it, in a folder and with a state of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest


@dataclass(frozen=True)
class Ended:
    """How the program ended."""

    code: int
    out: str
    err: str


class Start(Protocol):
    """Starts the program."""

    def __call__(
        self, *words: str, program: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """Start it with these words, in this environment."""


class Colorunbook(Protocol):
    """Runs the program to its end."""

    def __call__(self, *words: str, **environment: str) -> Ended:
        """Run it with these words, in this environment."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder it is started in; its path is short enough for sockets."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as made:
        yield Path(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start it; what still runs at the end of the test is killed."""
    begun: list[subprocess.Popen[str]] = []

    def starting(
        *words: str, program: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*(program or (sys.executable, "-m", "colorunbook")), *words],
            cwd=folder,
            env={
                **os.environ,
                "HOME": str(folder),
                "XDG_STATE_HOME": str(folder / "state"),
                "XDG_RUNTIME_DIR": str(folder),
                "TMPDIR": str(folder),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield starting
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def colorunbook(start: Start) -> Colorunbook:
    """Run it to its end."""

    def running(*words: str, **environment: str) -> Ended:
        process = start(*words, **environment)
        out, err = process.communicate(timeout=30)
        return Ended(process.returncode, out, err)

    return running
