# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook run``: exit codes, what reached QEMU, and what is in the journal."""

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from colorunbook.hosts import Site
from colorunbook.qemu.payload import JsonObject
from tests.cli.conftest import Colorunbook, Start
from tests.qmpserver import serving

FAILOVER = ("run", "primary-failover", "--primary", "127.0.0.1", "--fence", "true")

#: The program, but it waits for a greeting for half a second.
IMPATIENT = (
    sys.executable,
    "-c",
    "from colorunbook.cli import main\n"
    "from colorunbook.engine import session\n"
    "session.CONNECT = 0.5\n"
    "main()\n",
)


def journal(folder: Path) -> list[JsonObject]:
    """The rows of the only journal."""
    (path,) = (folder / "state").rglob("*.jsonl")
    return [json.loads(row) for row in path.read_text().splitlines()]


def at(path: Path) -> tuple[str, str]:
    """The option that names the primary's monitor."""
    return "--primary-qmp", f"unix:{path}"


def test_a_socket_that_is_not_there_ends_with_4(colorunbook: Colorunbook, folder: Path) -> None:
    """The message has the role, the path and the system's reason."""
    ended = colorunbook(*FAILOVER, *at(folder / "q"))
    assert 4 == ended.code
    assert (
        f"The primary 127.0.0.1 cannot be reached. Nobody answers at the monitor unix:{folder}/q"
        in ended.err
    )
    assert "No such file" in ended.err


def test_a_socket_that_nobody_serves_ends_with_4(colorunbook: Colorunbook, folder: Path) -> None:
    """Left behind by a QEMU that was killed."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "q"))
    ended = colorunbook(*FAILOVER, *at(folder / "q"))
    assert 4 == ended.code
    assert "Connection refused" in ended.err


def test_a_monitor_that_is_taken_ends_with_4(start: Start, folder: Path) -> None:
    """After the bound, with the advice to end the other client."""
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(folder / "q"))
        taken.listen(1)
        begun = time.perf_counter()
        process = start(*FAILOVER, *at(folder / "q"), program=IMPATIENT)
        _, err = process.communicate(timeout=30)
    assert 4 == process.returncode
    assert "Within 0.5 s the monitor" in err
    assert "A monitor takes one client" in err
    assert 0.5 <= time.perf_counter() - begun < 5


def test_the_wrong_state_ends_with_3(colorunbook: Colorunbook, folder: Path) -> None:
    """And nothing but questions was sent."""
    with serving(folder / "q") as server:
        ended = colorunbook(*FAILOVER, *at(folder / "q"))
    assert 3 == ended.code
    assert "colorunbook: refused: primary-failover is refused, and nothing was sent" in ended.err
    assert ["qmp_capabilities", "query-colo-status", "query-status"] == server.received
    assert ["RunStarted", "RunFailed"] == [row["event"] for row in journal(folder)[1:]]


def test_a_step_that_fails_ends_with_1(colorunbook: Colorunbook, folder: Path) -> None:
    """It names the step, and where the journal is."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        ended = colorunbook(*FAILOVER, *at(folder / "q"))
    assert 1 == ended.code
    assert (
        "Step 1 of 9, 'Take children.1 out of colo-disk0' on the primary 127.0.0.1: " in ended.err
    )
    assert "does not have child 'children.1'" in ended.err
    assert "No step is done." in ended.err
    assert str(folder / "state") in ended.err
    assert ["x-blockdev-change"] == server.mutations()


def test_a_run_that_works_ends_with_0(colorunbook: Colorunbook, folder: Path) -> None:
    """The digest is the one that --dry-run has told: law 4."""
    words = ("set-checkpoint-delay", "--primary", "127.0.0.1", *at(folder / "q"))
    with serving(folder / "q") as server:
        dry = colorunbook("run", *words, "--dry-run", "--json")
        assert [] == server.mutations()
        ended = colorunbook("run", *words, "--json")
    assert (0, 0) == (dry.code, ended.code)
    assert 2000 == server.qemu.parameters["x-checkpoint-delay"]
    digests = {json.loads(dry.out)["digest"], journal(folder)[0]["digest"]}
    digests |= {json.loads(ended.out.splitlines()[0])["digest"]}
    assert 1 == len(digests)
    assert (
        "RunEnded"
        == journal(folder)[-1]["event"]
        == json.loads(ended.out.splitlines()[-1])["event"]
    )


#: A failover from a host of which nobody knows where its monitor is, told beforehand.
DRY = ("run", "primary-failover", "--primary", "127.0.0.1", "--secondary", "127.0.0.2", "--dry-run")


def test_a_dry_run_tells_what_comes_before_the_steps(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """What is cut, who has to be dead, and what would prove it; the fence is not run."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        ended = colorunbook(*DRY, *at(folder / "q"), "--fence", f"touch {folder}/fenced")
        assert [] == server.mutations()
    assert 0 == ended.code, ended.err
    cut, first = (ended.out.index(text) for text in ("First: Cut it, on the", "1. Take children.1"))
    assert cut < first
    assert "would be done first, out of band" in ended.out
    assert "the secondary 127.0.0.2 gives no sign of life:" in ended.err
    assert "its migration port 9998 refuses" in ended.err
    assert "proof that it is dead: first this would be run" in ended.err
    assert not (folder / "fenced").exists()


def test_a_dry_run_of_what_would_be_refused_ends_with_3(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """Without a proof, and in the wrong state; programs are told all of it."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        unproved = colorunbook(*DRY, *at(folder / "q"), "--json")
        server.qemu.mode = "none"
        wrong = colorunbook(*DRY, *at(folder / "q"), "--peer-is-dead")
        assert [] == server.mutations()
    assert (3, 3) == (unproved.code, wrong.code)
    told = json.loads(unproved.out)
    (reason,) = told["would_be_refused"]
    assert "nothing proves that the secondary 127.0.0.2 is dead" in reason
    assert (False, True) == (told["peer"]["alive"], told["would_free_first"])
    assert {"kind": None, "text": "--fence COMMAND or --peer-is-dead would be one"} == (
        told["peer"]["proof"]
    )
    assert "colorunbook: refused: primary-failover would be refused: nothing" in unproved.err
    assert "would be refused: it begins only when 'query-colo-status'" in wrong.err
    assert "does not hold, the run would be refused" in wrong.err


def test_a_dry_run_without_qemu_needs_its_version(colorunbook: Colorunbook, folder: Path) -> None:
    """With it, nothing has to be there at all."""
    words = ("run", "primary-failover", "--primary", "10.9.9.9", "--dry-run")
    assert 4 == colorunbook(*words).code
    ended = colorunbook(*words, "--qemu", "11.1")
    assert 0 == ended.code
    assert "1. Take children.1 out of colo-disk0, on the primary 10.9.9.9." in ended.out
    assert "First: Cut it, on the primary 10.9.9.9." in ended.out
    assert not (folder / "state/colorunbook/runs").exists()


@pytest.mark.parametrize("telling", [(), ("--verbose",), ("--json",)])
def test_a_fence_is_in_the_journal_before_it_is_run(
    colorunbook: Colorunbook, folder: Path, telling: tuple[str, ...]
) -> None:
    """Whole, as its owner may need it; what others see has its program only."""
    fence = "sh -c 'cat state/colorunbook/runs/*.jsonl > seen' secret"
    words = ("run", "primary-failover", "--primary", "127.0.0.1", "--fence", fence)
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        ended = colorunbook(*words, *at(folder / "q"), *telling)
    last = json.loads((folder / "seen").read_text().splitlines()[-1])
    assert ("Fencing", "secondary", fence) == (last["event"], last["role"], last["command"])
    assert fence in [row.get("text") for row in journal(folder)]
    told = ended.out + ended.err
    assert 2 == told.count("sh and 3 words more")
    assert "secret" not in told


def test_a_fence_that_cannot_be_read_is_not_repeated(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """What is wrong with it is told; a password may be in it."""
    words = ("run", "primary-failover", "--primary", "127.0.0.1", *at(folder / "q"))
    ended = colorunbook(*words, "--fence", "ipmitool -P 'secret")
    assert 2 == ended.code
    assert "The fence command cannot be read: No closing quotation." in ended.err
    assert "secret" not in ended.err


def test_an_interrupt_while_a_fence_runs_leaves_a_doubt(
    start: Start, colorunbook: Colorunbook, folder: Path
) -> None:
    """Nobody knows whether the peer is cut off, and all that tell of the run say so."""
    words = ("run", "primary-failover", "--primary", "127.0.0.1", "--fence", "sleep 30")
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        process = start(*words, *at(folder / "q"))
        assert process.stderr is not None
        told = iter(process.stderr.readline, "")
        assert any("cutting the secondary off" in line for line in told)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert 10 == process.returncode
    doubt = "the secondary may be cut off or not"
    assert "interrupted while the fence command ran; no step was begun." in err
    assert f"T{doubt[1:]}." in err
    assert ["Fencing", "RunFailed"] == [row["event"] for row in journal(folder)[-2:]]
    assert doubt in colorunbook("history", "last").out
    assert doubt in colorunbook("report", "last").out


def test_a_run_beside_a_dry_run_is_told_what_holds_the_pair(
    start: Start, colorunbook: Colorunbook, folder: Path
) -> None:
    """It has no journal that one could look into."""
    with serving(folder / "q") as server:
        server.held_on["query-colo-status"] = held = threading.Event()
        dry = start(*FAILOVER, *at(folder / "q"), "--dry-run")
        deadline = time.monotonic() + 20
        while "query-colo-status" not in server.received and time.monotonic() < deadline:
            time.sleep(0.02)
        ended = colorunbook(*FAILOVER, *at(folder / "q"))
        held.set()
        dry.communicate(timeout=30)
    assert 3 == ended.code
    assert f"a dry run of primary-failover, process {dry.pid} of " in ended.err
    assert "history" not in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_interrupt_ends_at_once_with_10(start: Start, folder: Path, number: int) -> None:
    """The first one waits for the step in hand; the journal is closed, and its path is told."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        server.silent_on.add("x-blockdev-change")
        process = start(*FAILOVER, *at(folder / "q"))
        deadline = time.monotonic() + 20
        while not server.mutations() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.stderr is not None
        told = iter(process.stderr.readline, "")
        assert any("It ends after the step in hand." in line for line in told)
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
    assert 10 == process.returncode
    assert "primary-failover was interrupted. 0 steps are done. Step 1 may be done or not." in err
    assert "'colorunbook resume 2" in err
    assert "the journal of this run is" in err
    assert ["StepStarted", "RunFailed"] == [row["event"] for row in journal(folder)[-2:]]


def test_an_interrupt_ends_after_the_step_in_hand(start: Start, folder: Path) -> None:
    """It comes to its end, the next one does not begin."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        server.answers["x-blockdev-change"] = {}
        server.held_on["x-blockdev-change"] = held = threading.Event()
        process = start(*FAILOVER, *at(folder / "q"))
        deadline = time.monotonic() + 20
        while not server.mutations() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        told = iter(process.stderr.readline, "")
        assert any("It ends after the step in hand." in line for line in told)
        held.set()
        _, err = process.communicate(timeout=10)
    assert 10 == process.returncode
    assert "primary-failover was interrupted before step 2" in err
    assert "Step 1 is done." in err
    assert ["x-blockdev-change"] == server.mutations()
    assert ["StepDone", "RunFailed"] == [row["event"] for row in journal(folder)[-2:]]


def test_an_interrupt_in_a_wait_ends_it_at_once(start: Start, folder: Path) -> None:
    """Waiting changes nothing, so nothing is in doubt."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        server.qemu.children["children.0"] = "#block0"
        server.answers["x-colo-lost-heartbeat"] = {}
        process = start(*FAILOVER, *at(folder / "q"))
        deadline = time.monotonic() + 20
        waiting = ["x-colo-lost-heartbeat", "query-colo-status", "query-colo-status"]
        while server.received[-3:] != waiting and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert 10 == process.returncode
    assert "primary-failover was interrupted. 8 steps are done.\n" in err


def test_an_interrupt_while_the_end_is_waited_for_ends_with_10(
    start: Start, colorunbook: Colorunbook, folder: Path
) -> None:
    """All steps are done, and nobody knows whether it has worked."""
    words = ("run", "set-checkpoint-delay", "--primary", "127.0.0.1", *at(folder / "q"))
    with serving(folder / "q") as server:
        server.answers["migrate-set-parameters"] = {}
        process = start(*words)
        deadline = time.monotonic() + 20
        waiting = ["migrate-set-parameters", *["query-migrate-parameters"] * 2]
        while server.received[-3:] != waiting and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert 10 == process.returncode
    assert "interrupted: its only step is done; whether it worked was not seen." in err
    assert ["StepDone", "RunFailed"] == [row["event"] for row in journal(folder)[-2:]]
    assert "1 of 1 steps are done; whether it worked was not seen." in (
        colorunbook("history", "last").out
    )


def test_a_run_and_its_resume_name_the_folder_that_was_given(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """Without it nothing would be found."""
    state = ("--state", str(folder / "kept"))
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        server.closes_on.add("x-blockdev-change")
        failed = colorunbook(*FAILOVER, *at(folder / "q"), *state)
        again = colorunbook("resume", "last", "--fence", "true", *state)
    assert (4, 4) == (failed.code, again.code)
    for ended in (failed, again):
        assert f" --state {folder / 'kept'}' goes on from there." in ended.err


def test_a_folder_for_journals_that_cannot_be_made_ends_with_4(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """Before anything is sent."""
    (folder / "file").touch()
    with serving(folder / "q") as server:
        ended = colorunbook(*FAILOVER, *at(folder / "q"), "--state", str(folder / "file"))
    assert 4 == ended.code
    assert "--state" in ended.err
    assert [] == server.mutations()


def test_a_full_disk_ends_with_4(start: Start, folder: Path) -> None:
    """The step that could not be noted is not done."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        start(*FAILOVER, *at(folder / "q")).communicate(timeout=30)
        assert ["x-blockdev-change"] == server.mutations()
        server.received.clear()
        (whole,) = (folder / "state").rglob("*.jsonl")
        before = b"".join(whole.read_bytes().splitlines(keepends=True)[:3])
        limited = ("prlimit", f"--fsize={len(before) + 40}", sys.executable, "-m", "colorunbook")
        process = start(*FAILOVER, *at(folder / "q"), program=limited)
        _, err = process.communicate(timeout=30)
    assert 4 == process.returncode
    assert "cannot be written: File too large" in err
    assert [] == server.mutations()


def test_a_run_that_could_not_begin_leaves_no_journal(start: Start, folder: Path) -> None:
    """Of nothing it would tell nothing, in each account that comes after."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        limited = ("prlimit", "--fsize=40", sys.executable, "-m", "colorunbook")
        process = start(*FAILOVER, *at(folder / "q"), program=limited)
        _, err = process.communicate(timeout=30)
    assert 4 == process.returncode
    assert "cannot be written: File too large" in err
    assert [] == [*(folder / "state").rglob("*.jsonl")]


@pytest.fixture
def qemu(folder: Path) -> str:
    """A search path with a program that tells a version and starts nothing."""
    program = folder / "qemu-system-x86_64"
    program.write_text("#!/bin/sh\necho QEMU emulator version 11.1.3\n")
    program.chmod(0o700)
    return f"{folder}:{os.environ['PATH']}"


def test_a_monitor_on_standard_streams_cannot_be_launched(
    colorunbook: Colorunbook, folder: Path, qemu: str
) -> None:
    """QEMU would lose it when the command ends."""
    hosts = ("--primary", "10.0.0.1", "--secondary", "10.0.0.2")
    ended = colorunbook("run", "launch-secondary", *hosts, *at(folder / "q"), PATH=qemu)
    assert 2 == ended.code
    assert "The QEMU of 10.0.0.2 would have its monitor on the standard input" in ended.err
    assert "Give --secondary-qmp unix:PATH." in ended.err


def test_an_address_that_nobody_gave_is_asked_for(
    colorunbook: Colorunbook, folder: Path, qemu: str
) -> None:
    """The document's own addresses are examples; the secondary would connect to one."""
    words = ("launch-secondary", "--secondary", "10.0.0.2", "--secondary-qmp", f"unix:{folder}/q")
    ended = colorunbook("run", *words, PATH=qemu)
    assert 2 == ended.code
    assert "launch-secondary needs the primary's address." in ended.err


def test_an_address_that_no_command_has_is_not_asked_for(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """A failover is for one host alone."""
    with serving(folder / "q") as server:
        assert 3 == colorunbook("run", "primary-failover", *at(folder / "q")).code
    assert server.received


def test_a_lab_and_monitors_exclude_each_other(colorunbook: Colorunbook) -> None:
    """A lab that is not up is told first."""
    ended = colorunbook(*FAILOVER, "--lab", "no such")
    assert 2 == ended.code
    assert "no such" in ended.err


def test_the_site_file_of_the_folder_counts(colorunbook: Colorunbook, folder: Path) -> None:
    """It names hosts and monitors once and for all."""
    monitor = f"unix:{folder}/q"
    (folder / "colorunbook.toml").write_text(
        f'[primary]\naddress = "10.0.0.1"\nqmp = "{monitor}"\n[secondary]\naddress = "10.0.0.2"\n'
    )
    with serving(folder / "q") as server:
        ended = colorunbook("run", "primary-failover", "--primary", "10.0.0.1")
    assert 3 == ended.code
    assert ["qmp_capabilities", "query-colo-status"] == server.received[:2]
    assert Site().primary.address not in json.dumps(journal(folder))


def test_a_failover_wants_the_address_of_who_is_dead(
    colorunbook: Colorunbook, folder: Path
) -> None:
    """The document's example of a peer is asked by no host somewhere else."""
    words = ("run", "primary-failover", "--primary", "10.0.0.1", *at(folder / "q"))
    with serving(folder / "q") as server:
        ended = colorunbook(*words, "--fence", "true")
        assert [] == server.mutations()
    assert 2 == ended.code
    assert "Give --secondary ADDRESS" in ended.err


@pytest.mark.parametrize("how", ["on-failure", "ask"])
def test_a_rollback_that_cannot_be_is_told_before(
    colorunbook: Colorunbook, folder: Path, how: str
) -> None:
    """And when the failover has failed."""
    with serving(folder / "q") as server:
        server.qemu.mode = "primary"
        ended = colorunbook(*FAILOVER, *at(folder / "q"), "--rollback", how)
    assert 1 == ended.code
    assert ended.err.startswith("Nothing of primary-failover can be taken back: --rollback does")
    assert "Nothing of it can be taken back." in ended.err


def test_a_rollback_that_can_be_is_not_remarked_on(colorunbook: Colorunbook, folder: Path) -> None:
    """Nor is one that nobody wants."""
    replicate = ("run", "start-replication", "--primary", "127.0.0.1", *at(folder / "q"))
    for words in ((*replicate, "--rollback", "on-failure"), FAILOVER + at(folder / "q")):
        with serving(folder / "q"):
            ended = colorunbook(*words)
        assert "can be taken back" not in ended.err
        (folder / "q").unlink()


def test_a_guard_that_is_not_there_cannot_be_let_be(colorunbook: Colorunbook, folder: Path) -> None:
    """It is told which are."""
    with serving(folder / "q") as server:
        failover = colorunbook(*FAILOVER, *at(folder / "q"), "--despite", "space")
        words = ("run", "start-replication", "--primary", "127.0.0.1", *at(folder / "q"))
        replication = colorunbook(*words, "--despite", "reach", "--despite", "image")
        assert [] == server.received
    assert (2, 2) == (failover.code, replication.code)
    assert "primary-failover has no guard that is called space." in failover.err
    assert "None of its guards can be let be." in failover.err
    assert "start-replication has no guard that is called image." in replication.err
    assert "What can be let be there: reach." in replication.err


def test_a_proof_of_death_is_for_a_failover(colorunbook: Colorunbook, folder: Path) -> None:
    """Whoever gives one believes that somebody is cut off."""
    words = ("run", "set-checkpoint-delay", "--primary", "127.0.0.1", *at(folder / "q"))
    ended = colorunbook(*words, "--fence", "true")
    assert 2 == ended.code
    assert "nobody has to be dead" in ended.err
