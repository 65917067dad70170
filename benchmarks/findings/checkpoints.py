# SPDX-License-Identifier: GPL-2.0-or-later
"""Checkpoints of a guest that is interpreted: one of the first does not end."""

from typing import Final

from benchmarks.findings.bare_pair import play
from benchmarks.findings.record import Words
from benchmarks.findings.reproducer import Reproducer

CHECKPOINTS: Final = Reproducer(
    "tcg-checkpoint",
    Words(
        title="COLO under TCG: one of the first checkpoints deadlocks the primary",
        expected="Checkpoints come and go, as they do under KVM and with QEMU 11.1.",
        likely=(
            "Where a backtrace has names, the thread of the migration "
            "(``migrate_start_colo_process``) and the main loop (``main_loop_wait``) both wait for "
            "the lock of the main loop. What holds it cannot be seen from outside. Under KVM the "
            "same QEMU goes on."
        ),
        hurts=(
            "The guest stands still, and the primary's monitor does not answer. The secondary "
            "goes on and believes in a primary that lives: nothing fails over by itself."
        ),
        instead=(
            "It is declared to be broken in the matrix of what works where, ``lab up`` says so "
            "before it starts such a pair, and no wait for a checkpoint is without a bound."
        ),
    ),
    lambda chance: play(chance, "tcg"),
    accel="tcg",
    releases=("11.1", "10.0", "7.2"),
)
