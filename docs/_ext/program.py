# SPDX-License-Identifier: GPL-2.0-or-later
"""A Sphinx extension: the reference of the program, read from the program itself.

::

    .. program-verbs::      every verb with its arguments, options and examples
    .. exit-codes::         what the program ends with, and why
    .. site-defaults::      a site file that says what holds when it says nothing
"""

from collections.abc import Iterator

import typer
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from typer.core import TyperArgument, TyperCommand, TyperGroup

from colorunbook.cli import verbs
from colorunbook.cli.app import app as program
from colorunbook.errors import ColorunbookError
from colorunbook.hosts import Site


class Generated(SphinxDirective):
    """A directive that stands for the reStructuredText that it writes."""

    def lines(self) -> Iterator[str]:
        """What it stands for."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse it in place, with its own sections."""
        body = nodes.section()
        body.document = self.state.document
        text = StringList([line for part in self.lines() for line in part.splitlines() or [""]], "")
        self.state.nested_parse(text, self.content_offset, body, match_titles=True)
        return body.children


class Verbs(Generated):
    """Every verb of the command line."""

    def lines(self) -> Iterator[str]:
        """A section a verb."""
        if not program.registered_groups:
            verbs.register(program, None)
        top = typer.main.get_command(program)
        if isinstance(top, TyperGroup):
            yield from _verbs("colorunbook", top)


def _verbs(name: str, group: TyperGroup) -> Iterator[str]:
    yield from _options(name, group)
    for word, command in group.commands.items():
        whole = f"{name} {word}"
        if isinstance(command, TyperGroup):
            yield from _verbs(whole, command)
        elif isinstance(command, TyperCommand):
            yield from (f".. _verb-{whole.replace(' ', '-')}:", "", whole, "-" * len(whole), "")
            yield from (command.help or "", "")
            usage = command.get_usage(typer.Context(command, info_name=whole))
            yield from _block([" ".join(usage.removeprefix("Usage:").split())])
            yield from _options(whole, command)
            examples = [row.strip() for row in (command.epilog or "").splitlines()]
            yield from _block([f"$ {row}" for row in examples if row.startswith("colorunbook ")])


def _options(name: str, command: TyperCommand | TyperGroup) -> Iterator[str]:
    yield from (f".. program:: {name}", "")
    for part in command.params:
        record = part.get_help_record(typer.Context(command))
        if record is None or part.name == "help":
            continue
        words, text = record
        name = words.partition(" ")[0] if isinstance(part, TyperArgument) else words
        yield from (f".. option:: {name}", "", f"   {text.removesuffix('  [required]')}", "")


def _block(rows: list[str]) -> Iterator[str]:
    if rows:
        yield from (".. code-block:: console", "", *(f"   {row}" for row in rows), "")


class ExitCodes(Generated):
    """The exit codes, from the classes that carry them."""

    def lines(self) -> Iterator[str]:
        """A row a class."""
        yield from (".. list-table::", "   :header-rows: 1", "   :widths: 10 25 65", "")
        rows = [("0", "", "Done, and seen to have worked.")]
        for kind in sorted(_tree(ColorunbookError), key=lambda kind: kind.exit_code):
            meaning = (kind.__doc__ or "").partition("\n")[0]
            rows.append(
                (str(kind.exit_code), f":py:class:`~colorunbook.errors.{kind.__name__}`", meaning)
            )
        for row in (("Code", "Error", "Meaning"), *rows):
            yield from (f"   {'*' if not n else ' '} - {cell}" for n, cell in enumerate(row))


def _tree(kind: type[ColorunbookError]) -> Iterator[type[ColorunbookError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == ColorunbookError.__module__:
            yield from _tree(child)


class SiteDefaults(Generated):
    """A whole site file, with the values that hold without one."""

    def lines(self) -> Iterator[str]:
        """The file as a block of TOML."""
        yield from (".. code-block:: toml", "", *(f"   {row}" for row in defaults(Site())))


def defaults(site: Site) -> Iterator[str]:
    """The lines of a site file that says what ``site`` is."""
    for name, host in (("primary", site.primary), ("secondary", site.secondary)):
        yield from (f"[{name}]", f'address = "{host.address}"', f'images = "{host.images}"')
        yield from (f'qmp = "{host.monitor}"', "")
    ports = site.ports
    yield from ("[ports]", f"compare = {ports.compare}", f"mirror = {ports.mirror}")
    yield from (f"secondary_in = {ports.secondary_in}", f"compare_out = {ports.compare_out}")
    yield from (f"migration = {ports.migration}", f"nbd = {ports.nbd}", "")
    yield from ("[guest]", f"memory = {site.memory}", f'cpu = "{site.cpu}"')
    yield from (f'accel = "{site.accel.value}"', f'disk = "{site.disk}"')
    yield from (f'bridge_helper = "{site.bridge_helper}"', f"extra = {list(site.extra)}")
    yield from (f"checkpoint_delay = {site.checkpoint_delay}", f'nic = "{site.nic.model}"')


def setup(app: Sphinx) -> ExtensionMetadata:
    """Sphinx calls this."""
    app.add_directive("program-verbs", Verbs)
    app.add_directive("exit-codes", ExitCodes)
    app.add_directive("site-defaults", SiteDefaults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
