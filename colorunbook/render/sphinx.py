# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: the runbooks and the pictures of the model in a site's own pages.

::

    .. colo-diagram:: architecture      a picture; also: states
    .. runbook:: primary-failover       one runbook as the document prints it
    .. runbook-table::                  all runbooks, with links to where they are printed

The configuration value ``colorunbook_qemu`` chooses the QEMU version (``"10.0"``).
"""

from collections.abc import Iterable, Iterator

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import only, pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from colorunbook import shelf
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import NEWEST, Dialect
from colorunbook.render.gallery import picture
from colorunbook.render.rst import procedure
from colorunbook.render.svgpen import svg
from colorunbook.render.textpen import text_art


class ModelDirective(SphinxDirective):
    """What the three directives share: the model, and the files that a page then depends on."""

    @property
    def dialect(self) -> Dialect:
        """The QEMU version that the site is written for."""
        return Dialect.of(str(self.config["colorunbook_qemu"]))

    def depend(self) -> None:
        """Have the page read again when a runbook or a template changes."""
        for folder in shelf.folders():
            for kind in ("runbooks/*.py", "templates/**/*.j2"):
                for path in folder.glob(kind):
                    self.env.note_dependency(str(path))


class DiagramDirective(ModelDirective):
    """``.. colo-diagram:: NAME``: SVG in HTML, text art elsewhere."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Put both in; the builder keeps the one that it can show."""
        self.depend()
        name = self.arguments[0]
        try:
            drawn, small = (picture(name, Site(), self.dialect, wide=w) for w in (True, False))
        except InputError as error:
            raise self.error(str(error)) from error
        number = self.env.new_serialno("colo-diagram")
        image = svg(drawn, name=f"colo-{name}-{number}", inline=True)
        figure = f'<div class="colo-diagram" style="overflow-x: auto">\n{image}</div>\n'
        text = nodes.literal_block("", text_art(small), language="none")
        return [
            only("", nodes.raw("", figure, format="html"), expr="html"),
            only("", text, expr="not html"),
        ]


class RunbookDirective(ModelDirective):
    """``.. runbook:: NAME``: one runbook, as the document prints it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse the same text that the document holds, with links that cross pages."""
        self.depend()
        name = self.arguments[0]
        titles = {key: book.title for key, book in shelf.runbooks().items()}
        try:
            text = procedure(name, Site(), self.dialect, titles)
        except InputError as error:
            raise self.error(str(error)) from error
        for key, title in titles.items():
            text = text.replace(f"`{title}`_", f":ref:`{title} <{_label(key)}>`")
        body = nodes.container(classes=["runbook"], ids=[_label(name)])
        self.state.nested_parse(StringList(text.splitlines(), source=name), 0, body)
        for block in body.findall(nodes.literal_block):
            block["language"] = "json" if block.astext().startswith("{") else "console"
        standard = self.env.domains.standard_domain
        standard.note_hyperlink_target(_label(name), self.env.docname, _label(name), titles[name])
        return [body]


class RunbookTableDirective(ModelDirective):
    """``.. runbook-table::``: every runbook on the shelf."""

    def run(self) -> list[nodes.Node]:
        """Make a table with a row a runbook."""
        self.depend()
        plans = [resolve(book, Site(), self.dialect) for book in shelf.runbooks().values()]
        group = nodes.tgroup("", *(nodes.colspec(colwidth=w) for w in (25, 35, 20, 10)), cols=4)
        heading = (nodes.paragraph("", text) for text in ("Runbook", "Title", "Done on", "Steps"))
        group += nodes.thead("", _row(heading))
        group += nodes.tbody("", *(_row(self._cells(plan)) for plan in plans))
        return [nodes.table("", group, classes=["runbook-table"])]

    def _cells(self, plan: Plan) -> Iterator[nodes.Node]:
        link = pending_xref(
            "",
            nodes.inline("", plan.name),
            refdomain="std",
            reftype="ref",
            reftarget=_label(plan.name),
            refexplicit=True,
            runbook=True,
            refdoc=self.env.docname,
        )
        roles = dict.fromkeys(step.role.value for step in plan.steps)
        yield nodes.paragraph("", "", link)
        for text in (plan.title, ", ".join(roles), str(len(plan.steps))):
            yield nodes.paragraph("", text)


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))


def _not_printed(
    _app: Sphinx, _env: BuildEnvironment, link: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Leave a name in the table without a link when no page prints the runbook."""
    return content if link.get("runbook") else None


def _label(runbook: str) -> str:
    return f"runbook-{runbook}"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_config_value("colorunbook_qemu", str(NEWEST), "env", frozenset({str}))
    app.connect("missing-reference", _not_printed)
    app.add_directive("colo-diagram", DiagramDirective)
    app.add_directive("runbook", RunbookDirective)
    app.add_directive("runbook-table", RunbookTableDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
