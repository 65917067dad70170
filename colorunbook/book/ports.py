# SPDX-License-Identifier: GPL-2.0-or-later
"""What a knock at a TCP port finds, and the condition that somebody answers there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from colorunbook.addresses import Door


class Knock(Enum):
    """What came of an attempt to connect."""

    ANSWERS = "answers"
    """The kernel accepted for somebody who listens; that one may be stopped, and go on later."""

    REFUSED = "refuses"
    """The host is there, and nobody listens."""

    SILENT = "is silent"
    """Nothing came back: no host, no way there, a full queue, or a host that is slow."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Somebody answers at a TCP port of another host, asked from this one.

    Never to be asked of the port where a QEMU waits for its migration: the connection would be
    taken for the migration, and QEMU ends with it.
    """

    NAME: ClassVar[str] = "reach"
    PHRASE: ClassVar[str] = "port ``{port}`` of ``{address}`` answers the {role} host"
    address: str
    port: int

    @property
    def doors(self) -> tuple[Door, ...]:
        """Where to knock."""
        return (Door(self.address, self.port),)

    def holds(self, knocks: Sequence[Knock]) -> bool | None:
        """Tell whether somebody answers; silence tells nothing."""
        return {Knock.ANSWERS: True, Knock.REFUSED: False, Knock.SILENT: None}[knocks[0]]

    def seen(self, knocks: Sequence[Knock]) -> str:
        """What came back."""
        return f"it {knocks[0].value}"
