# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person sees: progress on standard error, data on standard output."""

import os
import re
import sys
from errno import EPIPE
from typing import TYPE_CHECKING, TextIO

from colorunbook.qemu.payload import Json
from colorunbook.visible import duration as duration
from colorunbook.visible import json_text
from colorunbook.visible import printable as printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_MARK = f"\033{os.urandom(8).hex()}["
"""What :func:`paint` puts before a colour: nothing that QEMU says can have it in it."""

_OURS = re.compile(f"{re.escape(_MARK)}([0-9;]+m)")

_lost: list[str] = []
"""Why data that was to be put out is lost."""

_STYLES = {"good": "32", "bad": "31;1", "dim": "2", "strong": "1"}


def coloured() -> bool:
    """Tell whether standard error shows colours (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stderr.isatty()


def paint(text: str, style: str) -> str:
    """Give text a style where colours are shown; it is for :func:`say` and :func:`begin`."""
    return f"{_MARK}{_STYLES[style]}m{text}{_MARK}0m" if coloured() else text


def say(text: str = "") -> None:
    """Tell a person something; what QEMU or a file has put into it does not steer the terminal."""
    _put(_harmless(text), sys.stderr)


def begin(text: str) -> None:
    """Tell a person the beginning of a line; :func:`say` ends it."""
    _put(_harmless(text), sys.stderr, end="")


def give(text: str) -> None:
    """Put data out; what QEMU or a file has put into it does not steer the terminal."""
    _put(printable(text), sys.stdout)


def give_json(value: Json, *, indent: int | None = 2) -> None:
    """Put data out for a program.

    :param indent: ``None``: all of it in one line.
    """
    give(json_text(value, indent=indent))


def lost() -> str:
    """Why data that was to be put out is lost; empty: it is not, or nobody wanted it."""
    return _lost[0] if _lost else ""


def _put(text: str, stream: TextIO, end: str = "\n") -> None:
    """Write a line; where nobody reads, or no room is left, what goes on goes on in silence.

    A failover is not given up because nobody can be told of it.
    """
    try:
        try:
            print(text, file=stream, end=end, flush=True)
        except UnicodeEncodeError:  # half a character of somebody else's, or a narrow terminal
            known = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
            print(known, file=stream, end=end, flush=True)
    except OSError as error:
        if stream is sys.stdout and error.errno != EPIPE:
            _lost.append(error.strerror or str(error))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _harmless(text: str) -> str:
    """A text in which nothing but our own colours steers a terminal."""
    parts = _OURS.split(text)
    return "".join(f"\033[{part}" if n % 2 else printable(part) for n, part in enumerate(parts))


class Bar:
    """A progress bar on a terminal; elsewhere nothing."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self, title: str, done: int, total: int) -> bool:
        """Draw or move it; tell whether there is a terminal for it."""
        if not sys.stderr.isatty():
            return False
        if total <= 0:
            return True
        if self._progress is None:
            from rich.console import Console
            from rich.progress import Progress

            console = Console(stderr=True, no_color=not coloured())
            self._progress = Progress(console=console, transient=True)
            self._task = self._progress.add_task(title, total=total)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total, description=title)
        return True

    def hide(self) -> None:
        """Take it away."""
        if self._progress is not None:
            self._progress.stop()
        self._progress = None
        self._task = None
