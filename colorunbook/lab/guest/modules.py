# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of a kernel's modules must be loaded for some of them to work, and in which order.

A module tells of itself, in its section ``.modinfo``, what it depends on. The guest has no
``modprobe`` database, so this is worked out here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from colorunbook.errors import Unavailable

_DEPENDS = re.compile(rb"\0depends=([^\0]*)(?=\0)")
_SOFT = re.compile(rb"\0softdep=pre: ([^\0]*)(?=\0)")
_ALIAS = re.compile(rb"\0alias=([^\0]*)(?=\0)")


@dataclass(frozen=True, slots=True)
class Module:
    """A module of a kernel, by the name that the running kernel has for it.

    :ivar path: its file.
    :ivar needs: the modules without which it cannot be loaded.
    :ivar wants: the modules or aliases that it is loaded after, where they are to be had.
    :ivar aliases: what it is called besides.
    """

    name: str
    path: Path
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def modules_below(folder: Path) -> dict[str, Module]:
    """The modules in a folder and those below it, by name."""
    found = (module(path, path.read_bytes()) for path in sorted(folder.rglob("*.ko")))
    return {each.name: each for each in found}


def module(path: Path, data: bytes) -> Module:
    """What a module tells of itself.

    :param data: the bytes of its file.
    """
    needs = (name for text in _DEPENDS.findall(data) for name in _text(text).split(","))
    return Module(
        _name(path.name.removesuffix(".ko")),
        path,
        tuple(_name(name) for name in needs if name),
        tuple(name for text in _SOFT.findall(data) for name in _text(text).split()),
        tuple(_text(text) for text in _ALIAS.findall(data)),
    )


def load_order(wanted: Iterable[str], there: Mapping[str, Module]) -> tuple[Module, ...]:
    """The modules to load for those that are wanted, each after all that it depends on.

    :raises Unavailable: one that is needed is not there.
    """
    aliases = {alias: each.name for each in there.values() for alias in each.aliases}
    order: dict[str, Module] = {}
    begun: set[str] = set()

    def load(name: str) -> None:
        if name in begun:
            return
        begun.add(name)
        if name not in there:
            raise Unavailable(f"The kernel's packages have no module {name}.")
        for soft in there[name].wants:
            known = aliases.get(soft, _name(soft))
            if known in there:
                load(known)
        for hard in there[name].needs:
            load(hard)
        order[name] = there[name]

    for each in wanted:
        load(each)
    return tuple(order.values())


def _name(text: str) -> str:
    return text.replace("-", "_")


def _text(data: bytes) -> str:
    return data.decode(errors="replace")
