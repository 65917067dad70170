# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that does a runbook in a lab and kills itself at a moment of a step.

Its end is that of ``kill -9``: nothing is closed, nothing is told.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from colorunbook import shelf
from colorunbook.engine.events import Event, StepDone, StepSkipped, StepStarted
from colorunbook.engine.journal import Journal
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.lab import labs
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Edition
from tests.faults.points import Moment


class Fatal(Journal):
    """A journal whose writer dies at a moment of a step."""

    def __init__(self, folder: Path, plan: Plan, step: int, moment: Moment) -> None:
        super().__init__(folder, plan)
        self._step = step
        self._moment = moment

    def write(self, event: Event) -> None:
        """Put an event on the disk, or die before or after it."""
        ends = isinstance(event, StepDone | StepSkipped) and event.number == self._step
        if ends and self._moment is Moment.BETWEEN:
            _die()
        super().write(event)
        begins = isinstance(event, StepStarted | StepSkipped) and event.number == self._step
        if (begins and self._moment is Moment.BEFORE) or (ends and self._moment is Moment.AFTER):
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _run(asked: argparse.Namespace) -> None:
    lab = labs.get(str(asked.lab))
    async with Session(lab.transport, lab.site, Edition(asked.edition)) as session:
        plan = await session.resolve(shelf.runbook(str(asked.name)))
        journal = Fatal(Path(asked.state), plan, int(asked.step), Moment(asked.moment))
        async for _event in run(plan, session, journal):
            pass


def main(words: list[str]) -> int:
    """Do it; it is not meant to return."""
    parser = argparse.ArgumentParser("tests.faults.victim")
    parser.add_argument("name")
    for option in ("--lab", "--state", "--edition", "--step", "--moment"):
        parser.add_argument(option, required=True)
    asyncio.run(_run(parser.parse_args(words)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
