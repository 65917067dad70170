# SPDX-License-Identifier: GPL-2.0-or-later
"""Filling templates.

A template may come from someone else. It is filled in Jinja's sandbox: it reads the values that it
is given, calls their public methods, and includes files of the shelf; nothing else of Python or of
the disk is within its reach.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError

from colorunbook import shelf
from colorunbook.book.colo import DISK, NETDEV, REPLICA, Colo
from colorunbook.book.runbook import Runbook
from colorunbook.errors import ColorunbookError, InputError
from colorunbook.hosts import Site
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Dialect
from colorunbook.render import filters
from colorunbook.render.gallery import picture
from colorunbook.render.planned import planned
from colorunbook.render.sandbox import Sandbox
from colorunbook.render.textpen import text_art

_SUFFIX = ".j2"
_ADVICE = "Mend it, or take it off the shelf."


class Plans:
    """What templates know as ``plan``: the plans that one document is made of."""

    def __init__(self, site: Site, dialect: Dialect) -> None:
        self.site = site
        self.dialect = dialect
        self._runbooks = shelf.runbooks()
        self._plans: dict[str, Plan] = {}

    def __call__(self, name: str) -> Plan:
        """The plan of a runbook.

        :raises InputError: there is no such runbook.
        """
        if name not in self._plans:
            book = self._runbooks[name] if name in self._runbooks else shelf.runbook(name)
            self._plans[name] = planned(book, self.site, self.dialect)
        return self._plans[name]

    @property
    def asked_for(self) -> tuple[Plan, ...]:
        """The plans that a template has asked for: what it prints is made of them."""
        return tuple(self._plans.values())

    def death(self, plan: Plan) -> str:
        """Who has died before a failover."""
        return filters.death(plan)

    def replacement(self, plan: Plan, headings: Mapping[str, str]) -> str:
        """What has to be started before a resume."""
        launch = planned(self._runbooks["launch-secondary"], plan.site, self.dialect)
        return filters.replacement(plan, launch, headings)

    def diagram(self, name: str) -> str:
        """A picture of the pair as text art; its arrows are what the document prints."""
        titles = frozenset(plan.title for plan in self.asked_for)
        return _diagram(name, self.site, self.dialect, titles, tuple(self._runbooks.values()))


@lru_cache(maxsize=16)
def _diagram(
    name: str,
    site: Site,
    dialect: Dialect,
    titles: frozenset[str],
    _drawn_from: tuple[Runbook, ...],
) -> str:
    """A picture as text art; the runbooks of the shelf are those that it is drawn from."""
    return text_art(picture(name, site, dialect, titles=titles or None))


def templates() -> Mapping[PurePosixPath, str]:
    """The page that each template makes, and the template's name."""
    names = _environment(shelf.templates()).list_templates(filter_func=_is_page)
    return {PurePosixPath(name.removesuffix(_SUFFIX)): name for name in names}


def fill(template: str, site: Site, dialect: Dialect, **more: str | Mapping[str, str]) -> str:
    """Fill one template.

    :param more: further values that this template asks for.
    :raises InputError: it cannot be read or filled.
    """
    return _filled(template, Plans(site, dialect), **more)


def made_of(template: str, site: Site, dialect: Dialect) -> tuple[Plan, ...]:
    """The plans that a template prints.

    :raises InputError: it cannot be read or filled.
    """
    plans = Plans(site, dialect)
    _filled(template, plans)
    return plans.asked_for


def _filled(template: str, plans: Plans, **more: str | Mapping[str, str]) -> str:
    site, dialect = plans.site, plans.dialect
    context = {
        "template": template,
        "site": site,
        "dialect": dialect,
        "colo": Colo(site, dialect),
        "plan": plans,
        "disk": DISK,
        "replica": REPLICA,
        "netdev": NETDEV,
    }
    try:
        page = _environment(shelf.templates()).get_template(template)
        return page.render(context | more)
    except ColorunbookError:
        raise
    except TemplateSyntaxError as error:
        where = f"{error.filename or template}, line {error.lineno},"
        message = f"The template {where} cannot be read: {error.message}."
        raise InputError(message, _ADVICE) from error
    except Exception as error:
        message = f"The template {template} cannot be filled: {_reason(error)}."
        raise InputError(message, _ADVICE) from error


def _reason(error: Exception) -> str:
    match error:
        case SecurityError(message=message) if message:
            return f"it reaches for what no template may: {message.rstrip('.')}"
        case TemplateNotFound(name=name):
            return f"there is no {name!r} on the shelf"
        case TemplateError(message=message) if message:
            return message.rstrip(".")
        case _:
            return repr(error)


def _is_page(name: str) -> bool:
    hidden = any(part.startswith(("_", ".")) for part in PurePosixPath(name).parts)
    return name.endswith(_SUFFIX) and not hidden and not name.startswith("shipped/")


@cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    shipped = FileSystemLoader(folders[-1:])
    loader = ChoiceLoader([FileSystemLoader(folders), PrefixLoader({"shipped": shipped})])
    environment = Sandbox(loader)
    named = (filters.underline, filters.literal, filters.ids, filters.places, filters.guards)
    for filter_ in (*named, filters.postcondition):
        environment.filters[filter_.__name__] = filter_
    return environment
