# SPDX-License-Identifier: GPL-2.0-or-later
"""The document: templates filled from plans.

Each ``templates/FOLDER/NAME.rst.j2`` becomes ``docs/FOLDER/NAME.rst``; a name that begins with an
underscore is a part of others. A template on the reader's own shelf replaces the shipped one of the
same name, and can extend it as ``shipped/FOLDER/NAME.rst.j2``.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from colorunbook.hosts import Site
from colorunbook.plan import Plan
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.files import Change, read, write
from colorunbook.render.filling import fill, made_of, templates
from colorunbook.render.index import listed

PAGE = PurePosixPath("system/qemu-colo.rst")
"""The document, below the docs folder."""

PAGES = (PAGE, PurePosixPath("system/qemu-colo-protect.rst"))
"""It and its companion: what is checked."""

__all__ = ["PAGE", "PAGES", "Change", "pages", "plans", "procedure", "render", "write"]


def pages(site: Site, dialect: Dialect) -> Mapping[PurePosixPath, str]:
    """Every page by its path below the docs folder.

    :raises InputError: a template cannot be filled.
    """
    return {page: fill(template, site, dialect) for page, template in templates().items()}


def plans(site: Site, dialect: Dialect) -> tuple[Plan, ...]:
    """Every plan that the pages are made of, each once.

    :raises InputError: a template cannot be filled.
    """
    found = (plan for name in templates().values() for plan in made_of(name, site, dialect))
    return tuple({plan.name: plan for plan in found}.values())


def render(docs: Path, site: Site, dialect: Dialect) -> tuple[Change, ...]:
    """What has to change in a docs folder for it to say what the model says; nothing is written.

    :param docs: the folder that holds ``system/``; it need not exist.
    :returns: only files that are not right yet; each page is also listed in its folder's index.
    :raises InputError: a template cannot be filled, or a file there cannot be read.
    """
    wanted = {docs / page: text for page, text in pages(site, dialect).items()}
    indexes: dict[Path, str] = {}
    for page in wanted:
        index = page.with_name("index.rst")
        if page.suffix == ".rst" and index not in wanted:
            current = indexes[index] if index in indexes else read(index)
            indexes[index] = listed(current, page.stem)
    changes = (Change(path, read(path), text) for path, text in (wanted | indexes).items())
    return tuple(change for change in changes if change.old != change.new)


def procedure(name: str, site: Site, dialect: Dialect, headings: Mapping[str, str]) -> str:
    """One runbook as it is printed in the document, without its title.

    :param headings: the title of the section of each runbook that others refer to.
    :raises InputError: there is no such runbook, or the template cannot be filled.
    """
    return fill("_one.rst.j2", site, dialect, name=name, headings=headings)
