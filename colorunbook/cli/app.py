# SPDX-License-Identifier: GPL-2.0-or-later
"""The program: its verbs, and what its exit codes mean.

====  =============================================================
code  meaning
====  =============================================================
0     done, and seen to have worked
1     a step failed, or a document is stale or differs
2     usage or bad input; nothing was done
3     refused by a guard, or would be (a dry run); nothing was sent
4     something could not be reached, or did not answer in time
10    interrupted
20    a defect of colorunbook itself
====  =============================================================
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from errno import EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EPERM
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer

from colorunbook.cli.console import give, lost, paint, say
from colorunbook.errors import Aborted, ColorunbookError, InputError, Unavailable

app = typer.Typer(
    name="colorunbook",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 done; 1 a step failed or a document is stale; 2 bad input; 3 refused by a "
        "guard, or would be; 4 unreachable or timed out; 10 interrupted; 20 internal."
    ),
)


_NO_SUCH_USE = (EACCES, EPERM, ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP)
"""What the system says of a path that is of no use."""

LONGEST = 4000
"""Letters of a message that are shown: QEMU, or a file, may have put megabytes into it."""

CLEANING: Final = 20.0
"""Seconds in which further signals do not disturb what the first one has set going."""

_told: list[float] = []
"""When signals came that have ended something, in seconds of ``time.monotonic``."""


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        give(f"colorunbook {version('colorunbook')}")
        raise typer.Exit


@app.callback()
def colorunbook(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """QEMU's COLO procedures: rendered, run on live QEMU, and checked from the printed text."""


def main() -> None:
    """Run the program and end the process with its exit code."""
    from colorunbook.cli import verbs

    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        _imported(lambda: verbs.register(app, _verb(sys.argv[1:])))
        app(prog_name="colorunbook")
    except SystemExit as end:
        if lost() and not end.code:
            _end_without_data()
        raise
    except ColorunbookError as error:
        _end(_cause(error))
    except Exception as error:
        if isinstance(error, OSError) and error.filename and error.errno in _NO_SUCH_USE:
            _end(_cause(InputError(f"{error.filename} cannot be used: {error.strerror}.")))
        if os.environ.get("COLORUNBOOK_DEBUG"):
            raise
        defect = ColorunbookError(
            f"A defect of colorunbook itself: {type(error).__name__}: {error}.",
            "Please report it, with what COLORUNBOOK_DEBUG=1 shows.",
        )
        _end(_cause(defect))


def _imported(load: Callable[[], None]) -> None:
    """Import without a search for garbage, of which there is none, then or when the program ends.

    All that is imported stays to the end. To look through it took a sixth of a failover's start.
    """
    gc.disable()
    try:
        load()
        gc.freeze()
    finally:
        gc.enable()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End what goes on; who presses Ctrl-C twice wants the same as who does once."""
    now = time.monotonic()
    if not _told or now - _told[-1] > CLEANING:
        _told.append(now)
        raise Aborted("Interrupted.")


def _cause(error: ColorunbookError) -> ColorunbookError:
    """What really ended the program: an interrupt may come up as a failure of what it fell into."""
    return Aborted("Interrupted.") if _told and not isinstance(error, Aborted) else error


def _verb(words: list[str]) -> str | None:
    """The verb that was typed, where that is plain to see."""
    return words[0] if words and not words[0].startswith("-") else None


def _bounded(message: str) -> str:
    """A message without its middle where that is too long: what is wrong stands at its end."""
    if len(message) <= LONGEST:
        return message
    return f"{message[: LONGEST // 2]} ... {message[-LONGEST // 2 :]}"


def _end_without_data() -> None:
    """Tell that data is lost. What a run has done is done; all else was for the data."""
    error = Unavailable(f"What was put out is lost: {lost()}.")
    if _verb(sys.argv[1:]) in ("run", "resume") and "--dry-run" not in sys.argv:
        say(error.message)
    else:
        _end(error)


def _end(error: ColorunbookError) -> NoReturn:
    kind = "refused" if error.exit_code == 3 else "error"
    say(f"{paint(f'colorunbook: {kind}:', 'bad')} {_bounded(error.message)}")
    if error.advice:
        say(error.advice)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # all is said and done: it would spoil the exit code
    sys.exit(error.exit_code)
