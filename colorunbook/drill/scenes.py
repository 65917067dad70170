# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens in a drill: a scene for each fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Final

from colorunbook.hosts import Role
from colorunbook.lab.faults import Fault

FAULTS: Final = (Fault.KILL, Fault.STOP, Fault.CABLE, Fault.POWER)
"""Those that a pair has to survive. Who has no uplink is not heard, and lives: that is another's
business."""


@dataclass(frozen=True, slots=True)
class Relapse:
    """A fault that befalls the new secondary while it is being made one.

    :param after: how long after the beginning, in seconds.
    """

    fault: Fault
    after: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One fault, and what follows from it until the pair is whole again.

    :param victim: the role of the host that it happens to; the other one survives.
    :param fault: what happens; of a cable that is cut, the victim is the one that is fenced.
    :param rest: how long clients are served before it, in seconds.
    :param relapse: a second fault, in the midst of the resume; ``None``: there is none.
    """

    victim: Role
    fault: Fault = Fault.KILL
    rest: float = 5.0
    relapse: Relapse | None = None


_RELAPSES = 0.3
"""How many of the resumes are disturbed."""

SCENARIOS: Final[Mapping[str, tuple[Scene, ...]]] = MappingProxyType(
    {
        "secondary-failover": (Scene(Role.PRIMARY),),
        "primary-failover": (Scene(Role.SECONDARY),),
        "full": (Scene(Role.PRIMARY), Scene(Role.PRIMARY), Scene(Role.SECONDARY)),
        "partition": (Scene(Role.PRIMARY, Fault.CABLE), Scene(Role.SECONDARY, Fault.CABLE)),
    }
)


def soak(number: int, seed: int) -> Iterator[Scene]:
    """Faults by chance, the same for the same seed: scenes with so many faults in all.

    The rest before each ends anywhere within a checkpoint, or in the first second after a resume;
    a relapse falls anywhere into the runbooks of the resume. There the survivor is not protected
    yet, so it is always the new secondary that it happens to.
    """
    chance = Random(seed)  # noqa: S311 - it is to be repeated
    left = number
    while left:
        victim, fault = chance.choice((*Role,)), chance.choice(FAULTS)
        rest = round(chance.uniform(0.2, 4.0), 3)
        again = Relapse(chance.choice(FAULTS), round(chance.uniform(0.1, 3.5), 3))
        relapse = again if chance.random() < _RELAPSES and left > 1 else None
        left -= 1 if relapse is None else 2
        yield Scene(victim, fault, rest, relapse)
