# SPDX-License-Identifier: GPL-2.0-or-later
"""The story of a run as one page of HTML that needs nothing else.

A journal may be anybody's. So everything in it is escaped, what is not to be seen is spelled out,
and the page forbids its reader's browser every script and every request.
"""

from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from colorunbook.hosts import Role
from colorunbook.render.timeline import timeline
from colorunbook.story.model import Story
from colorunbook.story.words import clipped, plain, proven, remarks, shown, taken_back, took
from colorunbook.visible import duration, printable, program_of

_FILE = Path(__file__).with_name("report.html.j2")
_LONGEST = 100_000


def html(story: Story) -> str:
    """Write the page; it is ASCII, so that no reader has to guess its encoding."""
    page = _template().render(
        story=story,
        roles=tuple(Role),
        remarks=tuple(remarks(story)),
        timeline=timeline(story),
        version=version("colorunbook"),
    )
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _template() -> Template:
    environment = SandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "shown": lambda value: clipped(shown(value, indent=2), _LONGEST),
        "plain": plain,
        "duration": duration,
        "utc": lambda time: f"{time:%Y-%m-%d %H:%M:%S} UTC",
        "clock": lambda time: f"{time:%H:%M:%S}.{time.microsecond // 1000:03d}",
        "took": took,
        "taken_back": taken_back,
        "program": program_of,
        "proven": proven,
    }
    return environment.from_string(_FILE.read_text(encoding="utf-8"))


def _visible(value: object) -> object:
    return printable(value) if isinstance(value, str) else value
