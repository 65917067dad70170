# SPDX-License-Identifier: GPL-2.0-or-later
"""What the QEMU in a world was built with: asked of QEMU itself, not read off its version."""

import json
import subprocess
from contextlib import suppress
from threading import Timer

from colorunbook.errors import TimedOut
from colorunbook.lab.tree import QEMU
from colorunbook.lab.world import World
from colorunbook.qemu.payload import Json, as_objects, is_object

#: The network objects that COLO is made of.
OBJECTS = ("filter-mirror", "filter-redirector", "filter-rewriter", "colo-compare")

#: The block drivers that COLO's disks are made of.
DRIVERS = ("nbd", "qcow2", "quorum", "replication")

#: How long QEMU may take to answer, in seconds.
PATIENCE = 20.0

_BARE = (QEMU, "-machine", "none", "-nodefaults", "-no-user-config", "-display", "none")
_TALK = ("qmp_capabilities", "query-qmp-schema")


def missing_objects(world: World) -> tuple[str, ...]:
    """Those of :data:`OBJECTS` that this QEMU cannot make.

    :raises Unavailable: the world has ended, or QEMU did not answer.
    """
    told = world.run((QEMU, "-object", "help"), seconds=PATIENCE)
    there = set(told.stdout.split())
    return tuple(name for name in OBJECTS if name not in there)


def missing_drivers(world: World) -> tuple[str, ...]:
    """Those of :data:`DRIVERS` that ``blockdev-add`` of this QEMU does not take.

    :raises Unavailable: the world has ended, or QEMU did not answer.
    """
    # The schema's names are masked: of the enumerations, the one that knows qcow2 is the one meant.
    for entry in _schema(world):
        values = entry.get("values")
        if isinstance(values, list) and "qcow2" in values and "nbd" in values:
            return tuple(name for name in DRIVERS if name not in values)
    return DRIVERS


def has_tools(world: World) -> bool:
    """Whether ``qemu-img`` is there too.

    :raises Unavailable: the world has ended, or it did not answer.
    """
    return world.run(("qemu-img", "--version"), seconds=PATIENCE).returncode == 0


def _schema(world: World) -> list[dict[str, Json]]:
    """What ``query-qmp-schema`` says, asked over a monitor that nobody else needs."""
    command = (*_BARE, "-S", "-qmp", "stdio")
    pipe = subprocess.PIPE
    with world.popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as child:
        # Not by a command to quit: QEMU would end before it has written so long a reply.
        patience = Timer(PATIENCE, child.kill)
        patience.start()
        try:
            return _ask(child)
        finally:
            patience.cancel()
            child.kill()


def _ask(child: subprocess.Popen[bytes]) -> list[dict[str, Json]]:
    """Send the question and read until its answer has come."""
    if child.stdin is None or child.stdout is None:
        return []
    with suppress(BrokenPipeError):
        for name in _TALK:
            child.stdin.write(json.dumps({"execute": name}).encode() + b"\n")
        child.stdin.flush()
    for line in child.stdout:
        if not line.endswith(b"\n"):
            break
        reply: Json = json.loads(line)
        if is_object(reply) and (found := as_objects(reply.get("return"))):
            return found
    raise TimedOut(f"QEMU did not tell its schema within {PATIENCE:g} s.")
