# SPDX-License-Identifier: GPL-2.0-or-later
"""Several labs side by side, each with a process of its own that works in it."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Self

from tests.faults.picture import Picture
from tests.faults.points import Point
from tests.faults.stage import Ground, Stage
from tests.faults.trials import Outcome, attempt, undisturbed

_stages: list[Stage] = []


class Workers:
    """Processes that try points; their labs end with them.

    :param ground: what each lab is made of.
    """

    def __init__(self, count: int, ground: Ground) -> None:
        self._pool = ProcessPoolExecutor(
            count, multiprocessing.get_context("spawn"), _open, (os.getpid(), ground)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def pictures(self, points: Sequence[Point]) -> list[Picture]:
        """Of each point the picture of its pair undisturbed; one a runbook and edition is made."""
        made: dict[tuple[str, str], Future[Picture]] = {}
        for point in points:
            key = (point.name, point.edition.value)
            if key not in made:
                made[key] = self._pool.submit(_picture, point)
        return [made[point.name, point.edition.value].result() for point in points]

    def attempt(self, point: Point, wanted: Picture) -> "Future[Outcome]":
        """Try a point."""
        return self._pool.submit(_attempt, point, wanted)


def _open(parent: int, ground: Ground) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _stages.append(Stage(f"faults-{parent}-{os.getpid()}", ground))


def _end_with_parent() -> None:
    """End when the one that hands out the work does, whatever is in hand: the lab ends too."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _picture(point: Point) -> Picture:
    return asyncio.run(undisturbed(_stages[0], point))


def _attempt(point: Point, wanted: Picture) -> Outcome:
    return asyncio.run(attempt(_stages[0], point, wanted))
