# SPDX-License-Identifier: GPL-2.0-or-later
"""The first reader: plans as reStructuredText, pictures and pages of a site."""
