# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command that the README and the site show is one that would be taken."""

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from colorunbook import shelf
from colorunbook.cli import verbs
from colorunbook.cli.app import app
from colorunbook.cli.sites import read_site
from colorunbook.drill.scenes import FAULTS, SCENARIOS
from colorunbook.errors import ColorunbookError, InputError

ROOT = Path(__file__).parents[2]
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").glob("[a-z]*/*.rst"), ROOT / "docs/index.rst"})
_COMMAND = re.compile(r"^\s*\$ (.+)$", re.MULTILINE)
_OWN_RUNBOOK = re.compile(r'@runbook\("([^"]+)"')
_OTHER = {
    ". .venv/bin/activate",
    "mkdir -p shelf/runbooks",
    "export COLORUNBOOK_SHELF=$PWD/shelf",
    "python3 -m venv ~/colorunbook",
    "~/colorunbook/bin/pip install .",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A command, and the page that shows it."""

    page: Path
    line: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.line}"


def _shown() -> Iterator[Shown]:
    for page in PAGES:
        for line in _COMMAND.findall(page.read_text(encoding="utf-8")):
            yield Shown(page, line)
    for epilog in _epilogs(_program()):
        for row in epilog.splitlines():
            if row.strip().startswith("colorunbook "):
                yield Shown(ROOT / "colorunbook/cli", row.strip())


def _program() -> TyperGroup:
    if not app.registered_groups:
        verbs.register(app, None)
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def _epilogs(group: TyperGroup) -> Iterator[str]:
    for command in group.commands.values():
        if isinstance(command, TyperGroup):
            yield from _epilogs(command)
        elif isinstance(command, TyperCommand):
            yield command.epilog or ""


def _sessions() -> set[str]:
    """The names of the sessions in ``noxfile.py``."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    return set(re.findall(r"^@nox\.session\ndef (\w+)\(", text, re.MULTILINE))


def _parsed(words: list[str]) -> dict[str, object]:
    """What the program makes of the words; it is not run."""
    command, name = _program(), "colorunbook"
    while isinstance(command, TyperGroup):
        assert words, f"{name} needs a verb"
        name = words.pop(0)
        found = command.commands[name]
        assert isinstance(found, TyperGroup | TyperCommand)
        if isinstance(found, TyperCommand):
            return dict(found.make_context(name, words).params)
        command = found
    raise AssertionError(words)


@pytest.mark.parametrize("shown", list(_shown()), ids=str)
def test_command_would_be_taken(shown: Shown) -> None:
    """A command that is shown is known, with its options and its runbook."""
    words = shlex.split(shown.line)
    if words[0] == "./run":
        assert set(words[1:2]) <= _sessions()
    elif words[0] == "colorunbook":
        params = _parsed(words[1:])
        if words[1] in ("run", "show"):
            own = _OWN_RUNBOOK.findall(shown.page.read_text()) if shown.page.is_file() else []
            assert params["name"] in {*shelf.runbooks(), *own}
        elif words[1] == "drill":
            assert params["scenario"] in (*SCENARIOS, None)
            assert params["fault"] in (*FAULTS, None)
    else:
        assert shown.line in _OTHER


def test_a_wrong_command_is_noticed() -> None:
    """The check itself sees an option that the program does not have."""
    with pytest.raises(Exception, match="--secondry"):
        _parsed(["run", "primary-failover", "--secondry", "10.0.0.2"])


def _blocks(page: Path, language: str) -> Iterator[str]:
    """The code blocks of a page in one language."""
    inside, rows = False, list[str]()
    for row in [*page.read_text(encoding="utf-8").splitlines(), "."]:
        if inside and row and not row.startswith(" "):
            yield "\n".join(rows)
            inside, rows = False, []
        elif inside:
            rows.append(row.removeprefix("   "))
        elif row == f".. code-block:: {language}":
            inside = True


def test_site_files_can_be_read(tmp_path: Path) -> None:
    """A site file that a page shows is taken."""
    file = tmp_path / "shown.toml"
    for page in PAGES:
        for block in _blocks(page, "toml"):
            file.write_text(block)
            assert read_site(file).primary.address == "10.0.0.1"


def test_every_key_of_a_site_file_is_explained() -> None:
    """The page about the site file names every key that is taken, and no other."""
    page = (ROOT / "docs/reference/site-file.rst").read_text()
    named = re.findall(r"^``(\w+)``|, ``(\w+)``$", page, re.MULTILINE)
    for table in ("primary", "ports", "guest", "comparison"):
        with pytest.raises(InputError) as refused:
            read_site(None, (f"{table}.nonsense=1",))
        known = re.findall(r"\w+", refused.value.advice.partition(":")[2])
        assert known
        assert {*known} <= {first or second for first, second in named}


def test_the_site_file_of_the_reference_changes_nothing(tmp_path: Path) -> None:
    """The defaults that the site prints are the defaults."""
    spec = importlib.util.spec_from_file_location("program", ROOT / "docs/_ext/program.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    file = tmp_path / "defaults.toml"
    file.write_text("\n".join(program.defaults(read_site(None))))
    assert tomllib.loads(file.read_text())
    assert read_site(file) == read_site(None)


def test_the_runbook_of_the_how_to_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runbook that the site tells to write is loaded from a shelf, and can be shown."""
    (block,) = _blocks(ROOT / "docs/howto/own-runbook.rst", "python")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/calm.py").write_text(block)
    monkeypatch.setenv("COLORUNBOOK_SHELF", str(tmp_path))
    assert shelf.runbook("calm-down").title == "Take checkpoints rarely"


def test_the_readme_has_the_exit_codes() -> None:
    """The table of the README names the code of every error."""
    rows = re.findall(r"^\| (\d+) +\|", (ROOT / "README.md").read_text(), re.MULTILINE)
    codes = {error.exit_code for error in ColorunbookError.__subclasses__()}
    assert [int(row) for row in rows] == sorted({0, ColorunbookError.exit_code, *codes})
