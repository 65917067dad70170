# SPDX-License-Identifier: GPL-2.0-or-later
"""What a journal tells of a run: read with care, as it may be anybody's."""
