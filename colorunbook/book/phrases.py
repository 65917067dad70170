# SPDX-License-Identifier: GPL-2.0-or-later
"""The sentences in which the document says what a machine can check, both ways.

A condition's ``PHRASE`` is the only place where its words stand: :func:`say` fills it, :func:`read`
takes it apart again. So the sentence that a person reads is the one that is executed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache

from colorunbook.book.actions import Hmp
from colorunbook.book.conditions import (
    Answers,
    CapabilityOn,
    ChardevsGone,
    ChardevsThere,
    Checkpoints,
    ChildGone,
    ChildrenAre,
    Condition,
    Connected,
    EventSeen,
    Exported,
    ImageIs,
    JobEnded,
    JobGone,
    JobIs,
    Listening,
    MemoryFor,
    MigrationRests,
    NobodyListens,
    NodeGone,
    NodeThere,
    NoJobs,
    NotExported,
    ObjectIs,
    ObjectsGone,
    ObjectsThere,
    SizeIs,
    SpaceFor,
    StatusIs,
    StatusIsNone,
    Written,
    comes_nearer,
)
from colorunbook.errors import InputError
from colorunbook.hosts import Role
from colorunbook.qemu.options import join, split


class Place(Enum):
    """What a command is typed into."""

    SHELL = "In a shell of the {role} host, ``{address}``:"
    MONITOR = "In the QMP monitor of the {role}, on ``{address}``:"
    SECOND_MONITOR = "In the second QMP monitor of the {role}, on ``{address}``:"


_DEATH = "(Where this page is tested, the QEMU of the {role}, on ``{address}``, is killed here.)"
_VANISHING = (
    "(Where this page is tested, the QEMU of the {role}, on ``{address}``, is stopped here, "
    "as if its host had lost its cable.)"
)
_REPLACEMENT = (
    "First start a new secondary on ``{address}``, with ``{images}`` and ``{primary}``, "
    "as in `{launch}`_ and `{prepare}`_."
)
_TOLERANCE = "A reply with ``{text}`` is harmless here: {because}."
_WITHOUT = " without progress"
_WAIT = re.compile(
    r"Wait,\s+at\s+most\s+(\d+)\s+seconds?(\s+without\s+progress)?,\s+until\s+(.+)\.", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Expect:
    """A condition, and which of the two QEMUs, or their hosts, it is asked of."""

    role: Role
    condition: Condition


def say(expect: Expect) -> str:
    """Put a condition into words."""
    condition = expect.condition
    shown = {part.name: _shown(getattr(condition, part.name)) for part in fields(condition)}
    return condition.PHRASE.format(role=expect.role.value, **shown)


def plain(expect: Expect) -> str:
    """Put a condition into words for a terminal."""
    return say(expect).replace("``", "'")


def say_wait(expect: Expect, within: int) -> str:
    """Put a wait into words; its bound is in seconds, as in :class:`.Await`."""
    bound = f"{within} second{'s' if within != 1 else ''}"
    if comes_nearer(expect.condition):
        bound += _WITHOUT
    return f"Wait, at most {bound}, until {say(expect)}."


def read(text: str) -> Expect | None:
    """Read a phrase back; ``None`` when no condition says this."""
    for kind in _KINDS:
        if values := _match(kind.PHRASE, text):
            try:
                return Expect(Role(values.pop("role")), _build(kind, values))
            except (InputError, ValueError):  # no size, no number
                return None
    return None


def read_wait(text: str) -> tuple[Expect, int] | None:
    """Read a wait back: the condition and its bound in seconds."""
    match = _WAIT.fullmatch(text.strip())
    expect = read(match[3]) if match else None
    if match is None or expect is None or bool(match[2]) is not comes_nearer(expect.condition):
        return None
    return expect, int(match[1])


@dataclass(frozen=True, slots=True)
class Where:
    """The place that the commands after it are typed in."""

    role: Role
    address: str
    place: Place

    def say(self) -> str:
        """Put it into words."""
        return self.place.value.format(role=self.role.value, address=self.address)

    @classmethod
    def read(cls, text: str) -> "Where | None":
        """Read it back; ``None`` when the text says something else."""
        for place in Place:
            if found := _match(place.value, text):
                return cls(Role(found["role"]), found["address"], place)
        return None


@dataclass(frozen=True, slots=True)
class Death:
    """One of the two QEMUs ends, without a word."""

    role: Role
    address: str

    def say(self) -> str:
        """Put it into words."""
        return _DEATH.format(role=self.role.value, address=self.address)

    @classmethod
    def read(cls, text: str) -> "Death | None":
        """Read it back; ``None`` when the text says something else."""
        found = _match(_DEATH, text)
        return cls(Role(found["role"]), found["address"]) if found else None


@dataclass(frozen=True, slots=True)
class Vanishing:
    """One of the two QEMUs falls silent; its connections stay open."""

    role: Role
    address: str

    def say(self) -> str:
        """Put it into words."""
        return _VANISHING.format(role=self.role.value, address=self.address)

    @classmethod
    def read(cls, text: str) -> "Vanishing | None":
        """Read it back; ``None`` when the text says something else."""
        found = _match(_VANISHING, text)
        return cls(Role(found["role"]), found["address"]) if found else None


@dataclass(frozen=True, slots=True)
class Replacement:
    """A new secondary is started as the first one was, with other values of the variables.

    :param images: the assignment of the image folder, as a shell line.
    :param primary: the assignment of the primary's address, as a shell line.
    :param launch: the title of the section that starts a secondary.
    :param prepare: the title of the section that prepares it.
    """

    address: str
    images: str
    primary: str
    launch: str
    prepare: str

    def say(self) -> str:
        """Put it into words."""
        return _REPLACEMENT.format(**{part.name: getattr(self, part.name) for part in fields(self)})

    @classmethod
    def read(cls, text: str) -> "Replacement | None":
        """Read it back; ``None`` when the text says something else."""
        found = _match(_REPLACEMENT, text)
        return cls(**found) if found else None


def say_tolerance(line: Hmp) -> str:
    """Put into words which reply of the human monitor is harmless, and why; empty: none is."""
    return _TOLERANCE.format(text=line.tolerates, because=line.because) if line.tolerates else ""


def read_tolerance(line: Hmp, text: str) -> Hmp | None:
    """Read it back; ``None`` when the text says something else."""
    found = _match(_TOLERANCE, text)
    return Hmp(line.line, found["text"], found["because"]) if found else None


_KINDS = (
    EventSeen,
    Checkpoints,
    StatusIs,
    StatusIsNone,
    CapabilityOn,
    Connected,
    Listening,
    ChardevsThere,
    ChardevsGone,
    ObjectIs,
    ObjectsGone,
    ObjectsThere,
    ChildGone,
    ChildrenAre,
    NodeGone,
    NodeThere,
    NotExported,
    Exported,
    Written,
    SizeIs,
    JobEnded,
    JobGone,
    JobIs,
    NoJobs,
    MigrationRests,
    ImageIs,
    SpaceFor,
    MemoryFor,
    NobodyListens,
    Answers,
)


def _build(kind: type[Condition], values: Mapping[str, str]) -> Condition:
    if kind is EventSeen:
        return EventSeen(values["event"], split(values["data"])[1])
    if kind is Checkpoints:
        return Checkpoints(int(values["count"]))
    if kind is ObjectIs:
        return ObjectIs(values["id"], split(values["settings"])[1])
    if kind is StatusIsNone:
        return StatusIsNone(values["query"], values["member"], _names(values["values"]))
    if kind is ChildrenAre:
        return ChildrenAre(values["drive"], _names(values["children"]))
    if kind is JobIs:
        return JobIs(values["job"], _names(values["states"]))
    if kind is SizeIs:
        return SizeIs(values["disk"], int(values["size"]))
    if kind is SpaceFor:
        return SpaceFor(values["folder"], int(values["mib"]))
    if kind is MemoryFor:
        return MemoryFor(int(values["mib"]))
    if kind is NobodyListens:
        return NobodyListens(tuple(map(int, _names(values["ports"]))))
    if kind is Answers:
        return Answers(values["address"], int(values["port"]))
    for of_names in (Connected, ChardevsThere, ChardevsGone, ObjectsThere, ObjectsGone):
        if kind is of_names:
            return of_names(_names(*values.values()))
    for of_texts in (
        StatusIs,
        CapabilityOn,
        ChildGone,
        Listening,
        NodeThere,
        NodeGone,
        Exported,
        NotExported,
        Written,
        JobEnded,
        JobGone,
        NoJobs,
        MigrationRests,
        ImageIs,
    ):
        if kind is of_texts:
            return of_texts(**values)
    raise AssertionError(kind)


def _match(phrase: str, text: str) -> dict[str, str] | None:
    match = _pattern(phrase).fullmatch(text.strip())
    return match.groupdict() if match else None


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    text = re.escape(phrase).replace(r"\{role\}", "(?P<role>primary|secondary)")
    text = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", text)
    return re.compile(text.replace(r"\ ", r"\s+"))


def _shown(value: str | int | tuple[str, ...] | tuple[tuple[str, str], ...]) -> str:
    if not isinstance(value, tuple):
        return str(value)
    pairs = [item for item in value if isinstance(item, tuple)]
    return join("", pairs).text if pairs else ", ".join(map(str, value))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()
