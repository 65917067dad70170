# SPDX-License-Identifier: GPL-2.0-or-later
"""The vocabulary that runbooks are written in: each verb makes one step.

The verbs of disks are in :mod:`colorunbook.book.storage`.
"""

from colorunbook.book.actions import Assign, Await, Launch, Qmp, Shell
from colorunbook.book.conditions import Condition
from colorunbook.book.runbook import Step
from colorunbook.qemu.argv import CommandLine
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.objects import QemuObject
from colorunbook.qemu.options import InFolder
from colorunbook.qemu.payload import Json, Payload
from colorunbook.qemu.shell import Variable, Word, words


def assign(variable: Variable, title: str) -> Step:
    """Give a shell variable its value."""
    return Step(title, Assign(variable))


def create_image(image: InFolder, size: str) -> Step:
    """Make an empty qcow2 image."""
    line = (*words("qemu-img", "create", "-f", "qcow2"), Word.of(*image.parts), *words(size))
    return Step(f"Create {image.name}", Shell(line))


def launch(command: CommandLine) -> Step:
    """Start a QEMU."""
    return Step(f"Start the {command.name}", Launch(command.words()))


def negotiate() -> Step:
    """Leave QMP's negotiation mode: the first command of every session."""
    return qmp("Open the QMP session", Payload("qmp_capabilities"))


def set_capabilities(names: tuple[str, ...]) -> Step:
    """Switch migration capabilities on."""
    states: list[Json] = [{"capability": name, "state": True} for name in names]
    payload = Payload("migrate-set-capabilities", {"capabilities": states})
    return qmp(f"Switch {' and '.join(names)} on", payload)


def set_parameter(name: str, value: int) -> Step:
    """Set one number of the migration's parameters."""
    return qmp(f"Set {name} to {value}", Payload("migrate-set-parameters", {name: value}))


def add_object(part: QemuObject, *, before: str | None = None) -> Step:
    """Make a filter, a comparison or a thread."""
    return qmp(f"Add {part.id}", part.add(before=before))


def delete_object(part: QemuObject) -> Step:
    """End a filter, a comparison or a thread."""
    return qmp(f"Delete {part.id}", part.delete)


def add_chardev(part: SocketChardev) -> Step:
    """Open a socket."""
    return qmp(f"Add {part.id}", part.add)


def remove_chardev(part: SocketChardev) -> Step:
    """Close a socket."""
    return qmp(f"Remove {part.id}", part.remove)


def migrate(uri: str) -> Step:
    """Send the guest to the secondary; with ``x-colo`` on, both go on running."""
    return qmp("Migrate", Payload("migrate", {"uri": uri}))


def lost_heartbeat() -> Step:
    """Tell a QEMU that its peer is gone: it takes over alone."""
    return qmp("Declare the peer dead", Payload("x-colo-lost-heartbeat"))


def stop_guest() -> Step:
    """Pause the guest."""
    return qmp("Pause the guest", Payload("stop"))


def wait_until(condition: Condition, *, within: int, title: str) -> Step:
    """Wait until something holds.

    :param within: the longest wait, in seconds.
    """
    return Step(title, Await(condition, within))


def qmp(title: str, payload: Payload) -> Step:
    """Send one QMP command."""
    return Step(title, Qmp(payload))
