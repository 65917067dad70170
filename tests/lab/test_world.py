# SPDX-License-Identifier: GPL-2.0-or-later
"""A world as a value: its commands, its record, and what becomes of it when it is gone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from colorunbook.errors import Unavailable
from colorunbook.lab import genesis, world
from colorunbook.lab.cables import Cables
from colorunbook.lab.life import Life
from colorunbook.lab.switch import Spaces
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World

KEEPER = Life(2**22 + 1, 7, "no-boot")
CABLES = Cables("10.0.0.1", "10.0.0.2", Spaces(second=7, switch=8, client=9))


@pytest.fixture
def gone(tmp_path: Path) -> World:
    """A world whose keeper has ended."""
    folder = tmp_path / "lab"
    folder.mkdir()
    return World(Tree(Path("/t"), "11.1.3"), folder, KEEPER, "no tun")


@contextmanager
def stopped(pid: int) -> Iterator[psutil.Process]:
    """What leads into the world of a keeper, stopped as its process inside is."""
    stop = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
    with subprocess.Popen((sys.executable, "-I", "-c", stop, f"--target={pid}")) as process:
        try:
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            yield psutil.Process(process.pid)
        finally:
            process.kill()


def test_command_keeps_the_words(gone: World) -> None:
    """The words to run are the last of the outer command, each one word, blanks and all."""
    words = ("echo", "a b", "", "$x;y")
    assert gone.command(words)[-4:] == words


def test_command_has_a_clean_environment(gone: World) -> None:
    """Inside there is nothing of the caller's environment, and a path without surprises."""
    words = gone.command(("true",), cwd="/mnt/vms")
    start = words.index("env")
    assert words[start : start + 3] == ("env", "-i", "--chdir=/mnt/vms")
    assert "LANG=C.UTF-8" in words


def test_only_the_network_is_the_insides(gone: World) -> None:
    """A program of the outside knocks from there: it sees its own files, and ends with us."""
    words = gone.net_command(("/o/python", "a b"))
    bound = ("setpriv", "--pdeathsig", "KILL", "--")
    assert ("--net", "--", *bound, "/o/python", "a b") == words[-8:]
    assert not {"--mount", "--root", "--pid"}.intersection(words)


def test_a_command_of_a_host_enters_its_network(gone: World) -> None:
    """Where the two hosts have one each; the first lives in that of the keeper."""
    assert "--net" in gone.command(("true",), address="10.0.0.2")
    two = replace(gone, cables=CABLES)
    far = f"--net=/proc/{KEEPER.pid}/fd/7"
    assert far in two.command(("true",), address="10.0.0.2")
    for words in (two.command(("true",), address="10.0.0.1"), two.command(("true",))):
        assert "--net" in words
        assert far not in words


def test_the_readers_programs_are_found_first(gone: World) -> None:
    """The word of the document means the reader's QEMU, where there is one."""
    path = f"PATH={gone.runtime}/bin:/usr/local/sbin:"
    own = replace(gone, tree=Tree(Path("/"), "11.1.3", Path("/o/qemu")))
    assert any(word.startswith(path) for word in own.command(("true",)))
    assert not any(word.startswith(path) for word in gone.command(("true",)))


def test_a_world_that_is_gone_runs_nothing(gone: World) -> None:
    """A command for a world that has ended is refused before anything is started."""
    with pytest.raises(Unavailable, match="has ended"):
        gone.run(("true",))
    assert gone.processes() == ()


def test_closing_what_is_gone(gone: World) -> None:
    """Closing a world that is gone removes what it left, and can be repeated."""
    gone.close()
    gone.close()
    assert not gone.runtime.exists()


def test_record_of_a_dead_world(gone: World) -> None:
    """A record whose keeper is gone is no world."""
    gone.save()
    assert world.find(gone.runtime) is None


def test_record_of_a_live_one(gone: World) -> None:
    """What is saved is found again, equal, as long as its keeper lives."""
    alive = replace(gone, keeper=Life.of(1))
    alive.save()
    assert world.find(gone.runtime) == alive
    own = replace(alive, tree=Tree(Path("/"), "11.1.3", Path("/o/qemu")))
    own.save()
    assert world.find(gone.runtime) == own
    two = replace(alive, cables=CABLES)
    two.save()
    assert world.find(gone.runtime) == two


def test_record_of_an_earlier_colorunbook(gone: World) -> None:
    """A record that says nothing of a reader's own QEMU, or of cables, is of a world without."""
    alive = replace(gone, keeper=Life.of(1))
    alive.save()
    told = json.loads((gone.runtime / world.RECORD).read_text())
    del told["binary"], told["cables"]
    (gone.runtime / world.RECORD).write_text(json.dumps(told))
    assert world.find(gone.runtime) == alive


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", '{"pid": "x"}', "\x00"])
def test_broken_record(gone: World, text: str) -> None:
    """A record that cannot be read is no world."""
    (gone.runtime / world.RECORD).write_text(text)
    assert world.find(gone.runtime) is None


def test_record_is_whole_json(gone: World) -> None:
    """The record is JSON that names the keeper."""
    gone.save()
    told = json.loads((gone.runtime / world.RECORD).read_text())
    assert told["pid"] == KEEPER.pid


def test_tree_without_tools(tmp_path: Path) -> None:
    """A tree in which nothing could be started is refused by name."""
    with pytest.raises(Unavailable, match="has no /usr/bin/env"):
        genesis.create(Tree(tmp_path, "11.1.3"), tmp_path / "lab")


def test_sweep_removes_the_dead(gone: World) -> None:
    """What dead worlds have left is removed, and told."""
    gone.save()
    assert genesis.sweep(gone.runtime.parent) == ("lab",)
    assert not gone.runtime.exists()


def test_sweep_leaves_the_labs_of_another_colorunbook_alone(gone: World) -> None:
    """One whose record it cannot read in all lives for as long as its keeper does."""
    replace(gone, keeper=Life.of(1)).save()
    told = json.loads((gone.runtime / world.RECORD).read_text())
    (gone.runtime / world.RECORD).write_text(json.dumps({**told, "cables": {"of": "tomorrow"}}))
    assert () == genesis.sweep(gone.runtime.parent)
    assert gone.runtime.exists()


def test_one_folder_at_a_time(gone: World) -> None:
    """A world that ends leaves its folder alone for as long as a sweep is at it."""
    gone.save()
    with ThreadPoolExecutor(1) as pool:
        with world.exclusive(gone.runtime.parent):
            closing = pool.submit(gone.close)
            assert [closing] == list(wait([closing], timeout=0.5).not_done)
            assert gone.runtime.exists()
        closing.result(10)
    assert not gone.runtime.exists()


def test_a_world_leaves_its_heir_alone(gone: World) -> None:
    """One that ends after it was swept does not take the folder of the next of its name away."""
    replace(gone, keeper=replace(KEEPER, born=8)).save()
    gone.close()
    assert gone.runtime.exists()


def test_sweep_wakes_what_was_stopped(gone: World) -> None:
    """Who killed the keeper of a world with a stopped QEMU has left a process that waits."""
    gone.save()
    with stopped(KEEPER.pid) as waiter:
        assert psutil.STATUS_STOPPED == waiter.status()
        assert genesis.sweep(gone.runtime.parent) == ("lab",)
        assert 0 == waiter.wait(5)


def test_sweep_lets_the_living_sleep(gone: World) -> None:
    """What leads into another world, whose keeper has the number of a dead one, is left alone."""
    with subprocess.Popen(("sleep", "60")) as other:
        try:
            replace(gone, keeper=replace(Life.of(other.pid), born=1)).save()
            with stopped(other.pid) as waiter:
                assert genesis.sweep(gone.runtime.parent) == ("lab",)
                assert psutil.STATUS_STOPPED == waiter.status()
        finally:
            other.kill()
