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
    .. feature-table::                  what they use that is deprecated or unstable

The configuration value ``colorunbook_qemu`` chooses the QEMU version (``"10.0"``). The records of
what was seen lie in the folder ``colorunbook_seen``; ``colorunbook_releases`` lists the versions
that the table has rows for even where nothing was tried.
"""

from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.addnodes import only, pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.typing import ExtensionMetadata

from colorunbook import shelf
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.plan import Plan, resolve
from colorunbook.qemu.dialect import NEWEST
from colorunbook.render import living
from colorunbook.render.features import FeatureTableDirective
from colorunbook.render.gallery import picture
from colorunbook.render.marks import label_of
from colorunbook.render.printing import ModelDirective, RunbookDirective, RunbooksDirective
from colorunbook.render.svgpen import svg
from colorunbook.render.table import SupportTableDirective
from colorunbook.render.textpen import text_art


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
    app.add_directive("feature-table", FeatureTableDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
