# SPDX-License-Identifier: GPL-2.0-or-later
"""What is QEMU's own: makes it happen, and writes down what was seen; ``./run findings``.

Each finding has a file, in which what was seen on other QEMUs stays.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.findings.catalogue import REPRODUCERS
from benchmarks.findings.record import Finding, read
from benchmarks.findings.report import markdown
from benchmarks.findings.reproducer import Reproducer, tried
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.lab.provision import RELEASES, Release, release
from colorunbook.render.files import write_bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed.

    :param releases: on which QEMUs; none: on those that each can be seen on.
    :param attempts: of each; ``None``: as many as it takes to be sure.
    """

    out: Path
    reproducers: tuple[Reproducer, ...]
    releases: tuple[Release, ...]
    attempts: int | None


def main(words: Sequence[str] | None = None) -> int:
    """Try them, and write each file anew after each QEMU; the exit status."""
    parser = argparse.ArgumentParser(prog="./run findings", description=__doc__)
    names = [each.name for each in REPRODUCERS]
    parser.add_argument("--out", type=Path, required=True, help="the folder of the files")
    parser.add_argument(
        "--only", action="append", metavar="NAME", default=[], help=f"one of {', '.join(names)}"
    )
    parser.add_argument("--qemu", action="append", metavar="VERSION", default=[])
    parser.add_argument("--attempts", type=int, help="how many on each QEMU")
    parser.add_argument(
        "--report", action="store_true", help="try nothing: print what is kept, as Markdown"
    )
    parser.add_argument(
        "--words", action="store_true", help="try nothing: what is kept gets the words of now"
    )
    typed = parser.parse_args(words)
    try:
        asked = _asked(typed.out, [*map(str, typed.only)], [*map(str, typed.qemu)], typed.attempts)
        if typed.report:
            for each in asked.reproducers:
                print(markdown(read(_file(asked, each))))
        elif typed.words:
            reworded(asked)
        else:
            findings(asked)
    except ColorunbookError as error:
        say(f"{error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("It was broken off; what was seen is kept.")
        return 10
    return 0


def findings(asked: Asked) -> None:
    """Try what was asked for.

    :raises ColorunbookError: this machine has no lab, or a QEMU does not come up.
    """
    for each in asked.reproducers:
        for wanted in asked.releases or tuple(map(release, each.releases)) or RELEASES:
            seen = tried(each, wanted, asked.attempts or each.attempts, say)
            kept = _kept(asked, each).with_seen(seen)
            write_bytes(_file(asked, each), kept.text.encode())


def reworded(asked: Asked) -> None:
    """Bring what a person says about findings up to date; what was seen stays.

    :raises InputError: a file cannot be read, or not be written.
    """
    for each in asked.reproducers:
        if _file(asked, each).exists():
            write_bytes(_file(asked, each), _kept(asked, each).text.encode())


def _kept(asked: Asked, reproducer: Reproducer) -> Finding:
    """What was seen earlier, with the words of now."""
    file = _file(asked, reproducer)
    if not file.exists():
        return reproducer.finding
    return replace(read(file), words=reproducer.words)


def _file(asked: Asked, reproducer: Reproducer) -> Path:
    return asked.out / f"{reproducer.name}.json"


def _asked(out: Path, only: Sequence[str], qemu: Sequence[str], attempts: int | None) -> Asked:
    """What was typed.

    :raises InputError: there is no such finding, QEMU or folder, or the number is none.
    """
    names = {each.name: each for each in REPRODUCERS}
    unknown = [name for name in only if name not in names]
    if unknown:
        raise InputError(f"{unknown[0]!r} is no finding.", f"There is: {', '.join(names)}.")
    if attempts is not None and attempts < 1:
        raise InputError(f"{attempts} attempts show nothing.", "Give --attempts 1 or more.")
    if not out.is_dir():
        raise InputError(f"There is no folder {out}.", "Make it first.")
    return Asked(
        out,
        tuple(each for name, each in names.items() if not only or name in only),
        tuple(map(release, qemu)),
        attempts,
    )


def say(text: str) -> None:
    """Tell what goes on."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
