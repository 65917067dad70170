# SPDX-License-Identifier: GPL-2.0-or-later
"""A host and a QEMU that are not there; the QEMU's replies are in ``replies.py``.

It knows nothing of time. :meth:`Mimic.tick` is a moment that passes: a migration comes further, a
copy becomes ready, a checkpoint is taken. Whoever waits for it makes it pass.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from colorunbook.book.colo import DISK
from colorunbook.book.machines import Output
from colorunbook.hosts import Role
from colorunbook.qemu.options import split
from colorunbook.qemu.payload import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Nature:
    """How a QEMU turns out.

    :param enters_colo: COLO begins after ``migrate``; otherwise nothing does, with every command
        answered by ``{}``.
    :param migration_error: what ``query-migrate`` tells of a migration that fails; empty: none.
    :param job_error: what ends a copy before it is ready; empty: nothing.
    :param disk: the size of its disks, in bytes.
    """

    enters_colo: bool = True
    migration_error: str = ""
    job_error: str = ""
    disk: int = 10 * 2**30


def roomy(argv: Sequence[str], disk: int) -> Output:
    """What a command line puts out on a host with room for everything, and nobody on it.

    :param disk: the virtual size of each image, in bytes.
    """
    match argv:
        case ("qemu-img", "info", *_):
            return Output(0, json.dumps({"format": "qcow2", "virtual-size": disk}))
        case ("df", *_):
            return Output(0, f"Avail\n{2**50}\n")
        case ("cat", "/proc/meminfo"):
            return Output(0, f"MemTotal: {2**40} kB\nMemAvailable:   {2**40} kB\n")
        case ("cat", "/proc/net/tcp", "/proc/net/tcp6"):
            return listeners(())
        case _:
            return Output(0, "")


def listeners(ports: Iterable[int]) -> Output:
    """What ``/proc/net/tcp`` shows of a host where these ports have a listener."""
    rows = (f"   0: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000" for port in ports)
    return Output(0, "\n".join((_HEAD, *rows, "")))


_HEAD = "  sl  local_address rem_address   st tx_queue rx_queue"


@dataclass(slots=True)
class Mimic:
    """One QEMU: its state, made by its command line and changed by commands.

    :ivar cut: what was yanked.
    :ivar is_written: a copy has gone to its disk.
    :ivar cancels: how often a migration is seen to be cancelled still.
    :ivar peer: the QEMU that its sockets lead to; ``None``: it is dead or was never there.
    """

    argv: Sequence[str]
    nature: Nature = field(default_factory=Nature)
    peer: "Mimic | None" = None
    mode: str = "none"
    last_mode: str = "none"
    status: str = "running"
    migration: str | None = None
    events: list[JsonObject] = field(default_factory=list)
    chardevs: dict[str, dict[str, str]] = field(default_factory=dict)
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    capabilities: dict[str, bool] = field(default_factory=dict)
    parameters: dict[str, Json] = field(default_factory=dict)
    children: dict[str, str] = field(default_factory=dict)
    nodes: set[str] = field(default_factory=set)
    exports: list[str] = field(default_factory=list)
    serving: bool = False
    job: str | None = None
    dismisses: bool = True
    job_error: str = ""
    cut: list[JsonObject] = field(default_factory=list)
    is_written: bool = False
    cancels: int = 0

    def __post_init__(self) -> None:
        for option, value in zip(self.argv, self.argv[1:], strict=False):
            kind, pairs = split(value)
            named = dict(pairs)
            if option == "-chardev":
                self.chardevs[named.pop("id")] = named
            elif option == "-object":
                self.objects[named.pop("id")] = {"qom-type": kind, **named}
            elif option == "-drive" and named.get("id") == DISK:
                self.children["children.0"] = named.get("children.0", "#block0")
            elif option == "-drive" and "node-name" in named:
                self.nodes.add(named["node-name"])
            elif option == "-incoming":
                self.status = "inmigrate"
        if "-S" in self.argv:
            self.status = "prelaunch"
        self.parameters = {"x-checkpoint-delay": 20000}
        self.capabilities = {"x-colo": False, "return-path": False}

    def emit(self, name: str, **data: Json) -> None:
        """Send an event."""
        self.events.append({"event": name, "data": {**data}} if data else {"event": name})

    def tick(self) -> None:
        """Let a moment pass."""
        if self.job == "running" and self.nature.job_error:
            self.end_job("BLOCK_JOB_COMPLETED", error=self.nature.job_error)
        elif self.job == "running":
            self.job = "ready"
            self.emit("BLOCK_JOB_READY", device="resync", type="mirror")
        elif self.migration == "setup":
            self.migration = "active"
        elif self.migration == "active":
            self._arrive()
        elif self.migration == "colo" and self.peer is not None:
            for qemu in (self, self.peer):
                qemu.emit("STOP")
                qemu.emit("RESUME")

    def end_job(self, name: str, **data: Json) -> None:
        """End the copy; one that does not dismiss itself stays, concluded."""
        self.emit(name, device="resync", type="mirror", **data)
        self.job = "concluded"
        self.emit("JOB_STATUS_CHANGE", id="resync", status="concluded")
        if self.dismisses:
            self.forget_job()

    def forget_job(self) -> None:
        """Let go of a copy that has ended."""
        self.job, self.dismisses, self.job_error = None, True, ""
        self.emit("JOB_STATUS_CHANGE", id="resync", status="null")

    def _arrive(self) -> None:
        if self.nature.migration_error or self.peer is None:
            self.migration = "failed"
        elif self.nature.enters_colo:
            self.migration, self.mode, self.status = "colo", Role.PRIMARY.value, "running"
            self.peer.mode, self.peer.status = Role.SECONDARY.value, "running"
            self.emit("RESUME")
            self.peer.emit("RESUME")
