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
class Scene:
    """One fault.

    :param victim: the role of the host that it happens to; the other one survives.
    :param fault: what happens; of a cable that is cut, the victim is the one that is fenced.
    :param rest: how long clients are served before it, in seconds.
    """

    victim: Role
    fault: Fault = Fault.KILL
    rest: float = 5.0


SCENARIOS: Final[Mapping[str, tuple[Scene, ...]]] = MappingProxyType(
    {
        "secondary-failover": (Scene(Role.PRIMARY),),
        "primary-failover": (Scene(Role.SECONDARY),),
        "full": (Scene(Role.PRIMARY), Scene(Role.PRIMARY), Scene(Role.SECONDARY)),
        "partition": (Scene(Role.PRIMARY, Fault.CABLE), Scene(Role.SECONDARY, Fault.CABLE)),
    }
)


def soak(number: int, seed: int) -> Iterator[Scene]:
    """Faults by chance, the same for the same seed.

    The rest before each ends anywhere within a checkpoint, or in the first second after a resume.
    """
    chance = Random(seed)  # noqa: S311 - it is to be repeated
    for _ in range(number):
        victim, fault = chance.choice((*Role,)), chance.choice(FAULTS)
        yield Scene(victim, fault, round(chance.uniform(0.2, 4.0), 3))
