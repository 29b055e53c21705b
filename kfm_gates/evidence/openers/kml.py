"""KML and GML: always spatial. Told by the root element; the document is not parsed."""

from __future__ import annotations

import re

from kfm_gates.evidence.openers._api import File, Look, Opener

_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:[A-Za-z_][\w.-]*:)?(?P<name>kml|FeatureCollection)[\s>]",
    re.DOTALL,
)


def look(file: File) -> Look:
    """Name the format."""
    match = _ROOT.match(file.head)
    is_kml = match is not None and match["name"] == b"kml"
    return Look(
        kind="spatial",
        format="KML" if is_kml else "GML",
        media_type="application/vnd.google-earth.kml+xml" if is_kml else "application/gml+xml",
        also=frozenset({"application/xml", "text/xml", "text/plain"}),
    )


OPENER = Opener(
    id="KML",
    media_types=frozenset({"application/vnd.google-earth.kml+xml", "application/gml+xml"}),
    suffixes=(".kml", ".gml"),
    fits=lambda head: _ROOT.match(head) is not None,
    look=look,
    order=20,
)
