# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook lab qemus`` and ``lab fetch``: the QEMUs that a lab can be made with."""

from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.console import give, give_json, paint, say
from colorunbook.cli.options import AsJson
from colorunbook.errors import InputError
from colorunbook.hosts import Accel

if TYPE_CHECKING:
    from colorunbook.lab.catalogue import Offer

QEMUS_EPILOG = """
Examples:

  colorunbook lab qemus

  colorunbook lab qemus --json
"""

FETCH_EPILOG = """
Examples:

  colorunbook lab fetch 10.0 7.2

  colorunbook lab fetch --all
"""


def register(lab: typer.Typer) -> None:
    """Add the verbs to those of a lab."""
    lab.command(epilog=QEMUS_EPILOG)(qemus)
    lab.command(epilog=FETCH_EPILOG)(fetch)


def qemus(as_json: AsJson = False) -> None:
    """List the QEMUs that --qemu takes: whether they are here, and what is known of them."""
    from colorunbook.lab.catalogue import offers

    found = offers()
    if as_json:
        give_json([offer.as_json() for offer in found])
        return
    for offer in found:
        give(_row(offer))


def fetch(
    versions: Annotated[
        list[str] | None,
        typer.Argument(metavar="VERSION", help="As 'lab qemus' lists them; without: the first."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that there are.")] = False,
) -> None:
    """Fetch QEMUs for labs from Debian; what is here already is left as it is."""
    from colorunbook.cli import fetching
    from colorunbook.lab import provision

    if every and versions:
        raise InputError(f"--all fetches {versions[0]} too.", "Give one or the other.")
    chosen = [provision.release(version) for version in versions or ()]
    for each in provision.RELEASES if every else chosen or [provision.release()]:
        say(f"QEMU {paint(each.version, 'strong')}, from {each.preferred}")
        tree = fetching.fetch(each)
        say(f"QEMU {tree.version} is in {tree.root}")


def _row(offer: "Offer") -> str:
    version = offer.tree.version if offer.tree else "not here"
    size = "" if offer.size is None else f"{offer.size / 1e6:.0f} MB"
    row = f"{offer.release.version:8} {offer.release.preferred:20} {version:10} {size:>7}"
    return f"{row}  {_known(offer)}"


def _known(offer: "Offer") -> str:
    if not offer.is_known:
        return "what is known of it depends on the version that is fetched"
    troubles = (offer.trouble(accel) for accel in Accel)
    return "; ".join(dict.fromkeys(filter(None, troubles))) or "nothing is known against it"
