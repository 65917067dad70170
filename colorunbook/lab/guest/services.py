# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest does for its clients, and how a client sees that nothing of it was lost.

Three services listen on TCP. Each reads lines, and answers each line with one line, in order,
before it reads the next::

    request    TEXT
    answer     N TEXT

``N`` counts the answers of this one connection, from 1. So whoever sends a text of its own with
each request sees by the answers whether one is missing, comes twice or comes out of order. The
count of a connection is nowhere but in the memory of the process that serves it: it goes on only
if that process goes on.

:attr:`Service.MEMORY`
    answers with the text.

:attr:`Service.DISK`
    appends the line ``N TEXT`` to :data:`ACKNOWLEDGED` and syncs that file; only then does it
    answer with the text. An answer is a promise that the line is on the disk. If the disk
    refuses, the answer is ``N failed TEXT``.

:attr:`Service.STATUS`
    answers a question about the guest, for instance ``1 42``: :class:`Question` has them all.
    To any other line it answers ``N unknown``.

A text is any line without a zero byte; it comes back as it was sent.

Each second the guest appends ``N UPTIME`` to :data:`CLOCK` and syncs it: ``N`` goes on across
boots, ``UPTIME`` is in seconds since the boot.

On the serial console the guest says :data:`UP`, its address and its uptime in a line, once all
of this works; or :data:`FAILED` and why, and then stands still.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

#: What is answered durably, a line each; a path on the guest's file system of data.
ACKNOWLEDGED = "/acknowledged"

#: The ticks of the guest's clock, a line each; a path on the guest's file system of data.
CLOCK = "/clock"

#: What begins the line on the serial console that says that the guest is up.
UP = "guest: up"

#: What begins the line on the serial console that says why the guest will not come up.
FAILED = "guest: failed"

_SAID = re.compile(rf"^({UP}|{FAILED}) (.*?)\r?\n", re.MULTILINE)


class Service(IntEnum):
    """The services, by their TCP ports."""

    MEMORY = 7000
    """It answers from memory."""

    DISK = 7001
    """It answers when the line is on the disk."""

    STATUS = 7002
    """It answers questions about the guest."""


class Question(StrEnum):
    """What the status service can be asked."""

    ACKNOWLEDGED = "acknowledged"
    """How many lines :data:`ACKNOWLEDGED` has."""

    CONTENT = "content"
    """The whole of it, in base64; nothing after ``N`` where it is empty."""

    TICKS = "ticks"
    """How many lines :data:`CLOCK` has."""

    UPTIME = "uptime"
    """Seconds since the boot, with two decimals."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a guest has said of itself on its serial console.

    :ivar is_up: it is up; otherwise it has failed.
    :ivar text: the rest of the line: address and uptime, or why it failed.
    """

    is_up: bool
    text: str


def said(console: str) -> Said | None:
    """The first line of a serial console that says how the boot ended; ``None``: none yet."""
    found = _SAID.search(console)
    return Said(found[1] == UP, found[2]) if found else None
