# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that runs already gets a secondary: it is never booted inside COLO."""

from collections.abc import Iterator

from colorunbook.book.colo import Colo
from colorunbook.book.conditions import (
    MemoryFor,
    NobodyListens,
    ObjectsGone,
    colo_mode_is,
    guest_is,
)
from colorunbook.book.demands import image_there, listens, memory_demand
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step, compose, runbook
from colorunbook.book.states import alone, has_sockets, takes_a_copy
from colorunbook.book.verbs import assign, launch, negotiate
from colorunbook.hosts import Role

from .failover import open_sockets
from .launch import launch_secondary, secondary_host_is_ready
from .replicate import prepare_secondary
from .resume import primary_resume
from .tune import set_checkpoint_delay


@runbook(
    "launch-alone",
    on=Role.PRIMARY,
    title="Start the guest alone",
    notes=(
        "The machine, the CPU, the memory and the disk are those of a primary, as a secondary has "
        "to be given the same later. The chardevs and the filters are left out: a comparison that "
        "has no secondary lets no reply out, and the guest would have no network.",
    ),
)
def launch_alone(colo: Colo) -> Iterator[Step]:
    """Start a guest that is not protected yet, and let it boot."""
    yield assign(colo.images(Role.PRIMARY), "Name the image folder").because(
        "The path of the disk begins with it."
    )
    yield (
        launch(colo.alone_command())
        .spending(*host_is_ready(colo))
        .because("The guest begins at once: nothing is held back until it is protected.")
    )


@launch_alone.starts_when
def host_is_ready(colo: Colo) -> Iterator[Expect]:
    """The disk and the memory are there; it listens on no port."""
    yield Expect(Role.PRIMARY, image_there(colo, Role.PRIMARY))
    yield Expect(Role.PRIMARY, MemoryFor(memory_demand(colo.site, Role.PRIMARY)))


@launch_alone.ends_when
def runs_alone(_colo: Colo) -> Iterator[Expect]:
    """The guest runs, and COLO is off."""
    yield Expect(Role.PRIMARY, colo_mode_is("none"))
    yield Expect(Role.PRIMARY, guest_is("running"))


@runbook("prepare-primary", on=Role.PRIMARY, title="Prepare the primary")
def prepare_primary(colo: Colo) -> Iterator[Step]:
    """Give a QEMU that runs its guest alone the sockets of a primary."""
    yield negotiate().because(
        "QMP answers nothing before this one, no question either: ask what stands above after it."
    )
    for step in open_sockets(colo):
        yield step.spending(ports_are_free(colo))


@prepare_primary.starts_when
def alone_without_sockets(colo: Colo) -> Iterator[Expect]:
    """It runs the guest out of COLO, and nobody has the ports of a primary."""
    yield from alone(colo)
    yield ports_are_free(colo)


@prepare_primary.ends_when
def expects_a_secondary(colo: Colo) -> Iterator[Expect]:
    """A secondary can connect."""
    yield from has_sockets(colo, Role.PRIMARY)


def ports_are_free(colo: Colo) -> Expect:
    """Nobody listens where the primary is going to."""
    return Expect(Role.PRIMARY, NobodyListens(listens(colo, Role.PRIMARY)))


protect = compose(
    "protect",
    prepare_primary,
    launch_secondary,
    prepare_secondary,
    set_checkpoint_delay,
    primary_resume,
    title="Protect a guest that runs",
    summary="Give a guest that runs alone a secondary, and bring both into lock-step.",
)


@protect.starts_when
def can_be_protected(colo: Colo) -> Iterator[Expect]:
    """A guest that was never a secondary's, and a host that is ready to be one."""
    yield from alone_without_sockets(colo)
    yield Expect(Role.PRIMARY, ObjectsGone((colo.rewriter.id,)))
    yield from takes_a_copy(colo)
    yield from secondary_host_is_ready(colo)
