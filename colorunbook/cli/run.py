# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook run``: a runbook, done on live QEMU."""

import asyncio
import contextlib
import json
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from colorunbook import shelf
from colorunbook.book.actions import Launch
from colorunbook.book.phrases import say as in_words
from colorunbook.book.runbook import Runbook
from colorunbook.cli.console import give, give_json, paint, say
from colorunbook.cli.options import (
    AsJson,
    LabName,
    PrimaryAddress,
    PrimaryQmp,
    QemuVersion,
    RunbookName,
    SecondaryAddress,
    SecondaryQmp,
    Settings,
    SiteFile,
)
from colorunbook.cli.reach import Typed, find_lab
from colorunbook.cli.report import Report
from colorunbook.cli.show import show_plan
from colorunbook.engine.journal import Journal, as_record
from colorunbook.engine.local import LocalTransport
from colorunbook.engine.runner import ask_guards
from colorunbook.engine.runner import run as run_plan
from colorunbook.engine.session import Session
from colorunbook.errors import Aborted, InputError
from colorunbook.hosts import Role, Site, StdioMonitor
from colorunbook.plan import Plan, describe, resolve
from colorunbook.qemu.dialect import Dialect

EPILOG = """
Examples:

  colorunbook run primary-failover --primary 127.0.0.1

  colorunbook run primary-failover --primary 10.0.0.1 --primary-qmp unix:/run/qemu/colo.qmp

  colorunbook run bring-up --site pair.toml --dry-run
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
    qemu: QemuVersion = None,
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
    if qemu and not dry_run:
        raise InputError(
            "--qemu is for --dry-run: a run asks the QEMU that it talks to.", "Leave it out."
        )
    typed = Typed(site, primary, secondary, tuple(settings or ()), primary_qmp, secondary_qmp, lab)
    order = Order(name, typed, state, qemu, dry_run, verbose, as_json)
    asyncio.run(_until_told(order))


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(run)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    name: str
    typed: Typed
    state: Path | None
    qemu: str | None
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
            f"{order.name} was interrupted; the step in hand may have been done or not.",
            "The journal tells which steps are done.",
        ) from None


async def _do(order: Order) -> None:
    runbook = shelf.runbook(order.name)
    site, transport = _reach(order)
    if order.dry_run and order.qemu:
        _show(resolve(runbook, site, Dialect.of(order.qemu)), order)
        return
    async with Session(transport, site) as session:
        plan = await session.resolve(runbook)
        _must_be_whole(runbook, plan, order.typed, site)
        trouble = plan.dialect.trouble(site.accel)
        if trouble is not None:
            say(f"QEMU {plan.dialect.version}: {trouble}.")
        if order.dry_run:
            _show(plan, order)
            await _tell_guards(plan, session)
            return
        await _execute(plan, session, order)


async def _execute(plan: Plan, session: Session, order: Order) -> None:
    journal = Journal(order.state or _state_folder(), plan)
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


def _reach(order: Order) -> tuple[Site, LocalTransport]:
    """The hosts and how they are reached: as typed, by the site file, or in a lab."""
    typed = order.typed
    if typed.lab is None:
        site = typed.offline()
        if typed.names_monitor(site):
            return site, LocalTransport(_state_folder() / "qemu")
    lab = find_lab(typed)
    if lab is not None:
        return typed.in_lab(lab), lab.transport
    if order.dry_run:
        return typed.offline(), LocalTransport(_state_folder() / "qemu")
    raise InputError(
        "Nothing says where QEMU serves QMP.",
        "Give --primary-qmp or --secondary-qmp, name a site file with --site, or bring a lab up.",
    )


def _must_be_whole(runbook: Runbook, plan: Plan, typed: Typed, site: Site) -> None:
    """Refuse a plan that would use an address or a monitor that nobody gave."""
    in_lab = not (typed.file() or typed.primary_qmp or typed.secondary_qmp)
    for role, given in ((Role.PRIMARY, typed.primary), (Role.SECONDARY, typed.secondary)):
        if not (given or in_lab or typed.file()) and _names(runbook, plan, site, role):
            raise InputError(
                f"{plan.name} needs the {role.value}'s address.", f"Give --{role.value} ADDRESS."
            )
    for step in plan.steps:
        host = plan.site.host(step.role)
        if isinstance(step.action, Launch) and host.monitor == StdioMonitor():
            raise InputError(
                f"The QEMU of {host.address} would have its monitor on the standard input of this "
                "command, and lose it when the command ends.",
                f"Give --{step.role.value}-qmp unix:PATH.",
            )


def _names(runbook: Runbook, plan: Plan, site: Site, role: Role) -> bool:
    """Tell whether a command of the plan depends on the address of a role before the run."""
    host = replace(site.host(role), address="somewhere.else.invalid")
    other = replace(site, primary=host) if role is Role.PRIMARY else replace(site, secondary=host)
    changed = resolve(runbook, other, plan.dialect).steps
    return [describe(step) for step in plan.steps] != [describe(step) for step in changed]


def _show(plan: Plan, order: Order) -> None:
    if order.as_json:
        give_json({"digest": plan.digest, **plan.as_json()})
    else:
        give(show_plan(plan))


def _state_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("colorunbook") / "runs"
