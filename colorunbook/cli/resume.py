# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook resume``: a run that was broken off, taken up where it stands."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from colorunbook import shelf
from colorunbook.book.runbook import Runbook
from colorunbook.cli.console import say
from colorunbook.cli.doing import Telling, do, warn_of_builds
from colorunbook.cli.exposure import concerned, must_be_private, spoken_of
from colorunbook.cli.interrupts import Account, until_interrupted
from colorunbook.cli.manners import (
    Despite,
    Fence,
    PeerIsDead,
    Rollback,
    RollbackChoice,
    Yes,
    manner_of,
    must_fit,
)
from colorunbook.cli.options import AsJson, InsecureTcp
from colorunbook.cli.runs import RUN, StateFolder, story_of
from colorunbook.cli.way import Choice, Way, way_to
from colorunbook.engine.journal import Journal
from colorunbook.engine.lock import About, hold
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.errors import InputError, Refused
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition
from colorunbook.story.model import State, Story, Verdict

EPILOG = """
Examples:

  colorunbook resume last

  colorunbook resume 20261125T1230 --rollback on-failure
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(resume)


def resume(
    run: Annotated[str, RUN],
    insecure_tcp: InsecureTcp = False,
    fence: Fence = None,
    peer_is_dead: PeerIsDead = False,
    despite: Despite = None,
    rollback: RollbackChoice = Rollback.NEVER,
    yes: Yes = False,
    state: StateFolder = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show replies, events and what was seen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take up a run that was broken off: what is done is skipped, the rest is done.

    Hosts, monitors and the QEMU that was chosen are those of the journal. Of a step that was begun
    and not ended QEMU is asked whether it is done. It is refused where the plan is another one now:
    for another QEMU, or by a runbook that was changed.
    """
    story = story_of(run, state)
    runbook = shelf.runbook(story.runbook)
    if story.verdict is Verdict.WORKED:
        say(f"{story.run} has ended well: there is nothing to take up.")
        return
    account = Account(runbook.name, state=state)
    manner = manner_of(
        account.stop,
        rollback=rollback,
        yes=yes,
        fence=fence,
        peer_is_dead=peer_is_dead,
        despite=despite or (),
    )
    way = _way(story, runbook)
    draft = resolve(runbook, way.site, Dialect(NEWEST, way.edition))
    exposed = must_be_private(draft.site, concerned(draft), insecure=insecure_tcp)
    for warning in (*must_fit(manner, draft), *exposed):
        say(warning)
    work = _do(story, runbook, way, manner, account, Telling(verbose, as_json))
    asyncio.run(until_interrupted(work, account))


async def _do(
    story: Story, runbook: Runbook, way: Way, manner: Manner, account: Account, telling: Telling
) -> None:
    with hold(spoken_of(way.site, runbook, way.edition), About(story.run, runbook.name)):
        async with Session(way.transport, way.site, way.edition) as session:
            plan = await session.resolve(runbook)
            _must_be_the_same(story, plan)
            way.must_lead_to(plan)
            await warn_of_builds(plan, session)
            journal = Journal.again(story.path, plan)
            await do(plan, session, journal, taken_up(manner, story), account, telling)


def taken_up(manner: Manner, story: Story) -> Manner:
    """The same manner, with what a run has done before as its journal tells."""
    return replace(
        manner,
        begun=_steps(story, State.BEGUN, State.UNDOING, State.NOT_UNDONE),
        ended=_steps(story, State.DONE, State.SKIPPED),
        own=frozenset(step.number for step in story.steps if step.own),
    )


def _steps(story: Story, *states: State) -> frozenset[int]:
    return frozenset(step.number for step in story.steps if step.state in states)


def _must_be_the_same(story: Story, plan: Plan) -> None:
    if plan.digest == story.digest and str(plan.dialect.version) == story.qemu:
        return
    was = f"plan {story.digest[:12]} for QEMU {story.qemu}"
    now = f"plan {plan.digest[:12]} for QEMU {plan.dialect.version}"
    raise Refused(
        f"{story.run} cannot be taken up, and nothing was sent: it was {was}, and now it is {now}.",
        f"'colorunbook run {plan.name}' asks QEMU itself where things stand.",
    )


def _way(story: Story, runbook: Runbook) -> Way:
    """The hosts of the journal, with the roles before the run."""
    site = story.site()
    try:
        edition = Edition(story.edition)
    except ValueError:
        raise InputError(f"{story.run} is of an unknown edition, {story.edition!r}.") from None
    binary = story.chosen("binary")
    choice = Choice(story.chosen("qemu"), Path(binary) if binary else None, edition)
    try:
        return way_to(runbook, site.flipped() if runbook.flipped else site, choice)
    except InputError as error:
        raise Refused(
            f"{story.run} cannot be taken up, and nothing was sent: it was begun with a QEMU that "
            f"cannot be used now. {error.message}",
            f"Put it back, or say 'colorunbook run {runbook.name}' for another one.",
        ) from error
