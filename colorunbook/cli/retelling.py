# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that has been, as a person reads it in a terminal."""

import shlex
from collections.abc import Iterator
from datetime import datetime, tzinfo
from operator import itemgetter
from typing import Final

from colorunbook.cli.console import duration
from colorunbook.hosts import Role
from colorunbook.qemu.payload import Json
from colorunbook.story.model import Seen, State, Story, ToldStep, Verdict
from colorunbook.story.words import (
    clipped,
    clock,
    fenced,
    plain,
    proven,
    remarks,
    shown,
    taken_back,
    took,
)

_SHORT: Final = 60
_SENTENCE: Final = 160

Told = tuple[datetime, str]


def retell(story: Story, zone: tzinfo | None, *, verbose: bool) -> Iterator[str]:
    """The lines of a story: guards, proofs, steps and events in the order of time, the verdict.

    :param zone: of the times; ``None``: that of this machine.
    :param verbose: with whole replies and commands, the QEMUs' events, and who it was.
    """
    hosts = ", ".join(f"{role.value} {story.hosts[role]}" for role in Role)
    yield f"{story.runbook}  plan {story.digest[:12]}"
    yield f"run {story.run}, {clock(story.begun, zone)}"
    yield f"{hosts}, QEMU {story.qemu}, {story.edition} edition"
    if verbose and story.who is not None:
        who = story.who
        yield f"done by {who.user} (user {who.uid}) on {who.host}, process {who.pid}"
        yield f"  {shlex.join(who.argv)}"
    yield from remarks(story)
    yield ""
    told = [*_before(story, verbose=verbose), *_steps(story, verbose=verbose)]
    told += ((end.time, f"so: {_seen(end, verbose=verbose)}") for end in story.ends)
    if verbose:
        told += ((heard.time, f"{heard.role.value} sent {heard.name}  {shown(heard.data)}".rstrip())
                 for heard in story.heard)  # fmt: skip
        told += ((other.time, f"not known: {shown(other.record)}") for other in story.others)
    # Of one and the same moment, what was told first stays first.
    for time, text in sorted(told, key=itemgetter(0)):
        first, *rest = text.split("\n")
        yield f"  {time.astimezone(zone):%H:%M:%S}.{time.microsecond // 1000:03d}  {first}".rstrip()
        yield from (f"                {line}".rstrip() for line in rest)
    waiting = [step for step in story.steps if step.begun is None and step.ended is None]
    if len(waiting) < len(story.steps):
        yield from (f"  not reached   {_step(step, story)}".rstrip() for step in waiting)
    yield ""
    yield f"{story.verdict.value}, {duration(story.seconds)} in all"
    if story.verdict is not Verdict.WORKED or not story.ends:
        yield story.outcome


def _before(story: Story, *, verbose: bool) -> Iterator[Told]:
    for guard in story.guards:
        yield guard.time, f"{'let be' if guard.waived else 'so'}: {_seen(guard, verbose=verbose)}"
    for fence in story.fences:
        yield fence.time, fenced(fence, whole=verbose)
    for proof in story.proofs:
        text = proven(proof, whole=verbose)
        yield proof.time, f"the {proof.role.value} is dead ({proof.kind}): {text}"
    for cut in story.cuts:
        freed = ", ".join(cut.instances) or "nothing was left to free"
        yield cut.time, f"{cut.role.value} freed of its peer ({cut.why}): {freed}"


def _steps(story: Story, *, verbose: bool) -> Iterator[Told]:
    for step in story.steps:
        time = step.begun or step.ended
        if time is None:
            continue
        line = f"{_step(step, story)}  {took(step)}"
        if step.remark:
            line += f": {step.remark}"
        if verbose:
            line += f"\n{plain(step.text)}\n{_reply(step.reply, indent=2)}".rstrip()
            for sent, answer in taken_back(step):
                line += f"\nto take it back: {sent}\n{_reply(answer, indent=2)}".rstrip()
        elif reply := _reply(step.reply if step.state is not State.UNDONE else step.undone):
            line += f"  {clipped(' '.join(reply.split()), _SHORT)}"
        yield time, line


def _reply(reply: Json, *, indent: int | None = None) -> str:
    """A reply that says something; without an error, QEMU's most usual one says nothing."""
    text = shown(reply, indent=indent)
    return "" if text == "{}" else text


def _step(step: ToldStep, story: Story) -> str:
    count = f"{step.number:>{len(str(len(story.steps)))}}/{len(story.steps)}"
    return f"{count}  {step.role.value:9} {story.hosts[step.role]:12}  {step.title:38}"


def _seen(seen: Seen, *, verbose: bool) -> str:
    text = f"{plain(seen.expect)}; seen: {seen.seen}"
    return text if verbose else clipped(text, _SENTENCE)
