# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection to an NBD server that has been stopped."""

from signal import SIGCONT, SIGSTOP
from typing import Final

from benchmarks.findings.disks import ADD, query_yank, serves, yank
from benchmarks.findings.monitor import Reply
from benchmarks.findings.record import Attempt, Words
from benchmarks.findings.reproducer import Reproducer, in_scene
from benchmarks.findings.scene import Scene

LONG: Final = 10.0
"""Seconds: long enough to see that nothing comes of it, though it is not for ever."""

_EMPTY: Final = ("-machine none", "-nodefaults", "-monitor unix:$d/hmp,server=on,wait=off")


def _play(scene: Scene) -> Attempt:
    with serves(scene) as secondary, scene.qemu("primary", *_EMPTY) as primary:
        secondary.signal(SIGSTOP)
        added = primary.say(ADD, LONG)
        if isinstance(added, Reply):
            return scene.outcome("blockdev-add has its reply.", shown=False)
        human = scene.greeted("hmp")
        primary.look()
        listed, cut = primary.say(query_yank()), primary.say(yank())
        freed = isinstance(primary.hear(), Reply)
        secondary.signal(SIGCONT)
        late = freed or isinstance(primary.hear(), Reply)
    known = isinstance(listed, Reply) and '"n"' in listed.text
    taken = isinstance(cut, Reply) and not cut.is_error
    told = (
        f"blockdev-add has no reply for {LONG:g} s.",
        "The human monitor greets nobody." if not human else "The human monitor greets.",
        f"query-yank {'lists' if known else 'does not list'} the node,",
        f"yank of it {'succeeds' if taken else 'is refused'},",
        "and frees QEMU." if freed else "and frees nothing.",
        "When the server goes on, the reply comes." if late and not freed else "",
    )
    return scene.outcome(" ".join(told).strip(), shown=not freed)


HANGING_CONNECT: Final = Reproducer(
    "hanging-connect",
    Words(
        title="blockdev-add of an NBD node holds the main loop while the server does not answer",
        expected=(
            "The connection is made without holding the main loop, or ends after a while, or at "
            "the least ``yank`` ends it."
        ),
        likely=(
            "``bdrv_open`` waits in a nested ``aio_poll`` for the thread that connects. What "
            "``yank`` shuts down is the channel of a connection that has been made; one that is "
            "still being made has none yet."
        ),
        hurts=(
            "A resume opens a connection to the disk of the new secondary. When that host stops "
            "or is cut off in this moment, the guest of the survivor stands still with its QEMU, "
            "and nothing but the end of one of the two helps."
        ),
        instead=(
            "Before each step that leads to the peer it has to answer on its own monitor, and a "
            "resume first looks whether the port of the disk answers."
        ),
    ),
    in_scene(_play),
)
