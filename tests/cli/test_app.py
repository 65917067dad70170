# SPDX-License-Identifier: GPL-2.0-or-later
"""The program: exit codes of what is typed, and what it says."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Colorunbook, Start
from tests.qmpserver import serving

#: A host that no lab on this machine has.
ELSEWHERE = ("--primary", "10.9.9.9")

TWO_QEMUS = ("--qemu", "10.0", "--qemu-binary", "/bin/true")

#: The program with a defect in it.
DEFECTIVE = (
    sys.executable,
    "-c",
    "from colorunbook import shelf\n"
    "from colorunbook.cli import main\n"
    "shelf.runbooks = lambda: 1 / 0\n"
    "main()\n",
)

#: The program, interrupted in the middle of something that takes any failure for its own.
FALLEN_INTO = (
    sys.executable,
    "-c",
    "import os, signal\n"
    "from colorunbook import errors, shelf\n"
    "from colorunbook.cli import main\n"
    "def fallen_into():\n"
    "    try:\n"
    "        os.kill(os.getpid(), signal.SIGINT)\n"
    "    except Exception as error:\n"
    "        raise errors.Unavailable('The session was lost.') from error\n"
    "shelf.runbooks = fallen_into\n"
    "main()\n",
)

#: The program, interrupted again while it clears away what it has made, and when it is no more.
CLEARING = (
    sys.executable,
    "-c",
    "import os, signal\n"
    "from colorunbook import shelf\n"
    "from colorunbook.cli import main\n"
    "class Last:\n"
    "    def __init__(self, kill, pid): self.kill, self.pid = kill, pid\n"
    "    def __del__(self): self.kill(self.pid, 15)\n"
    "shelf.last = Last(os.kill, os.getpid())\n"
    "def clearing():\n"
    "    try:\n"
    "        os.kill(os.getpid(), signal.SIGINT)\n"
    "    finally:\n"
    "        os.kill(os.getpid(), signal.SIGINT)\n"
    "        os.kill(os.getpid(), signal.SIGTERM)\n"
    "        print('all is gone')\n"
    "shelf.runbooks = clearing\n"
    "main()\n",
)


def test_an_interrupt_is_one_whatever_it_falls_into(start: Start) -> None:
    """It is not told as the failure that it brought about."""
    process = start("list", program=FALLEN_INTO)
    _, err = process.communicate(timeout=60)
    assert 10 == process.returncode
    assert "Interrupted." in err


def test_a_second_interrupt_does_not_disturb_what_the_first_has_set_going(start: Start) -> None:
    """Whoever presses Ctrl-C twice wants a lab gone no less than who does once."""
    process = start("list", program=CLEARING)
    out, err = process.communicate(timeout=60)
    assert (10, "all is gone\n") == (process.returncode, out)
    assert "colorunbook: error: Interrupted.\n" == err


def test_without_a_verb_there_is_help(colorunbook: Colorunbook) -> None:
    """It names every verb, and what the exit codes mean."""
    ended = colorunbook()
    for word in ("list", "show", "render", "run", "lab", "check", "Exit codes"):
        assert word in ended.out + ended.err


def test_the_version_is_told(colorunbook: Colorunbook) -> None:
    """On standard output, for scripts."""
    ended = colorunbook("--version")
    assert (0, "colorunbook 0.1.0\n") == (ended.code, ended.out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "no-such"), "There is no runbook 'no-such'"),
        (("show", "primary-failovr"), "There is: primary-failover."),
        (("show", "bring-up", "--primary", "a b"), "'a b' is not an address"),
        (("show", "bring-up", "--primary", "1.2.3"), "'1.2.3' is not an address"),
        (("show", "bring-up", "--set", "ports.nbd=9998"), "9998 is used twice"),
        (("show", "bring-up", "--primary", "::1", "--secondary", "0::1"), "the same address"),
        (("show", "bring-up", "--set", "guest.disk=many"), "'many' is not a size"),
        (("show", "bring-up", "--set", "guest.disk=" + "9" * 5000), "is not a size"),
        (("show", "bring-up", "--set", "guest.memory=" + "9" * 5000), "is no whole number"),
        (("show", "bring-up", "--set", "nonsense"), "is no setting"),
        (("show", "bring-up", "--qemu", "new"), "'new' is not a QEMU version"),
        (("run", "primary-failover", "--primary-qmp", "/run/q"), "'/run/q' is not a monitor"),
        (("run", "primary-failover", *ELSEWHERE), "Nothing says where QEMU serves QMP"),
        (("run", "primary-failover", "--lab", "none-such"), "No lab 'none-such' is up"),
        (("run", "primary-failover", *ELSEWHERE, "--qemu", "11.1"), "Nothing says where QEMU"),
        (("run", "primary-failover", "--qemu", "new"), "'new' is not a QEMU version"),
        (("run", "primary-failover", *TWO_QEMUS), "name two QEMUs"),
        (("lab", "up", *TWO_QEMUS), "name two QEMUs"),
        (("lab", "demo", *TWO_QEMUS), "name two QEMUs"),
        (("check", ".", *TWO_QEMUS), "name two QEMUs"),
        (("lab", "up", "--qemu", "3.0"), "There is: 11.1"),
        (("lab", "demo", "--qemu", "3.0"), "There is: 11.1"),
        (("check", ".", "--qemu", "3.0"), "There is: 11.1"),
        (("lab", "up", "--qemu-binary", "/no/such"), "There is no /no/such"),
        (("lab", "demo", "--qemu-binary", "/etc"), "/etc is not a program that you may start"),
        (("lab", "up", "--qemu-binary", "/bin/true"), "/bin/true says no QEMU version"),
        (("lab", "up", "--edition", "new"), "'new' is not one of 'hmp', 'blockdev'"),
        (("lab", "fetch", "10.0", "3.0"), "There is: 11.1"),
        (("lab", "fetch", "--all", "10.0"), "--all fetches 10.0 too"),
        (("run", "primary-failover", "--site", "no.toml"), "no.toml cannot be read"),
        (("no-such-verb",), "No such command"),
        (("show",), "Missing argument"),
        (("show", "bring-up", "--no-such-option"), "No such option"),
    ],
)
def test_what_cannot_be_used_ends_with_2(
    colorunbook: Colorunbook, words: tuple[str, ...], said: str
) -> None:
    """The message names it; nothing is on standard output."""
    ended = colorunbook(*words)
    assert (2, "") == (ended.code, ended.out)
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_shelf_that_is_no_folder_ends_with_2(colorunbook: Colorunbook) -> None:
    """It names the variable."""
    ended = colorunbook("list", COLORUNBOOK_SHELF="/no/such")
    assert 2 == ended.code
    assert "COLORUNBOOK_SHELF names '/no/such'" in ended.err


def test_a_defect_ends_with_20(start: Start) -> None:
    """One sentence, no traceback."""
    process = start("list", program=DEFECTIVE)
    out, err = process.communicate(timeout=30)
    assert (20, "") == (process.returncode, out)
    assert "A defect of colorunbook itself: ZeroDivisionError: division by zero." in err
    assert "Traceback" not in err


def test_a_defect_is_shown_whole_to_its_developers(start: Start) -> None:
    """With COLORUNBOOK_DEBUG=1."""
    process = start("list", program=DEFECTIVE, COLORUNBOOK_DEBUG="1")
    _, err = process.communicate(timeout=30)
    assert process.returncode
    assert "Traceback" in err
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("show", "bring-up"),
        ("run", "bring-up", "--dry-run", "--qemu", "11.1", *ELSEWHERE),
    ],
)
def test_a_reader_that_leaves_is_no_error(start: Start, words: tuple[str, ...]) -> None:
    """As in ``colorunbook list | head -1``."""
    process = start(*words)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert "" == process.stderr.read()
    assert 0 == process.wait(30)


#: Imports the module of a verb as the program does, and tells which of the others came with it.
IMPORTS = """
import sys
from colorunbook.cli import app, verbs
verbs.register(app, sys.argv[1])
from colorunbook.engine.local import LocalTransport
from colorunbook import shelf
shelf.runbooks()
heavy = ("jinja2", "sphinx", "sybil", "docutils", "pytest", "rich", "pyroute2", "psutil")
heavy += ("filelock", "colorunbook.lab")
print(*[name for name in heavy if name in sys.modules])
"""


def test_a_run_imports_no_more_than_it_needs(start: Start) -> None:
    """Start-up time is part of a failover."""
    process = start("run", program=(sys.executable, "-c", IMPORTS))
    out, err = process.communicate(timeout=30)
    assert ("\n", "") == (out, err)


FULL = ("sh", "-c", '"$@" > /dev/full', "sh", sys.executable, "-m", "colorunbook")


@pytest.mark.parametrize(("more", "code"), [((), 0), (("--dry-run",), 4)])
def test_a_run_that_has_worked_has_worked(
    start: Start, folder: Path, more: Sequence[str], code: int
) -> None:
    """Though its account is lost, which is all that a dry run is for."""
    words = ("run", "set-checkpoint-delay", "--primary", "127.0.0.1", "--json", *more)
    with serving(folder / "q") as server:
        process = start(*words, "--primary-qmp", f"unix:{folder}/q", program=FULL)
        _, err = process.communicate(timeout=30)
    assert (code, [] if more else ["migrate-set-parameters"]) == (
        process.returncode,
        server.mutations(),
    )
    assert "What was put out is lost: No space left on device." in err


@pytest.mark.parametrize(("words", "code"), [(("list",), 4), (("schema", "list", "--json"), 4)])
def test_data_that_is_lost_is_no_success(start: Start, words: Sequence[str], code: int) -> None:
    """Who asked for it has nothing; that nobody reads on is no loss."""
    full = start(*words, program=FULL)
    _, err = full.communicate(timeout=30)
    assert (code, "No space left on device" in err) == (full.returncode, True)
    early = start(*words, program=(*FULL[:2], '"$@" | head -c 1', *FULL[3:]))
    assert "" == early.communicate(timeout=30)[1]
