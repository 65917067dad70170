# SPDX-License-Identifier: GPL-2.0-or-later
"""What the check of the document costs: its lines, typed into live QEMUs, in both of its lives."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from signal import SIGSTOP
from time import perf_counter

from benchmarks.effort import Effort
from benchmarks.machines import tree
from benchmarks.players import Bare
from benchmarks.row import Row
from benchmarks.taking import in_turn
from colorunbook.check.evaluators import open_stage
from colorunbook.check.parsers import passages
from colorunbook.hosts import Site
from colorunbook.lab import making
from colorunbook.lab.demo import NEW_SECONDARY
from colorunbook.lab.pair import BRING_UP, Lab
from colorunbook.qemu.dialect import Dialect, Version
from colorunbook.render.rst import PAGE, pages

_BARE = Bare(ends=True)


def rows(effort: Effort) -> Iterator[Row]:
    """The document from its first line to its last; labs are made before the clock runs."""
    text = pages(Site(), Dialect(Version.parse(tree().version)))[PAGE]
    taken = in_turn(effort.rounds(3), lambda: _checked(text), _bare)
    against = "the same QEMUs, lines and waits by a bare script"
    yield Row("check/document", "the check of the document", against, 1.2, *taken)


def _checked(text: str) -> float:
    stage = open_stage(text, _nothing)
    try:
        start = perf_counter()
        for passage in passages(text):
            stage.evaluate(passage)
        return perf_counter() - start
    finally:
        stage.close()


def _bare() -> float:
    lives = (_without_secondary, _without_primary)
    with ExitStack() as stack, ThreadPoolExecutor() as threads:
        labs = [making.make(f"bare-{os.getpid()}-{n}", _nothing, bound=True) for n in range(2)]
        for lab in labs:
            stack.callback(lab.world.close)
            lab.prepare_images(lab.site.primary, lab.site.secondary)
        start = perf_counter()
        list(threads.map(_live, lives, labs))
        return perf_counter() - start


def _live(life: Callable[[Lab], None], lab: Lab) -> None:
    life(lab)


def _without_secondary(lab: Lab) -> None:
    """The secondary falls silent, and is ended; another one takes its place."""
    site = _paced(lab)
    _play(lab, site, *BRING_UP)
    silent = lab.qemu_of(site.secondary)
    if silent is not None:
        silent.send_signal(SIGSTOP)
    _play(lab, site, "free-primary")
    lab.kill_host(site.secondary)
    _play(lab, site, "primary-failover", *NEW_SECONDARY, "primary-resume")


def _without_primary(lab: Lab) -> None:
    """The primary is ended; the secondary takes over, and gets a secondary of its own."""
    site = _paced(lab)
    _play(lab, site, *BRING_UP)
    lab.kill_host(site.primary)
    _play(lab, site, "secondary-failover")
    _play(lab, site.flipped(), *NEW_SECONDARY)
    _play(lab, site, "secondary-resume")


def _paced(lab: Lab) -> Site:
    """The site with the checkpoints of the document, which a lab has more of."""
    return replace(lab.site, checkpoint_delay=Site().checkpoint_delay)


def _play(lab: Lab, site: Site, *names: str) -> None:
    for name in names:
        _BARE.play(lab, name, site)


def _nothing(_text: str) -> None:
    """What goes on while a lab is made is told nobody."""
