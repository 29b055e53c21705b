"""Read one small file without being led astray: no links, no devices, no endless input."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_regular(path: Path | str, max_bytes: int) -> bytes:
    """Return the bytes of a regular file.

    The last component is not followed if it is a link, and a FIFO does not block.

    Raises:
        OSError: It cannot be opened, is not a regular file, or is larger than `max_bytes`.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(None, "it is not a regular file", str(path))
        raw = stream.read(max_bytes + 1)
    if len(raw) > max_bytes:
        raise OSError(None, f"it is larger than {max_bytes} bytes", str(path))
    return raw
