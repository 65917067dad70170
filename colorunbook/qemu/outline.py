# SPDX-License-Identifier: GPL-2.0-or-later
"""The arguments of a command as an outline: what a schema says, for a person to read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from colorunbook.errors import InputError
from colorunbook.qemu.judgement import nearest
from colorunbook.qemu.qapi import Alternate, Array, Builtin, Enumeration, Member, Object, Type
from colorunbook.qemu.schema import Schema

_DEEP = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One member.

    :param path: its name, after the names of what it is in.
    :param kind: what it has to be, in words.
    """

    path: str
    kind: str
    optional: bool
    features: tuple[str, ...]


def outline(schema: Schema, command: str, chosen: Mapping[str, str]) -> tuple[Row, ...]:
    """The arguments of a command, each object's members after it.

    :param chosen: the value of the tag of a union by its path, as in ``backend.type``; of another
        union only what all its branches share is told.
    :raises InputError: there is no such command, or nothing to choose there.
    """
    if command not in schema.commands:
        near = nearest(command, schema.commands)
        raise InputError(f"There is no command {command!r}.", f"There is: {near}." if near else "")
    writer = _Writer(schema.types, chosen)
    rows = tuple(writer.members(schema.types[schema.commands[command].arguments], ""))
    for path in chosen.keys() - writer.used:
        raise InputError(f"{command} has no union with the tag {path!r}.", "Look without --with.")
    return rows


class _Writer:
    def __init__(self, types: Mapping[str, Type], chosen: Mapping[str, str]) -> None:
        self._types = types
        self._chosen = chosen
        self.used: set[str] = set()

    def members(self, kind: Type, path: str) -> Iterator[Row]:
        if not isinstance(kind, Object):
            return
        for name, member in kind.members.items():
            yield from self._member(f"{path}{name}", member)
        tag = f"{path}{kind.tag}"
        if kind.tag and tag in self._chosen:
            self.used.add(tag)
            known = self._types[kind.members[kind.tag].type]
            value = self._chosen[tag]
            if not isinstance(known, Enumeration) or value not in known.values:
                names = known.values if isinstance(known, Enumeration) else ()
                near = nearest(value, names)
                advice = f"There is: {near}." if near else ""
                raise InputError(f"{tag} cannot be {value!r}.", advice)
            if value in kind.variants:
                yield from self.members(self._types[kind.variants[value]], path)

    def _member(self, path: str, member: Member) -> Iterator[Row]:
        kind = self._types[member.type]
        yield Row(path, self._words(kind), member.optional, member.features)
        inner, below = kind, f"{path}."
        if isinstance(kind, Array):
            inner, below = self._types[kind.element], f"{path}[]."
        if path.count(".") < _DEEP:
            yield from self.members(inner, below)

    def _words(self, kind: Type) -> str:
        match kind:
            case Builtin(json):
                return "anything" if json == "value" else json
            case Enumeration(values):
                return " | ".join(_value(name, features) for name, features in values.items())
            case Array(element):
                return f"array of {self._words(self._types[element])}"
            case Alternate(choices):
                return " or ".join(self._words(self._types[choice]) for choice in choices)
            case Object(tag=tag):
                return f"object, its members by {tag}" if tag else "object"


def _value(name: str, features: tuple[str, ...]) -> str:
    return f"{name} ({', '.join(features)})" if features else name
