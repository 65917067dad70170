# SPDX-License-Identifier: GPL-2.0-or-later
"""What of the procedures is deprecated or unstable, in which QEMU and which edition.

::

    .. feature-table::      a row a command, member or value that a schema warns of
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from colorunbook import shelf
from colorunbook.book.runbook import Runbook
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import SCHEMAS, Dialect, Edition, Version
from colorunbook.qemu.judgement import Feature
from colorunbook.vetting import vet

_WIDTHS = (30, 12, 26, 16, 16)


@dataclass(frozen=True, slots=True)
class Use:
    """Something that a schema warns of, and where the procedures use it.

    :param runbooks: those that use it, in the order of the shelf.
    :param versions: the QEMUs that warn of it, by edition; none where the edition goes without.
    """

    what: str
    warning: str
    runbooks: tuple[str, ...]
    versions: Mapping[Edition, tuple[Version, ...]]


def uses(runbooks: Mapping[str, Runbook], site: Site) -> tuple[Use, ...]:
    """Everything in the runbooks that some shipped schema warns of, what is deprecated first."""
    seen: dict[tuple[str, str], list[tuple[str, Edition, Version]]] = {}
    for book in runbooks.values():
        if book.parts:
            continue
        for edition in Edition:
            for version in SCHEMAS:
                vetting = vet(resolve(book, site, Dialect(version, edition)))
                for finding in (found.finding for found in vetting.found):
                    if isinstance(finding, Feature):
                        key = (finding.name, f"{finding.kind} {finding.subject}")
                        seen.setdefault(key, []).append((book.name, edition, version))
    return tuple(_use(*key, places) for key, places in sorted(seen.items()))


def _use(warning: str, what: str, places: list[tuple[str, Edition, Version]]) -> Use:
    versions = {
        edition: tuple(v for v in SCHEMAS if (edition, v) in {place[1:] for place in places})
        for edition in Edition
    }
    return Use(what, warning, tuple(dict.fromkeys(place[0] for place in places)), versions)


class FeatureTableDirective(SphinxDirective):
    """``.. feature-table::``: what the procedures use that will not last, by QEMU and edition."""

    def run(self) -> list[nodes.Node]:
        """Make a table with a row a warning."""
        for folder in shelf.folders():
            for path in folder.glob("runbooks/*.py"):
                self.env.note_dependency(str(path))
        heads = ("What", "Warning", "Used by", *(f"{e.value} edition" for e in Edition))
        group = nodes.tgroup("", *(nodes.colspec(colwidth=w) for w in _WIDTHS), cols=len(_WIDTHS))
        group += nodes.thead("", _row([nodes.paragraph("", head) for head in heads]))
        rows = (_row(list(_cells(use))) for use in uses(shelf.runbooks(), Site()))
        group += nodes.tbody("", *rows)
        return [nodes.table("", group, classes=["feature-table"])]


def _cells(use: Use) -> Iterator[nodes.Node]:
    kind, _, name = use.what.partition(" ")
    yield nodes.paragraph("", "", nodes.Text(f"the {kind} "), nodes.literal("", name))
    yield nodes.paragraph("", use.warning)
    yield nodes.paragraph("", ", ".join(use.runbooks))
    for edition in Edition:
        yield nodes.paragraph("", _since(use.versions[edition], edition))


def _since(versions: tuple[Version, ...], edition: Edition) -> str:
    if not versions:
        return f"not in the {edition.value} edition"
    return "each" if versions == SCHEMAS else ", ".join(map(str, versions))


def _row(cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))
