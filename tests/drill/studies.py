# SPDX-License-Identifier: GPL-2.0-or-later
"""Studies of the knobs: any that can be, and one as it would really be."""

from dataclasses import replace

from hypothesis import strategies as st

from colorunbook.comparison import LARGEST, Comparison, Nic
from colorunbook.drill.measures import Times
from colorunbook.drill.parts import Impact
from colorunbook.drill.study.figures import Run, Served
from colorunbook.drill.study.grid import Choice, choices
from colorunbook.drill.study.study import Study
from tests.drill.results import SETTING, impacts, seconds, settings, text, times, words

numbers = st.none() | st.integers(1, LARGEST)
nics = st.sampled_from((Nic(), Nic("virtio-net-pci", vnet_hdr_support=False), Nic("e1000")))
some_choices = st.builds(
    Choice, st.integers(1, 2**40), nics, st.builds(Comparison, numbers, numbers, numbers)
)
served = st.builds(
    Served,
    st.floats(0.001, 1e9),
    st.dictionaries(words, times, max_size=2),
    st.none() | times,
)
runs = st.builds(
    Run,
    some_choices,
    *(seconds, seconds),
    *(st.none() | served, st.none() | served),
    *(st.none() | seconds, st.none() | impacts),
    st.lists(text, max_size=2).map(tuple),
)
studies = st.builds(Study, settings, st.lists(runs, max_size=4).map(tuple))


def usual() -> Study:
    """Each choice twice. One knob breaks it, and one drill did not begin."""
    found = [_run(at, choice, turn) for turn in (1, 2) for at, choice in enumerate(choices())]
    lost = "Connection 1 of the disk service: request 12 was never answered."
    found[-1] = replace(found[-1], findings=(lost, "The drill ended early: it hung."), after=None)
    begun = Run(found[2].choice, 0.5, 3.0, None, None, None, None, ("The guest did not boot.",))
    found[2] = begun
    setting = replace(SETTING, scenario="secondary-failover", seed=None, knobs={"connections": 2})
    return Study(setting, tuple(found))


def _run(at: int, choice: Choice, turn: int) -> Run:
    slow = 0.002 * (at + 1) * turn
    impact = Impact(
        *("kill", "10.0.0.1", 20.0, 0.3, 0.34, 0.04, 0.4 + slow, 0.8),
        *(_times(slow), _times(slow * 50), _times(slow)),
    )
    latency = {"memory": _times(slow), "disk": _times(slow * 3)}
    before = Served(12.0, latency, Times(24, 0.04, 0.05, 0.06, 0.07) if at else None)
    later = {"memory": _times(slow * 3), "disk": _times(slow * 5)}
    after = Served(8.0, later, Times(80, 0.04, 0.05, 0.06, 0.07))
    return Run(choice, 1.5, 38.0, before, after, 0.5 + slow, impact, ())


def _times(median: float) -> Times:
    return Times(200, median, median * 2, median * 5, median * 8)
