# SPDX-License-Identifier: GPL-2.0-or-later
"""A passage that is not true: what it looks like, and what the QEMUs say of themselves.

A QEMU that hangs says nothing. That is evidence too, and it is waited for with a bound.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from colorunbook.book.conditions import Checkpoints, colo_mode_is, migration_is
from colorunbook.check.machine import Machine
from colorunbook.check.parsers import Passage, Promised, Typed, Waited
from colorunbook.engine.monitor import QmpMonitor
from colorunbook.errors import ColorunbookError, StepFailed, TimedOut
from colorunbook.hosts import Role
from colorunbook.qemu.payload import JsonObject, Payload, is_object

ANSWER = 2.0
"""How long a QEMU may take to say how it is, in seconds."""

_LAST = 6
_QUESTIONS = {
    "query-status": ("status",),
    "query-colo-status": ("mode", "reason"),
    "query-migrate": ("status", "error-desc"),
}
_BEGINNING = (migration_is("colo"), colo_mode_is("primary"), colo_mode_is("secondary"))


@dataclass(frozen=True, slots=True)
class Statement:
    """What one QEMU says of itself.

    :param answers: its monitor answers; ``None``: it has none that could be asked.
    """

    role: Role
    address: str
    answers: bool | None
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.role.value} {self.address}: {'; '.join(self.lines)}"


async def testify(machines: Mapping[Role, Machine]) -> tuple[Statement, ...]:
    """Ask each QEMU how it is; never longer than :data:`ANSWER` a question."""
    return tuple([await _statement(role, machine) for role, machine in machines.items()])


async def _statement(role: Role, machine: Machine) -> Statement:
    lines: list[str] = []
    answers: bool | None = None
    session = machine.session
    if machine.pid is None:
        lines.append("its QEMU does not run")
    elif session is not None and machine.negotiated:
        answers = True
        try:
            lines += [line for name in _QUESTIONS for line in await _asked(session, name)]
        except TimedOut:
            answers = False
            lines.append(f"its monitor does not answer within {ANSWER:g} s")
        except ColorunbookError as error:
            lines.append(error.message)
    if session is not None:
        told = ", ".join(_events(session.events[-_LAST:]))
        lines.append(f"its last events: {told or 'none'}")
    if (words := machine.last_words) != "none":
        lines.append(f"its last words: {words}")
    return Statement(role, machine.address, answers, tuple(lines))


async def _asked(session: QmpMonitor, name: str) -> list[str]:
    try:
        told = await session.execute(Payload(name), ANSWER)
    except StepFailed as error:
        return [f"{name}: {error.message}"]
    if not is_object(told):
        return []
    shown = ", ".join(f"{key}={told[key]}" for key in _QUESTIONS[name] if key in told)
    return [f"{name} says {shown or 'nothing'}"]


def _events(events: list[JsonObject]) -> Iterator[str]:
    for event in events:
        data = event.get("data")
        more = ",".join(f"{k}={v}" for k, v in data.items()) if is_object(data) else ""
        yield f"{event.get('event')} {more}".strip()


def symptom(passage: Passage, message: str, said: tuple[Statement, ...]) -> str:
    """What an untrue passage looks like, as a clause."""
    silent = [each for each in said if each.answers is False]
    if silent:
        return f"the {silent[0].role.value} hangs: its monitor does not answer any more"
    match passage.content:
        case Waited(expect) | Promised(expect) if expect.condition in _BEGINNING:
            return f"COLO does not begin, although every command succeeded: {message}"
        case Waited(expect) | Promised(expect) if isinstance(expect.condition, Checkpoints):
            return f"checkpoints do not come, although every command succeeded: {message}"
        case Typed():
            return f"the command fails: {message}"
        case _:
            return message
