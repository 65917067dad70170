# SPDX-License-Identifier: GPL-2.0-or-later
"""The document's text, cut into blocks that keep their place."""

from colorunbook.check.lexers import Block, Kind, blocks

PAGE = """\
Title
=====

A paragraph
of two lines.

1. **One.** Why ::

       # command \\
           continued

   Behind the block.

* first
* second

.. note::

   Not a literal block.
"""


def kinds(text: str) -> list[tuple[Kind, str]]:
    """What the blocks are."""
    return [(block.kind, block.text) for block in blocks(text)]


def test_blocks_are_told_apart() -> None:
    """Titles, paragraphs, list items and literal blocks come in the order of the text."""
    expected = [
        (Kind.TITLE, "Title"),
        (Kind.PARAGRAPH, "A paragraph\nof two lines."),
        (Kind.BULLET, "**One.** Why ::"),
        (Kind.LITERAL, "# command \\\n    continued"),
        (Kind.PARAGRAPH, "Behind the block."),
        (Kind.BULLET, "first"),
        (Kind.BULLET, "second"),
        (Kind.PARAGRAPH, ".. note::"),
        (Kind.PARAGRAPH, "Not a literal block."),
    ]
    assert expected == kinds(PAGE)


def test_a_block_knows_its_line() -> None:
    """Lines are counted from 1, as editors do."""
    lines = {block.text.split()[0]: block.line for block in blocks(PAGE)}
    assert {"Title": 1, "A": 4, "**One.**": 7, "#": 9, "Behind": 12} == {
        word: lines[word] for word in ("Title", "A", "**One.**", "#", "Behind")
    }


def test_a_block_knows_its_place() -> None:
    """Start and end cut the block out of the text."""
    (literal,) = [block for block in blocks(PAGE) if block.kind is Kind.LITERAL]
    assert PAGE[literal.start : literal.end].startswith("# command")
    assert PAGE[literal.start : literal.end].endswith("continued")


def test_blank_lines_do_not_end_a_literal_block() -> None:
    """What is indented further than the paragraph belongs to it."""
    text = "See::\n\n    one\n\n    two\n\nBehind.\n"
    assert (Kind.LITERAL, "one\ntwo") == kinds(text)[1]


def test_a_paragraph_that_only_ends_in_colons_has_no_block() -> None:
    """Nothing indented follows, so nothing is literal."""
    assert [Kind.PARAGRAPH, Kind.PARAGRAPH] == [kind for kind, _ in kinds("See::\n\nBehind.\n")]


def test_an_empty_text_has_no_blocks() -> None:
    """Nothing comes of nothing."""
    empty: list[Block] = []
    assert empty == list(blocks(""))
