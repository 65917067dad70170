# SPDX-License-Identifier: GPL-2.0-or-later
"""``.. support-table::``: what the records say of each QEMU, as a part of a page."""

from collections.abc import Iterable, Iterator

from docutils import nodes
from sphinx.addnodes import only
from sphinx.util.docutils import SphinxDirective

from colorunbook.records import Failure, Record
from colorunbook.render.badge import folded
from colorunbook.render.support import Row, rows
from colorunbook.render.witness import depend, evidence

_COLUMNS = (("QEMU", 20), ("Accelerator", 12), ("The text is for", 16), ("Verdict", 52))
_LONG = 120
"""How much of a command stands in the table, in characters; all of it is folded below."""


class SupportTableDirective(SphinxDirective):
    """``.. support-table::``: a row for each document, QEMU and accelerator."""

    def run(self) -> list[nodes.Node]:
        """Make the table; what was not tried is in it too."""
        depend(self.env)
        releases = [str(each) for each in self.config["colorunbook_releases"]]
        found = rows(evidence(self.env), releases)
        if not found:
            return [nodes.paragraph("", "Nothing was tried.")]
        group = nodes.tgroup("", *(nodes.colspec(colwidth=w) for _, w in _COLUMNS), cols=4)
        group += nodes.thead("", _row(nodes.paragraph("", title) for title, _ in _COLUMNS))
        group += nodes.tbody("", *(table_row(row) for row in found))
        return [nodes.table("", group, classes=["support-table"])]


def table_row(row: Row) -> nodes.row:
    """A row, with its state as a class."""
    record = row.record
    qemu = [nodes.paragraph("", row.qemu)]
    if record is not None:
        qemu.append(nodes.paragraph("", record.origin, classes=["support-small"]))
    text = [nodes.paragraph("", row.document)]
    text.append(nodes.paragraph("", f"{row.edition.value} edition", classes=["support-small"]))
    accel = [nodes.paragraph("", row.accel.value.upper())]
    cells = (qemu, accel, text, list(_verdict(row)))
    return nodes.row(
        "", *(nodes.entry("", *cell) for cell in cells), classes=[f"support-{row.kind}"]
    )


def _verdict(row: Row) -> Iterator[nodes.Node]:
    says = nodes.paragraph("", "", nodes.strong("", row.says, classes=["support-verdict"]))
    yield says
    record = row.record
    if record is None:
        return
    if row.stale:
        says += nodes.Text(f". Then it was: {record.verdict.value}")
    if record.failure is not None:
        says += nodes.Text(f": {record.failure.symptom}")
        yield from _failure(record.failure)
    for remark in record.remarks:
        yield nodes.paragraph("", remark, classes=["support-small"] if row.was_tried else [])
    if row.was_tried:
        yield nodes.paragraph("", tried(record), classes=["support-small"])


def _failure(failure: Failure) -> Iterator[nodes.Node]:
    if not failure.text:
        return  # the check itself failed, at no line of the document
    where = f"First at line {failure.line}, “{failure.section}”: "
    text = failure.text if len(failure.text) <= _LONG else f"{failure.text[:_LONG]} …"
    plain = nodes.literal("", text.replace("``", ""))
    yield nodes.paragraph("", where, plain, classes=["support-small"])
    lines = [failure.text, "", *failure.evidence] if text != failure.text else failure.evidence
    if lines:
        html = nodes.raw("", folded("What QEMU said then", lines), format="html")
        yield only("", html, expr="html")
        block = nodes.literal_block("", "\n".join(lines), language="none")
        yield only("", block, expr="not html")


def tried(record: Record) -> str:
    """When, and how long it took."""
    return f"Tried on {record.date}; it took {record.seconds:.0f} s."


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))
