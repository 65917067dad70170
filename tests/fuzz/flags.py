# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for the program that nobody has thought of: every verb and option that there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from colorunbook.cli import app, verbs
from tests.fuzz import sites
from tests.fuzz.cases import Case
from tests.fuzz.noise import ODD

WORDS = (
    *sites.RUNBOOKS,
    *("10.0.0.1", "10.0.0.2", "::1", "127.0.0.1", "localhost", "mail-a.example.org", "::"),
    *("7.2", "10.0", "10.0.2", "11.1", "11.1.3", "12", "0", "-1", "11.1.3.4", "v11"),
    *("hmp", "blockdev", "kvm", "tcg", "primary", "secondary", "default"),
    *("site.toml", "doc.rst", "lines.json", "out", "no/such", ".", "..", "/proc/nowhere", "-"),
    *("unix:{q}", "unix:/no/such", "tcp:10.0.0.1:4444", "tcp:127.0.0.1:1", "stdio", "vnc:0"),
    *("guest.memory=1024", "guest.memory=x", "a=b", "backend.type=socket", "query-status"),
    *("nbd-server-add", "1", "3", "100000000000000000000", "99999"),
    *("\udc80", "\udcff\udcfe", "a\nb", "a\x1b[31mb"),
    *(word.replace("\0", "\x01") for word in ODD),
)

FILES = {
    "site.toml": sites.GOOD,
    "doc.rst": 'Do this::\n\n    {"execute": "query-status"}\n',
    "lines.json": '{"execute": "query-status"}\n{"execute": "nbd-server-stop"}\n',
}


GOOD = {
    "name": sites.RUNBOOKS,
    "primary": ("10.0.0.1", "::1"),
    "secondary": ("10.0.0.2", "fd00::2"),
    "site": ("site.toml",),
    "settings": ("guest.memory=1024", "primary.images=/srv", 'guest.extra=["-S"]'),
    "qemu": ("7.2", "10.0", "10.0.13", "11.1"),
    "primary_qmp": ("unix:/no/such", "tcp:127.0.0.1:4444"),
    "secondary_qmp": ("unix:/no/other", "tcp:127.0.0.1:4445"),
    "docs": ("out", "doc.rst"),
    "file": ("doc.rst",),
    "lines": ("lines.json", "-"),
    "command": ("nbd-server-start", "chardev-add", "migrate"),
    "choices": ("backend.type=socket", "addr.type=inet"),
    "edition": ("hmp", "blockdev"),
    "accel": ("kvm", "tcg"),
    "role": ("primary", "secondary"),
    "state": ("runs",),
    "jobs": ("1", "16"),
    "folder": ("out",),
    "output": ("made.json.xz",),
}
"""Values that make sense, by the name of what they are given for."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb, with the options that it takes.

    :param valued: the options that take a value, each with its name in :data:`GOOD`.
    :param arguments: the names of what is given without an option.
    """

    path: tuple[str, ...]
    flags: tuple[str, ...]
    valued: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]


@cache
def all_verbs() -> tuple[Verb, ...]:
    """Every one that the program has today."""
    app.registered_commands.clear()
    app.registered_groups.clear()
    verbs.register(app, None)
    return tuple(_verbs(typer.main.get_command(app), ()))


def _verbs(command: object, path: tuple[str, ...]) -> Iterator[Verb]:
    assert isinstance(command, TyperCommand | TyperGroup)
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from _verbs(child, (*path, name))
    options = [p for p in command.params if isinstance(p, TyperOption)]
    yield Verb(
        path,
        tuple(name for o in options if o.is_flag for name in o.opts),
        tuple((name, o.name or "") for o in options if not o.is_flag for name in o.opts),
        tuple(p.name or "" for p in command.params if not isinstance(p, TyperOption)),
    )


def make(random: Random) -> Case:
    """A verb with too many, too few and wrong words."""
    verb = random.choice(all_verbs())
    words = list(verb.path)
    rest = [_word(random, name) for name in verb.arguments]
    if random.random() < 0.2:
        rest = [_word(random) for _ in range(random.randrange(4))]
    for _ in range(random.choice((0, 1, 1, 2, 3, 6))):
        rest = _with_option(random, verb, rest)
    words += rest
    if random.random() < 0.15:
        words.insert(random.randint(0, len(words)), _word(random))
    if random.random() < 0.05:
        random.shuffle(words)
    if random.random() < 0.03:
        words = [_word(random) for _ in range(random.randrange(6))]
    stdin = random.choice(("", "x", '{"execute": "stop"}\n', "\xff\xfe", "[" * 5000))
    return Case("flags", tuple(words), FILES, stdin)


def _with_option(random: Random, verb: Verb, rest: list[str]) -> list[str]:
    at = random.choice((0, len(rest)))
    kind = random.random()
    if kind < 0.6 and verb.valued:
        name, what = random.choice(verb.valued)
        word = _word(random, what)
        new = random.choice(([name, word], [f"{name}={word}"], [name]))
    elif kind < 0.9 and verb.flags:
        new = [random.choice(verb.flags)]
    else:
        new = [random.choice(("--no-such", "-z", "--json=1", "--", "-hv", "--site", "-", "---"))]
    return [*rest[:at], *new, *rest[at:]]


def _word(random: Random, what: str = "") -> str:
    return random.choice(GOOD[what] if what in GOOD and random.random() < 0.8 else WORDS)
