# SPDX-License-Identifier: GPL-2.0-or-later
"""The stage of a check: an interrupt is heard whatever goes on."""

import asyncio
import os
from pathlib import PurePosixPath
from signal import SIGHUP, SIGINT, SIGTERM, Signals, getsignal

import pytest

from colorunbook.book.phrases import Vanishing
from colorunbook.check.evaluators import Stage, those_who_die
from colorunbook.check.parsers import Garbled, Passage
from colorunbook.errors import Aborted, Untrue
from colorunbook.hosts import Role, Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.rst import PAGES, pages

PASSAGE = Passage("", Garbled("x", "it cannot be read"), 7, 0, 1)


class Deaf(Stage):
    """What it does takes the process for itself, or waits."""

    def __init__(self, number: Signals, *, waits: bool) -> None:
        super().__init__({})
        self.number = number
        self.waits = waits

    async def _do(self, passage: Passage) -> str:
        os.kill(os.getpid(), self.number)
        if self.waits:
            await asyncio.sleep(60)
        return "done"


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("number", [SIGINT, SIGTERM, SIGHUP])
def test_an_interrupt_is_never_lost(number: Signals, waits: bool) -> None:
    """Also one that comes while the event loop does not turn; handlers are put back."""
    before = getsignal(number)
    stage = Deaf(number, waits=waits)
    with pytest.raises(Aborted, match="The check was interrupted"):
        stage.evaluate(PASSAGE)
    stage.close()
    assert before == getsignal(number)
    assert 7 == stage.failed


def test_what_cannot_be_read_is_untrue() -> None:
    """With its line and why."""
    stage = Stage({})
    with pytest.raises(Untrue, match="it cannot be read") as caught:
        stage.evaluate(PASSAGE)
    stage.close()
    assert (7, "it cannot be read") == (caught.value.line, caught.value.symptom)


@pytest.mark.parametrize(
    ("path", "dying"), [(PAGES[0], (Role.SECONDARY, Role.PRIMARY)), (PAGES[1], ())]
)
def test_a_page_has_a_life_for_each_death(path: PurePosixPath, dying: tuple[Role, ...]) -> None:
    """The document tells of two, its companion of none."""
    assert dying == those_who_die(pages(Site(), Dialect())[path])


def test_one_who_vanishes_dies_too() -> None:
    """For the other one it is the same."""
    said = Vanishing(Role.SECONDARY, "127.0.0.2").say()
    assert (Role.SECONDARY,) == those_who_die(f"Title\n=====\n\n{said}\n")
