# SPDX-License-Identifier: GPL-2.0-or-later
"""Conducts a study: one drill after the other, and what was seen so far is never lost."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Final

from colorunbook.comparison import Nic
from colorunbook.drill.parts import Knob
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.scenes import SCENARIOS
from colorunbook.drill.staging import Tell, Wishes, stage
from colorunbook.drill.study.figures import Run, failed, figures
from colorunbook.drill.study.grid import Choice
from colorunbook.drill.study.study import Study
from colorunbook.errors import Aborted, ColorunbookError
from colorunbook.hosts import Accel

SCENARIO: Final = "secondary-failover"

BEFORE: Final = 10.0
"""How long clients are served before the fault, in seconds."""

AFTER: Final = 8.0
"""How long they are served after the resume, in seconds."""

Stage = Callable[[Wishes, Tell], Result]


def wishes(choice: Choice, accel: Accel | None = None) -> Wishes:
    """The drill for these positions of the knobs.

    :param accel: the accelerator; ``None``: it is looked for.
    """
    scenes = tuple(replace(scene, rest=BEFORE) for scene in SCENARIOS[SCENARIO])
    return Wishes(
        SCENARIO,
        scenes,
        delay=choice.delay,
        rest=AFTER,
        nic=choice.nic,
        comparison=choice.comparison,
        accel=accel,
    )


def conduct(
    choices: Sequence[Choice], rounds: int, tell: Tell, stage: Stage = stage
) -> Iterator[Study]:
    """Play each drill so many times; the study as it is after each of them.

    All are played once before one is played again: what else goes on on the machine meets all
    alike. A drill that fails is a part of the study. All have the accelerator of the first.

    :raises Aborted: somebody has interrupted it.
    :raises ColorunbookError: not a single drill had a result.
    """
    setting: Setting | None = None
    runs: list[Run] = []
    order = list(chain.from_iterable(repeat(tuple(choices), rounds)))
    for number, choice in enumerate(order, 1):
        tell(f"Drill {number} of {len(order)}: {told(choice)}.")
        load = os.getloadavg()[0]
        try:
            accel = Accel(setting.accel) if setting else None
            result = stage(wishes(choice, accel), _deeper(tell))
        except Aborted:
            raise
        except ColorunbookError as error:
            tell(f"  {error}")
            runs.append(failed(choice, load, str(error)))
            if setting is None and number == len(order):
                raise
        else:
            setting = setting or _common(result.setting)
            runs.append(figures(choice, load, result))
        if setting is not None:
            yield Study(setting, tuple(runs))


def told(choice: Choice) -> str:
    """The positions of the knobs as a person says them; what is as always is left out."""
    words = [f"x-checkpoint-delay {choice.delay}"]
    words += [f"{name} {number}" for name, number in choice.comparison.chosen]
    if choice.nic != Nic():
        words += [choice.nic.model, f"header {'on' if choice.nic.header else 'off'}"]
    return ", ".join(words)


_COMMON: Final = ("connections", "detection", "edition", "period")


def _common(setting: Setting) -> Setting:
    knobs: dict[str, Knob] = {n: v for n, v in setting.knobs.items() if n in _COMMON}
    return replace(setting, knobs=knobs)


def _deeper(tell: Tell) -> Tell:
    return lambda text: tell(f"  {text}")
