# SPDX-License-Identifier: GPL-2.0-or-later
"""A template of somebody else's reaches nothing but what it is given."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from colorunbook.errors import InputError
from colorunbook.hosts import Site
from colorunbook.qemu.dialect import Dialect
from colorunbook.render.rst import render
from colorunbook.render.sandbox import Sandbox

VALUES: tuple[object, ...] = (
    [],
    {},
    set(),
    "",
    1,
    str,
    Site(),
    len,
    Site.host,
    Site().host,
    (n for n in range(0)),
    render,
)
NAMES = ("append", "clear", "pop", "add", "index", "items", "mro", "upper", "_x", "__class__")
MORE = ("__globals__", "__code__", "__func__", "__self__", "gi_frame", "gi_code", "host", "title")
ASKED = st.tuples(st.sampled_from(VALUES), st.sampled_from(NAMES + MORE))


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


@given(st.lists(ASKED))
def test_it_always_says_what_jinja_says(
    asked: list[tuple[object, str]],
) -> None:
    """Whatever was judged before: what one value may show is not let through for another."""
    sandbox, jinja = Sandbox(DictLoader({})), ImmutableSandboxedEnvironment()
    expected = [jinja.is_safe_attribute(value, name, None) for value, name in asked]
    assert expected == [sandbox.is_safe_attribute(value, name, None) for value, name in asked]
