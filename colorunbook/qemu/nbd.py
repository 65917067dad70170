# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that another QEMU serves over NBD, in the three spellings that QEMU takes."""

from dataclasses import dataclass

from colorunbook.addresses import bracketed
from colorunbook.qemu.payload import JsonObject


@dataclass(frozen=True, slots=True)
class NbdDisk:
    """Where it is served.

    :param host: the address of the server, without brackets.
    :param export: its name there.
    """

    host: str
    port: int
    export: str

    @property
    def uri(self) -> str:
        """As ``drive-mirror`` takes a target."""
        return f"nbd://{bracketed(self.host)}:{self.port}/{self.export}"

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The flat options that ``-drive`` and ``drive_add`` take (block/nbd.c)."""
        where = (("host", self.host), ("port", str(self.port)), ("export", self.export))
        return (("driver", "nbd"), *where)

    @property
    def node(self) -> JsonObject:
        """As ``blockdev-add`` takes it (qapi/block-core.json, BlockdevOptionsNbd)."""
        server: JsonObject = {"type": "inet", "host": self.host, "port": str(self.port)}
        return {"driver": "nbd", "server": server, "export": self.export}
