# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook lab guest``: the real Linux that a lab's pair can run."""

from typing import TYPE_CHECKING

import typer

from colorunbook.cli.console import duration, give, give_json, say
from colorunbook.cli.options import AsJson

if TYPE_CHECKING:
    from colorunbook.lab.guest.kept import Guest

EPILOG = """
Examples:

  colorunbook lab guest

  colorunbook lab guest --json
"""


def register(lab: typer.Typer) -> None:
    """Add the verb to those of a lab."""
    lab.command(epilog=EPILOG)(guest)


def guest(as_json: AsJson = False) -> None:
    """Make a small real Linux from Debian's packages, without root, and show what it is.

    What is here already is only shown. The guest boots from an IDE disk; a TCP service of it
    counts in memory, another answers when what it was told is on the disk.
    """
    from colorunbook.lab.guest.building import build

    made = build(say)
    if as_json:
        give_json(made.as_json())
        return
    for title, text in _rows(made):
        give(f"{title:10} {text}")


def _rows(made: "Guest") -> list[tuple[str, str]]:
    from colorunbook.lab.guest.services import Service

    ports = ", ".join(f"{each.value} {each.name.lower()}" for each in Service)
    sizes = f"{made.size / 1e6:.1f} MB, {made.virtual_size / 1e6:.1f} MB as the guest sees it"
    return [
        ("disk", str(made.disk)),
        ("size", sizes),
        ("address", f"{made.address.ip}, TCP ports {ports}"),
        ("kernel", f"Linux {made.kernel}"),
        *(("package", each) for each in made.packages),
        ("made in", duration(made.seconds)),
    ]
