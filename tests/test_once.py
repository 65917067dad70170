# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that are called once for the same object."""

from collections.abc import Callable

import pytest

from colorunbook.once import once


@pytest.fixture
def made() -> list[list[int]]:
    """What something was made of, in order."""
    return []


@pytest.fixture
def total(made: list[list[int]]) -> Callable[[list[int]], int]:
    """A sum, of what has no hash; two are kept."""

    @once(2)
    def add(numbers: list[int]) -> int:
        made.append(numbers)
        return sum(numbers)

    return add


def test_of_the_same_object_a_thing_is_made_once(
    made: list[list[int]], total: Callable[[list[int]], int]
) -> None:
    """However often it is asked for."""
    numbers = [1, 2]
    assert [3, 3] == [total(numbers), total(numbers)]
    assert [[1, 2]] == made


def test_of_an_equal_object_it_is_made_anew(
    made: list[list[int]], total: Callable[[list[int]], int]
) -> None:
    """Equal ones may become unequal."""
    assert [3, 3] == [total([1, 2]), total([1, 2])]
    assert [[1, 2], [1, 2]] == made


def test_the_oldest_gives_way(made: list[list[int]], total: Callable[[list[int]], int]) -> None:
    """And is made anew when it is asked for again."""
    kept = [[number] for number in range(3)]
    assert [0, 1, 2, 2, 0] == [total(kept[number]) for number in (0, 1, 2, 2, 0)]
    assert [[0], [1], [2], [0]] == made


def test_no_object_takes_the_place_of_another() -> None:
    """Wherever in memory it lies: each would be gone as soon as nobody holds it."""

    @once(2)
    def add(numbers: list[int]) -> int:
        return sum(numbers)

    assert [*range(100)] == [add([number]) for number in range(100)]
