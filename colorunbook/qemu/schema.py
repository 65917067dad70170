# SPDX-License-Identifier: GPL-2.0-or-later
"""The QAPI schema of one QEMU, and commands held against it.

What a schema does not tell is not judged: the range of an integer, which members exclude each
other, and whether what a name refers to is there.
"""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from colorunbook.errors import InputError
from colorunbook.qemu.judgement import Feature, Finding, Problem, nearest, unknown
from colorunbook.qemu.payload import Json, Payload, as_objects
from colorunbook.qemu.qapi import (
    Command,
    Enumeration,
    Object,
    Type,
    command_of,
    inside,
    named,
    text_of,
    type_of,
)
from colorunbook.qemu.visitor import Visitor

_OPEN = ("device_add",)
"""Takes whatever its device has for properties; the schema leaves them out (qapi/qdev.json)."""


class Schema:
    """One schema; it does not change.

    :raises InputError: the entries are not those of a schema, or name what is not there.
    """

    def __init__(self, entries: Json) -> None:
        types: dict[str, Type] = {}
        commands: dict[str, Command] = {}
        events: dict[str, str] = {}
        for entry in as_objects(entries):
            name = text_of(entry, "name")
            match text_of(entry, "meta-type"):
                case "command":
                    commands[name] = command_of(entry)
                case "event":
                    events[name] = text_of(entry, "arg-type")
                case _:
                    types[name] = type_of(entry)
        if not types or not commands:
            raise InputError("This is no QAPI schema.", "query-qmp-schema returns one.")
        self.types: Mapping[str, Type] = types
        self.commands: Mapping[str, Command] = commands
        self.events: Mapping[str, str] = events
        self._verify()

    def _verify(self) -> None:
        """See that every name leads somewhere, and none back to itself."""
        used = {name for kind in self.types.values() for name in named(kind)}
        used |= {name for c in self.commands.values() for name in (c.arguments, c.reply)}
        for name in sorted(used.union(self.events.values()) - self.types.keys()):
            raise InputError(f"The schema has no type {name!r}, which it names.")
        for kind in self.types.values():
            if isinstance(kind, Object) and kind.tag and kind.tag not in kind.members:
                raise InputError(f"A union of the schema has no member {kind.tag!r}, its tag.")
        try:
            order = TopologicalSorter({name: inside(kind) for name, kind in self.types.items()})
            order.prepare()
        except CycleError as error:
            raise InputError(f"The schema's type {error.args[1][0]!r} is made of itself.") from None

    def arguments(self, command: str) -> Object:
        """The type of a command's arguments; without members where there is no such command."""
        found = self.commands.get(command)
        kind = self.types[found.arguments] if found else None
        return kind if isinstance(kind, Object) else Object({})

    def tags(self, name: str) -> tuple[str, ...]:
        """The values that the tag of a union can have; none for another type."""
        union = self.types[name]
        if not isinstance(union, Object) or not union.tag:
            return ()
        tag = self.types[union.members[union.tag].type]
        return tuple(tag.values) if isinstance(tag, Enumeration) else ()

    def findings(self, payload: Payload) -> Iterator[Finding]:
        """Everything that the schema says of a command, in the order of its members."""
        command = self.commands.get(payload.execute)
        if command is None:
            yield unknown("execute", "names no command:", payload.execute, self.commands)
            return
        for name in command.features:
            yield Feature(name, "command", payload.execute, "execute")
        visitor = Visitor(self.types, tolerant=payload.execute in _OPEN)
        yield from visitor.visit(command.arguments, dict(payload.arguments), "arguments")

    def event(self, name: str, data: Iterable[str]) -> Iterator[Finding]:
        """What is wrong with waiting for an event whose data has these members."""
        if name not in self.events:
            yield unknown("event", "names no event:", name, self.events)
            return
        kind = self.types[self.events[name]]
        known = kind.members if isinstance(kind, Object) else {}
        for member in data:
            if member not in known and not (isinstance(kind, Object) and kind.tag):
                near = nearest(member, known)
                yield Problem(f"data.{member}", f"is no member of {name}", near)

    def problems(self, payload: Payload) -> tuple[Problem, ...]:
        """Why QEMU would refuse a command; empty: by its schema it would not."""
        return tuple(found for found in self.findings(payload) if isinstance(found, Problem))

    def features(self, payload: Payload) -> tuple[Feature, ...]:
        """What of a command is deprecated or unstable."""
        return tuple(found for found in self.findings(payload) if isinstance(found, Feature))
