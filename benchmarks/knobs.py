# SPDX-License-Identifier: GPL-2.0-or-later
"""What the knobs do to clients: ``python benchmarks/knobs.py --out docs/measured/knobs.json``.

The same drill for each position of each knob, several times. It takes about two minutes a drill.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from colorunbook.drill.study.conduct import conduct
from colorunbook.drill.study.grid import AXES, choices
from colorunbook.errors import ColorunbookError, InputError


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the study to a file, anew after each drill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the file for the study")
    parser.add_argument("--rounds", type=int, default=2, help="how often each drill is played")
    parser.add_argument(
        "--knob", action="append", default=[], help="this knob only; may be repeated"
    )
    asked = parser.parse_args(words)
    try:
        study(asked.out, int(asked.rounds), frozenset(map(str, asked.knob)))
    except ColorunbookError as error:
        say(f"{error}")
        return error.exit_code
    return 0


def study(out: Path, rounds: int, knobs: frozenset[str]) -> None:
    """Conduct it.

    :raises InputError: there is no such knob, or no folder for the file.
    :raises ColorunbookError: not a single drill had a result.
    """
    known = [axis.knob for axis in AXES]
    unknown = sorted(knobs.difference(known))
    if unknown:
        raise InputError(f"{unknown[0]!r} is no knob.", f"There is: {', '.join(known)}.")
    if not out.parent.is_dir():
        raise InputError(f"There is no folder {out.parent} for {out.name}.", "Make it first.")
    for found in conduct(tuple(choices(knobs)), rounds, say):
        out.write_text(found.text, encoding="utf-8")
    say(f"The study is in {out}.")


def say(text: str) -> None:
    """Tell what goes on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
