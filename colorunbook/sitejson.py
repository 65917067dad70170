# SPDX-License-Identifier: GPL-2.0-or-later
"""A :class:`~colorunbook.hosts.Site` as JSON, whole, so that an equal one can be made of it."""

import dataclasses
from collections.abc import Mapping
from enum import Enum

from colorunbook.addresses import Door, Monitor, StdioMonitor, parse_door, parse_monitor
from colorunbook.comparison import Comparison, Nic
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Ports, Site
from colorunbook.qemu.payload import Json, JsonObject, is_object

_TEXTS = ("address", "images")


def site_as_json(site: Site) -> JsonObject:
    """Every value of a site; a monitor is spelled as it is typed."""
    return {part.name: _as_json(getattr(site, part.name)) for part in dataclasses.fields(site)}


def site_from_json(told: Json) -> Site:
    """The site that :func:`site_as_json` has told; what is left out has its default.

    :raises InputError: it is no site, or has something that is not known here.
    """
    table = _table(told, Site, "a site")
    site = Site()
    for name, value in table.items():
        match name:
            case "primary" | "secondary" | "ports":
                pass
            case "accel":
                site = dataclasses.replace(site, accel=_accel(value))
            case "extra":
                site = dataclasses.replace(site, extra=_texts(value))
            case "bridge_helper":
                helper = None if value is None else _text(value, name)
                site = dataclasses.replace(site, bridge_helper=helper)
            case "service":
                service = None if value is None else parse_door(_text(value, name))
                site = dataclasses.replace(site, service=service)
            case "memory":
                site = dataclasses.replace(site, memory=_number(value, name))
            case "checkpoint_delay":
                site = dataclasses.replace(site, checkpoint_delay=_number(value, name))
            case "disk":
                site = dataclasses.replace(site, disk=_text(value, name))
            case "cpu":
                site = dataclasses.replace(site, cpu=_text(value, name))
            case "nic":
                site = dataclasses.replace(site, nic=_nic(value))
            case "comparison":
                site = dataclasses.replace(site, comparison=_comparison(value))
            case _:
                raise InputError(f"The {name} of a site cannot be read back.")
    return dataclasses.replace(
        site,
        primary=_host(table["primary"]) if "primary" in table else site.primary,
        secondary=_host(table["secondary"]) if "secondary" in table else site.secondary,
        ports=_ports(table["ports"]) if "ports" in table else site.ports,
    )


def _as_json(
    value: Host
    | Ports
    | Nic
    | Comparison
    | Monitor
    | Door
    | Enum
    | tuple[str, ...]
    | str
    | int
    | None,
) -> Json:
    match value:
        case Host() | Ports() | Nic() | Comparison():
            parts = dataclasses.fields(value)
            return {part.name: _as_json(getattr(value, part.name)) for part in parts}
        case Enum():
            return str(value.value)
        case tuple():
            return list(value)
        case None | str() | int():
            return value
        case spelled:
            return str(spelled)


def _host(told: Json) -> Host:
    table = _table(told, Host, "a host")
    address, images = (_text(table.get(name), name) for name in _TEXTS)
    given = [table.get(each.name) for each in dataclasses.fields(Host) if each.name not in _TEXTS]
    while given and given[-1] is None:
        given.pop()
    monitors = [
        StdioMonitor() if each is None else parse_monitor(_text(each, "monitor")) for each in given
    ]
    return Host(address, images, *monitors)


def _ports(told: Json) -> Ports:
    table = _table(told, Ports, "the ports of a pair")
    return Ports(**{name: _number(value, name) for name, value in table.items()})


def _nic(told: Json) -> Nic:
    table = _table(told, Nic, "a network card")
    nic = Nic()
    model, header = table.get("model", nic.model), table.get("vnet_hdr_support")
    if header is not None and not isinstance(header, bool):
        raise InputError(f"The vnet_hdr_support {header!r:.40} is neither true nor false.")
    return Nic(_text(model, "model"), header)


def _comparison(told: Json) -> Comparison:
    table = _table(told, Comparison, "a comparison")
    given = {name: value for name, value in table.items() if value is not None}
    return Comparison(**{name: _number(value, name) for name, value in given.items()})


def _table(
    told: Json, kind: type[Site | Host | Ports | Nic | Comparison], what: str
) -> Mapping[str, Json]:
    if not is_object(told):
        raise InputError(f"{told!r:.40} is not {what}.")
    stray = sorted(told.keys() - {part.name for part in dataclasses.fields(kind)})
    if stray:
        raise InputError(f"{stray[0]!r:.40} is nothing that {what} has.")
    return told


def _accel(value: Json) -> Accel:
    try:
        return Accel(value)
    except ValueError:
        raise InputError(f"{value!r:.40} is no accelerator.") from None


def _text(value: Json, name: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"The {name} {value!r:.40} is no text.")
    return value


def _texts(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f"{value!r:.40} is no list.")
    return tuple(_text(item, "word") for item in value)


def _number(value: Json, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"The {name} {value!r:.40} is no whole number.")
    return value
