# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that a live QEMU tells of itself, asked without a guest.

Some questions kill a QEMU. ``qom-list-properties`` of ``colo-compare`` ends in a failed assertion
up to 10.0; of ``filter-dump`` it is answered, and closes QEMU's standard input (seen on 7.2.22,
10.0.2, 10.0.13 and 11.1.3). So each answer has a bound, and whoever dies is replaced and the new
one asked again. Of a type that a fresh QEMU dies of, the properties stay unknown.
"""

import json
import os
import re
import select
import signal
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from time import monotonic
from types import TracebackType

from colorunbook.errors import InputError, Unavailable
from colorunbook.lab.tree import PATH, QEMU, Tree
from colorunbook.qemu.dialect import Version
from colorunbook.qemu.payload import Json, JsonObject, Payload, as_objects, hmp, is_object

PATIENCE = 20.0
"""How long one answer may take, in seconds."""

_CHUNK = 1 << 16

BARE = ("-machine", "none", "-nodefaults", "-no-user-config", "-display", "none", "-S")
"""A QEMU without a guest."""

Command = tuple[str, ...]

_OPTION = re.compile(r"^-{1,2}([A-Za-z0-9][\w-]*)", re.MULTILINE)
_OPTION_LINE = re.compile(r"^((?:-[\w-]+)(?:(?:/|, | or )-[\w-]+)*)(.*)$", re.MULTILINE)
_ALIAS = re.compile(r'^name "([^"]+)".*alias "([^"]+)"', re.MULTILINE)
_THIRD_COLUMN = re.compile(r" {2,}\S+ {2,}\S")
_MONITOR_LINE = re.compile(r"^([a-z?][\w|?-]*)( [^\t]*?)? -- ", re.MULTILINE)


class Died(Exception):
    """A QEMU ended, or had to be ended, over a question."""


def in_tree(tree: Tree) -> Command:
    """The words that start the QEMU of a provisioned tree, without a world around it."""
    if tree.is_host:
        return (QEMU,)
    return ("unshare", "--user", "--map-root-user", f"--root={tree.root}", QEMU)


class Qemu:
    """A QEMU without a guest that answers QMP on its standard input and output.

    :param command: the words that start it.
    :raises Unavailable: it does not start.
    """

    def __init__(self, command: Command) -> None:
        pipe = subprocess.PIPE
        words = (*command, *BARE, "-qmp", "stdio")
        try:
            self._child = subprocess.Popen(
                words,
                stdin=pipe,
                stdout=pipe,
                stderr=subprocess.DEVNULL,
                env={"PATH": PATH},
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(f"{command[0]} cannot be started: {error.strerror}.") from error
        self._read = bytearray()
        try:
            self._next(monotonic() + PATIENCE)  # the greeting
            self.ask(Payload("qmp_capabilities"))
        except Died:
            self.close()
            raise Unavailable(f"{command[-1]} does not answer QMP.", "Is it a QEMU?") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Qemu":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, payload: Payload) -> JsonObject:
        """The reply to one command, with its ``return`` or its ``error``.

        :raises Died: there is none.
        """
        if self._child.stdin is None:
            raise Died
        end = monotonic() + PATIENCE
        try:
            self._child.stdin.write(payload.text.encode() + b"\n")
            self._child.stdin.flush()
        except OSError:
            raise Died from None
        while True:
            reply = self._next(end)
            if "event" not in reply:
                return reply

    def close(self) -> None:
        """End it; not by ``quit``, which waits for whatever hangs.

        What it has started ends too: a script need not have become the QEMU that it starts.
        """
        _end(self._child)
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was still to be written
                    continue
        self._child.wait()

    def _next(self, end: float) -> JsonObject:
        """What it says next.

        :param end: when it has to have said it, by the monotonic clock.
        """
        try:
            found: Json = json.loads(self._line(end))
        except (ValueError, RecursionError):
            raise Died from None
        if not is_object(found):
            raise Died
        return found

    def _line(self, end: float) -> bytes:
        stream = self._child.stdout
        if stream is None:
            raise Died
        while b"\n" not in self._read:
            left = end - monotonic()
            if left <= 0 or not select.select((stream,), (), (), left)[0]:
                raise Died
            piece = os.read(stream.fileno(), _CHUNK)
            if not piece:
                raise Died
            self._read += piece
        line, _, rest = bytes(self._read).partition(b"\n")
        self._read[:] = rest
        return line


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a program that has a session of its own, and all that it has started."""
    if child.returncode is not None:
        return  # its number may be another's by now
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def inquire(command: Command) -> JsonObject:
    """Ask a QEMU everything.

    :param command: the words that start it.
    :returns: what :func:`colorunbook.qemu.knowledge.pack` makes a file of.
    :raises Unavailable: it does not start or does not answer.
    :raises InputError: it answers otherwise than a QEMU does.
    """
    try:
        return _told(command)
    except KeyError as error:
        message = f"{command[-1]} answers otherwise than a QEMU does: there is no {error}."
        raise InputError(message, "Is it a QEMU?") from error


def _told(command: Command) -> JsonObject:
    with Qemu(command) as qemu:
        try:
            version = _returned(qemu, "query-version")
            schema = _returned(qemu, "query-qmp-schema")
            groups = as_objects(_returned(qemu, "query-command-line-options"))
            monitor = qemu.ask(hmp("help")).get("return")
            objects, devices = (_types(qemu, kind) for kind in ("user-creatable", "device"))
        except Died:
            raise Unavailable(f"{command[-1]} ended while it was asked.") from None
    package = version.get("package") if is_object(version) else ""
    return {
        "version": str(Version.of_greeting(version)),
        "package": str(package),
        "schema": schema,
        "options": {str(g["option"]): _properties(g.get("parameters")) for g in groups},
        "objects": _listed(command, "qom-list-properties", objects),
        "devices": _listed(command, "device-list-properties", devices),
        "aliases": {b: a for a, b in _ALIAS.findall(_printed(command, "-device", "help"))},
        "flags": dict(flags(_printed(command, "-help"))),
        "monitor": dict(monitor_commands(str(monitor))),
        "accelerators": _accelerators(command),
    }


def flags(text: str) -> Mapping[str, bool]:
    """The options that ``-help`` shows, and whether a value follows each of them."""
    found: dict[str, bool] = {}
    for names, rest in _OPTION_LINE.findall(text):
        # The explanation has a column of its own, so two blanks end what is typed (not of -dtb).
        for name in _OPTION.findall(re.sub(r"/|, | or ", "\n", names)):
            alone = rest == "" or rest.startswith("  ")
            found[f"-{name}"] = not alone or _THIRD_COLUMN.match(rest) is not None
    return found


def monitor_commands(text: str) -> Mapping[str, str]:
    """The commands that the human monitor's ``help`` shows, with their arguments."""
    found = _MONITOR_LINE.findall(text)
    return {name: " ".join(words.split()) for names, words in found for name in names.split("|")}


def _returned(qemu: Qemu, query: str) -> Json:
    return qemu.ask(Payload(query)).get("return")


def _types(qemu: Qemu, kind: str) -> tuple[str, ...]:
    arguments: JsonObject = {"implements": kind, "abstract": False}
    found = as_objects(qemu.ask(Payload("qom-list-types", arguments)).get("return"))
    return tuple(sorted(str(each["name"]) for each in found))


def _listed(command: Command, query: str, types: Iterable[str]) -> Json:
    """The properties of each type; nothing of one that QEMU dies of."""
    found: dict[str, Json] = {}
    qemu = Qemu(command)
    try:
        for name in types:
            found[name] = None
            for _ in range(2):
                try:
                    reply = qemu.ask(Payload(query, {"typename": name}))
                except Died:
                    qemu.close()
                    qemu = Qemu(command)
                else:
                    found[name] = _properties(reply.get("return"))
                    break
    finally:
        qemu.close()
    return found


def _properties(value: Json) -> Json:
    return {str(each["name"]): str(each["type"]) for each in as_objects(value)}


def _accelerators(command: Command) -> Json:
    return [*_printed(command, "-accel", "help").splitlines()[1:]]


def _printed(command: Command, *words: str) -> str:
    """What QEMU prints and ends."""
    machine = () if words == ("-help",) else ("-machine", "none")
    try:
        child = subprocess.Popen(
            (*command, *machine, *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": PATH},
            start_new_session=True,
        )
    except OSError as error:
        raise InputError(f"{command[-1]} cannot be started: {error.strerror}.") from error
    with child:
        try:
            told, _ = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            message = f"{command[-1]} does not say what its options are in {PATIENCE:.0f} s."
            raise InputError(message) from error
        finally:
            _end(child)
    return told.decode(errors="replace")
