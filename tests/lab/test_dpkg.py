# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's tools for packages: what they see, and what becomes of their errors."""

from pathlib import Path

import pytest

from colorunbook.errors import Unavailable
from colorunbook.lab import dpkg


def test_failure_carries_apts_error(tmp_path: Path) -> None:
    """A failed fetch is one sentence with the error of apt that says what happened."""
    said = "Err:1 http://m\nE: Failed to fetch http://m  Could not resolve 'm'\nE: Some failed.\n"
    assert dpkg.failure(said, tmp_path).message == (
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
    assert dpkg.failure(said, tmp_path).message == (
        f"There is no room left on the disk of {tmp_path}."
    )


def test_failure_says_what_the_packages_are_for(tmp_path: Path) -> None:
    """Whoever makes a guest does not read of a QEMU."""
    assert dpkg.failure("E: no\n", tmp_path, "the guest").message == (
        "The packages of the guest could not be fetched: no."
    )


def test_a_tool_that_fails_is_a_sentence(tmp_path: Path) -> None:
    """And one that does not, gives what it printed."""
    assert dpkg.run(("echo", "a"), tmp_path) == "a\n"
    with pytest.raises(Unavailable, match="packages of QEMU could not be fetched: nothing was"):
        dpkg.run(("false",), tmp_path)


def test_packages_are_unpacked_over_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a root with the links of a Debian, one after the other."""
    commands: list[tuple[str, ...]] = []
    told: list[tuple[int, int]] = []

    def run(command: tuple[str, ...], *_: object) -> str:
        commands.append(command)
        return ""

    monkeypatch.setattr(dpkg, "run", run)
    packages = (Path("/a.deb"), Path("/b.udeb"))
    dpkg.unpack(packages, tmp_path / "root", lambda *each: told.append(each))
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
    assert set(dpkg.environment(tmp_path)) - {"http_proxy", "no_proxy"} == {
        "https_proxy",
        "PATH",
        "HOME",
        "LANG",
    }
