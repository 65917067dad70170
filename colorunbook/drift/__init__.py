# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody else's COLO document, compared with the model."""
