"""A good run, written without the recorder, and the changes that a case of `test_fixtures` makes.

A case is a JSON document (`case.json`), see `tests/gates/README.md`. Everything a gate may look at
is built from it: lake, run, `.kfm/` and the context. Nothing depends on the clock or on git.
"""

from __future__ import annotations

import base64
import copy
import datetime as dt
import hashlib
import importlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rfc8785

from kfm_gates.evidence import seal
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates import Context
from kfm_gates.model import Family, Layout

FAMILY = "kansas_wells"
RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
STARTED, ENDED = "2026-02-18T08:45:00Z", "2026-02-18T08:55:00Z"
NOW = dt.datetime(2026, 2, 18, 9, 0, tzinfo=dt.UTC)
RUN = f"data/work/runs/{FAMILY}/{RUN_ID}"
RAW = "data/raw/kansas_wells/wells.csv"
COMMIT = "4f2a9c1d7b3e5f60819acbde2468024fb1d35791"
KEYS = frozenset(
    {"title", "patch", "files", "remove", "lake", "rename", "seal", "family", "family_listed"}
    | {"not_secrets", "now", "required_checks", "thresholds", "catalogs", "shapes", "expect"}
)
CATALOGS = ("stac", "dcat", "prov", "openlineage")
"""Kinds of catalogs; `good_<kind>.py` holds the documents that fit the good run."""
WELLS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": n,
            "properties": {"county": county},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for n, (county, longitude, latitude) in enumerate(
            (("Allen", -95.31, 37.89), ("Barber", -98.68, 37.23), ("Wyandotte", -94.77, 39.11))
        )
    ],
}
BBOX = [-98.68, 37.23, -94.77, 39.11]
"""Extent of the wells: west, south, east, north."""

FAMILY_FILE: dict[str, Any] = {
    "title": "Wells of Kansas",
    "owner": "water team",
    "rights": {
        "license": "CC-BY-4.0",
        "holder": "Kansas Geological Survey",
        "attribution": "Data: Kansas Geological Survey, CC BY 4.0",
    },
    "sensitivity": {"label": "public", "input_label": "public"},
}


def catalogs_of(gate: str) -> tuple[str, ...]:
    """The kinds of catalogs that the good run of a gate carries."""
    if gate == "closure":
        return CATALOGS
    return (gate,) if gate in CATALOGS else ()


def sha256(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def artifacts() -> dict[str, bytes]:
    """Run-relative path -> bytes of the outputs of the good run."""
    return {
        "artifacts/wells.geojson": json.dumps(WELLS, separators=(",", ":")).encode() + b"\n",
        "artifacts/summary.csv": b"county,wells\nAllen,12\n",
    }


MEDIA_TYPES = ("application/geo+json", "text/csv")
"""Media types of the artifacts, in the same order."""


def good_files(catalogs: Sequence[str] = ()) -> dict[str, Any]:
    """Run-relative path -> content of a good run; dicts are JSON, lists are JSON Lines.

    `catalogs` names the kinds of catalogs that it carries.
    """
    outputs = artifacts()
    inputs = [{"path": RAW, "digest": sha256(lake_files()[RAW]), "role": "primary"}]
    params = {"crs_target": "EPSG:4326", "join_keys": ["geoid"]}
    spec = {
        "pipeline_id": "pipelines/kansas_wells",
        "params": params,
        "inputs": inputs,
        "code": {"git_commit": COMMIT},
    }
    listed = catalog_files(catalogs)
    refs = {"catalog_refs": [f"{RUN}/{path}" for path in listed]} if listed else {}
    line = {"run_id": RUN_ID, "pipeline_id": "pipelines/kansas_wells", "correlation_id": "trace-7"}
    return {
        **outputs,
        "run_record.json": {
            "schema_version": "run_record/v1",
            "run_id": RUN_ID,
            "dataset_family": FAMILY,
            "pipeline_id": "pipelines/kansas_wells",
            "git_commit": COMMIT,
            "started_at": STARTED,
            "ended_at": ENDED,
            "status": "success",
            "runner": {"type": "ci", "host": "runner-4", "user": "svc-pipelines"},
            "correlation_id": "trace-7",
        },
        "run_manifest.json": {
            "schema_version": "run_manifest/v1",
            "run_id": RUN_ID,
            "spec_hash": sha256(rfc8785.dumps(spec)),
            "spec": spec,
            "inputs": inputs,
            "outputs": [
                {
                    "path": f"{RUN}/{path}",
                    "digest": sha256(raw),
                    "role": "primary",
                    "size": len(raw),
                    "media_type": media_type,
                }
                for (path, raw), media_type in zip(outputs.items(), MEDIA_TYPES, strict=True)
            ],
            "params": params,
            "versions": {"python": "3.11.7"},
            "transforms": [{"name": "join wells to counties", "kind": "join"}],
            **refs,
        },
        "validation_report.json": {
            "schema_version": "validation_report/v1",
            "run_id": RUN_ID,
            "overall_status": "pass",
            "gates": [
                {
                    "name": "row_count",
                    "status": "pass",
                    "threshold": {"min": 1},
                    "observed": 12,
                }
            ],
            "policy": {"labels_emitted": ["public"], "redactions_applied": False},
        },
        "logs/run.jsonl": [
            {"timestamp": STARTED, **line, "event": "start", "status": "started"},
            {
                "timestamp": "2026-02-18T08:46:00.5Z",
                **line,
                "event": "step",
                "level": "info",
                "message": "12 wells joined to 105 counties",
                "zone_in": "raw",
                "zone_out": "work",
            },
            {
                "timestamp": ENDED,
                **line,
                "event": "finish",
                "status": "succeeded",
                "duration_ms": 600000,
            },
        ],
        "logs/console.txt": b"joined 12 wells\n",
        **listed,
    }


def catalog_files(kinds: Sequence[str]) -> dict[str, Any]:
    """Documents of some kinds of catalogs that fit the good run, by run-relative path."""
    found: dict[str, Any] = {}
    for kind in kinds:
        found.update(importlib.import_module(f"good_{kind}").files())
    return found


def lake_files() -> dict[str, bytes]:
    """Lake-relative path -> bytes of what lies in the lake beside the run."""
    return {RAW: b"id,county\n1,Allen\n"}


@dataclass(slots=True)
class Case:
    """One change of the good run; the fields of `case.json`."""

    title: str = ""
    patch: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    lake: Mapping[str, Any] = field(default_factory=dict)
    rename: str | None = None
    seal: str = "new"
    family: Any = field(default_factory=lambda: copy.deepcopy(FAMILY_FILE))
    family_listed: bool | None = None
    not_secrets: Mapping[str, Any] = field(default_factory=dict)
    now: str | None = None
    required_checks: tuple[str, ...] = ()
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    catalogs: Sequence[str] | None = None
    """Kinds of catalogs in the run; None for those that the gate reads."""
    shapes: Mapping[str, str] = field(default_factory=dict)
    """SHACL that the profile names, in Turtle, by name."""
    expect: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Case:
        """Read `case.json`; an unknown key is an error, or the case would test nothing."""
        data = json.loads(path.read_text("utf-8"))
        assert data.keys() <= KEYS, f"{path}: unknown keys {sorted(data.keys() - KEYS)}"
        assert data.get("title"), f"{path}: a case has a title"
        return cls(**data)


def write(root: Path, case: Case | None = None, catalogs: Sequence[str] = ()) -> Path:
    """Write a lake with one run below `root`, changed as the case says; return the run.

    `catalogs` are the kinds of catalogs in the run where the case does not name them.
    """
    case = case or Case()
    kinds = catalogs if case.catalogs is None else case.catalogs
    for path, content in {**lake_files(), **case.lake}.items():
        if content is not None:
            _write(root / path, content)
    contents = good_files(kinds)
    if case.seal == "old":
        _write_run(root / RUN, good_files(kinds))
        sealed = (root / RUN / "checksums.sha256").read_bytes()
        shutil.rmtree(root / RUN)
    for path, operations in case.patch.items():
        contents[path] = patched(contents[path], operations)
    contents.update(case.files)
    for path in case.remove:
        del contents[path]
    run = root / RUN
    if case.rename is not None:
        run = run.with_name(case.rename)
    _write_run(run, contents, with_seal=case.seal == "new")
    if case.seal == "old":
        (run / "checksums.sha256").write_bytes(sealed)
    return run


def context(run: Path, root: Path, case: Case | None = None) -> Context:
    """What a gate sees of the run that `write` made."""
    case = case or Case()
    now = NOW if case.now is None else dt.datetime.fromisoformat(case.now)
    family = None
    if case.family is not None:
        # What .kfm/ holds was checked against its schema before any gate sees it.
        family = Family(
            name=FAMILY,
            title=case.family.get("title"),
            owner=case.family.get("owner"),
            rights=case.family.get("rights"),
            sensitivity=case.family.get("sensitivity"),
            file=f".kfm/families/{FAMILY}.yaml",
            extra=dict(case.family),
        )
    return Context(
        run=Run.open(run, root=root, layout=Layout()),
        now=now,
        family=family,
        families_declared=case.family_listed is not None,
        family_declared=bool(case.family_listed),
        required_checks=tuple(case.required_checks),
        thresholds=case.thresholds,
        not_secrets=(
            case.not_secrets.get("salt", ""),
            frozenset(case.not_secrets.get("hashes", ())),
        ),
        shapes=tuple((name, text.encode()) for name, text in case.shapes.items()),
    )


def patched(document: Any, operations: list[Mapping[str, Any]]) -> Any:
    """Apply add, replace and remove of RFC 6902 to a document, or to the lines of a log."""
    # Through JSON, so that what stands in two places is two things.
    document = json.loads(json.dumps(document))
    for operation in operations:
        assert operation.keys() <= {"op", "path", "value"}, operation
        steps = [s.replace("~1", "/").replace("~0", "~") for s in operation["path"].split("/")[1:]]
        holder = document
        for step in steps[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
        key: Any = steps[-1]
        if isinstance(holder, list):
            key = len(holder) if key == "-" else int(key)
        if operation["op"] == "remove":
            del holder[key]
        elif operation["op"] == "replace":
            assert key in (holder if isinstance(holder, dict) else range(len(holder))), operation
            holder[key] = operation["value"]
        elif operation["op"] == "add":
            if isinstance(holder, list):
                holder.insert(key, operation["value"])
            else:
                holder[key] = operation["value"]
        else:
            raise AssertionError(f"unknown operation {operation['op']}")
    return document


def _write_run(run: Path, contents: Mapping[str, Any], *, with_seal: bool = True) -> None:
    for path, content in contents.items():
        _write(run / path, content)
    if with_seal and "checksums.sha256" not in contents:
        layout = Layout()
        raw = seal.render(
            (path, hashlib.sha256((run / path).read_bytes()).hexdigest())
            for path in contents
            if seal.covers(path, layout)
        )
        (run / layout.seal).write_bytes(raw)


def _write(path: Path, content: Any) -> None:
    """Text, bytes, `{"base64": …}`, `{"repeat": text, "times": n}`, JSON, or a list of lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        raw = content.encode()
    elif isinstance(content, bytes):
        raw = content
    elif isinstance(content, list):
        raw = b"".join(json.dumps(line).encode() + b"\n" for line in content)
    elif content.keys() == {"base64"}:
        raw = base64.b64decode(content["base64"], validate=True)
    elif content.keys() == {"repeat", "times"}:
        raw = content["repeat"].encode() * content["times"]
    else:
        raw = json.dumps(content, indent=2).encode() + b"\n"
    path.write_bytes(raw)
