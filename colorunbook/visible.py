# SPDX-License-Identifier: GPL-2.0-or-later
"""Values made fit for a person's eyes."""


def printable(text: str) -> str:
    """Text of others that a terminal or a page takes for nothing but text; lines stay lines."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def duration(seconds: float) -> str:
    """Show a time: in milliseconds below a second, in seconds above."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
