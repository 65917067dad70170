# SPDX-License-Identifier: GPL-2.0-or-later
"""The floor of rendering: Jinja2 alone, filling the same templates with values that are there."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import ParamSpec, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from colorunbook import shelf
from colorunbook.book.colo import DISK, NETDEV, REPLICA, Colo
from colorunbook.hosts import Site
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Dialect
from colorunbook.render import filters
from colorunbook.render.filling import Plans, templates

P = ParamSpec("P")
T = TypeVar("T")


class _Ready:
    """What templates know as ``plan``, with each answer known."""

    def __init__(self, plans: Plans) -> None:
        self._plan = _known(plans.__call__)
        self.death = _known(plans.death)
        self.replacement = _known(plans.replacement)
        self.diagram = _known(plans.diagram)

    def __call__(self, name: str) -> object:
        return self._plan(name)


def filled(
    pages: Mapping[PurePosixPath, str], site: Site, dialect: Dialect
) -> Callable[[], list[str]]:
    """What fills every template of the document; it has done so once, and knows all values.

    :param pages: what has to come of it.
    :raises AssertionError: something else does.
    """
    environment = Environment(
        loader=FileSystemLoader(shelf.templates()),
        autoescape=False,  # noqa: S701 - reStructuredText, not HTML
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "underline": _known(filters.underline),
        "literal": _known(filters.literal),
        "ids": _known(filters.ids),
        "places": _known(filters.places),
        "guards": _known(filters.guards),
        "postcondition": _known(filters.postcondition),
    }
    chosen = [(environment.get_template(str(name)), str(name)) for name in templates().values()]
    contexts = [_context(name, site, dialect) for _, name in chosen]

    def fill() -> list[str]:
        return [
            template.render(context)
            for (template, _), context in zip(chosen, contexts, strict=True)
        ]

    wanted = list(pages.values())
    if fill() != wanted or fill() != wanted:
        raise AssertionError("the floor is of other pages")
    return fill


def _context(name: str, site: Site, dialect: Dialect) -> dict[str, object]:
    return {
        "template": name,
        "site": site,
        "dialect": dialect,
        "colo": Colo(site, dialect),
        "plan": _Ready(Plans(site, dialect)),
        "disk": DISK,
        "replica": REPLICA,
        "netdev": NETDEV,
    }


def _known(function: Callable[P, T]) -> Callable[P, T]:
    """The same function, which does nothing twice; a plan is known by itself."""
    known: dict[tuple[object, ...], T] = {}

    def recall(*values: P.args, **named: P.kwargs) -> T:
        key = tuple(id(v) if isinstance(v, Plan | Mapping) else v for v in values)
        try:
            return known[key]
        except KeyError:
            return known.setdefault(key, function(*values, **named))
        except TypeError:  # of values that cannot be a key
            return function(*values, **named)

    return recall
