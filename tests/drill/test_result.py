# SPDX-License-Identifier: GPL-2.0-or-later
"""A result is kept whole; what is none is refused, and says where."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.drill.result import VERSION, Result, read
from colorunbook.drill.spelling import as_json
from colorunbook.errors import InputError
from colorunbook.qemu.payload import Json
from tests.drill.results import results, usual

USUAL = usual()


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(result=results)
def test_what_is_written_is_what_is_read(result: Result, tmp_path: Path) -> None:
    """As a value, and as a file."""
    assert result == Result.from_json(result.as_json())
    path = tmp_path / "x.json"
    path.write_text(result.text, encoding="utf-8")
    assert result == read(path)


def test_the_file_has_a_line_a_member() -> None:
    """So that a difference between two of them can be read."""
    lines = USUAL.text.splitlines()
    assert len(USUAL.as_json()) == len(lines) - 2
    assert json.loads(USUAL.text) == USUAL.as_json()
    assert '"version": 1,' == lines[1]


@pytest.mark.parametrize("member", sorted(USUAL.as_json()))
@pytest.mark.parametrize("damage", ["absent", "another"])
def test_a_member_that_is_absent_or_of_another_kind_is_named(member: str, damage: str) -> None:
    """Nothing is filled in."""
    told = USUAL.as_json()
    if damage == "absent":
        del told[member]
    else:
        told[member] = 1.5 if isinstance(told[member], str | int) else "x"
    with pytest.raises(InputError, match=rf"the result: {member} is (missing|no )"):
        Result.from_json(told)


def damaged(value: Json, at: tuple[str | int, ...], new: Json) -> Json:
    """The same with something else at a place."""
    match value, at:
        case dict(), (str(step), *more):
            return value | {step: damaged(value[step], tuple(more), new)}
        case list(), (int(step), *more):
            return [*value[:step], damaged(value[step], tuple(more), new), *value[step + 1 :]]
        case _:
            return new


@pytest.mark.parametrize(
    ("at", "new", "why"),
    [
        (("version",), 2, "the result is of format 2; 1 is known here."),
        (("seconds",), -1, "the result: seconds is no time that something takes."),
        (("seconds",), float("nan"), "the result: seconds is no number."),
        (("seconds",), True, "the result: seconds is no number."),
        (("cores",), -2, "the result: cores is no whole number from 0."),
        (("knobs", "compare_timeout"), [1], "the result: knobs: compare_timeout is no number."),
        (
            ("spans", 1, "kind"),
            "party",
            "spans[1]: kind is none of boot, protect, fault, ",
        ),
        (("spans", 0, "end"), 1.0, "the result: spans[0]: end is no time after the begin."),
        (("checkpoints", 2), 7, "the result: checkpoints[2] is no object."),
        (("samples", 3), [], "samples[3] is no list of four."),
        (("samples", 3, 0), "printer", "'printer' is no service of the guest."),
        (("samples", 3, 3), -0.1, "samples[3]: latency is no time that something takes."),
        (("impacts", 0, "before", "count"), 0, "before: count is no whole number from 1."),
        (("totals", "latency", "disk"), 1, "the result: totals: latency: disk is no object."),
        (("connections", 0, "survived"), 1, "connections[0]: survived is no true or false."),
        (("disk", "open"), "x", "the result: disk: open is no whole number from 0."),
    ],
)
def test_what_is_wrong_in_it_is_named(at: tuple[str | int, ...], new: Json, why: str) -> None:
    """With its place."""
    with pytest.raises(InputError) as caught:
        Result.from_json(damaged(USUAL.as_json(), at, new))
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"7", b"{", b'{"version": 1}', b"\xff", b"[" * 9**5]
)
def test_what_is_no_result_is_refused(content: bytes, tmp_path: Path) -> None:
    """Whatever it holds."""
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.json"):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """As any that cannot be read."""
    with pytest.raises(InputError, match=r"The result .*none\.json cannot be read"):
        read(tmp_path / "none.json")


def test_half_a_character_is_replaced() -> None:
    """So that it can be put out again."""
    told = USUAL.as_json() | {"scenario": "\ud800"}
    assert "?" == Result.from_json(told).setting.scenario


def test_what_has_no_place_in_a_result_is_refused() -> None:
    """A slip of ours."""
    with pytest.raises(TypeError, match="Path has no place in a result"):
        as_json((Path(),))


def test_a_drill_is_flawless_when_clients_were_answered_and_nothing_was_found() -> None:
    """Where nobody asked, nothing was seen to work."""
    assert USUAL.is_flawless
    assert 4 == USUAL.survived
    assert not replace(USUAL, connections=()).is_flawless
    assert not replace(USUAL, findings=(Finding(Flaw.DRILL, "Both have answered."),)).is_flawless
    dead = replace(USUAL.connections[0], survived=False)
    assert not replace(USUAL, connections=(dead, *USUAL.connections[1:])).is_flawless
    assert 3 == replace(USUAL, connections=(dead, *USUAL.connections[1:])).survived


@given(st.integers(2, 2**62))
def test_a_later_format_is_refused(version: int) -> None:
    """Its members may mean something else."""
    with pytest.raises(InputError, match=f"format {version}; {VERSION} is known"):
        Result.from_json({**USUAL.as_json(), "version": version})
