# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: ``.. findings:: FOLDER``, each finding in it as a report, in our order."""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.rst import escape
from sphinx.util.typing import ExtensionMetadata

from benchmarks.findings.catalogue import REPRODUCERS
from benchmarks.findings.record import Finding, read
from benchmarks.findings.report import Block, Heading, Paragraph, Rows, report
from colorunbook.errors import InputError


class Findings(SphinxDirective):
    """Nothing in them is typed but the words of the reproducer: the rest was seen."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse them in place."""
        _, folder = self.env.relfn2path(f"{self.arguments[0]}/.")
        rows: list[str] = []
        for each in REPRODUCERS:
            path = Path(folder) / f"{each.name}.json"
            self.env.note_dependency(str(path))
            try:
                rows += lines(read(path))
            except InputError as error:
                raise self.error(str(error)) from error
        body = nodes.section()
        body.document = self.state.document
        text = StringList(rows, folder)
        self.state.nested_parse(text, self.content_offset, body, match_titles=True)
        return body.children


def lines(finding: Finding) -> Iterator[str]:
    """A finding in reStructuredText.

    :raises InputError: nothing was seen of it yet.
    """
    title = _text(finding.words.title)
    yield from (f".. _finding-{finding.name}:", "", title, "-" * len(title), "")
    for part in report(finding):
        match part:
            case Heading(text):
                yield from (f".. rubric:: {text}", "")
            case Paragraph(text):
                yield from (_text(text), "")
            case Rows(items):
                yield from (*(f"* {_text(item)}" for item in items), "")
            case Block(rows):
                yield from (".. code-block:: none", "", *(f"   {row}" for row in rows), "")


def _text(text: str) -> str:
    """What is no literal is text, and no mark-up."""
    parts = re.split(r"(``.+?``)", text)
    return "".join(part if part.startswith("``") else escape(part) for part in parts)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("findings", Findings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
