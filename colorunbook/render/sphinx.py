# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: the runbooks and the pictures of the model in a site's own pages.

::

    .. colo-diagram:: architecture      a picture; also: states
    .. runbook:: primary-failover       one runbook as the document prints it
       :edition: blockdev               in another edition than the site
       :qemu: 10.0                      for another QEMU than the site
    .. runbooks::                       every runbook, a section each; the same options
    .. runbook-table::                  all runbooks, with links to where they are printed
    .. support-table::                  what was seen to work on which QEMU

The configuration value ``colorunbook_qemu`` chooses the QEMU version (``"10.0"``). The records of
what was seen lie in the folder ``colorunbook_seen``; ``colorunbook_releases`` lists the versions
that the table has rows for even where nothing was tried.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
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
from colorunbook.qemu.dialect import NEWEST, Dialect, Edition
from colorunbook.render import living
from colorunbook.render.gallery import picture
from colorunbook.render.marks import Mark, label_of, language
from colorunbook.render.rst import procedure
from colorunbook.render.svgpen import svg
from colorunbook.render.table import SupportTableDirective
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


def _edition(text: str) -> Edition:
    return Edition(directives.choice(text, tuple(edition.value for edition in Edition)))


class RunbookDirective(ModelDirective):
    """``.. runbook:: NAME``: one runbook, as the document prints it."""

    required_arguments = 1
    option_spec: ClassVar = {"edition": _edition, "qemu": directives.unchanged_required}

    @property
    def dialect(self) -> Dialect:
        """The site's, unless the options say otherwise."""
        version = str(self.options.get("qemu", self.config["colorunbook_qemu"]))
        return Dialect.of(version, self.options.get("edition", Edition.HMP))

    def run(self) -> list[nodes.Node]:
        """Parse the same text that the document holds, with links that cross pages."""
        self.depend()
        try:
            return [self.printed(self.arguments[0])]
        except InputError as error:
            raise self.error(str(error)) from error

    def printed(self, name: str) -> nodes.container:
        """One runbook, with a label that others link to.

        :raises InputError: there is no such runbook, or no such QEMU.
        """
        titles = {key: book.title for key, book in shelf.runbooks().items()}
        text = procedure(name, Site(), self.dialect, titles)
        for key, title in titles.items():
            text = text.replace(f"`{title}`_", f":ref:`{title} <{self.label(key)}>`")
        body = nodes.container(classes=["runbook"], ids=[self.label(name)])
        Mark(name, self.dialect).put(body)
        self.state.nested_parse(StringList(text.splitlines(), source=name), 0, body)
        for block in body.findall(nodes.literal_block):
            block["language"] = language(block.astext())
        standard = self.env.domains.standard_domain
        label = self.label(name)
        standard.note_hyperlink_target(label, self.env.docname, label, titles[name])
        return body

    def label(self, name: str) -> str:
        """The label of a runbook: one for each way in which it is printed."""
        return label_of(name, self.dialect.edition, str(self.options.get("qemu", "")))


class RunbooksDirective(RunbookDirective):
    """``.. runbooks::``: every runbook that is not made of others, in sections."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        """Make the sections."""
        self.depend()
        try:
            books = [book for book in shelf.runbooks().values() if not book.parts]
            return [self._section(book.name, book.title) for book in books]
        except InputError as error:
            raise self.error(str(error)) from error

    def _section(self, name: str, title: str) -> nodes.section:
        section = nodes.section("", nodes.title("", title), ids=[f"section-{self.label(name)}"])
        section += self.printed(name)
        return section


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
            reftarget=label_of(plan.name),
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
    app: Sphinx, env: BuildEnvironment, link: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Lead to a runbook's usual print where it is not printed in another way.

    A name in the table stays without a link when no page prints the runbook at all.
    """
    if link.get("runbook"):
        return content
    target = str(link.get("reftarget", ""))
    usual = next((n for n in shelf.runbooks() if target.startswith(f"{label_of(n)}-")), None)
    if usual is None or link.get("reftype") != "ref":
        return None
    standard = env.domains.standard_domain
    args = (env, str(link["refdoc"]), app.builder, "ref", label_of(usual), link, content)
    return standard.resolve_xref(*args) or content


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_config_value("colorunbook_qemu", str(NEWEST), "env", frozenset({str}))
    app.connect("missing-reference", _not_printed)
    app.add_directive("colo-diagram", DiagramDirective)
    app.add_directive("runbook", RunbookDirective)
    app.add_directive("runbooks", RunbooksDirective)
    app.add_directive("runbook-table", RunbookTableDirective)
    app.add_config_value("colorunbook_releases", [], "env", frozenset({list}))
    app.add_directive("support-table", SupportTableDirective)
    living.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
