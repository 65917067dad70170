# SPDX-License-Identifier: GPL-2.0-or-later
"""What each shipped page prints."""

from pathlib import PurePosixPath

from colorunbook import shelf
from colorunbook.render.rst import PAGE

PRINTED = {
    PAGE: shelf.DOCUMENT,
    PurePosixPath("system/qemu-colo-protect.rst"): (
        "launch-alone",
        "prepare-primary",
        "launch-secondary",
        "prepare-secondary",
        "set-checkpoint-delay",
        "primary-resume",
    ),
}
"""The runbooks of each page, in its order."""
