# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: ``.. changes:: FILE``, a changelog in Markdown as part of a page."""

import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

_RULES = {"## ": "-", "### ": "~"}


class Changes(SphinxDirective):
    """Only what our changelog is made of: two kinds of headings, paragraphs, lists, code."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse it in place, without its title."""
        _, path = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(path)
        body = nodes.section()
        body.document = self.state.document
        text = StringList(list(_converted(Path(path).read_text(encoding="utf-8"))), path)
        self.state.nested_parse(text, self.content_offset, body, match_titles=True)
        return body.children


def _converted(markdown: str) -> Iterator[str]:
    for line in markdown.splitlines():
        words = re.sub(r"`([^`]+)`", r"``\1``", line)
        rule = next((rule for mark, rule in _RULES.items() if words.startswith(mark)), None)
        if rule:
            title = words.lstrip("# ")
            yield from ("", title, rule * len(title), "")
        elif not words.startswith(("# ", "<!--")):
            yield words


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("changes", Changes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
