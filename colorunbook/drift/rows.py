# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of a document that are typed: prompts, continuations, assignments; and rows that are not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from colorunbook.drift.launches import PROGRAM
from colorunbook.drift.words import ROW, Piece, assignment, cut
from colorunbook.errors import InputError

_LONGEST = 200
MOST = 5000
"""Rows of a document that go on in the next one."""

_BULLET = r"(?:(?:\d{1,3}[.)]|[-*])[ ]+)?"
_PROMPT = re.compile(rf"[ ]*{_BULLET}(?:\[[^\]\n]{{1,60}}\]|[\w.@:~/-]{{1,60}})?([#$])[ ]+(?=\S)")
_PLAIN = re.compile(rf"[ ]*{_BULLET}(?=\S)")
_MONITOR = re.compile(rf"[ ]*{_BULLET}\(qemu\)[ ]*(\S.*)")
_TOOL = re.compile(r"(?:\S*/)?qemu-(?:img|nbd|io)")
_USUAL = re.compile(
    r"cp|mv|rm|mkdir|mount|umount|ip|brctl|bridge|modprobe|scp|ssh|rsync|dd|echo|cat|kill|killall"
    r"|pkill|systemctl|ifconfig|socat|nc|telnet|virsh|crm|pcs|apt|apt-get|yum|dnf|chmod|chown|ln"
    r"|touch|truncate|sleep|iptables|nft|sysctl"
)
_COMMAND = re.compile(r"[a-z0-9_./~-]*[a-z0-9]")
_TYPED = re.compile(r"(?:^|\s)(?:--?[A-Za-z]|\S*/\S|\S+=\S|\$)")
_COMMENT = re.compile(r"(\s*)\.\.(?:\s+(?![\w-]+::|_|\[|\|)\S.*|\s*)$")


@dataclass(frozen=True, slots=True)
class Row:
    """What one row, with those it goes on in, has typed.

    :param sure: a prompt says so; an assignment without one may be prose.
    """

    first: int
    last: int
    pieces: tuple[Piece, ...] = ()
    monitor: str = ""
    assigned: tuple[str, str] | None = None
    sure: bool = True


def rows(lines: list[str], unseen: frozenset[int]) -> Iterator[Row]:
    """Every row that is typed.

    :param unseen: the numbers of lines that are commented out, counted from 1.
    :raises InputError: more rows go on in the next one than any such document has.
    """
    if sum(line.rstrip().endswith("\\") for line in lines) > MOST:
        raise InputError(
            f"The document has more than {MOST} rows that go on in the next one.",
            "Give the part of it that is about COLO.",
        )
    at = 0
    while at < len(lines):
        found = None if at + 1 in unseen else _row(lines, at)
        if found is not None:
            yield found
        at = found.last if found is not None else at + 1


@dataclass(frozen=True, slots=True)
class Typed:
    """A command of the shell: its words, or what it assigns."""

    pieces: tuple[Piece, ...] = ()
    assigned: tuple[str, str] | None = None


def typed(line: str, *, prompt: str = "") -> Typed | None:
    """Understand one command of the shell; ``None``: it is none.

    :param prompt: the prompt that stood before it; empty: none.
    """
    assigned = assignment(line)
    if assigned is not None:
        return Typed(assigned=assigned)
    pieces = cut(line)
    before = takewhile(lambda p: p.text == "sudo" or "=" in p.text.partition("/")[0], pieces)
    pieces = pieces[len(list(before)) :]
    words = [piece.text for piece in pieces]
    if len(words) > 1 and PROGRAM.fullmatch(words[0]):
        return Typed(tuple(pieces)) if re.match("--?[a-zA-Z]", words[1]) else None
    if len(words) > 2 and _TOOL.fullmatch(words[0]) and re.fullmatch("-?[a-z]+", words[1]):
        return Typed(tuple(pieces))
    if not words or not prompt or not _COMMAND.fullmatch(words[0]):
        return None
    sure = prompt == "$" or _USUAL.fullmatch(words[0]) or words[0].startswith(("./", "/"))
    return Typed(tuple(pieces)) if sure or _TYPED.search(" ".join(words[1:])) else None


def hidden(text: str) -> frozenset[int]:
    """The numbers of the lines that are commented out, in reStructuredText or in HTML."""
    found: set[int] = set()
    lines, owner = text.split("\n"), -1
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        if owner >= 0 and line.strip() and indent <= owner:
            owner = -1
        comment = _COMMENT.match(line) if owner < 0 else None
        if comment is not None and (line.strip() != ".." or _goes_on(lines, number, indent)):
            owner = indent
        if owner >= 0:
            found.add(number)
    at, seen, begun = text.find("<!--"), 0, 1
    while at >= 0 and (end := text.find("-->", at)) >= 0:
        first = begun + text.count("\n", seen, at)
        begun = first + text.count("\n", at, end)
        found |= set(range(first, begun + 1))
        seen, at = end, text.find("<!--", end)
    return frozenset(found)


def _goes_on(lines: list[str], number: int, indent: int) -> bool:
    """Tell whether a bare ``..`` has a text: an empty one comments nothing out."""
    following = lines[number] if number < len(lines) else ""
    return bool(following.strip()) and len(following) - len(following.lstrip()) > indent


def _row(lines: list[str], at: int) -> Row | None:
    line = lines[at]
    if monitor := _MONITOR.fullmatch(line):
        return Row(at + 1, at + 1, monitor=monitor[1].strip())
    found = _PROMPT.match(line)
    prompt = found[1] if found else ""
    start = found or _PLAIN.match(line)
    if start is None:
        return None
    whole, last = _joined(lines, at, start.end())
    what = typed(whole, prompt=prompt)
    if what is None and found is not None and (plain := _PLAIN.match(line)) is not None:
        whole, last = _joined(lines, at, plain.end())
        what = typed(whole)
    if what is None:
        return None
    sure = bool(prompt) or what.assigned is None
    return Row(at + 1, last + 1, what.pieces, assigned=what.assigned, sure=sure)


def _joined(lines: list[str], at: int, start: int) -> tuple[str, int]:
    """A command with the rows it goes on in, and the index of the last one."""
    base = len(lines[at]) - len(lines[at].lstrip())
    parts, last = [lines[at][start:].rstrip()], at
    launch = PROGRAM.match(parts[0].removeprefix("sudo ")) is not None
    while last + 1 < len(lines) and last - at < _LONGEST:
        following = lines[last + 1].rstrip()
        body = following.lstrip()
        if parts[-1].endswith("\\"):
            before = parts[-1][:-1]
            # An option that goes on after its comma is one word, however far it is indented.
            glued = before.endswith((",", "="))
            parts[-1] = before
            indent = min(base, len(following) - len(body))
            parts.append(ROW + (body if glued else following[indent:]))
        elif launch and re.match("-[a-z]", body) and len(following) - len(body) > base:
            parts.append(f"{ROW} {body}")
        else:
            break
        last += 1
    return "".join(parts), last
