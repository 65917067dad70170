# SPDX-License-Identifier: GPL-2.0-or-later
"""A host's network, made inside its own network namespace: loopback, ``br0``, and can it tap?"""

import fcntl
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Protocol

from colorunbook.errors import Unavailable

INSIDE = "127.0.0.1"
"""What a host calls itself."""

_TUN = "/dev/net/tun"
_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000


class Link(Protocol):
    """As much of a link, as ``pyroute2`` shows it, as is used here."""

    def get_attr(self, name: str) -> object: ...

    def __getitem__(self, name: str) -> object: ...


class Links(Protocol):
    """As much of ``pyroute2.IPRoute`` as is used here; the library has no types of its own."""

    def link_lookup(self, *, ifname: str) -> list[int]: ...

    def get_links(self) -> Iterable[Link]: ...

    def link(
        self,
        command: str,
        *,
        ifname: str = ...,
        index: int = ...,
        kind: str = ...,
        state: str = ...,
        master: int = ...,
        peer: dict[str, str | int] = ...,
    ) -> object: ...

    def addr(
        self, command: str, *, index: int, address: str, prefixlen: int, flags: int = ...
    ) -> object: ...

    def route(self, command: str, *, dst: str, oif: int) -> object: ...


@contextmanager
def opened() -> Iterator[Links]:
    """The links of the network namespace that this process is in now.

    :raises Unavailable: the kernel refused what was done with them.
    """
    pyroute2 = import_module("pyroute2")
    opening: AbstractContextManager[Links] = pyroute2.IPRoute()
    refused: type[Exception] = pyroute2.NetlinkError
    with opening as links:
        try:
            yield links
        except refused as error:
            raise Unavailable(
                f"The lab's network cannot be made: {error.args[-1]}.",
                "Are the kernel's modules there? Try: modprobe -a bridge veth.",
            ) from error


def index_of(links: Links, name: str) -> int:
    """The number by which the kernel knows a link that is there."""
    return links.link_lookup(ifname=name)[0]


def bring_up(addresses: Iterable[str]) -> None:
    """Set the loopback up, and make the bridge ``br0``.

    :param addresses: which the loopback has besides 127.0.0.1; as on real hosts, nothing answers
        at others.
    :raises Unavailable: the kernel refused.
    """
    with opened() as links:
        links.link("add", ifname="br0", kind="bridge")
        for name in ("lo", "br0"):
            links.link("set", index=index_of(links, name), state="up")
        loopback = index_of(links, "lo")
        # What the kernel gives a loopback: with it, every address of 127.0.0.0/8 would answer.
        links.addr("delete", index=loopback, address="127.0.0.1", prefixlen=8)
        for address in {INSIDE, *addresses} - {"::1"}:
            length = 128 if ":" in address else 32
            links.addr("add", index=loopback, address=address, prefixlen=length)


def tap_refusal() -> str:
    """Why QEMU cannot have a tap here, tried by making one; empty when it can."""
    request = struct.pack("16sH22x", b"tap-trial", _IFF_TAP | _IFF_NO_PI)
    try:
        handle = os.open(_TUN, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        return f"{_TUN} cannot be opened: {error.strerror}."
    try:
        # It lasts as long as the handle.
        fcntl.ioctl(handle, _TUNSETIFF, request)
    except OSError as error:
        return f"{_TUN} is there, and makes no tap: {error.strerror}."
    finally:
        os.close(handle)
    return ""
