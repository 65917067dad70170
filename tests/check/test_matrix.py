# SPDX-License-Identifier: GPL-2.0-or-later
"""What is news: a cell that is not as it was declared."""

import asyncio

import pytest

from colorunbook.check import matrix
from colorunbook.check.cells import Cell
from colorunbook.hosts import Accel
from colorunbook.records import Record, Verdict
from tests.trials import cell, record

BEGINS_NOT = "COLO does not begin, although every command succeeded: completed."


@pytest.mark.parametrize("verdict", [Verdict.WORKS, Verdict.REMARKS])
def test_what_is_known_to_work_and_works_is_no_news(verdict: Verdict) -> None:
    """With remarks or without."""
    assert "" == matrix.judge(cell(), record(cell(), verdict)).surprise


def test_what_worked_and_is_broken_is_news() -> None:
    """Whatever it looks like."""
    found = matrix.judge(cell(), record(cell(), Verdict.BROKEN, BEGINS_NOT))
    assert "It is known to work, and it is broken." == found.surprise


def test_what_is_broken_as_declared_is_no_news() -> None:
    """The reason that was declared goes with it."""
    old = cell("10.0.2")
    found = matrix.judge(old, record(old, Verdict.BROKEN, BEGINS_NOT))
    assert "" == found.surprise
    assert "COLO never starts" in found.declared


def test_what_was_declared_broken_and_works_again_is_news() -> None:
    """And says what to do."""
    old = cell("10.0.2")
    surprise = matrix.judge(old, record(old, Verdict.WORKS)).surprise
    assert surprise.startswith("It was declared broken and works: COLO never starts")
    assert surprise.endswith("Take that row out.")


def test_what_is_broken_in_another_way_is_news() -> None:
    """A declared finding does not hide another one."""
    old = cell("10.0.2")
    found = matrix.judge(old, record(old, Verdict.BROKEN, "the primary hangs"))
    assert found.surprise.startswith("It is broken in another way")


def test_what_could_not_be_tried_is_no_news() -> None:
    """Nor is it good news."""
    for version in ("10.0.2", "11.1.3"):
        found = matrix.judge(cell(version), record(cell(version), Verdict.NOT_TRIED))
        assert "" == found.surprise


def test_a_qemu_that_does_not_come_up_is_news_where_others_do() -> None:
    """With the same accelerator: otherwise it may be the machine that cannot."""
    up, down, other = cell(), cell("10.0.13"), cell("10.0.13", Accel.TCG)
    outcomes = [
        matrix.judge(up, record(up, Verdict.WORKS)),
        matrix.judge(down, record(down, Verdict.NOT_TRIED, "", "QEMU ended.")),
        matrix.judge(other, record(other, Verdict.NOT_TRIED, "", "QEMU ended.")),
    ]
    found = matrix.reconsider(outcomes)
    said = ["", "It could not be tried, and other QEMUs could.", ""]
    assert said == [outcome.surprise for outcome in found]
    assert ["", ""] == [outcome.surprise for outcome in matrix.reconsider(outcomes[1:])]


def test_a_document_for_another_qemu_is_broken_as_declared() -> None:
    """It is the text that is wrong there."""
    wrong = cell("11.1.3", text="10.0.13")
    said = "the command fails: Capability 'x-colo' requires capability 'return-path'"
    assert "" == matrix.judge(wrong, record(wrong, Verdict.BROKEN, said)).surprise


def test_as_many_cells_are_tried_at_once_as_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """And all of them in the end, each once."""
    now, most = 0, 0

    async def attempt(of: Cell) -> Record:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return record(of, Verdict.WORKS)

    monkeypatch.setattr(matrix, "attempt", attempt)
    wanted = [cell(f"11.1.{micro}") for micro in range(9)]

    async def tried() -> list[str]:
        return [str(outcome.cell) async for outcome in matrix.run(wanted + wanted, jobs=3)]

    assert sorted(map(str, wanted)) == sorted(asyncio.run(tried()))
    assert 3 == most
