"""Writes `tests/project/lake`, the run that the selftest of the Action checks and tampers with.

    python tests/project/make_lake.py

The run is committed, because the selftest has to work on a runner that has nothing but the Action.
Run this again where a schema changed; the time and the run id stay the same.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from unittest import mock

from ulid import ULID

import kfm_gates
from kfm_gates.record import ids

LAKE = Path(__file__).resolve().parent / "lake"
NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
RUN_ID = str(ULID(int(NOON.timestamp() * 1000).to_bytes(6, "big") + b"kfm-gates!"))
PONDS = ((39.05, -95.68, 1.2), (38.97, -95.24, 0.8), (37.69, -97.33, 2.5))


def main() -> Path:
    """Record the run anew."""
    shutil.rmtree(LAKE, ignore_errors=True)
    raw = LAKE / "data" / "raw" / "kansas_ponds" / "ponds.txt"
    raw.parent.mkdir(parents=True)
    raw.write_text("".join(f"{lat} {lon} {ha}\n" for lat, lon, ha in PONDS), encoding="utf-8")
    with (
        mock.patch.object(ids, "now", return_value=NOON),
        mock.patch.object(ids, "new_run_id", return_value=RUN_ID),
        kfm_gates.record_run(
            "kansas_ponds",
            pipeline="tests/project/make_lake",
            root=LAKE,
            commit="0123456789abcdef0123456789abcdef01234567",
            runner={"type": "local", "host": "build-1", "user": "selftest"},
            versions={"python": "3.11"},
            rights={
                "license": "CC0-1.0",
                "holder": "The kfm-gates developers",
                "attribution": "Invented ponds",
            },
            sensitivity="public",
        ) as run,
    ):
        run.input(raw, label="public")
        with run.open_output("ponds.csv", media_type="text/csv", mode="w") as file:
            file.write("latitude,longitude,hectares\n")
            file.writelines(f"{lat},{lon},{ha}\n" for lat, lon, ha in PONDS)
        run.check("ponds", observed=len(PONDS), threshold={"min": 1})
        return run.path


if __name__ == "__main__":
    main()
