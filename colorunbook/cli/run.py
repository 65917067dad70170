# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook run``: a runbook, done on live QEMU."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from colorunbook import shelf
from colorunbook.book.runbook import Runbook
from colorunbook.cli import dryrun
from colorunbook.cli.console import give_json, say
from colorunbook.cli.doing import Telling, do
from colorunbook.cli.interrupts import Account, until_interrupted
from colorunbook.cli.options import (
    AsJson,
    LabName,
    PrimaryAddress,
    PrimaryQmp,
    QemuBinary,
    RunbookName,
    RunEdition,
    RunQemu,
    SecondaryAddress,
    SecondaryQmp,
    Settings,
    SiteFile,
)
from colorunbook.cli.reach import Typed
from colorunbook.cli.rollback import Rollback, RollbackChoice, decider
from colorunbook.cli.way import Choice, Way, find_way, must_be_whole, state_folder
from colorunbook.engine.journal import Journal
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect

EPILOG = """
Examples:

  colorunbook run primary-failover --primary 127.0.0.1

  colorunbook run primary-failover --primary 10.0.0.1 --primary-qmp unix:/run/qemu/colo.qmp

  colorunbook run bring-up --site pair.toml --dry-run

  colorunbook run launch-secondary --site pair.toml --qemu 10.0
"""


def run(
    name: RunbookName,
    primary: PrimaryAddress = None,
    secondary: SecondaryAddress = None,
    primary_qmp: PrimaryQmp = None,
    secondary_qmp: SecondaryQmp = None,
    site: SiteFile = None,
    settings: Settings = None,
    lab: LabName = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan as it would be done; send nothing.")
    ] = False,
    qemu: RunQemu = None,
    qemu_binary: QemuBinary = None,
    edition: RunEdition = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="DIR", help="Folder of the journals of all runs."),
    ] = None,
    rollback: RollbackChoice = Rollback.NEVER,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show replies, events and what was seen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do a runbook on live QEMU, and see that it has worked.

    Monitors are found from --primary-qmp and --secondary-qmp, from a site file, or from a lab that
    is up, in that order. Roles are those before the run: for secondary-resume the primary is the
    host that died.
    """
    typed = Typed(site, primary, secondary, tuple(settings or ()), primary_qmp, secondary_qmp, lab)
    runbook = shelf.runbook(name)
    way = find_way(runbook, typed, Choice(qemu, qemu_binary, edition), offline=dry_run)
    if dry_run and qemu:
        plan = resolve(runbook, way.site, Dialect.of(qemu, way.edition))
        if as_json:
            give_json({"digest": plan.digest, **plan.as_json()})
        else:
            dryrun.show(plan)
        return
    order = Order(runbook, typed, way, state, dry_run, Telling(verbose, as_json), rollback)
    account = Account(runbook.name)
    asyncio.run(until_interrupted(_do(order, account), account))


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(run)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    runbook: Runbook
    typed: Typed
    way: Way
    state: Path | None
    dry_run: bool
    telling: Telling
    rollback: Rollback


async def _do(order: Order, account: Account) -> None:
    way = order.way
    async with Session(way.transport, way.site, way.edition) as session:
        plan = await session.resolve(order.runbook)
        way.must_lead_to(plan)
        must_be_whole(order.runbook, plan, order.typed, way.site)
        trouble = plan.dialect.trouble(way.site.accel)
        if trouble is not None:
            say(f"QEMU {plan.dialect.version}: {trouble}.")
        if order.dry_run:
            await dryrun.tell(plan, session, as_json=order.telling.as_json)
            return
        manner = Manner(stop=account.stop, rollback=decider(order.rollback))
        journal = Journal(order.state or state_folder(), plan)
        await do(plan, session, journal, manner, account, order.telling)
