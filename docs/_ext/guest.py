# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: ``.. guest-figures:: FILE``, what was measured of the guest, as a table."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.rst import escape
from sphinx.util.typing import ExtensionMetadata

from colorunbook.errors import InputError
from colorunbook.lab.guest.figures import Boots, Figures, read
from colorunbook.lab.guest.recipe import Recipe


class GuestFigures(SphinxDirective):
    """The table; its numbers are nowhere but in the file that ``./run guest`` has written."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse it in place."""
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        try:
            figures = read(Path(path))
        except InputError as error:
            raise self.error(str(error)) from error
        body = nodes.section()
        body.document = self.state.document
        self.state.nested_parse(StringList(list(lines(figures)), path), 0, body)
        return body.children


def lines(figures: Figures) -> Iterator[str]:
    """The table in reStructuredText; where the recipe is another one by now, a note."""
    if figures.recipe != Recipe().key:
        yield from (".. note::", "", "   The guest is made otherwise by now: measure it again.", "")
    yield from (".. list-table::", "   :widths: 25 75", "")
    for title, text in _rows(figures):
        yield from (f"   * - {title}", f"     - {text}")


def _rows(figures: Figures) -> Iterator[tuple[str, str]]:
    sizes = f"{_megabytes(figures.size)}; {_megabytes(figures.virtual_size)} as the guest sees it"
    packages = ", ".join(f"``{package}``" for package in figures.packages)
    yield "Kernel", f"Linux {figures.kernel}"
    yield f"{len(figures.packages)} packages", packages
    yield "Disk", sizes
    yield "Made in", f"{figures.seconds:g} s, downloads and all"
    for boots in figures.boots:
        yield f"Boots under {boots.accelerator.upper()}", _told(boots)
    machine = f"a machine with {figures.processors} processors, whose load was {figures.load:g}"
    yield "Measured", f"{figures.date}, with QEMU {figures.qemu}, on {machine}"


def _told(boots: Boots) -> str:
    if not boots.seconds:
        return f"It does not, on that machine. {escape(boots.reason)}"
    times = ", ".join(f"{each:g}" for each in sorted(boots.seconds))
    return f"In {median(boots.seconds):g} s; the median of {times}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("guest-figures", GuestFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
