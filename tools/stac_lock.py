"""Write `schemas/stac.lock.json` from a mirror of STAC schemas.

    python tools/stac_lock.py MIRROR

MIRROR holds `index.json`: address of a schema -> `file` below MIRROR, `sha256`, `$id`. The digests
are computed anew and compared. The same mirror gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "schemas" / "stac.lock.json"


def lock(mirror: Path) -> str:
    """The text of the lock for a mirror."""
    index: dict[str, dict[str, str]] = json.loads((mirror / "index.json").read_bytes())
    schemas: dict[str, dict[str, Any]] = {}
    for uri, entry in index.items():
        raw = (mirror / entry["file"]).read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        if digest != entry["sha256"]:
            raise SystemExit(f"{entry['file']} is not what index.json says: {digest}")
        named = json.loads(raw).get("$id", uri).removesuffix("#")
        schemas[uri] = {"sha256": digest, "size": len(raw)}
        if named != uri:
            # What the schema calls itself, by which others may refer to it.
            schemas[uri]["aliases"] = [named]
    document = {"schema": "stac_lock/v1", "schemas": dict(sorted(schemas.items()))}
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    TARGET.write_text(lock(Path(sys.argv[1])), encoding="utf-8")
