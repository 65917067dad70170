# SPDX-License-Identifier: GPL-2.0-or-later
"""Socket chardevs: the same one as an option of the command line and as a QMP backend."""

from dataclasses import dataclass

from colorunbook.qemu.dialect import Dialect
from colorunbook.qemu.options import Pair, join
from colorunbook.qemu.payload import Json, Payload
from colorunbook.qemu.shell import Variable, Word


@dataclass(frozen=True, slots=True)
class SocketChardev:
    """A TCP chardev (qapi/char.json, ChardevSocket).

    :param host: the address to listen on or to connect to, without brackets; or the
        shell variable that holds it.
    :param server: it listens; otherwise it connects.
    :param wait: a listening one makes QEMU's start wait for its peer (command line only).
    :param reconnect: seconds between attempts to connect; ``None``: one attempt.
    """

    id: str
    host: str | Variable
    port: int
    server: bool
    wait: bool = False
    reconnect: int | None = None

    def option(self, dialect: Dialect) -> Word:
        """The value of ``-chardev``."""
        pairs: list[Pair] = [("id", self.id), ("host", self.host), ("port", str(self.port))]
        if self.server:
            pairs += [("server", "on"), ("wait", "on" if self.wait else "off")]
        if self.reconnect is not None:
            pairs.append(dialect.reconnect(self.reconnect))
        return join("socket", pairs)

    @property
    def add(self) -> Payload:
        """The command that makes it while QEMU runs."""
        host = self.host if isinstance(self.host, str) else self.host.value
        address: Json = {"type": "inet", "data": {"host": host, "port": str(self.port)}}
        data: Json = {"addr": address, "server": self.server}
        return Payload("chardev-add", {"id": self.id, "backend": {"type": "socket", "data": data}})

    @property
    def address(self) -> str:
        """Where it listens, as ``query-chardev`` shows it: without brackets, also in IPv6."""
        host = self.host if isinstance(self.host, str) else self.host.value
        return f"{host}:{self.port}"

    @property
    def remove(self) -> Payload:
        """The command that ends it; no filter may use it any more."""
        return Payload("chardev-remove", {"id": self.id})
