# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding about QEMU with its evidence; kept in a file of JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Self

from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json, read_json


class Kind(StrEnum):
    """What a line of the evidence is."""

    SHELL = "shell"
    """A command that was started, or a process that was told something."""

    SENT = "sent"
    """A row of QMP to QEMU."""

    CAME = "came"
    """A row of QMP from QEMU: a reply or an event."""

    SEEN = "seen"
    """What was seen besides: no reply for so long, the end of a process."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done or seen.

    :param at: when, in seconds since the attempt began.
    :param who: the QEMU that it concerns, by its ``-name``; empty: none.
    """

    at: float
    who: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to make it happen.

    :param shown: it did happen.
    :param outcome: what was seen, as a sentence.
    :param log: the last lines that QEMU has written to its standard error.
    :param backtrace: where QEMU was, as gdb tells it; empty: nobody looked.
    """

    shown: bool
    outcome: str
    lines: tuple[Line, ...]
    log: tuple[str, ...] = ()
    backtrace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of several attempts on one QEMU.

    :param qemu: its version, as it says it itself, and its package's.
    :param accel: the accelerator.
    :param date: the day, as in ``2026-11-25``.
    :param shown: in how many of the ``attempts`` it happened.
    :param attempt: one of them, whole: the first in which it happened, otherwise the first.
    """

    qemu: str
    package: str
    accel: str
    date: str
    shown: int
    attempts: int
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Words:
    """What a person has to say about it. Paragraphs are reStructuredText without links.

    :param title: as that of a report: what happens, in a line.
    :param expected: what should happen instead.
    :param likely: why it happens, as far as that can be seen from outside; empty: unknown.
    :param hurts: what it means for a pair in COLO.
    :param instead: what colorunbook does because of it.
    :param how: what has to be there and be done, where the lines of the evidence do not say all.
    """

    title: str
    expected: str
    likely: str
    hurts: str
    instead: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    :param name: of its reproducer.
    """

    name: str
    words: Words
    seen: tuple[Seen, ...] = ()

    @property
    def clearest(self) -> Seen:
        """The one that shows it on the newest QEMU; where none does, the newest.

        :raises InputError: nothing was tried yet.
        """
        if not self.seen:
            raise InputError(f"Nothing was seen of {self.name}.", "Try it: ./run findings")
        return max(self.seen, key=lambda seen: (seen.shown > 0, _order(seen)))

    def with_seen(self, new: Seen) -> Self:
        """The same with what was seen on one QEMU more, or anew; the newest QEMU first."""
        key = (new.qemu, new.accel)
        found = [new, *(each for each in self.seen if (each.qemu, each.accel) != key)]
        return replace(self, seen=tuple(sorted(found, key=_order, reverse=True)))

    @property
    def text(self) -> str:
        """As it stands in its file."""
        return json.dumps(asdict(self), indent=1) + "\n"


def read(path: Path) -> Finding:
    """Read a finding.

    :raises InputError: it cannot be read, or is something else.
    """
    try:
        return _finding(read_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError) as error:
        raise InputError(
            f"{path} holds no finding: {error}.", "Make it anew: ./run findings"
        ) from (error)


def _order(seen: Seen) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in seen.qemu.split(".")), seen.accel


def _finding(value: Json) -> Finding:
    told = Told.of(value, "the finding")
    words = told.table("words")
    texts: Mapping[str, str] = {name: words.text(name) for name in Words.__dataclass_fields__}
    return Finding(told.text("name"), Words(**texts), tuple(map(_seen, told.tables("seen"))))


def _seen(told: Told) -> Seen:
    attempt = told.table("attempt")
    return Seen(
        told.text("qemu"),
        told.text("package"),
        told.text("accel"),
        told.text("date"),
        told.whole("shown"),
        told.whole("attempts", 1),
        Attempt(
            attempt.truth("shown"),
            attempt.text("outcome"),
            tuple(map(_line, attempt.tables("lines"))),
            _texts(attempt, "log"),
            _texts(attempt, "backtrace"),
        ),
    )


def _line(told: Told) -> Line:
    return Line(told.seconds("at"), told.text("who"), told.one_of("kind", Kind), told.text("text"))


def _texts(told: Told, name: str) -> tuple[str, ...]:
    items = told.items(name)
    if not all(isinstance(item, str) for item in items):
        told.fail(name, "list of texts")
    return tuple(map(str, items))
