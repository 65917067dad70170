# SPDX-License-Identifier: GPL-2.0-or-later
"""Two hosts with a network namespace each, and what joins them: switches, and a client.

Each host has two cables. Its ``link`` leads to its peer, by a switch of their own: there COLO's
sockets are. Its ``uplink`` is in ``br0``, where the guest's tap is, and leads to the switch that
the client is at too. The switches have a namespace, and so has the client.

To cut a cable its port at the switch is set down, so that the host sees what it sees when somebody
pulls the plug: its link has no carrier, and keeps its address. A link that is itself set down
loses its routes.

The keeper calls :func:`join`. Run as a program, in the namespace of the switches, this sets ports.
"""

import os
import sys
import time
from dataclasses import dataclass
from typing import Final, TextIO

from colorunbook.errors import Unavailable
from colorunbook.lab.network import Links, bring_up, index_of, opened

LINK: Final = "link"
"""The host's end of the cable to its peer."""

UPLINK: Final = "uplink"
"""The host's end of the cable to the clients."""

CLIENT: Final = "client"
"""The client's only link, and its port."""

SWITCH: Final = "switch"
"""The namespace of the switches."""

CLIENT_ADDRESS: Final = "10.0.0.254"
"""Of the client, in the network of 24 bits that the guest is in."""

NEAR: Final = "near"
FAR: Final = "far"
"""The ports of the hosts' links: of the one in the namespace that was there first, the other's."""

UP_NEAR: Final = "up-near"
UP_FAR: Final = "up-far"
"""The ports of their uplinks."""

PORTS: Final = (NEAR, FAR, UP_NEAR, UP_FAR)

_PRIVATE, _PUBLIC = "private", "public"
_BRIDGE = "br0"
_CLONE_NEWNET = 0x40000000
_IFF_UP = 0x1
_NO_DETECTION = 0x02
"""``IFA_F_NODAD``: an IPv6 address is of use at once, since nobody else can have it."""


@dataclass(frozen=True, slots=True)
class Spaces:
    """Namespaces, by file descriptors. Without a process in it, one lasts as long as that.

    :ivar second: the far host's.
    :ivar switch: that of the switches.
    :ivar client: the client's.
    """

    second: int
    switch: int
    client: int


def join(near: str, far: str) -> Spaces:
    """Make the other host, the switches and the client; the caller stays the near host.

    :param near: its numeric address.
    :param far: the other's, of the same family.
    :raises Unavailable: the kernel refused something in a namespace.
    :raises OSError: the kernel refused a namespace.
    """
    home = _here()
    try:
        spaces = Spaces(_new(), _new(), _new())
        for host in (spaces.second, home):
            _enter(host)
            bring_up(())
        _enter(spaces.switch)
        _plug_in(_PRIVATE, {NEAR: (LINK, home), FAR: (LINK, spaces.second)})
        uplinks = {UP_NEAR: (UPLINK, home), UP_FAR: (UPLINK, spaces.second)}
        _plug_in(_PUBLIC, {**uplinks, CLIENT: (CLIENT, spaces.client)})
        _enter(spaces.client)
        _set_up("lo")
        _address(CLIENT, CLIENT_ADDRESS)
        for host, own, other in ((spaces.second, far, near), (home, near, far)):
            _enter(host)
            _address(LINK, own, other)
            _bridge_uplink()
    finally:
        os.close(home)
    return spaces


def ports_down() -> tuple[str, ...]:
    """The ports that are down, asked in the namespace of the switch.

    :raises Unavailable: the kernel refused.
    """
    with opened() as links:
        down = {
            each.get_attr("IFLA_IFNAME") for each in links.get_links() if not _is_up(each["flags"])
        }
    return tuple(port for port in PORTS if port in down)


def _plug_in(switch: str, cables: dict[str, tuple[str, int]]) -> None:
    """Make a switch, and lead each of its ports to a link in a namespace."""
    with opened() as links:
        links.link("add", ifname=switch, kind="bridge")
        index = index_of(links, switch)
        links.link("set", index=index, state="up")
        for port, (link, namespace) in cables.items():
            peer: dict[str, str | int] = {"ifname": link, "net_ns_fd": namespace}
            links.link("add", ifname=port, kind="veth", peer=peer)
            links.link("set", index=index_of(links, port), master=index, state="up")


def _set_up(name: str) -> None:
    with opened() as links:
        links.link("set", index=index_of(links, name), state="up")


def _bridge_uplink() -> None:
    """Put the host's uplink where the guest's tap will be; the host itself is not there."""
    with opened() as links:
        uplink, bridge = index_of(links, UPLINK), index_of(links, _BRIDGE)
        links.link("set", index=uplink, master=bridge, state="up")


def _address(name: str, own: str, *others: str) -> None:
    """Give a link an address, and the way to others, whatever their network."""
    length, single = (64, 128) if ":" in own else (24, 32)
    with opened() as links:
        link = index_of(links, name)
        links.link("set", index=link, state="up")
        _add_address(links, link, own, length)
        for other in others:
            links.route("add", dst=f"{other}/{single}", oif=link)


def _add_address(links: Links, link: int, address: str, length: int) -> None:
    if ":" in address:
        links.addr("add", index=link, address=address, prefixlen=length, flags=_NO_DETECTION)
    else:
        links.addr("add", index=link, address=address, prefixlen=length)


def _is_up(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _IFF_UP)


def _here() -> int:
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _new() -> int:
    """Go into a new network namespace, and return it."""
    _must("unshare", _CLONE_NEWNET)
    return _here()


def _enter(namespace: int) -> None:
    _must("setns", namespace, _CLONE_NEWNET)


def _must(call: str, *arguments: int) -> None:
    import ctypes  # whoever only asks a lab's switch for the names of its ports needs none

    if ctypes.CDLL(None, use_errno=True)[call](*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main(words: list[str]) -> int:
    """``up PORT ...``, ``down PORT ...``; ``-``: such lines from stdin; nothing: tell what is down.

    Each line of stdin is answered with the time at which it was done: seconds of the clock that
    all processes of this machine have in common, ``CLOCK_MONOTONIC``.
    """
    try:
        if words == ["-"]:
            _serve(sys.stdin, sys.stdout)
        elif words:
            _set(words)
        else:
            sys.stdout.write("\n".join(ports_down()))
    except Unavailable as error:
        sys.stderr.write(error.message)
        return 1
    return 0


def _serve(orders: TextIO, answers: TextIO) -> None:
    with opened() as links:
        numbers = {port: index_of(links, port) for port in PORTS}
        for line in orders:
            state, *ports = line.split()
            for port in ports:
                links.link("set", index=numbers[port], state=state)
            answers.write(f"{time.monotonic()}\n")
            answers.flush()


def _set(words: list[str]) -> None:
    state, *ports = words
    with opened() as links:
        for port in ports:
            links.link("set", index=index_of(links, port), state=state)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
