# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens in a run, as values; ``async for event in run(...)`` yields them in order."""

from dataclasses import dataclass

from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The plan is settled; nothing has been sent yet."""

    runbook: str
    digest: str
    steps: int


@dataclass(frozen=True, slots=True)
class GuardHeld:
    """Something that has to be so before the first step is so."""

    expect: Expect
    seen: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step begins; steps are counted from 1."""

    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wait has come, in bytes of the disk or in checkpoints."""

    number: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step has ended well.

    :param reply: what was answered or seen.
    :param seconds: how long it took.
    """

    number: int
    step: Step
    reply: Json
    seconds: float


@dataclass(frozen=True, slots=True)
class QemuSpoke:
    """A QEMU sent an event of its own."""

    role: Role
    name: str
    data: Json


@dataclass(frozen=True, slots=True)
class ExpectationMet:
    """One part of the postcondition holds."""

    expect: Expect
    seen: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The postcondition holds: the procedure has worked."""

    seconds: float


Event = (
    RunStarted
    | GuardHeld
    | StepStarted
    | Progress
    | StepDone
    | QemuSpoke
    | ExpectationMet
    | RunEnded
)
