# SPDX-License-Identifier: GPL-2.0-or-later
"""A check as a person or a program sees it, passage by passage."""

from pathlib import Path
from time import perf_counter

from colorunbook.book.actions import Hmp
from colorunbook.check.evaluators import Stage, account, shown
from colorunbook.check.future import Refusal
from colorunbook.check.parsers import Passage, Typed
from colorunbook.cli.console import begin, duration, give, give_json, paint, say
from colorunbook.errors import StepFailed, Untrue
from colorunbook.qemu.payload import Json, JsonObject

_WIDTH = 100
_INSTEAD = "instead, in a pair that was started by the blockdev edition"


class Teller:
    """Tells how each passage of a page came out.

    :param verbose: tell what was answered or seen.
    :param as_json: put out a line of JSON a passage instead.
    """

    def __init__(self, page: Path, *, verbose: bool, as_json: bool) -> None:
        self.page = page
        self.verbose = verbose
        self.as_json = as_json

    def opened(self, stage: Stage) -> None:
        """Tell a program which page it is, and which QEMU."""
        lab = stage.lab
        self._give(
            {"page": self.page.name, "qemu": lab.world.tree.version, "accel": lab.site.accel.value}
        )

    def one(self, stage: Stage, passage: Passage) -> None:
        """Have a passage evaluated, and tell how it came out.

        :raises Untrue: it did not come out as the text says.
        """
        start = perf_counter()
        if not self.as_json:
            begin(f"  {passage.line:>4}  {_clipped(shown(passage))}")
        try:
            seen = stage.evaluate(passage)
        except Untrue:
            if not self.as_json:
                say()
            raise
        took = perf_counter() - start
        tolerated = bool(seen) and _is_human(passage)
        self._give(_of(passage, seen=seen, seconds=round(took, 3), tolerated=tolerated))
        for earlier, late in stage.settled():
            self._give(_of(earlier, seen=late, seconds=0.0, tolerated=False))
        if not self.as_json:
            say(f"  {duration(took)}")
            if self.verbose:
                say(paint(f"        {seen}", "dim"))

    def untrue(self, passage: Passage, found: Untrue) -> StepFailed:
        """Tell what is not true; the error that ends the program with it."""
        more: dict[str, Json] = {"symptom": found.symptom, "evidence": list(found.evidence)}
        self._give(_of(passage, failed=found.message, **more))
        return StepFailed(f"{self.page}:{found.line}: {account(passage, found)}")

    def refused(self, refusals: list[Refusal]) -> StepFailed:
        """Tell which lines a future QEMU refuses; the error that ends the program with it."""
        for each in refusals:
            self._give(_of(each.passage, refused=each.answer, instead=each.instead or None))
            if not self.as_json:
                give(f"{self.page}:{each.passage.line}: {shown(each.passage)}")
                give(f"  {each.answer}")
                give(
                    f"  {_INSTEAD}: {each.instead}"
                    if each.instead
                    else "  nothing is known instead"
                )
        lines = f"{len(refusals)} line{'s' * (len(refusals) != 1)}"
        return StepFailed(
            f"{lines} of {self.page} would fail where what is deprecated is refused, the first is "
            f"line {refusals[0].passage.line}.",
            "The blockdev edition has no deprecated command: render with --edition blockdev.",
        )

    def ended(self, stage: Stage) -> None:
        """Tell what was not done as the text has it."""
        life = next(iter(stage.lives.values()))
        remarks = sorted({*life.lab.remarks, *life.adapt.made})
        self._give({"remarks": list(remarks)})
        for remark in sorted(life.adapt.made):
            say(paint(f"  not as in the text: {remark}", "dim"))

    def _give(self, record: JsonObject) -> None:
        if self.as_json:
            give_json(record, indent=None)


def _of(passage: Passage, **more: Json) -> JsonObject:
    return {"line": passage.line, "section": passage.section, "text": shown(passage), **more}


def _is_human(passage: Passage) -> bool:
    return isinstance(passage.content, Typed) and isinstance(passage.content.command, Hmp)


def _clipped(text: str) -> str:
    return text if len(text) < _WIDTH else f"{text[: _WIDTH - 3]}..."
