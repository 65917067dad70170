# SPDX-License-Identifier: GPL-2.0-or-later
"""The private apt: which mirror, which sources, which progress."""

from pathlib import Path

import pytest

from colorunbook.errors import Unavailable
from colorunbook.lab import debian


def etc(folder: Path, *, system: str = "debian", sources: str = "", line: str = "") -> Path:
    """An /etc with these sources."""
    (folder / "apt/sources.list.d").mkdir(parents=True)
    (folder / "os-release").write_text(f'NAME="X"\nID={system}\n')
    if sources:
        (folder / "apt/sources.list.d/debian.sources").write_text(sources)
    if line:
        (folder / "apt/sources.list").write_text(line)
    return folder


def test_mirror_from_deb822_sources(tmp_path: Path) -> None:
    """The mirror is the first of debian.sources, whatever comments precede it."""
    text = "Types: deb\n# http://old.example/debian\nURIs: http://m.example/debian/\nSuites: x\n"
    assert debian.mirror(etc(tmp_path, sources=text)) == "http://m.example/debian"


def test_mirror_from_one_line_sources(tmp_path: Path) -> None:
    """The mirror is the first of sources.list, past files, discs and options."""
    text = "deb cdrom:[x]/ y main\ndeb [arch=amd64] https://m.example/debian bookworm main\n"
    assert debian.mirror(etc(tmp_path, line=text)) == "https://m.example/debian"


def test_mirror_of_another_distribution_is_not_taken(tmp_path: Path) -> None:
    """On a host that is not Debian, Debian's usual mirror is used."""
    text = "deb http://archive.example/ubuntu noble main\n"
    assert debian.mirror(etc(tmp_path, system="ubuntu", line=text)) == debian.USUAL_MIRROR


def test_mirror_without_sources(tmp_path: Path) -> None:
    """Without any sources, Debian's usual mirror is used."""
    assert debian.mirror(tmp_path) == debian.USUAL_MIRROR


def test_progress_is_read_from_the_status() -> None:
    """Of what apt says, the number of the file and of all files is kept."""
    said = ["dlstatus:1:0:Retrieving file 3 of 101 (9s remaining)\n", "pmstatus:x:1:y\n"]
    assert list(debian.fetched(iter(said))) == [(3, 101)]


def test_sources_name_each_suite_and_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line a suite, signed by Debian's keys; the parts are main unless others are named."""
    (tmp_path / "keys").touch()
    monkeypatch.setattr(debian, "PATH", "/bin:/usr/bin")
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "keys")
    apt = debian.Apt(tmp_path / "apt")
    apt.set_up(("a", "b"), "http://m", "main main/debian-installer")
    assert (tmp_path / "apt/sources.list").read_text() == (
        f"deb [signed-by={tmp_path}/keys] http://m a main main/debian-installer\n"
        f"deb [signed-by={tmp_path}/keys] http://m b main main/debian-installer\n"
    )
    apt.set_up(("a",), "http://m")
    assert (tmp_path / "apt/sources.list").read_text().endswith(" a main\n")


def test_host_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no apt, one is told what to install instead."""
    monkeypatch.setattr(debian, "PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="apt-get") as caught:
        debian.Apt(tmp_path / "apt").set_up(("trixie",), "http://m")
    assert caught.value.advice == (
        "Install QEMU 11.1.0 or newer with qemu-img and qemu-bridge-helper."
    )
