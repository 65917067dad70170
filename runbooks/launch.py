# SPDX-License-Identifier: GPL-2.0-or-later
"""Starting the two QEMUs."""

from collections.abc import Iterator

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import MemoryFor, NobodyListens, SpaceFor, guest_is
from colorunbook.book.demands import image_there, listens, memory_demand, overlay_demand
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step, runbook
from colorunbook.book.verbs import assign, create_image, launch
from colorunbook.hosts import Role


@runbook(
    "launch-primary",
    on=Role.PRIMARY,
    title="Start the primary",
    notes=(
        "Run the same QEMU, the same version and build, on both hosts, with the same machine, CPU "
        "and memory: the guest's whole state passes between them at every checkpoint.",
        "``primary.qcow2`` holds the guest's disk already. The same image, with the same "
        "content, lies in the image folder of the secondary host.",
    ),
)
def launch_primary(colo: Colo) -> Iterator[Step]:
    """Start the QEMU that owns the guest, stopped, with its comparison and its mirrors in place."""
    yield assign(colo.images(Role.PRIMARY), "Name the image folder").because(
        "Every path below begins with it."
    )
    yield (
        launch(colo.primary_command())
        .spending(*primary_host_is_ready(colo))
        .because(
            "It does not answer before the secondary has connected to compare1, so start both "
            "first and talk to them then. The guest is held stopped until the replication is set "
            "up."
        )
    )


@launch_primary.starts_when
def primary_host_is_ready(colo: Colo) -> Iterator[Expect]:
    """The disk, the memory and the ports are there."""
    yield Expect(Role.PRIMARY, image_there(colo, Role.PRIMARY))
    yield Expect(Role.PRIMARY, MemoryFor(memory_demand(colo.site, Role.PRIMARY)))
    yield Expect(Role.PRIMARY, NobodyListens(listens(colo, Role.PRIMARY)))


@runbook(
    "launch-secondary",
    on=Role.SECONDARY,
    title="Start the secondary",
    notes=(
        "The active image, the hidden image and ``primary.qcow2`` have one size: replication "
        "refuses to start when they differ.",
        "Active and hidden image hold only what has changed since the last checkpoint and are "
        "emptied at each one. Put them on a RAM disk: a failover merges them into "
        "``primary.qcow2``, so nothing that matters is lost with the host's memory.",
        "The secondary keeps a second copy of the guest's memory to apply a checkpoint in one "
        "piece. Plan twice the guest's memory on its host.",
    ),
)
def launch_secondary(colo: Colo) -> Iterator[Step]:
    """Start the QEMU that waits for the guest's state and shadows the primary from then on."""
    yield assign(colo.images(Role.SECONDARY), "Name the image folder").because(
        "Every path below begins with it."
    )
    yield assign(colo.primary_ip, "Name the primary").because(
        "The secondary connects to it for the guest's input and output."
    )
    active = colo.image(Role.SECONDARY, "secondary-active")
    yield create_image(active, colo.site.disk).because(
        "It holds what the secondary's guest has written since the last checkpoint."
    )
    hidden = colo.image(Role.SECONDARY, "secondary-hidden")
    yield create_image(hidden, colo.site.disk).because(
        "It holds what the primary has overwritten since the last checkpoint."
    )
    yield (
        launch(colo.secondary_command())
        .spending(*secondary_host_is_ready(colo))
        .because(
            "It connects to the primary's chardevs, again and again until the primary is there, "
            "and waits for the migration stream."
        )
    )


@launch_secondary.starts_when
def secondary_host_is_ready(colo: Colo) -> Iterator[Expect]:
    """The disk, room for what changes, memory for two guests, and the ports are there."""
    yield Expect(Role.SECONDARY, image_there(colo, Role.SECONDARY))
    yield Expect(Role.SECONDARY, SpaceFor(colo.site.secondary.images, overlay_demand(colo.site)))
    yield Expect(Role.SECONDARY, MemoryFor(memory_demand(colo.site, Role.SECONDARY)))
    yield Expect(Role.SECONDARY, NobodyListens(listens(colo, Role.SECONDARY)))


@launch_secondary.ends_when
def waiting(_colo: Colo) -> Iterator[Expect]:
    """The secondary waits for its primary."""
    yield Expect(Role.SECONDARY, guest_is("inmigrate"))
