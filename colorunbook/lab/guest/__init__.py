# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Linux for a lab's pair, made of Debian's packages without root and without a loop mount.

:func:`colorunbook.lab.guest.building.build` makes it, once; it is a disk that a QEMU boots from
IDE. What it answers to, and what it says on its serial console, is in
:mod:`colorunbook.lab.guest.services`.
"""
