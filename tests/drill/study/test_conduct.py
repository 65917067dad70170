# SPDX-License-Identifier: GPL-2.0-or-later
"""A study is conducted; the drills are those of a stage that plays none."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.result import Result
from colorunbook.drill.staging import Tell, Wishes
from colorunbook.drill.study.conduct import conduct, left
from colorunbook.drill.study.grid import Choice
from colorunbook.drill.study.study import Study
from colorunbook.errors import Aborted, InputError, Unavailable
from colorunbook.hosts import Accel
from tests.drill.results import usual

ONE, TWO, THREE = (Choice(delay) for delay in (100, 500, 2000))
USUAL = usual()


@dataclass
class Stage:
    """Plays nothing, and remembers what it should have played.

    :ivar fails: what is raised instead of a result, by the checkpoint delay.
    """

    fails: dict[int, Exception] = field(default_factory=dict)
    make: Callable[[Wishes], Result] = lambda _: USUAL
    asked: list[Wishes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def __call__(self, wishes: Wishes, tell: Tell) -> Result:
        """Play it."""
        self.asked.append(wishes)
        tell("Played.")
        if wishes.delay in self.fails:
            raise self.fails[wishes.delay]
        return self.make(wishes)

    @property
    def delays(self) -> list[int]:
        """What was played."""
        return [wishes.delay for wishes in self.asked]

    def conduct(self, *choices: Choice, rounds: int = 1, kept: Study | None = None) -> list[Study]:
        """Conduct a study on it."""
        return list(conduct(choices, rounds, self.heard.append, self, kept))


def test_all_are_played_before_one_is_played_again() -> None:
    """And after each drill there is a study."""
    stage = Stage()
    found = stage.conduct(ONE, TWO, rounds=2)
    assert [100, 500, 100, 500] == stage.delays
    assert [1, 2, 3, 4] == [len(study.runs) for study in found]
    assert "Drill 2 of 4: x-checkpoint-delay 500." in stage.heard
    assert "  Played." in stage.heard


def test_nobody_looks_at_the_disk() -> None:
    """It takes a boot, and no figure comes of it; the accelerator is that of the first drill."""
    stage = Stage()
    stage.conduct(ONE, TWO)
    assert [(False, None), (False, Accel.TCG)] == [(each.disk, each.accel) for each in stage.asked]


def test_what_was_played_is_not_played_again() -> None:
    """A study that was interrupted after any of its drills ends as one that was not."""
    whole = [run.choice for run in Stage().conduct(ONE, TWO, THREE, rounds=2)[-1].runs]
    for study in Stage().conduct(ONE, TWO, THREE, rounds=2):
        stage = Stage()
        found = [study, *stage.conduct(ONE, TWO, THREE, rounds=2, kept=study)]
        assert whole == [run.choice for run in found[-1].runs]
        assert len(whole) == len(study.runs) + len(stage.asked)


def test_a_further_round_and_a_further_choice_are_what_is_left() -> None:
    """Rounds first."""
    kept = Stage().conduct(ONE, TWO)[-1]
    assert [THREE, ONE, TWO, THREE] == list(left((ONE, TWO, THREE), 2, kept))
    assert [] == list(left((TWO, ONE), 1, kept))


def test_a_drill_that_does_not_begin_ends_nothing() -> None:
    """It is told, and kept with its reason."""
    stage = Stage({500: Unavailable("The guest did not boot.")})
    study = stage.conduct(ONE, TWO, THREE)[-1]
    assert [(), ("The guest did not boot.",), ()] == [run.findings for run in study.runs]
    assert [True, False, True] == [run.is_flawless for run in study.runs]
    assert "  It has no result: The guest did not boot." in stage.heard


def test_what_the_system_says_ends_no_study_either() -> None:
    """Though it says no word."""
    study = Stage({500: TimeoutError()}).conduct(ONE, TWO, THREE)[-1]
    assert [(), ("TimeoutError",), ()] == [run.findings for run in study.runs]


def test_a_drill_in_which_something_was_wrong_is_told_and_kept() -> None:
    """With its figures."""
    bad = replace(USUAL, findings=(Finding(Flaw.DRILL, "Both have answered."),))
    stage = Stage(make=lambda wishes: bad if wishes.delay == 500 else USUAL)
    study = stage.conduct(ONE, TWO)[-1]
    assert ("Both have answered.",) == study.runs[1].findings
    assert study.runs[0].before == study.runs[1].before
    assert "  wrong: Both have answered." in stage.heard


def test_a_study_without_a_single_result_fails() -> None:
    """As its last drill did."""
    stage = Stage({n: Unavailable(f"Not {n}.") for n in (100, 500)})
    with pytest.raises(Unavailable, match=r"Not 500\."):
        stage.conduct(ONE, TWO)
    assert [100, 500] == stage.delays


def test_an_interrupt_is_no_failure_of_a_drill() -> None:
    """It ends the study."""
    stage = Stage({500: Aborted("Interrupted.")})
    with pytest.raises(Aborted):
        stage.conduct(ONE, TWO, THREE)
    assert [100, 500] == stage.delays


def test_another_qemu_is_another_study() -> None:
    """Its figures are not put beside those that are there."""
    kept = Stage().conduct(ONE)[-1]
    other = replace(USUAL, setting=replace(USUAL.setting, qemu="7.2.22"))
    with pytest.raises(InputError, match=r"begun with qemu 11\.1\.3, and would go on with 7\.2"):
        Stage(make=lambda _: other).conduct(ONE, TWO, kept=kept)
