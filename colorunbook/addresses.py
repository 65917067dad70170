# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses, ports, paths and monitors: what a host is reached by, each valid by construction.

A value that cannot be used raises :class:`~colorunbook.errors.InputError`, which names the value
and what would be right.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import PurePosixPath

from colorunbook.errors import InputError

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_PORT = re.compile(r"[0-9]{1,5}")


def parse_ip(text: str) -> IPv4Address | IPv6Address | None:
    """Read a numeric address; ``None`` when it is not one."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def check_address(text: str) -> str:
    """Take an IPv4 address, an IPv6 address without brackets, or a host name.

    :raises InputError: it is none of these, or it is no address of one host.
    """
    ip = parse_ip(text)
    if ip is not None:
        if ip.is_unspecified or ip.is_multicast:
            raise InputError(f"The address {text} does not name one host.", "Give the host's own.")
        if "%" in text:
            raise InputError(
                f"The address {text!r} has a zone, which only its own host understands.",
                "Give an address that both hosts can use.",
            )
        return text
    labels = text.removesuffix(".").split(".")
    looks_numeric = all(label.isdigit() for label in labels)
    if looks_numeric or len(text) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise InputError(
            f"{text!r} is not an address.",
            "Give an IPv4 address, an IPv6 address without brackets, or a host name.",
        )
    return text


def check_port(number: int, name: str = "port") -> int:
    """Take a TCP port that can be named.

    :raises InputError: it is not between 1 and 65535.
    """
    if not 1 <= number <= 65535:
        raise InputError(f"The {name} {number} is out of range.", "Ports go from 1 to 65535.")
    return number


def check_path(text: str, name: str) -> str:
    """Take an absolute path that one line of a shell and one QEMU option can hold.

    :raises InputError: it is relative, or holds a control character.
    """
    if not PurePosixPath(text).is_absolute():
        raise InputError(f"The {name} {text!r} is not an absolute path.", "Begin it with a slash.")
    if not text.isprintable():
        raise InputError(f"The {name} {text!r} holds a control character.", "Choose another path.")
    return text.rstrip("/") or "/"


def bracketed(address: str) -> str:
    """Spell an address for a URI: an IPv6 address stands in brackets there."""
    return f"[{address}]" if ":" in address else address


@dataclass(frozen=True, slots=True)
class StdioMonitor:
    """QMP over the standard input and output of the process that started QEMU."""

    def __str__(self) -> str:
        return "stdio"


@dataclass(frozen=True, slots=True)
class UnixMonitor:
    """QMP over a unix socket that QEMU listens on."""

    path: str

    def __post_init__(self) -> None:
        check_path(self.path, "monitor socket")
        if len(self.path.encode()) > 107:
            raise InputError(
                f"The monitor socket {self.path!r} is longer than the 107 bytes Linux allows.",
                "Choose a shorter folder.",
            )

    def __str__(self) -> str:
        return f"unix:{self.path}"


@dataclass(frozen=True, slots=True)
class TcpMonitor:
    """QMP over TCP: no password guards it, so keep it on a loopback or a private link."""

    address: str
    port: int

    def __post_init__(self) -> None:
        check_address(self.address)
        check_port(self.port, "monitor port")

    def __str__(self) -> str:
        return f"tcp:{bracketed(self.address)}:{self.port}"


Monitor = StdioMonitor | UnixMonitor | TcpMonitor


def parse_monitor(text: str) -> Monitor:
    """Read ``stdio``, ``unix:PATH`` or ``tcp:HOST:PORT`` (an IPv6 host in brackets).

    :raises InputError: it is none of these.
    """
    if text == "stdio":
        return StdioMonitor()
    kind, _, rest = text.partition(":")
    if kind == "unix" and rest:
        return UnixMonitor(rest)
    host, colon, port = rest.rpartition(":")
    if kind == "tcp" and colon and _PORT.fullmatch(port):
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        return TcpMonitor(host, int(port))
    raise InputError(f"{text!r} is not a monitor.", "Give unix:PATH, tcp:HOST:PORT, or stdio.")


@dataclass(frozen=True, slots=True)
class Door:
    """A TCP port of an address."""

    address: str
    port: int

    def __post_init__(self) -> None:
        check_address(self.address)
        check_port(self.port)

    def __str__(self) -> str:
        return f"{bracketed(self.address)}:{self.port}"


def parse_door(text: str) -> Door:
    """Read ``ADDRESS:PORT`` (an IPv6 address in brackets).

    :raises InputError: it is none.
    """
    address, colon, port = text.rpartition(":")
    if not colon or not _PORT.fullmatch(port):
        raise InputError(f"{text!r} is no address with a port.", "Write ADDRESS:PORT.")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    elif ":" in address:
        raise InputError(f"{text!r} is no address with a port.", "An IPv6 address wants brackets.")
    return Door(address, int(port))
