# SPDX-License-Identifier: GPL-2.0-or-later
"""Ending a run between two steps, as a person asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager


class Stop:
    """Whether somebody wants a run to end; it does before its next step.

    :ivar is_asked: somebody wants it.
    :ivar in_hand: something is being done now that may not be broken off without a doubt about
        whether it was done. Waits and questions are not of that kind.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self.in_hand = False

    def ask(self) -> None:
        """Want it."""
        self.is_asked = True

    @contextmanager
    def doing(self) -> Iterator[None]:
        """While something is in hand."""
        self.in_hand = True
        try:
            yield
        finally:
            self.in_hand = False
