# SPDX-License-Identifier: GPL-2.0-or-later
"""The archive of the guest's first root: what is put in is what a reader of the format finds."""

import stat

from hypothesis import example, given
from hypothesis import strategies as st

from colorunbook.lab.guest.archive import Entry, archive

HEADER = 110
"""The bytes before a name: a magic number and 13 fields of 8 digits."""

NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(lambda name: name != "TRAILER!!!")

MODES = st.sampled_from((stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755, stat.S_IFLNK | 0o777))

ENTRIES = st.lists(st.builds(Entry, NAMES, MODES, st.binary(max_size=200)), max_size=8)


def read(data: bytes) -> list[Entry]:
    """What Linux reads, by its description of the format: a second way, to test the first."""
    found: list[Entry] = []
    at = 0
    while True:
        assert 0 == at % 4
        head = data[at : at + HEADER]
        assert b"070701" == head[:6]
        fields = [int(head[n : n + 8], 16) for n in range(6, HEADER, 8)]
        mode, size, length = fields[1], fields[6], fields[11]
        name = data[at + HEADER : at + HEADER + length]
        assert b"\0" == name[-1:]
        start = at + HEADER + length + -(HEADER + length) % 4
        if name == b"TRAILER!!!\0":
            assert len(data) == start
            return found
        found.append(Entry(name[:-1].decode(), mode, data[start : start + size]))
        at = start + size + -size % 4


@given(ENTRIES)
@example([])
@example([Entry.file("four", b"1234"), Entry.link("to", "four"), Entry.folder("empty")])
def test_what_is_put_in_is_read_out(entries: list[Entry]) -> None:
    """Names, modes and contents of any length come back, in their order."""
    assert entries == read(archive(entries))


@given(ENTRIES)
def test_the_same_entries_are_the_same_bytes(entries: list[Entry]) -> None:
    """Nothing of the clock or of the machine gets in."""
    assert archive(entries) == archive(entries)


def test_all_is_owned_by_root() -> None:
    """Whoever makes the guest, its files are root's: owner and group are 0."""
    data = archive((Entry.file("a", b"x"),))
    assert b"0" * 16 == data[6 + 2 * 8 : 6 + 4 * 8]


def test_files_have_different_numbers() -> None:
    """Two files with one number would be one file with two names."""
    data = archive((Entry.file("a", b""), Entry.file("b", b"")))
    second = data.index(b"070701", 6)
    assert data[6:14] != data[second + 6 : second + 14]


def test_programs_can_be_run() -> None:
    """A program is executable; other files are not."""
    assert 0o755 == stat.S_IMODE(Entry.file("init", b"", executable=True).mode)
    assert 0o644 == stat.S_IMODE(Entry.file("list", b"").mode)
