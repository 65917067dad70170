# SPDX-License-Identifier: GPL-2.0-or-later
"""A secondary that is lost without a word while a write of the guest is on its way to it."""

import json
from signal import SIGSTOP
from typing import Final

from benchmarks.findings.disks import ADD, query_yank, serves, yank
from benchmarks.findings.monitor import Heard, Reply
from benchmarks.findings.record import Attempt, Words
from benchmarks.findings.reproducer import Reproducer, in_scene
from benchmarks.findings.scene import Scene

LONG: Final = 10.0
"""Seconds: long enough to see that nothing comes of it, though it is not for ever."""

_QUORUM: Final = (
    "-machine none",
    "-nodefaults",
    "-drive if=none,id=colo-disk0,driver=quorum,read-pattern=fifo,vote-threshold=1,"
    "children.0.driver=null-co,children.0.size=67108864",
)
_ATTACH: Final = (
    '{"execute": "x-blockdev-change", "arguments": {"parent": "colo-disk0", "node": "n"}}'
)
_DETACH: Final = (
    '{"execute": "x-blockdev-change", "arguments": {"parent": "colo-disk0", "child": "children.1"}}'
)
_WRITE: Final = json.dumps(
    {
        "execute": "human-monitor-command",
        "arguments": {"command-line": 'qemu-io colo-disk0 "aio_write 0 512"'},
    }
)


def _play(scene: Scene) -> Attempt:
    with serves(scene) as secondary, scene.qemu("primary", *_QUORUM) as primary:
        primary.say(ADD)
        primary.say(_ATTACH)
        before = primary.say(query_yank())
        secondary.signal(SIGSTOP)
        primary.say(_WRITE)
        after = primary.say(query_yank())
        detached = primary.say(_DETACH, LONG)
        if isinstance(detached, Reply):
            return scene.outcome("x-blockdev-change has its reply.", shown=False)
        primary.look()
        primary.say(yank())
        freed = isinstance(primary.hear(), Reply)
    told = (
        f"x-blockdev-change has no reply for {LONG:g} s.",
        "query-yank lists the same before and after the loss."
        if _list(before) == _list(after)
        else "query-yank lists something else after the loss.",
        "After yank the reply comes." if freed else "yank does not help.",
    )
    return scene.outcome(" ".join(told), shown=True)


def _list(heard: Heard) -> str:
    return str(heard.value.get("return")) if isinstance(heard, Reply) else ""


LOST_PEER: Final = Reproducer(
    "lost-peer",
    Words(
        title="x-blockdev-change hangs for a child whose NBD server is lost with a write in flight",
        expected=(
            "A child that is to be taken away because it is lost can be taken away, or "
            "QEMU tells which connection is the one that holds it up."
        ),
        likely=(
            "Before the child is detached its requests are drained, and the one that is on its "
            "way has neither a reply nor an error until the kernel gives the connection up. "
            "``query-yank`` lists connections, and not how they fare."
        ),
        hurts=(
            "The first command that QEMU's document has for a survivor is this one. Where the "
            "other host has lost its power or its cable and not just its QEMU, it hangs, and the "
            "guest with it, when it is needed most."
        ),
        instead=(
            "A failover yanks what leads to the peer, out of band and before anything else, once "
            "the peer is known to be dead. As QEMU does not tell which connections are dead, it "
            "yanks all of them; those it has to know by name."
        ),
    ),
    in_scene(_play),
)
