# SPDX-License-Identifier: GPL-2.0-or-later
"""One run at a time on one pair; the other run is a real process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from colorunbook.addresses import Monitor, StdioMonitor, TcpMonitor, UnixMonitor
from colorunbook.engine.lock import About, hold
from colorunbook.errors import Refused, Unavailable
from colorunbook.hosts import Host

ABOUT = About("20261125T101500.000-primary-failover-7", "primary-failover")
HOLDER = """
import sys
from pathlib import Path
from colorunbook.engine.lock import About, hold
from colorunbook.addresses import parse_monitor
from colorunbook.hosts import Host
folder, run, *monitors = sys.argv[1:]
hosts = [Host("10.0.0.1", "/x", parse_monitor(monitor)) for monitor in monitors]
with hold(hosts, About(run, "bring-up"), Path(folder)):
    print("held", flush=True)
    sys.stdin.read()
"""


def host(monitor: Monitor, address: str = "10.0.0.1") -> Host:
    """A host whose QEMU is spoken to there."""
    return Host(address, "/x", monitor)


ONE, TWO = host(UnixMonitor("/run/a.qmp")), host(UnixMonitor("/run/b.qmp"))


@contextmanager
def another_run(folder: Path, *hosts: Host, run: str = "ID") -> Iterator[subprocess.Popen[str]]:
    """A process that holds these hosts until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), run, *(str(each.monitor) for each in hosts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert "held\n" == process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_a_pair_that_is_held_is_refused(tmp_path: Path) -> None:
    """The sentence names the run, its runbook, its process, and since when."""
    with (
        another_run(tmp_path, ONE) as other,
        pytest.raises(Refused) as refused,
        hold([TWO, ONE], ABOUT, tmp_path),
    ):
        pytest.fail("it was held twice")
    begin = "primary-failover is refused, and nothing was sent: run ID of bring-up, process "
    assert refused.value.message.startswith(f"{begin}{other.pid} of ")
    assert "has held this pair since 2" in refused.value.message
    assert "'colorunbook history ID'" in refused.value.advice


def test_a_dry_run_that_holds_a_pair_is_told_as_one(tmp_path: Path) -> None:
    """It has no journal, so nobody is sent to look at one."""
    with (
        another_run(tmp_path, ONE, run="") as other,
        pytest.raises(Refused) as refused,
        hold([ONE], ABOUT, tmp_path),
    ):
        pytest.fail("it was held twice")
    assert f"a dry run of bring-up, process {other.pid} of " in refused.value.message
    assert "Wait until it has ended." == refused.value.advice


def test_who_is_refused_holds_nothing(tmp_path: Path) -> None:
    """Whichever of the two was had first."""
    for free, held in ((ONE, TWO), (TWO, ONE)):
        with another_run(tmp_path, held):
            with pytest.raises(Refused), hold([ONE, TWO], ABOUT, tmp_path):
                pytest.fail("it was held twice")
            with another_run(tmp_path, free):
                pass


def test_the_kernel_lets_go_of_what_a_killed_run_held(tmp_path: Path) -> None:
    """Nothing has to be removed by hand."""
    with another_run(tmp_path, ONE, TWO) as other:
        other.kill()
        other.wait()
        with hold([ONE, TWO], ABOUT, tmp_path):
            pass


def test_a_run_that_ends_lets_go(tmp_path: Path) -> None:
    """Well or not; and leaves no word of itself."""
    with hold([ONE], ABOUT, tmp_path):
        pass
    with pytest.raises(ZeroDivisionError), hold([ONE], ABOUT, tmp_path):
        raise ZeroDivisionError
    with another_run(tmp_path, ONE):
        pass


def test_other_pairs_are_free(tmp_path: Path) -> None:
    """Two labs on one machine do not know of each other."""
    with another_run(tmp_path, ONE), hold([TWO], ABOUT, tmp_path):
        pass


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (UnixMonitor("/{}/a/q"), UnixMonitor("/{}/b/../a/q")),
        (UnixMonitor("/{}/a/q"), UnixMonitor("/{}/link/q")),
        (TcpMonitor("Alpha", 4444), TcpMonitor("alpha", 4444)),
        (StdioMonitor(), StdioMonitor()),
    ],
)
def test_two_spellings_of_one_monitor_are_one(tmp_path: Path, one: Monitor, two: Monitor) -> None:
    """A relative way, a link, and the case of a name."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("a")
    first, second = (
        UnixMonitor(each.path.format(str(tmp_path)[1:])) if isinstance(each, UnixMonitor) else each
        for each in (one, two)
    )
    with (
        hold([host(first)], ABOUT, tmp_path / "locks"),
        pytest.raises(Refused),
        hold([host(second)], ABOUT, tmp_path / "locks"),
    ):
        pytest.fail("it was held twice")


def test_a_host_without_a_monitor_goes_by_its_address(tmp_path: Path) -> None:
    """There is nothing else to tell it by."""
    with hold([host(StdioMonitor())], ABOUT, tmp_path):
        with hold([host(StdioMonitor(), "10.0.0.2")], ABOUT, tmp_path):
            pass
        with pytest.raises(Refused), hold([host(StdioMonitor())], ABOUT, tmp_path):
            pytest.fail("it was held twice")


def test_one_host_twice_is_held_once(tmp_path: Path) -> None:
    """A run does not stand in its own way."""
    with hold([ONE, ONE], ABOUT, tmp_path):
        pass


def test_a_holder_that_left_no_word_is_told_without(tmp_path: Path) -> None:
    """It has just begun, or its disk is full."""
    with hold([ONE], ABOUT, tmp_path):
        (path,) = tmp_path.iterdir()
        for word in ("", "{", "[]", json.dumps({"run": "x"})):
            path.write_text(word)
            with (
                pytest.raises(Refused, match="another run has just begun on this pair"),
                hold([ONE], ABOUT, tmp_path),
            ):
                pytest.fail("it was held twice")


def test_a_lock_that_is_a_link_is_unavailable(tmp_path: Path) -> None:
    """Nothing is written behind it."""
    with hold([ONE], ABOUT, tmp_path):
        (path,) = tmp_path.iterdir()
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unavailable, match="cannot be opened"), hold([ONE], ABOUT, tmp_path):
        pytest.fail("a link was followed")
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_stays_closed_to_children(tmp_path: Path) -> None:
    """A QEMU that outlives the run does not hold the pair."""
    with hold([ONE], ABOUT, tmp_path):
        child = os.posix_spawnp("sleep", ["sleep", "60"], os.environ)
    try:
        with another_run(tmp_path, ONE):
            pass
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


RUNNER = """
from colorunbook.engine.lock import About, hold
from colorunbook.addresses import parse_monitor
from colorunbook.hosts import Host
with hold([Host("10.0.0.1", "/x", parse_monitor("unix:/run/a.qmp"))], About("ID", "bring-up")):
    print("held")
"""


def elsewhere(**environment: str) -> subprocess.CompletedProcess[str]:
    """Hold the first host in a session of its own."""
    words = (sys.executable, "-c", RUNNER)
    kept = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(words, env=kept, capture_output=True, text=True, check=False)


def test_two_sessions_look_at_one_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One has a runtime folder, as a login has; the other has none, as a job of cron."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    assert "held\n" == elsewhere(HOME=str(tmp_path)).stdout
    with hold([ONE], ABOUT):
        assert "has held this pair since" in elsewhere(HOME=str(tmp_path)).stderr
        assert [tmp_path / ".local/state/colorunbook/locks"] == [
            path.parent for path in tmp_path.rglob("*.lock")
        ]


def test_machines_that_share_a_folder_keep_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Their monitors have one name, and are two."""
    here = os.uname()
    with hold([ONE], ABOUT, tmp_path):
        there = os.uname_result((here.sysname, "another", *here[2:]))
        monkeypatch.setattr("os.uname", lambda: there)
        with hold([ONE], ABOUT, tmp_path):
            assert 2 == len(list(tmp_path.iterdir()))


def test_where_no_lock_can_lie_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And it is told how to name another place."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    told = "no place for what keeps two runs apart"
    with pytest.raises(Unavailable, match=told) as caught, hold([ONE], ABOUT):
        pytest.fail("it is held nowhere")
    assert "XDG_STATE_HOME" in caught.value.advice
