# SPDX-License-Identifier: GPL-2.0-or-later
"""Block devices as option strings: ``-drive``, and ``drive_add`` of the human monitor."""

from collections.abc import Iterator, Mapping, Sequence

from colorunbook.qemu.groups import typed
from colorunbook.qemu.judgement import Finding, Problem, Unchecked, unknown
from colorunbook.qemu.keyval import as_blockdev, crumple, written_out
from colorunbook.qemu.knowledge import Knowledge
from colorunbook.qemu.options import split
from colorunbook.qemu.visitor import Visitor

Pairs = Sequence[tuple[str, str]]

_WORDS: Mapping[str, tuple[str, ...]] = {
    "if": ("none", "ide", "scsi", "floppy", "pflash", "virtio", "sd", "mtd", "xen"),
    "media": ("disk", "cdrom"),
    "cache": ("none", "off", "directsync", "writeback", "unsafe", "writethrough"),
}
"""Words that no schema tells (blockdev.c, block.c); the same in every QEMU from 7.2 on."""

_FORMAT = ("driver", "format")

_OLD: Mapping[str, str] = {
    "readonly": "read-only",
    "group": "throttling.group",
    **{
        f"{unit}{way}{peak}": f"throttling.{unit}-{words}{peak.replace('_', '-')}"
        for unit in ("iops", "bps")
        for way, words in (("", "total"), ("_rd", "read"), ("_wr", "write"))
        for peak in ("", "_max")
    },
    "iops_size": "throttling.iops-size",
}
"""The old names of members of ``-drive`` (blockdev.c, drive_new)."""


def block_device(option: str, pairs: Pairs, know: Knowledge) -> Iterator[Finding]:
    """The pairs of ``-drive`` or ``drive_add`` that make a block device."""
    value, problems = crumple(pairs, f"{option} ")
    yield from problems
    if not problems:
        value, findings = as_blockdev(value, f"{option} ")
        yield from findings
        visitor = Visitor(know.schema.types, keyval=True)
        arguments = know.schema.commands["blockdev-add"].arguments
        yield from visitor.visit(arguments, value, f"{option} ")


def drive(option: str, text: str, know: Knowledge) -> Iterator[Finding]:
    """The value of ``-drive``."""
    head, pairs = split(written_out(text)[0])
    if head:
        yield Problem(option, f"has {head!r} where name=value is needed")
    pairs = tuple((_OLD.get(name, name), value) for name, value in pairs)
    group = know.options.get("drive", {})
    formats = tuple(value for name, value in pairs if name in ("driver", "format"))
    own = [(n, v) for n, v in pairs if n in ("id", *group, *_WORDS) and n not in _FORMAT]
    rest = [(n, v) for n, v in pairs if n not in _FORMAT and (n, v) not in own]
    yield from _words(option, own)
    yield from typed(option, [(n, v) for n, v in own if n not in _WORDS], group)
    if formats and not any(name == "file" for name, _ in own):
        yield from block_device(option, [("driver", formats[-1]), *rest], know)
        return
    yield from _formats(option, formats, know)
    for name, _ in rest:
        yield Unchecked(f"{option} {name}", "without a driver of its own, or with file=")


def _words(option: str, pairs: Pairs) -> Iterator[Finding]:
    for name, value in pairs:
        if name in _WORDS and value not in _WORDS[name]:
            yield unknown(f"{option} {name}", "cannot be", value, _WORDS[name])


def _formats(option: str, formats: Sequence[str], know: Knowledge) -> Iterator[Finding]:
    """The driver of a file that is named by ``file=``."""
    arguments = know.schema.commands["blockdev-add"].arguments
    known = know.schema.tags(arguments)
    for value in formats:
        if value not in known:
            yield unknown(f"{option} driver", "cannot be", value, known)
