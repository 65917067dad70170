# SPDX-License-Identifier: GPL-2.0-or-later
"""The study as it is started: interrupted, gone on with, made anew; its stage plays no drill."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.knobs import main
from colorunbook.drill.result import Result
from colorunbook.drill.staging import Tell, Wishes
from colorunbook.drill.study.study import read
from colorunbook.errors import Unavailable
from tests.drill.results import usual

ROOT = Path(__file__).parents[2]
ONE_KNOB = ("--rounds", "1", "--knob", "x-checkpoint-delay")
HANGS = """
import sys, time
from benchmarks.knobs import main
from tests.drill.results import usual
def stage(wishes, tell):
    if wishes.delay == int(sys.argv[1]):
        tell("It hangs.")
        while True:
            time.sleep(0.05)  # one wait alone could begin just behind the signal
    return usual()
sys.exit(main(sys.argv[2:], stage))
"""


def played(words: Sequence[str]) -> list[int]:
    """Conduct a study that ends well; the checkpoint delays that it has played."""
    found: list[int] = []

    def stage(wishes: Wishes, _tell: Tell) -> Result:
        found.append(wishes.delay)
        return usual()

    assert 0 == main(words, stage)
    return found


def interrupted(number: signal.Signals, at: int, words: Sequence[str]) -> list[str]:
    """Send a signal while a drill goes on; what was said.

    Its parent ignores Ctrl-C, as a shell does for what it puts into its background.
    """
    ignoring = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    command = (*ignoring, sys.executable, "-c", HANGS, str(at), *words)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line.rstrip())
            if "It hangs." in line:
                process.send_signal(number)
        assert 10 == process.wait(30)
    return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_same_command_goes_on(
    number: signal.Signals, tmp_path: Path
) -> None:
    """In one sentence; what was seen is kept, and is not played again."""
    out = tmp_path / "knobs.json"
    words = ("--out", str(out), *ONE_KNOB)
    said = interrupted(number, 2000, words)
    told = f"The study was interrupted. What was seen is in {out}; the same command goes on."
    assert ["  It hangs.", told] == said[-2:]
    assert [100, 500] == [run.choice.delay for run in read(out).runs]
    assert [2000, 5000, 20_000] == played(words)
    assert [100, 500, 2000, 5000, 20_000] == [run.choice.delay for run in read(out).runs]


def test_an_interrupt_before_anything_was_seen(tmp_path: Path) -> None:
    """Nothing is said to be in a file that is not there."""
    said = interrupted(signal.SIGTERM, 100, ("--out", str(tmp_path / "knobs.json"), *ONE_KNOB))
    assert "The study was interrupted. Nothing was seen yet; the same command goes on." == said[-1]


def test_what_is_there_is_played_again_when_that_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And only then; of one knob, the others stay."""
    words = ("--out", str(tmp_path / "knobs.json"), "--rounds", "1")
    assert played(words)
    before = [run.choice for run in read(Path(words[1])).runs]
    assert [] == played(words)
    assert "already; --anew plays it again." in capsys.readouterr().err
    assert [100, 500, 2000, 5000, 20_000] == played((*words, "--anew", *ONE_KNOB[2:]))
    after = [run.choice for run in read(Path(words[1])).runs]
    assert before != after
    assert set(before) == set(after)
    assert len(before) == len(after)


def test_a_file_that_is_no_study_is_left_alone(tmp_path: Path) -> None:
    """Unless it is wanted no more."""
    out = tmp_path / "knobs.json"
    out.write_text("Something else.")
    words = ("--out", str(out), *ONE_KNOB)
    assert 2 == main(words, lambda *_: usual())
    assert "Something else." == out.read_text()
    assert 5 == len(played((*words, "--anew")))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--knob", "nose"), "'nose' is no knob. There is: x-checkpoint-delay, "),
        (("--rounds", "0"), "0 rounds are no study."),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: Sequence[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a drill is played."""
    assert 2 == main(("--out", str(tmp_path / "knobs.json"), *words), lambda *_: usual())
    assert why in capsys.readouterr().err


def test_a_study_in_which_something_was_wrong_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a study all the same."""

    def stage(wishes: Wishes, _tell: Tell) -> Result:
        if wishes.delay == 500:
            raise Unavailable("The guest did not boot.")
        return usual()

    out = tmp_path / "knobs.json"
    assert 0 == main(("--out", str(out), *ONE_KNOB), stage)
    assert "In 1 of 5 drills something was wrong." in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a drill is played."""
    assert 2 == main(("--out", str(tmp_path / "no/knobs.json")), lambda *_: usual())
    assert "There is no folder" in capsys.readouterr().err
