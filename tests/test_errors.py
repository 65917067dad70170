# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree of errors, as it is drawn."""

import re

import pytest

from colorunbook import errors
from colorunbook.errors import ColorunbookError, InputError

_ROW = re.compile(r"^ {4}([│├└─ ]*)(\w+) +(\d+) {2}\S", re.MULTILINE)


def drawn() -> list[tuple[int, str, int]]:
    """Each class of the drawing: its depth, its name, its exit code."""
    rows = _ROW.findall(errors.__doc__ or "")
    return [(len(indent) // 4, name, int(code)) for indent, name, code in rows]


def defined(
    kind: type[ColorunbookError] = ColorunbookError, depth: int = 0
) -> list[tuple[int, str, int]]:
    """Each class of the module: its depth, its name, its exit code, in the order of the file."""
    below = [row for child in kind.__subclasses__() for row in defined(child, depth + 1)]
    return [(depth, kind.__name__, kind.exit_code), *below]


def test_the_drawing_is_the_tree() -> None:
    """The docstring draws exactly the classes that there are, with their exit codes."""
    assert drawn() == defined()


def test_an_error_says_what_and_what_to_do() -> None:
    """The text of an error is its message and its advice."""
    assert str(InputError("It is wrong.", "Mend it.")) == "It is wrong. Mend it."


def test_an_error_without_advice_ends_with_its_message() -> None:
    """No blank is left where there is no advice."""
    assert str(InputError("It is wrong.")) == "It is wrong."


@pytest.mark.parametrize("name", [name for _, name, _ in defined()])
def test_each_error_says_what_it_means(name: str) -> None:
    """Every class has a docstring of its own."""
    assert vars(vars(errors)[name])["__doc__"]
