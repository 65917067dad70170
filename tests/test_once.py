# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that are called once for the same object."""

from colorunbook.once import once


def test_of_the_same_object_a_thing_is_made_once() -> None:
    """However often it is asked for, and though the object has no hash."""
    made: list[list[int]] = []

    @once(2)
    def total(numbers: list[int]) -> int:
        made.append(numbers)
        return sum(numbers)

    numbers = [1, 2]
    assert [3, 3] == [total(numbers), total(numbers)]
    assert [[1, 2]] == made


def test_of_an_equal_object_it_is_made_anew() -> None:
    """Equal ones may become unequal."""
    made: list[list[int]] = []

    @once(2)
    def total(numbers: list[int]) -> int:
        made.append(numbers)
        return sum(numbers)

    assert [3, 3] == [total([1, 2]), total([1, 2])]
    assert [[1, 2], [1, 2]] == made


def test_the_oldest_gives_way() -> None:
    """And what is made of those that come after it is theirs, wherever in memory they lie."""
    made: list[int] = []

    @once(2)
    def first(numbers: list[int]) -> int:
        made.append(numbers[0])
        return numbers[0]

    kept = [[number] for number in range(3)]
    assert [0, 1, 2, 0] == [first(numbers) for numbers in (*kept, kept[0])]
    assert [0, 1, 2, 0] == made
    assert [*range(100)] == [first([number]) for number in range(100)]
