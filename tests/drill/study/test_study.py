# SPDX-License-Identifier: GPL-2.0-or-later
"""A study as a file."""

from pathlib import Path

import pytest
from hypothesis import given

from colorunbook.drill.study.study import Study, read
from colorunbook.errors import InputError
from colorunbook.qemu.payload import read_json
from tests.drill.studies import studies, usual


@given(studies)
def test_what_is_told_can_be_read_back(study: Study) -> None:
    """Whatever it holds."""
    assert study == Study.from_json(read_json(study.text))


def test_a_drill_is_a_line(tmp_path: Path) -> None:
    """So that a change of one is seen; and what all of them took stands in it."""
    study = usual()
    file = tmp_path / "knobs.json"
    file.write_text(study.text, encoding="utf-8")
    assert study == read(file)
    lines = study.text.splitlines()
    assert len(study.runs) == sum(line.startswith('{"choice"') for line in lines)
    assert f'"seconds": {study.seconds},' in lines


def test_a_study_without_some_choices() -> None:
    """The others stay in their order; without any it is none."""
    study = usual()
    first, *others = dict.fromkeys(run.choice for run in study.runs)
    rest = study.without((first,))
    assert rest is not None
    assert [run for run in study.runs if run.choice in others] == list(rest.runs)
    assert None is study.without((first, *others))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{}", "is no study of the knobs: the study: version is missing."),
        ("[]", "is no study of the knobs: the study is no object."),
        ("{", "is no study of the knobs"),
        ('{"version": 9}', "of format 9; 1 is known here."),
    ],
)
def test_a_file_that_is_none(content: str, why: str, tmp_path: Path) -> None:
    """It is named, with what to do."""
    file = tmp_path / "knobs.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(file)
    assert why in str(caught.value)
    assert caught.value.message.startswith(str(file))
    assert "--anew" in caught.value.advice
