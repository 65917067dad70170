# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections that two real hosts would not have."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO

import pytest

from colorunbook.check.crossing import crossed

LISTEN = """
import socket, sys
both = sys.argv[1] == "both"
family = socket.AF_INET6 if both else socket.AF_INET
server = socket.create_server(("", 0), family=family, dualstack_ipv6=both)
print(server.getsockname()[1], flush=True)
links = [server.accept()[0]]
print("met", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Peer:
    """Another process, which listens everywhere."""

    pid: int
    port: int
    said: IO[str]


@pytest.fixture(params=["IPv4", "both"])
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    """It accepts one connection, on IPv4 alone or on both at once."""
    both: str = request.param
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, both],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield Peer(process.pid, int(process.stdout.readline()), process.stdout)


def meet(peer: Peer, address: str) -> list[str]:
    """Connect to a peer that is the host 127.0.0.2, and look."""
    with closing(socket.create_connection((address, peer.port), 5)):
        assert peer.said.readline() == "met\n"
        return list(crossed({"127.0.0.1": os.getpid(), "127.0.0.2": peer.pid}))


def test_a_peer_that_is_met_at_its_own_address_is_right(peer: Peer) -> None:
    """As between two hosts, also where IPv4 comes in over IPv6."""
    assert [] == meet(peer, "127.0.0.2")


def test_a_peer_that_is_met_at_another_address_is_told(peer: Peer) -> None:
    """With who is connected to what, and who answered."""
    (told,) = meet(peer, "127.0.0.1")
    assert f"127.0.0.1 is connected to 127.0.0.1:{peer.port}" in told
    assert "the QEMU of 127.0.0.2 that answers" in told


def test_a_loop_inside_a_host_is_right() -> None:
    """A QEMU may speak to itself at whatever address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), 5),
        server.accept()[0],
    ):
        assert [] == list(crossed({"127.0.0.2": os.getpid()}))
