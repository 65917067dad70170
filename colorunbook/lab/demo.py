# SPDX-License-Identifier: GPL-2.0-or-later
"""The demonstration: the life of a pair in seven acts, on real QEMU."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from colorunbook import shelf
from colorunbook.engine.events import ExpectationMet, StepDone
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.hosts import Role
from colorunbook.lab.pair import BRING_UP, Lab, Watch


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens to the pair.

    :ivar title: what happens, for the summary.
    :ivar story: what it means, a sentence or two for someone who has never seen it.
    :ivar death: the role whose QEMU is killed; ``None``: nobody dies.
    :ivar runbooks: what is done then; those in ``exchanged`` with the roles of the two hosts
        exchanged.
    """

    title: str
    story: str
    death: Role | None = None
    runbooks: tuple[str, ...] = ()
    exchanged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Played:
    """An act that is over.

    :ivar steps: the steps that were done.
    :ivar seen: the things that were asked of QEMU afterwards, and were so.
    """

    act: Act
    steps: int
    seen: int
    seconds: float


NEW_SECONDARY: Final = ("launch-secondary", "prepare-secondary")

ACTS: Final = (
    Act(
        "A pair is brought up",
        "Two QEMUs start and run one guest in lock-step; both have to be seen at checkpoints.",
        runbooks=BRING_UP,
    ),
    Act("The secondary dies", "Its QEMU is killed, as by a power cut.", death=Role.SECONDARY),
    Act(
        "Primary failover",
        "The primary lets go of the dead one, and the guest goes on alone.",
        runbooks=("primary-failover",),
    ),
    Act(
        "The primary gets a new secondary",
        "The disk is copied while the guest runs; then both are in lock-step again.",
        runbooks=(*NEW_SECONDARY, "primary-resume"),
    ),
    Act("The primary dies", "Now the other one is killed.", death=Role.PRIMARY),
    Act(
        "Secondary failover",
        "The secondary takes the guest over, and gets the sockets of a primary.",
        runbooks=("secondary-failover",),
    ),
    Act(
        "The old secondary gets a secondary of its own",
        "It is the primary now: the roles have changed hosts, and the guest is protected again.",
        runbooks=(*NEW_SECONDARY, "set-checkpoint-delay", "secondary-resume"),
        exchanged=frozenset((*NEW_SECONDARY, "set-checkpoint-delay")),
    ),
)


async def play(lab: Lab, act: Act, watch: Watch) -> Played:
    """Play one act.

    :param watch: told each event of each runbook.
    :raises ColorunbookError: what the engine says.
    """
    start, steps, seen = perf_counter(), 0, 0
    if act.runbooks == BRING_UP:
        lab.prepare_images(lab.site.primary, lab.site.secondary)
    if act.death is not None:
        await lab.kill(act.death)
    for name in act.runbooks:
        site = lab.site.flipped() if name in act.exchanged else lab.site
        async with Session(lab.transport, site, lab.edition) as session:
            plan = await session.resolve(shelf.runbook(name))
            async for event in run(plan, session):
                watch(event)
                steps += isinstance(event, StepDone)
                seen += isinstance(event, ExpectationMet)
    return Played(act, steps, seen, perf_counter() - start)


async def perform(lab: Lab, watch: Watch) -> AsyncIterator[Act | Played]:
    """Play them all: each act before it begins, and when it is over."""
    for act in ACTS:
        yield act
        yield await play(lab, act, watch)
