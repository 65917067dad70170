# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands as values: what is done, and the members that say how.

Two commands that QEMU understands alike have one shape: the order of members and of options, short
forms of switches and the way a command reaches its monitor make no difference.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from colorunbook.drift.words import Piece, expanded, marked, names
from colorunbook.qemu.options import split
from colorunbook.qemu.payload import HMP, Json, JsonObject, is_object

Scalar = None | bool | int | float | str
Member = tuple[str, str]
"""The part of a command that a value belongs to (``-chardev mirror0``), and the value's name."""

ARGUMENT, OPTION, WORD = "argument", "option", "word"
_IDENTITIES = ("id", "node-name", "child", "node", "job-id", "device", "qom-type")
MOST = 2000
"""Words of a command that are looked at."""

_VALUED = ("-f", "-o", "-b", "-F", "-O", "-l", "-U", "-s")


class Kind(Enum):
    """How a command is typed."""

    ASSIGN = "assign"
    SHELL = "shell"
    LAUNCH = "launch"
    QMP = "qmp"
    HMP = "hmp"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value.

    :param plain: with every variable replaced by what was assigned to it.
    :param marks: with the marks of variables; empty where there is none.
    :param row: where it stands, counted from the command's first row.
    """

    plain: Scalar
    marks: str = ""
    row: int = 0


Leaves = Mapping[Member, Leaf]


@dataclass(frozen=True, slots=True)
class Shape:
    """A command as a value.

    :param name: the QMP command, the HMP verb, the program, or the variable.
    :param identity: the value that tells it from its siblings, as ``comp0`` in ``object-del``.
    :param options: the options of a command line that have an id, in their order.
    :param text: as it is shown to a person, on one line.
    """

    kind: Kind
    name: str
    leaves: Leaves
    text: str
    identity: Scalar = None
    options: tuple[str, ...] = ()
    uses: frozenset[str] = field(default=frozenset())


def of_assignment(name: str, value: str, known: Mapping[str, str]) -> Shape:
    """``name=value``."""
    leaf = _leaf(value, known)
    text = f"{name}={leaf.plain}"
    return Shape(Kind.ASSIGN, name, {("", name): leaf}, text, name, uses=names(value))


def of_qmp(message: JsonObject, known: Mapping[str, str]) -> Shape:
    """A QMP command; a line for the human monitor inside it becomes that line.

    :param message: an object with a member ``execute`` or ``exec-oob``.
    """
    name = str(message.get("execute", message.get("exec-oob")))
    arguments = message.get("arguments", {})
    line = arguments.get("command-line") if is_object(arguments) else None
    if name == HMP and isinstance(line, str):
        return of_hmp(line, known)
    leaves = {(ARGUMENT, path): _typed(value, known) for path, value in flatten(arguments) if path}
    if "execute" not in message:
        leaves["", "channel"] = Leaf("out of band")
    uses = frozenset(n for leaf in leaves.values() for n in names(leaf.marks))
    text = expanded(marked(json.dumps(message, ensure_ascii=False), known), known)
    return Shape(Kind.QMP, name, leaves, text, _identity(leaves), uses=uses)


def of_hmp(line: str, known: Mapping[str, str]) -> Shape:
    """A line of the human monitor."""
    verb, *rest = marked(line, known).split() or [""]
    leaves: dict[Member, Leaf] = {}
    for word in rest:
        if "=" in word:
            leaves |= {(OPTION, key): _leaf(v, known) for key, v in pairs(word)}
        else:
            place = sum(part == WORD for part, _ in leaves) + 1
            leaves[WORD, str(place)] = _leaf(word, known)
    plain = expanded(" ".join([verb, *rest]), known)
    identity = _identity({(ARGUMENT, key): leaf for (_, key), leaf in leaves.items()})
    if identity is None and rest:
        identity = expanded(rest[-1], known)
    return Shape(Kind.HMP, verb, leaves, plain, identity, uses=names(" ".join(rest)))


def of_shell(pieces: Sequence[Piece], known: Mapping[str, str]) -> Shape:
    """A command of the shell that is no QEMU."""
    program, *rest = pieces[:MOST]
    leaves: dict[Member, Leaf] = {}
    flag = ""
    for piece in rest:
        if flag:
            leaves[flag, ""] = _leaf(piece.text, known, piece.row)
            flag = ""
        elif piece.text in _VALUED:
            flag = piece.text
        else:
            place = sum(part == WORD for part, _ in leaves) + 1
            leaves[WORD, str(place)] = _leaf(_in_a_folder(piece.text), known, piece.row)
    words = [piece.text for piece in pieces]
    named = [str(leaf.plain) for leaf in leaves.values() if "/" in str(leaf.plain)]
    return Shape(
        Kind.SHELL,
        basename(program.text),
        leaves,
        expanded(" ".join(words), known),
        named[-1].rpartition("/")[2] if named else None,
        uses=names(" ".join(words)),
    )


def basename(program: str) -> str:
    """A program without its folder."""
    return program.rpartition("/")[2]


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of an option string; its head, where it has one, is called ``type``.

    A switch without a value is on, with ``no`` before it off, as QEMU up to 6.0 wanted it.
    """
    head, found = split(text)
    if head:
        yield "type", head
    for name, value in found:
        off = not value and name in ("nowait", "nodelay", "noserver")
        yield (name[2:], "off") if off else (name, value or "on")


def flatten(value: Json, path: str = "") -> Iterator[tuple[str, Scalar]]:
    """Every value of a JSON document with its path; capabilities are told by name, not by place."""
    if is_object(value) and value:
        for key, inner in value.items():
            yield from flatten(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _item(inner, path, place)
    else:
        yield path, str(value) if isinstance(value, dict | list) else value


def _item(value: Json, path: str, place: int) -> Iterator[tuple[str, Scalar]]:
    name = value.get("capability") if is_object(value) else None
    if is_object(value) and isinstance(name, str):
        rest: JsonObject = {key: inner for key, inner in value.items() if key != "capability"}
        yield from flatten(rest, f"{path}[{name}]")
    else:
        yield from flatten(value, f"{path}[{place}]")


def _identity(leaves: Leaves) -> Scalar:
    found = {path.rpartition(".")[2]: leaf.plain for (_, path), leaf in leaves.items()}
    return next((found[name] for name in _IDENTITIES if name in found), None)


def _typed(value: Scalar, known: Mapping[str, str]) -> Leaf:
    return _leaf(marked(value, known), known) if isinstance(value, str) else Leaf(value)


def _leaf(text: str, known: Mapping[str, str], row: int = 0) -> Leaf:
    plain = expanded(text, known)
    return Leaf(plain, text if plain != text else "", row)


def _in_a_folder(word: str) -> str:
    """An image that lies where one stands is in the folder ``.``."""
    image = word.endswith((".qcow2", ".raw", ".img")) and "/" not in word
    return f"./{word}" if image else word
