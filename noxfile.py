# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be done with this repository; ``./run NAME`` makes the environment and does it.

Every session uses the one environment that ``./run`` made: nothing is installed twice.
"""

import logging
import os
import sys
import tempfile
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["tests"]
# Nox looks for uv, which nothing here uses, and says in every session that it has found none.
logging.getLogger("nox").addFilter(lambda record: "uv binary" not in record.getMessage())

PYTHON = sys.executable
DOCS = ("-W", "-n", "--keep-going", "-b", "html", "docs", "docs/_build/html")
CHECKS = ("lint", "types", "unit", "live", "check", "drill", "docs", "wheel")


@nox.session
def tests(session: nox.Session) -> None:
    """All that has to pass: lint, types, unit, live, check, drill, docs, wheel."""
    for name in CHECKS:
        session.notify(name, posargs=[])


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting, and the direction of the imports."""
    session.run(PYTHON, "-m", "ruff", "check")
    session.run(PYTHON, "-m", "ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """The types, strictly."""
    session.run(PYTHON, "-m", "mypy", *session.posargs)


def two_at_a_time(session: nox.Session, which: str) -> None:
    """Run the tests of a mark, two files at a time; the folder leaves room for sockets."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        options = ("-n", "2", "--dist", "loadfile", f"--basetemp={folder}/b", "-m", which)
        session.run(PYTHON, "-m", "pytest", *options, *session.posargs)


@nox.session
def unit(session: nox.Session) -> None:
    """The tests that need no QEMU."""
    two_at_a_time(session, "not live and not mutations")


@nox.session
def live(session: nox.Session) -> None:
    """The tests on live QEMU."""
    two_at_a_time(session, "live and not mutations and not long")


@nox.session
def long(session: nox.Session) -> None:
    """The tests on live QEMU that the CI has no time for."""
    two_at_a_time(session, "long")


@nox.session
def mutations(session: nox.Session) -> None:
    """Damage the document, one place at a time, and see the check find it."""
    session.run(PYTHON, "-m", "pytest", "-m", "mutations", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Bad inputs, made by seed: ten thousand, or --count N, of --seed S; none may break a law."""
    session.run(PYTHON, "-m", "tests.fuzz.campaign", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """A fault at every step of every runbook, on live QEMU; --sample 40 for some of them."""
    session.run(PYTHON, "-m", "tests.faults", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """Every document on every QEMU and accelerator; what was seen goes to docs/seen."""
    session.run("colorunbook", "matrix", "--records", "docs/seen", *session.posargs)


@nox.session
def guest(session: nox.Session) -> None:
    """Make the real Linux anew and boot it; what that takes goes to docs/measured."""
    session.run(
        PYTHON, "benchmarks/guest.py", "--out", "docs/measured/guest.json", *session.posargs
    )


@nox.session
def study(session: nox.Session) -> None:
    """Turn the knobs, one at a time, and see what clients notice; it goes to docs/measured."""
    # Nox gives way to it: who interrupts ./run means the study, and hears how it ended.
    words = ("benchmarks/knobs.py", "--out", "docs/measured/knobs.json", *session.posargs)
    os.execv(PYTHON, (PYTHON, *words))  # noqa: S606 - that is what is wanted


@nox.session
def bench(session: nox.Session) -> None:
    """How fast things are, against the least that would do the same; it goes to docs/measured."""
    session.run(PYTHON, "-m", "benchmarks", "--out", "docs/measured/bench.json", *session.posargs)


@nox.session
def findings(session: nox.Session) -> None:
    """Make happen what is QEMU's own, on every QEMU; what was seen goes to docs/findings."""
    session.run(PYTHON, "-m", "benchmarks.findings", "--out", "docs/findings", *session.posargs)


@nox.session
def check(session: nox.Session) -> None:
    """The document: it says what the model says, and its printed text runs on live QEMU."""
    session.run("colorunbook", "render", "docs", "--check")
    session.run(PYTHON, "-m", "pytest", "docs", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into docs/_build/html."""
    session.run(PYTHON, "-m", "sphinx", *DOCS, *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Show the main job: a pair on real QEMU, both failovers, both resumes."""
    session.run("colorunbook", "lab", "demo", *session.posargs)


@nox.session
def drill(session: nox.Session) -> None:
    """Show that clients do not notice: a short drill, or the one whose words are given."""
    session.run("colorunbook", "drill", *(session.posargs or ("secondary-failover",)))


@nox.session
def drills(session: nox.Session) -> None:
    """Play the drills that the site shows anew; what was seen goes to docs/measured."""
    for words in (("full",), ("partition",), ("--soak", "34", "--seed", "7")):
        kept = f"docs/measured/{words[0].strip('-')}.json"
        session.run("colorunbook", "drill", *words, "--out", kept, *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, and use it in an empty folder: it carries runbooks and templates."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        session.run(PYTHON, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
        (built,) = there.glob("*.whl")
        session.run(PYTHON, "-m", "venv", "--without-pip", str(there / "venv"))
        fresh = str(there / "venv/bin/python")
        session.run(PYTHON, "-m", "pip", "--python", fresh, "install", "-q", str(built))
        (there / "empty").mkdir()
        with session.chdir(there / "empty"):
            program = (fresh, "-I", "-m", "colorunbook")
            session.run(fresh, "-I", "-c", "import colorunbook.cli")
            session.run(*program, "list")
            session.run(*program, "render", "docs")
            session.run(*program, "render", "docs", "--check")
