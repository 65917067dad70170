# SPDX-License-Identifier: GPL-2.0-or-later
"""What the start of the program costs: ``python benchmarks/imports.py``.

A failover begins with it. The measure is what it cannot do without: typer and qemu.qmp.
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

ROUNDS = 15
PROGRAMS = {
    "python alone": "",
    "typer, qemu.qmp": "import typer, qemu.qmp",
    "colorunbook": "import colorunbook",
    "colorunbook.cli": "import colorunbook.cli",
    "colorunbook.cli.run": "import colorunbook.cli.run",
}


def seconds(program: str) -> float:
    """How long one start takes."""
    start = perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return perf_counter() - start


def main() -> None:
    """Print the medians, without Python's own start, and the ratio that should stay below 2."""
    took = {name: median(seconds(p) for _ in range(ROUNDS)) for name, p in PROGRAMS.items()}
    bare = took.pop("python alone")
    for name, time in took.items():
        print(f"{name:20} {(time - bare) * 1000:6.1f} ms")
    least = took["typer, qemu.qmp"] - bare
    for name in ("colorunbook.cli", "colorunbook.cli.run"):
        print(f"{name} costs {(took[name] - bare) / least:.2f} times what it cannot do without")


if __name__ == "__main__":
    main()
