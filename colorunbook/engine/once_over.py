# SPDX-License-Identifier: GPL-2.0-or-later
"""One look at all that a postcondition asks of QEMU."""

from collections.abc import Iterator, Sequence

from colorunbook.book.conditions import Checkpoints, EventSeen, HostCondition, Probe
from colorunbook.book.phrases import Expect
from colorunbook.engine.standing import Lookout
from colorunbook.engine.together import together
from colorunbook.errors import Unavailable
from colorunbook.hosts import Role


async def seen_at_once(expects: Sequence[Expect], lookout: Lookout) -> list[str]:
    """What was seen of the first of some conditions: of so many as hold at one look.

    No condition waits for the replies to the one before it. Where there is no reply, nothing was
    seen, and whoever asks anew says why.
    """
    seen: list[str] = []
    async with together(lookout.ask(role, probe) for role, probe in _probes(expects)) as looks:
        for look in looks:
            try:
                holds, told = await look
            except Unavailable:
                break
            if not holds:
                break
            seen.append(told)
    return seen


def _probes(expects: Sequence[Expect]) -> Iterator[tuple[Role, Probe]]:
    """The conditions up to the first one that has to be waited for otherwise."""
    for expect in expects:
        if isinstance(expect.condition, EventSeen | Checkpoints | HostCondition):
            return
        yield expect.role, expect.condition
