# SPDX-License-Identifier: GPL-2.0-or-later
"""The second reader: plans done on live QEMU."""
