# SPDX-License-Identifier: GPL-2.0-or-later
"""Ending a run between two steps, as a person asks for it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

from colorunbook.errors import Aborted

T = TypeVar("T")


class Stop:
    """Whether somebody wants a run to end; it does before its next step, or out of a wait."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Want it."""
        self._asked.set()

    @property
    def is_asked(self) -> bool:
        """Whether it is wanted."""
        return self._asked.is_set()

    def heed(self) -> None:
        """End here, if it is wanted.

        :raises Aborted: it is.
        """
        if self.is_asked:
            raise Aborted("The run was interrupted.")

    async def unless(self, news: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """The same news, until it is wanted.

        :raises Aborted: it was; what was waited for is left as it is.
        """
        wanted = asyncio.ensure_future(self._asked.wait())
        try:
            while True:
                following = asyncio.ensure_future(anext(news, None))
                try:
                    await asyncio.wait((following, wanted), return_when=asyncio.FIRST_COMPLETED)
                    self.heed()
                finally:
                    if not following.done():
                        following.cancel()
                        await asyncio.wait((following,))
                found = following.result()
                if found is None:
                    return
                yield found
        finally:
            wanted.cancel()
            await news.aclose()
