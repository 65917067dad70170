# SPDX-License-Identifier: GPL-2.0-or-later
"""Where runbooks and templates are: the reader's own shelf first, the shipped one last."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from colorunbook.book.runbook import Runbook
from colorunbook.errors import Aborted, InputError
from colorunbook.hosts import Role

DOCUMENT = (
    "launch-primary",
    "launch-secondary",
    "prepare-secondary",
    "start-replication",
    "set-checkpoint-delay",
    "free-primary",
    "primary-failover",
    "secondary-failover",
    "primary-resume",
    "secondary-resume",
)
"""What QEMU's own document has sections of, in its order."""

ORDER = (*DOCUMENT, "bring-up", "launch-alone", "prepare-primary", "protect")
"""The order in which runbooks are told; what is not named here comes after, by name."""


def folders() -> tuple[Path, ...]:
    """The shelves in the order they are looked through.

    ``COLORUNBOOK_SHELF`` names the reader's own: a folder with ``runbooks/`` or ``templates/``.

    :raises InputError: the variable names no folder.
    """
    own = os.environ.get("COLORUNBOOK_SHELF")
    if not own:
        return (_shipped(),)
    if not Path(own).is_dir():
        raise InputError(
            f"COLORUNBOOK_SHELF names {own!r}, which is no folder.", "Make it, or unset it."
        )
    return (Path(own), _shipped())


def runbooks() -> Mapping[str, Runbook]:
    """Every runbook by its name, in the order of the document; one's own replaces a shipped one.

    :raises InputError: a file of runbooks cannot be loaded, or has two runbooks of one name.
    """
    found: dict[str, Runbook] = {}
    for folder in reversed(folders()):
        found |= _load(folder / "runbooks")
    known = [name for name in ORDER if name in found]
    return {name: found[name] for name in (*known, *sorted(found.keys() - set(known)))}


def runbook(name: str) -> Runbook:
    """One runbook.

    :raises InputError: there is none of this name.
    """
    found = runbooks()
    if name not in found:
        from difflib import get_close_matches

        near = get_close_matches(name, found, 1) or list(found)
        raise InputError(f"There is no runbook {name!r}.", f"There is: {', '.join(near)}.")
    return found[name]


def failover(role: Role) -> Runbook | None:
    """The runbook by which a role goes on alone, if there is one.

    It buries the other one, and is not what only frees the QEMU of another runbook.
    """
    books = runbooks().values()
    freeing = {book.freed_by.name for book in books if book.freed_by}
    found = (book for book in books if book.buries is role.other and book.name not in freeing)
    return next(found, None)


def templates() -> tuple[Path, ...]:
    """The folders of templates that exist."""
    return tuple(path for f in folders() if (path := f / "templates").is_dir())


def _shipped() -> Path:
    package = Path(__file__).parent
    installed = package / "_shelf"
    return installed if installed.is_dir() else package.parent


def _load(folder: Path) -> dict[str, Runbook]:
    found: dict[str, Runbook] = {}
    if not folder.is_dir():
        return found
    for module in _modules(folder):
        for value in vars(module).values():
            if not isinstance(value, Runbook) or found.get(value.name) is value:
                continue
            if value.name in found:
                raise InputError(
                    f"There are two runbooks {value.name!r} in {folder}.", "Rename one of them."
                )
            found[value.name] = value
    return found


def _modules(folder: Path) -> Iterator[ModuleType]:
    """Import each file of the folder, under a package of the folder's own."""
    package = f"colorunbook_shelf_{abs(hash(str(folder)))}"
    if package not in sys.modules:
        spec = ModuleSpec(package, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[package] = importlib.util.module_from_spec(spec)
    for path in sorted(folder.glob("*.py")):
        try:
            yield importlib.import_module(f"{package}.{path.stem}")
        except Aborted:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}".rstrip(".")
            raise InputError(
                f"The runbooks in {path} cannot be loaded: {why}.",
                "Mend the file, or take it off the shelf.",
            ) from error
