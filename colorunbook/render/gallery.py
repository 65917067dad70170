# SPDX-License-Identifier: GPL-2.0-or-later
"""The pictures by their names, in the two sizes that they are needed in."""

from collections.abc import Collection, Mapping

from colorunbook import shelf
from colorunbook.book.colo import Colo
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.diagram import NARROW, WIDE, architecture
from colorunbook.render.drawing import Drawing
from colorunbook.render.statechart import statechart
from colorunbook.render.states import edges

PICTURES: Mapping[str, str] = {
    "architecture": "the two hosts, what is in them, and what passes between them",
    "states": "the states of one QEMU, and the runbooks between them",
}


def picture(
    name: str,
    site: Site,
    dialect: Dialect,
    *,
    wide: bool = False,
    titles: Collection[str] | None = None,
) -> Drawing:
    """Draw one.

    :param wide: for a page; otherwise it fits 79 columns of text.
    :param titles: of the runbooks that are drawn as arrows; ``None``: all that there are.
    :raises InputError: there is no picture of this name.
    """
    if name == "architecture":
        return architecture(Colo(site, dialect), WIDE if wide else NARROW)
    if name == "states":
        ways = edges(shelf.runbooks(), site, dialect)
        return statechart(way for way in ways if titles is None or way.title in titles)
    raise InputError(f"There is no picture {name!r}.", f"There is: {', '.join(PICTURES)}.")
