# SPDX-License-Identifier: GPL-2.0-or-later
"""Modules of the kernel: what they tell of themselves, and the order that follows from it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.errors import Unavailable
from colorunbook.lab.guest.modules import Module, load_order, module, modules_below

EXT4 = (
    b"\x7fELF\0license=GPL\0softdep=pre: crypto-crc32c\0alias=fs-ext4\0alias=ext3\0"
    b"depends=jbd2,mb-cache\0name=ext4\0"
)


def module_of(name: str, *needs: str, wants: tuple[str, ...] = ()) -> Module:
    """A module that needs others."""
    return Module(name, Path(f"{name}.ko"), needs, wants)


@st.composite
def kernels(draw: st.DrawFn) -> dict[str, Module]:
    """Some modules, each of which needs some of those before it."""
    there: dict[str, Module] = {}
    for number in range(draw(st.integers(1, 12))):
        needs = draw(st.lists(st.sampled_from(sorted(there)), unique=True)) if there else []
        there[f"m{number:02}"] = module_of(f"m{number:02}", *needs)
    return there


def test_a_module_tells_of_itself() -> None:
    """Its needs, its aliases, neighbours included, and what is to come before it."""
    path = Path("/lib/ext4.ko")
    assert Module(
        "ext4", path, ("jbd2", "mb_cache"), ("crypto-crc32c",), ("fs-ext4", "ext3")
    ) == module(path, EXT4)


def test_a_module_that_needs_nothing() -> None:
    """An empty list is no module without a name."""
    assert () == module(Path("mii.ko"), b"\0depends=\0name=mii\0").needs


def test_a_name_is_spelled_as_the_running_kernel_does(tmp_path: Path) -> None:
    """``/sys/module`` knows no dash."""
    (tmp_path / "block").mkdir()
    (tmp_path / "block/t10-pi.ko").write_bytes(b"\0depends=\0")
    assert ["t10_pi"] == list(modules_below(tmp_path))


@given(kernels(), st.data())
def test_each_comes_after_what_it_needs(there: dict[str, Module], data: st.DataObject) -> None:
    """All that is wanted is loaded, once each, and nothing before what it needs."""
    wanted = data.draw(st.lists(st.sampled_from(sorted(there))))
    order = [each.name for each in load_order(wanted, there)]
    assert set(wanted) <= set(order)
    assert len(order) == len(set(order))
    for place, name in enumerate(order):
        assert set(there[name].needs) <= set(order[:place])


def test_nothing_is_loaded_that_nobody_needs() -> None:
    """A kernel has many modules."""
    there = {name: module_of(name) for name in ("e1000", "mii")}
    assert ("e1000",) == tuple(each.name for each in load_order(("e1000",), there))


def test_what_is_wanted_by_an_alias_comes_first() -> None:
    """ext4 needs a checksum that it does not depend on by name."""
    checksum = Module("crc32c_generic", Path("crc32c_generic.ko"), aliases=("crypto-crc32c",))
    there = {
        "ext4": module_of("ext4", wants=("crypto-crc32c", "built-in")),
        "crc32c_generic": checksum,
    }
    assert (checksum, there["ext4"]) == load_order(("ext4",), there)


def test_a_module_that_is_not_there() -> None:
    """It is found out while the guest is made, not when it boots."""
    with pytest.raises(Unavailable, match=r"no module mii\.$"):
        load_order(("8139cp",), {"8139cp": module_of("8139cp", "mii")})
