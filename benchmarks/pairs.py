# SPDX-License-Identifier: GPL-2.0-or-later
"""What a pair's life costs: bring-up, failovers and resumes, each done by several in turn."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from benchmarks.client import Client
from benchmarks.effort import Effort
from benchmarks.players import Bare, Least, Library, Player, Program, Took
from benchmarks.row import Row
from colorunbook.hosts import Site
from colorunbook.lab import making, runtime
from colorunbook.lab.demo import NEW_SECONDARY
from colorunbook.lab.pair import BRING_UP, Lab
from colorunbook.lab.world import find

QUIET, KEPT = Library(journal=False), Library(journal=True)
BEGIN = "bring-up"
TIMED = (BEGIN, "primary-failover", "primary-resume", "secondary-failover", "secondary-resume")
FAILOVERS = ("primary-failover", "secondary-failover")


@dataclass(slots=True)
class Times:
    """What was measured of some players, runbook by runbook."""

    of: dict[tuple[str, str], list[Took]] = field(default_factory=dict)

    def add(self, player: str, runbook: str, took: Took) -> None:
        """Keep one."""
        self.of.setdefault((player, runbook), []).append(took)

    def acting(self, player: str, runbook: str) -> tuple[float, ...]:
        """The seconds from the first command on."""
        return tuple(took.acting for took in self.of.get((player, runbook), ()))

    def whole(self, player: str, runbook: str) -> tuple[float, ...]:
        """The seconds with all that comes before."""
        return tuple(took.whole for took in self.of.get((player, runbook), ()))

    def steps(self, player: str, runbook: str) -> tuple[float, ...]:
        """The seconds from the first command to the reply to the last one."""
        return tuple(took.steps for took in self.of.get((player, runbook), ()))

    def overlapped(self, player: str, runbook: str) -> tuple[float, ...]:
        """The seconds from the first command on, less all that both hosts could do at once."""
        return tuple(took.overlapped for took in self.of.get((player, runbook), ()))


@contextmanager
def standing(name: str) -> Iterator[Lab]:
    """A lab with nothing in it yet, which other processes find too."""
    lab = making.make(f"{name}-{os.getpid()}", _tell, bound=False)
    try:
        yield lab
    finally:
        world = find(runtime.folder_of(lab.name))
        if world is not None:
            world.close()


def live(lab: Lab, players: Mapping[str, Player]) -> Iterator[tuple[str, Took]]:
    """One life of a pair: what each runbook took of those that are measured.

    :param players: who does which runbook; the others are done by the library.
    """
    site = lab.site
    for host in (site.primary, site.secondary):
        lab.kill_host(host)
    lab.prepare_images(site.primary, site.secondary)
    took = [_done(lab, players, BEGIN, site, name) for name in BRING_UP]
    yield BEGIN, reduce(add, took)
    lab.kill_host(site.secondary)
    yield "primary-failover", _done(lab, players, "primary-failover", site)
    for name in NEW_SECONDARY:
        QUIET.play(lab, name, site)
    yield "primary-resume", _done(lab, players, "primary-resume", site)
    lab.kill_host(site.primary)
    yield "secondary-failover", _done(lab, players, "secondary-failover", site)
    for name in (*NEW_SECONDARY, "set-checkpoint-delay"):
        QUIET.play(lab, name, site.flipped())
    yield "secondary-resume", _done(lab, players, "secondary-resume", site)


def _done(lab: Lab, players: Mapping[str, Player], name: str, site: Site, part: str = "") -> Took:
    return players.get(name, QUIET).play(lab, part or name, site)


def rows(effort: Effort) -> Iterator[Row]:
    """By the library with and without its journal, and by a bare script."""
    with_ends = {name: Bare(ends=name not in FAILOVERS) for name in TIMED}
    players: dict[str, Mapping[str, Player]] = {
        "ours": dict.fromkeys(TIMED, KEPT),
        "bare": with_ends,
        "quiet": dict.fromkeys(FAILOVERS, QUIET),
        "client": dict.fromkeys(FAILOVERS, Client()),
    }
    times = Times()
    try:
        with standing("bench") as lab:
            _lives(lab, players, effort.rounds(8), times)
    except KeyboardInterrupt:
        yield from _of_pairs(times)
        raise
    yield from _of_pairs(times)


def processes(effort: Effort) -> Iterator[Row]:
    """The program and the least program, each from its start to its end."""
    players: dict[str, Mapping[str, Player]] = {
        "program": dict.fromkeys(FAILOVERS, Program()),
        "least": dict.fromkeys(FAILOVERS, Least()),
    }
    times = Times()
    with standing("bench") as lab:
        _lives(lab, players, effort.rounds(8), times)
    for name in FAILOVERS:
        yield Row(
            f"process/{name}",
            f"``colorunbook run {name}``, cold",
            "a Python script that imports ``qemu.qmp`` and sends the same",
            2.0,
            *_paired(times.whole("program", name), times.whole("least", name)),
        )


def _lives(
    lab: Lab, players: Mapping[str, Mapping[str, Player]], rounds: int, times: Times
) -> None:
    """So many lives by each; the first of each does not count."""
    names = list(players)
    for number in range(rounds + 1):
        for player in names if number % 2 else reversed(names):
            for runbook, took in live(lab, players[player]):
                if number and runbook in players[player]:
                    times.add(player, runbook, took)
        _tell(f"  life {number} of {rounds}")


def _of_pairs(times: Times) -> Iterator[Row]:
    script = "the same payloads over bare blocking sockets"
    for name in FAILOVERS:
        ours, bare = times.acting("ours", name), times.acting("bare", name)
        quiet, whole = times.acting("quiet", name), times.whole("ours", name)
        client, steps = times.acting("client", name), times.steps("quiet", name)
        alone = f"{name}, over ``qemu.qmp`` alone"
        replied = f"{name}, journal off, to the last reply"
        for key, what, against, wanted, own, least in (
            (name, f"{name}, journal on", script, 1.5, ours, bare),
            (f"{name}-client", alone, script, None, client, bare),
            (f"{name}-steps", replied, "``qemu.qmp`` alone", None, steps, client),
            (f"{name}-quiet", f"{name}, journal off", "to the last reply", None, quiet, steps),
            (f"{name}-journal", f"{name}, journal on", "journal off", None, ours, quiet),
            (f"{name}-whole", f"{name}, with guards and proof", script, None, whole, bare),
        ):
            if own and least:
                yield Row(f"failover/{key}", what, against, wanted, *_paired(own, least))
    for name in TIMED:
        ours, bare = times.acting("ours", name), times.acting("bare", name)
        if name not in FAILOVERS and ours and bare:
            against = "the same steps and waits by a bare script"
            yield Row(f"life/{name}", name, against, 1.1, *_paired(ours, bare))
    if ours := times.acting("ours", BEGIN):
        what = f"{BEGIN}, one command after the other"
        against = "if neither host's commands waited for the other's"
        yield Row("life/overlap", what, against, None, ours, times.overlapped("ours", BEGIN))


def _paired(
    ours: tuple[float, ...], floor: tuple[float, ...]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    count = min(len(ours), len(floor))
    return ours[:count], floor[:count]


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
