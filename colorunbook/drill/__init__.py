# SPDX-License-Identifier: GPL-2.0-or-later
"""What a drill measures, and how it is judged: clients that must not notice that a host died.

:mod:`~colorunbook.drill.client` is a program that asks the guest's services and writes down what
came. :mod:`~colorunbook.drill.requests` reads that, :mod:`~colorunbook.drill.answers` and
:mod:`~colorunbook.drill.acknowledged` judge it, :mod:`~colorunbook.drill.measures` measures it, and
:mod:`~colorunbook.drill.summary` makes one :class:`~colorunbook.drill.result.Result` of it all.
"""
