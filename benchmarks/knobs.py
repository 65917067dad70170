# SPDX-License-Identifier: GPL-2.0-or-later
"""What the knobs do to clients: ``python benchmarks/knobs.py --out docs/measured/knobs.json``.

The same drill for each position of each knob, several times; each takes less than a minute. What
is in the file already is not played again: a study that was interrupted goes on.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from colorunbook.drill.staging import stage
from colorunbook.drill.study.conduct import Stage, conduct
from colorunbook.drill.study.grid import AXES, Choice, choices
from colorunbook.drill.study.study import Study, read
from colorunbook.errors import Aborted, ColorunbookError, InputError
from colorunbook.render.files import write_bytes

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed.

    :param knobs: these only; none: all.
    :param anew: what is in the file of them is played again.
    """

    out: Path
    rounds: int
    knobs: frozenset[str]
    anew: bool


def main(words: Sequence[str] | None = None, stage: Stage = stage) -> int:
    """Measure, and write the study to a file, anew after each drill; the exit status."""
    asked = _parsed(words)
    try:
        with _interruptible():
            study(asked, stage)
    except (Aborted, KeyboardInterrupt):
        kept = f"What was seen is in {asked.out}" if asked.out.exists() else "Nothing was seen yet"
        say(f"The study was interrupted. {kept}; the same command goes on.")
        return Aborted.exit_code
    except ColorunbookError as error:
        say(f"{error}")
        return error.exit_code
    return 0


def study(asked: Asked, stage: Stage) -> None:
    """Conduct it.

    :raises Aborted: it was interrupted; so does ``KeyboardInterrupt``.
    :raises InputError: there is no such knob, no folder for the file, or the file is no study.
    :raises ColorunbookError: not a single drill had a result.
    """
    known = [axis.knob for axis in AXES]
    unknown = sorted(asked.knobs.difference(known))
    if unknown:
        raise InputError(f"{unknown[0]!r} is no knob.", f"There is: {', '.join(known)}.")
    if asked.rounds < 1:
        raise InputError(f"{asked.rounds} rounds are no study.", "Give --rounds 1 or more.")
    if not asked.out.parent.is_dir():
        raise InputError(
            f"There is no folder {asked.out.parent} for {asked.out.name}.", "Make it first."
        )
    tried = tuple(choices(asked.knobs))
    found = kept = _kept(asked, tried)
    for found in conduct(tried, asked.rounds, say, stage, kept):
        write_bytes(asked.out, found.text.encode())
    if found is kept:
        say(f"All of it is in {asked.out} already; --anew plays it again.")
    elif found is not None:
        _conclude(found, asked.out)


def _kept(asked: Asked, tried: Sequence[Choice]) -> Study | None:
    """What does not have to be played again."""
    if not asked.out.exists():
        return None
    if not asked.anew:
        return read(asked.out)
    try:
        return read(asked.out).without(tried)
    except InputError:
        return None  # whatever it was, it is wanted no more


def _conclude(found: Study, out: Path) -> None:
    flawed = sum(not run.is_flawless for run in found.runs)
    if flawed:
        say(f"In {flawed} of {len(found.runs)} drills something was wrong.")
    say(f"The study is in {out}.")


def _parsed(words: Sequence[str] | None) -> Asked:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the file for the study")
    parser.add_argument("--rounds", type=int, default=2, help="how often each drill is played")
    parser.add_argument(
        "--knob", action="append", default=[], help="this knob only; may be repeated"
    )
    parser.add_argument(
        "--anew", action="store_true", help="also what is in the file already is played"
    )
    told = parser.parse_args(words)
    return Asked(told.out, int(told.rounds), frozenset(map(str, told.knob)), bool(told.anew))


@contextmanager
def _interruptible() -> Iterator[None]:
    """A signal ends it, also one that was ignored: a shell's own background has no Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)  # once is enough: the lab is being taken down
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if number is not signal.SIGHUP or handler is signal.SIG_DFL:  # not under nohup
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(text: str) -> None:
    """Tell what goes on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
