# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line."""

from colorunbook.cli.app import app, main

__all__ = ["app", "main"]
