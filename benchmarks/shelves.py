# SPDX-License-Identifier: GPL-2.0-or-later
"""Shelves with as many runbooks as somebody wants, all alike, and a template that prints them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PAGE: Final = "generated.rst.j2"

_RUNBOOKS: Final = '''\
from colorunbook.book.conditions import colo_mode_is, guest_is
from colorunbook.book.phrases import Expect
from colorunbook.book.runbook import runbook
from colorunbook.book.verbs import set_parameter
from colorunbook.hosts import Role


def make(number):
    @runbook(f"calm-{number}", on=Role.PRIMARY, title=f"Calm down {number}")
    def calm(colo):
        """Let more time pass, in ten steps."""
        for step in range(10):
            yield set_parameter("x-checkpoint-delay", 1000 * step + number).because("It is late.")

    @calm.starts_when
    def before(colo):
        yield Expect(Role.PRIMARY, colo_mode_is("primary"))

    @calm.ends_when
    def after(colo):
        yield Expect(Role.PRIMARY, guest_is("running"))

    return calm


globals().update({f"calm_{number}": make(number) for number in range(COUNT)})
'''

_TEMPLATE: Final = """\
{% from "_procedure.rst.j2" import procedure with context %}
{% for number in range(COUNT) %}
{{ procedure(plan("calm-" ~ number), {}) }}
{% endfor %}
"""


@contextmanager
def shelf_of(count: int) -> Iterator[None]:
    """Let the reader's own shelf be one with so many runbooks."""
    before = os.environ.get("COLORUNBOOK_SHELF")
    with TemporaryDirectory(prefix="shelf") as folder:
        for name, file, text in (
            ("runbooks", "calm.py", _RUNBOOKS),
            ("templates", PAGE, _TEMPLATE),
        ):
            (Path(folder) / name).mkdir()
            (Path(folder) / name / file).write_text(text.replace("COUNT", str(count)))
        os.environ["COLORUNBOOK_SHELF"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["COLORUNBOOK_SHELF"]
            else:
                os.environ["COLORUNBOOK_SHELF"] = before
