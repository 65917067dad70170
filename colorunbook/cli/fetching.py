# SPDX-License-Identifier: GPL-2.0-or-later
"""Fetching a QEMU while a person watches."""

from typing import TYPE_CHECKING

from colorunbook.cli.console import Bar, say

if TYPE_CHECKING:
    from colorunbook.lab.provision import Release
    from colorunbook.lab.tree import Tree


def fetch(release: "Release | None" = None) -> "Tree":
    """Fetch a release, where it is not here yet.

    :param release: which; ``None``: the usual one.
    :raises Unavailable: it cannot be had; what was fetched so far is kept.
    """
    from colorunbook.lab import provision

    bar = Bar()

    def show(stage: str, done: int, total: int) -> None:
        if total:
            bar.show(stage, done, total)
        else:
            say(stage)

    try:
        return provision.provision(show, release or provision.release())
    finally:
        bar.hide()
