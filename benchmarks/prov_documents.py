"""PROV: what reading and deciding all constraints costs, against the package prov.

    python benchmarks/prov_documents.py [--activities 1000]

The document is made here: a chain of activities, each with what it used, generated, derived, and
who was responsible; six statements for each. Processor time, best of five; ratios are to be
trusted, digits are not. `unified()` of prov decides a part of what is decided here.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any

from measure import best

from kfm_gates.catalogs._api import Question
from kfm_gates.catalogs.prov import examine
from kfm_gates.catalogs.prov.constraints import analyse
from kfm_gates.catalogs.prov.read import read
from kfm_gates.catalogs.survey import look


class NoFiles:
    """The documents lie in no run."""

    def size(self, path: str) -> int | None:
        """There is none."""
        return None

    def digests(self, paths: Any) -> dict[str, Any]:
        """There are none."""
        return {}


def chain(activities: int) -> dict[str, Any]:
    """A pipeline of many steps as PROV-JSON."""
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    data: dict[str, Any] = {
        "prefix": {"ex": "https://example.org/", "kfm": "https://kfm-gates.dev/ns#"},
        "entity": {"ex:data0": {}, "ex:plan": {}},
        "activity": {},
        "agent": {"ex:agent": {}},
        "used": {},
        "wasGeneratedBy": {},
        "wasAssociatedWith": {},
        "wasDerivedFrom": {},
    }
    for n in range(activities):
        begun, done = (
            (start + dt.timedelta(minutes=n, seconds=s)).isoformat().replace("+00:00", "Z")
            for s in (0, 59)
        )
        step, made, source = f"ex:step{n}", f"ex:data{n + 1}", f"ex:data{n}"
        data["entity"][made] = {"kfm:digest": f"sha256:{n + 1:064x}", "prov:label": f"data {n}"}
        data["activity"][step] = {"prov:startTime": begun, "prov:endTime": done}
        data["used"][f"_:u{n}"] = {
            "prov:activity": step,
            "prov:entity": source,
            "prov:time": begun,
        }
        data["wasGeneratedBy"][f"_:g{n}"] = {
            "prov:entity": made,
            "prov:activity": step,
            "prov:time": done,
        }
        data["wasAssociatedWith"][f"_:a{n}"] = {
            "prov:activity": step,
            "prov:agent": "ex:agent",
            "prov:plan": "ex:plan",
        }
        data["wasDerivedFrom"][f"_:d{n}"] = {
            "prov:generatedEntity": made,
            "prov:usedEntity": source,
        }
    return data


def main() -> None:
    """Measure and print."""
    import prov.model

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activities", type=int, default=1000)
    chosen = parser.parse_args()
    as_json = json.dumps(chain(chosen.activities)).encode()
    document = prov.model.ProvDocument.deserialize(content=as_json.decode(), format="json")
    texts = {"prov-json": as_json, "prov-n": document.get_provn().encode()}
    files: Any = NoFiles()
    question = Question(files=files, now=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    for form, raw in texts.items():
        name = f"catalog/prov.{'json' if form == 'prov-json' else 'provn'}"

        def judged(raw: bytes = raw, name: str = name, form: str = form) -> int:
            found = look(raw, name, form)
            if found is None:
                raise RuntimeError(f"{name} was not recognised")
            reading = read(found)
            if reading.problems or any(analyse(one).violations for one in reading.instances):
                raise RuntimeError("the document is valid, and something was found")
            return reading.count

        def examined(raw: bytes = raw, name: str = name, form: str = form) -> None:
            found = look(raw, name, form)
            if found is None or examine([found], question).remarks:
                raise RuntimeError("the document is valid, and something was found")

        def peer(raw: bytes = raw, form: str = form) -> None:
            kind = "json" if form == "prov-json" else "provn"
            prov.model.ProvDocument.deserialize(content=raw.decode(), format=kind).unified()

        ours, whole, theirs = (best(work, 5) for work in (judged, examined, peer))
        print(
            f"{form:9} {judged()} statements, {len(raw) / 1e6:.2f} MB: read and all constraints"
            f" {ours:.3f} s; everything the gate asks {whole:.3f} s; prov reads and unifies in"
            f" {theirs:.3f} s: {theirs / ours:.1f} times the first, {theirs / whole:.1f} times the"
            " second"
        )


if __name__ == "__main__":
    main()
