# SPDX-License-Identifier: GPL-2.0-or-later
"""Generated bad inputs, many of them; the same ones for the same seed.

``./run fuzz --count 10000 --seed 1``. What breaks a law is put into the corpus, which the tests do
again for ever.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.fuzz import documents, flags, journals, monitors, sites
from tests.fuzz.cases import Case
from tests.fuzz.laws import broken
from tests.fuzz.program import Outcome, do

Make = Callable[[Random], Case]

KINDS: Mapping[str, tuple[Make, int]] = {
    "site": (sites.make, 3),
    "flags": (flags.make, 3),
    "document": (documents.make, 2),
    "journal": (journals.make, 2),
    "qmp": (monitors.make, 3),
}
"""Each kind's generator, and how often it has its turn."""


@dataclass(slots=True)
class Account:
    """What came of one kind."""

    codes: Counter[int | None] = field(default_factory=Counter)
    seconds: float = 0.0
    longest: float = 0.0
    failures: int = 0

    def add(self, outcome: Outcome, problems: list[str]) -> None:
        """Count one."""
        self.codes[outcome.code] += 1
        self.seconds += outcome.seconds
        self.longest = max(self.longest, outcome.seconds)
        self.failures += bool(problems)

    def __str__(self) -> str:
        codes = ", ".join(f"{code}: {self.codes[code]}" for code in sorted(self.codes, key=str))
        return (
            f"{self.codes.total():6} inputs, exit codes {{{codes}}}, longest {self.longest:.2f} s, "
            f"in all {self.seconds:.0f} s, {self.failures} broke a law"
        )


def cases(count: int, seed: int) -> Iterator[Case]:
    """So many inputs, kind after kind by turns."""
    turns = [name for name, (_, often) in KINDS.items() for _ in range(often)]
    for number in range(count):
        name = turns[number % len(turns)]
        yield KINDS[name][0](Random(f"{seed}:{number}"))


def main() -> None:
    """Run a campaign; the exit code is 1 where a law was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True)
    told = parser.parse_args()
    accounts = {name: Account() for name in KINDS}
    begun = time.perf_counter()
    for number, case in enumerate(cases(told.count, told.seed)):
        if told.kind not in (None, case.kind):
            continue
        outcome = do(case)
        problems = broken(case, outcome)
        accounts[case.kind].add(outcome, problems)
        if problems:
            kept = case.keep() if told.keep else case.name
            print(
                f"seed {told.seed}, input {number}: {'; '.join(problems)}\n  {case.argv}\n  {kept}"
            )
            print("  " + "\n  ".join(outcome.err.strip().splitlines()[-4:]), flush=True)
        if number % 1000 == 999:
            print(f"{number + 1} inputs after {time.perf_counter() - begun:.0f} s", flush=True)
    for name, account in accounts.items():
        print(f"{name:9}{account}")
    sys.exit(any(account.failures for account in accounts.values()))


if __name__ == "__main__":
    main()
