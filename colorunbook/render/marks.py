# SPDX-License-Identifier: GPL-2.0-or-later
"""Which nodes of a page are commands of the model, found while the page is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.transforms import SphinxTransform

from colorunbook import shelf
from colorunbook.hosts import Site
from colorunbook.plan import resolve
from colorunbook.qemu.dialect import Dialect, Edition
from colorunbook.render.evidence import Evidence, one_line
from colorunbook.render.spellings import printed
from colorunbook.render.witness import depend

MARK = "colorunbook"
"""The attribute of a node that prints a runbook, and of each command in it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a node prints: a runbook or, with a number counted from 0, one of its commands."""

    runbook: str
    dialect: Dialect
    number: int | None = None

    @classmethod
    def of(cls, node: nodes.Element) -> "Mark | None":
        """The mark of a node, if it has one."""
        words = str(node.get(MARK, "")).split()
        if not words:
            return None
        name, version, edition, *number = words
        dialect = Dialect.of(version, Edition(edition))
        return cls(name, dialect, int(number[0]) if number else None)

    def put(self, node: nodes.Element) -> None:
        """Mark a node."""
        words = [self.runbook, str(self.dialect.version), self.dialect.edition.value]
        node[MARK] = " ".join(words if self.number is None else [*words, str(self.number)])


class Marking(SphinxTransform):
    """Finds the commands of the model in a page."""

    default_priority = 450
    """After the blocks have got the page's language, which a command does not have."""

    def apply(self, **_more: object) -> None:
        """Mark what is printed for the default site, section by section."""
        books = shelf.runbooks()
        found = False
        for body in (
            *self.document.findall(nodes.container),
            *self.document.findall(nodes.section),
        ):
            mark = Mark.of(body) or self._section(body)
            if mark is not None:
                blocks = [b for b in _blocks(body) if MARK not in b]
                texts = printed(resolve(books[mark.runbook], Site(), mark.dialect))
                found |= _mark(body, mark, blocks, [text.text for text in texts])
        if found:
            depend(self.env)

    def _section(self, section: nodes.Element) -> Mark | None:
        """The runbook that a section prints, in the edition that more of its commands are of."""
        if not isinstance(section, nodes.section):
            return None
        books = shelf.runbooks()
        name = Evidence((), books).runbook_of(section[0].astext())
        if not name:
            return None
        texts = [block.astext() for block in _blocks(section)]
        version = str(self.config["colorunbook_qemu"])
        dialects = [Dialect.of(version, edition) for edition in Edition]

        def common(dialect: Dialect) -> int:
            commands = {c.text for c in printed(resolve(books[name], Site(), dialect))}
            return sum(text in commands for text in texts)

        return Mark(name, max(dialects, key=common))


def label_of(runbook: str, edition: Edition = Edition.HMP, qemu: str = "") -> str:
    """The label of a runbook: one for each way in which it is printed."""
    ways = ("" if edition is Edition.HMP else edition.value, qemu.replace(".", "-"))
    return "-".join(("runbook", runbook, *filter(None, ways)))


def language(command: str) -> str:
    """The language that a command is coloured by."""
    return "json" if command.startswith("{") else "console"


def _blocks(body: nodes.Element) -> Iterator[nodes.literal_block]:
    """The blocks of a section, without those of the sections below it."""
    for child in body.children:
        if isinstance(child, nodes.literal_block):
            yield child
        elif isinstance(child, nodes.Element) and not isinstance(child, nodes.section):
            yield from _blocks(child)


def _mark(
    body: nodes.Element, mark: Mark, blocks: list[nodes.literal_block], texts: list[str]
) -> bool:
    """Mark the blocks that are commands, each once and in the order of the plan."""
    number = 0
    for block in blocks:
        text = one_line(block.astext())
        ahead = (n for n in range(number, len(texts)) if one_line(texts[n]) == text)
        place = next(ahead, None)
        if place is None:
            continue
        number = place + 1
        Mark(mark.runbook, mark.dialect, place).put(block)
        block["language"] = language(text)
        mark.put(body)
    return number > 0
