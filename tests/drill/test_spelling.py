# SPDX-License-Identifier: GPL-2.0-or-later
"""Each part of a result as JSON, and back; what is none is named by its place."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.drill import spelling
from colorunbook.drill.parts import Sample
from colorunbook.drill.spelling import Part, as_json, members
from colorunbook.drill.told import Told
from colorunbook.errors import InputError
from colorunbook.lab.guest.services import Service
from colorunbook.qemu.payload import Json, is_object
from tests.drill import results


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of part: any of them, and what reads it."""

    any: st.SearchStrategy[Part]
    read: Callable[[Told], Part]


KINDS = {
    "stretch": Kind(results.stretches, spelling.stretch),
    "span": Kind(results.spans, spelling.span),
    "times": Kind(results.times, spelling.times),
    "finding": Kind(results.findings, spelling.finding),
    "verdict": Kind(results.verdicts, spelling.verdict),
    "disk": Kind(results.disks, spelling.disk),
    "impact": Kind(results.impacts, spelling.impact),
    "totals": Kind(results.totals, spelling.totals),
}
DAMAGES: list[Json] = [None, True, -1, 0.5, "x", [], {}, [1], {"x": 1}]

named = pytest.mark.parametrize("name", KINDS)


@named
@given(data=st.data())
def test_a_part_that_is_written_is_the_one_that_is_read(name: str, data: st.DataObject) -> None:
    """Through the text of a file."""
    part = data.draw(KINDS[name].any)
    told: Json = json.loads(json.dumps(as_json(part)))
    assert part == KINDS[name].read(Told.of(told, name))


@named
@given(data=st.data())
def test_no_member_may_be_absent(name: str, data: st.DataObject) -> None:
    """Not even one that may be ``null``: nobody knows what a missing one would have been."""
    told = members(data.draw(KINDS[name].any))
    absent = data.draw(st.sampled_from(sorted(told)))
    del told[absent]
    with pytest.raises(InputError, match=f"^it: {absent} is missing"):
        KINDS[name].read(Told("it", told))


@named
@given(data=st.data())
def test_damage_is_refused_or_makes_another_part(name: str, data: st.DataObject) -> None:
    """Whatever stands in the place of a member, there is no traceback."""
    told = members(data.draw(KINDS[name].any))
    member = data.draw(st.sampled_from(sorted(told)))
    told[member] = data.draw(st.sampled_from(DAMAGES))
    try:
        part = KINDS[name].read(Told("it", told))
    except InputError as error:
        assert error.message.startswith("it: ") or "is no service" in error.message
    else:
        assert part == KINDS[name].read(Told("it", members(part)))


@given(results.samples)
def test_a_sample_is_a_list_of_four(sample: Sample) -> None:
    """There are thousands of them in a file."""
    told = as_json(sample)
    assert isinstance(told, list)
    assert 4 == len(told)
    assert sample == spelling.sample(told, "it")


@pytest.mark.parametrize("value", [None, 7, "four", {}, [], ["memory", 1, 0.5]])
def test_what_is_no_sample_is_refused(value: Json) -> None:
    """By its place."""
    with pytest.raises(InputError, match=r"^samples\[3\] is no list of four\.$"):
        spelling.sample(value, "samples[3]")


@given(
    st.dictionaries(results.text, results.text | st.booleans() | results.whole | st.floats(-9, 9))
)
def test_a_knob_keeps_its_kind(knobs: dict[str, str | bool | int | float]) -> None:
    """A switch is no number, and a number without a point has none afterwards."""
    told = as_json(knobs)
    assert is_object(told)
    read = spelling.knobs(Told("knobs", told))
    assert [(n, type(v), v) for n, v in knobs.items()] == [(n, type(v), v) for n, v in read.items()]


def test_a_service_is_told_by_its_word() -> None:
    """Its number is the port, which is nobody's business here."""
    assert ["memory", "disk", "status"] == as_json(tuple(Service))
