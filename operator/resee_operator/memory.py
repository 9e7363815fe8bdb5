"""Keeps large buffers few and short-lived.

glibc raises the size from which it maps buffers on their own whenever one of them is freed. After a few
lists all of them come from the heap, where what is kept lies between what is freed. Set by hand, the size
stays. And asyncio takes a buffer of 256 KiB for each TLS connection, of which a watch needs a fraction.
"""

from __future__ import annotations

import ctypes
from asyncio.sslproto import SSLProtocol

_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_SIZE = 128 * 1024
_TLS_BUFFER = 64 * 1024
"""Bytes that are read at once; a TLS record has 16 KiB."""


def return_large_buffers() -> None:
    """Fix the threshold, where the C library knows it; others do not have the fault."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _SIZE)
        library.mallopt(_M_TRIM_THRESHOLD, _SIZE)


def shrink_tls_buffers() -> None:
    """Let connections that are opened from now on take small buffers: there are some 30 for good."""
    SSLProtocol.max_size = _TLS_BUFFER
