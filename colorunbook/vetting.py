# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole plan, held against what its QEMU told of itself: nothing is sent, nothing is asked.

Of each step, each guard and each question of a wait it is found out whether QEMU would take it,
what of it is deprecated or unstable, and what nobody can tell before it is tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorunbook.book.actions import Action, Assign, Await, Hmp, Launch, Qmp, Shell, Yank
from colorunbook.book.conditions import (
    Answers,
    Checkpoints,
    Condition,
    EventSeen,
    ImageIs,
    MemoryFor,
    NobodyListens,
    SpaceFor,
)
from colorunbook.errors import InputError
from colorunbook.plan import Plan
from colorunbook.qemu import optionstrings, properties
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.judgement import Feature, Finding, Problem, Unchecked
from colorunbook.qemu.knowledge import Knowledge, knowledge
from colorunbook.qemu.payload import JsonObject


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, and where in the plan.

    :param step: the number of the step, from 1; 0 for a guard or the postcondition.
    :param title: the step's title.
    """

    step: int
    title: str
    finding: Finding

    @property
    def place(self) -> str:
        """Where, as the beginning of a sentence goes on."""
        return f"step {self.step} ({self.title})" if self.step else self.title

    def __str__(self) -> str:
        return f"{self.place}: {self.finding}"


@dataclass(frozen=True, slots=True)
class Vetting:
    """What is to be said of a plan.

    :param plan: the name of its runbook.
    :param wanted: the version that it is for.
    :param against: the version that told what it was held against.
    :param binding: QMP is the same in both, so that a problem is a defect of the runbook.
    :param checked: how many commands and questions were held against it.
    :param asks: there are questions among them.
    """

    plan: str
    wanted: Version
    against: Version
    binding: bool
    checked: int
    asks: bool
    found: tuple[Found, ...]

    @property
    def problems(self) -> tuple[Found, ...]:
        """What QEMU would refuse."""
        return tuple(f for f in self.found if isinstance(f.finding, Problem))

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What nobody can tell, each once."""
        found = (f.finding.what for f in self.found if isinstance(f.finding, Unchecked))
        return tuple(dict.fromkeys(found))

    def misfits(self, step: int) -> tuple[Problem, ...]:
        """What QEMU would refuse of a step, each once."""
        there = (f.finding for f in self.found if f.step == step)
        return tuple(dict.fromkeys(p for p in there if isinstance(p, Problem)))

    def features(self, step: int) -> tuple[Feature, ...]:
        """What of a step is deprecated or unstable, each once."""
        there = (f.finding for f in self.found if f.step == step)
        return tuple(dict.fromkeys(f for f in there if isinstance(f, Feature)))

    def must_fit(self) -> None:
        """See that there is no problem.

        :raises InputError: there is one, and the schema is that of the QEMU that is meant.
        """
        if not self.binding or not self.problems:
            return
        first, *others = self.problems
        more = f" Problems behind it: {len(others)}." if others else ""
        raise InputError(
            f"{self.plan}, {first.place}, would be refused by QEMU {self.against}: "
            f"{first.finding}{more}",
            "Mend the runbook, or name another QEMU with --qemu.",
        )

    def as_json(self) -> JsonObject:
        """The same as data."""
        kinds: dict[type[Finding], str] = {
            Problem: "problem",
            Feature: "feature",
            Unchecked: "unchecked",
        }
        return {
            "schema": str(self.against),
            "binding": self.binding,
            "checked": self.checked,
            "found": [
                {
                    "step": each.step,
                    "title": each.title,
                    "kind": kinds[type(each.finding)],
                    **_fields(each.finding),
                }
                for each in self.found
            ],
        }


def vet(plan: Plan) -> Vetting:
    """Hold every command and every question of a plan against the schema that its dialect names."""
    know = knowledge(plan.dialect.schema)
    found: list[Found] = []
    checked = 0
    for number, step in enumerate(plan.steps, 1):
        checked += not isinstance(step.action, Assign | Shell)
        found += (Found(number, step.title, finding) for finding in _action(step.action, know))
    for title, expectations in (("a guard", plan.starts), ("the postcondition", plan.ends)):
        for expect in expectations:
            checked += 1
            found += (Found(0, title, finding) for finding in _condition(expect.condition, know))
    return Vetting(
        plan.name,
        plan.dialect.version,
        know.version,
        plan.dialect.has_schema,
        checked,
        bool(plan.starts or plan.ends),
        tuple(found),
    )


def summary(vettings: Sequence[Vetting]) -> str:
    """One sentence of what was checked, against what, and what was not."""
    first = vettings[0]
    count = sum(vetting.checked for vetting in vettings)
    text = f"Checked offline against the schema of QEMU {first.against}: {count} "
    text += "command" if count == 1 else "commands"
    text += " and questions" * any(vetting.asks for vetting in vettings)
    if not first.binding:
        misfits = sum(len(vetting.problems) for vetting in vettings)
        text += f"; none is known of QEMU {first.wanted}, and "
        text += f"{misfits} would not fit this one" if misfits else "all fit this one"
    unchecked = dict.fromkeys(what for vetting in vettings for what in vetting.unchecked)
    return f"{text}; not checked: {', '.join(unchecked) or 'nothing'}."


def _action(action: Action, know: Knowledge) -> Iterator[Finding]:
    match action:
        case Assign():
            return
        case Shell(words):
            yield Unchecked(words[0].text, "it is another program")
        case Launch(words):
            yield from optionstrings.judge([word.text for word in words[1:]], know)
        case Qmp(payload):
            yield from properties.judge(payload, know)
        case Hmp() as human:
            yield from properties.judge(human.payload, know)
        case Yank() as yank:
            yield from properties.judge(yank.question, know)
            yield from properties.judge(yank.example, know)
        case Await(condition):
            yield from _condition(condition, know)


def _condition(condition: Condition, know: Knowledge) -> Iterator[Finding]:
    match condition:
        case Checkpoints():
            return
        case EventSeen(event, data):
            yield from know.schema.event(event, [name for name, _ in data])
        case ImageIs() | SpaceFor() | MemoryFor() | NobodyListens():
            for words in condition.questions:
                yield Unchecked(words[0], "it is another program")
        case Answers():
            return
        case probe:
            for question in probe.questions:
                yield from properties.judge(question, know)


def _fields(finding: Finding) -> JsonObject:
    match finding:
        case Problem(path, what, near):
            return {"path": path, "what": what, "near": near}
        case Feature(name, kind, subject, path):
            return {"name": name, "of": kind, "subject": subject, "path": path}
        case Unchecked(what, why):
            return {"what": what, "why": why}
