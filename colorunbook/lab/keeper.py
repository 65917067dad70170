# SPDX-License-Identifier: GPL-2.0-or-later
"""Process 1 of a lab: it builds the lab's world, and the world lasts as long as it does.

Started by :mod:`colorunbook.lab.world` under ``unshare``. It tells its starter through a socket
that the world stands, or in one sentence why it does not. It then reaps what is orphaned, and
ends on SIGTERM or, when bound, as soon as its starter is gone. With it the kernel takes
everything down: processes, mounts, network.
"""

import argparse
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from colorunbook.errors import Unavailable
from colorunbook.lab import mounts, network, switch

#: How long the lab's processes may take over their SIGTERM, in seconds.
GRACE = 1.0


def main(words: list[str]) -> int:
    """Build the world, say so, keep it; the exit status of the process."""
    parser = argparse.ArgumentParser("colorunbook.lab.keeper")
    parser.add_argument("--tree", type=Path, required=True, help="the root folder with the QEMU")
    parser.add_argument("--runtime", type=Path, required=True, help="the lab's runtime folder")
    parser.add_argument("--ready", type=int, required=True, help="the socket to the starter")
    parser.add_argument("--address", action="append", default=[], help="a host's address")
    parser.add_argument("--show", action="append", default=[], type=Path, help="seen inside")
    parser.add_argument("--apart", action="store_true", help="the addresses are two hosts'")
    parser.add_argument("--bound", action="store_true", help="end when stdin does")
    asked = parser.parse_args(words)
    tree: Path = asked.tree
    runtime: Path = asked.runtime
    addresses: list[str] = asked.address
    shown: list[Path] = asked.show
    apart: bool = asked.apart
    alarm = _listen_to_signals()
    try:
        report = _connect(addresses, apart=apart)
        os.chroot(mounts.build(tree, runtime, shown))
        os.chdir("/")
        report["tap_refusal"] = mounts.helper_refusal() or network.tap_refusal()
    except Unavailable as error:
        report = {"error": error.message, "advice": error.advice}
    except OSError as error:
        report = {"error": f"The lab's world cannot be built: {error}.", "advice": ""}
    os.write(asked.ready, json.dumps(report).encode())
    os.close(asked.ready)
    if "error" in report:
        return 1
    _keep(alarm, bound=asked.bound)
    _end_all()
    return 0


def _connect(addresses: list[str], *, apart: bool) -> dict[str, str]:
    """Make one network, or several that are joined: then tell by what descriptors to reach them."""
    if not apart:
        network.bring_up(addresses)
        return {}
    spaces = switch.join(*addresses)
    return {name: str(descriptor) for name, descriptor in asdict(spaces).items()}


def _listen_to_signals() -> int:
    """Turn signals into bytes on a pipe, and return its reading end."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for each in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(each, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return reading


def _keep(alarm: int, *, bound: bool) -> None:
    """Reap orphans until told to end."""
    watched = [alarm, sys.stdin.fileno()] if bound else [alarm]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if alarm in ready and signal.SIGTERM in os.read(alarm, 512):
            return
        if bound and sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 512):
            return
        _reap()


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _end_all() -> None:
    """Ask everything to end; what does not in time is killed by the kernel when we are gone."""
    for each in (signal.SIGTERM, signal.SIGCONT):
        with suppress(ProcessLookupError):
            os.kill(-1, each)
    until = time.monotonic() + GRACE
    while time.monotonic() < until and _others():
        _reap()
        time.sleep(0.01)


def _others() -> bool:
    """Whether any process but this one still lives; what is only to be reaped does not count."""
    return any(
        each.name.isdecimal() and each.name != "1" and _is_alive(each)
        for each in Path("/proc").iterdir()
    )


def _is_alive(process: Path) -> bool:
    with suppress(OSError):
        state = (process / "stat").read_bytes().rpartition(b") ")[2][:1]
        return state not in (b"Z", b"X")
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
