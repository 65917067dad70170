# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be played, and what chance makes of a seed."""

from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.scenes import FAULTS, SCENARIOS, soak
from colorunbook.hosts import Role
from colorunbook.lab.faults import Fault

seeds = st.integers(0, 2**32)
numbers = st.integers(1, 60)


@given(numbers, seeds)
def test_so_many_faults_are_played_as_were_asked_for(number: int, seed: int) -> None:
    """Those that fall into a resume are counted too."""
    scenes = list(soak(number, seed))
    assert number == len(scenes) + sum(scene.relapse is not None for scene in scenes)


@given(numbers, seeds)
def test_a_seed_makes_the_same_scenes_again(number: int, seed: int) -> None:
    """What one drill has found can be looked for in another."""
    assert [*soak(number, seed)] == [*soak(number, seed)]


@given(seeds)
def test_a_longer_soak_begins_as_a_shorter_one(seed: int) -> None:
    """So what was found late in one can be found with more faults behind it."""
    short, long = [*soak(20, seed)], [*soak(40, seed)]
    assert short[:-1] == long[: len(short) - 1]


@given(numbers, seeds)
def test_chance_takes_only_what_a_pair_has_to_survive(number: int, seed: int) -> None:
    """Times are such that anything can be hit, and nothing is waited for in vain."""
    for scene in soak(number, seed):
        assert scene.fault in FAULTS
        assert 0.2 <= scene.rest <= 4.0
        if scene.relapse is not None:
            assert scene.relapse.fault in FAULTS
            assert 0.1 <= scene.relapse.after <= 3.5


def test_chance_comes_to_everything() -> None:
    """Each fault at each role, in a few hundred of them, and resumes that are disturbed or not."""
    scenes = [*soak(500, 1)]
    assert {(role, fault) for role in Role for fault in FAULTS} == {
        (scene.victim, scene.fault) for scene in scenes
    }
    relapses = [scene.relapse for scene in scenes if scene.relapse is not None]
    assert {*FAULTS} == {relapse.fault for relapse in relapses}
    assert 0 < len(relapses) < len(scenes)


def test_seeds_differ() -> None:
    """Otherwise there would be nothing to try."""
    assert 100 == len({(*soak(5, seed),) for seed in range(100)})


def test_the_scenarios_are_what_their_names_say() -> None:
    """A failover is named after the one who does it; in a partition nobody dies of himself."""
    (one,), (two,) = SCENARIOS["secondary-failover"], SCENARIOS["primary-failover"]
    assert (Role.PRIMARY, Role.SECONDARY) == (one.victim, two.victim)
    assert [Role.PRIMARY, Role.PRIMARY, Role.SECONDARY] == [
        scene.victim for scene in SCENARIOS["full"]
    ]
    assert {Fault.CABLE} == {scene.fault for scene in SCENARIOS["partition"]}
    assert {*Role} == {scene.victim for scene in SCENARIOS["partition"]}
    assert all(scene.fault in FAULTS for scenes in SCENARIOS.values() for scene in scenes)
