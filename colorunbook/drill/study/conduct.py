# SPDX-License-Identifier: GPL-2.0-or-later
"""Conducts a study: one drill after the other, and what was seen so far is never lost."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from colorunbook.drill.parts import Knob
from colorunbook.drill.result import Result, Setting
from colorunbook.drill.scenes import SCENARIOS
from colorunbook.drill.staging import Tell, Wishes, stage
from colorunbook.drill.study.figures import failed, figures
from colorunbook.drill.study.grid import Choice, told
from colorunbook.drill.study.study import Study
from colorunbook.errors import Aborted, ColorunbookError, InputError, Unavailable
from colorunbook.hosts import Accel

SCENARIO: Final = "secondary-failover"

BEFORE: Final = 12.0
"""How long clients are served before the fault, in seconds."""

AFTER: Final = 8.0
"""How long they are served after the resume, in seconds."""

Stage = Callable[[Wishes, Tell], Result]


def wishes(choice: Choice, accel: Accel | None = None) -> Wishes:
    """The drill for these positions of the knobs; nobody looks at its disk, which takes a boot.

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
        disk=False,
    )


def left(choices: Sequence[Choice], rounds: int, kept: Study | None) -> Iterator[Choice]:
    """What has still to be played, so that each choice was played so many times.

    All are played once before one is played again: what else goes on on the machine meets all
    alike.
    """
    for number in range(rounds):
        yield from (c for c in choices if kept is None or len(kept.of(c)) <= number)


def conduct(
    choices: Sequence[Choice],
    rounds: int,
    tell: Tell,
    stage: Stage = stage,
    kept: Study | None = None,
) -> Iterator[Study]:
    """Play what is left of a study; the study as it is after each drill.

    A drill that does not begin, or in which anything was wrong, is told and is a part of the
    study. All have the accelerator of the first.

    :param kept: what was played earlier, and is not played again.
    :raises Aborted: somebody has interrupted it.
    :raises InputError: what was played earlier was played on something else.
    :raises Unavailable: not a single drill had a result.
    """
    setting = kept.setting if kept else None
    runs = list(kept.runs) if kept else []
    order = list(left(choices, rounds, kept))
    for number, choice in enumerate(order, 1):
        tell(f"Drill {number} of {len(order)}: {told(choice)}.")
        load, begun = os.getloadavg()[0], time.monotonic()
        try:
            accel = Accel(setting.accel) if setting else None
            result = stage(wishes(choice, accel), _deeper(tell))
        except Aborted:
            raise
        except (ColorunbookError, OSError) as error:
            why = str(error) or type(error).__name__
            tell(f"  It has no result: {why}")
            runs.append(failed(choice, load, time.monotonic() - begun, why))
            if setting is None and number == len(order):
                raise Unavailable(f"No drill had a result. The last one: {why}") from error
        else:
            setting = _same(setting, _common(result.setting))
            runs.append(figures(choice, load, time.monotonic() - begun, result))
            for finding in runs[-1].findings:
                tell(f"  wrong: {finding}")
        if setting is not None:
            yield Study(setting, tuple(runs))


_COMMON: Final = ("connections", "detection", "edition", "period")


def _common(setting: Setting) -> Setting:
    """What all drills of a study share."""
    knobs: dict[str, Knob] = {n: v for n, v in setting.knobs.items() if n in _COMMON}
    return replace(setting, knobs={**knobs, "before": BEFORE, "after": AFTER})


def _same(kept: Setting | None, now: Setting) -> Setting:
    """The setting of the first drill, if this one has the same.

    :raises InputError: figures of the two cannot be compared.
    """
    if kept is None:
        return now
    for name in ("scenario", "qemu", "accel", "kernel", "cores", "knobs"):
        was, is_now = getattr(kept, name), getattr(now, name)
        if was != is_now:
            raise InputError(
                f"The study was begun with {name} {was}, and would go on with {is_now}.",
                "Make it anew, with --anew, or in another file.",
            )
    return kept


def _deeper(tell: Tell) -> Tell:
    return lambda text: tell(f"  {text}")
