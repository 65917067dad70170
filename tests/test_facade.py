# SPDX-License-Identifier: GPL-2.0-or-later
"""The public interface: complete, documented, cheap."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import colorunbook
from colorunbook import shelf
from colorunbook.book.runbook import runbook

PACKAGE = Path(colorunbook.__file__).parent


def typed_names() -> list[str]:
    """What a type checker finds below ``TYPE_CHECKING``."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return [alias.asname or alias.name for node in imports for alias in node.names]


def test_all_names_what_a_type_checker_finds() -> None:
    """In alphabetical order, each once, and not too many."""
    assert sorted(typed_names()) == colorunbook.__all__
    assert len(colorunbook.__all__) <= 25


def test_every_name_is_documented() -> None:
    """In the table of the docstring."""
    table = (colorunbook.__doc__ or "").split("=\n")[1:]
    told = re.findall(r"^(\w+) {2,}\S", "".join(table[1:]), re.MULTILINE)
    assert sorted(told) == colorunbook.__all__


@pytest.mark.parametrize("name", colorunbook.__all__)
def test_every_name_is_there(name: str) -> None:
    """And is the one of its module."""
    value = getattr(colorunbook, name)
    assert value is getattr(colorunbook, name)
    assert name in dir(colorunbook)


def test_the_two_that_share_a_name_are_told_apart() -> None:
    """The decorator, and the search on the shelf."""
    assert runbook is colorunbook.runbook
    assert shelf.runbook is colorunbook.find_runbook


def test_another_name_is_none_of_it() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        colorunbook.__getattr__("nothing")


def test_importing_it_imports_nothing_else() -> None:
    """A name costs when it is used."""
    script = "import sys, colorunbook; print(*[m for m in sys.modules if 'colorunbook.' in m])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert b"\n" == done.stdout


def test_nothing_inside_imports_it() -> None:
    """Every module names the room that it means."""
    public = set(colorunbook.__all__)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "colorunbook":
                assert public.isdisjoint(alias.name for alias in node.names), path
