# SPDX-License-Identifier: GPL-2.0-or-later
"""A sample of the generated bad inputs, and that the laws can be broken at all.

``./run fuzz`` does ten thousand.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest

from tests.fuzz import monitors
from tests.fuzz.campaign import KINDS, cases
from tests.fuzz.cases import Act, Case, read
from tests.fuzz.laws import broken
from tests.fuzz.program import Outcome, do

PARTS = 13
EACH = 30
WELL = Outcome(4, "", "colorunbook: error: So.\n", 0.1, ())
RUN = Case("qmp", monitors.SCENARIOS["primary"], monitor="primary")


@pytest.mark.parametrize("part", range(PARTS))
def test_a_sample_breaks_no_law(part: int) -> None:
    """Some of each kind, the same ones every time."""
    for case in islice(cases(PARTS * EACH, seed=0), part, None, PARTS):
        outcome = do(case)
        assert [] == broken(case, outcome), f"{case.text}\n{outcome.err}"


def test_a_seed_tells_everything() -> None:
    """The same inputs come of it each time, and others of another one."""
    one, again, other = (list(cases(26, seed)) for seed in (5, 5, 6))
    assert one == again
    assert one != other
    assert set(KINDS) == {case.kind for case in one}


def test_a_case_survives_its_file() -> None:
    """Bytes, half characters and acts alike."""
    for case in cases(130, seed=7):
        assert case == read(case.text)


@pytest.mark.parametrize("role", monitors.SCENARIOS)
def test_an_honest_monitor_lets_the_failover_work(role: str) -> None:
    """Or all that is said of lying ones would mean nothing."""
    asked = monitors.honest(role).asked
    assert "x-colo-lost-heartbeat" in asked
    case = Case("qmp", monitors.SCENARIOS[role], monitor=role)
    assert [] == broken(case, do(case))


def hanging(outcome: Outcome) -> Outcome:
    """It did not end."""
    return replace(outcome, code=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (hanging, "it hangs"),
        (lambda well: replace(well, code=20), "it ends with 20"),
        (lambda well: replace(well, code=10), "it ends with 10"),
        (lambda well: replace(well, err=""), "says no sentence"),
        (lambda well: replace(well, err="x"), "says no sentence"),
        (lambda well: replace(well, code=1, err=" "), "says nothing"),
        (lambda well: replace(well, err=well.err + "Traceback (most"), "a traceback"),
        (lambda well: replace(well, err=well.err + "\x1b[2J"), "has the character"),
        (lambda well: replace(well, changed=("work/site.toml",)), "it has changed"),
        (lambda well: replace(well, received=("stop",)), "what an honest run does not"),
        (lambda well: replace(well, code=2), "taken for bad input"),
    ],
)
def test_each_law_can_be_broken(change: Callable[[Outcome], Outcome], said: str) -> None:
    """By an outcome that is bad in one way."""
    assert [] == broken(RUN, WELL)
    assert any(said in problem for problem in broken(RUN, change(WELL)))


@pytest.mark.parametrize(
    ("lies", "received"),
    [
        ({"-1": [["close"]]}, ("qmp_capabilities", "x-blockdev-change")),
        ({"1": [["stall"]]}, ("qmp_capabilities", "query-colo-status", "x-blockdev-change")),
        (
            {"1": [["value", {"mode": "none"}]]},
            ("qmp_capabilities", "query-colo-status", "x-blockdev-change"),
        ),
        (
            {"1": [["error", {"class": "GenericError", "desc": "no"}]]},
            ("qmp_capabilities", "query-colo-status", "x-blockdev-change"),
        ),
        (
            {"2": [["cut", 3], ["close"]]},
            ("qmp_capabilities", "query-colo-status", "x-blockdev-change", "object-del"),
        ),
    ],
)
def test_a_step_after_a_lie_breaks_the_law(
    lies: dict[str, list[Act]], received: tuple[str, ...]
) -> None:
    """Each way not to answer."""
    case = replace(RUN, lies=lies)
    assert broken(case, replace(WELL, received=received))
    until = int(min(lies)) + 1
    assert [] == broken(case, replace(WELL, received=received[:until]))


def test_nothing_of_this_machine_is_within_reach() -> None:
    """No program, no network, no lab of anybody's."""
    up = do(Case("flags", ("lab", "up", "--name", "fuzz-never")))
    assert 4 == up.code
    assert "No such file or directory" in up.err
    assert "No lab is up." in do(Case("flags", ("lab", "status"))).err
    monitor = ("--primary-qmp", "tcp:{}:4444", "--insecure-tcp")
    words = ("run", "primary-failover", "--primary", "10.0.0.1", *monitor)
    for host, said in (("127.0.0.1", "Connection refused"), ("example.org", "not known")):
        assert said in do(Case("flags", tuple(word.format(host) for word in words))).err
