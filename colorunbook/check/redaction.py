# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reply has of one machine and one run, left out before it is kept or published."""

import re

from colorunbook.lab import runtime

_RULES = (
    (re.compile(r"\bprocess \d+"), "a process"),
    (re.compile(rf"{re.escape(str(runtime.base()))}[^\s'\",;]*"), "…"),
    (re.compile(r"#block\d+"), "#block…"),
    # The end of a connection that the kernel chose the port of.
    (re.compile(r"(<-> (?:\[[0-9a-f:.]+\]|[0-9.]+):)\d+"), r"\1…"),
    (re.compile(r"""(['"](?:micro)?seconds['"]: )\d+"""), r"\1…"),
)


def redacted(text: str) -> str:
    """The text without process numbers, runtime folders, made-up names and ports, and times."""
    for rule, instead in _RULES:
        text = rule.sub(instead, text)
    return text
