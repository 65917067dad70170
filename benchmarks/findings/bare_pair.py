# SPDX-License-Identifier: GPL-2.0-or-later
"""A pair in COLO with nothing but memory: no disk, no network, no operating system."""

from typing import Final

from benchmarks.findings.machine import Machine
from benchmarks.findings.monitor import Ended, Heard, Reply, Silent
from benchmarks.findings.record import Attempt
from benchmarks.findings.reproducer import Chance
from benchmarks.findings.reproducer import scene as scene_in
from benchmarks.findings.scene import Scene
from colorunbook.qemu.dialect import Dialect, Version
from colorunbook.qemu.payload import Payload, is_object

CHECKPOINTS: Final = 60
"""So many have to be over."""

_BEGINS: Final = 20.0
_CHECKPOINT: Final = 15.0
"""Seconds; one takes a few hundredths of one."""

_MACHINE: Final = ("-m 64", "-nodefaults", "-vga none", "-S")
_DELAY: Final = Payload("migrate-set-parameters", {"x-checkpoint-delay": 100}).text
_MIGRATE: Final = Payload("migrate", {"uri": "tcp:127.0.0.2:9998"}).text
_ASKED: Final = tuple(
    Payload(name).text for name in ("query-migrate", "query-colo-status", "query-status")
)


def play(chance: Chance, accel: str) -> Attempt:
    """Bring it into COLO, and wait for its checkpoints; it happens where they do not come."""
    dialect = Dialect(Version.parse(chance.tree.version))
    capabilities = Payload(
        "migrate-set-capabilities",
        {"capabilities": [{"capability": n, "state": True} for n in dialect.colo_capabilities]},
    ).text
    machine = (f"-accel {accel}", *_MACHINE)
    with (
        scene_in(chance.tree, debug=chance.debug) as scene,
        scene.qemu("secondary", *machine, "-incoming tcp:127.0.0.2:9998") as secondary,
        scene.qemu("primary", *machine) as primary,
    ):
        for each in (secondary, primary):
            each.say(capabilities)
        primary.say(_DELAY)
        primary.say(_MIGRATE)
        return _watched(scene, primary)


def _watched(scene: Scene, primary: Machine) -> Attempt:
    if not primary.sees("RESUME", _BEGINS):
        status = [_status(primary, row) for row in _ASKED]
        what = f"COLO does not begin, though every command succeeded: {', '.join(status)}."
        return scene.outcome(what, shown=True)
    for number in range(CHECKPOINTS):
        if primary.sees("RESUME", _CHECKPOINT):
            continue
        heard = primary.say(_ASKED[0])
        what = _told(primary, heard)
        if not isinstance(heard, Ended):
            primary.look()
        return scene.outcome(f"Checkpoint {number + 1} does not end: {what}.", shown=True)
    return scene.outcome(f"{CHECKPOINTS} checkpoints have gone well.", shown=False)


def _told(primary: Machine, heard: Heard) -> str:
    match heard:
        case Reply():
            return "the primary answers, and its guest stands still"
        case Silent():
            return "the primary does not answer any more"
        case Ended():
            return f"the primary was {primary.ending()}"


def _status(primary: Machine, row: str) -> str:
    """What a query says of the status, as ``query-migrate says completed``."""
    heard = primary.say(row)
    value = heard.value.get("return") if isinstance(heard, Reply) else None
    word = value.get("status", value.get("mode")) if is_object(value) else None
    name = row.split('"')[3]
    return f"{name} says {word}" if word else f"{name} says nothing"
