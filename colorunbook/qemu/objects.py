# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU objects (``-object`` and ``object-add``): one value, spelled either way."""

from dataclasses import dataclass

from colorunbook.qemu.options import join
from colorunbook.qemu.payload import Json, JsonObject, Payload
from colorunbook.qemu.shell import Word

Setting = str | bool | int
"""The value of a property, as JSON has it."""


@dataclass(frozen=True, slots=True)
class QemuObject:
    """A user-creatable object (qapi/qom.json, ObjectOptions).

    :param kind: its QOM type, as in ``filter-mirror``.
    :param properties: name and value pairs in the order they are spelled, ``id`` among them.
    """

    kind: str
    properties: tuple[tuple[str, Setting], ...]

    @property
    def id(self) -> str:
        """Its name below ``/objects``."""
        return spelled(dict(self.properties)["id"])

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """The properties other than ``id``: what ``qom-get`` of the living object shows."""
        return tuple((name, spelled(value)) for name, value in self._own)

    @property
    def _own(self) -> tuple[tuple[str, Setting], ...]:
        return tuple((name, value) for name, value in self.properties if name != "id")

    @property
    def option(self) -> Word:
        """The value of ``-object``."""
        return join(self.kind, [(name, spelled(value)) for name, value in self.properties])

    def add(self, *, before: str | None = None) -> Payload:
        """The command that makes it while QEMU runs.

        :param before: the filter that it has to stand in front of.
        """
        arguments: JsonObject = {"qom-type": self.kind, "id": self.id}
        if before is not None:
            arguments |= {"insert": "before", "position": f"id={before}"}
        return Payload("object-add", {**arguments, **dict(self._own)})

    @property
    def delete(self) -> Payload:
        """The command that ends it."""
        return Payload("object-del", {"id": self.id})


def spelled(value: Json) -> str:
    """A value as an option string has it: a switch is ``on`` or ``off``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
