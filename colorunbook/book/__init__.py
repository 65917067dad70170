# SPDX-License-Identifier: GPL-2.0-or-later
"""The vocabulary and the shape of procedures: actions, conditions, steps, runbooks."""
