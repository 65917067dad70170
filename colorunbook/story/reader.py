# SPDX-License-Identifier: GPL-2.0-or-later
"""From the lines of a journal to the story that they tell."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from colorunbook.errors import InputError
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json
from colorunbook.story.model import (
    Cut,
    Fence,
    Heard,
    Other,
    Proof,
    Resumption,
    Seen,
    State,
    Story,
    ToldStep,
    Undoing,
    Verdict,
    Who,
)
from colorunbook.story.rows import Row, read_rows

NEWEST: Final = 1
"""The format of a journal that is known here."""

_INTERRUPTS: Final = (
    "Aborted",
    "CancelledError",
    "GeneratorExit",
    "KeyboardInterrupt",
    "SystemExit",
)


def read(path: Path) -> Story:
    """Read a journal, however its run has ended; nobody is asked whether it still goes on.

    :raises InputError: it cannot be read, or is no journal; the line is named.
    """
    try:
        rows, torn = read_rows(path)
        return _Reading(path, rows[0]).of(rows[1:], torn=torn)
    except InputError as error:
        raise InputError(
            f"{path} is no journal of a run: {error.message}.",
            "'colorunbook history' lists the journals that there are.",
        ) from error


class _Reading:
    """What has been read so far."""

    def __init__(self, path: Path, header: Row) -> None:
        self.path, self.header = path, header
        self.format = header.whole("format") if "format" in header.record else 0
        if self.format > NEWEST:
            header.fail(f"a later colorunbook wrote it, in format {self.format}")
        self.run, self.digest = header.text("run"), header.text("digest")
        plan = header.table("plan")
        self.runbook, self.qemu = plan.text("runbook"), plan.text("qemu")
        self.edition = plan.text("edition")
        hosts = plan.table("hosts")
        self.hosts = {role: hosts.text(role.value) for role in Role}
        self.steps = [_step(number, row) for number, row in enumerate(plan.tables("steps"), 1)]
        self.begun = self.time = header.time()
        self.who = _who(header)
        self.guards: list[Seen] = []
        self.fences: list[Fence] = []
        self.proofs: list[Proof] = []
        self.cuts: list[Cut] = []
        self.heard: list[Heard] = []
        self.ends: list[Seen] = []
        self.resumed: list[Resumption] = []
        self.others: list[Other] = []
        self.verdict, self.message = Verdict.UNFINISHED, ""

    def of(self, rows: Iterable[Row], *, torn: bool) -> Story:
        """Read the rest."""
        records = []
        for row in rows:
            if "time" in row.record:
                self.time = row.time()
            self._read(row)
            records.append(row.record)
        return Story(
            path=self.path,
            run=self.run,
            format=self.format,
            runbook=self.runbook,
            qemu=self.qemu,
            edition=self.edition,
            digest=self.digest,
            header=self.header.record,
            hosts=self.hosts,
            who=self.who,
            begun=self.begun,
            last=self.time,
            guards=tuple(self.guards),
            fences=tuple(self.fences),
            proofs=tuple(self.proofs),
            cuts=tuple(self.cuts),
            steps=tuple(self.steps),
            heard=tuple(self.heard),
            ends=tuple(self.ends),
            resumed=tuple(self.resumed),
            others=tuple(self.others),
            verdict=self.verdict,
            message=self.message,
            torn=torn,
            records=tuple(records),
        )

    def _read(self, row: Row) -> None:
        match row.record.get("event"):
            case "RunStarted":
                pass
            case "GuardHeld" | "GuardWaived" as name:
                self.guards.append(self._seen(row, waived=name == "GuardWaived"))
            case "Fencing":
                self.fences.append(Fence(self.time, row.role(), row.text("command")))
            case "ProofGiven":
                proof = Proof(self.time, row.text("kind"), row.role(), row.text("text"))
                self.proofs.append(proof)
            case "Yanked":
                cut = Cut(self.time, row.role(), row.texts("instances"), row.text("why"))
                self.cuts.append(cut)
            case "QemuSpoke":
                said = row.record.get("data")
                self.heard.append(Heard(self.time, row.role(), row.text("name"), said))
            case "ExpectationMet":
                self.ends.append(self._seen(row))
            case "RunEnded":
                self.verdict, self.message = Verdict.WORKED, ""
            case "RunFailed":
                self._failed(row)
            case "Resumed":
                self.verdict, self.message, self.ends = Verdict.UNFINISHED, "", []
                self.resumed.append(Resumption(self.time, _who(row)))
            case str() as name if name.startswith(("Step", "Undo")):
                self._step(row, name)
            case name:
                self._other(row, name if isinstance(name, str) else "")

    def _other(self, row: Row, name: str) -> None:
        self.others.append(Other(self.time, name, row.record))

    def _seen(self, row: Row, *, waived: bool = False) -> Seen:
        return Seen(self.time, row.text("expect"), row.text("seen"), waived)

    def _failed(self, row: Row) -> None:
        kind = row.text("error")
        self.message = row.text("message")
        if kind in _INTERRUPTS:
            self.verdict = Verdict.INTERRUPTED
        elif kind == "Refused" and all(step.begun is None for step in self.steps):
            self.verdict = Verdict.REFUSED
        else:
            self.verdict = Verdict.FAILED
            self.message = self.message or f"It ended with {kind}."

    def _step(self, row: Row, name: str) -> None:
        reply = row.record.get("reply")
        match name:
            case "StepStarted":
                self._now(row, State.BEGUN, self.time, None)
            case "StepDone":
                self._now(row, State.DONE, None, self.time, seconds=row.seconds("seconds"))
                self._replied(row, reply)
            case "StepSkipped":
                self._now(row, State.SKIPPED, None, self.time, remark=row.text("seen"))
            case "UndoStarted":
                self._now(row, State.UNDOING, self.time, None)
                named = row.texts("undone_by") if "undone_by" in row.record else ()
                self._undo(row, undo=tuple(map(Undoing, named)))
            case "UndoReplied":
                answer = Undoing(row.text("text"), reply, row.record.get("refused") is True)
                self._undo(row, undo=_answered(self._the(row).undo, answer))
            case "UndoDone":
                self._now(row, State.UNDONE, None, self.time, seconds=row.seconds("seconds"))
                self._undo(row, undone=reply)
            case "UndoFailed":
                self._now(row, State.NOT_UNDONE, None, self.time, remark=row.text("why"))
            case _:
                self._other(row, name)

    def _now(
        self,
        row: Row,
        state: State,
        begun: datetime | None,
        ended: datetime | None,
        *,
        seconds: float | None = None,
        remark: str = "",
    ) -> None:
        """Put down how far a step is now."""
        step = self._the(row)
        self.steps[step.number - 1] = replace(
            step,
            state=state,
            begun=begun or step.begun,
            ended=ended,
            seconds=seconds,
            remark=remark,
            own=state is State.BEGUN or (step.own and state is not State.UNDONE),
        )

    def _replied(self, row: Row, reply: Json) -> None:
        step = self._the(row)
        self.steps[step.number - 1] = replace(step, reply=reply)

    def _undo(
        self, row: Row, *, undo: tuple[Undoing, ...] | None = None, undone: Json = None
    ) -> None:
        """Put down what is known of taking a step back."""
        step = self._the(row)
        undo = step.undo if undo is None else undo
        self.steps[step.number - 1] = replace(step, undo=undo, undone=undone)

    def _the(self, row: Row) -> ToldStep:
        number = row.whole("number")
        if not 1 <= number <= len(self.steps):
            row.fail(f"the plan has no step {number}")
        return self.steps[number - 1]


def _step(number: int, row: Row) -> ToldStep:
    return ToldStep(number, row.role(), row.text("title"), row.text("kind"), row.text("text"))


def _answered(undo: tuple[Undoing, ...], answer: Undoing) -> tuple[Undoing, ...]:
    """The commands of an undo, with what was answered to one of them."""
    for at, each in enumerate(undo):
        if each == Undoing(answer.text):
            return (*undo[:at], answer, *undo[at + 1 :])
    return (*undo, answer)


def _who(row: Row) -> Who | None:
    if "who" not in row.record:
        return None
    told = row.table("who")
    return Who(
        told.text("user"),
        told.whole("uid"),
        told.text("host"),
        told.whole("pid"),
        told.texts("argv"),
    )
