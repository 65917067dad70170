# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP on the wire as values: commands, and HMP as the special case it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from colorunbook.errors import InputError

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
JsonObject = dict[str, Json]

HMP = "human-monitor-command"

NEGOTIATION: Final = "qmp_capabilities"
"""What a session begins with: nothing else is taken before it (the same spec, "Capabilities")."""


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Tell whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def as_objects(value: Json) -> list[JsonObject]:
    """The objects of a JSON array; empty for anything else."""
    return [item for item in value if is_object(item)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Payload:
    """One QMP command: its name and its arguments (QEMU's qmp-spec, "Issuing Commands").

    :param oob: it is sent out of band, and overtakes whatever hangs (the same section).
    """

    execute: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    oob: bool = False

    def as_json(self) -> JsonObject:
        """The JSON object that is sent; no ``arguments`` member when there are none."""
        kind = "exec-oob" if self.oob else "execute"
        if not self.arguments:
            return {kind: self.execute}
        return {kind: self.execute, "arguments": dict(self.arguments)}

    @property
    def text(self) -> str:
        """One line of JSON: what the document prints is what is sent."""
        return json.dumps(self.as_json(), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> "Payload":
        """Read one line of JSON.

        :raises InputError: it is no JSON, or no QMP command.
        """
        value = read_json(text)
        if not is_object(value):
            raise InputError(f"{text!r} is not a QMP command.", "It has to be a JSON object.")
        oob = "exec-oob" in value and "execute" not in value
        kind = "exec-oob" if oob else "execute"
        name, arguments = value.get(kind), value.get("arguments", {})
        if not isinstance(name, str) or not is_object(arguments):
            raise InputError(f"{text!r} is not a QMP command.", "It needs a member 'execute'.")
        stray = sorted(value.keys() - {kind, "arguments"})
        if stray:
            raise InputError(f"{text!r} has a member {stray[0]!r} that QMP does not know.")
        return cls(name, arguments, oob)


def read_json(text: str) -> Json:
    """Read somebody else's JSON.

    :raises InputError: it is none, or nested too deeply.
    """
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise InputError(f"{shown!r} is not JSON: {error}.") from None
    return value


_SHOWN = 200
"""Letters of what cannot be read that are shown."""


def hmp(line: str) -> Payload:
    """A line for the human monitor, carried by QMP."""
    return Payload(HMP, {"command-line": line})
