# SPDX-License-Identifier: GPL-2.0-or-later
"""When things were in a run: three lanes on one axis of time, measured out for a picture.

The lanes hold the engine's steps, the events of the primary, and those of the secondary.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from colorunbook.hosts import Role
from colorunbook.story.model import Heard, Story, ToldStep
from colorunbook.story.words import clipped, shown, took

WIDTH: Final = 1000
LEFT: Final = 150
"""Where time begins; the names of the lanes stand before it."""

LANE: Final = 44
_TOP: Final = 10
_RIGHT: Final = WIDTH - 20
_NARROWEST: Final = 3.0
_TICKS: Final = 8
_ROLES: Final = tuple(Role)
_TITLE: Final = 400


@dataclass(frozen=True, slots=True)
class Bar:
    """A step; ``kind`` is its state as a word of a style sheet."""

    x: float
    width: float
    number: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Dot:
    """An event; ``y`` is the middle of its lane."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything in the picture, in its own units."""

    lanes: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    left: int = LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _TOP + 3 * LANE


def timeline(story: Story) -> Timeline:
    """Measure out a run."""
    names = ("steps", *(f"{role.value} {story.hosts[role]}" for role in _ROLES))
    scale = _Scale(story)
    return Timeline(
        tuple((_lane(n), clipped(name, 40)) for n, name in enumerate(names)),
        tuple(bar for step in story.steps for bar in _bar(step, story, scale)),
        tuple(_dot(heard, scale) for heard in story.heard),
        tuple(_ticks(scale)),
    )


class _Scale:
    """From times to places."""

    def __init__(self, story: Story) -> None:
        times = [story.begun, story.last, *(heard.time for heard in story.heard)]
        times += [t for step in story.steps for t in (step.begun, step.ended) if t is not None]
        self.begin = min(times)
        self.span = max((max(times) - self.begin).total_seconds(), 0.001)

    def at(self, seconds: float) -> float:
        return round(LEFT + (_RIGHT - LEFT) * seconds / self.span, 2)

    def __call__(self, time: datetime) -> float:
        return self.at((time - self.begin).total_seconds())


def _lane(number: int) -> float:
    return _TOP + (number + 0.5) * LANE


def _bar(step: ToldStep, story: Story, scale: _Scale) -> Iterator[Bar]:
    begun, ended = step.begun or step.ended, step.ended or story.last
    if begun is None:
        return
    x = scale(begun)
    width = round(max(_NARROWEST, scale(ended) - x), 2)
    where = f"{step.role.value} {story.hosts[step.role]}"
    title = f"Step {step.number}, {step.title}, on the {where}: {took(step)}"
    yield Bar(x, width, step.number, step.state.name.lower(), title)


def _dot(heard: Heard, scale: _Scale) -> Dot:
    seconds = (heard.time - scale.begin).total_seconds()
    title = f"{heard.name} after {seconds:.3f} s {shown(heard.data)}".rstrip()
    return Dot(scale(heard.time), _lane(1 + _ROLES.index(heard.role)), clipped(title, _TITLE))


def _ticks(scale: _Scale) -> Iterator[Tick]:
    """Marks at round numbers of seconds, not many more than eight."""
    step = 0.0001
    for factor in (2, 2.5, 2) * 16:
        if scale.span / step <= _TICKS:
            break
        step *= factor
    for number in range(int(scale.span / step) + 1):
        yield Tick(scale.at(number * step), f"{float(f'{number * step:.6g}'):g} s")
