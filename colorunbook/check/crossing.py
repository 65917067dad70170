# SPDX-License-Identifier: GPL-2.0-or-later
"""Two hosts in one network: which connections would not have been made between real ones?

The document's two hosts have two loopback addresses of one machine, and QEMU listens on all of
them. So a command that names the wrong host would still find its peer. This looks at the live
connections and finds those.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

_ESTABLISHED, _LISTENING = "01", "0A"


@dataclass(frozen=True, slots=True)
class Link:
    """One end of a TCP connection.

    :ivar owner: the address of the host whose QEMU has it.
    """

    owner: str
    here: tuple[str, int]
    there: tuple[str, int]


def crossed(pids: Mapping[str, int]) -> Iterator[str]:
    """Tell each connection that reaches a QEMU at an address that is not its host's.

    :param pids: the process of each QEMU, by the address of its host.
    """
    listening: set[tuple[str, int]] = set()
    links: dict[tuple[tuple[str, int], tuple[str, int]], Link] = {}
    for owner, pid in pids.items():
        for state, here, there in _sockets(pid):
            if state == _LISTENING:
                listening.add((owner, here[1]))
            elif state == _ESTABLISHED:
                links[here, there] = Link(owner, here, there)
    for link in links.values():
        caller = links.get((link.there, link.here))
        accepted = (link.owner, link.here[1]) in listening
        if caller is None or not accepted or caller.owner == link.owner:
            continue
        if link.here[0] != _plain(link.owner):
            address, port = link.here
            yield (
                f"the QEMU of {caller.owner} is connected to {address}:{port}, and it is the QEMU "
                f"of {link.owner} that answers there: between two hosts nobody would"
            )


def _sockets(pid: int) -> Iterator[tuple[str, tuple[str, int], tuple[str, int]]]:
    """The state and the two ends of each TCP socket of a process."""
    inodes = set(_inodes(pid))
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                cells = row.split()
                if cells[9] in inodes:
                    yield cells[3], _end(cells[1]), _end(cells[2])


def _inodes(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = str(handle.readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]


def _end(text: str) -> tuple[str, int]:
    """Read an address as the kernel prints it: words of the host's byte order, in hexadecimal."""
    address, port = text.split(":")
    raw = b"".join(
        int(address[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(address), 8)
    )
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return _plain(socket.inet_ntop(family, raw)), int(port, 16)


def _plain(address: str) -> str:
    """An address without the mapping of IPv4 into IPv6."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip)
