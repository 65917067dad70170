# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding that nobody has made."""

from benchmarks.findings.record import Attempt, Finding, Kind, Line, Seen, Words

WORDS = Words(
    title="sneeze kills QEMU",
    expected="It says ``bless you``.",
    likely="A *cold*.",
    hurts="It is heard.",
    instead="It does not sneeze.",
)
LINES = (
    Line(0.0, "primary", Kind.SHELL, "qemu-system-x86_64 -name primary -qmp stdio"),
    Line(0.1, "primary", Kind.CAME, '{"QMP": {"version": {"package": "v11"}}}'),
    Line(0.2, "secondary", Kind.SHELL, "pkill -STOP -f -- '-name secondary'"),
    Line(0.3, "primary", Kind.SENT, '{"execute": "sneeze"}'),
    Line(0.4567, "primary", Kind.SEEN, "QEMU has ended: killed by SIGSEGV"),
)


def seen(qemu: str = "11.1.3", shown: int = 2, accel: str = "") -> Seen:
    """What came of three attempts."""
    attempt = Attempt(shown > 0, "It was killed.", LINES, ("a cough",), ("main", "sneeze"))
    return Seen(qemu, "v11", accel, "2026-11-25", shown, 3, attempt)


def finding(*all_seen: Seen) -> Finding:
    """The finding, and what was seen of it."""
    return Finding("sneeze", WORDS, all_seen or (seen(),))
