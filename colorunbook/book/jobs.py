# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes of what a QEMU does beside its guest: jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from colorunbook.qemu.payload import Json, Payload, as_objects


@dataclass(frozen=True, slots=True)
class JobIs:
    """A job has one of these states (``JobStatus`` of qapi/job.json), and no error."""

    PHRASE: ClassVar[str] = "``query-jobs`` on the {role} shows ``{job}`` as one of ``{states}``"
    job: str
    states: tuple[str, ...]

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return _JOBS

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is there, in one of the states."""
        return _state(replies[0], self.job) in self.states

    def seen(self, replies: Sequence[Json]) -> str:
        """Its state, and its error where it has one."""
        return _state(replies[0], self.job)


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A job has ended, well or not; what was told to stay is there still."""

    PHRASE: ClassVar[str] = "``query-jobs`` on the {role} shows ``{job}`` at its end, or not at all"
    job: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return _JOBS

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it goes on no more."""
        return self.seen(replies).partition(":")[0] in ("concluded", "null", "missing")

    def seen(self, replies: Sequence[Json]) -> str:
        """Its state, and its error where it has one."""
        return _state(replies[0], self.job)


@dataclass(frozen=True, slots=True)
class JobGone:
    """No job has this name."""

    PHRASE: ClassVar[str] = "``query-jobs`` on the {role} shows no ``{job}``"
    job: str

    @property
    def questions(self) -> tuple[Payload, ...]:
        """One query."""
        return _JOBS

    def holds(self, replies: Sequence[Json]) -> bool:
        """Tell whether it is gone."""
        return _state(replies[0], self.job) == "missing"

    def seen(self, replies: Sequence[Json]) -> str:
        """Its state, where it is still there."""
        return _state(replies[0], self.job)


_JOBS = (Payload("query-jobs"),)


def _state(reply: Json, name: str) -> str:
    for job in as_objects(reply):
        if job.get("id") == name:
            error = job.get("error")
            return f"{job.get('status')}: {error}" if error else str(job.get("status"))
    return "missing"
