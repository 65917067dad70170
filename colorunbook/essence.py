# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a procedure decides what is done: the rest are words, and may be bettered at any time.

Two steps have one essence exactly when the same is sent for them, waited for and asked, and taken
back in the same way.
"""

from collections.abc import Sequence
from dataclasses import fields
from itertools import groupby

from colorunbook.book.actions import Action, Assign, Await, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import Answers, Checkpoints, Condition, EventSeen
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import Step
from colorunbook.qemu.payload import Json, JsonObject, Payload


def of_step(step: Step) -> JsonObject:
    """The essence of a step, without its title and its reason."""
    return {
        "role": step.role.value,
        "action": of_action(step.action),
        "done": [of_all(group) for group in step.tells],
        "already": step.already,
        "undo": [of_action(action) for action in step.undo],
        "unless": None if step.unless is None else of_condition(step.unless),
        "spends": of_all(step.spends),
        "chained": step.chained,
    }


def of_parts(
    steps: Sequence[Step], parts: Sequence[tuple[str, tuple[Expect, ...]]]
) -> list[list[Json]]:
    """The essence of a composition: how many steps each part has, and what is asked before them.

    Of a part that starts a QEMU nothing is.
    """
    starts = dict(parts)
    found: list[list[Json]] = []
    for name, each in groupby(steps if parts else (), key=lambda step: step.runbook):
        own = list(each)
        launches = any(isinstance(s.action, Launch) and s.runbook == name for s in steps)
        found.append([len(own), [] if launches else of_all(starts.get(name, ()))])
    return found


def of_all(expects: Sequence[Expect]) -> list[Json]:
    """The essence of what has to hold, in the order in which it is asked."""
    return [[expect.role.value, of_condition(expect.condition)] for expect in expects]


def of_condition(condition: Condition) -> JsonObject:
    """The essence of a condition: the name of the predicate, its values, what is asked for it."""
    asked: list[Json] = []
    if not isinstance(condition, EventSeen | Checkpoints | Answers):
        asked = [_question(each) for each in condition.questions]
    values = {part.name: _plain(getattr(condition, part.name)) for part in fields(condition)}
    return {"is": type(condition).__name__, "of": values, "asks": asked}


def _question(question: Payload | tuple[str, ...]) -> Json:
    return question.as_json() if isinstance(question, Payload) else list(question)


def of_action(action: Action) -> list[Json]:
    """The essence of an action: what the program or the QEMU gets, and what is taken for success.

    How a word is spelled for a shell, with a variable or without, is none of it.
    """
    match action:
        case Assign(variable):
            return ["assign", variable.name, variable.value]
        case Shell(words):
            return ["shell", *(word.text for word in words)]
        case Launch(words):
            return ["launch", *(word.text for word in words)]
        case Qmp(payload):
            return ["qmp", payload.as_json()]
        case Hmp(line=line, tolerates=tolerates):
            return ["hmp", line, tolerates]
        case Yank(chardevs):
            return ["yank", *chardevs]
        case Await(condition, within):
            return ["await", of_condition(condition), within]


_Value = str | int | tuple[str, ...] | tuple[int, ...] | tuple[tuple[str, str], ...]


def _plain(value: _Value) -> Json:
    if not isinstance(value, tuple):
        return value
    return [list(item) if isinstance(item, tuple) else item for item in value]
