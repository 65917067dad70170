# SPDX-License-Identifier: GPL-2.0-or-later
"""The options that several verbs share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

from colorunbook.qemu.dialect import Edition

_PAIR = "The pair"
_QEMU = "The QEMU"


def _complete_runbook(incomplete: str) -> list[str]:
    from colorunbook import shelf

    return [name for name in shelf.runbooks() if name.startswith(incomplete)]


def _complete_qemu(incomplete: str) -> list[str]:
    from colorunbook.lab.provision import RELEASES

    return [each.version for each in RELEASES if each.version.startswith(incomplete)]


RunbookName = Annotated[
    str,
    typer.Argument(help="Name of a runbook, as 'list' shows it.", autocompletion=_complete_runbook),
]
SiteFile = Annotated[
    Path | None,
    typer.Option(
        "--site",
        metavar="FILE",
        help="Site file; without it colorunbook.toml in this folder, if there is one.",
        rich_help_panel=_PAIR,
    ),
]
PrimaryAddress = Annotated[
    str | None,
    typer.Option("--primary", metavar="ADDRESS", help="The primary.", rich_help_panel=_PAIR),
]
SecondaryAddress = Annotated[
    str | None,
    typer.Option("--secondary", metavar="ADDRESS", help="The secondary.", rich_help_panel=_PAIR),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="TABLE.KEY=VALUE",
        help="One value of the site file, as in guest.memory=1024. May be repeated.",
        rich_help_panel=_PAIR,
    ),
]
PrimaryQmp = Annotated[
    str | None,
    typer.Option(
        "--primary-qmp",
        metavar="MONITOR",
        help="The primary's monitor: unix:PATH or tcp:HOST:PORT.",
        rich_help_panel=_PAIR,
    ),
]
SecondaryQmp = Annotated[
    str | None,
    typer.Option(
        "--secondary-qmp",
        metavar="MONITOR",
        help="The secondary's monitor.",
        rich_help_panel=_PAIR,
    ),
]
PrimarySpare = Annotated[
    str | None,
    typer.Option(
        "--primary-spare",
        metavar="MONITOR",
        help="A second monitor of the primary, on which it is freed when it hangs.",
        rich_help_panel=_PAIR,
    ),
]
SecondarySpare = Annotated[
    str | None,
    typer.Option(
        "--secondary-spare",
        metavar="MONITOR",
        help="A second monitor of the secondary.",
        rich_help_panel=_PAIR,
    ),
]
InsecureTcp = Annotated[
    bool,
    typer.Option(
        "--insecure-tcp",
        help="Use a monitor on TCP that is no loopback: nobody else is on that link.",
        rich_help_panel=_PAIR,
    ),
]
LabName = Annotated[
    str | None,
    typer.Option("--lab", metavar="NAME", help="A lab that is up.", rich_help_panel=_PAIR),
]
WhichLab = Annotated[
    str, typer.Option("--name", "--lab", help="Which lab; several live side by side.")
]
QemuVersion = Annotated[
    str | None,
    typer.Option("--qemu", metavar="VERSION", help="Spell it for this QEMU, as in 10.0."),
]
LabQemu = Annotated[
    str | None,
    typer.Option(
        "--qemu",
        metavar="VERSION",
        help="On this QEMU, as 'lab qemus' lists them; it is fetched where it is not here yet.",
        autocompletion=_complete_qemu,
        rich_help_panel=_QEMU,
    ),
]
RunQemu = Annotated[
    str | None,
    typer.Option(
        "--qemu",
        metavar="VERSION",
        help="Only on this QEMU, as in 10.0: one that runs must be it, one that is started is "
        "taken from 'lab qemus'. With --dry-run: spell it for this QEMU, and ask nobody.",
        autocompletion=_complete_qemu,
        rich_help_panel=_QEMU,
    ),
]
QemuBinary = Annotated[
    Path | None,
    typer.Option(
        "--qemu-binary",
        metavar="PATH",
        help="On a QEMU of your own; the qemu-img beside it is used too.",
        rich_help_panel=_QEMU,
    ),
]
RunEdition = Annotated[
    Edition | None,
    typer.Option(
        "--edition",
        help="As QEMU's document has it, or without the human monitor (blockdev); without it as "
        "the lab was brought up, else as the document has it.",
    ),
]
EditionName = Annotated[
    Edition,
    typer.Option(
        "--edition", help="As QEMU's document has it, or without the human monitor (blockdev)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Put out JSON.")]
