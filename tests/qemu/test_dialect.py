# SPDX-License-Identifier: GPL-2.0-or-later
"""How versions spell things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook import shelf
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Site
from colorunbook.plan import describe, resolve
from colorunbook.qemu.dialect import (
    OLDEST,
    TROUBLES,
    Asked,
    Dialect,
    Edition,
    Stretch,
    Version,
    stretch_of,
    stretches,
)

numbers = st.integers(0, 999)


@given(st.builds(Version, numbers, numbers, numbers))
def test_a_version_reads_back(version: Version) -> None:
    """Three numbers."""
    assert version == Version.parse(str(version))


def test_versions_are_ordered_as_numbers() -> None:
    """Not as text."""
    assert Version.parse("9.2") < Version.parse("10.0") < Version.parse("10.0.2")


@pytest.mark.parametrize(
    "text", ["", "11", "11.", "11.1.2.3", "v11.1", "11.1 ", "1\u0661.1", "9999.1"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    """Two or three numbers."""
    with pytest.raises(InputError, match="is not a QEMU version"):
        Dialect.of(text)


def test_a_greeting_tells_the_version() -> None:
    """As QMP's greeting and query-version do."""
    told = {"qemu": {"major": 11, "minor": 1, "micro": 3}, "package": "Debian"}
    assert Version(11, 1, 3) == Version.of_greeting(told)


@pytest.mark.parametrize("told", [None, {}, {"qemu": {}}, {"qemu": {"major": "11"}}, []])
def test_a_greeting_without_a_version_is_refused(told: object) -> None:
    """Whoever answers there is no QEMU."""
    with pytest.raises(InputError, match="tells no QEMU version"):
        Version.of_greeting(told)


def test_what_is_too_old_is_refused() -> None:
    """object-add had another form before 6.0."""
    assert "6.0.0" == str(Dialect.of("6.0").version)
    with pytest.raises(InputError, match=r"5\.2\.0 is older"):
        Dialect.of("5.2")


@pytest.mark.parametrize(
    ("asked", "version", "is_meant"),
    [
        ("10.0", "10.0.13", True),
        ("10.0", "10.0", True),
        ("10.0", "10.1", False),
        ("1.1", "1.10", False),
        ("10.0.2", "10.0.2", True),
        ("10.0.2", "10.0.21", False),
        ("10.0.0", "10.0.1", False),
    ],
)
def test_a_version_is_asked_for_by_its_series_or_whole(
    asked: str, version: str, is_meant: bool
) -> None:
    """Two numbers mean any with these, three mean that one."""
    assert is_meant == Asked.parse(asked).means(Version.parse(version))


@pytest.mark.parametrize(
    ("version", "spelled"),
    [
        ("7.2.22", ("reconnect", "1")),
        ("9.1.99", ("reconnect", "1")),
        ("9.2", ("reconnect-ms", "1000")),
        ("11.1.3", ("reconnect-ms", "1000")),
    ],
)
def test_the_pause_before_the_next_attempt_is_spelled(
    version: str, spelled: tuple[str, str]
) -> None:
    """In seconds up to 9.1, in milliseconds since."""
    assert spelled == Dialect.of(version).reconnect(1)


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("10.0.13", ("x-colo",)),
        ("11.0", ("x-colo", "return-path")),
        ("11.1", ("x-colo", "return-path")),
    ],
)
def test_colo_needs_its_capabilities(version: str, names: tuple[str, ...]) -> None:
    """QEMU 11 refuses x-colo without return-path."""
    assert names == Dialect.of(version).colo_capabilities


@pytest.mark.parametrize(
    ("version", "accel", "has_trouble"),
    [
        ("7.2.22", Accel.KVM, False),
        ("7.2.22", Accel.TCG, True),
        ("10.0.2", Accel.KVM, True),
        ("10.0.13", Accel.KVM, False),
        ("10.0.13", Accel.TCG, True),
        ("10.1", Accel.KVM, True),
        ("11.1.3", Accel.KVM, False),
        ("11.1.3", Accel.TCG, False),
    ],
)
def test_what_was_seen_not_to_work_is_known(version: str, accel: Accel, has_trouble: bool) -> None:
    """Each row of the table was seen on that version."""
    assert has_trouble == (Dialect.of(version).trouble(accel) is not None)


@pytest.mark.parametrize(
    ("text", "qemu", "shows"),
    [
        ("10.0.13", "11.1.3", "return-path"),
        ("7.2", "11.1.3", "Invalid parameter 'reconnect'"),
        ("11.1", "7.2.22", "reconnect-ms"),
        ("10.0", "7.2.22", "reconnect-ms"),
        ("7.2", "10.0.13", None),
        ("11.1", "10.0.13", "COLO does not begin"),
    ],
)
def test_a_document_for_another_qemu_has_troubles_of_its_own(
    text: str, qemu: str, shows: str | None
) -> None:
    """They are declared as those of a QEMU are, with how a check recognises them."""
    found = Dialect.of(text).trouble_on(Version.parse(qemu), Accel.KVM)
    assert (shows or "") in (found.shows if found else "")
    assert (shows is None) == (found is None)


def test_a_version_with_its_own_document_has_only_its_own_troubles() -> None:
    """None that comes of a text for others."""
    for trouble in TROUBLES:
        if trouble.text is not None:
            for version in (trouble.first, *trouble.text):
                assert not trouble.concerns(version, version, Accel.KVM)


@pytest.mark.parametrize("version", ["6.0", "7.2", "10.0", "11.1"])
def test_the_editions_name_a_drive_differently(version: str) -> None:
    """What is exported by block-export-add has to be a node."""
    names = [Dialect.of(version, edition).name_of_drive for edition in Edition]
    assert ["id", "node-name"] == names


def test_stretches_leave_no_version_out() -> None:
    """Each begins where the one before ends; the first with the oldest, the last has no end."""
    found = stretches()
    assert OLDEST == found[0].first
    assert found[-1].until is None
    assert [each.first for each in found[1:]] == [each.until for each in found[:-1]]
    assert sorted(each.first for each in found) == [each.first for each in found]


@pytest.mark.parametrize(
    ("first", "until", "label"),
    [
        ("6.0", "9.2", "QEMU 6.0 to 9.1"),
        ("9.2", "11.0", "QEMU 9.2 to 10.2"),
        ("10.0", "10.1", "QEMU 10.0"),
        ("10.0", "10.0.13", "QEMU 10.0 to 10.0.12"),
        ("11.0", None, "QEMU 11.0 and newer"),
    ],
)
def test_a_stretch_has_a_name_for_people(first: str, until: str | None, label: str) -> None:
    """From the first release to the last one before the change."""
    end = None if until is None else Version.parse(until)
    assert label == Stretch(Version.parse(first), end).label


def test_two_stretches_become_one() -> None:
    """From the beginning of the first to the end of the second."""
    older, newer = stretches()[-2:]
    assert older.joined(newer).holds(older.first)
    assert older.joined(newer).holds(Version(99, 0))
    assert not older.holds(newer.first)


@given(st.builds(Version, st.integers(OLDEST.major, 14), st.integers(0, 2), st.integers(0, 30)))
def test_a_stretch_spells_everything_alike(version: Version) -> None:
    """What a change is missing for in the table would differ from the stretch's oldest version."""
    stretch = stretch_of(version)
    assert stretch.holds(version)
    for book in shelf.runbooks().values():
        for edition in Edition:
            here, first = (
                resolve(book, Site(), Dialect(each, edition)) for each in (version, stretch.first)
            )
            assert list(map(describe, here.steps)) == list(map(describe, first.steps))
            assert (here.starts, here.ends) == (first.starts, first.ends)


def test_what_is_too_old_lies_in_no_stretch() -> None:
    """It is refused, as everywhere."""
    with pytest.raises(InputError, match="is older"):
        stretch_of(Version(5, 2))
