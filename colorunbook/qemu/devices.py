# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices and their properties, as far as a QEMU tells of them: names, and the types of some."""

from collections.abc import Iterator, Mapping

from colorunbook.qemu.judgement import Finding, Problem, Unchecked, nearest, unknown
from colorunbook.qemu.knowledge import Knowledge
from colorunbook.qemu.payload import Json
from colorunbook.qemu.visitor import reads

OF_DEVICES = ("id", "bus")
"""What ``-device`` takes for every device (system/qdev-monitor.c)."""

NAMES = (
    *("id", "bus", "chardev", "drive", "fd", "file", "guest", "host", "iothread", "localaddr"),
    *("localport", "logfile", "name", "netdev", "node-name", "path", "port", "process"),
    *("throttling.group", "tls-authz", "tls-creds"),
)
"""Members whose value is a name, a path or an address: what it refers to is never judged."""

_INTEGERS = ("int", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_WHY = "QEMU does not tell what the values of this property are"


def device(
    driver: str, named: Mapping[str, Json], path: str, know: Knowledge, strict: bool = False
) -> Iterator[Finding]:
    """A device and its properties, however they came.

    :param named: text where it comes from an option string, and else JSON.
    :param strict: JSON that has to have the property's own type, as that of ``-device`` has.
    """
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
        else:
            yield from _value(f"{path}{key}", value, properties[key], strict)


def _value(path: str, value: Json, kind: str, strict: bool) -> Iterator[Finding]:
    """A value of a property; ``device_add`` of 7.2 passes over arrays and reads text."""
    boolean, text = isinstance(value, bool), value if isinstance(value, str) else None
    if kind == "bool":
        if boolean or (text is not None and not strict and reads("boolean", text)):
            return
        if strict or isinstance(value, str | int | float):
            yield Problem(path, f"has to be on or off, not {value!r}")
            return
    elif kind in _INTEGERS:
        if isinstance(value, int) and not boolean:
            return
        if text is not None and not strict and reads("whole", text):
            return
        if boolean or isinstance(value, float):
            yield Problem(path, f"has to be an integer, not {value!r}")
            return
    elif text is not None and path.rpartition(" ")[2].rpartition(".")[2] in NAMES:
        return
    yield Unchecked(f"{path}={text}" if text else path, _WHY)
