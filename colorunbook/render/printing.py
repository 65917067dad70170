# SPDX-License-Identifier: GPL-2.0-or-later
"""``.. runbook::`` and ``.. runbooks::``: what the document prints, in a site's own pages."""

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from colorunbook import shelf
from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.render.marks import Mark, label_of, language
from colorunbook.render.rst import procedure


class ModelDirective(SphinxDirective):
    """What the directives share: the model, and the files that a page then depends on."""

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
