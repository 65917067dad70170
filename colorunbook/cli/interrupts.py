# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C and SIGTERM during a run: the first ends it after the step in hand, the second at once."""

import asyncio
import shlex
import signal
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path

from colorunbook.book.actions import Await
from colorunbook.book.runbook import Step
from colorunbook.cli.console import say
from colorunbook.engine.account import GO_ON, STOP, goes_over
from colorunbook.engine.ending import unseen
from colorunbook.engine.events import (
    Event,
    Fencing,
    ProofGiven,
    RunStarted,
    StepDone,
    StepSkipped,
    StepStarted,
    Yanking,
)
from colorunbook.engine.stopping import Stop
from colorunbook.errors import Aborted, ColorunbookError, Refused, Unavailable


@dataclass(slots=True)
class Account:
    """How far a run has come.

    :ivar steps: how many there are.
    :ivar finished: the number of the last step that is done.
    :ivar begun: the number of the last step that was begun; it changes nothing where it ``waits``.
    :ivar sent: something was sent, or run, that is more than a question.
    :ivar fenced: who is being cut off by a fence command; empty: nobody is.
    :ivar pause: what is to be said of a guest that was paused; empty: it was not, or goes on.
    :ivar run_id: what it is called in the journal; empty: it has none yet.
    :ivar state: the folder of its journal, where that was given.
    """

    name: str
    run_id: str = ""
    state: Path | None = None
    steps: int = 0
    finished: int = 0
    begun: int = 0
    waits: bool = False
    sent: bool = False
    fenced: str = ""
    stop: Stop = field(default_factory=Stop)
    pause: str = ""

    def heard(self, event: Event) -> None:
        """Take an event into account."""
        match event:
            case RunStarted(_, _, steps):
                self.steps = steps
            case Fencing(role):
                self.sent, self.fenced = True, role.value
            case ProofGiven():
                self.fenced = ""
            case Yanking():
                self.sent = True
            case StepStarted(number, step):
                self.begun, self.waits = number, isinstance(step.action, Await)
                self._mind_the_guest(step)
                self.sent = self.sent or not self.waits
            case StepDone(number, step) | StepSkipped(number, step):
                self.finished = number
                self._mind_the_guest(step)
            case _:
                pass

    def _mind_the_guest(self, step: Step) -> None:
        if step.action == STOP:
            self.pause = f" The guest may be paused: {GO_ON}."
        elif goes_over(step.action):
            self.pause = ""

    def aborted(self) -> Aborted:
        """What is to be said of a run that was broken off at once."""
        if self.fenced:
            return Aborted(
                f"{self.name} was interrupted while the fence command ran; no step was begun.",
                f"The {self.fenced} may be cut off or not.",
            )
        if not self.begun and not self.finished:
            return Aborted(f"{self.name} was interrupted; no step was begun.")
        if self.finished and self.finished == self.steps:
            error = unseen(self.name, self.steps)
            return Aborted(error.message, self.next_thing_to_type)
        in_doubt = self.begun > self.finished and not self.waits
        doubt = f"Step {self.begun} may be done or not." if in_doubt else ""
        done = f"{self.finished} steps are done." if self.finished != 1 else "1 step is done."
        return Aborted(
            f"{self.name} was interrupted. {done} {doubt}".rstrip(),
            f"{self.next_thing_to_type}{self.pause}".strip(),
        )

    @property
    def next_thing_to_type(self) -> str:
        """How it is taken up again; empty where nothing was begun."""
        if not self.run_id or not (self.begun or self.finished):
            return ""
        words = ["colorunbook", "resume", self.run_id]
        if self.state is not None:
            words += ["--state", str(self.state)]
        return f"'{shlex.join(words)}' goes on from there."

    def with_next_thing(self, error: ColorunbookError) -> ColorunbookError:
        """The same error, with how the run is taken up again."""
        if isinstance(error, Refused) or error.leads_elsewhere:
            return error
        error.advice = f"{error.advice} {self.next_thing_to_type}".strip()
        return error


async def until_interrupted(work: Coroutine[None, None, None], account: Account) -> None:
    """Do it; a signal ends it between two steps, a second one, or one in a wait, at once.

    :raises Aborted: it was interrupted.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, _tell, task, account.stop)
    try:
        await task
    except asyncio.CancelledError:
        raise account.aborted() from None
    except Unavailable as error:
        if not account.sent and not account.finished:
            error.advice = f"{error.advice} Nothing was sent.".lstrip()
        raise


def _tell(task: "asyncio.Future[None]", stop: Stop) -> None:
    if stop.in_hand and not stop.is_asked:
        stop.ask()
        say("It ends after the step in hand. Once more ends it at once.")
    else:
        task.cancel()
