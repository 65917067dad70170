# SPDX-License-Identifier: GPL-2.0-or-later
"""QMP commands, judged by the schema and by what it leaves out.

That are the properties of devices and objects, and lines for the human monitor. The schema takes
any property of a device, any name for one of an object that lives, and any line.
"""

from collections.abc import Iterator

from colorunbook.qemu import humanmonitor
from colorunbook.qemu.devices import device
from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest
from colorunbook.qemu.knowledge import Knowledge
from colorunbook.qemu.payload import HMP, Payload
from colorunbook.qemu.qapi import Object

_OBJECTS = "/objects/"


def judge(payload: Payload, know: Knowledge) -> Iterator[Finding]:
    """Everything that is to be said of a command."""
    yield from know.schema.findings(payload)
    arguments = payload.arguments
    if payload.execute == "device_add" and isinstance(driver := arguments.get("driver"), str):
        yield from device(driver, arguments, "arguments.", know)
    if payload.execute == HMP and isinstance(line := arguments.get("command-line"), str):
        yield from humanmonitor.judge(line, know)
    if payload.execute in ("qom-get", "qom-set"):
        path, name = arguments.get("path"), arguments.get("property")
        if isinstance(path, str) and isinstance(name, str):
            yield from _property(path, name, know)
            if payload.execute == "qom-set":
                yield Unchecked(f"the value of {name}", "what lives at a path is not to be seen")


def _property(path: str, name: str, know: Knowledge) -> Iterator[Finding]:
    """A property of something that lives."""
    if not _is_object(path):
        yield Unchecked(f"{name} of {path}", "what lives at a path is not to be seen")
        return
    known = _of_objects(know)
    if name not in known:
        what = "is no property of anything that object-add makes"
        yield Problem("arguments.property", what, nearest(name, known))


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
