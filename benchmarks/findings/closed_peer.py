# SPDX-License-Identifier: GPL-2.0-or-later
"""``colo-compare`` on a socket whose peer has gone."""

from typing import Final

from benchmarks.findings.monitor import Ended
from benchmarks.findings.record import Attempt, Words
from benchmarks.findings.reproducer import Reproducer, in_scene
from benchmarks.findings.scene import Scene

_SOCKETS: Final = (
    "-machine none",
    "-nodefaults",
    "-object iothread,id=iothread1",
    "-chardev socket,id=compare1,host=127.0.0.1,port=9004,server=on,wait=off",
    "-chardev socket,id=compare0,host=127.0.0.1,port=9001,server=on,wait=off",
    "-chardev socket,id=compare0-0,host=127.0.0.1,port=9001",
    "-chardev socket,id=compare_out,host=127.0.0.1,port=9005,server=on,wait=off",
    "-chardev socket,id=compare_out0,host=127.0.0.1,port=9005",
)
_COMPARE: Final = (
    '{"execute": "object-add", "arguments": {"qom-type": "colo-compare", "id": "comp0", '
    '"primary_in": "compare0-0", "secondary_in": "compare1", "outdev": "compare_out0", '
    '"iothread": "iothread1"}}'
)
_CHARDEVS: Final = '{"execute": "query-chardev"}'
_STATUS: Final = '{"execute": "query-status"}'


def _play(scene: Scene) -> Attempt:
    with scene.qemu("primary", *_SOCKETS) as primary:
        with scene.peer("127.0.0.1", 9004):
            primary.say(_CHARDEVS)
        primary.say(_CHARDEVS)
        with primary.watched():
            heard = primary.say(_COMPARE)
            if not isinstance(heard, Ended):
                heard = primary.say(_STATUS)
    if isinstance(heard, Ended):
        return scene.outcome(f"QEMU was {primary.ending()} at object-add.", shown=True)
    return scene.outcome("QEMU lives on, and has its colo-compare.", shown=False)


CLOSED_PEER: Final = Reproducer(
    "closed-peer",
    Words(
        title="object-add colo-compare kills QEMU when the peer of secondary_in has just closed",
        expected=(
            "The object is made, as it is where the socket never had a peer, or the command is "
            "refused with an error. The guest lives on."
        ),
        likely=(
            "Two threads use one socket (``update_ioc_handlers`` in ``chardev/char-socket.c``). "
            "Nothing has read from it before, so ``query-chardev`` still tells of a peer. First "
            "the socket is given to the context of the iothread to be read: that thread finds the "
            "end at once, and frees the connection. Meanwhile the main thread goes on to watch "
            "``s->ioc`` for a hang-up, which is ``NULL`` by then (``qio_channel_create_watch`` in "
            "the backtrace). That it happens only now and then goes with that. It was read in the "
            "source and in the backtrace, not stepped through."
        ),
        hurts=(
            "A survivor that is given a new secondary runs the only copy of the guest. When the "
            "new secondary dies after it has connected and before ``colo-compare`` is made, the "
            "guest dies with it: one host that fails takes both."
        ),
        instead=(
            "Before each step that leads to the peer it has to answer on its own monitor. That "
            "leaves a gap of milliseconds, and no more can be done from outside."
        ),
    ),
    in_scene(_play),
    watched=True,
    attempts=20,
)
