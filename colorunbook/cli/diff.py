# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook diff``: somebody else's COLO document beside the model."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.addresses import check_address
from colorunbook.cli.console import give, give_json, paint, printable, say
from colorunbook.cli.options import AsJson, PrimaryAddress, QemuVersion, SecondaryAddress, Settings
from colorunbook.errors import InputError
from colorunbook.hosts import Host, Site
from colorunbook.qemu.dialect import Edition
from colorunbook.qemu.payload import JsonObject

if TYPE_CHECKING:
    from colorunbook.drift.comparing import Drift, Given

LARGEST = 2**20
"""Bytes of a document that are read."""

STDIN = "-"

EPILOG = """
Examples:

  colorunbook diff qemu/docs/system/qemu-colo.rst

  colorunbook diff qemu/docs/COLO-FT.txt --qemu 10.0 --json

  colorunbook diff - --secondary 10.0.0.2
"""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(diff)


def diff(
    file: Annotated[str, typer.Argument(help="The document; - for standard input.")],
    primary: PrimaryAddress = None,
    secondary: SecondaryAddress = None,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            metavar="FILE",
            help="Site file of the pair that it is for; without it that is read off the document.",
            rich_help_panel="The pair",
        ),
    ] = None,
    settings: Settings = None,
    qemu: QemuVersion = None,
    edition: Annotated[
        Edition | None, typer.Option(help="The edition; without it the one that fits best.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell where the commands of a document differ from the model's; exit 1 where they do.

    The document may be any revision of QEMU's own, or another guide in whatever style. Its hosts,
    ports and folders are read off its commands, and so is the QEMU that it is spelled for.
    """
    from colorunbook.drift.comparing import compare

    given = _given(site, primary, secondary, tuple(settings or ()), qemu, edition)
    name, text = _read(file)
    try:
        drift = compare(text, given)
    except InputError as error:
        raise InputError(f"{name}: {error.message}", error.advice) from error
    if as_json:
        give_json(_data(name, drift))
    else:
        for one in drift.differences:
            give(f"{name}:{one.line}: {one.sort.value}: {one.said}")
    _summary(drift)
    if drift.differences:
        raise typer.Exit(1)


def _given(
    file: Path | None,
    primary: str | None,
    secondary: str | None,
    settings: Sequence[str],
    qemu: str | None,
    edition: Edition | None,
) -> "Given":
    from colorunbook.cli.sites import read_site
    from colorunbook.drift.comparing import GIVEABLE, Given
    from colorunbook.qemu.dialect import Dialect

    site = read_site(file, settings)
    fixed = set(GIVEABLE) if file else {setting.partition("=")[0] for setting in settings}
    for role, address in (("primary", primary), ("secondary", secondary)):
        if address is not None:
            check_address(address)
            fixed.add(f"{role}.address")
    version = Dialect.of(qemu).version if qemu else None
    return Given(_at(site, primary, secondary), frozenset(fixed), version, edition)


def _at(site: Site, primary: str | None, secondary: str | None) -> Site:
    """The site with other addresses; one that was not given makes way for one that was."""
    spare = (site.primary.address, site.secondary.address)
    one = primary or next(a for a in spare if a != secondary)
    two = secondary or next(a for a in reversed(spare) if a != one)
    return replace(site, primary=_host(site.primary, one), secondary=_host(site.secondary, two))


def _host(host: Host, address: str) -> Host:
    return replace(host, address=address)


def _read(file: str) -> tuple[str, str]:
    """The document's name as messages have it, and its text."""
    name = "<stdin>" if file == STDIN else file
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else str(error)) or "no reason given"
        raise InputError(
            f"{printable(name)} cannot be read: {why}.", "Give a text file."
        ) from error
    if b"\0" in data:
        raise InputError(f"{printable(name)} is no text.", "Give the document's source.")
    if len(data) > LARGEST:
        raise InputError(
            f"{printable(name)} is larger than {LARGEST // 2**20} MiB.",
            "Give the part of it that is about COLO.",
        )
    try:
        return printable(name), data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{printable(name)} is no text in UTF-8: {error.reason}.") from error


def _data(name: str, drift: "Drift") -> JsonObject:
    from colorunbook.qemu.dialect import stretch_of

    stretch = stretch_of(drift.dialect.version)
    site: JsonObject = {}
    for path, value in drift.site.items():
        table, _, key = path.partition(".")
        found = site.setdefault(table, {})
        if isinstance(found, dict):
            found[key] = value
    return {
        "file": name,
        "qemu": {
            "from": str(stretch.first),
            "before": str(stretch.until) if stretch.until else None,
        },
        "edition": drift.dialect.edition.value,
        "site": site,
        "commands": {"document": drift.read, "model": drift.known, "aligned": drift.aligned},
        "differences": [one.as_json() for one in drift.differences],
    }


def _summary(drift: "Drift") -> None:
    from colorunbook.qemu.dialect import stretch_of

    say(
        f"{drift.read} commands read; {drift.aligned} of the model's {drift.known} found. "
        f"Spelled as for {stretch_of(drift.dialect.version).label}, "
        f"{drift.dialect.edition.value} edition."
    )
    said = [f"{n}={v}" for n, v in drift.site.items() if n.endswith("address") or n in drift.own]
    if said:
        say(printable(f"Its site: {', '.join(said)}."))
    count = len(drift.differences)
    if count:
        say(paint(f"{count} difference{'s' if count > 1 else ''}.", "bad"))
    else:
        say(paint("No difference.", "good"))
