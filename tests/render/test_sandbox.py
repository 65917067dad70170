# SPDX-License-Identifier: GPL-2.0-or-later
"""A template of somebody else's reaches nothing but what it is given."""

import os
from pathlib import Path

import pytest

from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.rst import render


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of templates of a shelf that came from somewhere."""
    monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path / "own"))
    folder = tmp_path / "own" / "templates"
    folder.mkdir(parents=True)
    (tmp_path / "secret.j2").write_text("the secret")
    return folder


def refused(shelf: Path, template: str) -> str:
    """Fill it; it is refused in one sentence, and nothing is written."""
    (shelf / "page.rst.j2").write_text(template)
    docs = shelf.parents[1] / "docs"
    with pytest.raises(InputError) as caught:
        render(docs, Site(), Dialect())
    assert not docs.exists()
    assert "\n" not in caught.value.message
    assert "page.rst.j2 cannot be filled: " in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''|attr('__class__') }}",
        "{{ ()|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner.__init__.__globals__.os }}",
        "{{ lipsum.__globals__['os'].system('touch /tmp/x') }}",
        "{{ namespace.__init__ }}",
        "{{ self.__init__ }}",
        "{{ plan.__call__.__func__ }}",
        "{{ plan._runbooks }}",
        "{{ plan.death.__globals__ }}",
        "{{ site.__class__ }}",
        "{{ colo.primary_command.__func__ }}",
        "{{ [site.__class__]|map(attribute='__mro__')|list }}",
        "{{ '{0.__class__}'.format(site) }}",
        "{{ ('{0.__cla' ~ 'ss__}').format(site) }}",
        "{% set x = [1] %}{{ x.append(2) }}",
        "{% for n in range(10**9) %}{% endfor %}",
        "{{ range(10**9)|sum }}",
    ],
)
def test_it_does_not_get_at_python(shelf: Path, template: str) -> None:
    """Nor does it change a value, or count for ever."""
    said = refused(shelf, template)
    assert any(word in said for word in ("reaches for", "Range", "unsafe", "not safely"))


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.j2", "x/../../secret.j2", "shipped/.."])
@pytest.mark.parametrize("how", ["{{% include {!r} %}}", "{{% import {!r} as x %}}"])
def test_it_reads_no_file_elsewhere(shelf: Path, name: str, how: str) -> None:
    """Not above the shelf, and not from the root of the disk."""
    assert f"there is no {name!r} on the shelf" in refused(shelf, how.format(name))


def test_it_reads_no_pipe(shelf: Path) -> None:
    """Nor does it wait for one that somebody put there by a name that escapes."""
    os.mkfifo(shelf.parent / "pipe")
    assert "there is no '../pipe' on the shelf" in refused(shelf, '{% include "../pipe" %}')


def test_a_macro_that_never_ends_is_refused(shelf: Path) -> None:
    """Python's own bound ends it."""
    said = refused(shelf, "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}")
    assert "recursion" in said
