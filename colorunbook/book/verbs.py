# SPDX-License-Identifier: GPL-2.0-or-later
"""The vocabulary that runbooks are written in: each verb makes one step.

The verbs of disks are in :mod:`colorunbook.book.storage`.
"""

from collections.abc import Iterable

from colorunbook.book.actions import Assign, Await, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import (
    CapabilityOn,
    ChardevsGone,
    ChardevsThere,
    Condition,
    MigrationRests,
    ObjectsGone,
    ObjectsThere,
    StatusIs,
    StatusIsNone,
    colo_mode_is,
    guest_is,
)
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.hosts import Role
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
    step = qmp(f"Switch {' and '.join(names)} on", _capabilities(names, on=True))
    undo = Qmp(_capabilities(names, on=False))
    return step.done_when(*(CapabilityOn(name) for name in names)).undone_by(undo)


def _capabilities(names: tuple[str, ...], *, on: bool) -> Payload:
    states: list[Json] = [{"capability": name, "state": on} for name in names]
    return Payload("migrate-set-capabilities", {"capabilities": states})


def set_parameter(name: str, value: int) -> Step:
    """Set one number of the migration's parameters."""
    step = qmp(f"Set {name} to {value}", Payload("migrate-set-parameters", {name: value}))
    return step.done_when(StatusIs("query-migrate-parameters", name, str(value)))


def add_object(part: QemuObject, *, before: str | None = None) -> Step:
    """Make a filter, a comparison or a thread."""
    step = qmp(f"Add {part.id}", part.add(before=before))
    return step.done_when(ObjectsThere((part.id,))).undone_by(Qmp(part.delete))


def delete_object(part: QemuObject) -> Step:
    """End a filter, a comparison or a thread."""
    return qmp(f"Delete {part.id}", part.delete).done_when(ObjectsGone((part.id,)))


def add_chardev(part: SocketChardev) -> Step:
    """Open a socket."""
    step = qmp(f"Add {part.id}", part.add).done_when(ChardevsThere((part.id,)))
    return step.undone_by(Qmp(part.remove))


def remove_chardev(part: SocketChardev) -> Step:
    """Close a socket."""
    return qmp(f"Remove {part.id}", part.remove).done_when(ChardevsGone((part.id,)))


def migrate(uri: str) -> Step:
    """Send the guest to the secondary; with ``x-colo`` on, both go on running."""
    step = qmp("Migrate", Payload("migrate", {"uri": uri}))
    cancel = Qmp(Payload("migrate_cancel"))
    # While it is being cancelled QEMU takes no other settings for a migration.
    return step.done_when(under_way()).undone_by(cancel, unless=MigrationRests())


def under_way() -> StatusIsNone:
    """A migration has begun and not ended; COLO is one that does not end."""
    ends = ("none", "cancelling", "cancelled", "completed", "failed")
    return StatusIsNone("query-migrate", "status", ends)


def lost_heartbeat(role: Role) -> Step:
    """Tell a QEMU that its peer is gone: it takes over alone.

    :param role: the one that the QEMU has now.
    """
    step = qmp("Declare the peer dead", Payload("x-colo-lost-heartbeat"))
    # The mode alone is "none" as well where COLO never was.
    last = StatusIs("query-colo-status", "last-mode", role.value)
    step = step.done_when(colo_mode_is("none"), last)
    return step.spending(Expect(role, colo_mode_is(role.value)))


def see_what_can_be_cut() -> Step:
    """Ask a QEMU which of its connections can be cut, past whatever hangs in it."""
    return qmp("See what can be cut", Payload("query-yank", oob=True))


def cut(chardevs: Iterable[SocketChardev]) -> Step:
    """Cut the connections to a peer that has vanished.

    :param chardevs: those that lead to it.
    """
    return Step("Cut it", Yank(tuple(chardev.id for chardev in chardevs)))


def stop_guest() -> Step:
    """Pause the guest."""
    step = qmp("Pause the guest", Payload("stop")).done_when(guest_is("paused"))
    not_paused = StatusIsNone("query-status", "status", ("paused",))
    return step.undone_by(Qmp(Payload("cont")), unless=not_paused)


def wait_until(condition: Condition, *, within: int, title: str) -> Step:
    """Wait until something holds.

    :param within: the longest wait, in seconds, or the longest without progress, as in
        :class:`~colorunbook.book.actions.Await`.
    """
    return Step(title, Await(condition, within))


def qmp(title: str, payload: Payload) -> Step:
    """Send one QMP command."""
    return Step(title, Qmp(payload))
