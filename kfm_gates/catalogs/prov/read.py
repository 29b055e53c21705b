"""One document, whichever notation it is in."""

from __future__ import annotations

from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import MAX_STATEMENTS
from kfm_gates.catalogs.prov.reading import Reading


def read(document: Document, *, room: int = MAX_STATEMENTS) -> Reading:
    """Read a PROV document.

    Args:
        document: The document; `data` where it is JSON.
        room: How many statements it may hold.

    Raises:
        EvidenceUnreadable: It cannot be parsed (PROV_SYNTAX, or a code of `rdf.read`), or holds
            too much (PROV_TOO_LARGE).
        ValueError: It is in no notation of PROV.
    """
    reading = Reading(document.file, room)
    form = document.form
    if form == "prov-json":
        from kfm_gates.catalogs.prov import read_json

        read_json.read(document.data, reading)
    elif form == "prov-jsonld":
        from kfm_gates.catalogs.prov import read_jsonld

        read_jsonld.read(document.data, reading)
    elif form == "prov-n":
        from kfm_gates.catalogs.prov import read_provn

        read_provn.read(document.raw, reading)
    elif form == "prov-xml":
        from kfm_gates.catalogs.prov import read_xml

        read_xml.read(document.raw, reading)
    elif form.startswith("prov-o-"):
        from kfm_gates.catalogs.prov import read_rdf

        read_rdf.read(document, reading)
    else:
        raise ValueError(f"{form} is no notation of PROV")
    if not reading.count and not reading.problems:
        reading.note(codes.EMPTY, "The document states nothing.", (), wanted="PROV statements")
    return reading
