# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook lab fault`` and ``mend``: what can be taken from a host, and given back."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.console import say
from colorunbook.cli.options import WhichLab
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.hosts import Host, Role

if TYPE_CHECKING:
    from colorunbook.lab.pair import Lab

FAULT_EPILOG = """
What can be taken from a host:

  power    it is off: its QEMU is gone, and nothing of it answers or says good-bye

  cable    the cable to its peer is pulled; its clients go on reaching it

  uplink   the cable to the clients is pulled; its peer goes on reaching it

  stop     its QEMU stands still, and its connections stay open

  kill     its QEMU is killed, and its connections are closed

Examples:

  colorunbook lab fault power 10.0.0.1

  colorunbook lab fault cable secondary --name second
"""

MEND_EPILOG = """
Examples:

  colorunbook lab mend 10.0.0.1

  colorunbook lab mend 10.0.0.2 --name second
"""

Which = Annotated[
    str,
    typer.Argument(metavar="HOST", help="Its address, or the role that its QEMU has now."),
]


def register(lab: typer.Typer) -> None:
    """Add the verbs to ``lab``."""
    lab.command(epilog=FAULT_EPILOG)(fault)
    lab.command(epilog=MEND_EPILOG)(mend)


def fault(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="power, cable, uplink, stop or kill.")
    ],
    host: Which,
    name: WhichLab = "default",
) -> None:
    """Take something from a host, as accidents do."""
    from colorunbook.lab import faults, labs

    try:
        chosen = faults.Fault(kind)
    except ValueError:
        kinds = ", ".join(faults.Fault)
        raise InputError(f"{kind!r} is no fault.", f"There are {kinds}.") from None
    made = labs.get(name)
    stricken = _host(made, host)
    faults.inject(made, chosen, stricken)
    say(f"{stricken.address} has a fault: {chosen.value}.")


def mend(host: Which, name: WhichLab = "default") -> None:
    """Give a host back what was taken: its cables, and a QEMU that stands still goes on."""
    from colorunbook.lab import faults, labs

    made = labs.get(name)
    whole = _host(made, host)
    for sentence in faults.mend(made, whole) or (f"Nothing was missing at {whole.address}.",):
        say(sentence)


def _host(made: "Lab", word: str) -> Host:
    """The host of an address, or of a role that a QEMU of the lab has now.

    :raises InputError: there is none.
    """
    if word not in {role.value for role in Role}:
        return made.host_at(word)
    for host in (made.site.primary, made.site.secondary):
        try:
            role = asyncio.run(made.role_of(host))
        except ColorunbookError:
            continue
        if role is Role(word):
            return host
    raise InputError(
        f"No QEMU of the lab {made.name} says that it is a {word} now.", "Give the host's address."
    )
