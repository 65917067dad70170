# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: a drill that was kept, with its picture and its figures, as a part of a page.

::

    .. colo-drill:: drills/full.json    the path of a result, from the page's own folder

In HTML the picture is SVG; elsewhere it is a line of text.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import only
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from colorunbook.drill.picture import svg
from colorunbook.drill.result import Result, read
from colorunbook.drill.sparkline import sparkline
from colorunbook.drill.table import Table, tables
from colorunbook.drill.words import figures, outcome, surroundings, title
from colorunbook.errors import InputError
from colorunbook.visible import printable


class DrillDirective(SphinxDirective):
    """``.. colo-drill:: PATH``: picture, tables, figures and findings of one drill."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the result; the page is read again when it changes."""
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        try:
            result = read(Path(path))
        except InputError as error:
            raise self.error(str(error)) from error
        name = f"colo-drill-{self.env.new_serialno('colo-drill')}"
        picture = '<div class="colo-drill-picture" style="overflow-x: auto">\n{}</div>\n'
        html = picture.format(svg(result, name=name, inline=True))
        text = f"{title(result)}\n\n{sparkline(result)}"
        return [
            only("", nodes.raw("", html, format="html"), expr="html"),
            only("", nodes.literal_block("", printable(text), language="none"), expr="not html"),
            *map(table_of, tables(result)),
            *_said(result),
        ]


def _said(result: Result) -> Iterator[nodes.Node]:
    """The figures, the findings, and what it ran on."""
    yield paragraph(" ".join((outcome(result), *figures(result))))
    if result.findings:
        yield nodes.bullet_list(
            "", *(nodes.list_item("", paragraph(found.text)) for found in result.findings)
        )
    yield paragraph(f"It ran on {surroundings(result)}. {result.setting.why}".rstrip())


def table_of(table: Table) -> nodes.table:
    """A table as a part of a page."""
    widths = [max(map(len, column)) for column in zip(table.head, *table.rows, strict=True)]
    group = nodes.tgroup("", *(nodes.colspec(colwidth=w) for w in widths), cols=len(widths))
    group += nodes.thead("", _row(table.head))
    group += nodes.tbody("", *map(_row, table.rows))
    return nodes.table("", group, classes=["drill-table"])


def _row(cells: Iterable[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", paragraph(cell)) for cell in cells))


def paragraph(text: str) -> nodes.paragraph:
    """Text of others as a part of a page; it is no mark-up."""
    return nodes.paragraph("", printable(text))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("colo-drill", DrillDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
