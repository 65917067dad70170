# SPDX-License-Identifier: GPL-2.0-or-later
"""pytest's side of a check: ``pytest docs/`` does what ``colorunbook check docs/`` does.

A ``conftest.py`` in the docs folder takes it in::

    from colorunbook.check.plugin import pytest_collect_file

``COLORUNBOOK_ACCEL`` is ``kvm`` or ``tcg``, where it is not to be found out;
``COLORUNBOOK_QEMU`` is the QEMU to check on, a version or, with a slash in it, a path of your own;
``COLORUNBOOK_NO_LIVE=1`` leaves the pages unchecked, on purpose.
"""

import os
from pathlib import Path
from unittest import SkipTest

from sybil import Example, Region, Sybil
from sybil.document import Document

from colorunbook.check.evaluators import STAGE, Stage, evaluate, open_stage, parse
from colorunbook.errors import InputError
from colorunbook.hosts import Accel
from colorunbook.lab.making import Wanted
from colorunbook.lab.provision import release

__all__ = ["pytest_collect_file"]

Namespace = dict[str, object]


def _lazily(document: Document) -> list[Region]:
    """The passages; the pairs come up with the first that is evaluated, not while collecting."""
    regions = list(parse(document))
    for region in regions:
        region.evaluator = _evaluate
    return regions


def _evaluate(example: Example) -> str | None:
    if os.environ.get("COLORUNBOOK_NO_LIVE") == "1":
        raise SkipTest("COLORUNBOOK_NO_LIVE=1")
    if STAGE not in example.namespace:
        text = example.document.text
        example.namespace[STAGE] = open_stage(text, print, _accel(), qemu=_qemu())
    return evaluate(example)


def _accel() -> Accel | None:
    wanted = os.environ.get("COLORUNBOOK_ACCEL")
    if wanted and wanted not in {accel.value for accel in Accel}:
        raise InputError(f"COLORUNBOOK_ACCEL is {wanted!r}.", "There is: kvm, tcg.")
    return Accel(wanted) if wanted else None


def _qemu() -> Wanted:
    wanted = os.environ.get("COLORUNBOOK_QEMU")
    if not wanted:
        return None
    return Path(wanted) if "/" in wanted else release(wanted)


def _close(namespace: Namespace) -> None:
    stage = namespace.get(STAGE)
    if isinstance(stage, Stage):
        stage.close()


# Sybil looks below the folder of the file that makes it, where it is told no other.
pytest_collect_file = Sybil(
    parsers=[_lazily], pattern="qemu-colo*.rst", path="/", teardown=_close
).pytest()
"""Collects the document and its companion, wherever below the folder they lie."""
