# SPDX-License-Identifier: GPL-2.0-or-later
"""The entry in the index of a folder."""

import re

import pytest
from docutils.core import publish_doctree

from colorunbook.render.index import listed

FOREIGN = """\
.. _some-label:

----------------
Somebody's title
----------------

Some text before.

.. toctree::
   :maxdepth: 3

   quickstart
   invocation

   replay
   Given a title <managed-startup>

Some text after.

.. toctree::

   appendix
"""


def test_a_new_index_has_a_title_and_the_page() -> None:
    """Where there is no index, one is made that lists the page."""
    index = listed(None, "page")
    assert index.endswith(".. toctree::\n   :maxdepth: 1\n\n   page\n")
    assert "====" in index


def test_the_page_comes_after_the_entries_of_the_first_toctree() -> None:
    """Of somebody's index only one line is new, and everything else stays in its order."""
    index = listed(FOREIGN, "page")
    assert index == FOREIGN.replace("<managed-startup>\n", "<managed-startup>\n   page\n")


@pytest.mark.parametrize("page", ["quickstart", "managed-startup", "appendix"])
def test_a_page_that_is_listed_is_not_listed_again(page: str) -> None:
    """Wherever the page is listed already, the index stays as it is."""
    assert listed(FOREIGN, page) == FOREIGN


@pytest.mark.parametrize(
    "index",
    [
        "",
        "Title\n=====",
        "Title\n=====\n\n.. toctree::\n",
        "Title\n=====\n\n.. toctree::\n   :maxdepth: 1",
        "Title\n=====\n\n.. toctree::\n   :maxdepth: 1\n\nText.\n",
        "Title\n=====\n\n.. toctree::\n\n      one\n\nText.\n",
        "Title\r\n=====\r\n\r\n.. toctree::\r\n\r\n   one\r\n",
        FOREIGN,
    ],
)
def test_listing_twice_is_listing_once(index: str) -> None:
    """However an index is written, the page is found in it the second time."""
    once = listed(index, "page")
    assert once.count("page") == index.count("page") + 1
    assert listed(once, "page") == once
    left = iter(once.splitlines())
    assert all(line in left for line in index.splitlines()), "a line is lost, or out of its order"
    block = re.search(r"\.\. toctree::(?:\r?\n +:.*)*\r?\n\r?\n(?: .*\r?\n|\r?\n)*(\S|$)", once)
    assert block is not None and re.search(r"^ +page\r?$", block[0], re.MULTILINE)
    assert ("\r\n" in index) == ("\r\n" in once)


def test_an_index_without_a_toctree_gets_one() -> None:
    """The text of such an index stays, and a toctree follows it."""
    index = listed("Title\n=====\n\nText.\n", "page")
    assert index == "Title\n=====\n\nText.\n\n.. toctree::\n\n   page\n"
    assert publish_doctree("Title\n=====\n\nText.\n").astext()
