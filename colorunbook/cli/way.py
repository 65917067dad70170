# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a run to its QEMUs: which hosts, how they are reached, which QEMU it has to be."""

from dataclasses import dataclass, replace
from pathlib import Path

from colorunbook.addresses import StdioMonitor
from colorunbook.book.actions import Launch, Shell
from colorunbook.book.runbook import Runbook
from colorunbook.cli.chosen import refuse_both
from colorunbook.cli.console import say
from colorunbook.cli.exposure import is_loopback
from colorunbook.cli.reach import Typed, find_lab
from colorunbook.engine.local import LocalTransport, Wrap, as_it_is
from colorunbook.engine.private import state
from colorunbook.errors import InputError, Refused, Unavailable
from colorunbook.hosts import Role, Site
from colorunbook.plan import Plan, describe, resolve
from colorunbook.qemu.dialect import Asked, Dialect, Edition


@dataclass(frozen=True, slots=True)
class Choice:
    """What was typed about QEMU; ``None``: nothing."""

    qemu: str | None = None
    binary: Path | None = None
    edition: Edition | None = None

    def as_words(self) -> dict[str, str]:
        """What a journal keeps of it; from another folder a path leads there as well."""
        binary = self.binary and str(self.binary.absolute())
        return {name: word for name, word in (("qemu", self.qemu), ("binary", binary)) if word}


@dataclass(frozen=True, slots=True)
class Way:
    """Where a run goes.

    :ivar only: the version, or the beginning of the version, that the QEMUs must have.
    """

    site: Site
    transport: LocalTransport
    edition: Edition = Edition.HMP
    only: str | None = None

    def must_lead_to(self, plan: Plan) -> None:
        """See that the QEMU which a plan was resolved for is the one that was asked for.

        :raises Refused: it is another.
        """
        found = plan.dialect.version
        if self.only is not None and not Asked.parse(self.only).means(found):
            raise Refused(
                f"{plan.name} is refused, and nothing was sent: this is QEMU {found}, and QEMU "
                f"{self.only} was asked for."
            )


def find_way(runbook: Runbook, typed: Typed, choice: Choice, *, offline: bool) -> Way:
    """The hosts and how they are reached: as typed, by the site file, or in a lab.

    :param offline: it is only to be shown, so nobody has to be there.
    :raises InputError: something typed cannot be used, or nothing says where QMP is served.
    :raises Unavailable: a QEMU that is to be started cannot be had.
    """
    refuse_both(choice.qemu, choice.binary)
    if choice.qemu is not None:
        Dialect.of(choice.qemu)
    if typed.lab is None:
        site = typed.offline()
        if typed.names_monitor(site):
            return _on_hosts(runbook, typed, site, choice, offline=offline)
    lab = find_lab(typed)
    if lab is not None:
        if choice.binary is not None:
            raise InputError(
                f"The lab {lab.name} has its QEMU already.",
                "Give --qemu-binary to 'colorunbook lab up'.",
            )
        return Way(typed.in_lab(lab), lab.transport, choice.edition or lab.edition, choice.qemu)
    if offline:
        return _on_hosts(runbook, typed, typed.offline(), choice, offline=offline)
    raise InputError(
        "Nothing says where QEMU serves QMP.",
        "Give --primary-qmp or --secondary-qmp, name a site file with --site, or bring a lab up.",
    )


def way_to(runbook: Runbook, site: Site, choice: Choice) -> Way:
    """The way to hosts that are known, in the lab that has their monitors if one is up.

    :raises InputError: the QEMU that was chosen cannot be used.
    :raises Unavailable: it cannot be had, or the hosts were those of a lab that has ended.
    """
    from colorunbook.lab import labs, runtime

    monitors = {site.host(role).monitor for role in Role}
    for lab in labs.running():
        if monitors == {lab.site.host(role).monitor for role in Role}:
            return Way(site, lab.transport, choice.edition or lab.edition, choice.qemu)
    if gone := {name for m in monitors if (name := runtime.lab_of(m))}:
        raise Unavailable(
            f"The lab {' and '.join(sorted(gone))} is not up any more.",
            "Its QEMUs have ended with it: there is nothing to go on with.",
        )
    return _of_choice(runbook, site, choice)


def must_be_whole(runbook: Runbook, plan: Plan, typed: Typed, site: Site) -> None:
    """Refuse a plan that would use an address or a monitor that nobody gave.

    :raises InputError: it would.
    """
    in_lab = not (typed.file() or typed.has_monitor)
    for role, given in ((Role.PRIMARY, typed.primary), (Role.SECONDARY, typed.secondary)):
        if not (given or in_lab or typed.file()) and _names(runbook, plan, site, role):
            raise InputError(
                f"{plan.name} needs the {role.value}'s address.", f"Give --{role.value} ADDRESS."
            )
    if plan.buries is not None and not in_lab:
        _must_name_peer(plan, plan.buries)
    for step in plan.steps:
        host = plan.site.host(step.role)
        if isinstance(step.action, Launch) and host.monitor == StdioMonitor():
            raise InputError(
                f"The QEMU of {host.address} would have its monitor on the standard input of this "
                "command, and lose it when the command ends.",
                f"Give --{step.role.value}-qmp unix:PATH.",
            )


def _must_name_peer(plan: Plan, peer: Role) -> None:
    """See that who has to be dead is not the document's own example.

    :raises InputError: the peer of a host somewhere else would be this machine.
    """
    here, there = plan.site.host(peer.other).address, plan.site.host(peer).address
    if is_loopback(there) and not is_loopback(here):
        raise InputError(
            f"{plan.name} needs the {peer.value}'s address: first that one is asked whether it is "
            "alive.",
            f"Give --{peer.value} ADDRESS, and --{peer.value}-qmp if its monitor can be reached.",
        )


def _names(runbook: Runbook, plan: Plan, site: Site, role: Role) -> bool:
    """Tell whether a command of the plan depends on the address of a role before the run."""
    host = replace(site.host(role), address="somewhere.else.invalid")
    other = replace(site, primary=host) if role is Role.PRIMARY else replace(site, secondary=host)
    changed = resolve(runbook, other, plan.dialect).steps
    return [describe(step) for step in plan.steps] != [describe(step) for step in changed]


def state_folder() -> Path:
    """Where the journals of runs lie, and what each QEMU writes."""
    return state() / "runs"


def _on_hosts(runbook: Runbook, typed: Typed, site: Site, choice: Choice, *, offline: bool) -> Way:
    if choice.qemu is not None and not offline:
        draft = resolve(runbook, site, Dialect.of(choice.qemu, choice.edition or Edition.HMP))
        if _starts_programs(draft):
            must_be_whole(runbook, draft, typed, site)
    return _of_choice(runbook, site, choice, offline=offline)


def _of_choice(runbook: Runbook, site: Site, choice: Choice, *, offline: bool = False) -> Way:
    edition = choice.edition or Edition.HMP
    only, wrap = choice.qemu, None
    if choice.binary is not None:
        only, wrap = _of_the_reader(choice.binary)
    elif choice.qemu is not None and not offline:
        draft = resolve(runbook, site, Dialect.of(choice.qemu, edition))
        wrap = _of_a_release(choice.qemu) if _starts_programs(draft) else None
    transport = LocalTransport(state_folder() / "qemu", wrap or as_it_is)
    return Way(site, transport, edition, only)


def _starts_programs(plan: Plan) -> bool:
    return any(isinstance(step.action, Launch | Shell) for step in plan.steps)


def _of_the_reader(binary: Path) -> tuple[str, Wrap]:
    from colorunbook.lab import outside, own

    tree = own.tree_of(binary)
    return tree.version, outside.starter(tree)


def _of_a_release(version: str) -> Wrap:
    from colorunbook.cli.fetching import fetch
    from colorunbook.lab import outside, provision

    tree = fetch(provision.release(version))
    say(f"What is started is QEMU {tree.version} in {tree.root}.")
    return outside.starter(tree)
