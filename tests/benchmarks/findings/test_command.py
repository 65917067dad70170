# SPDX-License-Identifier: GPL-2.0-or-later
"""The command that makes findings happen."""

from pathlib import Path

import pytest

from benchmarks.findings import __main__ as command
from benchmarks.findings.record import Attempt, Seen, read
from benchmarks.findings.reproducer import Chance, Reproducer, Tell
from colorunbook.lab.provision import Release
from tests.benchmarks.findings.sightings import WORDS, finding, seen


def _never(_chance: Chance) -> Attempt:
    raise AssertionError("nothing is made to happen here")


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One reproducer that needs no time."""

    def tried(reproducer: Reproducer, wanted: Release, attempts: int, tell: Tell) -> Seen:
        tell(f"{reproducer.name} on {wanted.version}, {attempts} times")
        if wanted.version == "7.2":
            raise KeyboardInterrupt
        return seen(f"{wanted.version}.9", attempts)

    monkeypatch.setattr(command, "tried", tried)
    sneeze = Reproducer("sneeze", WORDS, _never, releases=("11.1", "10.0", "7.2"))
    monkeypatch.setattr(command, "REPRODUCERS", (sneeze,))


def test_what_was_seen_is_kept_when_it_is_broken_off(tmp_path: Path) -> None:
    """The file is written anew after each QEMU."""
    assert 10 == command.main(["--out", str(tmp_path)])
    kept = read(tmp_path / "sneeze.json")
    assert ["11.1.9", "10.0.9"] == [each.qemu for each in kept.seen]


def test_a_qemu_that_is_asked_for_is_put_to_those_that_were_tried(tmp_path: Path) -> None:
    """With the words of now, and as often as was asked for."""
    old = finding(seen("9.2.0", 0)).text.replace("It is heard.", "It was heard.")
    (tmp_path / "sneeze.json").write_text(old)
    words = ["--out", str(tmp_path), "--only", "sneeze", "--qemu", "11.1", "--attempts", "2"]
    assert 0 == command.main(words)
    kept = read(tmp_path / "sneeze.json")
    assert [("11.1.9", 2), ("9.2.0", 0)] == [(each.qemu, each.shown) for each in kept.seen]
    assert WORDS == kept.words


def test_a_report_is_of_what_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is tried for it."""
    (tmp_path / "sneeze.json").write_text(finding().text)
    assert 0 == command.main(["--out", str(tmp_path), "--report"])
    shown = capsys.readouterr()
    assert "" == shown.err
    assert shown.out.startswith("# sneeze kills QEMU\n")


def test_words_are_brought_up_to_date_without_an_attempt(tmp_path: Path) -> None:
    """What was seen stays as it was; what was never tried gets no file."""
    assert 0 == command.main(["--out", str(tmp_path), "--words"])
    assert [] == [*tmp_path.iterdir()]
    (tmp_path / "sneeze.json").write_text(finding().text.replace("It is heard.", "It was heard."))
    assert 0 == command.main(["--out", str(tmp_path), "--words"])
    assert finding() == read(tmp_path / "sneeze.json")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("'cough' is no finding. There is: sneeze.", ["--only", "cough"]),
        ("0 attempts show nothing. Give --attempts 1 or more.", ["--attempts", "0"]),
        ("QEMU 1.0 cannot be provisioned.", ["--qemu", "1.0"]),
        ("There is no folder /nowhere. Make it first.", ["--out", "/nowhere"]),
    ],
)
def test_what_cannot_be_is_refused_first(
    told: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a sentence, and nothing is tried."""
    assert 2 == command.main(["--out", str(tmp_path), *words])
    assert capsys.readouterr().err.startswith(told)
    assert [] == [*tmp_path.iterdir()]
