# SPDX-License-Identifier: GPL-2.0-or-later
"""An event loop in which waiting takes no time: its clock jumps to whatever is due next."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Sized
from typing import TypeVar

T = TypeVar("T")
Ready = TypeVar("Ready", bound=Sized)
Select = Callable[[float | None], Ready]


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipped = 0.0
        selector = selectors.DefaultSelector()
        vars(selector)["select"] = self._hurried(selector.select)
        super().__init__(selector)

    def time(self) -> float:
        return super().time() + self._skipped

    def _hurried(self, select: Select[Ready]) -> Select[Ready]:
        """Look, but do not wait, for files; note how long that would have taken."""

        def selecting(timeout: float | None) -> Ready:
            if timeout is None:
                return select(None)
            ready = select(0)
            if len(ready) == 0:
                self._skipped += timeout
            return ready

        return selecting


def hurry(work: Coroutine[None, None, T]) -> T:
    """Run a coroutine that waits for nothing but time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


def now() -> float:
    """The time by the clock of the running loop."""
    return asyncio.get_running_loop().time()
