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
class GuardWaived:
    """Something that has to be so is not, or could not be asked; a person let it be.

    :param seen: what was there instead, or why nobody knows.
    """

    expect: Expect
    seen: str


@dataclass(frozen=True, slots=True)
class Fencing:
    """A command that cuts a peer off is about to be run.

    :param role: the peer's.
    :param command: its command line; a password may be in it.
    """

    role: Role
    command: str


@dataclass(frozen=True, slots=True)
class ProofGiven:
    """How it is known that the peer is dead.

    :param kind: ``fence``, ``person`` or ``machine``.
    :param text: the command that was run, the words that were typed, or what was seen.
    """

    kind: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Yanking:
    """Connections to a dead peer are about to be cut, before the first step."""

    role: Role


@dataclass(frozen=True, slots=True)
class Yanked:
    """Connections to a peer that has vanished were cut, out of band.

    :param instances: what was freed, in the words of ``query-yank``.
    :param why: what it was done for.
    """

    role: Role
    instances: tuple[str, ...]
    why: str


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
class StepSkipped:
    """A step was done already, by an earlier run or by hand.

    :param seen: what tells so.
    """

    number: int
    step: Step
    seen: str


@dataclass(frozen=True, slots=True)
class UndoStarted:
    """A step is about to be undone."""

    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class UndoReplied:
    """One command of an undo was answered.

    :param text: what was sent, as it is printed.
    :param reply: what was answered or seen.
    :param refused: it is an error; what was to be taken back may be gone already.
    """

    number: int
    text: str
    reply: Json
    refused: bool


@dataclass(frozen=True, slots=True)
class UndoDone:
    """A step has been undone, and was seen to be.

    :param reply: what was answered last, or how it came to that without a command.
    :param seconds: how long it took.
    """

    number: int
    step: Step
    reply: Json
    seconds: float


@dataclass(frozen=True, slots=True)
class UndoFailed:
    """A step is not undone.

    :param why: what stood against it, and what to do by hand.
    """

    number: int
    step: Step
    why: str


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
    | GuardWaived
    | Fencing
    | ProofGiven
    | Yanking
    | Yanked
    | StepStarted
    | Progress
    | StepDone
    | StepSkipped
    | UndoStarted
    | UndoReplied
    | UndoDone
    | UndoFailed
    | QemuSpoke
    | ExpectationMet
    | RunEnded
)
