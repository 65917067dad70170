# SPDX-License-Identifier: GPL-2.0-or-later
"""Worlds on this machine: what is inside, and that nothing of them outlives them."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Protocol, TypeAlias

import psutil
import pytest

from colorunbook.errors import InputError, TimedOut
from colorunbook.lab import genesis, runtime, world
from colorunbook.lab.provision import provision
from colorunbook.lab.tree import Tree
from colorunbook.lab.world import World

pytestmark = pytest.mark.live

Make: TypeAlias = Callable[[str], World]


class Sleeper(Protocol):
    """Puts a process into a world, on one of its hosts, and returns it when it is there."""

    def __call__(self, there: World, address: str | None = None) -> psutil.Process: ...


#: Makes a world called ``lab`` in the given folder, puts a sleeper into it, and waits for its end.
STARTER = """
import subprocess
import sys
from pathlib import Path
from colorunbook.lab import genesis
from colorunbook.lab.tree import Tree
tree = Tree(Path(sys.argv[1]), sys.argv[2])
world = genesis.create(tree, Path(sys.argv[3]) / "lab", bound=sys.argv[4] == "bound")
world.popen(("sleep", "300"), stdout=subprocess.DEVNULL)
print("up", flush=True)
sys.stdin.read()
"""


#: Starts a command, tells its pid, and waits for its own end.
PARENT = """
import subprocess
import sys
with subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL) as child:
    print(child.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def tree() -> Tree:
    """The QEMU that the project provisions."""
    return provision()


@pytest.fixture
def labs() -> Iterator[Path]:
    """A folder for labs, of this test alone."""
    with TemporaryDirectory(dir="/tmp", prefix="crb-") as folder:
        yield runtime.labs(Path(folder) / "c")


@pytest.fixture
def make(tree: Tree, labs: Path) -> Iterator[Make]:
    """Makes worlds, which are closed at the end."""
    with ExitStack() as worlds:
        yield lambda name: worlds.enter_context(genesis.create(tree, labs / name))


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    """Puts a process into a world, and returns it when it is there."""
    with ExitStack() as outer:

        def put(there: World, address: str | None = None) -> psutil.Process:
            process = outer.enter_context(there.popen(("sleep", "300"), address=address))
            outer.callback(process.kill)
            until = time.monotonic() + 5
            while time.monotonic() < until:
                for each in there.processes():
                    if each.ppid() == process.pid and each.name() == "sleep":
                        return each
                time.sleep(0.01)
            raise TimedOut("The sleeper did not start.")

        yield put


def has_ended(process: psutil.Process) -> bool:
    """Whether a process ends within five seconds; who reaps it does not matter."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


def start(tree: Tree, labs: Path, how: str) -> subprocess.Popen[bytes]:
    """A process that has made the world ``lab``, and waits."""
    words = (sys.executable, "-c", STARTER, str(tree.root), tree.version, str(labs), how)
    starter = subprocess.Popen(words, stdin=PIPE, stdout=PIPE, cwd=Path(__file__).parents[2])
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"up\n"
    return starter


def kill(starter: subprocess.Popen[bytes]) -> None:
    """End a starter without a word."""
    starter.kill()
    starter.communicate()


def test_what_is_inside(make: Make, tree: Tree) -> None:
    """Inside there are QEMU, a place for images, the bridge and the leave to use it."""
    there = make("lab")
    assert tree.version in there.run(("qemu-system-x86_64", "--version")).stdout
    assert there.run(("cat", "/etc/qemu/bridge.conf")).stdout == "allow br0\n"
    assert there.run(("test", "-x", "/usr/lib/qemu/qemu-bridge-helper")).returncode == 0
    assert there.run(("touch", "/mnt/vms/x")).returncode == 0
    devices = there.run(("cat", "/proc/net/dev")).stdout
    assert "lo:" in devices
    assert "br0:" in devices


def test_the_tree_is_read_only(make: Make) -> None:
    """Nothing inside can change the tree, not even as root."""
    assert "Read-only" in make("lab").run(("touch", "/usr/bin/x")).stderr


def test_it_sees_its_own_processes_only(make: Make) -> None:
    """Its /proc begins with its keeper as process 1, and shows no process of the host."""
    said = make("lab").run(("cat", "/proc/1/cmdline")).stdout
    assert "colorunbook.lab.keeper" in said


def test_the_runtime_folder_is_the_same_inside(make: Make) -> None:
    """A file in the runtime folder has one path, inside and outside."""
    there = make("lab")
    path = there.runtime / "x"
    assert there.run(("cp", "/etc/hosts", str(path))).returncode == 0
    assert path.exists()


def test_exit_status_and_streams(make: Make) -> None:
    """A command's status, output and errors are those of an ordinary child process."""
    done = make("lab").run(("bash", "-c", "echo out; echo err >&2; pwd; exit 7"), cwd="/mnt")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n/mnt\n", "err\n")


async def test_a_command_of_an_event_loop(make: Make) -> None:
    """An event loop can talk to a process inside through pipes."""
    cat = await make("lab").spawn(("cat",), stdin=PIPE, stdout=PIPE)
    said, _ = await cat.communicate(b"hello")
    assert said == b"hello"


def test_killing_the_outer_process_kills_the_inner(make: Make, sleeper: Sleeper) -> None:
    """Who kills the child process that was started has killed the process inside."""
    there = make("lab")
    inner = sleeper(there)
    outer = inner.parent()
    assert outer is not None
    outer.kill()
    assert has_ended(inner)


def test_a_command_is_bounded(make: Make) -> None:
    """A command that does not end in time is killed, inside as well."""
    there = make("lab")
    with pytest.raises(TimedOut, match="sleep did not end"):
        there.run(("sleep", "300"), seconds=0.5)
    until = time.monotonic() + 5
    while there.processes() and time.monotonic() < until:
        time.sleep(0.01)
    assert there.processes() == ()


def test_two_worlds_do_not_meet(make: Make) -> None:
    """Both listen on 127.0.0.1:9003, each is reached from its inside, and the host sees neither."""
    listen = ("qemu-system-x86_64", "-M", "none", "-nodefaults", "-display", "none")
    chardev = ("-chardev", "socket,id=c,host=127.0.0.1,port=9003,server=on,wait=off")
    connect = "for i in {1..100}; do (exec 3<>/dev/tcp/127.0.0.1/9003) && exit; sleep .05; done"
    worlds, running = (make("a"), make("b")), []
    for there in worlds:
        running.append(there.popen((*listen, *chardev)))
        assert there.run(("bash", "-c", f"{connect}; exit 1")).returncode == 0
        assert [each.name() for each in there.processes()] == ["qemu-system-x86_64"]
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", 9003)):
        pass
    for there, qemu in zip(worlds, running, strict=True):
        there.close()
        qemu.wait()


def test_close_leaves_nothing(make: Make, labs: Path, sleeper: Sleeper) -> None:
    """After close there is no process, no keeper and no folder."""
    there = make("lab")
    inner = sleeper(there)
    there.close()
    assert not there.is_alive
    assert has_ended(inner)
    assert [each.name for each in labs.iterdir()] == [".lock"]


def test_a_stopped_process_does_not_hold_it(make: Make, sleeper: Sleeper) -> None:
    """A process that was stopped, as in a drill, does not keep a world from ending."""
    there = make("lab")
    inner = sleeper(there)
    inner.suspend()
    time.sleep(0.2)
    there.close()
    assert not there.is_alive


def test_killed_keeper_leaves_nothing(make: Make, sleeper: Sleeper) -> None:
    """When the keeper is killed, the kernel ends the rest."""
    there = make("lab")
    inner = sleeper(there)
    there.keeper.send(SIGKILL)
    there.keeper.wait(5)
    assert has_ended(inner)


def test_a_stopped_process_does_not_outlive_a_killed_keeper(
    make: Make, labs: Path, sleeper: Sleeper
) -> None:
    """The keeper cannot end before what leads to the stopped one is woken; the sweep wakes it."""
    there = make("lab")
    inner = sleeper(there)
    inner.suspend()
    time.sleep(0.2)
    there.keeper.send(SIGKILL)
    with pytest.raises(TimedOut):
        there.keeper.wait(0.5)
    assert there.keeper.is_ending
    assert genesis.sweep(labs) == ("lab",)
    assert not there.is_alive
    assert has_ended(inner)


def test_killed_starter_leaves_nothing(tree: Tree, labs: Path, sleeper: Sleeper) -> None:
    """A bound world ends with its starter, even when that is killed."""
    starter = start(tree, labs, "bound")
    there = world.find(labs / "lab")
    assert there is not None
    inner = sleeper(there)
    kill(starter)
    there.keeper.wait(5)
    assert has_ended(inner)
    assert genesis.sweep(labs) == ("lab",)


def test_who_looks_in_from_outside_ends_with_its_starter(make: Make) -> None:
    """A client in the network of a world is no process of it, and is not left behind either."""
    words = (sys.executable, "-c", PARENT, *make("lab").net_command(("sleep", "300")))
    with subprocess.Popen(words, stdin=PIPE, stdout=PIPE) as starter:
        assert starter.stdout is not None
        client = psutil.Process(int(starter.stdout.readline()))
        until = time.monotonic() + 5
        while client.name() != "sleep" and time.monotonic() < until:
            time.sleep(0.01)
        kill(starter)
        assert has_ended(client)


def test_an_unbound_world_outlives_its_starter(tree: Tree, labs: Path) -> None:
    """An unbound world is found again by its record, with what runs in it, and then closed."""
    kill(start(tree, labs, "unbound"))
    there = world.find(labs / "lab")
    assert there is not None
    with there:
        until = time.monotonic() + 5
        while time.monotonic() < until and ["sleep"] != [p.name() for p in there.processes()]:
            time.sleep(0.01)  # what leads into a world has other names before
        assert [each.name() for each in there.processes()] == ["sleep"]
    assert world.find(labs / "lab") is None


def test_two_hosts_of_a_world_end_with_it(tree: Tree, labs: Path, sleeper: Sleeper) -> None:
    """Also what runs on the second one, when the keeper is killed."""
    there = genesis.create(tree, labs / "lab", addresses=("10.0.0.1", "10.0.0.2"), apart=True)
    with there:
        inner = sleeper(there, "10.0.0.2")
        networks = [Path(f"/proc/{p}/ns/net").readlink() for p in (there.keeper.pid, inner.pid)]
        assert networks[0] != networks[1]
        assert there == world.find(labs / "lab")
        assert [inner.pid] == [each.pid for each in there.processes()]
        there.keeper.send(SIGKILL)
        there.keeper.wait(5)
        assert has_ended(inner)


def test_one_name_one_world(make: Make) -> None:
    """A second world of the same name is refused while the first one stands."""
    make("lab")
    with pytest.raises(InputError, match="is up already"):
        make("lab")


def test_a_dead_world_gives_its_name_back(make: Make) -> None:
    """The name of a world that died can be used at once."""
    first = make("lab")
    first.keeper.send(SIGKILL)
    first.keeper.wait(5)
    assert make("lab").is_alive
