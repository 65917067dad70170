# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab that is nowhere, for what only has to believe that there is one."""

import os
from pathlib import Path

from colorunbook.hosts import Accel
from colorunbook.lab.cables import Cables
from colorunbook.lab.life import Life
from colorunbook.lab.making import APART
from colorunbook.lab.pair import Lab, site_in
from colorunbook.lab.switch import Spaces
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World

ONE, TWO = "10.0.0.1", "10.0.0.2"


def lab_in(folder: Path) -> Lab:
    """Two hosts with cables; nothing of it lives but this very process."""
    cables = Cables(ONE, TWO, Spaces(second=7, switch=8, client=9))
    world = World(Tree(Path("/"), "11.1.3"), folder, Life.of(os.getpid()), cables=cables)
    return Lab("mine", world, site_in(folder, Accel.TCG, tap=True, like=APART), (), linux=True)
