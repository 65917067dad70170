# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of what was measured of the guest."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

import pytest

from colorunbook.lab.accel import Accelerator
from colorunbook.lab.guest.figures import Boots, Figures
from colorunbook.lab.guest.recipe import Recipe
from tests.docs import extensions

ROOT = extensions.ROOT
FIGURES = Figures(
    date="2026-11-25",
    recipe=Recipe().key,
    kernel="6.1.0-9-amd64",
    packages=("busybox-static 1:1.35", "syslinux 3:6.04"),
    size=11_730_944,
    virtual_size=67_108_864,
    seconds=16.6,
    qemu="11.1.3",
    processors=2,
    load=0.5,
    boots=(
        Boots(Accelerator.KVM, "kvm ran *no* guest.", ()),
        Boots(Accelerator.TCG, "tcg booted the guest in 11 s.", (12.5, 11.0, 11.5)),
    ),
)


class Extension(Protocol):
    """What of the extension is used here."""

    lines: Callable[[Figures], Iterable[str]]


@pytest.fixture(scope="module")
def extension() -> Extension:
    """The extension of the site."""
    loaded: Extension = extensions.extension("guest")
    return loaded


def test_a_row_for_each_figure(extension: Extension) -> None:
    """With its unit; what others have said is text, and no mark-up."""
    _, _, _, *rows = extension.lines(FIGURES)
    assert {
        "   * - Kernel": "     - Linux 6.1.0-9-amd64",
        "   * - 2 packages": "     - ``busybox-static 1:1.35``, ``syslinux 3:6.04``",
        "   * - Disk": "     - 11.7 MB; 67.1 MB as the guest sees it",
        "   * - Made in": "     - 16.6 s, downloads and all",
        "   * - Boots under KVM": "     - It does not, on that machine. kvm ran \\*no\\* guest.",
        "   * - Boots under TCG": "     - In 11.5 s; the median of 11, 11.5, 12.5",
        "   * - Measured": "     - 2026-11-25, with QEMU 11.1.3, "
        "on a machine with 2 processors, whose load was 0.5",
    } == dict(zip(rows[::2], rows[1::2], strict=True))


def test_figures_of_an_earlier_recipe(extension: Extension) -> None:
    """They are shown, and told to be of another guest."""
    now, then = (list(extension.lines(each)) for each in (FIGURES, replace(FIGURES, recipe="old")))
    assert now == then[-len(now) :]
    assert ".. note::" == then[0]


def test_the_page_has_no_figure_of_its_own() -> None:
    """Sizes and times stand in the file alone."""
    page = (ROOT / "docs/explanation/guest.rst").read_text()
    assert not [word for word in page.split() if word[0].isdigit() and word != f"{word[0]}."]
