# SPDX-License-Identifier: GPL-2.0-or-later
"""Two things measured in turn."""

from benchmarks.taking import clocked, in_turn


def test_both_are_measured_in_turn_and_who_is_first_changes() -> None:
    """Whatever slows the machine for a while slows both; the first round is thrown away."""
    said: list[str] = []

    def one() -> float:
        said.append("a")
        return len(said)

    def other() -> float:
        said.append("b")
        return len(said)

    assert ((3, 6), (4, 5)) == in_turn(2, one, other)
    assert "ababba" == "".join(said)


def test_what_is_done_several_times_is_told_per_time() -> None:
    """A doing that is too short for a clock is done again and again, and takes a part of it all."""
    done: list[int] = []
    took = clocked(lambda: done.append(1), times=50)()
    assert 50 == len(done)
    assert took > 0
