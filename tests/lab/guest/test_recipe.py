# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest is made of: its kernel, its packages, and the key that follows from all."""

from ipaddress import IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.errors import Unavailable
from colorunbook.lab.guest import recipe
from colorunbook.lab.guest.recipe import MODULES, PROGRAMS, Recipe, newest_kernel, packages_of

RELEASES = st.lists(
    st.tuples(st.integers(5, 7), *(st.integers(0, 120),) * 3), min_size=1, unique=True
)


def kernel(release: tuple[int, ...]) -> str:
    """A kernel, as ``uname -r`` says it."""
    major, minor, patch, abi = release
    return f"{major}.{minor}.{patch}-{abi}-amd64"


@given(RELEASES)
def test_the_newest_kernel_is_taken(releases: list[tuple[int, ...]]) -> None:
    """Numbers count, not letters: 6.1.0-50 is newer than 6.1.0-7."""
    names = [f"kernel-image-{kernel(each)}-di" for each in releases]
    assert kernel(max(releases)) == newest_kernel(names)


def test_other_kernels_are_left_alone() -> None:
    """Those of other machines, and those that are no installer's."""
    names = ("kernel-image-6.1.0-9-amd64-di", "kernel-image-6.1.0-50-686-di", "linux-image-7-amd64")
    assert "6.1.0-9-amd64" == newest_kernel(names)


def test_without_a_kernel() -> None:
    """A suite that has none is named."""
    with pytest.raises(Unavailable, match="bookworm has no kernel"):
        newest_kernel(("linux-image-amd64",))


def test_the_packages_are_of_one_kernel() -> None:
    """A module of another build cannot be loaded."""
    packages = packages_of("6.1.0-9-amd64")
    assert "ext4-modules-6.1.0-9-amd64-di" in packages
    assert {"busybox-static", "syslinux", "syslinux-common"} <= set(packages)


def test_a_guest_is_kept_by_what_it_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part of a recipe has its part in the key."""
    keys = {Recipe().key, Recipe(IPv4Interface("10.0.0.11/24")).key}
    for name, value in {
        "SUITE": "trixie",
        "KERNEL_PACKAGES": ("kernel-image",),
        "TOOL_PACKAGES": ("mtools",),
        "MODULES": {"disk": ("ext4",)},
        "PROGRAMS": ("init",),
        "_LAYOUT": 0,
    }.items():
        with monkeypatch.context() as patched:
            patched.setattr(recipe, name, value)
            keys.add(Recipe().key)
    with monkeypatch.context() as patched:
        patched.setattr(recipe, "program", lambda name: name.encode())
        keys.add(Recipe().key)
    assert 9 == len(keys)
    assert Recipe().key == Recipe().key


def test_the_kernel_is_told_the_address() -> None:
    """The guest's first process reads it there."""
    told = Recipe(IPv4Interface("10.88.0.10/24")).command_line.split()
    assert "guest.address=10.88.0.10/24" in told
    assert b"guest.address=*" in recipe.program("init")


def test_the_first_process_loads_the_lists_that_there_are() -> None:
    """The names of the lists are known in two places."""
    words = recipe.program("init").decode().split()
    loaded = {words[n + 1] for n, word in enumerate(words) if word == "load"}
    assert set(MODULES) == loaded


def test_all_programs_are_scripts_of_a_shell() -> None:
    """The guest has no other interpreter."""
    assert {b"#!/bin/sh"} == {recipe.program(name).splitlines()[0] for name in PROGRAMS}
