# SPDX-License-Identifier: GPL-2.0-or-later
"""The extensions of the site, which are no part of a package."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def extension(name: str) -> ModuleType:
    """One of them, loaded anew."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/_ext/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
