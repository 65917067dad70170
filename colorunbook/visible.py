# SPDX-License-Identifier: GPL-2.0-or-later
"""Values made fit for a person's eyes, and for the terminal before them."""

import json
import shlex


def json_text(value: object, *, indent: int | None = None) -> str:
    """Write JSON in which letters are letters, and what would steer a terminal is escaped.

    JSON itself escapes nothing above U+001F; a terminal obeys U+0080 to U+009F as well.

    :raises TypeError: it is nothing that JSON has.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def printable(text: str) -> str:
    """Text of others that a terminal or a page takes for nothing but text; lines stay lines."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def program_of(command: str) -> str:
    """As much of a command line as others may read: its program, and how many words follow.

    One of the words may be a password.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    program, given, _ = words[0].partition("=") if words else ("", "", "")
    shown = f"{program}=..." if given else program or "(nothing)"
    more = len(words) - 1
    return f"{shown} and {more} word{'s' * (more != 1)} more" if more > 0 else shown


def duration(seconds: float) -> str:
    """Show a time: in milliseconds below a second, in seconds above."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
