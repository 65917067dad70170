# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden files: ``COLORUNBOOK_RENEW_GOLDEN=1 pytest ...`` writes them; read the diff then."""

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden"


def golden(name: str, text: str) -> str:
    """What the file says, after it was written anew where that was asked for."""
    path = FOLDER / name
    if os.environ.get("COLORUNBOOK_RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
