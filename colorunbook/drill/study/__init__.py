# SPDX-License-Identifier: GPL-2.0-or-later
"""What the knobs of a pair do to its clients: the same drill again and again, one knob turned."""
