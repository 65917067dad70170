# SPDX-License-Identifier: GPL-2.0-or-later
"""The private apt: which mirror, which progress, which error."""

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


def test_failure_carries_apts_error(tmp_path: Path) -> None:
    """A failed fetch is one sentence with the error of apt that says what happened."""
    said = "Err:1 http://m\nE: Failed to fetch http://m  Could not resolve 'm'\nE: Some failed.\n"
    assert debian.failure(said, tmp_path).message == (
        "The packages of QEMU could not be fetched: Failed to fetch http://m  "
        "Could not resolve 'm'."
    )


@pytest.mark.parametrize(
    "said",
    [
        "E: You don't have enough free space in /c/archives/.\n",
        "dpkg-deb: error: failed to write (No space left on device)\n",
    ],
)
def test_full_disk_is_named(said: str, tmp_path: Path) -> None:
    """A full disk is called that, with the folder, whoever noticed it."""
    assert debian.failure(said, tmp_path).message == (
        f"There is no room left on the disk of {tmp_path}."
    )


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


def test_failure_says_what_the_packages_are_for(tmp_path: Path) -> None:
    """Whoever makes a guest does not read of a QEMU."""
    assert debian.failure("E: no\n", tmp_path, "the guest").message == (
        "The packages of the guest could not be fetched: no."
    )


def test_a_tool_that_fails_is_a_sentence(tmp_path: Path) -> None:
    """And one that does not, gives what it printed."""
    assert debian.run(("echo", "a"), tmp_path) == "a\n"
    with pytest.raises(Unavailable, match="packages of QEMU could not be fetched: nothing was"):
        debian.run(("false",), tmp_path)


def test_packages_are_unpacked_over_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a root with the links of a Debian, one after the other."""
    commands: list[tuple[str, ...]] = []
    told: list[tuple[int, int]] = []

    def run(command: tuple[str, ...], *_: object) -> str:
        commands.append(command)
        return ""

    monkeypatch.setattr(debian, "run", run)
    packages = (Path("/a.deb"), Path("/b.udeb"))
    debian.unpack(packages, tmp_path / "root", lambda *each: told.append(each))
    assert [(each[2], each[3]) for each in commands] == [
        ("/a.deb", str(tmp_path / "root")),
        ("/b.udeb", str(tmp_path / "root")),
    ]
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert (tmp_path / "root/lib64").readlink() == Path("usr/lib64")


def test_environment_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """apt is given a path, a home, a language and the proxies, whatever the caller has."""
    monkeypatch.setenv("https_proxy", "http://p:1")
    monkeypatch.setenv("APT_CONFIG", "/elsewhere")
    assert set(debian.environment(tmp_path)) - {"http_proxy", "no_proxy"} == {
        "https_proxy",
        "PATH",
        "HOME",
        "LANG",
    }
