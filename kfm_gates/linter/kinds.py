"""What kinds of documents are linted, and how the kind of one is told.

By place for the files of `.kfm/`, by content for everything else: `schema_version` first, then
the fields that only this kind has. A name such as `run_record.json` only helps where the content
cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from kfm_gates.catalogs import kinds as catalogs
from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence import strict_json, strict_yaml

RECEIPTS: Final = ("run_record", "run_manifest", "validation_report")
STEWARD: Final = {"project": "project", "family": "family", "profile": "profile"} | {
    "not_secrets": "not_secrets"
}
"""YAML files of `.kfm/` with the schema of each."""
OTHERS: Final = ("log", "seal", "policy", "policy_documents", "shapes", "report")
CATALOGS: Final = tuple(form for form in catalogs.FORMS if not form.endswith("-many"))
"""Forms of catalog documents; what only stands for many of them is none."""
KINDS: Final = (*RECEIPTS, *OTHERS, *STEWARD, *CATALOGS)
"""Every word that `--as` takes."""
UNKNOWN: Final = "unknown"
STRANGER: Final = "stranger"
"""A file of `.kfm/` that nothing reads."""

_NAMES: Final = {f"{name}.json": name for name in RECEIPTS} | {"checksums.sha256": "seal"}
_PLACES: Final = {"gates.yaml": "project", "not-secrets.yaml": "not_secrets"}
_FOLDERS: Final = {
    ("families", ".yaml"): "family",
    ("profiles", ".yaml"): "profile",
    ("policy", ".rego"): "policy",
    ("policy", ".documents.json"): "policy_documents",
    ("shapes", ".ttl"): "shapes",
}
_HARMLESS: Final = frozenset({"README.md", ".gitkeep"})
_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "run_record": frozenset(
        {"runner", "git_commit", "pipeline_id", "job_type", "dataset_family", "dataset_id"}
        | {"started_at", "ended_at", "finished_at", "status"}
    ),
    "run_manifest": frozenset(
        {"spec_hash", "spec", "inputs", "outputs", "params", "parameters", "transforms"}
    ),
    "validation_report": frozenset({"overall_status", "gates", "policy", "metrics"}),
}
_STATED = re.compile(
    rb'"schema(?:_version)?"\s*:\s*"(?:run_record|run_manifest|validation_report)/'
)
_LINE: Final = frozenset({"timestamp", "event", "run_id", "level", "message"})


def candidate(path: str) -> bool:
    """Can a file of this name be a document that is linted? Others are not opened in a folder."""
    name = path.rpartition("/")[2]
    if by_place(path) is not None or name in _NAMES:
        return True
    return name.lower().endswith((*catalogs.SUFFIXES, ".yaml", ".yml"))


def by_place(path: str) -> str | None:
    """Kind of a file below a `.kfm` folder, `STRANGER` where nothing reads it, None elsewhere.

    Also None for the files that are there for people.
    """
    parts = PurePosixPath(path).parts
    if ".kfm" not in parts[:-1]:
        return None
    start = len(parts) - 1 - parts[::-1].index(".kfm")
    inside = parts[start + 1 :]
    if inside[-1] in _HARMLESS and len(inside) <= 2:
        return None
    if len(inside) == 1:
        return _PLACES.get(inside[0], STRANGER)
    if len(inside) == 2:
        for (folder, suffix), kind in _FOLDERS.items():
            if inside[0] == folder and inside[1].endswith(suffix):
                return kind
    return STRANGER


def by_name(path: str) -> str | None:
    """Kind that the place or the name of a file says, where its content cannot."""
    place = by_place(path)
    if place not in (None, STRANGER):
        return place
    parts = PurePosixPath(path).parts
    if "logs" in parts[:-1] and path.lower().endswith(catalogs.LINES_SUFFIXES):
        return "log"
    return _NAMES.get(parts[-1]) if parts else None


def states_a_receipt(raw: bytes) -> bool:
    """Do its first lines look as if it said that it is a receipt? Cheap, and no answer yet."""
    return _STATED.search(raw, 0, 4096) is not None


def by_content(raw: bytes, path: str) -> str | None:
    """Kind of a document that is no catalog, None where it is none that is known.

    Never raises: what cannot be read far enough is of no known kind here, and whoever reads it
    as the kind that its name says gets the reason.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in (".yaml", ".yml"):
        # Most YAML is none of ours, and parsing it is dear.
        return _of_yaml(raw) if b"schema_version" in raw else None
    if _looks_like_a_seal(raw):
        return "seal"
    try:
        if suffix in catalogs.LINES_SUFFIXES:
            lines = strict_json.loads_lines(raw, file=path, exact_numbers=False)
            return "log" if _is_log(value for _, value in lines) else None
        if raw.lstrip()[:1] == b"{":
            data = strict_json.loads(raw, file=path, max_bytes=1 << 26, exact_numbers=False)
            return _of_json(data)
    except EvidenceError:
        return None
    return None


def _of_json(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    for key, known in (("schema_version", RECEIPTS), ("schema", ("report",))):
        value = data.get(key)
        name = value.partition("/")[0] if isinstance(value, str) else ""
        if name in known:
            return name
    scores = sorted(((len(fields & data.keys()), k) for k, fields in _FIELDS.items()), reverse=True)
    (best, kind), (second, _), *_rest = scores
    return kind if best > second and best >= (2 if "run_id" in data else 3) else None


def _of_yaml(raw: bytes) -> str | None:
    try:
        data = strict_yaml.loads(raw, file="")
    except UsageError:
        return None
    version = data.get("schema_version") if isinstance(data, dict) else None
    name = version.partition("/")[0] if isinstance(version, str) else ""
    return name if name in STEWARD else None


def _is_log(values: Iterable[Any]) -> bool:
    """One line that looks like a log line makes a log; what the others are is for the schema."""
    return any(isinstance(v, dict) and len(_LINE & v.keys()) >= 2 for v in values)


def _looks_like_a_seal(raw: bytes) -> bool:
    line = raw[:80].split(b"\n")[0]
    digits = line[:64]
    return len(digits) == 64 and line[64:66] == b"  " and not digits.strip(b"0123456789abcdef")
