# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook lab``: a live pair on this machine."""

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli import fault, guest, qemus
from colorunbook.cli.chosen import wanted
from colorunbook.cli.console import duration, give, give_json, paint, say
from colorunbook.cli.options import AsJson, EditionName, LabQemu, QemuBinary, WhichLab
from colorunbook.errors import Aborted, Unavailable
from colorunbook.hosts import Accel, Host, Role
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorunbook.cli.report import Report
    from colorunbook.lab.cables import Cable
    from colorunbook.lab.pair import Lab

UP_EPILOG = """
Examples:

  colorunbook lab up

  colorunbook lab up --name second --accel tcg

  colorunbook lab up --hosts 2

  colorunbook lab up --hosts 2 --guest linux

  colorunbook lab up --qemu 10.0

  colorunbook lab up --qemu-binary ~/qemu/build/qemu-system-x86_64
"""

KILL_EPILOG = """
Example:

  colorunbook lab kill secondary
"""

DEMO_EPILOG = """
Examples:

  colorunbook lab demo

  colorunbook lab demo --verbose

  colorunbook lab demo --qemu 7.2
"""


class GuestKind(Enum):
    """What a lab's pair runs."""

    HALT = "halt"
    LINUX = "linux"


lab_app = typer.Typer(
    name="lab", help="A live pair on this machine, in namespaces of its own.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.add_typer(lab_app)


@lab_app.command(epilog=UP_EPILOG)
def up(
    name: WhichLab = "default",
    accel: Annotated[
        Accel | None, typer.Option(help="Instead of KVM where it runs a guest, otherwise TCG.")
    ] = None,
    hosts: Annotated[
        int,
        typer.Option(
            min=1,
            max=2,
            help="1: both hosts are addresses of one network, 127.0.0.1 and 127.0.0.2. 2: they are "
            "10.0.0.1 and 10.0.0.2, and each has a cable that can be pulled.",
        ),
    ] = 1,
    qemu: LabQemu = None,
    qemu_binary: QemuBinary = None,
    edition: EditionName = Edition.HMP,
    guest: Annotated[
        GuestKind,
        typer.Option(help="halt: a boot sector that halts. linux: a small real one with services."),
    ] = GuestKind.HALT,
    empty: Annotated[
        bool, typer.Option("--empty", help="Make the hosts only; start no QEMU.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every detail.")] = False,
) -> None:
    """Bring a pair up on two hosts of its own; it stays until 'lab down'."""
    from time import perf_counter

    from colorunbook.cli.report import Report
    from colorunbook.lab import making
    from colorunbook.lab.interrupts import until_interrupted

    start = perf_counter()
    chosen = wanted(qemu, qemu_binary)
    made = making.make(
        name,
        say,
        bound=False,
        accel=accel,
        hosts=hosts,
        qemu=chosen,
        edition=edition,
        linux=guest is GuestKind.LINUX,
    )
    try:
        say(f"QEMU {made.world.tree.version}, {made.site.accel.value}, guest disk {made.site.disk}")
        for remark in made.remarks:
            say(remark)
        if empty:
            made.prepare_images(made.site.primary, made.site.secondary)
        else:
            report = Report(made.site, verbose=verbose)
            end = Aborted(f"Bringing the lab {name} up was interrupted; it is gone.")
            until_interrupted(_or_gone(made, report), end)
            report.close()
    except BaseException:
        made.world.close()
        raise
    say(f"The lab {paint(name, 'strong')} is up after {duration(perf_counter() - start)}.")
    kill, run = (f" --name {name}", f" --lab {name}") if name != "default" else ("", "")
    if empty:
        first = "launch-alone" if made.linux else "bring-up"
        say(f"Next: colorunbook run {first}{run}")
    else:
        say(f"Next: colorunbook lab kill secondary{kill}, then "
            f"colorunbook run primary-failover{run}")  # fmt: skip


async def _or_gone(made: "Lab", report: "Report") -> None:
    """Bring it up; where that fails it is gone before another signal is heard."""
    try:
        await made.bring_up(report)
    except BaseException:
        made.world.close()
        raise


@lab_app.command()
def status(as_json: AsJson = False) -> None:
    """Show the labs that are up: hosts, roles, QEMU, monitors, cables that are cut."""
    from colorunbook.lab import labs

    found: list[Json] = []
    for made in labs.running():
        hosts: list[Json] = []
        those_cut = made.those_cut()
        for host in (made.site.primary, made.site.secondary):
            role, shown = _role(made, host)
            hosts.append(
                {
                    "address": host.address,
                    "role": role.value if role else None,
                    "monitor": str(host.monitor),
                    "spare": str(host.spare),
                    **_cables(made, those_cut.get(host.address, ())),
                }
            )
            if not as_json:
                version = f"QEMU {made.world.tree.version}"
                row = f"{made.name:12} {host.address:12} {shown:10} {version:12} {host.monitor}"
                cut = those_cut.get(host.address, ())
                give("  ".join((row, *(f"its {each.value} is cut" for each in cut))))
        found.append(
            {
                "name": made.name,
                "qemu": made.world.tree.version,
                "binary": str(made.world.tree.binary) if made.world.tree.binary else None,
                "edition": made.edition.value,
                "accel": made.site.accel.value,
                "hosts": hosts,
                "remarks": list(made.remarks),
            }
        )
    if as_json:
        give_json(found)
    elif not found:
        say("No lab is up.")


def _cables(made: "Lab", cut: "Sequence[Cable]") -> dict[str, Json]:
    """How a host's cables are told to programs; ``None``: it has none."""
    from colorunbook.lab.cables import Cable

    if made.world.cables is None:
        return {each.value: None for each in Cable}
    return {each.value: "cut" if each in cut else "whole" for each in Cable}


def _role(made: "Lab", host: Host) -> tuple[Role | None, str]:
    """The role that a host's QEMU plays now, and how that is shown."""
    try:
        role = asyncio.run(made.role_of(host))
    except Unavailable:
        # One that is being brought up, or that a run has in hand, does not answer a second client.
        return None, "no answer"
    return role, role.value if role else "no QEMU"


@lab_app.command(epilog=KILL_EPILOG)
def kill(
    role: Annotated[Role, typer.Argument(help="The role that the QEMU has now.")],
    name: WhichLab = "default",
) -> None:
    """End one QEMU, as a power cut would."""
    from colorunbook.lab import labs

    host = asyncio.run(labs.get(name).kill(role))
    say(f"The {role.value}, on {host.address}, is dead.")


@lab_app.command()
def down(
    name: WhichLab = "default",
    every: Annotated[bool, typer.Option("--all", help="Every lab of yours.")] = False,
) -> None:
    """End a lab; nothing of it is left."""
    from colorunbook.lab import labs

    dead = labs.sweep()
    for gone in dead:
        say(f"The lab {gone} had been killed; its folder is removed.")
    if name in dead and not every:
        return
    chosen = labs.running() if every else (labs.get(name),)
    for made in chosen:
        made.world.close()
        say(f"The lab {made.name} is gone.")


@lab_app.command(epilog=DEMO_EPILOG)
def demo(
    accel: Annotated[
        Accel | None, typer.Option(help="Instead of KVM where it runs a guest, otherwise TCG.")
    ] = None,
    qemu: LabQemu = None,
    qemu_binary: QemuBinary = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every step.")] = False,
) -> None:
    """Show both failovers and both resumes in a lab of its own, which is gone afterwards."""
    from colorunbook.cli import stage

    stage.show(accel, wanted(qemu, qemu_binary), verbose=verbose)


qemus.register(lab_app)
guest.register(lab_app)
fault.register(lab_app)
