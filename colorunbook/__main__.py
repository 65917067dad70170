# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m colorunbook``."""

from colorunbook.start import main

main()
