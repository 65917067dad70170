# SPDX-License-Identifier: GPL-2.0-or-later
"""Option strings as the QMP values that QEMU makes of them: ``file.driver=nbd`` is an object.

Values stay text; :mod:`colorunbook.qemu.visitor` reads numbers and switches out of them.
"""

import re
from collections.abc import Iterable
from itertools import count

from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest
from colorunbook.qemu.payload import Json, JsonObject, is_object

Pairs = Iterable[tuple[str, str]]

_OLD_NBD = ("host", "port", "path")
_NBD_PORT = "10809"
_CHILDREN = ("file", "backing", "children", "data-file", "target", "log", "test", "raw")
_OPENED = ("file", "children")
"""Those that are opened by what the command line says of them, never by what an image says."""
_PROTOCOL = re.compile("[A-Za-z0-9+.-]+:")
_DEEP = 40


def written_out(text: str) -> tuple[str, tuple[str, ...]]:
    """An option string with its short booleans written out: ``server,nowait``.

    A leading word is none of them: it is a value (util/qemu-option.c).

    :returns: the option string, and what was short in it.
    """
    first, *others = text.replace(",,", "\0").split(",")
    if others and others[-1] == "":
        others.pop()
    short = tuple(each for each in others if "=" not in each)
    written = (
        each if each not in short else f"{each[2:]}=off" if each.startswith("no") else f"{each}=on"
        for each in others
    )
    return ",".join((first, *written)).replace("\0", ",,"), short


def gathered(pairs: Pairs) -> JsonObject:
    """Names and values that QEMU never nests; what is repeated is an array."""
    whole: dict[str, list[Json]] = {}
    for name, value in pairs:
        whole.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in whole.items()}


def crumple(pairs: Pairs, path: str) -> tuple[JsonObject, list[Problem]]:
    """Nest dotted names (QEMU's qdict_crumple); ``children.0`` and so on make an array.

    :param path: what a problem's path begins with.
    """
    whole: JsonObject = {}
    problems: list[Problem] = []
    for name, value in pairs:
        *above, last = name.split(".")
        if len(above) > _DEEP:
            problems.append(Problem(f"{path}{above[0]}", "is nested too deeply"))
            continue
        place: Json = whole
        for part in above:
            place = place.setdefault(part, {}) if is_object(place) else None
        if not is_object(place) or is_object(place.get(last)):
            problems.append(Problem(f"{path}{name}", "is given both a value and members"))
        else:
            place[last] = value
    return {name: _arrays(value) for name, value in whole.items()}, problems


def _arrays(value: Json) -> Json:
    if not is_object(value):
        return value
    inner = {name: _arrays(part) for name, part in value.items()}
    names = [name for name, _ in zip(map(str, count()), inner, strict=False)]
    if inner.keys() == set(names):
        return [inner[name] for name in names]
    return inner


def as_blockdev(value: JsonObject, path: str) -> tuple[JsonObject, list[Finding]]:
    """A block device of the command line as ``blockdev-add`` would be given it.

    :returns: the arguments, what of them is wrong already, and what nobody can judge.
    """
    findings: list[Finding] = []
    return _explicit(value, path, findings), findings


def _explicit(value: JsonObject, path: str, findings: list[Finding]) -> JsonObject:
    """Say what the command line leaves out, of a device and of every one below it."""
    found = dict(value)
    if found.get("driver") == "nbd" and "server" not in found:
        # block/nbd.c, nbd_process_legacy_socket_options: QMP never had these.
        old = {name: found.pop(name) for name in _OLD_NBD if name in found}
        if "path" in old:
            found["server"] = {"type": "unix", **old}
        elif old:
            found["server"] = {"type": "inet", "port": _NBD_PORT, **old}
    for name, part in found.items():
        place = f"{path}{name}"
        if is_object(part):
            found[name] = _child(name, part, place, findings)
        elif isinstance(part, list):
            found[name] = [
                _child(name, item, f"{place}.{n}", findings) if is_object(item) else item
                for n, item in enumerate(part)
            ]
    return found


def _child(name: str, value: JsonObject, path: str, findings: list[Finding]) -> Json:
    """A device below another, or any other object."""
    if name not in _CHILDREN:
        return value
    if "driver" in value:
        return _explicit(value, f"{path}.", findings)
    filename = value.get("filename")
    if isinstance(filename, str) and not _PROTOCOL.match(filename):
        # Without a driver a file name chooses the protocol: a plain path is a file.
        return _explicit({"driver": "file", **value}, f"{path}.", findings)
    if filename is None and name in _OPENED and "file" not in value:
        near = next(filter(None, (nearest(each, ("filename", "driver")) for each in value)), "")
        findings.append(Problem(path, "has neither a driver nor a filename", near))
    else:
        findings.append(Unchecked(path, "QEMU guesses its driver when it opens it"))
    return path
