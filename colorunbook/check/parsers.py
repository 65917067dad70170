# SPDX-License-Identifier: GPL-2.0-or-later
"""The printed text, read back: commands, waits, guards and outcomes, each with its place.

Nothing here knows a runbook. What looks like one of the document's sentences and cannot be read is
a :class:`Garbled` passage, which no check passes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from colorunbook.book.actions import Assign, Await, Command, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.phrases import (
    Death,
    Expect,
    Place,
    Replacement,
    Vanishing,
    Where,
    read,
    read_tolerance,
    read_wait,
)
from colorunbook.check.lexers import Block, Kind, blocks
from colorunbook.errors import InputError
from colorunbook.hosts import Role
from colorunbook.qemu.argv import PROGRAM
from colorunbook.qemu.payload import HMP, Payload, is_object, read_json
from colorunbook.qemu.shell import Variable, read_assignment
from colorunbook.qemu.shell import read as read_words

PROMPT = "# "
GUARDS = "It begins only when:"
OUTCOMES = "It has worked when:"
_OPENINGS = (
    "Wait, at most",
    "In a shell of",
    "In the QMP monitor",
    "In the second QMP monitor",
    "(Where this page is tested",
    "First start a new secondary on",
    "A reply with",
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, as it stands and as it was understood."""

    where: Where
    text: str
    command: Command


@dataclass(frozen=True, slots=True)
class Waited:
    """A wait."""

    expect: Expect
    wait: Await


@dataclass(frozen=True, slots=True)
class Guarded:
    """A condition that has to hold before a section's commands."""

    expect: Expect


@dataclass(frozen=True, slots=True)
class Promised:
    """A condition that holds when a section has worked."""

    expect: Expect


@dataclass(frozen=True, slots=True)
class Garbled:
    """A sentence or a command that cannot be read; why."""

    text: str
    why: str


Content = Typed | Waited | Guarded | Promised | Death | Vanishing | Replacement | Garbled


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that a machine can check.

    :param section: the title it stands below.
    """

    section: str
    content: Content
    line: int
    start: int
    end: int


def passages(text: str) -> Iterator[Passage]:
    """Read a document, in order."""
    reader = _Reader()
    held: Passage | None = None
    for block in blocks(text):
        tolerated = _tolerance(held, block)
        if held is not None and tolerated is not None:
            held = tolerated
            continue
        for passage in reader.read(block):
            if held is not None:
                yield held
            held = passage
    if held is not None:
        yield held


class _Reader:
    """Remembers the section, the place and the variables while the blocks go by."""

    def __init__(self) -> None:
        self.section = ""
        self.where: Where | None = None
        self.list: type[Guarded] | type[Promised] | None = None
        self.variables: dict[tuple[Role, str], str] = {}

    def read(self, block: Block) -> Iterator[Passage]:
        match block.kind:
            case Kind.TITLE:
                self.section, self.where, self.list = block.text, None, None
            case Kind.BULLET if self.list is not None:
                yield self._passage(block, self._bullet(block.text, self.list))
            case Kind.LITERAL if self.where is not None:
                yield self._passage(block, self._command(block.text, self.where))
            case Kind.PARAGRAPH | Kind.BULLET:
                content = self._sentence(block.text)
                if content is not None:
                    yield self._passage(block, content)
            case Kind.LITERAL:
                pass

    def _passage(self, block: Block, content: Content) -> Passage:
        return Passage(self.section, content, block.line, block.start, block.end)

    def _bullet(self, text: str, kind: type[Guarded] | type[Promised]) -> Content:
        expect = read(text)
        return kind(expect) if expect else Garbled(text, "no condition says this")

    def _sentence(self, text: str) -> Content | None:
        self.list = Guarded if text == GUARDS else Promised if text == OUTCOMES else None
        if where := Where.read(text):
            self.where = where
            return None
        wait = read_wait(text)
        if wait is not None:
            return Waited(wait[0], Await(wait[0].condition, wait[1]))
        if said := Death.read(text) or Vanishing.read(text) or Replacement.read(text):
            return said
        if self.list is None and text.startswith(_OPENINGS):
            return Garbled(text, "it begins like one of the document's sentences, and is none")
        return None

    def _command(self, text: str, where: Where) -> Content:
        try:
            command = self._shell(text, where) if where.place is Place.SHELL else _qmp(text)
        except InputError as error:
            return Garbled(text, error.message)
        return Typed(where, text, command)

    def _shell(self, text: str, where: Where) -> Command:
        if not text.startswith(PROMPT):
            raise InputError(f"{text!r} does not begin with the prompt {PROMPT!r}.")
        line = text.removeprefix(PROMPT)
        assigned = read_assignment(line)
        if assigned is not None:
            self.variables[where.role, assigned[0]] = assigned[1]
            return Assign(Variable(*assigned))
        known = {
            name: value for (role, name), value in self.variables.items() if role is where.role
        }
        words = read_words(line, known)
        if not words:
            raise InputError("There is no command behind the prompt.")
        return Launch(words) if words[0].text == PROGRAM else Shell(words)


def _qmp(text: str) -> Command:
    """Understand a line of JSON; members that QMP does not know are left for QEMU to refuse."""
    value = read_json(text)
    kind = "exec-oob" if is_object(value) and "exec-oob" in value else "execute"
    if is_object(value) and isinstance(value.get(kind), str):
        value = {name: value[name] for name in (kind, "arguments") if name in value}
    payload = Payload.read(json.dumps(value))
    if yank := Yank.of(payload):
        return yank
    line = payload.arguments.get("command-line")
    if payload.execute == HMP and isinstance(line, str) and len(payload.arguments) == 1:
        return Hmp(line)
    return Qmp(payload)


def _tolerance(held: Passage | None, block: Block) -> Passage | None:
    """The passage before, where this block tells which of its replies are harmless."""
    if held is None or not isinstance(held.content, Typed) or block.kind is not Kind.PARAGRAPH:
        return None
    command = held.content.command
    line = read_tolerance(command, block.text) if isinstance(command, Hmp) else None
    return replace(held, content=replace(held.content, command=line)) if line else None
