# SPDX-License-Identifier: GPL-2.0-or-later
"""What a piece of Python does that could let data become code: found in its syntax tree."""

import ast
from collections.abc import Iterator

EVALUATES = {"eval", "exec", "compile", "__import__", "execfile"}
SHELLS = {"sh", "bash", "dash", "/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash"}
LOADERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "jsonpickle", "runpy"}
GIVE_TO_A_SHELL = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"}
STARTS = {"Popen", "run", "call", "check_call", "check_output", "create_subprocess_exec"}
IMPORTS = {"import_module", "exec_module", "spec_from_file_location", "load_module"}


def dangers(source: str) -> Iterator[str]:
    """Each place, as ``line: what``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call():
                found = _of_call(node)
            case ast.Import(names=names):
                found = [f"imports {n.name}" for n in names if n.name.split(".")[0] in LOADERS]
            case ast.ImportFrom(module=str(module)):
                found = [f"imports {module}"] if module.split(".")[0] in LOADERS else []
            case ast.Tuple(elts=words) | ast.List(elts=words):
                found = _of_words(words)
            case _:
                continue
        yield from (f"{node.lineno}: {what}" for what in found)


def _of_call(call: ast.Call) -> list[str]:
    name, owner = _name(call.func), _owner(call.func)
    found = []
    if name in EVALUATES and owner != "re":
        found.append(f"calls {name}")
    if name in GIVE_TO_A_SHELL and owner in ("os", "subprocess", "asyncio", "commands", ""):
        found.append(f"gives a text to a shell by {name}")
    if any(word.arg == "shell" and not _is(word.value, False) for word in call.keywords):
        found.append("asks for a shell")
    if name in STARTS and owner in ("subprocess", "asyncio", "") and call.args:
        first = call.args[0]
        made = isinstance(first, ast.JoinedStr | ast.BinOp) or _is_text(first)
        if made and name != "create_subprocess_exec":
            found.append(f"starts one text by {name}")
    if name in IMPORTS and not (call.args and _is_text(call.args[0])):
        found.append(f"imports what is only known then, by {name}")
    if name == "load" and owner in LOADERS:
        found.append(f"loads by {owner}")
    return found


def _of_words(words: list[ast.expr]) -> list[str]:
    """A shell among the words of a command."""
    first = [word.value for word in words if isinstance(word, ast.Constant)]
    return [f"starts the shell {word}" for word in first if word in SHELLS]


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _owner(node: ast.expr) -> str:
    return _name(node.value) if isinstance(node, ast.Attribute) else ""


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
