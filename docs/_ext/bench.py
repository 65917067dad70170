# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: what ``./run bench`` has measured, as a part of a page.

``.. bench-ratios:: FILE`` draws every ratio. ``.. bench-table:: FILE FAMILY...`` is a table of the
rows of some families. ``.. bench-curves:: FILE PREFIX`` draws what grows. ``.. bench-machine::
FILE`` tells where it was measured.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import only
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from benchmarks.figures import Figures, read
from benchmarks.picture import curves, ratios
from benchmarks.row import Row
from benchmarks.words import cells, table
from colorunbook.errors import InputError


class _Measured(SphinxDirective):
    """What all of them have in common: the file."""

    required_arguments = 1

    def figures(self) -> Figures:
        """Those of the file; the page is read again when it changes."""
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        try:
            return read(Path(path))
        except InputError as error:
            raise self.error(str(error)) from error

    def parsed(self, lines: Iterable[str]) -> list[nodes.Node]:
        """What some lines of reStructuredText become."""
        body = nodes.section()
        body.document = self.state.document
        self.state.nested_parse(StringList(list(lines), self.arguments[0]), 0, body)
        return body.children

    def picture(self, svg: str, rows: Iterable[Row]) -> list[nodes.Node]:
        """A picture in HTML, a table of text elsewhere."""
        html = f'<div class="bench-picture" style="overflow-x: auto">\n{svg}</div>\n'
        return [
            only("", nodes.raw("", html, format="html"), expr="html"),
            only("", nodes.literal_block("", table(rows), language="none"), expr="not html"),
        ]

    def own_name(self) -> str:
        """A word that no other picture of the page has."""
        return f"bench-{self.env.new_serialno('bench')}"


class Ratios(_Measured):
    """Every ratio, with its spread and what is wanted."""

    def run(self) -> list[nodes.Node]:
        """Draw them."""
        rows = self.figures().rows
        return self.picture(ratios(rows, self.own_name()), rows)


class Table(_Measured):
    """The rows of some families."""

    optional_arguments = 9
    final_argument_whitespace = False

    def run(self) -> list[nodes.Node]:
        """Parse it in place."""
        wanted = self.arguments[1:]
        rows = [row for row in self.figures().rows if row.family in wanted]
        return self.parsed(lines(rows)) if rows else []


class Curves(_Measured):
    """What the rows whose names begin alike took, by their size."""

    required_arguments = 2
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Draw it; the title is the content."""
        rows = [row for row in self.figures().rows if row.key.startswith(self.arguments[1])]
        rows.sort(key=lambda row: row.size or 0)
        title = " ".join(self.content)
        return self.picture(curves(rows, self.own_name(), title), rows) if rows else []


class Machine(_Measured):
    """Where and when it was measured."""

    def run(self) -> list[nodes.Node]:
        """One sentence."""
        return self.parsed([surroundings(self.figures())])


def surroundings(figures: Figures) -> str:
    """Where and when, as a sentence."""
    qemu = f"QEMU {figures.qemu}, " if figures.qemu else ""
    return (
        f"Measured on {figures.date} with {qemu}Python {figures.python}, on a machine with "
        f"{figures.processors} processors, whose load was {figures.load:g} when it began."
    )


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """The table in reStructuredText."""
    yield from (".. list-table::", "   :header-rows: 1", "   :widths: 34 12 12 22 10 10", "")
    yield from _row(("What", "Ours", "Floor", "Ratio (half of all)", "Wanted", "So"))
    for row in rows:
        yield from _row((f"``{row.key}``: {row.what}, against {row.against}", *cells(row)))


def _row(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield f"   {'*' if number == 0 else ' '} - {text}".rstrip()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("bench-ratios", Ratios)
    app.add_directive("bench-table", Table)
    app.add_directive("bench-curves", Curves)
    app.add_directive("bench-machine", Machine)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
