# SPDX-License-Identifier: GPL-2.0-or-later
"""The sentences that a machine can check, both ways."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.book.actions import Hmp
from colorunbook.book.conditions import (
    EventSeen,
    ImageIs,
    ObjectsGone,
    ObjectsThere,
    SpaceFor,
    guest_is,
    migration_is,
)
from colorunbook.book.phrases import (
    Death,
    Expect,
    Place,
    Replacement,
    Vanishing,
    Where,
    read,
    read_tolerance,
    read_wait,
    say,
    say_tolerance,
    say_wait,
)
from colorunbook.hosts import Role
from tests.strategies import addresses, expectations

roles = st.sampled_from(Role)


@given(expectations)
def test_a_condition_reads_back(expect: Expect) -> None:
    """What a person reads is what is executed."""
    assert expect == read(say(expect))


@given(expectations, st.integers(1, 100000))
def test_a_wait_reads_back(expect: Expect, within: int) -> None:
    """With its bound."""
    assert (expect, within) == read_wait(say_wait(expect, within))


@given(expectations, st.integers(10, 60))
def test_a_broken_row_changes_nothing(expect: Expect, width: int) -> None:
    """A paragraph may be filled anew, as long as literals stay whole."""
    sentence = say_wait(expect, 30).replace(", ", ",\0")
    filled = textwrap.fill(sentence, width, break_long_words=False, break_on_hyphens=False)
    assert (expect, 30) == read_wait(filled.replace(",\0", ", "))


@given(roles, addresses, st.sampled_from(Place))
def test_a_place_reads_back(role: Role, address: str, place: Place) -> None:
    """A shell or a monitor of one host."""
    where = Where(role, address, place)
    assert where == Where.read(where.say())


@given(roles, addresses)
def test_a_death_reads_back(role: Role, address: str) -> None:
    """What the test of a failover begins with; falling silent is something else."""
    assert Death(role, address) == Death.read(Death(role, address).say())
    assert Vanishing(role, address) == Vanishing.read(Vanishing(role, address).say())
    assert Death.read(Vanishing(role, address).say()) is None


def test_a_replacement_reads_back() -> None:
    """A new secondary, with the values that change."""
    said = Replacement("10.0.0.3", 'imagefolder="/a b"', "primary_ip=10.0.0.1", "Start", "Prepare")
    assert said == Replacement.read(said.say())


def test_a_tolerance_reads_back() -> None:
    """Which reply is harmless, and why."""
    line = Hmp("drive_del x", "Failed flush", "nobody is there")
    assert line == read_tolerance(Hmp("drive_del x"), say_tolerance(line))
    assert "" == say_tolerance(Hmp("drive_del x"))


def test_gone_is_not_taken_for_there() -> None:
    """Two sentences that differ in two words."""
    for condition in (ObjectsGone(("a",)), ObjectsThere(("a",))):
        assert Expect(Role.PRIMARY, condition) == read(say(Expect(Role.PRIMARY, condition)))


def test_the_words_of_a_wait() -> None:
    """As the document prints them."""
    waits = [say_wait(Expect(Role.SECONDARY, guest_is("running")), n) for n in (1, 2)]
    ending = "until ``query-status`` on the secondary says ``status=running``."
    assert [f"Wait, at most 1 second, {ending}", f"Wait, at most 2 seconds, {ending}"] == waits


def test_a_wait_whose_progress_is_told_is_bounded_by_that() -> None:
    """The document says so; a sentence that says so of another wait, or not of it, is none."""
    expect = Expect(Role.PRIMARY, migration_is("colo"))
    ending = "until ``query-migrate`` on the primary says ``status=colo``."
    text = f"Wait, at most 300 seconds without progress, {ending}"
    assert text == say_wait(expect, 300)
    assert (expect, 300) == read_wait(text)
    assert read_wait(f"Wait, at most 300 seconds, {ending}") is None
    other = "until ``query-status`` on the primary says ``status=running``."
    assert read_wait(f"Wait, at most 300 seconds without progress, {other}") is None


def test_a_path_with_a_blank_reads_back() -> None:
    """As it stands in a list, where no row is filled anew."""
    for condition in (ImageIs("/a b/it's`c.qcow2", "qcow2", "10G"), SpaceFor("/a b/`", 5)):
        assert Expect(Role.PRIMARY, condition) == read(say(Expect(Role.PRIMARY, condition)))


@pytest.mark.parametrize(
    "text",
    [
        "``qemu-img info`` of ``/a`` on the primary host shows ``qcow2`` of ``big``",
        "``df`` of ``/a`` on the primary host shows at least ``much`` MiB free",
        "``/proc/net/tcp`` of the primary host shows no listener at a port of ``x``",
    ],
)
def test_what_is_no_number_is_no_sentence(text: str) -> None:
    """It is told as garbled, not as an error inside."""
    assert read(text) is None


def test_an_event_is_said_with_its_data() -> None:
    """As an option string."""
    expect = Expect(Role.PRIMARY, EventSeen("BLOCK_JOB_READY", (("device", "resync"),)))
    assert "the primary sends ``BLOCK_JOB_READY`` with ``device=resync``" == say(expect)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Wait, at most 1 second, until it rains.",
        "Wait, at most x seconds, until ``query-status`` on the primary says ``status=running``.",
        "``query-status`` on the tertiary says ``status=running``",
        "``query-status`` on the primary says ``status=running`` or so",
    ],
)
def test_another_sentence_is_none_of_them(text: str) -> None:
    """Nothing is guessed."""
    assert (None, None, None, None) == (
        read(text),
        read_wait(text),
        Where.read(text),
        Death.read(text),
    )
