# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be said of a command before it is sent: it is wrong, it will not last, or nobody knows.

Every judge of this room yields these, so that one walk through a command finds them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """QEMU would refuse it.

    :param path: the place in the command, as in ``arguments.backend.data.addr.type``.
    :param what: what is wrong there, as the rest of a sentence.
    :param near: the nearest name that would be known there; may be empty.
    """

    path: str
    what: str
    near: str = ""

    def __str__(self) -> str:
        near = f"; the nearest name is {self.near!r}" if self.near else ""
        return f"{self.path} {self.what}{near}."


@dataclass(frozen=True, slots=True)
class Feature:
    """QEMU takes it, and its schema warns of it.

    :param name: ``deprecated``: it will be removed; ``unstable``: it may change or go at any time.
    :param kind: what carries the warning: ``command``, ``member`` or ``value``.
    :param subject: its name.
    :param path: the place in the command; ``execute`` for the command itself.
    """

    name: str
    kind: str
    subject: str
    path: str

    def __str__(self) -> str:
        return f"{self.name}: the {self.kind} {self.subject}"


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Nothing that QEMU tells of itself could judge it.

    :param what: the part of the command.
    :param why: the reason, as a clause.
    """

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what} ({self.why})"


Finding = Problem | Feature | Unchecked

WARNINGS = ("deprecated", "unstable")
"""The features that warn; the others only tell what a QEMU can do (docs/devel/qapi-code-gen)."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like this one; empty when none is."""
    return next(iter(get_close_matches(name, list(known), 1)), "")


def unknown(path: str, what: str, name: str, known: Iterable[str]) -> Problem:
    """A name that is not known."""
    return Problem(path, f"{what} {name!r}", nearest(name, known))
