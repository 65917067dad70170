# SPDX-License-Identifier: GPL-2.0-or-later
"""What the templates ask of a plan: its sentences, its steps as they are printed, its headings.

Every sentence that the check reads back comes from :mod:`colorunbook.book.phrases`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from colorunbook.book.actions import Assign, Await, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import colo_mode_is, guest_is
from colorunbook.book.phrases import (
    Death,
    Expect,
    Place,
    Replacement,
    Vanishing,
    Where,
    say,
    say_tolerance,
    say_wait,
)
from colorunbook.book.runbook import Step
from colorunbook.hosts import Role
from colorunbook.once import once
from colorunbook.plan import Plan
from colorunbook.qemu.chardev import SocketChardev
from colorunbook.qemu.objects import QemuObject
from colorunbook.qemu.payload import Payload
from colorunbook.qemu.shell import quote, show, show_assignment
from colorunbook.render.planned import KEPT

PROMPT = "# "


@dataclass(frozen=True, slots=True)
class Item:
    """One step as it is printed.

    :param number: counted from 1 through the whole plan.
    :param command: the lines to type, the prompt before a shell's; empty for a wait.
    :param wait: the sentence of a wait; empty for a command.
    :param tolerance: the sentence about a harmless reply; empty when none is.
    """

    number: int
    title: str
    why: str
    command: str = ""
    wait: str = ""
    tolerance: str = ""


@dataclass(frozen=True, slots=True)
class Typing:
    """Consecutive steps that are typed in one place."""

    where: str
    items: tuple[Item, ...]


@once(KEPT)
def places(plan: Plan) -> tuple[Typing, ...]:
    """The steps of a plan, by the places they are typed in."""
    numbered = enumerate(plan.steps, 1)
    found = []
    for (role, place), steps in groupby(numbered, lambda n: (n[1].role, place_of(n[1]))):
        where = Where(role, plan.site.host(role).address, place)
        found.append(Typing(where.say(), tuple(item(step, number) for number, step in steps)))
    return tuple(found)


def place_of(step: Step) -> Place:
    """What a step is typed into; a wait goes with the monitor it is asked in."""
    match step.action:
        case Assign() | Shell() | Launch():
            return Place.SHELL
        case Yank() | Qmp(Payload(oob=True)):
            return Place.SECOND_MONITOR
        case _:
            return Place.MONITOR


def item(step: Step, number: int) -> Item:
    """One step as it is printed."""
    match step.action:
        case Assign(variable):
            line = PROMPT + show_assignment(variable.name, variable.value)
            return Item(number, step.title, step.why, line)
        case Shell(words) | Launch(words):
            return Item(number, step.title, step.why, PROMPT + show(words))
        case Qmp(payload):
            return Item(number, step.title, step.why, payload.text)
        case Yank() as yank:
            return Item(number, step.title, step.why, yank.example.text)
        case Hmp() as line:
            tolerance = say_tolerance(line)
            return Item(number, step.title, step.why, line.payload.text, tolerance=tolerance)
        case Await(condition, within):
            wait = say_wait(Expect(step.role, condition), within)
            return Item(number, step.title, step.why, wait=wait)


@once(KEPT)
def guards(plan: Plan) -> tuple[str, ...]:
    """The phrases of what must hold before."""
    return tuple(map(say, plan.starts))


@once(KEPT)
def postcondition(plan: Plan) -> tuple[str, ...]:
    """The phrases of what holds afterwards."""
    return tuple(map(say, plan.ends))


@once(KEPT)
def death(plan: Plan) -> str:
    """Who has died, or fallen silent, before a plan; empty: nobody has."""
    if plan.buries is not None and any(isinstance(s.action, Yank) for s in plan.steps):
        return Vanishing(plan.buries, plan.site.host(plan.buries).address).say()
    for role in Role:
        in_colo = Expect(role, colo_mode_is(role.value)) in plan.starts
        if in_colo and Expect(role, colo_mode_is("none")) in plan.ends:
            return Death(role.other, plan.site.host(role.other).address).say()
    return ""


def replacement(plan: Plan, launch: Plan, headings: Mapping[str, str]) -> str:
    """What has to be started before a resume; empty for a plan that is none.

    :param launch: the start of a secondary, for the same site as the plan.
    :param headings: the title of the section of each runbook.
    """
    survivor = {Expect(Role.PRIMARY, c) for c in (colo_mode_is("none"), guest_is("running"))}
    if not survivor.issubset(plan.starts):
        return ""
    assigned = [a.variable for a in launch.commands if isinstance(a, Assign)]
    images, primary = (show_assignment(v.name, v.value) for v in assigned[:2])
    return Replacement(
        plan.site.secondary.address,
        images,
        primary,
        headings["launch-secondary"],
        headings["prepare-secondary"],
    ).say()


def literal(text: str) -> str:
    """Text between the marks of an inline literal, which takes no blank at its ends."""
    return f"``{text if text == text.strip() else quote(text)}``"


def ids(parts: Iterable[SocketChardev | QemuObject]) -> str:
    """The names of parts as a list in a sentence."""
    *most, last = (f"``{part.id}``" for part in parts)
    return f"{', '.join(most)} and {last}" if most else last


def underline(text: str, mark: str) -> str:
    """A section title."""
    return f"{text}\n{mark * len(text)}"
