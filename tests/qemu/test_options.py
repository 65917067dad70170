# SPDX-License-Identifier: GPL-2.0-or-later
"""Option strings, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorunbook.qemu.options import InFolder, double_commas, join, split
from colorunbook.qemu.shell import Variable, Word, show_word

heads = st.from_regex(r"([a-z][a-z0-9-]*)?", fullmatch=True)
keys = st.from_regex(r"[a-z][a-z0-9.-]*", fullmatch=True)
values = st.text(st.characters(exclude_characters="\0")) | st.text(st.sampled_from(",=a"))
options = st.lists(st.tuples(keys, values)).map(tuple)


@given(heads, options)
def test_what_is_joined_splits_again(head: str, pairs: tuple[tuple[str, str], ...]) -> None:
    """Whatever the values hold: commas, equals signs, nothing at all."""
    assert (head, pairs) == split(join(head, pairs).text)


def test_a_comma_in_a_value_is_doubled() -> None:
    """As QEMU's option parser wants it."""
    assert "socket,path=/a,,b" == join("socket", [("path", "/a,b")]).text
    assert ",,a,,,," == double_commas(",a,,")


def test_without_a_head_the_string_begins_with_a_pair() -> None:
    """As in ``-drive``."""
    assert "if=ide,id=d" == join("", [("if", "ide"), ("id", "d")]).text
    assert ("", (("if", "ide"), ("id", "d"))) == split("if=ide,id=d")


def test_a_flag_without_a_value_is_empty() -> None:
    """Only the first piece can be a head."""
    assert ("socket", (("server", ""), ("id", "a"))) == split("socket,server,id=a")


def test_a_variable_stays_a_variable() -> None:
    """The document's ``$imagefolder`` is not replaced by its value."""
    folder = Variable("imagefolder", "/a")
    word = join("", [("file", InFolder(folder, "x.qcow2")), ("host", Variable("ip", "::1"))])
    assert Word(("file=", folder, "/x.qcow2,host=", Variable("ip", "::1"))) == word


@pytest.mark.parametrize(
    "folder",
    [Variable("imagefolder", "/a,b"), Variable("imagefolder", "/a", also="/b,c")],
    ids=["here", "there"],
)
def test_the_commas_of_a_folder_are_doubled_by_the_shell(folder: Variable) -> None:
    """Also where only the other host's folder has one: the same words are typed there."""
    word = join("", [("file", InFolder(folder, "x.qcow2"))])
    assert f"file={folder.value.replace(',', ',,')}/x.qcow2" == word.text
    assert "file=${imagefolder//,/,,}/x.qcow2" == show_word(word)
