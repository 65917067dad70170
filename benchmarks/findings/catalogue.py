# SPDX-License-Identifier: GPL-2.0-or-later
"""Every reproducer there is, in the order of the page."""

from typing import Final

from benchmarks.findings.closed_peer import CLOSED_PEER
from benchmarks.findings.reproducer import Reproducer

REPRODUCERS: Final[tuple[Reproducer, ...]] = (CLOSED_PEER,)
