# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be done to one host: a closed union, matched exhaustively by every reader."""

from dataclasses import dataclass

from colorunbook.book.conditions import Condition
from colorunbook.qemu.payload import Json, Payload, hmp
from colorunbook.qemu.shell import Variable, Word


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a shell variable its value; later commands on this host refer to it."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Shell:
    """Run one command to its end; any exit status but 0 is a failure."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Launch:
    """Start a QEMU that goes on running."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Qmp:
    """Send one QMP command."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Hmp:
    """Send one line of the human monitor through QMP.

    HMP has no error replies: a reply that is not empty is taken for one, unless it is tolerated.

    :param tolerates: a piece of text that a harmless reply contains; empty: none is harmless.
    :param because: why such a reply is harmless here.
    """

    line: str
    tolerates: str = ""
    because: str = ""

    @property
    def payload(self) -> Payload:
        """The QMP command that carries the line."""
        return hmp(self.line)

    def complaint(self, reply: Json) -> str:
        """What a reply objects to; empty: nothing, or what is tolerated."""
        text = str(reply).strip()
        return "" if self.tolerates and self.tolerates in text else text


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until something holds.

    :param within: the longest wait, in seconds.
    """

    condition: Condition
    within: int


Action = Assign | Shell | Launch | Qmp | Hmp | Await
Command = Assign | Shell | Launch | Qmp | Hmp
