# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done to good text, and to good JSON, to make it bad."""

from collections.abc import Sequence
from copy import deepcopy
from random import Random

from colorunbook.qemu.payload import Json

ODD = (
    "",
    " ",
    "\0",
    "\x1b[31m",
    "\x7f",
    "\x9b2J",
    "\r\n",
    "\t",
    "\u202e",
    "\u2028",
    "\ufeff",
    "\ufffe",
    "é",
    "日本",
    "😀",
    "a\u0301",
    "'",
    '"',
    "\\",
    "`",
    "$(id)",
    "`id`",
    "{{ 7 * 7 }}",
    "{% include '/etc/passwd' %}",
    "%s%n",
    "../../etc/passwd",
    "/etc/passwd",
    "/dev/null",
    "-",
    "--",
    "-1",
    "0",
    "1e999",
    "nan",
    "true",
    "null",
    "9" * 400,
    "x" * 5000,
    "[" * 3000,
    '{"a":' * 3000,
    "!!python/object/apply:os.system ['id']",
    "\u0660\u0661\u0662",
    "²",
)

VALUES: Sequence[Json] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(2**63) - 1,
    10**400,
    1.5,
    1e308,
    "",
    "x",
    "\0\x1b[2J",
    "\ud800",
    "x" * 10000,
    [],
    [[]],
    [None],
    {},
    {"": None},
    [{"name": 5}, 7, None, "x"],
    {"status": {}},
    {"status": []},
    {"mode": 7},
)


def of_text(random: Random, text: str) -> str:
    """A text with one to eight things made wrong."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        text = _once(random, text)
    return text


def _once(random: Random, text: str) -> str:
    at, end = sorted(random.randint(0, len(text)) for _ in range(2))
    lines = text.split("\n")
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(11):
        case 0:
            return text[:at]
        case 1:
            return text[:at] + text[end:]
        case 2:
            return text[:at] + random.choice(ODD) + text[at:]
        case 3:
            return text[:at] + chr(random.randrange(256)) + text[at + 1 :]
        case 4:
            return text[:at] + text[at : at + 40] * random.choice((2, 50)) + text[at:]
        case 5:
            lines[one], lines[two] = lines[two], lines[one]
        case 6:
            del lines[one]
        case 7:
            lines.insert(two, lines[one])
        case 8:
            words = lines[one].split(" ")
            words[random.randrange(len(words))] = random.choice(ODD)
            lines[one] = " ".join(words)
        case 9:
            lines[one] = of_digits(random, lines[one])
        case _:
            lines[one] = random.choice((lines[one].strip(), " " * 7 + lines[one], lines[one] * 2))
    return "\n".join(lines)


def of_digits(random: Random, line: str) -> str:
    """A line with other numbers."""
    wrong = random.choice(("", "0", "-1", "65536", "9" * 30, "1e5", "0x10", "1_0", "007", "٣"))
    return "".join(wrong if c.isdigit() and random.random() < 0.5 else c for c in line)


def of_json(random: Random, value: Json) -> Json:
    """A value with one thing in it made wrong."""
    value = deepcopy(value)
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(list(value))
        match random.randrange(4):
            case 0:
                del value[name]
            case 1:
                value[random.choice(ODD)[:50]] = value.pop(name)
            case _:
                value[name] = of_json(random, value[name])
        return value
    if isinstance(value, list) and value and random.random() < 0.8:
        at = random.randrange(len(value))
        match random.randrange(4):
            case 0:
                del value[at]
            case 1:
                value *= 2
            case _:
                value[at] = of_json(random, value[at])
        return value
    return random.choice(VALUES)


def latin(text: str) -> str:
    """A text as a case keeps it: the bytes of its UTF-8, each as a letter of Latin-1."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")
