# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was typed to a site: which hosts, and where their monitors are."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from colorunbook.addresses import StdioMonitor, check_address, parse_monitor
from colorunbook.cli.sites import FILE, read_site
from colorunbook.errors import InputError
from colorunbook.hosts import Host, Role, Site

if TYPE_CHECKING:
    from colorunbook.lab.pair import Lab


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about the pair; ``None``: nothing."""

    site: Path | None = None
    primary: str | None = None
    secondary: str | None = None
    settings: tuple[str, ...] = ()
    primary_qmp: str | None = None
    secondary_qmp: str | None = None
    primary_spare: str | None = None
    secondary_spare: str | None = None
    lab: str | None = None

    def file(self) -> Path | None:
        """The site file that counts."""
        return self.site or (Path(FILE) if Path(FILE).exists() else None)

    @property
    def has_monitor(self) -> bool:
        """Whether a monitor was typed."""
        monitors = (self.primary_qmp, self.secondary_qmp, self.primary_spare, self.secondary_spare)
        return any(monitor is not None for monitor in monitors)

    def offline(self) -> Site:
        """The site, without a look at what runs.

        :raises InputError: something typed, or in the site file, cannot be used.
        """
        site = self._with_addresses(
            read_site(self.file(), self.settings),
            known_only=f"site file {self.file()}" if self.file() else "",
        )
        return self._with_monitors(site)

    def in_lab(self, lab: "Lab") -> Site:
        """The site of a lab, with the roles as they were typed."""
        for setting in self.settings:
            raise InputError(
                f"The setting {setting!r} cannot be changed in a lab that is up.",
                "'colorunbook lab up --help' tells what can be chosen for one.",
            )
        if self.has_monitor or (self.lab and self.site):
            raise InputError(
                "A lab has a site and monitors of its own.",
                "Give either --lab, or --site, --primary-qmp and --secondary-qmp.",
            )
        return self._with_addresses(lab.site, known_only=f"lab {lab.name}")

    def lives_in(self, lab: "Lab") -> bool:
        """Tell whether every address that was typed is one of a lab's."""
        hosts = {lab.site.primary.address, lab.site.secondary.address}
        named = {address for address in (self.primary, self.secondary) if address}
        if self.file() is not None:
            site = self.offline()
            named = {site.primary.address, site.secondary.address}
        return named <= hosts

    def names_monitor(self, site: Site) -> bool:
        """Tell whether something says where QMP is served."""
        monitors = [site.host(role).monitor for role in Role]
        return any(monitor != StdioMonitor() for monitor in monitors)

    def _with_addresses(self, site: Site, *, known_only: str = "") -> Site:
        for address in (self.primary, self.secondary):
            if address is not None:
                check_address(address)
        if site.secondary.address == self.primary or site.primary.address == self.secondary:
            site = site.flipped()
        for address, host in ((self.primary, site.primary), (self.secondary, site.secondary)):
            if known_only and address not in (None, host.address):
                raise InputError(
                    f"The {known_only} has no host {address}.",
                    f"It has {site.primary.address} and {site.secondary.address}.",
                )
        return replace(
            site,
            primary=_at(site.primary, self.primary),
            secondary=_at(site.secondary, self.secondary),
        )

    def _with_monitors(self, site: Site) -> Site:
        return replace(
            site,
            primary=_monitored(site.primary, self.primary_qmp, self.primary_spare),
            secondary=_monitored(site.secondary, self.secondary_qmp, self.secondary_spare),
        )


def find_lab(typed: Typed) -> "Lab | None":
    """The lab that is meant; ``None``: none is up that has the hosts.

    :raises InputError: the one that was named is not up, or several could be meant.
    """
    from colorunbook.lab import labs

    if typed.lab is not None:
        return labs.get(typed.lab)
    standing = [lab for lab in labs.running() if typed.lives_in(lab)]
    if len(standing) > 1:
        names = ", ".join(lab.name for lab in standing)
        raise InputError(f"Several labs are up: {names}.", "Choose one with --lab.")
    return standing[0] if standing else None


def _at(host: Host, address: str | None) -> Host:
    return replace(host, address=address) if address is not None else host


def _monitored(host: Host, monitor: str | None, spare: str | None) -> Host:
    return replace(
        host,
        monitor=host.monitor if monitor is None else parse_monitor(monitor),
        spare=host.spare if spare is None else parse_monitor(spare),
    )
