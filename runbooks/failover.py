# SPDX-License-Identifier: GPL-2.0-or-later
"""The two failovers: what the survivor does when its peer is gone."""

from collections.abc import Iterator

from colorunbook.book.actions import NODE
from colorunbook.book.colo import PEER_CHILD, Colo
from colorunbook.book.conditions import colo_mode_is, guest_can_go_on
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step, runbook
from colorunbook.book.states import survived_as_primary, survived_as_secondary
from colorunbook.book.storage import close_replica, detach, stop_serving
from colorunbook.book.verbs import (
    add_chardev,
    cut,
    delete_object,
    lost_heartbeat,
    remove_chardev,
    see_what_can_be_cut,
    wait_until,
)
from colorunbook.hosts import Role

NOT_BOTH = (
    "Be sure that the peer is dead. If it only cannot be reached, both go on running the guest, "
    "and their disks and their clients part ways."
)


@runbook(
    "free-primary",
    on=Role.PRIMARY,
    title="Free the primary of a vanished secondary",
    notes=(
        "Give each QEMU a second ``-qmp`` of its own, and keep a session open on it, negotiated "
        'with ``"arguments": {"enable": ["oob"]}``. What is sent there as ``exec-oob`` overtakes '
        "whatever hangs. A session that is opened only when QEMU hangs gets no further than the "
        "greeting.",
    ),
    buries=Role.SECONDARY,
)
def free_primary(colo: Colo) -> Iterator[Step]:
    """Cut the connections to the secondary, so that nothing waits for it any more."""
    yield see_what_can_be_cut().because(
        "The reply has the name that QEMU made up for the node of the secondary's disk. Put it "
        f"into the next command, in the place of ``{NODE}``."
    )
    yield cut(colo.peer_chardevs).because(
        "The secondary's disk, the migration, and the chardevs that lead to it. The others lead "
        "from the primary to itself and would not connect again."
    )


@free_primary.ends_when
def answers_again(_colo: Colo) -> Iterator[Expect]:
    """The monitor answers in band."""
    yield Expect(Role.PRIMARY, guest_can_go_on())


@runbook(
    "primary-failover",
    on=Role.PRIMARY,
    title="Primary failover",
    notes=(NOT_BOTH,),
    buries=Role.SECONDARY,
    freed_by=free_primary,
)
def primary_failover(colo: Colo) -> Iterator[Step]:
    """The secondary has died: let go of it, and carry on alone."""
    yield detach(PEER_CHILD).because("The dead child would hold back every flush of the guest.")
    yield close_replica(colo).because("A new secondary gets a new connection.")
    mirror, redirect_in, redirect_out, thread, compare = colo.primary_filters
    yield delete_object(compare).because(
        "It holds back the guest's replies until the secondary gives the same ones."
    )
    yield delete_object(thread).because("Only the comparison used it.")
    yield delete_object(mirror).because("Nobody is left to mirror the guest's input to.")
    yield delete_object(redirect_in).because("Nothing comes out of the comparison any more.")
    yield delete_object(redirect_out).because("Replies go straight to the clients again.")
    yield lost_heartbeat(Role.PRIMARY).because("The guest goes on without checkpoints.")
    yield has_left_colo()


@primary_failover.starts_when
def primary_in_colo(_colo: Colo) -> Iterator[Expect]:
    """This QEMU is the primary of a pair in COLO."""
    yield Expect(Role.PRIMARY, colo_mode_is("primary"))
    yield Expect(Role.PRIMARY, guest_can_go_on())


@primary_failover.ends_when
def primary_alone(colo: Colo) -> Iterator[Expect]:
    """The guest runs, nothing of the pair is left."""
    yield from survived_as_primary(colo)


@runbook(
    "secondary-failover",
    on=Role.SECONDARY,
    title="Secondary failover",
    notes=(NOT_BOTH,),
    buries=Role.PRIMARY,
)
def secondary_failover(colo: Colo) -> Iterator[Step]:
    """The primary has died: take over, and be ready to be a primary."""
    yield stop_serving().because("No write of the old primary may reach the disk any more.")
    yield lost_heartbeat(Role.SECONDARY).because(
        "The guest goes on from where the secondary is; active and hidden image are merged into "
        "the disk."
    )
    yield has_left_colo()
    redirect_in, redirect_out = colo.secondary_redirectors
    yield delete_object(redirect_out).because("Replies go to the clients from here on.")
    yield delete_object(redirect_in).because("Input comes from the network from here on.")
    to_primary, from_primary = reversed(colo.secondary_chardevs)
    yield remove_chardev(to_primary).because("It led to the old primary.")
    yield remove_chardev(from_primary).because("It led to the old primary.")
    for step in open_sockets(colo.flipped()):
        yield step.for_good()


def open_sockets(colo: Colo) -> Iterator[Step]:
    """The steps that give a QEMU which runs the sockets of a primary."""
    for chardev in colo.peer_chardevs:
        yield add_chardev(chardev).because("A new secondary will connect to it.")
    for chardev in colo.loop_chardevs:
        yield add_chardev(chardev).because("The comparison of a new pair will need this loop.")


def has_left_colo() -> Step:
    """Wait for what the reply of ``x-colo-lost-heartbeat`` does not tell."""
    return wait_until(colo_mode_is("none"), within=30, title="See COLO end").because(
        "The reply tells only that the failover was asked for."
    )


@secondary_failover.starts_when
def secondary_in_colo(_colo: Colo) -> Iterator[Expect]:
    """This QEMU is the secondary of a pair in COLO."""
    yield Expect(Role.SECONDARY, colo_mode_is("secondary"))
    # Not "running": a primary that dies while a checkpoint is in flight leaves it at "colo".
    yield Expect(Role.SECONDARY, guest_can_go_on())


@secondary_failover.ends_when
def secondary_alone(colo: Colo) -> Iterator[Expect]:
    """The guest runs here, and the sockets of a primary are there."""
    yield from survived_as_secondary(colo)
