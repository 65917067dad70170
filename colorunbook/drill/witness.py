# SPDX-License-Identifier: GPL-2.0-or-later
"""Who answers the clients? Somebody at the switch writes it down, as a program of its own::

    python -m colorunbook.drill.witness --out frames.txt up-near up-far

It hears the ports of the switch that lead to the two hosts, and writes a line for each packet of a
guest with an answer in it: when it came, in seconds of ``CLOCK_MONOTONIC``, and from which port. It
runs in the namespace of the switches until it is killed.

A switch takes the packets of its ports before anybody who has asked for those of one protocol. So
all protocols are asked for.
"""

import argparse
import select
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from colorunbook.drill.answers import Finding, Flaw
from colorunbook.lab.guest.services import Service

READY: Final = "ready"
"""What is said once it listens."""

_ALL, _IPV4, _TCP = 0x0003, b"\x08\x00", 6
_PORTS = {each.value for each in Service}
_HEADS = 14 + 60 + 60
"""What the heads of a packet have at the most: of Ethernet, of IPv4, of TCP."""

_STAMPED, _STAMP = 35, struct.Struct("@ll")
"""``SO_TIMESTAMPNS``, for which Python has no name, and the time of day that the kernel puts."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A packet with an answer.

    :param when: it passed the switch.
    :param port: of the switch, that it came from.
    """

    when: float
    port: str


@dataclass(frozen=True, slots=True)
class Reign:
    """The time in which one host is the one to answer.

    :param host: its address.
    :param port: of the switch, that it is at.
    :param begin: when its guest was let go; the first has reigned from the beginning.
    """

    host: str
    port: str
    begin: float


def command(out: Path, ports: Sequence[str]) -> tuple[str, ...]:
    """The words that start it with this machine's Python."""
    return (sys.executable, "-m", "colorunbook.drill.witness", "--out", str(out), *ports)


def main(argv: Sequence[str] | None = None) -> int:
    """Write down what passes until killed."""
    parser = argparse.ArgumentParser("python -m colorunbook.drill.witness")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("ports", nargs="+")
    told = parser.parse_args(argv)
    ports: list[str] = told.ports
    links: dict[socket.socket, str] = {}
    for port in ports:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        link.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        link.bind((port, _ALL))
        links[link] = port
    out: Path = told.out
    with out.open("w", encoding="ascii", buffering=1) as file:
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([*links], [], [])
            for link in ready:
                try:
                    frame, extra, _, origin = link.recvmsg(_HEADS, socket.CMSG_SPACE(_STAMP.size))
                except OSError:
                    continue  # its cable was pulled; it may be given back
                if origin[2] != socket.PACKET_OUTGOING and is_answer(frame):
                    file.write(f"{_came(extra)} {links[link]}\n")


def _came(extra: Sequence[tuple[int, int, bytes]]) -> float:
    """When a packet came, however late it is read."""
    for _, kind, data in extra:
        if kind == _STAMPED:
            seconds, nano = map(int, _STAMP.unpack(data))
            return seconds + nano / 1e9 - (time.time() - time.monotonic())
    return time.monotonic()


def is_answer(frame: bytes) -> bool:
    """Whether a frame of Ethernet, or its heads alone, has data from a service of the guest."""
    if len(frame) < 54 or frame[12:14] != _IPV4 or frame[14] >> 4 != 4 or frame[23] != _TCP:
        return False
    head = (frame[14] & 15) * 4
    whole = int.from_bytes(frame[16:18], "big")
    tcp = frame[14 + head :]
    if len(tcp) < 20:
        return False
    data = whole - head - (tcp[12] >> 4) * 4
    return int.from_bytes(tcp[:2], "big") in _PORTS and data > 0


def read(path: Path) -> Iterator[Frame]:
    """What was written down; a last line that is cut short is left out."""
    for line in path.read_text(encoding="ascii").split("\n")[:-1]:
        when, port = line.split()
        yield Frame(float(when), port)


def judge(frames: Iterable[Frame], reigns: Sequence[Reign]) -> tuple[Finding, ...]:
    """Hold what was heard against who was to be heard: never have two answered.

    A host must have fallen silent before its successor answers, and nobody answers who is no
    successor yet. Where the one to answer was not heard, nothing is known of the others either.
    """
    heard = sorted(frames, key=lambda each: each.when)
    findings = []
    ends = [*(later.begin for _, later in pairwise(reigns)), float("inf")]
    for reign, end in zip(reigns, ends, strict=True):
        then = [frame for frame in heard if reign.begin <= frame.when < end]
        others = [frame for frame in then if frame.port != reign.port]
        if len(others) == len(then):
            text = f"While {reign.host} was to answer, the switch has heard no answer of it."
            findings.append(Finding(Flaw.DRILL, text))
        if others:
            text = (
                f"While {reign.host} was to answer, answers came from elsewhere, the first "
                f"{others[0].when - reign.begin:.3f} s after it took over, {len(others)} in all."
            )
            findings.append(Finding(Flaw.DRILL, text))
    return tuple(findings)


if __name__ == "__main__":
    sys.exit(main())
