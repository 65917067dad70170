# SPDX-License-Identifier: GPL-2.0-or-later
"""Words and shell lines: our own reader and a real shell agree."""

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colorunbook.errors import InputError
from colorunbook.qemu.shell import (
    Part,
    Variable,
    Word,
    quote,
    read,
    read_assignment,
    show,
    show_assignment,
    show_word,
    words,
)
from tests.strategies import TRICKY

texts = st.text(st.sampled_from(TRICKY + "\n\tab1_")) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8")
)
variables = st.builds(Variable, st.sampled_from(["v", "image_1", "V2"]), texts)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Word, ...]:
    """A command of arbitrary words; a variable has one value in it."""
    values: dict[str, str] = {}
    found = []
    for _ in range(draw(st.integers(1, 6))):
        parts: list[Part] = []
        for part in draw(st.lists(st.one_of(texts, variables), max_size=4)):
            if isinstance(part, Variable):
                parts.append(Variable(part.name, values.setdefault(part.name, part.value)))
            else:
                parts.append(part)
        found.append(Word.of(*parts))
    return tuple(found)


def values_of(line: tuple[Word, ...]) -> dict[str, str]:
    """The variables that a command refers to."""
    return {p.name: p.value for word in line for p in word.parts if isinstance(p, Variable)}


def shell(script: str, **environment: str) -> list[str]:
    """What a real shell makes of a command's arguments."""
    done = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=True,
    )
    assert b"" == done.stderr
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@given(lines())
def test_what_is_shown_reads_back(line: tuple[Word, ...]) -> None:
    """Every word of every command, variables included."""
    assert line == read(show(line), values_of(line))


@settings(max_examples=120, deadline=None)
@given(lines())
def test_a_real_shell_reads_the_same(line: tuple[Word, ...]) -> None:
    """What the shell passes to the program is the text of each word."""
    script = show((*words("printf", r"%s\0"), *line))
    assert [word.text for word in line] == shell(script, **values_of(line))


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from(TRICKY), min_size=1)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
)
def test_an_assignment_reads_back_and_means_the_same_to_a_shell(value: str) -> None:
    """The value is one word, whatever it holds."""
    line = show_assignment("folder", value)
    assert ("folder", value) == read_assignment(line)
    assert [value] == shell(f'{line}\nprintf "%s\\0" "$folder"')


@pytest.mark.parametrize(
    "line",
    [
        "a=b",
        "a 'b c' d\"e f\"",
        "a\\ b",
        '"a\\$b\\`c\\"d\\\\e\\f"',
        "a \\\n  b",
        "a\\\nb",
        '"a\\\nb"',
        "'a\\\nb'",
        "a '' \"\"",
        "a~b x#y",
        "\u00a0a",
    ],
)
def test_what_others_wrote_is_read_as_a_shell_reads_it(line: str) -> None:
    """Quotes, backslashes, rows that go on: nothing of our own making."""
    command = f"printf '%s\\0' x {line}"
    assert shell(command)[1:] == [word.text for word in read(f"x {line}", {})][1:]


def test_a_row_goes_on_only_after_a_backslash() -> None:
    """Without it a shell would run two commands."""
    with pytest.raises(InputError, match="goes on after a row"):
        read("qemu -m 1\n -S", {})
    assert words("qemu", "-S") == read("\nqemu \\\n -S\n", {})


@pytest.mark.parametrize("line", ["a 'b", 'a "b', 'a "b\\"'])
def test_an_open_quote_is_refused(line: str) -> None:
    """Of either kind."""
    with pytest.raises(InputError, match="open quote"):
        read(line, {})


@pytest.mark.parametrize(
    "line", ["a; b", "a & b", "a|b", "a > b", "a (b)", "a `b`", "a *", "~/a", "# a"]
)
def test_more_than_a_simple_command_is_refused(line: str) -> None:
    """What a shell would act on has to be quoted."""
    with pytest.raises(InputError, match="bare"):
        read(line, {})


@pytest.mark.parametrize("line", ["a $b", 'a "${b}"', "a $", "a $(b)", "a $1"])
def test_an_unknown_variable_is_refused(line: str) -> None:
    """A typing error in the document is not an empty word."""
    with pytest.raises(InputError, match="which nothing assigned"):
        read(line, {"c": "d"})


def test_a_variable_is_set_apart_from_what_follows() -> None:
    """Braces only where the name would go on."""
    folder = Variable("f", "/a")
    assert "$f/x" == show_word(Word.of(folder, "/x"))
    assert "${f}x" == show_word(Word.of(folder, "x"))
    assert "$f$f" == show_word(Word.of(folder, folder))


def test_a_variable_with_a_blank_in_its_value_is_quoted() -> None:
    """A shell would make two words of it."""
    assert '"$f/x"' == show_word(Word.of(Variable("f", "/a b"), "/x"))


def test_a_word_has_one_form() -> None:
    """Neighbouring texts are joined and empty ones left out, so equal words are equal values."""
    assert Word(("ab",)) == Word.of("", "a", "", "b")
    assert Word(()) == Word.of("")


def test_a_long_command_is_broken_before_options() -> None:
    """Each row begins with an option and ends with a backslash."""
    line = words("qemu", "-a", "x" * 40, "-b", "y" * 90, "-S")
    rows = show(line).split(" \\\n    ")
    assert ["qemu -a " + "x" * 40, "-b " + "y" * 90, "-S"] == rows


@pytest.mark.parametrize("text", ["a", "/a-b.c", "a=b,c:d@e%f+g"])
def test_plain_text_is_not_quoted(text: str) -> None:
    """The document stays readable."""
    assert text == quote(text)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("10.0.0.1", "v=10.0.0.1"),
        ("/a b", 'v="/a b"'),
        ("/a$b", 'v="/a\\$b"'),
        ("/a!b", "v='/a!b'"),
        ("", "v=''"),
    ],
)
def test_a_path_is_assigned_in_double_quotes(value: str, line: str) -> None:
    """As in QEMU's own document, but where an interactive shell would replace a ``!``."""
    assert line == show_assignment("v", value)


@pytest.mark.parametrize("line", ["qemu -S", "-a=b", "1a=b", "a-b=c", ""])
def test_what_is_no_assignment_is_none(line: str) -> None:
    """A name of a variable comes first."""
    assert read_assignment(line) is None


@pytest.mark.parametrize("line", ["a=b c", "a= b", "a='b' c"])
def test_an_assignment_before_a_command_is_refused(line: str) -> None:
    """To a shell it would end with that command."""
    with pytest.raises(InputError, match="blanks outside quotes"):
        read_assignment(line)


def test_an_assignment_of_nothing_is_empty() -> None:
    """As a shell has it."""
    assert ("a", "") == read_assignment("a=")
