# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person says about how a run is done: the options that ``run`` and ``resume`` share."""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Annotated

import typer

from colorunbook.book.conditions import HostCondition
from colorunbook.cli.console import say
from colorunbook.cli.person import ask_person
from colorunbook.engine.fencing import split_fence
from colorunbook.engine.manner import Manner, never, on_failure
from colorunbook.engine.stopping import Stop
from colorunbook.engine.undoing import can_be_undone
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.plan import Plan

_DEAD = "A peer that has to be dead"
_FAILS = "What stands against it"


class Waivable(Enum):
    """The guards that a person can let be."""

    IMAGE = "image"
    SPACE = "space"
    MEMORY = "memory"
    PORTS = "ports"
    REACH = "reach"


class Rollback(Enum):
    """Whether a run that fails takes back what it has done."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ASK = "ask"


Fence = Annotated[
    str | None,
    typer.Option(
        "--fence",
        metavar="COMMAND",
        help="Cut the peer off with this command first; it has to end with 0. No shell reads it.",
        rich_help_panel=_DEAD,
    ),
]
PeerIsDead = Annotated[
    bool,
    typer.Option(
        "--peer-is-dead",
        help="You have seen that the peer is off: you are asked to type its address.",
        rich_help_panel=_DEAD,
    ),
]
Despite = Annotated[
    list[Waivable] | None,
    typer.Option(
        "--despite",
        help="Let a guard about a host be. May be repeated.",
        rich_help_panel=_FAILS,
    ),
]
RollbackChoice = Annotated[
    Rollback,
    typer.Option(
        "--rollback",
        help="Where a step fails before COLO runs, take back what was done: never, on-failure, "
        "or ask (which is never where there is no terminal).",
        rich_help_panel=_FAILS,
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        "-y",
        help="Say yes to what is asked; never to whether the peer is dead.",
        rich_help_panel=_FAILS,
    ),
]


def manner_of(
    stop: Stop,
    *,
    rollback: Rollback = Rollback.NEVER,
    yes: bool = False,
    fence: str | None = None,
    peer_is_dead: bool = False,
    despite: Sequence[Waivable] = (),
) -> Manner:
    """How a run is done, from what was typed.

    :raises InputError: the fence command cannot be read.
    """
    if fence is not None:
        split_fence(fence)
    return Manner(
        stop=stop,
        despite=frozenset(each.value for each in despite),
        fence=fence,
        ask_person=ask_person if peer_is_dead else None,
        rollback=_decider(rollback, yes=yes),
    )


def must_fit(manner: Manner, plan: Plan) -> tuple[str, ...]:
    """See that what was said of a run means something for its plan.

    :returns: what means nothing and does no harm, a sentence each, to be told before it begins.
    :raises InputError: a guard is to be let be that the plan has not.
    """
    parts = (expect for _, starts in plan.parts for expect in starts)
    conditions = (expect.condition for expect in (*plan.starts, *parts))
    names = {each.NAME for each in conditions if isinstance(each, HostCondition)}
    for name in sorted(manner.despite - names):
        there = ", ".join(sorted(names))
        raise InputError(
            f"{plan.name} has no guard that is called {name}.",
            f"What can be let be there: {there}." if there else "None of its guards can be let be.",
        )
    if manner.rollback is not never and not can_be_undone([*enumerate(plan.steps, 1)]):
        return (f"Nothing of {plan.name} can be taken back: --rollback does nothing here.",)
    return ()


def _decider(choice: Rollback, *, yes: bool) -> Callable[[ColorunbookError], Awaitable[bool]]:
    match choice:
        case Rollback.NEVER:
            return never
        case Rollback.ON_FAILURE:
            return on_failure
        case Rollback.ASK:
            return on_failure if yes else _ask


async def _ask(error: ColorunbookError) -> bool:
    say(str(error))
    answer = await ask_person("Take back what was done? [y/N]")
    return answer is not None and answer.lower() in ("y", "yes")
