"""How the C library gives memory back: a service that runs for months must not keep the peak of its largest mail."""

import ctypes
from contextlib import suppress

# malloc.h of glibc: mallopt(3)
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 128 * 1024  # octets, where glibc begins before it adapts


def give_back() -> bool:
    """Have large blocks returned to the system when they are freed; return whether this C library can be told so.

    By itself glibc puts blocks of up to 32 MB among the small ones once some were freed, and each thread has arenas of
    its own: what a batch of mails with attachments took is then never given back, since something small lies behind it.
    """
    with suppress(OSError, AttributeError):  # not glibc: nothing to tell, and nothing needs to be
        mallopt = ctypes.CDLL(None).mallopt
        return all(mallopt(*each) for each in ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE), (_ARENA_MAX, 1)))
    return False
