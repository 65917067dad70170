# SPDX-License-Identifier: GPL-2.0-or-later
"""Telling a long wait from a vain one: what goes on comes on, however slowly."""

import asyncio

from colorunbook.book.conditions import EventSeen, HostCondition, Probe, StatusIs
from colorunbook.errors import StepFailed, TimedOut
from colorunbook.qemu.payload import Json, as_objects, is_object

STILL = 60.0
"""After how many seconds without a byte a copy or a migration is taken to lead nowhere."""

READY = "BLOCK_JOB_READY"
"""The event that a copy's wait is for."""

_ADVICE = "If its peer has vanished, it would wait for it in vain."


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

    def __init__(self, condition: EventSeen) -> None:
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
        self._still.see(mine and f"{mine.get('offset')} of {mine.get('len')}")


class MigrationWatch:
    """Watches the migration whose state is waited for."""

    def __init__(self, probe: Probe | HostCondition) -> None:
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
        self._still.see(memory.get("transferred") if is_object(memory) else None)
