# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that has been, or that still goes on, as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from colorunbook.hosts import Role, Site
from colorunbook.qemu.payload import Json, JsonObject, is_object
from colorunbook.sitejson import site_from_json


class Verdict(Enum):
    """How a run has ended, if it has."""

    WORKED = "worked"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    UNFINISHED = "unfinished"
    RUNNING = "running"


class State(Enum):
    """How far a step is; the last two are of undoing it."""

    WAITING = "not reached"
    BEGUN = "begun, not ended"
    DONE = "done"
    SKIPPED = "was so already"
    UNDONE = "undone"
    UNDOING = "undoing it begun, not ended"
    NOT_UNDONE = "not undone"


@dataclass(frozen=True, slots=True)
class Who:
    """Who did it; ``argv`` is the command line."""

    user: str
    uid: int
    host: str
    pid: int
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A part of the guards or of the postcondition, as a sentence.

    :param seen: what was there.
    :param waived: a person let it be.
    """

    time: datetime
    expect: str
    seen: str
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Fence:
    """A command that was about to be run, to cut a peer off."""

    time: datetime
    role: Role
    command: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How it was known that the peer is dead."""

    time: datetime
    kind: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Connections that were cut out of band."""

    time: datetime
    role: Role
    instances: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """One command of an undo.

    :param reply: what was answered; ``None`` where nothing was, as far as the journal tells.
    :param refused: it is an error.
    """

    text: str
    reply: Json = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step of the plan, and what became of it.

    :param number: from 1.
    :param begun: when it, or undoing it, was last begun; ``None``: never.
    :param ended: when it ended, or was seen to be so already.
    :param seconds: how long it took.
    :param reply: what was answered or seen.
    :param remark: what tells that it was so already, or what stood against undoing it.
    :param own: this run has begun it, in whichever sitting, and has not undone it since.
    :param undo: the commands that take it back, where that was begun.
    :param undone: what was told of undoing it.
    """

    number: int
    role: Role
    title: str
    kind: str
    text: str
    state: State = State.WAITING
    begun: datetime | None = None
    ended: datetime | None = None
    seconds: float | None = None
    reply: Json = None
    remark: str = ""
    own: bool = False
    undo: tuple[Undoing, ...] = ()
    undone: Json = None


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that a QEMU sent."""

    time: datetime
    role: Role
    name: str
    data: Json


@dataclass(frozen=True, slots=True)
class Other:
    """A line that this version does not know."""

    time: datetime
    name: str
    record: JsonObject


@dataclass(frozen=True, slots=True)
class Resumption:
    """The run was taken up again."""

    time: datetime
    who: Who | None


@dataclass(frozen=True, slots=True)
class Story:
    """What the journal of one run tells.

    :param run: the run's name.
    :param format: of the journal; 0 is the one without a site.
    :param header: its first line.
    :param hosts: the addresses, by the roles that the steps speak of.
    :param begun: when it began; ``last`` is when the last thing was written.
    :param message: why it ended early; empty where it did not.
    :param torn: the last line is cut short.
    :param records: every line but the first.
    """

    path: Path
    run: str
    format: int
    runbook: str
    qemu: str
    edition: str
    digest: str
    header: JsonObject
    hosts: dict[Role, str]
    who: Who | None
    begun: datetime
    last: datetime
    guards: tuple[Seen, ...]
    fences: tuple[Fence, ...]
    proofs: tuple[Proof, ...]
    cuts: tuple[Cut, ...]
    steps: tuple[ToldStep, ...]
    heard: tuple[Heard, ...]
    ends: tuple[Seen, ...]
    resumed: tuple[Resumption, ...]
    others: tuple[Other, ...]
    verdict: Verdict
    message: str
    torn: bool
    records: tuple[JsonObject, ...]

    @property
    def seconds(self) -> float:
        """From the first line to the last."""
        return max(0.0, (self.last - self.begun).total_seconds())

    @property
    def done(self) -> int:
        """How many steps are done, by this run or before it."""
        return sum(step.state in (State.DONE, State.SKIPPED) for step in self.steps)

    @property
    def unfinished(self) -> tuple[ToldStep, ...]:
        """The steps of which nobody knows: begun, or begun to be undone, and not ended."""
        return tuple(s for s in self.steps if s.state in (State.BEGUN, State.UNDOING))

    @property
    def half_fenced(self) -> Role | None:
        """Whom a fence command was begun for of which nobody knows; ``None``: there is none."""
        last = self.fences[-1] if self.fences else None
        if last is None or any(proof.time >= last.time for proof in self.proofs):
            return None
        return last.role

    @property
    def outcome(self) -> str:
        """How it has ended, as a sentence or two."""
        match self.verdict:
            case Verdict.WORKED:
                return "It has worked." if self.ends else "Done; QEMU could not be asked yet."
            case Verdict.RUNNING:
                return f"It is going on; {self._far}."
            case Verdict.UNFINISHED:
                return f"The program was ended before the run was; {self._far}."
            case Verdict.INTERRUPTED:
                return f"It was interrupted; {self._far}. {self.message}".rstrip()
            case Verdict.REFUSED | Verdict.FAILED:
                return self.message

    @property
    def _far(self) -> str:
        text = f"{self.done} of {len(self.steps)} steps are done"
        for step in self.unfinished:
            text += f", step {step.number} may be done or not"
        over = self.verdict is not Verdict.RUNNING and not self.message
        if over and self.steps and self.done == len(self.steps):
            text += "; whether it worked was not seen"
        if self.half_fenced is not None:
            text += f", the {self.half_fenced.value} may be cut off or not"
        return text

    def chosen(self, what: str) -> str | None:
        """What a person had chosen: ``qemu`` a version, ``binary`` a path; ``None``: nothing."""
        chosen = self.header.get("chosen")
        word = chosen.get(what) if is_object(chosen) else None
        return word if isinstance(word, str) else None

    def site(self) -> Site:
        """The pair, with the roles that the steps speak of.

        What a flipped runbook is resolved for has them the other way round.

        :raises InputError: the journal has none, or one that cannot be read.
        """
        return site_from_json(self.header.get("site"))
