# SPDX-License-Identifier: GPL-2.0-or-later
"""What gdb tells."""

from benchmarks.findings.debugger import calls

TOLD = """\
[New LWP 5308]
Thread 1 "qemu-system-x86" received signal SIGSEGV, Segmentation fault.
0x000055e24cf9f644 in object_get_class ()
#0  0x000055e24cf9f644 in object_get_class ()
#1  0x000055e24cfe9f94 in qio_channel_create_watch ()
#2  0x000055e24d0b4652 in ?? ()
#3  __GI_ppoll (fds=0x55b6db2b7cc0, nfds=9) at ../sysdeps/ppoll.c:42
"""


THREADS = """\
Thread 3 (LWP 26818 "IO mon_iothread"):
#0  0x00007f87dc0a672e in pthread_cond_timedwait () from target:/lib/x86_64-linux-gnu/libc.so.6

Thread 2 (Thread 0x7fef2b9ff6c0 (LWP 26992) "call_rcu"):
#1  0x0000556ecbca62da in qemu_event_wait ()

Thread 1 (Thread 0x7fef2bfb6ec0 (LWP 26986) "qemu-system-x86"):
#1  0x0000556ecbcbab5e in qemu_poll_ns ()
#2  0x0000556ecbcb825e in main_loop_wait ()
"""


def test_functions_that_have_a_name() -> None:
    """The innermost first; of other libraries none, as gdb may have looked into another one."""
    assert ("object_get_class", "qio_channel_create_watch") == calls(TOLD.splitlines())


def test_each_thread_has_its_name_before_its_calls() -> None:
    """One that is in no call that has a name is left out."""
    told = ("call_rcu:", "qemu_event_wait", "qemu-system-x86:", "qemu_poll_ns", "main_loop_wait")
    assert told == calls(THREADS.splitlines())
