# SPDX-License-Identifier: GPL-2.0-or-later
"""The heartbeat of two hosts, as a cluster has one: a program on each host::

    python -m colorunbook.drill.pulse --own 10.0.0.1 --peer 10.0.0.2 --pid 4711 --bound 0.3

It sends a datagram to its peer for as long as the QEMU of its host is well: it runs, and is not
stopped. It hears its peer, and says in a line on standard output ``lost`` and the time when it has
heard nothing for the bound, each second anew while that is so, and ``heard`` and the time when it
hears it again. Times are seconds of ``CLOCK_MONOTONIC``.
"""

import argparse
import select
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

PORT: Final = 9100
"""UDP; the six of a pair are TCP ports."""

PERIOD: Final = 0.02
"""From one beat to the next, in seconds."""

AGAIN: Final = 1.0
"""How soon it is said again that a peer is lost, in seconds: who listens only now has to know."""

BOUND: Final = 0.3
"""How long a peer may be silent, in seconds."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What one host sends, and whom it hears.

    :param own: its address, and its ``peer``'s.
    :param pid: of its QEMU, as this machine numbers it.
    :param bound: how long the peer may be silent, in seconds.
    """

    own: str
    peer: str
    pid: int
    bound: float = BOUND
    period: float = PERIOD


def command(beat: Beat) -> tuple[str, ...]:
    """The words that start it with this machine's Python."""
    return (
        *(sys.executable, "-m", "colorunbook.drill.pulse", "--own", beat.own, "--peer", beat.peer),
        *("--pid", str(beat.pid), "--bound", str(beat.bound), "--period", str(beat.period)),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Beat until killed."""
    parser = argparse.ArgumentParser("python -m colorunbook.drill.pulse")
    parser.add_argument("--own", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--pid", required=True, type=int)
    parser.add_argument("--bound", type=float, default=BOUND)
    parser.add_argument("--period", type=float, default=PERIOD)
    told = parser.parse_args(argv)
    beat(Beat(told.own, told.peer, told.pid, told.bound, told.period), sys.stdout)
    return 0


def beat(orders: Beat, out: TextIO) -> None:
    """Send and listen, for ever; a peer counts from its first beat on."""
    family = socket.AF_INET6 if ":" in orders.own else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.bind((orders.own, PORT))
        link.setblocking(False)
        heard = None
        lost: float | None = None
        due = time.monotonic()
        while True:
            if time.monotonic() >= due:
                _send(link, orders)
                due = time.monotonic() + orders.period
            at = due if heard is None or lost is not None else min(due, heard + orders.bound)
            select.select([link], [], [], max(0.0, at - time.monotonic()))
            now = time.monotonic()  # before it listens: a beat that waits here tells of a peer
            if _hears(link):
                if heard is None or lost is not None:
                    _say(out, "heard", now)
                heard, lost = now, None
            since = heard if lost is None else lost
            within = orders.bound if lost is None else AGAIN
            if since is not None and now - since >= within:
                lost = now
                _say(out, "lost", now)


def is_well(pid: int) -> bool:
    """Whether a process runs and is not stopped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b") ")[2][:1] not in (b"T", b"t", b"Z", b"X")


def _send(link: socket.socket, orders: Beat) -> None:
    if is_well(orders.pid):
        try:
            link.sendto(b"beat", (orders.peer, PORT))
        except OSError:
            return  # no carrier, no way: the peer will notice


def _hears(link: socket.socket) -> bool:
    try:
        return bool(link.recv(16))
    except OSError:
        return False


def _say(out: TextIO, what: str, when: float) -> None:
    out.write(f"{what} {when}\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
