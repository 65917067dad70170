# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP commands, judged by the schema and by what it leaves out: properties of devices and objects.

The schema takes any property of a device, and any name for one of an object that lives.
"""

from collections.abc import Iterator, Mapping

from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest, unknown
from colorunbook.qemu.knowledge import Knowledge
from colorunbook.qemu.payload import Payload
from colorunbook.qemu.qapi import Object
from colorunbook.qemu.visitor import reads

OF_DEVICES = ("id", "bus")
"""What ``-device`` takes for every device (system/qdev-monitor.c)."""

_OBJECTS = "/objects/"


def judge(payload: Payload, know: Knowledge) -> Iterator[Finding]:
    """Everything that is to be said of a command."""
    yield from know.schema.findings(payload)
    arguments = payload.arguments
    if payload.execute == "device_add" and isinstance(driver := arguments.get("driver"), str):
        texts = {name: "on" if value is True else str(value) for name, value in arguments.items()}
        yield from device(driver, texts, "arguments.", know)
    if payload.execute in ("qom-get", "qom-set"):
        path, name = arguments.get("path"), arguments.get("property")
        if isinstance(path, str) and isinstance(name, str) and _is_object(path):
            known = _of_objects(know)
            if name not in known:
                what = "is no property of anything that object-add makes"
                yield Problem("arguments.property", what, nearest(name, known))


def device(driver: str, named: Mapping[str, str], path: str, know: Knowledge) -> Iterator[Finding]:
    """A device and its properties, however they came."""
    name = know.aliases.get(driver, driver)
    if name not in know.devices:
        yield unknown(f"{path}driver", "cannot be", driver, (*know.devices, *know.aliases))
        return
    properties = know.devices[name]
    if properties is None:
        yield Unchecked(f"{path}{driver}", "QEMU dies when it is asked for its properties")
        return
    for key, value in named.items():
        if key in (*OF_DEVICES, "driver"):
            continue
        if key not in properties:
            near = nearest(key, (*properties, *OF_DEVICES))
            yield Problem(f"{path}{key}", f"is no property of {name}", near)
        elif properties[key] == "bool" and not reads("boolean", value):
            yield Problem(f"{path}{key}", f"has to be on or off, not {value!r}")


def _is_object(path: str) -> bool:
    """Tell whether a path is of an object that ``object-add`` or ``-object`` has made."""
    return path.startswith(_OBJECTS) and "/" not in path.removeprefix(_OBJECTS)


def _of_objects(know: Knowledge) -> set[str]:
    """The properties of all kinds of objects: which kind lives at a path is not to be seen."""
    found = {name for names in know.objects.values() for name in names or ()}
    for branch in know.schema.arguments("object-add").variants.values():
        kind = know.schema.types[branch]
        found |= set(kind.members) if isinstance(kind, Object) else set()
    return found
