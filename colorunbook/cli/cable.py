# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook lab cable``: the cables of a lab of two hosts."""

from typing import Annotated

import typer

from colorunbook.cli.console import say
from colorunbook.cli.options import WhichLab

CUT_EPILOG = """
Examples:

  colorunbook lab cable cut --host 10.0.0.2

  colorunbook lab cable cut --host 10.0.0.1 --name second
"""

MEND_EPILOG = """
Example:

  colorunbook lab cable mend --host 10.0.0.2
"""

cable_app = typer.Typer(
    name="cable", help="The cables of a lab that was made with --hosts 2.", no_args_is_help=True
)

Address = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The host, as 'lab status' shows it.")
]


def register(lab: typer.Typer) -> None:
    """Add the verbs to ``lab``."""
    lab.add_typer(cable_app)


@cable_app.command(epilog=CUT_EPILOG)
def cut(host: Address, name: WhichLab = "default") -> None:
    """Pull the cable of a host: no connection is closed, and nothing more arrives."""
    from colorunbook.lab import pair

    made = pair.get(name)
    made.cut(made.host_at(host))
    say(f"The cable of {host} is cut.")


@cable_app.command(epilog=MEND_EPILOG)
def mend(host: Address, name: WhichLab = "default") -> None:
    """Give a host its cable back."""
    from colorunbook.lab import pair

    made = pair.get(name)
    made.mend(made.host_at(host))
    say(f"The cable of {host} is whole.")
