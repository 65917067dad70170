# SPDX-License-Identifier: GPL-2.0-or-later
"""Option strings as the QMP values that QEMU makes of them: ``file.driver=nbd`` is an object.

Values stay text; :mod:`colorunbook.qemu.visitor` reads numbers and switches out of them.
"""

from collections.abc import Iterable
from itertools import count

from colorunbook.qemu.judgement import Finding, Problem, Unchecked
from colorunbook.qemu.payload import Json, JsonObject, is_object

Pairs = Iterable[tuple[str, str]]

_OLD_NBD = ("host", "port", "path")


def crumple(pairs: Pairs, path: str) -> tuple[JsonObject, list[Problem]]:
    """Nest dotted names (QEMU's qdict_crumple); ``children.0`` and so on make an array.

    :param path: what a problem's path begins with.
    """
    whole: JsonObject = {}
    problems: list[Problem] = []
    for name, value in pairs:
        *above, last = name.split(".")
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

    :returns: the arguments, and what of them nobody can judge.
    """
    findings: list[Finding] = []
    return _explicit(value, path, findings), findings


def _explicit(value: JsonObject, path: str, findings: list[Finding]) -> JsonObject:
    """Say what the command line leaves out, of a device and of every one below it."""
    found = dict(value)
    if found.get("driver") == "nbd" and "server" not in found:
        # block/nbd.c, nbd_process_legacy_socket_options: QMP never had these.
        old = {name: found.pop(name) for name in _OLD_NBD if name in found}
        if old:
            found["server"] = {"type": "unix" if "path" in old else "inet", **old}
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
    if name not in ("file", "backing", "children", "data-file", "target", "log", "test", "raw"):
        return value
    if "driver" in value:
        return _explicit(value, f"{path}.", findings)
    if "filename" in value:
        # Without a driver a file name chooses the protocol: a plain path is a file.
        return _explicit({"driver": "file", **value}, f"{path}.", findings)
    findings.append(Unchecked(path, "QEMU guesses its driver when it opens it"))
    return path
