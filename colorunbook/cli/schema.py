# SPDX-License-Identifier: GPL-2.0-or-later
"""``colorunbook schema``: what QEMUs tell of themselves, kept in files."""

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from colorunbook.cli.console import give, give_json, printable, say
from colorunbook.cli.options import AsJson, QemuVersion
from colorunbook.errors import InputError

if TYPE_CHECKING:
    from colorunbook.lab.inquiry import Command
    from colorunbook.qemu.judgement import Problem
    from colorunbook.qemu.knowledge import Knowledge

LARGEST = 2**24
"""Bytes of commands that are read."""

schema = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

DUMP_EPILOG = """
Examples:

  colorunbook schema dump --qemu 11.1

  colorunbook schema dump --qemu-binary build/qemu-system-x86_64 -o mine.json.xz
"""

LIST_EPILOG = """
Examples:

  colorunbook schema list
"""

SHOW_EPILOG = """
Examples:

  colorunbook schema show nbd-server-add

  colorunbook schema show chardev-add --with backend.type=socket --qemu 10.0
"""

CHECK_EPILOG = """
Examples:

  colorunbook schema check commands.json

  colorunbook schema check - --qemu 7.2
"""

SchemaFile = Annotated[
    Path | None,
    typer.Option("--schema", metavar="FILE", help="A file that 'schema dump' has made."),
]


def register(app: typer.Typer) -> None:
    """Add the verb with its verbs."""
    app.add_typer(schema, name="schema", help="What QEMUs tell of themselves, and what it forbids.")


@schema.command(epilog=DUMP_EPILOG)
def dump(
    qemu: Annotated[
        str | None, typer.Option("--qemu", metavar="VERSION", help="Provision this one and ask it.")
    ] = None,
    binary: Annotated[
        Path | None, typer.Option("--qemu-binary", metavar="PATH", help="Ask this program.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Without it VERSION.json.xz here."),
    ] = None,
) -> None:
    """Ask a live QEMU everything that it tells of itself, and write it into a file."""
    from colorunbook.lab.inquiry import inquire
    from colorunbook.qemu.knowledge import SUFFIX, Knowledge, pack
    from colorunbook.render.files import write_bytes

    if qemu is not None and binary is not None:
        raise InputError("--qemu and --qemu-binary name two QEMUs.", "Leave one of them out.")
    told = inquire(_command(qemu, binary))
    Knowledge(told)  # or else nobody could read the file
    path = output or Path(f"{told['version']}{SUFFIX}")
    if path.is_dir():
        path /= f"{told['version']}{SUFFIX}"
    packed = pack(told)
    write_bytes(path, packed)
    say(f"QEMU {told['version']} ({told['package'] or 'no package'}): {len(packed)} bytes")
    give(str(path))


@schema.command("list", epilog=LIST_EPILOG)
def list_schemas(as_json: AsJson = False) -> None:
    """List the QEMUs whose schema is here."""
    from colorunbook.qemu.knowledge import knowledge, shipped

    found = [knowledge(version) for version in shipped()]
    if as_json:
        give_json([{"version": str(k.version), "package": k.package} for k in found])
        return
    for known in found:
        much = f"{len(known.schema.commands)} commands, {len(known.devices)} devices"
        give(f"{known.version!s:8} {much}, {len(known.flags)} options; {known.package}")


@schema.command(epilog=SHOW_EPILOG)
def show(
    command: Annotated[str, typer.Argument(help="A command of QMP.")],
    choices: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="MEMBER=VALUE",
            help="Choose a branch, as in backend.type=socket. May be repeated.",
        ),
    ] = None,
    qemu: QemuVersion = None,
    file: SchemaFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what a command takes: each argument, what it has to be, and what is to come of it."""
    from colorunbook.qemu.outline import outline

    known = _known(qemu, file)
    rows = outline(known.schema, command, dict(_choice(text) for text in choices or ()))
    features = known.schema.commands[command].features
    if as_json:
        found = [{**asdict(row), "features": list(row.features)} for row in rows]
        give_json({"command": command, "schema": str(known.version),
                   "features": list(features), "arguments": list(found)})  # fmt: skip
        return
    give(f"{command}, QEMU {known.version}{_remark(features)}")
    for row in rows:
        name = f"[{row.path}]" if row.optional else row.path
        text = f"  {name:24} {row.kind}{_remark(row.features)}"
        give(fill(text, 100, subsequent_indent=" " * 27, break_on_hyphens=False))
    if not rows:
        give("  It takes no arguments.")
    elif any(row.optional for row in rows):
        give("What is in brackets can be left out.")


@schema.command(epilog=CHECK_EPILOG)
def check(
    lines: Annotated[str, typer.Argument(metavar="FILE", help="One command a line; -: stdin.")],
    qemu: QemuVersion = None,
    file: SchemaFile = None,
    as_json: AsJson = False,
) -> None:
    """Hold lines of QMP against a schema; exit 2 where QEMU would refuse one.

    The schema of another QEMU than the one that is asked for refuses nothing.
    """
    from colorunbook.qemu.dialect import Dialect

    known = _known(qemu, file)
    binding = file is not None or Dialect.of(qemu).has_schema
    name, text = _read(lines)
    rows = [(n, row) for n, row in enumerate(text.split("\n"), 1) if row.strip()]
    if not rows:
        raise InputError(f"{name} holds no command.", "Write one in each line.")
    found = [(number, problem) for number, row in rows for problem in _problems(row, known)]
    if as_json:
        problems = [{"line": number, **asdict(problem)} for number, problem in found]
        give_json({"schema": str(known.version), "binding": binding, "problems": list(problems)})
    else:
        for number, problem in found:
            give(f"{name}:{number}: {problem}")
    count = f"{len(rows)} command{'s' * (len(rows) != 1)}"
    if found:
        bad = len({number for number, _ in found})
        if not binding:
            say(f"{bad} of {count} in {name} would not fit QEMU {known.version}, another one.")
            return
        raise InputError(f"QEMU {known.version} would refuse {bad} of {count} in {name}.")
    say(f"QEMU {known.version} takes {count}, as far as its schema tells.")


def _problems(row: str, known: "Knowledge") -> Iterator["Problem"]:
    from colorunbook.qemu import properties
    from colorunbook.qemu.judgement import Problem
    from colorunbook.qemu.payload import Payload

    try:
        payload = Payload.read(row)
    except InputError as error:
        yield Problem("the line", f"is no command: {error.message.rstrip('.')}")
        return
    except RecursionError:
        yield Problem("the line", "is no command: it is nested too deeply")
        return
    for finding in properties.judge(payload, known):
        if isinstance(finding, Problem):
            yield finding


def _known(qemu: str | None, file: Path | None) -> "Knowledge":
    """What is shipped, or what is in the reader's own file."""
    from colorunbook.qemu.dialect import Dialect
    from colorunbook.qemu.knowledge import knowledge, read

    if file is None:
        dialect = Dialect.of(qemu)
        if not dialect.has_schema:
            say(f"Nothing is shipped of QEMU {dialect.version}; this is {dialect.schema}.")
        return knowledge(dialect.schema)
    if qemu is not None:
        raise InputError("--qemu and --schema name two QEMUs.", "Leave one of them out.")
    return read(file)


def _command(qemu: str | None, binary: Path | None) -> "Command":
    """The words that start the QEMU that is to be asked."""
    from colorunbook.lab.inquiry import in_tree
    from colorunbook.lab.provision import RELEASES, provision, release

    if binary is not None:
        if not binary.is_file() or not os.access(binary, os.X_OK):
            raise InputError(f"{binary} is no program.", "Give the path of a QEMU.")
        return (str(binary.resolve()),)
    told: set[str] = set()

    def progress(stage: str, _done: int, _total: int) -> None:
        if stage not in told:
            told.add(stage)
            say(stage)

    return in_tree(provision(progress, release(qemu or RELEASES[0].version)))


def _choice(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--with {text} chooses nothing.", "Give it like backend.type=socket.")
    return name, value


def _read(lines: str) -> tuple[str, str]:
    name = "<stdin>" if lines == "-" else printable(lines)
    if lines == "-":
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        with Path(lines).open("rb") as stream:
            data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InputError(f"{name} is larger than {LARGEST // 2**20} MiB.", "Give it in parts.")
    try:
        return name, data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is no text in UTF-8: {error.reason}.") from error


def _remark(features: tuple[str, ...]) -> str:
    return f"  ({', '.join(features)})" if features else ""
