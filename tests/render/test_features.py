# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of what will not last."""

from pathlib import Path

from colorunbook import shelf
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import SCHEMAS, Edition
from colorunbook.render.features import uses
from tests.render.sites import build, plain


def test_every_warning_is_a_row() -> None:
    """With the runbooks that use it and the QEMUs that warn of it."""
    rows = {use.what: use for use in uses(shelf.runbooks(), Site())}
    export = rows["command nbd-server-add"]
    assert ("deprecated", ("prepare-secondary",)) == (export.warning, export.runbooks)
    assert SCHEMAS == export.versions[Edition.HMP]
    assert "set-checkpoint-delay" in rows["member x-checkpoint-delay"].runbooks
    assert "unstable" == rows["value x-colo"].warning


def test_the_table_is_on_the_page(tmp_path: Path) -> None:
    """As a directive of the extension."""
    assert build(tmp_path / "source", {"index": ".. feature-table::"}) == ""
    text = plain(tmp_path / "built" / "index.html")
    for piece in ("nbd-server-add", "deprecated", "x-colo-lost-heartbeat", "blockdev edition"):
        assert piece in text
