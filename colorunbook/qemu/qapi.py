# SPDX-License-Identifier: GPL-2.0-or-later
"""The types of QAPI, as ``query-qmp-schema`` tells them (docs/devel/qapi-code-gen, Introspection).

They have numbers for names there, since their real names are no part of the interface.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from colorunbook.errors import InputError
from colorunbook.qemu.judgement import WARNINGS
from colorunbook.qemu.payload import JsonObject, as_objects


@dataclass(frozen=True, slots=True)
class Builtin:
    """A type of JSON itself.

    :param json: ``int``, ``number``, ``string``, ``boolean``, ``null`` or ``value`` (anything).
    """

    json: str


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A string out of a list.

    :param values: each with the warnings that it carries.
    """

    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Array:
    """Any number of one type."""

    element: str


@dataclass(frozen=True, slots=True)
class Alternate:
    """One of several types, told apart by what JSON it is."""

    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object."""

    type: str
    optional: bool
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Object:
    """Named members; a union has more of them, which depend on the value of its tag.

    :param tag: the member that chooses; empty: it is no union.
    :param variants: the type of the further members, by the tag's value.
    """

    members: Mapping[str, Member]
    tag: str = ""
    variants: Mapping[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    :param arguments: the type of its arguments.
    :param reply: the type of what it returns.
    :param oob: it can be sent out of band.
    """

    arguments: str
    reply: str
    features: tuple[str, ...]
    oob: bool


Type = Builtin | Enumeration | Array | Alternate | Object

JSON_TYPES = ("int", "number", "string", "boolean", "null", "value")
"""What a :class:`Builtin` can be."""


def text_of(entry: JsonObject, name: str) -> str:
    """A string member of an entry.

    :raises InputError: there is none.
    """
    value = entry.get(name)
    if not isinstance(value, str):
        raise InputError(f"An entry of the schema has no {name!r}.")
    return value


def _features(entry: JsonObject) -> tuple[str, ...]:
    found = entry.get("features", [])
    return tuple(f for f in WARNINGS if f in found) if isinstance(found, list) else ()


def command_of(entry: JsonObject) -> Command:
    """Read an entry that is a command."""
    oob = entry.get("allow-oob") is True
    return Command(text_of(entry, "arg-type"), text_of(entry, "ret-type"), _features(entry), oob)


def type_of(entry: JsonObject) -> Type:
    """Read an entry that is a type.

    :raises InputError: it is of no kind that is known.
    """
    match text_of(entry, "meta-type"):
        case "builtin":
            json = text_of(entry, "json-type")
            if json not in JSON_TYPES:
                raise InputError(f"The schema has an unknown type of JSON {json!r}.")
            return Builtin(json)
        case "enum":
            return Enumeration(_values(entry))
        case "array":
            return Array(text_of(entry, "element-type"))
        case "alternate":
            members = as_objects(entry.get("members"))
            return Alternate(tuple(text_of(member, "type") for member in members))
        case "object":
            variants = as_objects(entry.get("variants"))
            return Object(
                {text_of(m, "name"): _member(m) for m in as_objects(entry.get("members"))},
                text_of(entry, "tag") if "tag" in entry else "",
                {text_of(v, "case"): text_of(v, "type") for v in variants},
                _features(entry),
            )
        case kind:
            raise InputError(f"The schema has an entry of an unknown kind {kind!r}.")


def _values(entry: JsonObject) -> Mapping[str, tuple[str, ...]]:
    """Each value; QEMU before 6.2 tells them without features."""
    members = as_objects(entry.get("members"))
    if members:
        return {text_of(member, "name"): _features(member) for member in members}
    values = entry.get("values")
    return {str(value): () for value in values} if isinstance(values, list) else {}


def _member(entry: JsonObject) -> Member:
    return Member(text_of(entry, "type"), "default" in entry, _features(entry))


def inside(kind: Type) -> tuple[str, ...]:
    """The types that take the place of a value of this type, or are its elements."""
    match kind:
        case Builtin() | Enumeration():
            return ()
        case Array(element):
            return (element,)
        case Alternate(choices):
            return choices
        case Object(variants=variants):
            return tuple(variants.values())


def named(kind: Type) -> tuple[str, ...]:
    """Every type that this one names."""
    members = kind.members.values() if isinstance(kind, Object) else ()
    return (*inside(kind), *(member.type for member in members))
