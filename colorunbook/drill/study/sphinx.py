# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: a study of the knobs, with its picture and its table, as a part of a page.

::

    .. colo-study:: ../measured/knobs.json    the path of a study, from the page's own folder

In HTML there is a picture; elsewhere the table has to do.
"""

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import only
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from colorunbook.drill.sphinx import paragraph, table_of
from colorunbook.drill.study.picture import svg
from colorunbook.drill.study.study import Study, read
from colorunbook.drill.study.table import outcome, surroundings, table, wrongs
from colorunbook.errors import InputError


class StudyDirective(SphinxDirective):
    """``.. colo-study:: PATH``: picture, table and findings of a study."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the study; the page is read again when it changes."""
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        try:
            study = read(Path(path))
        except InputError as error:
            raise self.error(str(error)) from error
        name = f"colo-study-{self.env.new_serialno('colo-study')}"
        picture = '<div class="colo-drill-picture" style="overflow-x: auto">\n{}</div>\n'
        html = picture.format(svg(study, name=name, inline=True))
        told = table(study)
        return [
            only("", nodes.raw("", html, format="html"), expr="html"),
            *([table_of(told)] if told.rows else ()),
            *_said(study),
        ]


def _said(study: Study) -> Iterator[nodes.Node]:
    """How it went, what was wrong, and what it ran on."""
    yield paragraph(outcome(study))
    found = list(wrongs(study))
    if found:
        yield nodes.bullet_list("", *(nodes.list_item("", paragraph(each)) for each in found))
    yield paragraph(surroundings(study))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("colo-study", StudyDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
