# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a run that fails takes back what it has done."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated

import typer

from colorunbook.cli.console import say
from colorunbook.cli.person import ask_person
from colorunbook.engine.manner import never, on_failure
from colorunbook.errors import ColorunbookError


class Rollback(Enum):
    """What a person has said about it beforehand."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ASK = "ask"


RollbackChoice = Annotated[
    Rollback,
    typer.Option(
        "--rollback",
        help="Where a step fails before COLO runs, take back what was done before it: never, "
        "on-failure, or ask (which is never where there is no terminal).",
    ),
]


def decider(choice: Rollback) -> Callable[[ColorunbookError], Awaitable[bool]]:
    """What the engine asks when a step has failed."""
    match choice:
        case Rollback.NEVER:
            return never
        case Rollback.ON_FAILURE:
            return on_failure
        case Rollback.ASK:
            return _ask


async def _ask(error: ColorunbookError) -> bool:
    say(str(error))
    answer = await ask_person("Take back what was done? [y/N]")
    return answer is not None and answer.lower() in ("y", "yes")
