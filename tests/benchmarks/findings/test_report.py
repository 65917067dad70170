# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding as a report."""

from dataclasses import replace

from benchmarks.findings.record import Kind, Line
from benchmarks.findings.report import Block, Heading, Rows, markdown, report
from tests.benchmarks.findings.sightings import finding, seen

WHOLE = """\
# sneeze kills QEMU

## Versions

- QEMU 11.1.3 (v11): it happened in 2 of 3 attempts, 2026-11-25.
- QEMU 7.2.22 (v11), TCG: it happened in 0 of 3 attempts, 2026-11-25.

## How to make it happen

Everything is on one machine, on its loopback. No guest is needed. Each QEMU has a terminal of its
own.

```
# the primary
qemu-system-x86_64 -name primary -qmp stdio
# another shell
pkill -STOP -f -- '-name secondary'
# the primary
{"execute": "sneeze"}
```

## What happens

With QEMU 11.1.3: It was killed.

```
   0.000 primary   $ qemu-system-x86_64 -name primary -qmp stdio
   0.100 primary   < {"QMP": {"version": {"package": "v11"}}}
   0.200 secondary $ pkill -STOP -f -- '-name secondary'
   0.300 primary   > {"execute": "sneeze"}
   0.457 primary   ! QEMU has ended: killed by SIGSEGV
```

The last lines of QEMU's log:

```
a cough
```

Where QEMU was, as gdb tells it, the innermost call first. Only those of QEMU's own functions stand
here whose names its program exports:

```
main
sneeze
```

## What was expected

It says `bless you`.

## The likely reason

A *cold*.

## Where it hurts a pair in COLO

It is heard.

## What colorunbook does because of it

It does not sneeze.
"""


def test_the_whole_report() -> None:
    """What one can paste comes before what was seen, and that before what is thought of it."""
    assert WHOLE == markdown(finding(seen(), seen("7.2.22", 0, "tcg")))


def test_what_does_not_happen_any_more_says_so() -> None:
    """Its versions tell that; there are no lines of what was not seen."""
    parts = list(report(finding(seen(shown=0))))
    assert Rows(("QEMU 11.1.3 (v11): it happened in 0 of 3 attempts, 2026-11-25.",)) == parts[1]
    shown = [row for part in parts if isinstance(part, Block) for row in part.lines]
    assert [] == [row for row in shown if "killed by SIGSEGV" in row]


def test_a_long_command_goes_on_in_the_next_line() -> None:
    """It can still be pasted."""
    options = [
        f"-chardev socket,id=chardev{number},host=127.0.0.1,port=90{number}" for number in (1, 2)
    ]
    long = Line(
        0, "primary", Kind.SHELL, " ".join(["qemu-system-x86_64", "-name primary", *options])
    )
    one = seen()
    told = replace(one, attempt=replace(one.attempt, lines=(long,)))
    (block, *_) = [part for part in report(finding(told)) if isinstance(part, Block)]
    _, first, second = block.lines
    assert long.text == f"{first.removesuffix(' ' + chr(92))} {second.strip()}"


def test_a_reason_that_nobody_knows_is_left_out() -> None:
    """There is no heading over nothing."""
    unknown = replace(finding(), words=replace(finding().words, likely=""))
    assert Heading("The likely reason") not in list(report(unknown))
