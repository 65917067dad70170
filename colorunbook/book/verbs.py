# SPDX-License-Identifier: GPL-2.0-or-later
"""The vocabulary that runbooks are written in: each verb makes one step."""

from colorunbook.book.actions import Action, Assign, Await, Hmp, Launch, Qmp, Shell
from colorunbook.book.colo import DISK, PARENT, REPLICA, RESYNC
from colorunbook.book.conditions import Condition, EventSeen
from colorunbook.book.runbook import Step
from colorunbook.hosts import Host
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
    return _qmp("Open the QMP session", Payload("qmp_capabilities"))


def set_capabilities(names: tuple[str, ...]) -> Step:
    """Switch migration capabilities on."""
    states: list[Json] = [{"capability": name, "state": True} for name in names]
    payload = Payload("migrate-set-capabilities", {"capabilities": states})
    return _qmp(f"Switch {' and '.join(names)} on", payload)


def set_parameter(name: str, value: int) -> Step:
    """Set one number of the migration's parameters."""
    return _qmp(f"Set {name} to {value}", Payload("migrate-set-parameters", {name: value}))


def serve_disks(host: Host, port: int) -> Step:
    """Start the NBD server of a QEMU, on every interface of its host."""
    data: Json = {"host": host.wildcard, "port": str(port)}
    payload = Payload("nbd-server-start", {"addr": {"type": "inet", "data": data}})
    return _qmp("Start the NBD server", payload)


def export() -> Step:
    """Let the primary write to the secondary's disk."""
    payload = Payload("nbd-server-add", {"device": PARENT, "writable": True})
    return _qmp(f"Export {PARENT}", payload)


def stop_serving() -> Step:
    """End the NBD server and every export."""
    return _qmp("Stop the NBD server", Payload("nbd-server-stop"))


def open_replica(options: str) -> Step:
    """Connect to the secondary's disk."""
    return Step(f"Open {REPLICA}", Hmp(f"drive_add -n buddy {options}"))


def close_replica() -> Step:
    """Forget the connection to a dead secondary's disk."""
    because = "the last flush cannot reach a dead peer, and its disk no longer counts"
    line = Hmp(f"drive_del {REPLICA}", tolerates="Failed flush for 'nbd://", because=because)
    return Step(f"Close {REPLICA}", line)


def attach() -> Step:
    """Make the replica a child of the guest's disk."""
    arguments: dict[str, Json] = {"parent": DISK, "node": REPLICA}
    return _qmp(f"Attach {REPLICA} to {DISK}", Payload("x-blockdev-change", arguments))


def detach(child: str) -> Step:
    """Take a child out of the guest's disk."""
    arguments: dict[str, Json] = {"parent": DISK, "child": child}
    return _qmp(f"Take {child} out of {DISK}", Payload("x-blockdev-change", arguments))


def add_object(part: QemuObject, *, before: str | None = None) -> Step:
    """Make a filter, a comparison or a thread."""
    return _qmp(f"Add {part.id}", part.add(before=before))


def delete_object(part: QemuObject) -> Step:
    """End a filter, a comparison or a thread."""
    return _qmp(f"Delete {part.id}", part.delete)


def add_chardev(part: SocketChardev) -> Step:
    """Open a socket."""
    return _qmp(f"Add {part.id}", part.add)


def remove_chardev(part: SocketChardev) -> Step:
    """Close a socket."""
    return _qmp(f"Remove {part.id}", part.remove)


def migrate(uri: str) -> Step:
    """Send the guest to the secondary; with ``x-colo`` on, both go on running."""
    return _qmp("Migrate", Payload("migrate", {"uri": uri}))


def lost_heartbeat() -> Step:
    """Tell a QEMU that its peer is gone: it takes over alone."""
    return _qmp("Declare the peer dead", Payload("x-colo-lost-heartbeat"))


def mirror_disk(target: str) -> Step:
    """Copy the whole disk to the new secondary while the guest runs."""
    arguments: dict[str, Json] = {
        "device": DISK,
        "job-id": RESYNC,
        "target": target,
        "mode": "existing",
        "format": "raw",
        "sync": "full",
    }
    return _qmp("Copy the disk", Payload("drive-mirror", arguments))


def job_is_ready() -> EventSeen:
    """The copy has caught up with the guest."""
    return EventSeen("BLOCK_JOB_READY", (("device", RESYNC),))


def job_is_gone() -> EventSeen:
    """The copy has let go of both disks."""
    return EventSeen("JOB_STATUS_CHANGE", (("id", RESYNC), ("status", "null")))


def stop_guest() -> Step:
    """Pause the guest."""
    return _qmp("Pause the guest", Payload("stop"))


def cancel_copy() -> Step:
    """End the copy; of a job that is ready this leaves two equal disks."""
    return _qmp("End the copy", Payload("block-job-cancel", {"device": RESYNC}))


def wait_until(condition: Condition, *, within: int, title: str) -> Step:
    """Wait until something holds.

    :param within: the longest wait, in seconds.
    """
    return Step(title, Await(condition, within))


def _qmp(title: str, payload: Payload) -> Step:
    action: Action = Qmp(payload)
    return Step(title, action)
