# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reply has of one machine and one run, left out before it is kept or published."""

import re

from colorunbook.engine import private

_RULES = (
    (re.compile(r"\bprocess \d+"), "a process"),
    (re.compile(rf"{re.escape(str(private.base()))}[^\s'\",;]*"), "…"),
    (re.compile(r"#block\d+"), "#block…"),
    # What the kernel chooses for the end of a connection that calls (ip_local_port_range).
    (re.compile(r"(?<=:)(?:32[89]\d\d|327[6-9]\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b"), "…"),
    (re.compile(r"""(['"](?:micro)?seconds['"]: )\d+"""), r"\1…"),
)


def redacted(text: str) -> str:
    """The text without process numbers, runtime folders, made-up names and ports, and times."""
    for rule, instead in _RULES:
        text = rule.sub(instead, text)
    return text
