# SPDX-License-Identifier: GPL-2.0-or-later
"""A runbook resolved for one site and one dialect: the value that is rendered, run and checked."""

import hashlib
import json
from dataclasses import dataclass

from colorunbook import essence
from colorunbook.book.actions import Action, Assign, Await, Command, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.colo import Colo
from colorunbook.book.conditions import HostCondition
from colorunbook.book.phrases import Expect, say, say_wait
from colorunbook.book.runbook import Runbook, Step
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.payload import Json, JsonObject
from colorunbook.qemu.shell import show, show_assignment


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, concretely and in order.

    :param name: the runbook's name.
    :param site: the pair, with the roles that the steps speak of.
    :param starts: the guards.
    :param ends: the postcondition.
    :param buries: the role whose QEMU has to be known to be dead before anything is done.
    :param parts: the guards of each runbook that it is composed of but the first, by name: they
        have to hold when that part begins.
    :param freeing: what is done first where the peer may have vanished without a word, and again
        where a command hangs.
    """

    name: str
    title: str
    summary: str
    notes: tuple[str, ...]
    site: Site
    dialect: Dialect
    starts: tuple[Expect, ...]
    steps: tuple[Step, ...]
    ends: tuple[Expect, ...]
    buries: Role | None = None
    parts: tuple[tuple[str, tuple[Expect, ...]], ...] = ()
    freeing: tuple[Step, ...] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        """The actions that are typed, without the waits between them."""
        return tuple(s.action for s in self.steps if not isinstance(s.action, Await))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles whose QEMU has to be spoken to, the primary first."""
        spoken = {step.role for step in self.steps if needs_monitor(step)}
        asked = (*self.starts, *self.ends)
        spoken |= {e.role for e in asked if not isinstance(e.condition, HostCondition)}
        return tuple(role for role in Role if role in spoken)

    def as_json(self) -> JsonObject:
        """The plan as data, with the words that it is told in."""
        return {
            "runbook": self.name,
            "qemu": str(self.dialect.version),
            "edition": self.dialect.edition.value,
            "hosts": {role.value: self.site.host(role).address for role in Role},
            "buries": self.buries.value if self.buries else None,
            "frees_first": [self._step(step) for step in self.freeing],
            "parts_start_when": {name: [say(e) for e in starts] for name, starts in self.parts},
            "starts_when": [say(expect) for expect in self.starts],
            "steps": [self._step(step) for step in self.steps],
            "ends_when": [say(expect) for expect in self.ends],
        }

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal: two plans have the same one exactly when they do the same.

        It is of what is sent, waited for, asked and taken back, and on which hosts. It is not of
        names, titles, reasons and sentences, nor of how a host is reached.
        """
        text = json.dumps(self._essence(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    def _essence(self) -> JsonObject:
        return {
            "hosts": [self.site.host(role).address for role in Role],
            "buries": self.buries.value if self.buries else None,
            "freeing": [essence.of_step(step) for step in self.freeing],
            "parts": list(essence.of_parts(self.steps, self.parts)),
            "starts": essence.of_all(self.starts),
            "steps": [essence.of_step(step) for step in self.steps],
            "ends": essence.of_all(self.ends),
        }

    def _step(self, step: Step) -> Json:
        return {
            "runbook": step.runbook,
            "role": step.role.value,
            "host": self.site.host(step.role).address,
            "title": step.title,
            "why": step.why,
            **describe(step),
            "done_when": [[say(expect) for expect in group] for group in step.tells],
            "undone_by": [*undone_by(step)],
        }


def resolve(runbook: Runbook, site: Site, dialect: Dialect) -> Plan:
    """Make every step of a runbook concrete.

    :param site: the pair as it was brought up; a flipped runbook turns the roles round itself.
    """
    if runbook.flipped:
        site = site.flipped()
    colo = Colo(site, dialect)
    return Plan(
        name=runbook.name,
        title=runbook.title,
        summary=runbook.summary,
        notes=runbook.notes,
        site=site,
        dialect=dialect,
        starts=runbook.starts(colo),
        steps=runbook.steps(colo),
        ends=runbook.ends(colo),
        buries=runbook.buries,
        parts=tuple((part.name, part.starts(colo)) for part in runbook.parts if part.parts == ()),
        freeing=runbook.freed_by.steps(colo) if runbook.freed_by else (),
    )


def needs_monitor(step: Step) -> bool:
    """Tell whether a step is sent to a QEMU that runs already, or waits for one."""
    if isinstance(step.action, Await) and isinstance(step.action.condition, HostCondition):
        return False
    return isinstance(step.action, Qmp | Hmp | Yank | Await)


def undone_by(step: Step) -> tuple[str, ...]:
    """What takes a step back, as it is printed."""
    return tuple(str(described(step.role, action)["text"]) for action in step.undo)


def describe(step: Step) -> JsonObject:
    """The kind of a step's action and the text of what is done, as it is printed."""
    return described(step.role, step.action)


def described(role: Role, action: Action) -> JsonObject:
    """The kind of an action and the text of what is done to the QEMU of a role."""
    match action:
        case Assign(variable):
            return {"kind": "assign", "text": show_assignment(variable.name, variable.value)}
        case Shell(words):
            return {"kind": "shell", "text": show(words), "argv": [w.text for w in words]}
        case Launch(words):
            return {"kind": "launch", "text": show(words), "argv": [w.text for w in words]}
        case Qmp(payload):
            return {"kind": "qmp", "text": payload.text}
        case Hmp(tolerates=tolerates) as line:
            return {"kind": "hmp", "text": line.payload.text, "tolerates": tolerates}
        case Yank() as yank:
            return {"kind": "yank", "text": yank.example.text}
        case Await(condition, within):
            wait = say_wait(Expect(role, condition), within)
            return {"kind": "await", "text": wait, "within": within}
