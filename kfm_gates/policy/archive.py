"""OPA bundles, written by us from bytes that were read once (FO-28, FO-39, FO-53).

The same files always give the same bytes. Roots are written by us as well: OPA itself then
refuses a bundle that reaches into another one's part of the tree.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence

_BLOCK = 512
_NAME_LENGTH = 100
_GZIP = 31


def bundle(files: Mapping[str, bytes], roots: Sequence[str], revision: str) -> bytes:
    """Return a bundle as a gzipped tar archive.

    Args:
        files: Path inside the bundle -> bytes; `.rego` modules and `data.json` documents.
        roots: Parts of the tree that the bundle may fill, e.g. `kfm/overlay/lake`.
        revision: What OPA calls the bundle.

    Raises:
        ValueError: A path does not fit into a plain tar header.
    """
    manifest = {"revision": revision, "roots": sorted(roots), "rego_version": 1}
    members = {".manifest": json.dumps(manifest).encode(), **dict(sorted(files.items()))}
    tar = b"".join(_member(name, raw) for name, raw in members.items()) + bytes(2 * _BLOCK)
    # Level 0: packing and unpacking would take longer than reading the few bytes it saves.
    packer = zlib.compressobj(0, zlib.DEFLATED, _GZIP)
    return packer.compress(tar) + packer.flush()


def _member(name: str, raw: bytes) -> bytes:
    path = f"/{name}".encode("ascii")
    if len(path) >= _NAME_LENGTH:
        raise ValueError(f"path too long for a bundle: {name}")
    fields = (
        path.ljust(_NAME_LENGTH, b"\0"),
        b"0000600\0",  # mode
        b"0000000\0",  # owner
        b"0000000\0",  # group
        b"%011o\0" % len(raw),
        b"00000000000\0",  # time
        b" " * 8,  # checksum, counted as spaces
        b"0",  # a regular file
        bytes(_NAME_LENGTH),
        b"ustar\x0000",
    )
    header = bytearray(b"".join(fields).ljust(_BLOCK, b"\0"))
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + raw + bytes(-len(raw) % _BLOCK)
