# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook render``: a page is made of plans, and each of them is held against its QEMU."""

from pathlib import Path

from tests.cli.conftest import Colorunbook
from tests.cli.test_schema import shelf_with

PART = "{{ (plan('calm-down').steps | first).title }}\n"


def test_a_page_that_prints_a_part_of_a_runbook_answers_for_all_of_it(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """What a template asks for is what is vetted, however it is printed."""
    shelf = shelf_with(folder, "calm-down")
    ours = folder / "shelf/templates/system/ours.rst.j2"
    ours.parent.mkdir(parents=True)
    ours.write_text(PART)
    ended = colorunbook("render", "out", COLORUNBOOK_SHELF=shelf)
    assert 2 == ended.code
    assert "calm-down, step 1" in ended.err
    assert not (folder / "out").exists()
