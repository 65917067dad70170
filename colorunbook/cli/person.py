# SPDX-License-Identifier: GPL-2.0-or-later
"""Asking the person at the terminal."""

import asyncio
import os
import sys

from colorunbook.cli.console import begin


async def ask_person(question: str) -> str | None:
    """Put a question and read the line that is typed; ``None``: nobody is at a terminal.

    It can be cancelled. The end of the input is an empty line.
    """
    try:
        there = sys.stdin.isatty() and sys.stderr.isatty()
    except ValueError:  # it was closed
        there = False
    if not there:
        return None
    begin(f"{question}: ")
    loop, typed, handle = asyncio.get_running_loop(), asyncio.Event(), sys.stdin.fileno()
    # Not a thread: one that reads cannot be ended.
    loop.add_reader(handle, typed.set)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(handle)
    return os.read(handle, 4096).decode(errors="replace").strip()
