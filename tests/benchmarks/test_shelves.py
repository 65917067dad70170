# SPDX-License-Identifier: GPL-2.0-or-later
"""Shelves with generated runbooks."""

import os

from benchmarks.shelves import PAGE, shelf_of
from colorunbook import shelf
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.filling import fill


def test_a_shelf_has_so_many_runbooks_and_prints_them() -> None:
    """Each of them is resolved and printed, with its ten steps; afterwards the shelf is gone."""
    with shelf_of(3):
        assert ["calm-0", "calm-1", "calm-2"] == [n for n in shelf.runbooks() if "calm-" in n]
        assert 30 == fill(PAGE, Site(), Dialect()).count('"execute": "migrate-set-parameters"')
    assert "COLORUNBOOK_SHELF" not in os.environ
    assert "calm-0" not in shelf.runbooks()
