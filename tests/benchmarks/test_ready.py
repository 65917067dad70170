# SPDX-License-Identifier: GPL-2.0-or-later
"""The floor of rendering."""

import pytest

from benchmarks.ready import filled
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.rst import pages


def test_the_floor_renders_the_same_pages() -> None:
    """What is compared does the same, also when everything is known."""
    found = pages(Site(), Dialect())
    fill = filled(found, Site(), Dialect())
    assert list(found.values()) == fill() == fill()


def test_a_floor_of_other_pages_is_none() -> None:
    """It is refused before anything is measured."""
    with pytest.raises(AssertionError, match="other pages"):
        filled(dict.fromkeys(pages(Site(), Dialect()), "something else"), Site(), Dialect())
