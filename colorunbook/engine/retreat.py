# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a run that has failed goes back, and over what."""

from collections.abc import Sequence

from colorunbook.book.runbook import Step
from colorunbook.engine.manner import Manner, never
from colorunbook.engine.undoing import can_be_undone
from colorunbook.errors import Aborted, ColorunbookError
from colorunbook.plan import Plan


class Retreat:
    """What one run has done, in the order in which it did it.

    :ivar done: the numbers and steps of this sitting.
    """

    def __init__(self, plan: Plan, manner: Manner) -> None:
        self._plan = plan
        self._manner = manner
        self.done: list[tuple[int, Step]] = []

    def own(self) -> list[tuple[int, Step]]:
        """What the run has done, in an earlier sitting or in this one."""
        earlier = {number: self._plan.steps[number - 1] for number in self._manner.own}
        return sorted({**earlier, **dict(self.done)}.items())

    def earlier(self) -> frozenset[int]:
        """The numbers of what only an earlier sitting has done."""
        return self._manner.own - {*dict(self.done)}

    async def is_wanted(self, error: ColorunbookError, steps: Sequence[tuple[int, Step]]) -> bool:
        """Whether to take steps back. Somebody who wants an end wants that, and no more."""
        if isinstance(error, Aborted) or not can_be_undone(steps):
            return False
        return await self._manner.rollback(error)

    def is_missed(self, error: ColorunbookError, steps: Sequence[tuple[int, Step]]) -> bool:
        """Whether somebody who wants steps taken back has to be told that they cannot be."""
        wanted = self._manner.rollback is not never and not isinstance(error, Aborted)
        return wanted and not can_be_undone(steps or [*enumerate(self._plan.steps, 1)])
