# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest costs: ``python benchmarks/guest.py --out docs/measured/guest.json``.

It is made anew, with an empty cache, and booted under each accelerator.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from colorunbook.errors import ColorunbookError
from colorunbook.lab import genesis
from colorunbook.lab.accel import Accelerator
from colorunbook.lab.guest.building import build
from colorunbook.lab.guest.figures import Boots, Figures
from colorunbook.lab.guest.kept import Guest
from colorunbook.lab.guest.recipe import Recipe
from colorunbook.lab.guest.trial import trial
from colorunbook.lab.provision import provision, release
from colorunbook.lab.world import World


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the figures to a file or show them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="the file for the figures")
    parser.add_argument("--qemu", help="the QEMU to boot it with, for instance 11.1")
    parser.add_argument("--rounds", type=int, default=3, help="how often it is booted")
    asked = parser.parse_args(words)
    try:
        text = measured(asked.qemu, int(asked.rounds)).text
    except ColorunbookError as error:
        say(f"{error}")
        return error.exit_code
    if asked.out is None:
        print(text, end="")
    else:
        asked.out.write_text(text, encoding="utf-8")
    return 0


def measured(qemu: str | None, rounds: int) -> Figures:
    """The figures of this machine."""
    load = os.getloadavg()[0]
    tree = provision(wanted=release(qemu) if qemu else release())
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as folder:
        guest = build(say, cache=Path(folder) / "cache")
        with genesis.create(tree, Path(folder) / "world") as world:
            boots = tuple(_boots(world, guest, name, rounds) for name in Accelerator)
    return Figures(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        recipe=Recipe().key,
        kernel=guest.kernel,
        packages=guest.packages,
        size=guest.size,
        virtual_size=guest.virtual_size,
        seconds=guest.seconds,
        qemu=tree.version,
        processors=len(os.sched_getaffinity(0)),
        load=round(load, 1),
        boots=boots,
    )


def _boots(world: World, guest: Guest, name: Accelerator, rounds: int) -> Boots:
    """What comes of it; one that did not boot it once is not tried again."""
    seconds: list[float] = []
    reason = ""
    for _ in range(rounds):
        tried = trial(world, guest, name)
        reason = tried.verdict.reason
        say(reason)
        if not tried.verdict.runs:
            return Boots(name, reason, ())
        seconds.append(round(tried.seconds, 1))
    return Boots(name, reason, tuple(seconds))


def say(sentence: str) -> None:
    """Tell what goes on."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
