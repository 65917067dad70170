# SPDX-License-Identifier: GPL-2.0-or-later
"""Who does a run: the person, the machine, the process and its command line."""

import os
import pwd
import sys

from colorunbook.qemu.payload import JsonObject


def user() -> str:
    """The name of whoever does it, as the session has it; else of the user that it runs as."""
    for name in ("LOGNAME", "USER"):
        if given := os.environ.get(name):
            return given
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def who() -> JsonObject:
    """All of it, as it stands in a journal."""
    return {
        "user": user(),
        "uid": os.getuid(),
        "host": os.uname().nodename,
        "pid": os.getpid(),
        "argv": list(sys.argv),
    }
