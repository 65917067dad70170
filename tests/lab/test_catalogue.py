# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be had: a QEMU more is a row more, and nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.hosts import Accel
from colorunbook.lab import catalogue, provision
from colorunbook.lab.catalogue import Offer, offers
from colorunbook.lab.provision import RELEASES, Release
from colorunbook.lab.tree import Tree

PACKAGE = Path(catalogue.__file__).parents[1]
NOWHERE = Path("/nonexistent")

NUMBERS = st.integers(0, 99)
NEW_VERSIONS = st.one_of(
    st.builds("{}.{}".format, st.integers(20, 99), NUMBERS),
    st.builds("{}.{}.{}".format, st.integers(20, 99), NUMBERS, NUMBERS),
)


def offer(name: str, version: str | None = None) -> Offer:
    """A release, fetched when its version is known."""
    release = Release(name, ("suite",), "suite")
    return Offer(release, Tree(Path("/t"), version) if version else None)


@given(version=NEW_VERSIONS, at=st.integers(0, len(RELEASES)))
def test_a_further_release_is_one_row(version: str, at: int) -> None:
    """Wherever the row stands, the release is offered there, found by its name, and kept apart."""
    row = Release(version, ("forky",), "forky")
    table = (*RELEASES[:at], row, *RELEASES[at:])
    with patch.object(provision, "RELEASES", table):
        assert list(table) == [each.release for each in offers(NOWHERE)]
        assert row == provision.release(version, NOWHERE)
        assert len(table) == len({provision.folder_of(each, NOWHERE) for each in table})


def strings(path: Path) -> Iterator[str]:
    """The texts that stand in a module's code."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_other_module_knows_a_row() -> None:
    """No name of a release and no suite is written down anywhere but in the table.

    The guest's recipe names a suite too, but its own: it says nothing of a QEMU.
    """
    known = {name for each in RELEASES for name in (each.version, *each.suites)}
    assert known <= {*strings(PACKAGE / "lab/provision.py")}
    others = [path for path in PACKAGE.rglob("*.py") if path.name != "provision.py"]
    others.remove(PACKAGE / "lab/guest/recipe.py")
    assert {} == {path: found for path in others if (found := known & {*strings(path)})}


def test_a_tree_that_is_here_has_a_size(tmp_path: Path) -> None:
    """What it takes on the disk, links counted as links."""
    folder = provision.folder_of(RELEASES[0], tmp_path)
    (folder / "root/usr").mkdir(parents=True)
    (folder / "root/usr/big").write_bytes(b"x" * 100_000)
    (folder / "root/link").symlink_to("/usr")
    (folder / "version").write_text("11.1.3\n")
    first, *others = offers(tmp_path)
    assert Tree(folder / "root", "11.1.3") == first.tree
    assert first.size is not None
    assert 100_000 <= first.size < 120_000
    assert {(None, None)} == {(each.tree, each.size) for each in others}
    assert (first.tree,) == catalogue.trees(tmp_path)


@pytest.mark.parametrize(
    ("known", "kvm", "tcg"),
    [
        (offer("10.0", "10.0.13"), "", "first checkpoints deadlocks"),
        (offer("10.0", "10.0.2"), "COLO never starts", "COLO never starts"),
        (offer("10.0.2"), "COLO never starts", "COLO never starts"),
        (offer("7.2"), "", "first checkpoints deadlocks"),
        (offer("11.1", "11.1.3"), "", ""),
    ],
)
def test_what_is_known_is_told(known: Offer, kvm: str, tcg: str) -> None:
    """For the version that is here, or for all that it can be."""
    assert known.is_known
    assert kvm in (known.trouble(Accel.KVM) or "")
    assert tcg in (known.trouble(Accel.TCG) or "")
    assert bool(kvm) == bool(known.trouble(Accel.KVM))
    assert bool(tcg) == bool(known.trouble(Accel.TCG))


def test_what_depends_on_the_version_is_not_told_before() -> None:
    """A 10.0 that is not here may be one that works or one that does not."""
    assert not offer("10.0").is_known
    assert offer("10.0").trouble(Accel.KVM) is None
    told = offer("10.0").as_json()
    assert {"name": "10.0", "suite": "suite", "version": None, "folder": None, "bytes": None} | {
        "trouble": None
    } == told
