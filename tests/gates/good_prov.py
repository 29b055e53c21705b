"""Provenance that fits the good run, as PROV-JSON."""

from __future__ import annotations

from typing import Any

import goodrun

FILE = "catalog/prov.json"
QNAME = "prov:QUALIFIED_NAME"


def document() -> dict[str, Any]:
    """Two outputs, one input, the run, who answers for it and the pipeline that it followed."""
    run = f"runs:{goodrun.RUN_ID}"
    raw = f"lake:{goodrun.RAW}"
    outputs = goodrun.artifacts()
    return {
        "prefix": {
            "kfm": "https://kfm-gates.dev/ns#",
            "lake": "kfm://lake/",
            "runs": "kfm://run/",
            "run": f"kfm://run/{goodrun.RUN_ID}/",
            "dataset": "kfm://dataset/",
            "agents": "kfm://agent/",
            "code": "https://example.org/pipelines/",
        },
        "entity": {
            **{
                f"run:{path}": {
                    "kfm:digest": goodrun.sha256(raw_bytes),
                    "kfm:size": {"$": str(len(raw_bytes)), "type": "xsd:long"},
                }
                for path, raw_bytes in outputs.items()
            },
            raw: {"kfm:digest": goodrun.sha256(goodrun.lake_files()[goodrun.RAW])},
            f"dataset:{goodrun.FAMILY}": {"prov:label": "Wells of Kansas"},
            "code:kansas_wells": {"prov:type": {"$": "prov:Plan", "type": QNAME}},
        },
        "activity": {
            run: {"prov:startTime": goodrun.STARTED, "prov:endTime": goodrun.ENDED},
        },
        "agent": {
            "agents:svc-pipelines": {"prov:type": {"$": "prov:SoftwareAgent", "type": QNAME}},
        },
        "used": {
            "_:u1": {
                "prov:activity": run,
                "prov:entity": raw,
                "prov:time": "2026-02-18T08:46:00Z",
            },
        },
        "wasGeneratedBy": {
            f"_:g{n}": {
                "prov:entity": f"run:{path}",
                "prov:activity": run,
                "prov:time": "2026-02-18T08:54:00Z",
            }
            for n, path in enumerate(outputs)
        },
        "wasDerivedFrom": {
            f"_:d{n}": {"prov:generatedEntity": f"run:{path}", "prov:usedEntity": raw}
            for n, path in enumerate(outputs)
        },
        "wasAssociatedWith": {
            "_:a1": {
                "prov:activity": run,
                "prov:agent": "agents:svc-pipelines",
                "prov:plan": "code:kansas_wells",
            },
        },
        "hadMember": {
            "_:m1": {
                "prov:collection": f"dataset:{goodrun.FAMILY}",
                "prov:entity": [f"run:{path}" for path in outputs],
            },
        },
    }


def files() -> dict[str, Any]:
    """The documents by run-relative path."""
    return {FILE: document()}
