# SPDX-License-Identifier: GPL-2.0-or-later
"""A run as a person sees it: a line a step, on standard error."""

from colorunbook.book.phrases import plain
from colorunbook.book.phrases import say as in_words
from colorunbook.book.runbook import Step
from colorunbook.cli.console import Bar, duration, paint, say
from colorunbook.engine.events import (
    Event,
    ExpectationMet,
    Fencing,
    GuardHeld,
    GuardWaived,
    Progress,
    ProofGiven,
    QemuSpoke,
    RunEnded,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    UndoDone,
    UndoFailed,
    UndoReplied,
    UndoStarted,
    Yanked,
    Yanking,
)
from colorunbook.engine.standing import changes
from colorunbook.hosts import Site

_BY = {
    "fence": "by the fence command",
    "person": "by the word of a person",
    "machine": "by this machine's word",
}


class Report:
    """Tells each event of a run.

    :param verbose: tell what QEMU says of its own, and each part of guards and postcondition.
    """

    def __init__(self, site: Site, *, verbose: bool = False) -> None:
        self._site = site
        self._verbose = verbose
        self._steps = 0
        self._title = self._awaited = ""
        self._met = 0
        self._new = False
        self._bar = Bar()

    def __call__(self, event: Event) -> None:
        """Tell one event."""
        match event:
            case RunStarted(runbook, digest, steps):
                self._steps, self._met = steps, 0
                say(f"{paint(runbook, 'strong')}  {paint(f'plan {digest[:12]}', 'dim')}")
            case GuardHeld(expect, seen):
                self._detail(f"so: {in_words(expect)}", seen)
            case GuardWaived(expect, seen):
                say(f"  {paint('let be', 'bad')}: {plain(expect)}; seen: {seen}")
            case Fencing(role, command):
                say(f"  cutting the {role.value} off with the fence command: {command}")
            case ProofGiven(kind, role, text):
                say(f"  the {role.value} is dead {_BY.get(kind, kind)}: {text}")
            case Yanking():
                self._title = "Cut what leads to the peer"
            case Yanked(role, instances, why):
                freed = ", ".join(instances) or "nothing was left to free"
                say(f"  {role.value:9} freed of its peer ({why}): {freed}")
            case StepStarted(_, step):
                self._title = step.title
            case Progress(_, done, total):
                if not self._bar.show(self._title, done, total):
                    self._wait()
            case StepDone(number, step, reply, seconds):
                self._new = self._new or changes(step)
                self._step(number, step, duration(seconds))
                self._detail("reply", str(reply))
            case StepSkipped(number, step, seen):
                self._step(number, step, "is so already")
                self._detail("so", seen)
            case UndoStarted(_, step):
                self._title = f"Undo: {step.title}"
            case UndoReplied(_, text, reply):
                self._detail(f"sent {text}", str(reply))
            case UndoDone(number, step, reply, seconds):
                self._step(number, step, f"undone, {duration(seconds)}")
                self._detail("reply", str(reply))
            case UndoFailed(number, step, why):
                self._step(number, step, paint("not undone", "bad"))
                say(f"       {why}")
            case QemuSpoke(role, name, data):
                self._detail(f"{role.value} sent {name}", str(data or ""))
            case ExpectationMet(expect, seen, _):
                self._bar.hide()
                self._title, self._met = "See checkpoints", self._met + 1
                self._detail(f"so: {in_words(expect)}", seen)
            case RunEnded(seconds):
                worked = "it has worked" if self._new else "it was done already"
                verdict = paint(worked if self._met else "done", "good")
                seen = f"{self._met} thing{'s' * (self._met != 1)} seen"
                seen = seen if self._met else "QEMU cannot be asked yet"
                say(f"  {verdict}: {seen}, {duration(seconds)} in all")

    def _wait(self) -> None:
        """Tell once, where there is no bar, what may take a while."""
        if self._title != self._awaited:
            self._awaited = self._title
            say(paint(f"  waiting: {self._title}", "dim"))

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.hide()

    def _step(self, number: int, step: Step, outcome: str) -> None:
        self._bar.hide()
        where = f"{step.role.value:9} {self._site.host(step.role).address:12}"
        count = f"{number:>{len(str(self._steps))}}/{self._steps}"
        say(f"  {count}  {where}  {step.title:38}  {outcome:>8}")

    def _detail(self, what: str, seen: str) -> None:
        if self._verbose:
            say(paint(f"       {what.replace('``', '')}  {seen}".rstrip(), "dim"))
