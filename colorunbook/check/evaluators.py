# SPDX-License-Identifier: GPL-2.0-or-later
"""Sybil's side of a check: the document's passages as examples, done on live pairs.

A document may tell two stories that begin alike: the secondary dies, or the primary dies. Both are
lived at once, each in a lab of its own; what stands before the first death happens in both. One in
which nobody dies tells one story.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from signal import SIGHUP, SIGINT, SIGTERM, signal
from types import FrameType
from typing import TypeVar
from unittest import SkipTest

from sybil import Document, Example, Region

from colorunbook.book.phrases import Death, Replacement, Vanishing, say
from colorunbook.check.adapt import Adaptation
from colorunbook.check.evidence import Statement, symptom
from colorunbook.check.life import Life
from colorunbook.check.parsers import Garbled, Guarded, Passage, Promised, Typed, passages
from colorunbook.errors import Aborted, ColorunbookError, StepFailed, Untrue
from colorunbook.hosts import Accel, Role, Site
from colorunbook.lab import making
from colorunbook.lab.pair import Lab
from colorunbook.render.evidence import one_line

STAGE = "stage"
T = TypeVar("T")
Tell = Callable[[str], None]


class Stage:
    """The lives that a document tells of, and how far they have come.

    :param lives: by the role that dies in each; where nobody dies there is one.
    """

    def __init__(self, lives: dict[Role, Life]) -> None:
        self.lives = lives
        self.failed: int | None = None
        self._runner = asyncio.Runner()
        self._section = ""
        self._acting: tuple[Life, ...] = tuple(lives.values())
        self._said: list[Passage] = []

    def learn(self, text: str) -> None:
        """Read the whole document for what has to be known before its first command is typed."""
        said = [passage.content for passage in passages(text)]
        commands = [content.text for content in said if isinstance(content, Typed)]
        for life in self.lives.values():
            life.adapt.learn(commands)
            for content in said:
                if isinstance(content, Guarded | Promised):
                    life.adapt.learn_image(content.expect.condition)

    def evaluate(self, passage: Passage) -> str:
        """Do a passage; tell what was seen.

        :raises Untrue: it did not come out as the text says, or an earlier one did not, which
            could be seen only now.
        :raises Aborted: it was interrupted.
        """
        try:
            return self._runner.run(self._until_interrupted(self._do(passage)))
        except Aborted:
            self.failed = passage.line
            raise
        except ColorunbookError as error:
            found = error if isinstance(error, Untrue) else Untrue(error.message, passage.line)
            self.failed = found.line
            said = self._runner.run(self._until_interrupted(self._testify()))
            found.evidence = tuple(map(str, said))
            found.symptom = symptom(self.at(found.line), found.message, said)
            raise found from error

    def at(self, line: int) -> Passage:
        """The passage of a line, of those that were evaluated."""
        return next(passage for passage in self._said if passage.line == line)

    def settled(self) -> Iterator[tuple[Passage, str]]:
        """Take the passages that were put off and came true since, with what was seen."""
        found: dict[Passage, dict[str, None]] = {}
        for life in self.lives.values():
            for passage, seen in life.settled:
                found.setdefault(passage, {})[seen] = None
            life.settled.clear()
        for passage, each in found.items():
            yield passage, " | ".join(each)

    @property
    def lab(self) -> Lab:
        """The lab of one of the lives; all are alike."""
        return next(iter(self.lives.values())).lab

    def close(self) -> None:
        """End the lives."""
        try:
            for life in self.lives.values():
                self._runner.run(life.close())
        finally:
            self._runner.close()

    async def _until_interrupted(self, work: Coroutine[None, None, T]) -> T:
        """Ctrl-C and SIGTERM end the work in hand, not the loop that it runs in.

        The loop has signal handlers of its own. What arrives while a shell is waited for, and the
        loop does not turn, would be lost with them once the work is done.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        ended = Aborted("The check was interrupted; its labs are taken down.")
        told: list[int] = []

        def tell(number: int, _frame: FrameType | None) -> None:
            told.append(number)
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

        before = {number: signal(number, tell) for number in (SIGINT, SIGTERM, SIGHUP)}
        try:
            done = await work
        except asyncio.CancelledError:
            raise ended from None
        finally:
            for number, handler in before.items():
                signal(number, handler)
        if told:
            raise ended
        return done

    async def _do(self, passage: Passage) -> str:
        if passage.section != self._section:
            self._section, self._acting = passage.section, tuple(self.lives.values())
        self._said.append(passage)
        match passage.content:
            case Garbled(why=why):
                raise StepFailed(why)
            case Death(role, _) | Vanishing(role, _):
                self._acting = (self.lives[role],)
            case Replacement() as said:
                return await self._replace(said)
            case _:
                pass
        return await self._everywhere(passage)

    async def _everywhere(self, passage: Passage) -> str:
        lives = (life.do(passage) for life in self._acting)
        ended = await asyncio.gather(*lives, return_exceptions=True)
        for life, failure in zip(self._acting, ended, strict=True):
            if isinstance(failure, BaseException):
                self._acting = (life,)
                raise failure
        return " | ".join(dict.fromkeys(seen for seen in ended if isinstance(seen, str)))

    async def _testify(self) -> tuple[Statement, ...]:
        """Ask the pair in which a passage was not true."""
        return tuple([each for life in self._acting[:1] for each in await life.testify()])

    async def _replace(self, said: Replacement) -> str:
        bereaved = [life for life in self.lives.values() if life.dead == said.address]
        if not bereaved:
            raise StepFailed(f"nothing in the text above ended the QEMU of {said.address}")
        self._acting = (bereaved[0],)
        before = [p for p in self._said if p.section in (said.launch, said.prepare)]
        if not before:
            raise StepFailed(f"there is no section {said.launch!r} or {said.prepare!r} above")
        return await bereaved[0].replace(said, before)


def open_stage(
    text: str,
    tell: Tell,
    accel: Accel | None = None,
    like: Site | None = None,
    qemu: making.Wanted = None,
    more: tuple[str, ...] = (),
) -> Stage:
    """Make the lives of a document, in labs that end with this process.

    :param text: the whole document.
    :param like: the site that the document was rendered for; ``None``: the document's own.
    :param qemu: the QEMU that the text is executed on; ``None``: whatever works.
    :param more: further words for each QEMU that the text starts.

    :raises InputError: what is asked for is no QEMU.
    :raises Unavailable: this machine cannot have a lab.
    """
    lives: dict[Role, Life] = {}
    try:
        dying = those_who_die(text)
        for role in dying or (Role.PRIMARY,):
            name = f"check-{os.getpid()}-{role.value}"
            lab = making.make(name, tell, bound=True, accel=accel, like=like, qemu=qemu)
            accel = lab.site.accel
            lives[role] = Life(lab, Adaptation(lab.site, more), is_bereft=role in dying)
            lab.prepare_images(lab.site.primary, lab.site.secondary)
        stage = Stage(lives)
        stage.learn(text)
    except BaseException:
        for life in lives.values():
            life.lab.world.close()
        raise
    return stage


def those_who_die(text: str) -> tuple[Role, ...]:
    """The roles whose QEMU ends in a document, or falls silent."""
    said = (passage.content for passage in passages(text))
    dying = {content.role for content in said if isinstance(content, Death | Vanishing)}
    return tuple(role for role in (Role.SECONDARY, Role.PRIMARY) if role in dying)


def parse(document: Document) -> Iterator[Region]:
    """Sybil's parser: a region a passage."""
    for passage in passages(document.text):
        yield Region(passage.start, passage.end, passage, evaluate)


def evaluate(example: Example) -> str | None:
    """Sybil's evaluator: do the passage on the stage that the document's namespace holds.

    :returns: what went wrong; ``None``: nothing did.
    :raises SkipTest: an earlier passage has failed, so this one was not reached.
    """
    passage = example.parsed
    stage = example.namespace.get(STAGE)
    if not isinstance(stage, Stage) or not isinstance(passage, Passage):
        raise TypeError("a document needs a stage before its passages are evaluated")
    if stage.failed is not None:
        raise SkipTest(f"not reached: line {stage.failed} is not true")
    try:
        stage.evaluate(passage)
    except Untrue as untrue:
        return f"line {untrue.line}: {account(stage.at(untrue.line), untrue)}"
    return None


def account(passage: Passage, untrue: Untrue) -> str:
    """Tell which passage it was, what QEMU said to it, and how QEMU was then."""
    return "\n  ".join((shown(passage), untrue.message, *untrue.evidence))


def shown(passage: Passage) -> str:
    """A passage as it stands in the text, in one line."""
    match passage.content:
        case Typed(text=text) | Garbled(text=text):
            return one_line(text)
        case Death() | Vanishing() | Replacement() as said:
            return said.say()
        case content:
            return say(content.expect)
