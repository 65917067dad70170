# SPDX-License-Identifier: GPL-2.0-or-later
"""The two resumes: a survivor takes a new secondary."""

from collections.abc import Iterator

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import (
    MigrationRests,
    ObjectsGone,
    ObjectsThere,
    colo_mode_is,
    guest_is,
)
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step, runbook
from colorunbook.book.states import prepared, ready_for_a_peer, replicating
from colorunbook.book.storage import (
    attach,
    copy_disk,
    end_copy,
    open_replica,
    pause_for_copy,
    reach_target,
    see_copy_gone,
    see_copy_ready,
)
from colorunbook.book.verbs import (
    add_object,
    migrate,
    set_capabilities,
    under_way,
    wait_until,
)
from colorunbook.hosts import Role

from .failover import free_primary
from .replicate import enters_colo


def resume(colo: Colo, *, before: str | None = None) -> Iterator[Step]:
    """The steps of both resumes.

    :param before: the filter that the new ones stand in front of; ``None``: there is none.
    """
    yield from reach_target(colo)
    yield copy_disk(colo).because(
        "The new secondary's disk lacks what the guest has written without it. The guest goes on "
        "meanwhile."
    )
    yield see_copy_ready().because(
        "A copy that is cut short leaves a secondary whose disk is neither old nor new."
    )
    yield (
        pause_for_copy()
        .spending(Expect(Role.PRIMARY, guest_is("running")))
        .because("Between the end of the copy and COLO no write may be made.")
    )
    yield (
        wait_until(guest_is("paused"), within=30, title="See the guest pause")
        .done_when(under_way())
        .because("A write that is made after the copy has ended would be on one disk only.")
    )
    yield end_copy(colo).because("The disks are equal now, and the replication takes over.")
    yield from see_copy_gone(colo)
    yield open_replica(colo).because("The NBD client that the copy was is free again.")
    yield attach().because("From here on each write of the guest goes to both disks.")
    without = Expect(Role.PRIMARY, ObjectsGone(tuple(part.id for part in colo.primary_filters)))
    for part in colo.primary_filters:
        step = add_object(part, before=before if part.kind.startswith("filter-") else None)
        yield step.in_chain().spending(without).because(_REASONS[part.id])
    yield set_capabilities(colo.dialect.colo_capabilities).because(
        "Otherwise the guest would leave this host for good."
    )
    rests = (colo_mode_is("none"), MigrationRests())
    spent = (*(Expect(Role.PRIMARY, probe) for probe in rests), *prepared(colo))
    yield (
        migrate(colo.migration_uri).spending(*spent).because("It also lets the paused guest go on.")
    )
    yield enters_colo()


_REASONS = {
    "m0": "The guest's input goes to the secondary as well.",
    "redire0": "What the comparison lets through goes out to the clients.",
    "redire1": "The guest's replies go into the comparison first.",
    "iothread1": "The comparison works beside QEMU's main loop.",
    "comp0": "It lets a reply out once both guests have given it.",
}


@runbook(
    "primary-resume",
    on=Role.PRIMARY,
    title="Primary resumes replication",
    freed_by=free_primary,
    notes=(
        "If this primary was a secondary before, it still has ``rew0``, and its new filters have "
        "to stand in front of it: follow the resume of a secondary instead.",
    ),
)
def primary_resume(colo: Colo) -> Iterator[Step]:
    """The primary survived: give it a new secondary."""
    yield from resume(colo)


@primary_resume.starts_when
def primary_can_resume(colo: Colo) -> Iterator[Expect]:
    """A survivor that was never a secondary, and a new secondary that is prepared."""
    yield from ready_for_a_peer(colo)
    yield Expect(Role.PRIMARY, ObjectsGone((colo.rewriter.id,)))
    yield from prepared(colo)


@primary_resume.ends_when
def primary_resumed(colo: Colo) -> Iterator[Expect]:
    """Both in lock-step again."""
    yield from replicating(colo)


@runbook(
    "secondary-resume",
    on=Role.PRIMARY,
    flipped=True,
    title="Secondary resumes replication",
    freed_by=free_primary,
    notes=(
        "The filter ``rew0`` stays: connections that began while this was a secondary live by it. "
        "The mirror and the redirectors go in front of it, which is what ``insert`` and "
        "``position`` say.",
        "The checkpoint delay is a setting of one QEMU, and this one was never told any: until it "
        "is set here too, QEMU's own value counts.",
    ),
)
def secondary_resume(colo: Colo) -> Iterator[Step]:
    """The secondary survived and is the primary now: give it a secondary."""
    yield from resume(colo, before=colo.rewriter.id)


@secondary_resume.starts_when
def secondary_can_resume(colo: Colo) -> Iterator[Expect]:
    """A survivor that was a secondary, and a new secondary that is prepared."""
    yield from ready_for_a_peer(colo)
    yield Expect(Role.PRIMARY, ObjectsThere((colo.rewriter.id,)))
    yield from prepared(colo)


@secondary_resume.ends_when
def secondary_resumed(colo: Colo) -> Iterator[Expect]:
    """Both in lock-step again, with the roles exchanged."""
    yield from replicating(colo, before=colo.rewriter.id)
