# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's network, made inside its own network namespace: loopback, ``br0``, and can it tap?"""

import fcntl
import os
import struct
from collections.abc import Iterable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Protocol

from colorunbook.errors import Unavailable

INSIDE = "127.0.0.1"
"""What a host calls itself."""

_TUN = "/dev/net/tun"
_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000


class _Links(Protocol):
    """As much of ``pyroute2.IPRoute`` as is used here; the library has no types of its own."""

    def link_lookup(self, *, ifname: str) -> list[int]: ...

    def link(
        self,
        command: str,
        *,
        ifname: str = ...,
        index: int = ...,
        kind: str = ...,
        state: str = ...,
    ) -> object: ...

    def addr(self, command: str, *, index: int, address: str, prefixlen: int) -> object: ...


def bring_up(addresses: Iterable[str]) -> None:
    """Set the loopback up, and make the bridge ``br0``.

    :param addresses: the hosts'; as on two real hosts, nothing answers at other addresses.

    :raises Unavailable: the kernel refused.
    """
    pyroute2 = import_module("pyroute2")
    opened: AbstractContextManager[_Links] = pyroute2.IPRoute()
    refused: type[Exception] = pyroute2.NetlinkError
    with opened as links:
        try:
            links.link("add", ifname="br0", kind="bridge")
            for name in ("lo", "br0"):
                links.link("set", index=links.link_lookup(ifname=name)[0], state="up")
            loopback = links.link_lookup(ifname="lo")[0]
            # What the kernel gives a loopback: with it, every address of 127.0.0.0/8 would answer.
            links.addr("delete", index=loopback, address="127.0.0.1", prefixlen=8)
            for address in {INSIDE, *addresses} - {"::1"}:
                length = 128 if ":" in address else 32
                links.addr("add", index=loopback, address=address, prefixlen=length)
        except refused as error:
            raise Unavailable(
                f"The lab's network cannot be made: {error.args[-1]}.",
                "Is the kernel module there? Try: modprobe bridge.",
            ) from error


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
