# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a run that has failed goes back, and over what."""

from dataclasses import replace

from colorunbook import shelf
from colorunbook.engine.manner import Manner, on_failure
from colorunbook.engine.retreat import Retreat
from colorunbook.errors import Aborted, ColorunbookError, StepFailed
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect
from tests.hurry import hurry

PLAN = resolve(shelf.runbook("primary-failover"), Site(), Dialect())
RESUME = resolve(shelf.runbook("primary-resume"), Site(), Dialect())
NO = StepFailed("QEMU said no.")
ENOUGH = Aborted("Somebody has had enough.")
WANTS = Manner(rollback=on_failure)


def answers(error: ColorunbookError, manner: Manner) -> tuple[bool, bool]:
    """Whether a resume that has done its first step goes back, and whether that is missed."""
    retreat = Retreat(RESUME, manner)
    retreat.done.append((1, RESUME.steps[0]))
    return hurry(retreat.is_wanted(error, retreat.own())), retreat.is_missed(error, retreat.own())


def test_it_goes_back_when_that_is_wanted() -> None:
    """And only then."""
    assert (True, False) == answers(NO, WANTS)
    assert (False, False) == answers(NO, Manner())


def test_who_wants_an_end_wants_nothing_taken_back() -> None:
    """The run is taken up again, or is left as it is."""
    assert (False, False) == answers(ENOUGH, WANTS)


def test_what_has_no_way_back_is_missed_by_who_wants_one() -> None:
    """A failover has none."""
    retreat = Retreat(PLAN, WANTS)
    retreat.done.append((1, PLAN.steps[0]))
    assert not hurry(retreat.is_wanted(NO, retreat.own()))
    assert retreat.is_missed(NO, retreat.own())
    assert not retreat.is_missed(ENOUGH, retreat.own())


def test_what_an_earlier_sitting_has_done_is_its_own_too() -> None:
    """In the order of the plan, and each step one time."""
    retreat = Retreat(RESUME, replace(WANTS, own=frozenset((1, 3))))
    retreat.done += [(3, RESUME.steps[2]), (5, RESUME.steps[4])]
    assert [1, 3, 5] == [number for number, _ in retreat.own()]
    assert {1} == retreat.earlier()
