# SPDX-License-Identifier: GPL-2.0-or-later
"""How much is done to know a figure well."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How often things are measured.

    :ivar quick: only so often that a gross change is seen.
    """

    quick: bool = False

    def rounds(self, enough: int) -> int:
        """How often a thing is measured for which so many times are enough."""
        return max(3, enough // 5) if self.quick else enough
