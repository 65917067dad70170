# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a run to its QEMUs."""

import pytest

from colorunbook import shelf
from colorunbook.addresses import UnixMonitor
from colorunbook.cli.way import Choice, way_to
from colorunbook.engine.private import base
from colorunbook.errors import Unavailable
from colorunbook.hosts import Host, Site


def test_a_lab_that_has_ended_is_not_this_machine() -> None:
    """Its run would otherwise go on with the QEMUs and the images that are here."""
    folder = base() / "labs" / "none-is-called-so"
    one, two = (
        Host(address, "/nowhere", UnixMonitor(str(folder / f"{address}.qmp")))
        for address in ("127.0.0.1", "127.0.0.2")
    )
    with pytest.raises(Unavailable, match="The lab none-is-called-so is not up any more"):
        way_to(shelf.runbook("bring-up"), Site(one, two), Choice())
