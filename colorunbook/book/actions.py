# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be done to one host: a closed union, matched exhaustively by every reader."""

from collections.abc import Sequence
from dataclasses import dataclass

from colorunbook.book.conditions import Condition
from colorunbook.qemu.payload import Json, JsonObject, Payload, as_objects, hmp
from colorunbook.qemu.shell import Variable, Word

NODE = "#block0"
"""What stands in the document for the names that QEMU makes up for its block nodes."""


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a shell variable its value; later commands on this host refer to it."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Shell:
    """Run one command to its end; any exit status but 0 is a failure."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Launch:
    """Start a QEMU that goes on running."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Qmp:
    """Send one QMP command."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Hmp:
    """Send one line of the human monitor through QMP.

    HMP has no error replies: a reply that is not empty is taken for one, unless it is tolerated.

    :param tolerates: a piece of text that a harmless reply contains; empty: none is harmless.
    :param because: why such a reply is harmless here.
    """

    line: str
    tolerates: str = ""
    because: str = ""

    @property
    def payload(self) -> Payload:
        """The QMP command that carries the line."""
        return hmp(self.line)

    def complaint(self, reply: Json) -> str:
        """What a reply objects to; empty: nothing, or what is tolerated."""
        text = str(reply).strip()
        return "" if self.tolerates and self.tolerates in text else text


@dataclass(frozen=True, slots=True)
class Yank:
    """Cut the connections to a peer that has vanished, so that nothing waits for it any more.

    It goes out of band, past whatever hangs. What can be cut is asked of QEMU, which makes up the
    names of its block nodes (qapi/yank.json).

    :param chardevs: those that lead to the peer; all others are spared, since what leads from a
        QEMU to itself does not connect again.
    """

    chardevs: tuple[str, ...]

    @property
    def question(self) -> Payload:
        """What can be cut."""
        return Payload("query-yank", oob=True)

    def chosen(self, reply: Json) -> list[JsonObject]:
        """What is to be cut of what can be: the peer's disk, the migration, its chardevs."""
        return [instance for instance in as_objects(reply) if self._concerns(instance)]

    def payload(self, instances: Sequence[JsonObject]) -> Payload:
        """The command that cuts them."""
        return Payload("yank", {"instances": [*instances]}, oob=True)

    @property
    def example(self) -> Payload:
        """The command as it is printed, with a name where QEMU's own has to stand."""
        node: JsonObject = {"type": "block-node", "node-name": NODE}
        ids: list[JsonObject] = [{"type": "chardev", "id": name} for name in self.chardevs]
        return self.payload([node, {"type": "migration"}, *ids])

    @classmethod
    def of(cls, payload: Payload) -> "Yank | None":
        """Read it back from its example; ``None``: it is something else."""
        instances = as_objects(payload.arguments.get("instances"))
        ids = [str(each["id"]) for each in instances if each.get("type") == "chardev"]
        found = cls(tuple(ids))
        return found if found.example == payload else None

    def _concerns(self, instance: JsonObject) -> bool:
        match instance.get("type"):
            case "block-node" | "migration":
                return True
            case "chardev":
                return instance.get("id") in self.chardevs
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until something holds.

    :param within: the longest wait, in seconds. Where QEMU tells how much is left (of a copy of a
        disk, of a migration), it is the longest time in which that gets no less: a large guest
        takes as long as it takes.
    """

    condition: Condition
    within: int


Action = Assign | Shell | Launch | Qmp | Hmp | Yank | Await
Command = Assign | Shell | Launch | Qmp | Hmp | Yank
