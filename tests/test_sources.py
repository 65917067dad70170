# SPDX-License-Identifier: GPL-2.0-or-later
"""No shell is given a text that was put together, and nothing that was read is evaluated."""

from pathlib import Path

import pytest

from tests.sources import dangers

ROOT = Path(__file__).parents[1]

ALLOWED = {
    # A document is typed into a shell of the lab: that is what a check is.
    ("colorunbook/check/machine.py", "starts the shell bash"),
    # A shelf is Python by design: whoever names one lets it run.
    ("colorunbook/shelf.py", "imports what is only known then, by import_module"),
    # The module of a verb, or of a public name, from a table in that file.
    ("colorunbook/cli/verbs.py", "imports what is only known then, by import_module"),
    ("colorunbook/__init__.py", "imports what is only known then, by import_module"),
    # Packages of Debian that are fetched, not started.
    ("colorunbook/lab/provision.py", "starts the shell bash"),
    ("colorunbook/lab/provision.py", "starts the shell dash"),
    ("colorunbook/lab/guest/recipe.py", "starts the shell dash"),
}


def sources() -> list[Path]:
    """All Python that runs at a user's."""
    folders = (ROOT / "colorunbook", ROOT / "runbooks", ROOT / "docs" / "_ext")
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def test_nothing_evaluates_and_nothing_starts_a_shell() -> None:
    """Apart from the places that are known, each of which is still there."""
    found = {
        (str(path.relative_to(ROOT)), danger.partition(": ")[2])
        for path in sources()
        for danger in dangers(path.read_text())
    }
    assert found == ALLOWED


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(words, shell=True)",
        "subprocess.Popen(words, shell=quick)",
        "subprocess.run('ls /')",
        "subprocess.check_output(f'ls {folder}')",
        "run('ls ' + folder)",
        "os.system(line)",
        "os.popen(line)",
        "subprocess.getoutput(line)",
        "await asyncio.create_subprocess_shell(line)",
        "self.run(('sh', '-c', line))",
        "world.command(['/bin/bash', '-c', line])",
        "eval(text)",
        "exec(text)",
        "compile(text, '', 'exec')",
        "builtins.eval(text)",
        "__import__(name)",
        "import_module(name)",
        "import pickle",
        "from yaml import load",
        "import marshal as m",
        "import runpy",
        "importlib.util.spec_from_file_location(name, path)",
    ],
)
def test_each_kind_is_found(code: str) -> None:
    """Whoever writes one hears of it."""
    assert list(dangers(code))


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(('ls', folder), shell=False)",
        "subprocess.Popen([program, '-c', text])",
        "re.compile(text)",
        "import_module('pyroute2')",
        "platform.system()",
        "json.loads(text)",
    ],
)
def test_other_code_is_let_be(code: str) -> None:
    """Words are given as words."""
    assert [] == list(dangers(code))
