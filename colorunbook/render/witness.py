# SPDX-License-Identifier: GPL-2.0-or-later
"""The records of a site: where they lie, what they say, and that pages follow them."""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError
from sphinx.util.logging import getLogger

from colorunbook import records, shelf
from colorunbook.errors import InputError
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.evidence import Evidence

logger = getLogger(__name__)


def folder(env: BuildEnvironment) -> Path:
    """The folder of the records; it need not exist."""
    return Path(env.srcdir) / str(env.config["colorunbook_seen"])


def evidence(env: BuildEnvironment) -> Evidence:
    """What the records say; where one cannot be read, Sphinx warns, and nothing was seen."""
    try:
        return Evidence(records.read_all(folder(env)), shelf.runbooks())
    except InputError as error:
        logger.warning("%s", str(error), type="colorunbook", subtype="seen", once=True)
        return Evidence((), {})


def depend(env: BuildEnvironment) -> None:
    """Have the page that is being read read again when a record changes."""
    for path in folder(env).glob("*.json"):
        env.note_dependency(str(path))


def prepare(app: Sphinx, config: Config) -> None:
    """Look at the settings once; where a record has come or gone, all pages are read again.

    :raises ConfigError: the site is for a QEMU that is none.
    """
    try:
        Dialect.of(str(config["colorunbook_qemu"]))
    except InputError as error:
        raise ConfigError(f"colorunbook_qemu: {error}") from error
    there = Path(app.srcdir) / str(config["colorunbook_seen"])
    config["colorunbook_records"] = sorted(path.name for path in there.glob("*.json"))
