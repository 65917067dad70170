# SPDX-License-Identifier: GPL-2.0-or-later
"""How the site is built: sphinx-build -W -n -b html docs docs/_build/html."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

from colorunbook.lab.provision import RELEASES

# What makes the benchmarks and the findings is beside the package, and no part of it.
sys.path[:0] = [str(Path(__file__).parent / "_ext"), str(Path(__file__).parent.parent)]

project = "colorunbook"
author = "the colorunbook authors"
release = version = version_of("colorunbook")
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "colorunbook.drill.sphinx",
    "colorunbook.drill.study.sphinx",
    "colorunbook.render.sphinx",
    "bench",
    "changes",
    "findings",
    "guest",
    "program",
]
exclude_patterns = ["_build", "_ext", "findings", "measured", "seen"]
# What the support table has rows for, whether or not it was tried.
colorunbook_releases = [release.version for release in RELEASES]
# As in QEMU's own documentation, where the rendered page lives too.
default_role = "any"
highlight_language = "none"
smartquotes = False

autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
# What autodoc meets in signatures and this site does not document.
nitpick_ignore_regex = [
    ("py:class", r"Json|tuple\[str|psutil\..*|(collections|enum|ipaddress|pathlib)\..*"),
    ("py:class", r"colorunbook\.(qemu|engine\.monitor|lab\.(cables|tree|world))\..*"),
    ("py:mod", r"colorunbook\.qemu"),
]

html_theme = "furo"
html_title = "colorunbook"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#8a3b12", "color-brand-content": "#8a3b12"},
    "dark_css_variables": {"color-brand-primary": "#f2a56f", "color-brand-content": "#f2a56f"},
}
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
