# SPDX-License-Identifier: GPL-2.0-or-later
"""Site files: ``colorunbook.toml``, read into a :class:`~colorunbook.hosts.Site`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from colorunbook.addresses import parse_door, parse_monitor
from colorunbook.comparison import Comparison, Nic
from colorunbook.errors import InputError
from colorunbook.hosts import Accel, Host, Ports, Site

FILE = "colorunbook.toml"

LARGEST = 2**20
"""Bytes of a site file that are read."""

_TABLES = {
    "primary": {"address", "images", "qmp", "spare"},
    "secondary": {"address", "images", "qmp", "spare"},
    "ports": {"compare", "mirror", "secondary_in", "compare_out", "migration", "nbd"},
    "guest": {
        "memory",
        "cpu",
        "accel",
        "disk",
        "bridge_helper",
        "checkpoint_delay",
        "extra",
        "service",
        "nic",
        "vnet_hdr_support",
    },
    "comparison": {"compare_timeout", "expired_scan_cycle", "max_queue_size"},
}

Table = Mapping[str, object]


def read_site(path: Path | None, settings: Sequence[str] = ()) -> Site:
    """Read a site file and single settings; what they leave out has the document's value.

    :param path: the file; ``None``: there is none.
    :param settings: ``table.key=value`` each, stronger than the file; the value as TOML, or text.
    :raises InputError: something cannot be read, is unknown or wrong.
    """
    tables = _read(path) if path else {}
    where = f"the site file {path}" if path else "the settings"
    for setting in settings:
        table, key, value = _setting(setting)
        tables[table] = {**_table(tables, table), key: value}
    try:
        return _site(tables)
    except InputError as error:
        raise InputError(f"In {where}: {error.message}", error.advice) from error


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise InputError(f"The site file {path} is larger than {LARGEST // 2**20} MiB.")
        return _toml(data.decode())
    except OSError as error:
        raise InputError(f"The site file {path} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise InputError(f"The site file {path} is not TOML: it is nested too deeply.") from error
    except ValueError as error:  # no TOML, no UTF-8, or a number of thousands of digits
        raise InputError(f"The site file {path} is not TOML: {error}.") from error


def _toml(text: str) -> dict[str, object]:
    import tomllib  # a failover in a lab reads none

    return tomllib.loads(text)


def _setting(text: str) -> tuple[str, str, object]:
    name, equals, value = text.partition("=")
    table, dot, key = name.partition(".")
    if not equals or not dot:
        raise InputError(
            f"{text!r} is no setting.", "Write TABLE.KEY=VALUE, as in guest.memory=1024."
        )
    try:
        return table, key, _toml(f"value = {value}")["value"]
    except (ValueError, RecursionError):  # no TOML
        return table, key, value


def _site(tables: Table) -> Site:
    for name, table in tables.items():
        if name not in _TABLES or not isinstance(table, dict):
            raise InputError(f"{name!r} is unknown.", f"There is: {', '.join(_TABLES)}.")
        for key in table:
            if key not in _TABLES[name]:
                known = ", ".join(sorted(_TABLES[name]))
                raise InputError(f"{key!r} in [{name}] is unknown.", f"There is: {known}.")
    site = Site()
    ports = {key: _number(value, key) for key, value in _table(tables, "ports").items()}
    numbers = {key: _number(value, key) for key, value in _table(tables, "comparison").items()}
    return replace(
        _guest(site, _table(tables, "guest")),
        primary=_host(site.primary, _table(tables, "primary")),
        secondary=_host(site.secondary, _table(tables, "secondary")),
        ports=replace(site.ports, **ports) if ports else Ports(),
        nic=_nic(_table(tables, "guest")),
        comparison=Comparison(**numbers),
    )


def _host(host: Host, table: Table) -> Host:
    texts = {key: _text(value, key) for key, value in table.items()}
    return Host(
        address=texts.get("address", host.address),
        images=texts.get("images", host.images),
        monitor=parse_monitor(texts["qmp"]) if "qmp" in texts else host.monitor,
        spare=parse_monitor(texts["spare"]) if "spare" in texts else host.spare,
    )


def _guest(site: Site, table: Table) -> Site:
    for key, value in table.items():
        match key:
            case "memory":
                site = replace(site, memory=_number(value, key))
            case "checkpoint_delay":
                site = replace(site, checkpoint_delay=_number(value, key))
            case "cpu":
                site = replace(site, cpu=_text(value, key))
            case "disk":
                site = replace(site, disk=_text(value, key))
            case "bridge_helper":
                site = replace(site, bridge_helper=_text(value, key) or None)
            case "service":
                text = _text(value, key)
                site = replace(site, service=parse_door(text) if text else None)
            case "accel":
                site = replace(site, accel=_accel(_text(value, key)))
            case "extra":
                site = replace(site, extra=_texts(value, key))
            case _:  # of the network card, which is made of two keys
                pass
    return site


def _nic(table: Table) -> Nic:
    key = "vnet_hdr_support"
    return Nic(
        _text(table.get("nic", Nic().model), "nic"),
        _switch(table[key], key) if key in table else None,
    )


def _accel(text: str) -> Accel:
    try:
        return Accel(text)
    except ValueError:
        raise InputError(f"{text!r} is no accelerator.", "There is: kvm, tcg.") from None


def _table(tables: Table, name: str) -> Table:
    table = tables.get(name, {})
    return {str(key): value for key, value in table.items()} if isinstance(table, dict) else {}


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{key} = {value!r} is no text.", "Put it in quotes.")
    return value


def _texts(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f"{key} = {value!r} is no list.", "Write a list of texts.")
    return tuple(_text(item, key) for item in value)


def _number(value: object, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(f"{key} = {value!r} is no whole number.", "Write it without quotes.")
    return value


def _switch(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{key} = {value!r} is no switch.", "Write true or false.")
    return value
