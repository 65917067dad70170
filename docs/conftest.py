# SPDX-License-Identifier: GPL-2.0-or-later
"""``pytest docs/`` executes the document on live QEMU."""

from colorunbook.check.plugin import pytest_collect_file

__all__ = ["pytest_collect_file"]
