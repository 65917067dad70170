# SPDX-License-Identifier: GPL-2.0-or-later
"""Functions that are called once for the same object.

For values that are never changed and have no hash, as what holds payloads has none. An object is
known by being the same one; it is kept as long as what was made of it, so that no other one can
take its place meanwhile.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def once(kept: int) -> Callable[[Callable[[S], T]], Callable[[S], T]]:
    """The same function, which is called once for each of the objects that are kept.

    :param kept: how many; the oldest one gives way.
    """

    def decorate(function: Callable[[S], T]) -> Callable[[S], T]:
        made: dict[int, tuple[S, T]] = {}

        @wraps(function)
        def recall(value: S) -> T:
            found = made.get(id(value))
            if found is None:
                if len(made) >= kept:
                    del made[next(iter(made))]
                found = made[id(value)] = (value, function(value))
            return found[1]

        return recall

    return decorate
