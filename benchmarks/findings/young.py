# SPDX-License-Identifier: GPL-2.0-or-later
"""A drill whose clients are younger than the last checkpoint, and what they notice of it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from colorunbook.comparison import Nic
from colorunbook.drill.parts import Span, SpanKind
from colorunbook.drill.result import Result
from colorunbook.drill.scenes import Scene
from colorunbook.drill.staging import Tell, Wishes, stage
from colorunbook.drill.study.figures import Served, served
from colorunbook.hosts import Accel, Role
from colorunbook.lab.provision import Release

DELAY: Final = 20_000
"""QEMU's own checkpoint delay, in milliseconds: longer than the clients are there."""

_REST: Final = 8.0
_AFTER: Final = 10.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What clients noticed.

    :param reigns: how they were served before each fault, and at the end; ``None``: not at all.
    :param survived: of how many ``connections`` every request was answered, in the end.
    """

    reigns: tuple[Served | None, ...]
    survived: int
    connections: int

    def told(self, number: int) -> str:
        """How they were served in one reign, as a clause."""
        reign = self.reigns[number] if number < len(self.reigns) else None
        answers = reign.latency.get("memory") if reign else None
        if reign is None or answers is None:
            return "no answers"
        return f"{reign.rate:.1f} checkpoints a second, median answer {answers.p50 * 1000:.1f} ms"


def drilled(release: Release, faults: int, tell: Tell, nic: Nic | None = None) -> Seen:
    """Kill the primary so many times, with a new secondary after each.

    :raises ColorunbookError: this machine cannot, or it did not come to the first fault.
    """
    scenes = (Scene(Role.PRIMARY, rest=_REST),) * faults
    wishes = Wishes(
        "secondary-failover",
        scenes,
        delay=DELAY,
        rest=_AFTER,
        nic=nic or Nic(),
        accel=Accel.TCG,
        qemu=release,
        disk=False,
    )
    return seen(stage(wishes, tell))


def seen(result: Result) -> Seen:
    """What clients noticed in a drill."""
    begin = min((sample.sent for sample in result.samples), default=0.0)
    cuts = [begin, *(cut for span in result.spans for cut in _cuts(span, begin)), result.seconds]
    reigns = tuple(served(result, a, b) for a, b in [*pairwise(cuts)][::2])
    return Seen(reigns, result.survived, len(result.connections))


def _cuts(span: Span, begin: float) -> tuple[float, ...]:
    """Where a reign ends or begins."""
    if span.kind is SpanKind.FAULT:
        return (span.begin,)
    return (span.end,) if span.kind is SpanKind.RESUME and span.begin > begin else ()
