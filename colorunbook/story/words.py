# SPDX-License-Identifier: GPL-2.0-or-later
"""What a story has to say, in words that every way of showing it shares."""

import json
from collections.abc import Iterator
from datetime import datetime, tzinfo

from colorunbook.qemu.payload import Json
from colorunbook.story.model import Fence, Proof, State, Story, ToldStep
from colorunbook.visible import duration, program_of


def shown(value: Json, *, indent: int | None = None) -> str:
    """A reply, or what came with an event: a text as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=indent, ensure_ascii=False)


def clipped(text: str, width: int) -> str:
    """As much of a text as there is room for, and how much is left out."""
    if len(text) <= width:
        return text
    return f"{text[:width]}... ({len(text) - width} characters more)"


def clock(time: datetime, zone: tzinfo | None) -> str:
    """A point in time, with its zone; ``None``: that of this machine."""
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def plain(sentence: str) -> str:
    """A sentence of the document without its marks."""
    return sentence.replace("``", "")


def fenced(fence: Fence, *, whole: bool = False) -> str:
    """What was run to cut a peer off; the whole command is for its owner alone."""
    command = fence.command if whole else program_of(fence.command)
    return f"the fence command for the {fence.role.value} was begun: {command}"


def proven(proof: Proof, *, whole: bool = False) -> str:
    """What was given as proof; a whole fence command is for its owner alone."""
    return program_of(proof.text) if proof.kind == "fence" and not whole else proof.text


def taken_back(step: ToldStep) -> Iterator[tuple[str, Json]]:
    """What was done to take a step back: each command with its reply; without one, what was told.

    Where it was begun and not ended, a command without a reply may have been sent or not.
    """
    yield from ((plain(each.text), each.reply) for each in step.undo)
    if step.undone is not None and all(each.reply is None for each in step.undo):
        yield "", step.undone


def took(step: ToldStep) -> str:
    """What became of a step, in a few words."""
    time = "" if step.seconds is None else duration(step.seconds)
    if step.state is State.DONE:
        return time
    return f"{step.state.value}, {time}" if time else step.state.value


def remarks(story: Story) -> Iterator[str]:
    """What a reader has to know of the journal itself, a sentence each."""
    for again in story.resumed:
        by = f" by {again.who.user} on {again.who.host}" if again.who is not None else ""
        yield f"It was taken up again{by} at {again.time:%Y-%m-%d %H:%M:%S} UTC."
    if story.torn:
        yield "The last line of the journal is cut short, and left out."
    if story.others:
        count = len(story.others)
        lines = "1 line says" if count == 1 else f"{count} lines say"
        yield f"{lines} something that this version does not know."
