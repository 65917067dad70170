# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's command line as a value: options by id, in any order."""

import re
from collections.abc import Iterator, Mapping, Sequence

from colorunbook.drift.loose import NotJson, read_object
from colorunbook.drift.shapes import MOST, Kind, Leaf, Member, Shape, basename, flatten, pairs
from colorunbook.drift.words import Piece, expanded, names

PROGRAM = re.compile(r"(?:\S*/)?(?:qemu-system-[a-z0-9_]+|qemu-kvm|kvm|qemu)")
_NAMED = {"-chardev", "-object", "-drive", "-netdev", "-device", "-blockdev", "-nic", "-mon"}
_IDS = ("id", "node-name")
_FILES = ("filename", "file")
_ANYWHERE = re.compile(r"(tcp:)0?(:[0-9]+)")
_MEGABYTES = {"": 1, "M": 1, "G": 1024}
_SIZE = re.compile(r"(?:size=)?([0-9]{1,9})([MG]?)")


def of_launch(pieces: Sequence[Piece], known: Mapping[str, str]) -> Shape:
    """The start of a QEMU.

    :param pieces: its words, the program first.
    """
    leaves: dict[Member, Leaf] = {("", "program"): Leaf(basename(pieces[0].text))}
    order: list[str] = []
    taken: set[str] = set()
    for option, value, row in _options(pieces[1:MOST]):
        found = dict(_read(option, value))
        part = _part(option, found, taken, known)
        taken.add(part)
        if part != option:
            order.append(part)
        for name, text in (found or {"": "on"}).items():
            plain = expanded(text, known)
            leaves[part, name] = Leaf(plain, text if plain != text else "", row)
    words = [piece.text for piece in pieces]
    return Shape(
        Kind.LAUNCH,
        "qemu",
        leaves,
        expanded(" ".join(words), known),
        options=tuple(order),
        uses=names(" ".join(words)),
    )


def _options(pieces: Sequence[Piece]) -> Iterator[tuple[str, str, int]]:
    """Each option with its value and the row it stands in."""
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if not piece.text.startswith("-"):
            yield "", piece.text, piece.row
            continue
        value = ""
        if at < len(pieces) and not pieces[at].text.startswith("-"):
            value = pieces[at].text
            at += 1
        option = "-" + piece.text.lstrip("-")
        yield (
            ("-accel", "kvm", piece.row) if option == "-enable-kvm" else (option, value, piece.row)
        )


def _read(option: str, value: str) -> Iterator[tuple[str, str]]:
    if option in _NAMED and value.startswith("{"):
        yield from _json(value)
    elif option in _NAMED:
        for name, text in pairs(value):
            alone = name.rpartition(".")[2] in _FILES and "/" not in text and ":" not in text
            yield name, f"./{text}" if alone and text and text[0].isalnum() else text
    elif value:
        yield "", _normal(option, value)


def _json(value: str) -> Iterator[tuple[str, str]]:
    try:
        found, _ = read_object(value, 0)
    except NotJson:
        yield "", value
        return
    for path, leaf in flatten(found):
        name = "type" if path == "qom-type" else path
        switch = "on" if leaf is True else "off"
        yield name, switch if isinstance(leaf, bool) else str(leaf)


def _normal(option: str, value: str) -> str:
    """One spelling for what has several."""
    if option == "-cpu":
        model, *features = value.split(",")
        signs = {"+": "on", "-": "off"}
        spelled = [f"{f[1:]}={signs[f[0]]}" if f[:1] in signs else f for f in features]
        return ",".join([model, *sorted(spelled)])
    if option == "-m" and (size := _SIZE.fullmatch(value)):
        return str(int(size[1]) * _MEGABYTES[size[2]])
    if option == "-incoming":
        return _ANYWHERE.sub(r"\g<1>0.0.0.0\2", value)
    if option == "-name":
        return value.removeprefix("guest=")
    return value


def _part(option: str, found: Mapping[str, str], taken: set[str], known: Mapping[str, str]) -> str:
    """What an option is called: by its id, else by its kind, else by its place."""
    name = ""
    if option in _NAMED:
        name = next((found[key] for key in _IDS if key in found), found.get("type", ""))
    part = f"{option} {expanded(name, known)}".strip()
    place = 1
    while part in taken:
        place += 1
        part = f"{option} {expanded(name, known)} #{place}".strip()
    return part
