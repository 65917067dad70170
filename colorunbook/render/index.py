# SPDX-License-Identifier: GPL-2.0-or-later
"""A page's entry in the index of its folder; whatever else stands there stays as it is."""

_EMPTY = """\
.. SPDX-License-Identifier: GPL-2.0-or-later

System emulation
================

.. toctree::
   :maxdepth: 1
"""


def listed(index: str | None, page: str) -> str:
    """The index with the page at the end of its first toctree, unless it is listed already.

    :param index: the text of ``index.rst``; ``None``: there is none yet.
    :param page: the name of the page, without suffix.
    """
    lines = (_EMPTY if index is None else index).splitlines(keepends=True)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    trees = [number for number, line in enumerate(lines) if line.strip() == ".. toctree::"]
    if any(page in _names(lines, tree) for tree in trees):
        return "".join(lines)
    if not trees:
        if lines:
            lines[-1] = lines[-1].rstrip("\r\n") + newline
        return "".join([*lines, newline, f".. toctree::{newline}{newline}   {page}{newline}"])
    end = _end(lines, trees[0])
    lines[end - 1] = lines[end - 1].rstrip("\r\n") + newline
    blank = [] if _names(lines, trees[0]) else [newline]
    entry = " " * _indent(lines, trees[0], end) + page + newline
    return "".join([*lines[:end], *blank, entry, *lines[end:]])


def _names(lines: list[str], tree: int) -> list[str]:
    """The pages of a toctree, whether or not they are given a title: ``Title <page>``."""
    entries = (line.strip() for line in lines[tree + 1 : _end(lines, tree)])
    shown = [entry for entry in entries if entry and not entry.startswith(":")]
    return [entry.rpartition("<")[2].rstrip(">").removesuffix(".rst") for entry in shown]


def _end(lines: list[str], tree: int) -> int:
    """The line after the last one that belongs to a directive."""
    margin, end = _margin(lines[tree]), tree + 1
    for number in range(tree + 1, len(lines)):
        if lines[number].strip():
            if _margin(lines[number]) <= margin:
                break
            end = number + 1
    return end


def _indent(lines: list[str], tree: int, end: int) -> int:
    return _margin(lines[end - 1]) if end > tree + 1 else _margin(lines[tree]) + 3


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())
