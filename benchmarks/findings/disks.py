# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that one QEMU serves and another one writes to, by NBD."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.findings.machine import Machine
from benchmarks.findings.scene import Scene

_SERVE: Final = (
    '{"execute": "nbd-server-start", "arguments": {"addr": {"type": "inet", "data": '
    '{"host": "127.0.0.2", "port": "9999"}}}}',
    '{"execute": "block-export-add", "arguments": {"type": "nbd", "id": "export0", '
    '"node-name": "parent0", "writable": true}}',
)
ADD: Final = (
    '{"execute": "blockdev-add", "arguments": {"driver": "nbd", "node-name": "n", "server": '
    '{"type": "inet", "host": "127.0.0.2", "port": "9999"}, "export": "parent0"}}'
)
"""Opens the served disk as the node ``n``."""


@contextmanager
def serves(scene: Scene) -> Iterator[Machine]:
    """A QEMU without a machine that serves a disk."""
    disk = "-blockdev null-co,node-name=parent0,size=67108864"
    with scene.qemu("secondary", "-machine none", "-nodefaults", disk) as secondary:
        for row in _SERVE:
            secondary.say(row)
        yield secondary


def query_yank() -> str:
    """Asks, out of band, which connections can be cut."""
    return json.dumps({"exec-oob": "query-yank", "id": "oob"})


def yank() -> str:
    """Cuts, out of band, the connection of the node ``n``."""
    instances = [{"type": "block-node", "node-name": "n"}]
    return json.dumps({"exec-oob": "yank", "id": "oob", "arguments": {"instances": instances}})
