# SPDX-License-Identifier: GPL-2.0-or-later
"""Doing a plan as a person or a program sees it: told, journaled, and ended when they want."""

import contextlib
from dataclasses import dataclass

from colorunbook.cli.console import give_json, paint, say
from colorunbook.cli.interrupts import Account
from colorunbook.cli.report import Report
from colorunbook.engine.fencing import for_others
from colorunbook.engine.journal import Journal, as_record
from colorunbook.engine.manner import Manner
from colorunbook.engine.runner import run
from colorunbook.engine.session import Session
from colorunbook.errors import ColorunbookError
from colorunbook.hosts import Role
from colorunbook.plan import Plan


@dataclass(frozen=True, slots=True)
class Telling:
    """How a run is told.

    :param verbose: tell replies, events and what was seen.
    :param as_json: put out a line of JSON an event instead.
    """

    verbose: bool = False
    as_json: bool = False


async def warn_of_builds(plan: Plan, session: Session) -> None:
    """Tell of two QEMUs of one version that were built from different sources.

    :raises Unavailable: one of them does not answer.
    """
    if plan.buries is not None or len(plan.roles) < len(Role):
        return
    builds = await session.builds()
    if len(set(builds.values())) > 1:
        told = " and ".join(f"{address} has {build or 'none'}" for address, build in builds.items())
        say(
            f"Both are QEMU {plan.dialect.version}, of different builds: {told}. COLO passes the "
            "guest's whole state: run the same build on both hosts."
        )


async def do(
    plan: Plan,
    session: Session,
    journal: Journal,
    manner: Manner,
    account: Account,
    telling: Telling,
) -> None:
    """Do a plan, and tell each event of it.

    :param account: learns how far it comes.
    :raises ColorunbookError: what the engine says, with how to go on.
    """
    account.run_id = journal.run_id
    report = Report(plan.site, verbose=telling.verbose)
    try:
        async with contextlib.aclosing(run(plan, session, journal, manner)) as events:
            async for event in events:
                account.heard(event)
                told = for_others(event)
                if telling.as_json:
                    give_json(as_record(told), indent=None)
                else:
                    report(told)
    except ColorunbookError as error:
        raise account.with_next_thing(error) from error
    finally:
        report.close()
        say(paint(f"  the journal of this run is {journal.path}", "dim"))
        journal.close()
