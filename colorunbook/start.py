# SPDX-License-Identifier: GPL-2.0-or-later
"""The first that is done: an interrupt is heeded before all that the program needs is imported."""

import gc
import os
import signal
from types import FrameType


def main() -> None:
    """Run the program and end the process with its exit code."""
    gc.disable()  # all that is imported stays; the program enables it once that is done
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _too_soon)
    from colorunbook.cli import main as program

    program()


def _too_soon(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing was begun, and half of what is imported cannot be relied on."""
    os.write(2, b"colorunbook: error: Interrupted.\n")
    os._exit(10)
