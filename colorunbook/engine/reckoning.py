# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a step stands in one run: by what QEMU tells, and by what the run's journal has."""

from colorunbook.book.actions import Assign, Launch, Shell
from colorunbook.book.runbook import Step
from colorunbook.engine.manner import Manner
from colorunbook.engine.standing import Lookout, Standing, State, changes
from colorunbook.errors import StepFailed
from colorunbook.plan import Plan


class Reckoning:
    """Tells of each step whether it is still to be done.

    :param lookout: asks QEMU. In a run that begins at the beginning it need not be asked.
    """

    def __init__(self, plan: Plan, manner: Manner, lookout: Lookout) -> None:
        self._plan = plan
        self._manner = manner
        self._lookout = lookout
        self._is_taken_up = bool(manner.begun or manner.ended)

    async def look_round(self) -> None:
        """See whether an earlier run, or a person, has done a part of it already."""
        for step in self._plan.steps:
            if changes(step) and (await self._lookout.of(step)).state is State.DONE:
                self._is_taken_up = True
                return

    async def of(self, number: int, step: Step) -> Standing:
        """Where a step stands.

        :raises StepFailed: an earlier run has begun it, and nobody knows.
        :raises Unavailable: it could not be asked.
        """
        if not step.done and not self._leads_to_a_launch(number, step):
            return self._as_journaled(number, step)
        return await self._lookout.of(step) if self._is_taken_up else Standing(State.OPEN)

    def _leads_to_a_launch(self, number: int, step: Step) -> bool:
        """Whether a QEMU that runs tells that a step was done; it may be the launch itself."""
        if not isinstance(step.action, Assign | Shell | Launch):
            return False
        behind = self._plan.steps[number - 1 :]
        return any(isinstance(s.action, Launch) and s.role is step.role for s in behind)

    def _as_journaled(self, number: int, step: Step) -> Standing:
        """Where a step stands that QEMU tells nothing of."""
        if number in self._manner.ended:
            return Standing(State.DONE, "the journal of this run tells so")
        if number in self._manner.begun and changes(step):
            raise StepFailed(
                "This run has begun it before, and nothing tells whether it is done.",
                "Look for yourself, and do what is left by hand.",
            )
        return Standing(State.OPEN)
