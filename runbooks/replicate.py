# SPDX-License-Identifier: GPL-2.0-or-later
"""From two started QEMUs to a pair in lock-step."""

from collections.abc import Iterator

from colorunbook.book.colo import DISK, PARENT, Colo
from colorunbook.book.conditions import (
    CapabilityOn,
    Connected,
    Exported,
    SizeIs,
    colo_mode_is,
    guest_is,
    migration_is,
)
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step, compose, runbook
from colorunbook.book.states import exportable, prepared, replicating
from colorunbook.book.storage import attach, export, open_replica, serve_disks
from colorunbook.book.verbs import migrate, negotiate, set_capabilities, wait_until
from colorunbook.hosts import Role, size_in_bytes

from .failover import free_primary
from .launch import (
    launch_primary,
    launch_secondary,
    primary_host_is_ready,
    secondary_host_is_ready,
)


@runbook(
    "prepare-secondary",
    on=Role.SECONDARY,
    title="Prepare the secondary",
    notes=(
        "Start the NBD server before the primary migrates: the primary opens its connection to "
        "the disk first, and the secondary's replication needs the server when COLO begins.",
    ),
)
def prepare_secondary(colo: Colo) -> Iterator[Step]:
    """Let the secondary expect COLO, and serve its disk to the primary."""
    yield negotiate().because(
        "QMP answers nothing before this one, no question either: ask what stands above after it."
    )
    yield set_capabilities(colo.dialect.colo_capabilities).because(
        "Otherwise what arrives is taken for an ordinary migration."
    )
    yield serve_disks(colo).because(
        "The primary sends every write of its guest to the secondary's disk."
    )
    yield export(colo).because("The parent of the secondary's images is the disk it shadows.")


@prepare_secondary.starts_when
def not_started(colo: Colo) -> Iterator[Expect]:
    """The secondary still waits for its primary, and was started for the same edition."""
    yield Expect(Role.SECONDARY, guest_is("inmigrate"))
    yield from exportable(colo)


@prepare_secondary.ends_when
def serving(colo: Colo) -> Iterator[Expect]:
    """The secondary knows what comes, its disk is there, and it has met its primary."""
    for capability in colo.dialect.colo_capabilities:
        yield Expect(Role.SECONDARY, CapabilityOn(capability))
    yield Expect(Role.SECONDARY, Exported(PARENT))
    yield Expect(Role.SECONDARY, Connected(tuple(each.id for each in colo.secondary_chardevs)))


@runbook(
    "start-replication",
    on=Role.PRIMARY,
    title="Start replication",
    freed_by=free_primary,
    notes=(
        "The secondary's disk takes one NBD client at a time. End whatever else is connected to "
        "it before the primary connects.",
        "At QEMU's own checkpoint delay of 20 seconds it takes a while to see two checkpoints. "
        "Setting the delay, the next step, makes them come sooner.",
    ),
)
def start_replication(colo: Colo) -> Iterator[Step]:
    """Connect the disks, then send the guest over: from then on both run in lock-step."""
    yield negotiate().because(
        "QMP answers nothing before this one, no question either: ask what stands above after it."
    )
    yield open_replica(colo).because(
        "The disk first: once the guest is in COLO no write may miss the secondary."
    )
    yield attach().because("From here on each write of the guest goes to both disks.")
    yield set_capabilities(colo.dialect.colo_capabilities).because(
        "Otherwise the guest would leave this host for good."
    )
    yield (
        migrate(colo.migration_uri)
        .spending(*both_ready(colo))
        .because(
            "The reply tells only that it has begun, even where nobody listens at the other end."
        )
    )
    yield enters_colo()


def enters_colo() -> Step:
    """Wait for what the reply of ``migrate`` does not tell."""
    begins = migration_is("colo")
    step = wait_until(begins, within=300, title="See COLO begin").done_when(begins)
    return step.because(
        "Every command can succeed and COLO still not begin: this is the first sign that it has. "
        "The time goes into copying the guest's memory once."
    )


@start_replication.starts_when
def both_ready(colo: Colo) -> Iterator[Expect]:
    """The primary was started and holds its guest still, the secondary is prepared.

    A guest that runs has written to its disk already, and the other disk lacks that: a survivor
    takes a new secondary by a resume, which copies it.
    """
    yield Expect(Role.PRIMARY, colo_mode_is("none"))
    yield Expect(Role.PRIMARY, guest_is("prelaunch"))
    yield Expect(Role.PRIMARY, SizeIs(DISK, size_in_bytes(colo.site.disk)))
    yield from prepared(colo)


@start_replication.ends_when
def in_lock_step(colo: Colo) -> Iterator[Expect]:
    """Both run the guest and checkpoints are taken."""
    yield from replicating(colo)


def two_hosts_are_ready(colo: Colo) -> Iterator[Expect]:
    """What each of the two launches asks of its host."""
    yield from primary_host_is_ready(colo)
    yield from secondary_host_is_ready(colo)


bring_up = compose(
    "bring-up",
    launch_primary,
    launch_secondary,
    prepare_secondary,
    start_replication,
    title="Bring up a pair",
    summary="Start both QEMUs and bring them into lock-step.",
)
bring_up.starts_when(two_hosts_are_ready)
