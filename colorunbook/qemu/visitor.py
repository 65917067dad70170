# SPDX-License-Identifier: GPL-2.0-or-later
"""A value held against a type of the schema, as QEMU's input visitor does it.

Values of an option string are all text, and QEMU reads numbers and switches out of them
(util/keyval.c, and the "keyval" variant in qapi/qobject-input-visitor.c); so does this one then.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from colorunbook.qemu.judgement import Feature, Finding, Problem, Unchecked, nearest, unknown
from colorunbook.qemu.payload import Json, JsonObject, is_object
from colorunbook.qemu.qapi import Alternate, Array, Builtin, Enumeration, Member, Object, Type

SWITCH = ("on", "yes", "true", "y", "off", "no", "false", "n")
"""What QEMU reads as a boolean (qapi/qapi-util.c)."""

# Sizes are integers to the schema: 64M may be right, and whether it is only the type would tell.
_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|[0-9]+(\.[0-9]+)?[bkmgtpeBKMGTPE]?)")
_WHOLE = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|[0-9]+)")
_RANGE = re.compile(rf"{_WHOLE.pattern}(-{_WHOLE.pattern})?")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NOTHING = re.compile("")
_MANY = 8
_DEEP = 40


@dataclass(frozen=True, slots=True)
class Visitor:
    """Goes through a value and its type together.

    :param keyval: the value comes from an option string: its scalars are text.
    :param flat: it comes from one that QEMU never nests: what is repeated, or is there once, fills
        an array, and numbers in one may be a range (qapi/opts-visitor.c).
    :param tolerant: unknown members of the outermost object are somebody else's to judge.
    """

    types: Mapping[str, Type]
    keyval: bool = False
    flat: bool = False
    tolerant: bool = False
    depth: int = 0

    def visit(self, name: str, value: Json, path: str) -> Iterator[Finding]:
        """What is to be said of a value of the type called ``name``."""
        kind = self.types[name]
        if self.flat and self.depth:
            value = _gathered(kind, value)
        match kind:
            case Builtin(json):
                if not self._fits(json, value):
                    yield Problem(path, f"has to be {_WORDS[json]}, not {_kind(value)}")
                elif json == "int" and isinstance(value, str) and not _WHOLE.fullmatch(value):
                    why = "whether a number may have a unit there QEMU does not tell"
                    yield Unchecked(f"{path}={value}", why)
            case Enumeration() as enum:
                yield from _enumeration(enum, value, path)
            case Array(element):
                if not isinstance(value, list):
                    yield Problem(path, f"has to be an array, not {_kind(value)}")
                    return
                if self.flat and self.types[element] == Builtin("int"):
                    yield from _ranges(value, path)
                    return
                if self.flat and isinstance(self.types[element], Object):
                    # QEMU puts each into the one member of an object of its own (StringList).
                    yield Unchecked(path, "it is text with a form that QEMU does not tell")
                    return
                for number, item in enumerate(value):
                    place = f"{path}.{number}" if self.keyval else f"{path}[{number}]"
                    yield from self.visit(element, item, place)
            case Alternate() as choice:
                yield from self._alternate(choice, value, path)
            case Object() as members:
                if not is_object(value):
                    yield Problem(path, f"has to be an object, not {_kind(value)}")
                elif self.depth > _DEEP:
                    yield Unchecked(path, "it is nested too deeply")
                else:
                    yield from self._object(members, value, path)

    def _object(self, kind: Object, value: JsonObject, path: str) -> Iterator[Finding]:
        members: dict[str, Member] = {}
        branch: Type | None = kind
        while isinstance(branch, Object):
            for feature in branch.features:
                yield Feature(feature, "object", path.rpartition(".")[2], path)
            members |= branch.members
            chosen = value.get(branch.tag) if branch.tag else ""
            if branch.tag and (not isinstance(chosen, str) or not self._chooses(branch, chosen)):
                yield from self._tag(branch, value, path)
                return
            branch = self.types.get(branch.variants.get(str(chosen), ""))
        inner = replace(self, tolerant=False, depth=self.depth + 1)
        for name, part in value.items():
            place = below(path, name)
            if name in members:
                for feature in members[name].features:
                    yield Feature(feature, "member", name, place)
                yield from inner.visit(members[name].type, part, place)
            elif not self.tolerant:
                yield Problem(place, "is not a member that is known there", nearest(name, members))
        for name, member in members.items():
            if name not in value and not member.optional:
                yield Problem(below(path, name), "is missing")

    def _tag(self, kind: Object, value: JsonObject, path: str) -> Iterator[Finding]:
        """The member that chooses the others is wrong: of the others nothing can be said."""
        place = below(path, kind.tag)
        if kind.tag not in value:
            for name in sorted(value.keys() - kind.members.keys()):
                if near := nearest(name, [kind.tag]):
                    yield Problem(below(path, name), "is not a member that is known there", near)
            yield Problem(place, "is missing")
            return
        inner = replace(self, tolerant=False, depth=self.depth + 1)
        yield from inner.visit(kind.members[kind.tag].type, value[kind.tag], place)

    def _chooses(self, union: Object, chosen: str) -> bool:
        """Tell whether the tag can have this value; not every value has members of its own."""
        tag = self.types[union.members[union.tag].type]
        return isinstance(tag, Enumeration) and chosen in tag.values

    def _alternate(self, choice: Alternate, value: Json, path: str) -> Iterator[Finding]:
        types = [(name, self.types[name]) for name in choice.choices]
        for name, kind in types:
            if self._could_be(kind, value):
                yield from self.visit(name, value, path)
                return
        wanted = " or ".join(dict.fromkeys(_wanted(kind) for _, kind in types))
        yield Problem(path, f"has to be {wanted}, not {_kind(value)}")

    def _could_be(self, kind: Type, value: Json) -> bool:
        """Tell whether JSON of this sort chooses this branch."""
        match kind:
            case Builtin(json):
                return self._fits(json, value)
            case Enumeration():
                return isinstance(value, str)
            case Array():
                return isinstance(value, list)
            case Object():
                return is_object(value)
            case Alternate():
                return False  # QAPI has none inside another

    def _fits(self, json: str, value: Json) -> bool:
        if self.keyval and isinstance(value, str):
            return reads(json, value)
        return _is(json, value)


def _gathered(kind: Type, value: Json) -> Json:
    """A scalar for an array is an array of one; of a scalar that is repeated the last counts."""
    if isinstance(kind, Array):
        return [value] if isinstance(value, str) else value
    return value[-1] if isinstance(value, list) and value else value


def _ranges(values: list[Json], path: str) -> Iterator[Finding]:
    for value in values:
        if not isinstance(value, str) or not _RANGE.fullmatch(value):
            yield Problem(path, f"has to be an integer or a range, not {_kind(value)}")


def _is(json: str, value: Json) -> bool:
    """Tell whether a value has a type of JSON; a boolean is no integer here."""
    if isinstance(value, bool):
        return json in ("boolean", "value")
    if isinstance(value, int):
        return json in ("number", "value") or (json == "int" and -(2**63) <= value < 2**64)
    if isinstance(value, float):
        return json in ("number", "value")
    if isinstance(value, str):
        return json in ("string", "value")
    return json == "value" or (json == "null" and value is None)


def reads(json: str, text: str) -> bool:
    """Tell whether QEMU reads a scalar of this type out of the text of an option.

    :param json: as in the schema; ``whole`` is an integer that is no size.
    """
    if json == "boolean":
        return text in SWITCH
    pattern = {"int": _INTEGER, "whole": _WHOLE, "number": _NUMBER, "null": _NOTHING}.get(json)
    return pattern is None or pattern.fullmatch(text) is not None


def _enumeration(enum: Enumeration, value: Json, path: str) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield Problem(path, f"has to be a string, not {_kind(value)}")
    elif value not in enum.values:
        few = len(enum.values) <= _MANY
        what = f"is one of {', '.join(enum.values)}, not" if few else "cannot be"
        yield unknown(path, what, value, enum.values)
    else:
        for feature in enum.values[value]:
            yield Feature(feature, "value", value, path)


def below(path: str, name: str) -> str:
    """The place of a member; a path that ends in a blank is the name of an option."""
    return f"{path}{name}" if path.endswith(" ") else f"{path}.{name}"


_WORDS = {
    "int": "an integer",
    "number": "a number",
    "string": "a string",
    "boolean": "a boolean",
    "null": "null",
    "value": "anything",
}


def _wanted(kind: Type) -> str:
    match kind:
        case Builtin(json):
            return _WORDS[json]
        case Array():
            return "an array"
        case Object():
            return "an object"
        case Enumeration() | Alternate():
            return "a string"


def _kind(value: Json) -> str:
    """What a value is, for a sentence."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the string {value!r}"
    return "an array" if isinstance(value, list) else "an object"
