"""Keeps large buffers few and short-lived.

glibc raises the size from which it maps buffers on their own whenever one of them is freed. After a few
lists all of them come from the heap, where what is kept lies between what is freed. Set by hand, the size
stays. And asyncio takes a buffer of 256 KiB for each TLS connection, of which a watch needs a fraction.
Python's own collector is told to look less often.
"""

from __future__ import annotations

import ctypes
import gc
from asyncio.sslproto import SSLProtocol

_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_SIZE = 128 * 1024
_TLS_BUFFER = 64 * 1024
"""Bytes that are read at once; a TLS record has 16 KiB."""
_YOUNG = 10_000
"""Objects after which the collector looks for cycles among the new ones; Python's own number is 700. A pass
makes some thousand, decoded JSON and manifests without a cycle, which go when nobody needs them any more."""


def return_large_buffers() -> None:
    """Fix the threshold, where the C library knows it; others do not have the fault."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _SIZE)
        library.mallopt(_M_TRIM_THRESHOLD, _SIZE)


def shrink_tls_buffers() -> None:
    """Let connections that are opened from now on take small buffers: there are some 30 for good."""
    SSLProtocol.max_size = _TLS_BUFFER


def collect_less_often() -> None:
    """Raise the collector's first threshold; the others count its own runs and stay."""
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
