# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a QEMU is, as gdb tells it; where there is no gdb, nobody knows."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import psutil

_PATIENCE: Final = 30.0
_CALLS: Final = 30
_RUNS = "it runs"
_THREAD = re.compile(r'Thread \d+ \(.*"(.+)"\):')
# Only of QEMU's own functions, as far as its program exports them for its modules: in a lab gdb may
# have looked into another libc than QEMU has.
_CALL = re.compile(r"#\d+ .* in (\w+) \(\)$")


def look(pid: int) -> tuple[str, ...]:
    """The calls that each thread of a process is in, the innermost first."""
    try:
        told = subprocess.run(
            _command(pid, f"thread apply all backtrace {_CALLS}"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ()
    return calls(told.stdout.splitlines())


@contextmanager
def watch(pid: int) -> Iterator[list[str]]:
    """Look on at what may end a process.

    :returns: the calls in which it has ended, the innermost first; they are there at the end.
    """
    found: list[str] = []
    if shutil.which("gdb") is None:
        yield found
        return
    signals = "handle SIGUSR1 SIGPIPE nostop noprint pass"
    # What gdb itself prints may lie in its buffer.
    words = (signals, f"shell echo {_RUNS}", "continue", f"backtrace {_CALLS}")
    command = _command(pid, *words)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        errors="replace",
    ) as gdb:
        goes_on, rows = Event(), list[str]()

        def hear() -> None:
            for row in gdb.stdout or ():
                rows.append(row)
                if row.startswith(_RUNS):
                    goes_on.set()
            goes_on.set()

        hearing = Thread(target=hear, daemon=True)
        hearing.start()
        goes_on.wait(_PATIENCE)
        try:
            yield found
        finally:
            if not psutil.pid_exists(pid):
                hearing.join(_PATIENCE)
            gdb.terminate()
            hearing.join(_PATIENCE)
            found += calls(rows)


def calls(rows: Iterable[str]) -> tuple[str, ...]:
    """The functions of a backtrace that have a name, the innermost first.

    Where there are several threads, the name of each stands before its own.
    """
    found: list[str] = []
    for row in rows:
        if thread := _THREAD.match(row):
            found = [*_with_calls(found), f"{thread[1]}:"]
        elif call := _CALL.match(row.rstrip()):
            found.append(call[1])
    return tuple(_with_calls(found))


def _with_calls(found: list[str]) -> list[str]:
    """Without the last thread, if it is in none."""
    return found[:-1] if found and found[-1].endswith(":") else found


def _command(pid: int, *words: str) -> tuple[str, ...]:
    told = (part for word in words for part in ("-ex", word))
    return ("gdb", "--batch", "-nx", "-p", str(pid), *told)
