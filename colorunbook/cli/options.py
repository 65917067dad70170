# SPDX-License-Identifier: GPL-2.0-or-later
"""The options that several verbs share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

from colorunbook.qemu.dialect import Edition

_PAIR = "The pair"


def _complete_runbook(incomplete: str) -> list[str]:
    from colorunbook import shelf

    return [name for name in shelf.runbooks() if name.startswith(incomplete)]


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
LabName = Annotated[
    str | None,
    typer.Option("--lab", metavar="NAME", help="A lab that is up.", rich_help_panel=_PAIR),
]
QemuVersion = Annotated[
    str | None,
    typer.Option("--qemu", metavar="VERSION", help="Spell it for this QEMU, as in 10.0."),
]
EditionName = Annotated[
    Edition,
    typer.Option(
        "--edition", help="As QEMU's document has it, or without the human monitor (blockdev)."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Put out JSON.")]
