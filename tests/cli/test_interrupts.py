# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a run has come, and how it is taken up again."""

import asyncio
from pathlib import Path

import pytest

from colorunbook.cli.interrupts import Account, until_interrupted
from colorunbook.errors import Refused, StepFailed, Unavailable


def test_the_next_thing_to_type_names_the_folder_that_was_given() -> None:
    """Typed as it stands it finds the journal."""
    assert "'colorunbook resume r' goes" in Account("it", "r", begun=1).next_thing_to_type
    kept = Account("it", "r", Path("/a b"), begun=1).next_thing_to_type
    assert "colorunbook resume r --state '/a b'" in kept
    assert "" == Account("it", "r").next_thing_to_type


def test_what_leads_elsewhere_is_not_to_be_taken_up_again() -> None:
    """Nor is what was refused."""
    account = Account("it", "r", begun=1)
    error = StepFailed("No.", "Do that.")
    assert "resume r" in account.with_next_thing(error).advice
    error = StepFailed("No.", "Do that.")
    error.leads_elsewhere = True
    assert "Do that." == account.with_next_thing(error).advice
    assert "Do that." == account.with_next_thing(Refused("No.", "Do that.")).advice


@pytest.mark.parametrize(("finished", "told"), [(0, "Nothing was sent."), (8, "")])
def test_of_a_run_with_steps_that_are_done_it_is_not_said_that_nothing_was_sent(
    finished: int, told: str
) -> None:
    """An earlier sitting has sent them."""

    async def work() -> None:
        raise Unavailable("It is gone.")

    account = Account("it", "r", finished=finished)
    with pytest.raises(Unavailable) as raised:
        asyncio.run(until_interrupted(work(), account))
    assert told == raised.value.advice
