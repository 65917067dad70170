# SPDX-License-Identifier: GPL-2.0-or-later
"""``lab fault`` and ``lab mend``: which lab, which host, what; and what is said of it."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from colorunbook.cli.fault import fault, mend
from colorunbook.errors import InputError, Unavailable
from colorunbook.hosts import Host, Role
from colorunbook.lab import faults, labs
from colorunbook.lab.faults import Fault
from colorunbook.lab.pair import Lab
from tests.cli.conftest import Colorunbook
from tests.drill.theatre import ONE, TWO, lab_in

ROLES = {ONE: Role.SECONDARY, TWO: Role.PRIMARY}
"""After a failover, and a resume."""

GIVEN_BACK = ("The cable of it is whole again.", "The QEMU of it goes on.")

NONE = "nobody-calls-a-lab-so"
"""A lab that is not up, whatever else this machine does."""


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was done to which host of the one lab that there is."""
    found: list[tuple[str, ...]] = []
    lab = lab_in(tmp_path)

    def get(name: str) -> Lab:
        found.append((name,))
        return lab

    def inject(_: Lab, what: Fault, host: Host) -> None:
        found.append((what.value, host.address))

    def mending(_: Lab, host: Host) -> Sequence[str]:
        found.append(("mend", host.address))
        return ("The cable of it is whole again.", "The QEMU of it goes on.") * (
            host.address == ONE
        )

    async def role_of(_: Lab, host: Host) -> Role | None:
        return ROLES.get(host.address)

    monkeypatch.setattr(labs, "get", get)
    monkeypatch.setattr(faults, "inject", inject)
    monkeypatch.setattr(faults, "mend", mending)
    monkeypatch.setattr(Lab, "role_of", role_of)
    return found


@pytest.mark.parametrize("kind", Fault)
def test_a_fault_happens_to_the_host_of_an_address(
    done: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str], kind: Fault
) -> None:
    """In the lab that was named; the host has no power, or whatever it is, from then on."""
    fault(kind.value, ONE, "second")
    assert [("second",), (kind.value, ONE)] == done
    assert f"{ONE} has a fault: {kind.value}.\n" == capsys.readouterr().err


@pytest.mark.parametrize(("role", "address"), [("primary", TWO), ("secondary", ONE)])
def test_a_role_is_the_one_that_a_host_has_now(
    done: list[tuple[str, ...]], role: str, address: str
) -> None:
    """Not the one that it was brought up in."""
    fault("stop", role)
    mend(role)
    assert [("stop", address), ("mend", address)] == [each for each in done if len(each) > 1]


def test_what_was_given_back_is_told(
    done: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each; where nothing was missing, that is said too."""
    mend(ONE)
    mend(TWO)
    assert 4 == len(done)
    told = capsys.readouterr().err.splitlines()
    assert [*GIVEN_BACK, f"Nothing was missing at {TWO}."] == told


@pytest.mark.parametrize("act", [lambda host: fault("power", host), mend])
@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("10.0.0.3", f"The lab mine has no host 10.0.0.3. It has {ONE} and {TWO}."),
        ("", "The lab mine has no host ."),
        ("Primary", "The lab mine has no host Primary."),
    ],
)
def test_a_host_that_is_not_there_is_named(
    done: list[tuple[str, ...]], act: Callable[[str], None], host: str, said: str
) -> None:
    """With those that are; nothing is done."""
    with pytest.raises(InputError, match=re.escape(said)):
        act(host)
    assert [("default",)] == done


def test_a_role_that_nobody_has_is_said_to_be_nobodys(
    done: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A QEMU that does not answer has none that could be known; its host has an address."""

    async def role_of(_: Lab, host: Host) -> Role | None:
        if host.address == ONE:
            raise Unavailable("It does not answer.")
        return None

    monkeypatch.setattr(Lab, "role_of", role_of)
    said = r"No QEMU of the lab mine says that it is a primary now\. Give the host's address\."
    with pytest.raises(InputError, match=said):
        fault("power", "primary")
    assert [("default",)] == done


def test_what_is_no_fault_is_refused_before_a_lab_is_looked_for(
    done: list[tuple[str, ...]],
) -> None:
    """With those that are."""
    said = r"'fire' is no fault\. There are power, cable, uplink, stop, kill\."
    with pytest.raises(InputError, match=said):
        fault("fire", ONE)
    assert [] == done


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fault", "fire", ONE), "'fire' is no fault."),
        (("fault", "power"), "Missing argument 'HOST'"),
        (("fault", "power", ONE, "--name", NONE), f"No lab '{NONE}' is up."),
        (("mend", ONE, "--name", NONE), f"No lab '{NONE}' is up."),
        (("mend", ONE, "--name", "two words"), "A lab cannot be called 'two words'."),
    ],
)
def test_bad_words_are_refused(colorunbook: Colorunbook, words: Sequence[str], said: str) -> None:
    """With 2 and a sentence."""
    ended = colorunbook("lab", *words)
    assert (2, "") == (ended.code, ended.out)
    assert said in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
