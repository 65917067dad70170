# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of an alignment: one report for each thing that differs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from colorunbook.drift.chain import Costs, Pair
from colorunbook.drift.differing import changes
from colorunbook.drift.filling import Filling
from colorunbook.drift.model import Item
from colorunbook.drift.order import moved, moved_sections, sections
from colorunbook.drift.reader import Found
from colorunbook.drift.shapes import Kind, Leaf, Scalar
from colorunbook.qemu.payload import Json

_WIDTH = 160


class Sort(Enum):
    """How something differs."""

    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    :param line: where it stands in the document; of what is missing, the line it should follow.
    :param runbook: the model's, and ``step`` its step as ``show`` counts; ``None``: not in the
        model, or a whole runbook.
    :param member: of a changed command, what has changed; else empty.
    :param ours: what the model has; ``None``: nothing.
    :param theirs: what the document has.
    :param said: all of it in words.
    """

    sort: Sort
    line: int
    runbook: str | None
    step: int | None
    title: str
    member: str
    ours: str | None
    theirs: str | None
    said: str

    def as_json(self) -> dict[str, Json]:
        """The difference as data."""
        return {
            "kind": self.sort.value,
            "line": self.line,
            "runbook": self.runbook,
            "step": self.step,
            "title": self.title,
            "member": self.member or None,
            "model": self.ours,
            "document": self.theirs,
            "text": self.said,
        }


class Report:
    """Tells the differences of one alignment."""

    def __init__(
        self,
        items: Sequence[Item],
        found: Sequence[Found],
        pairs: Sequence[Pair],
        costs: Costs,
        filling: Filling,
    ) -> None:
        self.items, self.found, self.pairs, self.costs = items, found, pairs, costs
        self.filling = filling
        self.runbooks = [item.runbook for item in items]
        self.where = {pair.ours: pair.theirs for pair in pairs}
        order = sections(self.runbooks, pairs)
        self.order = list(dict.fromkeys(self.runbooks))
        self.sizes = {book: self.runbooks.count(book) for book in self.order}
        self.away = moved_sections(self.order, order, self.sizes)
        self.moved = moved(self.runbooks, pairs, order)

    def differences(self) -> list[Difference]:
        """Every difference, in the order of the document."""
        told = [*self._missing(), *self._added(), *self._changed(), *self._reordered()]
        return sorted(told, key=lambda difference: difference.line)

    def _missing(self) -> Iterator[Difference]:
        present = {self.runbooks[pair.ours] for pair in self.pairs}
        typed = Counter(i.runbook for i in self.items if i.shape.kind is not Kind.ASSIGN)
        gone = [book for book in self.order if book not in present and typed[book] > 1]
        for book in gone:
            yield self._missing_section(book)
        for at, item in enumerate(self.items):
            if at in self.where or item.runbook in gone:
                continue
            if item.shape.kind is Kind.ASSIGN and not self._needed(item):
                continue
            text = self._text(item)
            said = f"{self._step(item)}: {text}"
            yield Difference(
                Sort.MISSING,
                self._after(at),
                item.runbook,
                item.number,
                self._title(item),
                "",
                text,
                None,
                said,
            )

    def _missing_section(self, book: str) -> Difference:
        first = self.runbooks.index(book)
        item, size = self.items[first], self.sizes[book]
        said = f"{book} ({item.section}): the whole section, {size} commands"
        return Difference(
            Sort.MISSING, self._after(first), book, None, item.section, "", None, None, said
        )

    def _needed(self, item: Item) -> bool:
        """Tell whether a command of the same section refers to a variable that is not assigned."""
        return any(
            item.shape.name in self.found[pair.theirs].shape.uses
            for pair in self.pairs
            if self.runbooks[pair.ours] == item.runbook
        )

    def _after(self, at: int) -> int:
        """The line that a command of the model would follow."""
        book = self.runbooks[at]
        settled = {one: two for one, two in self.where.items() if one not in self.moved}
        before = [one for one in settled if one < at and self.runbooks[one] == book]
        if before:
            return self.found[settled[max(before)]].end
        behind = [one for one in settled if one > at and self.runbooks[one] == book]
        if behind:
            return max(self.found[settled[min(behind)]].line - 1, 1)
        before = [one for one in settled if one < at]
        return self.found[settled[max(before)]].end if before else 1

    def _added(self) -> Iterator[Difference]:
        taken = {pair.theirs for pair in self.pairs}
        used = {name for one in self.found for name in one.shape.uses}
        for at, one in enumerate(self.found):
            mentioned = one.inline and 0.0 in self.costs[at].values()
            used_later = one.shape.kind is Kind.ASSIGN and one.shape.name in used
            if at not in taken and not mentioned and not used_later:
                text = _short(one.shape.text)
                yield Difference(Sort.ADDED, one.line, None, None, "", "", None, text, text)

    def _changed(self) -> Iterator[Difference]:
        for pair in self.pairs:
            item, one = self.items[pair.ours], self.found[pair.theirs]
            told = changes(item.shape, one.shape, self.filling.same, self._show)
            for change in told:
                yield Difference(
                    Sort.CHANGED,
                    min(one.line + change.row, one.end),
                    item.runbook,
                    item.number,
                    self._title(item),
                    change.member,
                    change.ours,
                    change.theirs,
                    f"{self._step(item)}: {change}",
                )

    def _reordered(self) -> Iterator[Difference]:
        for book in self.away:
            first = self.runbooks.index(book)
            line = min(
                self.found[two].line
                for one, two in self.where.items()
                if self.runbooks[one] == book
            )
            item = self.items[first]
            said = f"{book} ({item.section}): the whole section; in the model {self._place(book)}"
            yield Difference(Sort.REORDERED, line, book, None, item.section, "", None, None, said)
        for at in sorted(self.moved):
            item = self.items[at]
            before = at > 0 and self.runbooks[at - 1] == item.runbook
            place = (
                f"after {self._title(self.items[at - 1])!r}" if before else "first of its section"
            )
            yield Difference(
                Sort.REORDERED,
                self.found[self.where[at]].line,
                item.runbook,
                item.number,
                self._title(item),
                "",
                None,
                None,
                f"{self._step(item)}: in the model it comes {place}",
            )

    def _place(self, book: str) -> str:
        at = self.order.index(book)
        return f"it comes after {self.order[at - 1]}" if at else "it comes first"

    def _show(self, leaf: Leaf) -> Scalar:
        return self.filling.fill(leaf.plain)

    def _title(self, item: Item) -> str:
        return str(self.filling.fill(item.title))

    def _step(self, item: Item) -> str:
        return f"{item.runbook} {item.number} ({self._title(item)})"

    def _text(self, item: Item) -> str:
        return _short(str(self.filling.fill(item.shape.text)))


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 3] + "..."
