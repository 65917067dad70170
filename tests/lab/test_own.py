# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU of the reader's own: what is taken for one, and how a lab comes to call it."""

import subprocess
from pathlib import Path

import pytest

from colorunbook.errors import InputError, Unavailable
from colorunbook.lab import making, own, runtime
from colorunbook.lab.tree import PATH, Tree

SAYS = "#!/bin/sh\necho 'QEMU emulator version {}'\n"


def program(path: Path, text: str, mode: int = 0o700) -> Path:
    """A file with this text and these rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_it_is_asked_for_its_version(tmp_path: Path) -> None:
    """It stands in the machine's own root, whatever it is called."""
    mine = program(tmp_path / "a b/my,qemu", SAYS.format("11.1.50 (v11.1.0-12-gabc)"))
    assert Tree(Path("/"), "11.1.50", mine) == own.tree_of(mine)


def test_a_relative_path_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later command is typed in another folder."""
    program(tmp_path / "qemu", SAYS.format("11.1.3"))
    monkeypatch.chdir(tmp_path)
    assert tmp_path / "qemu" == own.tree_of(Path("qemu")).binary


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (SAYS.format("11.1.3"), 0o600, "is not a program that you may start"),
        ("#!/bin/sh\nexit 3\n", 0o700, "says no QEMU version: it ended with 3"),
        ("#!/bin/sh\necho hello\n", 0o700, "says no QEMU version: hello"),
        (
            "#!/bin/sh\necho 'no libfdt.' >&2; exit 1\n",
            0o700,
            r"says no QEMU version: no libfdt\. G",
        ),
        ("#!/no/such\n", 0o700, "cannot be started: No such file"),
        ("\x7fELF", 0o700, "cannot be started: Exec format error"),
        (SAYS.format("5.2.0"), 0o700, r"QEMU 5\.2\.0 is older than the procedures"),
    ],
)
def test_what_is_no_qemu_is_refused(tmp_path: Path, text: str, mode: int, said: str) -> None:
    """In one sentence that names it, or says what it is."""
    with pytest.raises(InputError, match=said):
        own.tree_of(program(tmp_path / "q", text, mode))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """As is a folder."""
    with pytest.raises(InputError, match=r"There is no .*/q"):
        own.tree_of(tmp_path / "q")
    with pytest.raises(InputError, match="is not a program"):
        own.tree_of(tmp_path)


def test_one_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its bound."""
    monkeypatch.setattr(own, "PATIENCE", 0.2)
    with pytest.raises(InputError, match=r"says no version within 0\.2 s"):
        own.tree_of(program(tmp_path / "q", "#!/bin/sh\nexec sleep 60\n"))


def called(tree: Tree, lab: Path, *words: str) -> str:
    """What a command says whose program is looked up as in a lab."""
    path = {"PATH": own.search_path(tree, lab)}
    return subprocess.run(words, env=path, capture_output=True, text=True, check=True).stdout


def test_it_is_called_by_the_name_of_the_document(tmp_path: Path) -> None:
    """A script is started where it lies, since it may look for things beside it."""
    beside = '#!/bin/sh\necho "$(dirname "$0") $1"\n'
    mine = program(tmp_path / "it's here/q", beside)
    program(tmp_path / "it's here/qemu-img", beside)
    tree, lab = Tree(Path("/"), "11.1.3", mine), tmp_path / "lab"
    lab.mkdir()
    own.place(tree, lab)
    for name in ("qemu-system-x86_64", "qemu-img"):
        assert f"{mine.parent} a b\n" == called(tree, lab, name, "a b")


def test_a_program_is_linked_to(tmp_path: Path) -> None:
    """Then it has the name of the document in the list of processes too."""
    lab = tmp_path / "lab"
    lab.mkdir()
    tree = Tree(Path("/"), "11.1.3", Path("/bin/echo"))
    own.place(tree, lab)
    assert Path("/bin/echo") == (lab / "bin/qemu-system-x86_64").readlink()
    assert "hello\n" == called(tree, lab, "qemu-system-x86_64", "hello")


def test_another_tree_needs_nothing(tmp_path: Path) -> None:
    """Where the tree's own QEMU is used, nothing comes first."""
    tree = Tree(Path("/t"), "11.1.3")
    own.place(tree, tmp_path)
    assert PATH == own.search_path(tree, tmp_path)
    assert () == own.shown(tree)
    assert [] == list(tmp_path.iterdir())


def test_a_lab_sees_where_links_lead(tmp_path: Path) -> None:
    """The link and what it leads to, of both programs."""
    there = program(tmp_path / "build/q", "")
    img = program(tmp_path / "build/qemu-img", "")
    link = tmp_path / "q"
    link.symlink_to(there)
    assert (link, there, img) == own.shown(Tree(Path("/"), "11.1.3", link))


def test_without_any_qemu_img_no_lab_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said before anything is made, and what to do."""
    monkeypatch.setattr(runtime, "base", lambda: tmp_path / "r")
    monkeypatch.setattr(making, "PATH", "/nonexistent")
    mine = program(tmp_path / "q", SAYS.format("11.1.3"))
    with pytest.raises(Unavailable, match=r"no qemu-img beside .*/q.* install qemu-utils"):
        making.make("lab", print, bound=True, qemu=mine)
    assert () == runtime.names()
