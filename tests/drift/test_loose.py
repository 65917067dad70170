# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON as people type it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drift.loose import NotJson, read_object
from colorunbook.qemu.payload import Json

leaves = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8)
values: st.SearchStrategy[Json] = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3)
)


@given(st.dictionaries(st.text(max_size=5), values, max_size=3))
def test_what_is_json_is_read_as_json_is(value: dict[str, Json]) -> None:
    """With the place behind it."""
    text = json.dumps(value)
    assert (value, len(text)) == read_object(f"{text} and more", 0)


@pytest.mark.parametrize(
    "text", ["{'a': [1, 'b',],}", '{"a": /* c */ [1, // d\n "b"] # e\n}', "{'a':[1,\"b\"]}"]
)
def test_what_people_type_is_read(text: str) -> None:
    """Single quotes, trailing commas, comments."""
    assert ({"a": [1, "b"]}, len(text)) == read_object(text, 0)


@pytest.mark.parametrize("text", ["{", "{a: 1}", '{"a" 1}', '{"a": b}', "{'a\n': 1}", '{"a":' * 99])
def test_what_is_none_is_refused(text: str) -> None:
    """At once, however deep it goes."""
    with pytest.raises(NotJson):
        read_object(text, 0)
