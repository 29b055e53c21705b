"""Open an output and say what it is: spatial, not spatial, or nobody can tell (R-094, C-17).

One module per format; a module that defines `OPENER` is registered by being here. The bytes decide,
never the name and never the receipts. Everything is bounded: headers and footers are read, not the
data behind them, and the one format that has to be read whole is read piece by piece.
"""

from __future__ import annotations

import codecs
import functools
import importlib
import os
import pkgutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO, Final

from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence.openers._api import HEAD, Box, File, Kind, Look, Opener

if TYPE_CHECKING:
    from kfm_gates.evidence.run_dir import Run

__all__ = ["Box", "Kind", "Look", "Opener", "all_openers", "contradicts", "look", "of_run"]


@functools.cache
def all_openers() -> tuple[Opener, ...]:
    """Every opener, in the order in which they are asked."""
    found: dict[str, Opener] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: i.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        opener = getattr(module, "OPENER", None)
        if not isinstance(opener, Opener):
            raise ImportError(f"{module.__name__} defines no OPENER")
        if opener.id in found:
            raise ImportError(f"opener id {opener.id} is defined twice")
        found[opener.id] = opener
    return tuple(sorted(found.values(), key=lambda opener: (opener.order, opener.id)))


def look(
    open_file: Callable[[str], AbstractContextManager[BinaryIO]],
    path: str,
    media_type: str | None = None,
) -> Look:
    """Say what a file is.

    Args:
        open_file: Opens it by its path for reading and seeking: `Run.opened`, `Files.open`.
        path: Its path, given to `open_file` and shown in messages.
        media_type: What somebody says that it is. It never makes a file anything; a file that is
            cut off before its first sign is told by it from one of an unknown format.

    Raises:
        EvidenceInvalid: `OUTPUT_MALFORMED`: it is not what its first bytes or its media type
            promise; `OUTPUT_TOO_COMPLEX`: it cannot be looked at in bounded time and memory.
        EvidenceMissing: Whatever `open_file` raises.
        EvidenceUnreadable: Whatever `open_file` raises.
    """
    stated, parameters = _parts(media_type)
    with open_file(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        file = File(
            stream=stream,
            path=path,
            size=size,
            head=stream.read(HEAD),
            stated=stated,
            parameters=parameters,
        )
        return _look(file)


def of_run(run: Run, path: str, media_type: str | None = None) -> Look:
    """Say what a file of a run is: once, the file that is hashed. Otherwise as `look`."""
    return run.remembered(f"opener {path} {media_type}", lambda: look(run.opened, path, media_type))


def contradicts(media_type: str, found: Look) -> bool:
    """Does a stated media type say something else than the bytes do?

    A type that no opener knows is contradicted by a format that is nothing else, such as PNG, and
    not by a container. `application/octet-stream` says nothing and is never contradicted.
    """
    stated, parameters = _parts(media_type)
    if stated is None:
        return True
    if stated == "application/octet-stream":
        return False
    real, told = _parts(found.media_type)
    if stated == real or stated in found.also:
        # A plain TIFF that says it is a GeoTIFF, a striped one that says it is made for the cloud.
        return stated == "image/tiff" and not parameters.items() & _TIFF <= told.items()
    if any(stated in opener.media_types for opener in all_openers()):
        return True
    if real is None:
        return stated.startswith(_MEDIA if found.format == _TEXT else "text/")
    return not found.container or stated.startswith(("text/", *_MEDIA))


_TEXT: Final = "text"
_MEDIA: Final = ("image/", "audio/", "video/", "font/")
_TIFF: Final = {("application", "geotiff"), ("profile", "cloud-optimized")}


def _look(file: File) -> Look:
    promised = _promised(file)
    for opener in all_openers():
        if not opener.fits(file.head):
            continue
        if not opener.weak or opener is promised:
            return opener.look(file)
        try:
            return opener.look(file)
        except EvidenceInvalid:
            break
    # A stated media type is compared with what is found; a name alone has to be answered here.
    if promised is not None and (file.stated is None or file.size == 0):
        raise file.malformed(
            f"It is said to be {file.stated or promised.id}, and does not begin as one.",
            got="nothing" if not file.size else f"0x{file.head[:8].hex()}",
            wanted=file.stated or promised.id,
        )
    return _unknown(file)


def _promised(file: File) -> Opener | None:
    """The opener that a file is said to be for: by its media type, else by its name."""
    if file.stated is not None:
        return next((o for o in all_openers() if file.stated in o.media_types), None)
    name = file.path.lower()
    return next((o for o in all_openers() if o.suffixes and name.endswith(o.suffixes)), None)


def _unknown(file: File) -> Look:
    """Text or bytes of no format that is known: nobody can tell what they hold."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(file.head, final=len(file.head) == file.size)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return Look(kind="unclassified", format="unknown bytes")
    return Look(kind="unclassified", format=_TEXT)


def _parts(media_type: str | None) -> tuple[str | None, Mapping[str, str]]:
    """A media type without its parameters, and these; both in lower case."""
    if media_type is None:
        return None, {}
    bare, *rest = media_type.lower().split(";")
    pairs = (part.partition("=") for part in rest)
    return bare.strip() or None, {k.strip(): v.strip().strip('"') for k, _, v in pairs}
