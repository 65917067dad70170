# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook drill``: a real guest, two hosts, a client, and faults."""

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.chosen import wanted
from colorunbook.cli.console import give, give_json, say
from colorunbook.cli.options import AsJson, EditionName, LabQemu, QemuBinary
from colorunbook.cli.sites import read_site
from colorunbook.cli.target import must_be_of_use
from colorunbook.errors import InputError, StepFailed
from colorunbook.hosts import Accel
from colorunbook.qemu.dialect import Edition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorunbook.drill.result import Result
    from colorunbook.drill.scenes import Scene
    from colorunbook.hosts import Site

CHOOSABLE = ("guest.nic", "guest.vnet_hdr_support")
"""What of a site file's ``[guest]`` may be chosen for a drill."""

DrillSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="TABLE.KEY=VALUE",
        help="As in a site file: guest.nic, guest.vnet_hdr_support, or a key of [comparison].",
    ),
]

REST = 5.0
"""How long clients are served at the end, unless somebody says otherwise, in seconds."""

EPILOG = """
What can be played:

  secondary-failover   the primary dies, the secondary takes over

  primary-failover     the secondary dies, the primary carries on

  full                 the primary dies, later the new primary, later the secondary

  partition            the cable between the hosts is cut; one of them is fenced, and comes back

Examples:

  colorunbook drill full

  colorunbook drill secondary-failover --fault power --json

  colorunbook drill partition --picture partition.svg --out partition.json

  colorunbook drill --soak 30 --seed 7

  colorunbook drill full --set guest.nic=virtio-net-pci --set comparison.compare_timeout=1000
"""


def _number(value: float | None) -> float | None:
    """Refuse what is of no size, and so lies between any bounds."""
    if value is not None and isnan(value):
        raise typer.BadParameter(f"{value} is no number.")
    return value


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=EPILOG)(drill)


def drill(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="What is played, see below.")
    ] = None,
    fault: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Instead of the scenario's: kill, stop, cable or power."),
    ] = None,
    faults: Annotated[
        int | None, typer.Option("--soak", min=1, metavar="N", help="So many faults by chance.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What chance is made of.")] = 1,
    rest: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=3600,
            callback=_number,
            help="Seconds of service before each fault, and at the end.",
        ),
    ] = None,
    connections: Annotated[
        int, typer.Option(min=1, max=50, help="How many clients each service has.")
    ] = 2,
    period: Annotated[
        float,
        typer.Option(
            min=0.001, max=60, callback=_number, help="Seconds from one request to the next."
        ),
    ] = 0.05,
    detect: Annotated[
        int, typer.Option(min=50, max=60000, metavar="MS", help="Silence that counts as death.")
    ] = 300,
    delay: Annotated[
        int,
        typer.Option("--checkpoint-delay", min=10, metavar="MS", help="QEMU's x-checkpoint-delay."),
    ] = 500,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the result, as JSON.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the picture, as SVG.")
    ] = None,
    accel: Annotated[
        Accel | None, typer.Option(help="Instead of KVM where it boots the guest, otherwise TCG.")
    ] = None,
    qemu: LabQemu = None,
    qemu_binary: QemuBinary = None,
    edition: EditionName = Edition.HMP,
    settings: DrillSettings = None,
    as_json: AsJson = False,
) -> None:
    """Prove that clients do not notice: a real Linux on two hosts, one of which dies.

    Clients stream requests over one connection each, which nobody opens again. Every answer is
    checked, and at the end the surviving disk is booted and asked for every write that was
    acknowledged. It ends with 1 when anything was lost, wrong or answered twice.
    """
    from colorunbook.drill.staging import Wishes, stage

    name, scenes = _scenes(scenario, fault, faults, seed, rest)
    site = _chosen(settings or ())
    must_be_of_use(out, picture)
    wishes = Wishes(
        name,
        scenes,
        seed=seed if faults else None,
        connections=connections,
        period=period,
        bound=detect / 1000,
        delay=delay,
        rest=REST if rest is None else rest,
        accel=accel,
        nic=site.nic,
        comparison=site.comparison,
        qemu=wanted(qemu, qemu_binary),
        edition=edition,
    )
    result = stage(wishes, say)
    if as_json:
        give_json(result.as_json())
    else:
        _show(result)
    _keep(result, out, picture)
    if not result.is_flawless:
        raise _failure(result, as_json=as_json)


def _failure(result: "Result", *, as_json: bool) -> StepFailed:
    number = len(result.findings)
    if not number:
        return StepFailed(
            "The drill has seen too little to prove anything.", "Let it serve longer."
        )
    what = f"The drill found {number} thing{'s' * (number != 1)} that must not be."
    return StepFailed(what, f"See {'its findings' if as_json else 'above'}.")


def _scenes(
    scenario: str | None, fault: str | None, faults: int | None, seed: int, rest: float | None
) -> "tuple[str, Sequence[Scene]]":
    from dataclasses import replace

    from colorunbook.drill.scenes import FAULTS, SCENARIOS, soak

    if faults is not None:
        if (scenario, fault, rest) != (None, None, None):
            raise InputError(
                "--soak leaves everything to chance.", "Give no scenario, no --fault, no --rest."
            )
        return "soak", tuple(soak(faults, seed))
    if scenario is None or scenario not in SCENARIOS:
        given = "No scenario was given" if scenario is None else f"{scenario!r} is no scenario"
        raise InputError(f"{given}.", f"There are {', '.join(SCENARIOS)}, and --soak N.")
    scenes = SCENARIOS[scenario]
    if rest is not None:
        scenes = tuple(replace(scene, rest=rest) for scene in scenes)
    if fault is None:
        return scenario, scenes
    chosen = next((each for each in FAULTS if each == fault), None)
    if chosen is None:
        raise InputError(f"{fault!r} is no fault of a drill.", f"There are {', '.join(FAULTS)}.")
    return scenario, tuple(replace(scene, fault=chosen) for scene in scenes)


def _chosen(settings: "Sequence[str]") -> "Site":
    """The site with what may be chosen for a drill, whose hosts and guest are its own.

    :raises InputError: something else was chosen, or what was chosen cannot be used.
    """
    for setting in settings:
        name = setting.partition("=")[0]
        table, dot, _ = name.partition(".")
        if dot and table != "comparison" and name not in CHOOSABLE:
            raise InputError(
                f"{name} cannot be chosen for a drill.",
                f"What can be: {', '.join(CHOOSABLE)}, and what [comparison] has.",
            )
    return read_site(None, settings)


def _keep(result: "Result", out: Path | None, picture: Path | None) -> None:
    from colorunbook.render.files import write_bytes

    if out is not None:
        write_bytes(out, result.text.encode())
        say(f"The result is in {out}.")
    if picture is not None:
        from colorunbook.drill.picture import svg

        write_bytes(picture, svg(result).encode())
        say(f"The picture is in {picture}.")


def _show(result: "Result") -> None:
    from colorunbook.drill.table import text

    give(text(result).rstrip())
