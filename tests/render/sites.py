# SPDX-License-Identifier: GPL-2.0-or-later
"""Small sites, built by Sphinx itself."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

CONF = "extensions = ['colorunbook.render.sphinx']\nsmartquotes = False\n"


def build(source: Path, pages: dict[str, str], *options: str) -> str:
    """Build a site; what Sphinx complained of."""
    source.mkdir(exist_ok=True)
    if not (source / "conf.py").exists():
        (source / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in pages.items():
        (source / f"{name}.rst").write_text(f"{name}\n{'=' * 20}\n\n{text}\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", *options]
    return subprocess.run(
        [*command, str(source), str(source.parent / "built")], capture_output=True, text=True
    ).stderr


def plain(page: Path) -> str:
    """The text of a page of HTML."""
    return unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))
