# SPDX-License-Identifier: GPL-2.0-or-later
"""Two hosts with a network namespace each, and a switch between them that has a third.

Each host has a cable, its ``link``, whose other end is a port of the switch. To cut a cable its
port is set down, so that the host sees what it sees when somebody pulls the plug: its link has no
carrier, and keeps its address. A link that is itself set down loses its routes.

The keeper calls :func:`join`. Run as a program, in the namespace of the switch, this sets ports.
"""

import ctypes
import os
import sys
from typing import Final

from colorunbook.errors import Unavailable
from colorunbook.lab.network import Links, bring_up, index_of, opened

LINK: Final = "link"
"""The host's end of a cable."""

NEAR: Final = "near"
FAR: Final = "far"
"""The ports: of the host in the namespace that was there first, and of the other one."""

_SWITCH = "switch"
_CLONE_NEWNET = 0x40000000
_IFF_UP = 0x1
_NO_DETECTION = 0x02
"""``IFA_F_NODAD``: an IPv6 address is of use at once, since nobody else can have it."""

_libc = ctypes.CDLL(None, use_errno=True)


def join(near: str, far: str) -> tuple[int, int]:
    """Make the other host and the switch; the caller stays where it is, which is the near host.

    :param near: its numeric address.
    :param far: the other's, of the same family.
    :returns: file descriptors of the namespaces of the far host and of the switch. Without a
        process in it, a namespace lasts as long as its descriptor.
    :raises Unavailable: the kernel refused something in a namespace.
    :raises OSError: the kernel refused a namespace.
    """
    home = _here()
    try:
        second, between = _new(), _new()
        _plug_in({NEAR: home, FAR: second})
        for namespace, own, other in ((second, far, near), (home, near, far)):
            _enter(namespace)
            bring_up(())
            _address(own, other)
    finally:
        os.close(home)
    return second, between


def set_port(port: str, state: str) -> None:
    """Set a port of the switch up or down; this process is in the namespace of the switch.

    :raises Unavailable: the kernel refused.
    """
    with opened() as links:
        links.link("set", index=index_of(links, port), state=state)


def ports_down() -> tuple[str, ...]:
    """The ports that are down, asked in the namespace of the switch.

    :raises Unavailable: the kernel refused.
    """
    with opened() as links:
        down = {
            each.get_attr("IFLA_IFNAME") for each in links.get_links() if not _is_up(each["flags"])
        }
    return tuple(port for port in (NEAR, FAR) if port in down)


def _plug_in(hosts: dict[str, int]) -> None:
    with opened() as links:
        links.link("add", ifname=_SWITCH, kind="bridge")
        switch = index_of(links, _SWITCH)
        links.link("set", index=switch, state="up")
        for port, namespace in hosts.items():
            links.link(
                "add", ifname=port, kind="veth", peer={"ifname": LINK, "net_ns_fd": namespace}
            )
            links.link("set", index=index_of(links, port), master=switch, state="up")


def _address(own: str, other: str) -> None:
    """Give the link an address, and the way to the other one, whatever its network."""
    length, single = (64, 128) if ":" in own else (24, 32)
    with opened() as links:
        link = index_of(links, LINK)
        links.link("set", index=link, state="up")
        _add_address(links, link, own, length)
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
    _must(_libc.unshare(_CLONE_NEWNET))
    return _here()


def _enter(namespace: int) -> None:
    _must(_libc.setns(namespace, _CLONE_NEWNET))


def _must(done: int) -> None:
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main(words: list[str]) -> int:
    """``up PORT``, ``down PORT``, or nothing: print the ports that are down."""
    try:
        if words:
            set_port(words[1], words[0])
        else:
            sys.stdout.write("\n".join(ports_down()))
    except Unavailable as error:
        sys.stderr.write(error.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
