# SPDX-License-Identifier: GPL-2.0-or-later
"""Telling a long wait from a vain one: what goes on comes on, however slowly.

Two things are watched. What is copied has to grow, or nobody is there any more: that shows soon.
And what is left has to get less, or the guest writes faster than it is copied: that takes longer to
tell, and only :class:`Bound` knows it.
"""

import asyncio

from colorunbook.book.conditions import (
    READY,
    Condition,
    EventSeen,
    HostCondition,
    Probe,
    StatusIs,
    comes_nearer,
)
from colorunbook.errors import StepFailed, TimedOut
from colorunbook.qemu.payload import Json, as_objects, is_object

STILL = 60.0
"""After how many seconds without a byte a copy or a migration is taken to lead nowhere."""

_ADVICE = "If its peer has vanished, it would wait for it in vain."


class Bound:
    """When a wait has been long enough: so many seconds after its beginning.

    Where QEMU tells how much is left, it is so many seconds after that was less than ever before.

    :param within: the seconds.
    """

    def __init__(self, condition: Condition, within: float) -> None:
        self._within = within
        self._comes_nearer = comes_nearer(condition)
        self._least: int | None = None
        self.end = asyncio.get_running_loop().time() + within

    def see(self, left: Json) -> None:
        """Look at how much is left; nothing, or 0, is what QEMU says before it knows."""
        if not isinstance(left, int) or left <= 0:
            return
        if self._least is not None and left < self._least:
            self.end = asyncio.get_running_loop().time() + self._within
        self._least = left if self._least is None else min(left, self._least)

    def hold(self, seen: str) -> None:
        """See that it has not been too long.

        :param seen: what there was instead.
        :raises TimedOut: it has.
        """
        if asyncio.get_running_loop().time() <= self.end:
            return
        if self._comes_nearer:
            raise TimedOut(f"For {self._within:g} s it has come no nearer; seen: {seen}.")
        raise TimedOut(f"It does not hold within {self._within:g} s; seen: {seen}.")


class Standstill:
    """Watches one number that grows as long as there is anything to wait for.

    :param what: what it is the number of.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._last: Json = None
        self._since = 0.0

    def see(self, value: Json) -> None:
        """Take a look.

        :raises TimedOut: it has been the same for :data:`STILL` seconds.
        """
        now = asyncio.get_running_loop().time()
        if value is None or value != self._last:
            self._last, self._since = value, now
        elif now - self._since > STILL:
            raise TimedOut(f"{self._what} has not come on for {STILL:g} s.", _ADVICE)


class CopyWatch:
    """Watches the job whose readiness is waited for."""

    def __init__(self, condition: EventSeen, bound: Bound) -> None:
        self._bound = bound
        self._device = dict(condition.data).get("device") if condition.event == READY else None
        self._still = Standstill(f"The job {self._device}")
        self._missed = False

    def see(self, reply: Json) -> None:
        """Look at what ``query-block-jobs`` says.

        :raises StepFailed: the job was missing twice, and no event has told of its end.
        :raises TimedOut: it stands still.
        """
        if self._device is None or not isinstance(reply, list):
            return
        mine = next((j for j in as_objects(reply) if j.get("device") == self._device), None)
        if mine is None and self._missed:
            raise StepFailed(f"There is no job {self._device} any more.")
        self._missed = mine is None
        done, total = (mine.get("offset"), mine.get("len")) if mine else (None, None)
        if isinstance(done, int) and isinstance(total, int):
            self._bound.see(total - done)
        self._still.see(mine and f"{done} of {total}")


class MigrationWatch:
    """Watches the migration whose state is waited for."""

    def __init__(self, probe: Probe | HostCondition, bound: Bound) -> None:
        self._bound = bound
        self._query = probe.query if isinstance(probe, StatusIs) else ""
        self._still = Standstill("The migration")

    @property
    def is_wanted(self) -> bool:
        """Whether it is a migration that is waited for."""
        return self._query == "query-migrate"

    def see(self, reply: Json) -> None:
        """Look at what ``query-migrate`` says.

        :raises TimedOut: it stands still.
        """
        memory = reply.get("ram") if is_object(reply) else None
        self._bound.see(memory.get("remaining") if is_object(memory) else None)
        self._still.see(memory.get("transferred") if is_object(memory) else None)
