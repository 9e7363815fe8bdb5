"""Lets the C library give large buffers back to the system.

glibc raises the size from which it maps buffers on their own whenever one of them is freed. After a few
lists all of them come from the heap, where what is kept lies between what is freed. Set by hand, the size
stays.
"""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_SIZE = 128 * 1024


def return_large_buffers() -> None:
    """Fix the threshold, where the C library knows it; others do not have the fault."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _SIZE)
        library.mallopt(_M_TRIM_THRESHOLD, _SIZE)
