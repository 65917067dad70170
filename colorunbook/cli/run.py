# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook run``: a runbook, done on live QEMU."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from colorunbook import shelf
from colorunbook.book.runbook import Runbook
from colorunbook.cli.console import give_json, say
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
from colorunbook.cli.options import (
    AsJson,
    InsecureTcp,
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
from colorunbook.cli.way import Choice, Way, find_way, must_be_whole, state_folder
from colorunbook.engine.journal import Journal, new_run_id
from colorunbook.engine.lock import About, hold
from colorunbook.engine.manner import Manner
from colorunbook.engine.session import Session
from colorunbook.errors import InputError
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import Dialect

EPILOG = """
Examples:

  colorunbook run primary-failover --primary 127.0.0.1

  colorunbook run primary-failover --site pair.toml --fence 'ipmitool -H 10.0.0.2 power off'

  colorunbook run bring-up --site pair.toml --dry-run

  colorunbook run primary-resume --site pair.toml --rollback on-failure

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
    insecure_tcp: InsecureTcp = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print the plan as it would be done, what is done, and whether the run would be "
            "refused, which is exit code 3; change nothing.",
        ),
    ] = False,
    qemu: RunQemu = None,
    qemu_binary: QemuBinary = None,
    edition: RunEdition = None,
    fence: Fence = None,
    peer_is_dead: PeerIsDead = False,
    despite: Despite = None,
    rollback: RollbackChoice = Rollback.NEVER,
    yes: Yes = False,
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

    Steps that are done already, by an earlier run or by hand, are skipped; so it can be said again
    whatever became of the run before it.

    Monitors are found from --primary-qmp and --secondary-qmp, from a site file, or from a lab that
    is up, in that order. Roles are those before the run: for secondary-resume the primary is the
    host that died.

    A failover is refused while anything of the peer answers. When nothing does, it wants a proof
    that the peer is dead: --fence, or --peer-is-dead.
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
    account = Account(runbook.name)
    manner = manner_of(
        account.stop,
        rollback=rollback,
        yes=yes,
        fence=fence,
        peer_is_dead=peer_is_dead,
        despite=despite or (),
    )
    choice = Choice(qemu, qemu_binary, edition)
    way = find_way(runbook, typed, choice, offline=dry_run)
    draft = resolve(runbook, way.site, Dialect.of(qemu, way.edition))
    if dry_run and qemu:
        _show(draft, as_json=as_json)
        return
    if draft.buries is None and (fence is not None or peer_is_dead):
        raise InputError(
            f"For {name} nobody has to be dead.",
            "--fence and --peer-is-dead are for a failover.",
        )
    exposed = must_be_private(draft.site, concerned(draft), insecure=insecure_tcp)
    for warning in (*must_fit(manner, draft), *exposed):
        say(warning)
    order = Order(runbook, typed, choice, way, state, dry_run, Telling(verbose, as_json))
    asyncio.run(until_interrupted(_do(order, manner, account), account))


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(run)


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    runbook: Runbook
    typed: Typed
    choice: Choice
    way: Way
    state: Path | None
    dry_run: bool
    telling: Telling


async def _do(order: Order, manner: Manner, account: Account) -> None:
    way, run_id = order.way, "" if order.dry_run else new_run_id(order.runbook.name)
    # Before a word is said: the monitor of a pair that another run has would not greet.
    with hold(spoken_of(way.site, order.runbook, way.edition), About(run_id, order.runbook.name)):
        async with Session(way.transport, way.site, way.edition) as session:
            plan = await session.resolve(order.runbook)
            way.must_lead_to(plan)
            must_be_whole(order.runbook, plan, order.typed, way.site)
            trouble = plan.dialect.trouble(way.site.accel)
            if trouble is not None:
                say(f"QEMU {plan.dialect.version}: {trouble}.")
            await warn_of_builds(plan, session)
            if order.dry_run:
                from colorunbook.cli import dryrun

                await dryrun.tell(plan, session, manner, as_json=order.telling.as_json)
                return
            account.state = order.state
            folder, chosen = order.state or state_folder(), order.choice.as_words()
            journal = Journal(folder, plan, run_id, chosen)
            await do(plan, session, journal, manner, account, order.telling)


def _show(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        give_json({"digest": plan.digest, **plan.as_json()})
    else:
        from colorunbook.cli import dryrun

        dryrun.show(plan)
