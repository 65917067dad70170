# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands made from a schema: right ones at random, and right ones with one thing made wrong."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from colorunbook.qemu.payload import Json, JsonObject, Payload, is_object
from colorunbook.qemu.qapi import Alternate, Array, Builtin, Enumeration, Object, Type
from colorunbook.qemu.schema import Schema

NOWHERE = "/nonexistent/x"
"""Every string: a path at which nothing can be opened or made, and no well-formed identifier."""

_DEEP = 5


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes values that a schema allows.

    :param often: the chance that an optional member is there.
    """

    schema: Schema
    random: Random
    often: float = 0.3

    def payload(self, command: str) -> Payload:
        """A command with arguments."""
        arguments = self.value(self.schema.commands[command].arguments)
        assert is_object(arguments)
        return Payload(command, arguments)

    def value(self, name: str, depth: int = 0) -> Json:
        """A value of a type."""
        match self.schema.types[name]:
            case Builtin(json):
                values: dict[str, Json] = {
                    "int": self.random.choice((0, 1)),
                    "number": self.random.choice((0, 1.5)),
                    "string": NOWHERE,
                    "boolean": self.random.random() < 0.5,
                    "null": None,
                    "value": self.random.choice((0, NOWHERE, False)),
                }
                return values[json]
            case Enumeration(values=allowed):
                return self.random.choice(list(allowed))
            case Array(element):
                return [self.value(element, depth + 1) for _ in range(self.random.randint(0, 2))]
            case Alternate(choices):
                simple = [c for c in choices if not isinstance(self.schema.types[c], Object)]
                return self.value(
                    self.random.choice(simple if depth > _DEEP and simple else choices), depth + 1
                )
            case Object() as kind:
                return self._object(kind, depth)

    def _object(self, kind: Object, depth: int) -> JsonObject:
        made: JsonObject = {}
        branch: Type | None = kind
        while isinstance(branch, Object):
            for name, member in branch.members.items():
                there = not member.optional or (
                    depth <= _DEEP and self.random.random() < self.often
                )
                if there:
                    made[name] = self.value(member.type, depth + 1)
            branch = self.schema.types.get(branch.variants.get(str(made.get(branch.tag)), ""))
        return made


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing made wrong.

    :param kind: ``renamed``, ``type``, ``missing``, ``value`` or ``tag``.
    :param path: the names and numbers that lead to the place.
    :param to: what is put there; for ``renamed`` the new name.
    """

    kind: str
    path: tuple[str | int, ...]
    to: Json = None

    def applied(self, payload: Payload) -> Payload:
        """The command with this mistake."""
        arguments: JsonObject = deepcopy(dict(payload.arguments))
        place: Json = arguments
        for step in self.path[:-1]:
            place = _at(place, step)
        last = self.path[-1]
        if isinstance(place, list) and isinstance(last, int):
            place[last] = self.to
        elif is_object(place) and isinstance(last, str):
            if self.kind in ("renamed", "missing"):
                value = place.pop(last)
                if self.kind == "renamed":
                    place[str(self.to)] = value
            else:
                place[last] = self.to
        return Payload(payload.execute, arguments)


def _at(place: Json, step: str | int) -> Json:
    if isinstance(step, int):
        return place[step] if isinstance(place, list) else None
    return place[step] if is_object(place) else None


def mutations(schema: Schema, payload: Payload) -> Iterator[Mutation]:
    """Every mistake of the known kinds that can be made in a command."""
    arguments = dict(payload.arguments)
    yield from _inside(schema, schema.commands[payload.execute].arguments, arguments, ())


def _inside(
    schema: Schema, name: str, value: Json, path: tuple[str | int, ...]
) -> Iterator[Mutation]:
    match schema.types[name]:
        case Builtin(json):
            if json != "value":
                yield Mutation("type", path, 7 if json in ("string", "boolean", "null") else "x")
        case Enumeration():
            yield Mutation("value", path, f"{value}-x")
            yield Mutation("type", path, 7)
        case Array(element):
            yield Mutation("type", path, {})
            for number, item in enumerate(value if isinstance(value, list) else ()):
                yield from _inside(schema, element, item, (*path, number))
        case Alternate(choices):
            kinds = [schema.types[choice] for choice in choices]
            if not any(isinstance(kind, Array) for kind in kinds):
                yield Mutation("type", path, [])
            for kind in kinds:
                if is_object(value) and isinstance(kind, Object):
                    yield from _members(schema, kind, value, path)
        case Object() as kind:
            if path:
                yield Mutation("type", path, "x")
            if is_object(value):
                yield from _members(schema, kind, value, path)


def _members(
    schema: Schema, kind: Object, value: JsonObject, path: tuple[str | int, ...]
) -> Iterator[Mutation]:
    branch: Type | None = kind
    while isinstance(branch, Object):
        for name, member in branch.members.items():
            if name not in value:
                continue
            place = (*path, name)
            yield Mutation("renamed", place, f"{name}-x")
            if not member.optional:
                yield Mutation("missing", place)
            if name == branch.tag:
                yield Mutation("tag", place, f"{value[name]}-x")
            yield from _inside(schema, member.type, value[name], place)
        branch = schema.types.get(branch.variants.get(str(value.get(branch.tag)), ""))
