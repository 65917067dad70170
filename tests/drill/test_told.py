# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON that was read back: each member is what it should be, or is named."""

from collections.abc import Callable
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


class Colour(StrEnum):
    """Words of a list."""

    RED = "red"
    BLUE = "blue"


READERS: dict[str, Callable[[Told], object]] = {
    "text": lambda told: told.text("x"),
    "whole number from 0": lambda told: told.whole("x"),
    "whole number from 5": lambda told: told.whole("x", 5),
    "number": lambda told: told.number("x"),
    "true or false": lambda told: told.truth("x"),
    "list": lambda told: told.items("x"),
    "object": lambda told: told.table("x"),
    "value": lambda told: told.maybe("x", told.text),
}


@pytest.mark.parametrize("what", READERS)
def test_what_is_absent_is_said_to_be_missing(what: str) -> None:
    """With where, and what it is called; also where ``null`` would do."""
    with pytest.raises(InputError, match=r"^line 7: x is missing\.$"):
        READERS[what](Told("line 7", {"y": 1}))


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("text", 1),
        ("text", None),
        ("whole number from 0", -1),
        ("whole number from 0", 1.0),
        ("whole number from 0", True),
        ("whole number from 0", 2**63),
        ("whole number from 5", 4),
        ("number", "1"),
        ("number", False),
        ("number", float("inf")),
        ("number", float("nan")),
        ("number", 10**400),
        ("true or false", 0),
        ("list", {}),
        ("list", "list"),
        ("object", []),
    ],
)
def test_what_is_of_another_kind_is_said_to_be_none(what: str, value: Json) -> None:
    """Nothing is turned into what it is not."""
    with pytest.raises(InputError, match=rf"^line 7: x is no {what}\.$"):
        READERS[what](Told("line 7", {"x": value}))


@given(anything, st.sampled_from(sorted(READERS)))
def test_whatever_it_is_it_is_read_or_refused(value: Json, what: str) -> None:
    """There is no third way, such as a traceback."""
    try:
        READERS[what](Told("line 7", {"x": value}))
    except InputError as error:
        assert error.message.startswith("line 7: x is ")


def test_what_is_there_is_read() -> None:
    """As it is; a number is one with a point."""
    value: dict[str, Json] = {"a": "b", "n": 7, "f": 0.5, "t": True, "l": [1], "o": {"p": None}}
    told = Told("", value)
    assert "b" == told.text("a")
    assert (7, 7.0, 0.5) == (told.whole("n", 7), told.number("n"), told.number("f"))
    assert isinstance(told.number("n"), float)
    assert told.truth("t")
    assert [1] == told.items("l")
    assert told.table("o").maybe("p", told.text) is None
    assert "b" == told.maybe("a", told.text)


def test_a_time_that_something_takes_is_not_negative() -> None:
    """A point in time may be."""
    told = Told("it", {"x": -0.5})
    assert -0.5 == told.number("x")
    with pytest.raises(InputError, match="it: x is no time that something takes"):
        told.seconds("x")


def test_a_word_that_is_not_known_is_answered_with_those_that_are() -> None:
    """A newer one may have written it."""
    assert Colour.BLUE is Told("it", {"x": "blue"}).one_of("x", Colour)
    with pytest.raises(InputError, match="it: x is none of red, blue"):
        Told("it", {"x": "green"}).one_of("x", Colour)


def test_what_lies_deeper_is_named_by_its_way() -> None:
    """Through objects and lists."""
    told = Told("it", {"rows": [{"a": {"n": 1}}, {"a": {"n": "1"}}, 5]})
    with pytest.raises(InputError, match=r"^it: rows\[2\] is no object\.$"):
        told.tables("rows")
    _, second = Told("it", {"rows": told.items("rows")[:2]}).tables("rows")
    with pytest.raises(InputError, match=r"^it: rows\[1\]: a: n is no whole number from 0\.$"):
        second.table("a").whole("n")
    with pytest.raises(InputError, match=r"^it is no object\.$"):
        Told.of([], "it")


@given(st.text(st.characters()))
def test_a_text_can_always_be_written_again(text: str) -> None:
    """Half a character in it cannot, and is replaced; all else is as it was."""
    read = Told("", {"x": text}).text("x")
    assert read == read.encode().decode()
    assert len(text) == len(read)
