# SPDX-License-Identifier: GPL-2.0-or-later
"""Records: what is written is what is read, and what is no record is told so."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colorunbook.errors import InputError
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Edition, Version
from colorunbook.records import Failure, Record, Sight, Verdict, read, read_all
from tests.trials import put

versions = st.builds(Version, *(st.integers(0, 999) for _ in range(3)))
text = st.text(st.characters(codec="utf-8"), max_size=20)
seconds = st.floats(0, 1e6, allow_nan=False)
texts = st.lists(text, max_size=3).map(tuple)
sights = st.builds(Sight, st.integers(1, 9999), text, text, text, seconds)
records = st.builds(
    Record,
    document=versions,
    edition=st.sampled_from(Edition),
    qemu=versions,
    accel=st.sampled_from(Accel),
    origin=text,
    date=text,
    seconds=seconds,
    digests=st.dictionaries(text, text, max_size=3),
    verdict=st.sampled_from([v for v in Verdict if v is not Verdict.BROKEN]),
    remarks=texts,
    failure=st.none(),
    sights=st.lists(
        st.builds(Sight, st.integers(1, 9999), text, text, text, seconds), max_size=3
    ).map(tuple),
)
failures = st.builds(Failure, st.integers(0, 9999), text, text, text, texts)
broken = st.builds(replace, records, verdict=st.just(Verdict.BROKEN), failure=failures)
ONE = Record(
    document=Version.parse("10.0.13"),
    edition=Edition.BLOCKDEV,
    qemu=Version.parse("11.1.3"),
    accel=Accel.TCG,
    origin="Debian",
    date="2026-11-25",
    seconds=1.5,
    digests={"primary-failover": "ab"},
    verdict=Verdict.WORKS,
    remarks=(),
    failure=None,
    sights=(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records | broken)
def test_what_is_written_is_what_is_read(record: Record, tmp_path: Path) -> None:
    """Every part of it."""
    assert record == read(put(tmp_path, record))


def test_a_record_has_the_name_of_what_it_is_of() -> None:
    """So that a new one takes the place of the old one."""
    assert "10.0.13-blockdev-on-11.1.3-tcg" == ONE.name


def test_the_newest_qemu_comes_first(tmp_path: Path) -> None:
    """Then KVM before TCG."""
    old = replace(ONE, qemu=Version.parse("7.2.22"))
    for each in (old, ONE, replace(ONE, accel=Accel.KVM)):
        put(tmp_path, each)
    found = [(str(record.qemu), record.accel) for record in read_all(tmp_path)]
    assert [("11.1.3", Accel.KVM), ("11.1.3", Accel.TCG), ("7.2.22", Accel.TCG)] == found


def test_no_folder_is_no_record(tmp_path: Path) -> None:
    """Nothing was seen yet."""
    assert () == read_all(tmp_path / "seen")


@pytest.mark.parametrize("member", sorted(json.loads(ONE.text)))
def test_a_record_without_a_member_is_none(member: str, tmp_path: Path) -> None:
    """The file is named, and what to do."""
    told = json.loads(ONE.text)
    del told[member]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"x\.json is no record of a matrix.*Run the matrix anew"):
        read(path)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("verdict", "broken"),
        ("verdict", "fine"),
        ("failure", "x"),
        ("failure", {}),
        ("sights", [1]),
        ("sights", {}),
        ("digests", []),
        ("remarks", "x"),
        ("seconds", float("inf")),
        ("seconds", True),
        ("qemu", "new"),
    ],
)
def test_a_member_of_another_kind_makes_it_none(member: str, value: object, tmp_path: Path) -> None:
    """Nor is anything broken without a line, or whole with one."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(json.loads(ONE.text) | {member: value}))
    with pytest.raises(InputError, match=r"x\.json is no record of a matrix"):
        read(path)


@pytest.mark.parametrize("content", ["", "[]", "7", "{", '{"document": 7}', "\xff", "[" * 9**5])
def test_what_is_no_record_is_refused(content: str, tmp_path: Path) -> None:
    """Whatever it holds."""
    path = tmp_path / "x.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match=r"x\.json"):
        read(path)
