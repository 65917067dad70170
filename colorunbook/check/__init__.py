# SPDX-License-Identifier: GPL-2.0-or-later
"""The third reader: the printed text, parsed back and executed."""
