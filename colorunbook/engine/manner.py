# SPDX-License-Identifier: GPL-2.0-or-later
"""How a plan is done, beside what is done: what a person has said about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from colorunbook.engine.peer import Ask
from colorunbook.engine.stopping import Stop
from colorunbook.errors import ColorunbookError


async def never(_error: ColorunbookError) -> bool:
    """Leave things as a failure has left them."""
    return False


async def on_failure(_error: ColorunbookError) -> bool:
    """Take back what was done, whenever something fails."""
    return True


@dataclass(frozen=True, slots=True)
class Manner:
    """What holds for one run.

    :param stop: asked for when somebody wants it to end.
    :param despite: names of the guards that a person lets be.
    :param fence: a command line that cuts a peer off which has to be dead; ``None``: there is none.
    :param ask_person: asks a person who has said that the peer is dead for its address; ``None``:
        nobody has said so.
    :param rollback: whether to take back what was done, asked when a step has failed.
    :param begun: the steps that this run, as its journal tells, has begun before and not ended.
    :param ended: the steps that it has done before, or found done.
    :param own: the steps that it has begun before, and that are its own to take back.
    """

    stop: Stop = field(default_factory=Stop)
    despite: frozenset[str] = frozenset()
    fence: str | None = None
    ask_person: Ask | None = None
    rollback: Callable[[ColorunbookError], Awaitable[bool]] = never
    begun: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()
