# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook run``: a runbook, done on live QEMU."""

import asyncio
import contextlib
import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from colorunbook import shelf
from colorunbook.book.phrases import say as in_words
from colorunbook.book.runbook import Runbook
from colorunbook.cli.console import give, give_json, paint, say
from colorunbook.cli.options import (
    AsJson,
    LabName,
    PrimaryAddress,
    PrimaryQmp,
    PrimarySpare,
    QemuBinary,
    RunbookName,
    RunEdition,
    RunQemu,
    SecondaryAddress,
    SecondaryQmp,
    SecondarySpare,
    Settings,
    SiteFile,
)
from colorunbook.cli.reach import Typed
from colorunbook.cli.report import Report
from colorunbook.cli.show import show_plan
from colorunbook.cli.way import Choice, Way, find_way, must_be_whole, state_folder
from colorunbook.engine.journal import Journal, as_record
from colorunbook.engine.runner import ask_guards
from colorunbook.engine.runner import run as run_plan
from colorunbook.engine.session import Session
from colorunbook.errors import Aborted
from colorunbook.plan import Plan, resolve
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
    primary_spare: PrimarySpare = None,
    secondary_spare: SecondarySpare = None,
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
    typed = Typed(
        site,
        primary,
        secondary,
        tuple(settings or ()),
        primary_qmp,
        secondary_qmp,
        primary_spare,
        secondary_spare,
        lab,
    )
    runbook = shelf.runbook(name)
    way = find_way(runbook, typed, Choice(qemu, qemu_binary, edition), offline=dry_run)
    order = Order(runbook, typed, way, state, dry_run, verbose, as_json)
    if dry_run and qemu:
        _show(resolve(runbook, way.site, Dialect.of(qemu, way.edition)), order)
        return
    asyncio.run(_until_told(order))


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
    verbose: bool
    as_json: bool


async def _until_told(order: Order) -> None:
    """Do it; Ctrl-C and SIGTERM end it alike."""
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await _do(order)
    except asyncio.CancelledError:
        raise Aborted(
            f"{order.runbook.name} was interrupted; the step in hand may have been done or not.",
            "The journal tells which steps are done.",
        ) from None


async def _do(order: Order) -> None:
    way = order.way
    async with Session(way.transport, way.site, way.edition) as session:
        plan = await session.resolve(order.runbook)
        way.must_lead_to(plan)
        must_be_whole(order.runbook, plan, order.typed, way.site)
        trouble = plan.dialect.trouble(way.site.accel)
        if trouble is not None:
            say(f"QEMU {plan.dialect.version}: {trouble}.")
        if order.dry_run:
            _show(plan, order)
            await _tell_guards(plan, session)
            return
        await _execute(plan, session, order)


async def _execute(plan: Plan, session: Session, order: Order) -> None:
    journal = Journal(order.state or state_folder(), plan)
    report = Report(plan.site, verbose=order.verbose)
    try:
        async with contextlib.aclosing(run_plan(plan, session, journal)) as events:
            async for event in events:
                if order.as_json:
                    give(json.dumps(as_record(event), ensure_ascii=False))
                else:
                    report(event)
    finally:
        say(paint(f"  the journal of this run is {journal.path}", "dim"))
        report.close()
        journal.close()


async def _tell_guards(plan: Plan, session: Session) -> None:
    """Tell whether the run would be refused; asking changes nothing."""
    for verdict in await ask_guards(plan, session):
        if verdict.holds:
            say(f"{paint('holds', 'good')}: {in_words(verdict.expect).replace('``', '')}")
        else:
            say(f"{paint('does not hold, the run would be refused', 'bad')}: "
                f"{in_words(verdict.expect).replace('``', '')}; seen: {verdict.seen}")  # fmt: skip


def _show(plan: Plan, order: Order) -> None:
    if order.as_json:
        give_json({"digest": plan.digest, **plan.as_json()})
    else:
        give(show_plan(plan))
