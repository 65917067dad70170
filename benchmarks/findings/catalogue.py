# SPDX-License-Identifier: GPL-2.0-or-later
"""Every reproducer there is, in the order of the page."""

from typing import Final

from benchmarks.findings.beginning import BEGINNING
from benchmarks.findings.checkpoints import CHECKPOINTS
from benchmarks.findings.closed_peer import CLOSED_PEER
from benchmarks.findings.hanging_connect import HANGING_CONNECT
from benchmarks.findings.lost_peer import LOST_PEER
from benchmarks.findings.reproducer import Reproducer
from benchmarks.findings.unknown_header import UNKNOWN_HEADER
from benchmarks.findings.young_connections import YOUNG_CONNECTIONS

REPRODUCERS: Final[tuple[Reproducer, ...]] = (
    CLOSED_PEER,
    HANGING_CONNECT,
    LOST_PEER,
    YOUNG_CONNECTIONS,
    UNKNOWN_HEADER,
    CHECKPOINTS,
    BEGINNING,
)
