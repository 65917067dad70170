# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions that are asked at the same time, of one host or of both."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

_T = TypeVar("_T")


@asynccontextmanager
async def together(
    doings: Iterable[Coroutine[object, object, _T]],
) -> AsyncIterator[Sequence["asyncio.Task[_T]"]]:
    """Begin all at once; whoever leaves ends what has not come to its end.

    :returns: one task each, in their order, to be awaited in that order: so an account does not
        depend on who was the faster one.
    """
    tasks = [asyncio.ensure_future(doing) for doing in doings]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
