"""Report documents by hand: what the renderers are developed against."""

from __future__ import annotations

import copy
from typing import Any

SUBJECT = "ab12cd34ef56" + "0" * 52
FACTS = "fa" * 32
RUN_ID = "01JDZXQ7Y3N4K5M6P7R8S9T0VA"
RUN = f"data/work/runs/kansas_counties/{RUN_ID}"
GATES = (
    ("layout", "Everything lies where it belongs"),
    ("receipts", "The receipts fit their schemas and agree"),
    ("origin", "Commit, parameters and runner are known"),
    ("integrity", "Every byte is what the manifest says"),
    ("lineage", "Every input is traceable"),
    ("logs", "The log tells a legal story"),
    ("secrets", "Nothing secret is written down"),
    ("rights", "Licence and holder are known"),
    ("sensitivity", "The label is known and not weakened"),
    ("policy", "The policy answered"),
)
RULES = (
    ("receipts.run_succeeded", "RUN_NOT_SUCCEEDED", "The run succeeded"),
    ("rights.license_known", "RIGHTS_UNKNOWN", "The licence of every output is known"),
    ("evidence.dcat_shown", "DCAT_MISSING", "A DCAT dataset is shown"),
)


def finding(code: str = "OUTPUT_DIGEST_MISMATCH", **changes: Any) -> dict[str, Any]:
    """A deny finding of the integrity gate; a change to None removes the key."""
    document: dict[str, Any] = {
        "code": code,
        "level": "deny",
        "message": "The bytes of artifacts/counties.geojson are not those of the manifest.",
        "origin": "gate:integrity",
        "check": "outputs_match",
        "location": {
            "file": "run_manifest.json",
            "path": f"{RUN}/run_manifest.json",
            "pointer": "/outputs/0/digest",
            "line": 34,
        },
        "got": "sha256:" + "1" * 64,
        "wanted": "sha256:" + "2" * 64,
        "fix": {
            "text": "Run the pipeline again; it records a new run.",
            "who": "pipeline",
            "argv": [],
        },
        "fingerprint": "0123456789abcdef0123456789abcdef",
        "unproven": False,
    }
    document.update(changes)
    return {key: value for key, value in document.items() if value is not None}


def warning(code: str = "DCAT_MISSING", **changes: Any) -> dict[str, Any]:
    """A finding that the profile lowers to a warning."""
    return finding(
        code,
        **{
            "level": "warn",
            "message": "Not shown: a DCAT dataset is shown.",
            "origin": "rule:evidence.dcat_shown",
            "check": "evidence.dcat_shown",
            "location": {},
            "got": None,
            "wanted": None,
            "fix": {"text": "Write a DCAT dataset.", "who": "pipeline", "argv": []},
        }
        | changes,
    )


def run(verdict: str = "PASS", *findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One run with all gates; those that have a stopping finding fail."""
    bad = {f["origin"].removeprefix("gate:") for f in findings if f["level"] == "deny"}
    gates = [
        {
            "id": id_,
            "title": title,
            "status": "fail" if id_ in bad else "pass",
            "examined": 3,
            "checks": [
                {
                    "id": f"{id_}_holds",
                    "title": title,
                    "status": "failed" if id_ in bad else "proved",
                    "examined": 3,
                }
            ],
        }
        for id_, title in GATES
    ]
    document: dict[str, Any] = {
        "path": RUN,
        "run_id": RUN_ID,
        "family": "kansas_counties",
        "profile": "local",
        "subject": SUBJECT,
        "content": "cd" * 32,
        "verdict": verdict,
        "promotable": False,
        "reasons": [f"{f['code']} ({f['origin']})" for f in findings if f["level"] == "deny"],
        "limits": [{"name": "local", "why": "the profile local is a preview"}],
        "gates": gates,
        "rules": [
            {
                "id": id_,
                "title": title,
                "status": "fail" if any(f["code"] == code for f in findings) else "pass",
                "code": code,
                "level": "warn" if code == "DCAT_MISSING" else "deny",
                "required": True,
            }
            for id_, code, title in RULES
        ],
        "findings": list(findings),
        "not_checked": [],
        "ladder": {
            "passes": ["local"] if verdict == "PASS" else [],
            "next": {"profile": "promotion", "needs": ["DCAT_MISSING", "ATTESTATION_MISSING"]},
        },
        "facts": {"schema": "facts/v1"},
        "facts_sha256": FACTS,
        "decision": {"facts_sha256": FACTS},
    }
    document["decision"]["rules"] = {rule["id"]: rule["status"] for rule in document["rules"]}
    document.update(changes)
    return {key: value for key, value in document.items() if value is not None}


def other(run_id: str, verdict: str, *findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Another run of the same family."""
    path = f"data/work/runs/kansas_counties/{run_id}"
    return run(verdict, *findings, path=path, run_id=run_id, **changes)


def report(*runs: dict[str, Any], findings: tuple[dict[str, Any], ...] = (), **changes: Any) -> Any:
    """The report over some runs, consistent by construction."""
    verdicts = [entry["verdict"] for entry in runs]
    verdict = next((v for v in ("ERROR", "FAIL", "PASS") if v in verdicts), "ERROR")
    if verdict == "PASS" and any(f["level"] == "deny" for f in findings):
        verdict = "FAIL"
    document: dict[str, Any] = {
        "schema": "report/v1",
        "question": "check",
        "invocation": "f" * 32,
        "generated_at": "2026-03-01T12:00:00Z",
        "tool": {"name": "kfm-gates", "version": "0.1.0"},
        "verdict": verdict,
        "promotable": False,
        "exit_code": {"PASS": 0, "FAIL": 1, "ERROR": 3}[verdict],
        "requested": [entry["path"] for entry in runs],
        "summary": {
            "runs": len(runs),
            **{key: verdicts.count(key.upper()) for key in ("pass", "fail", "error")},
        },
        "profiles": [
            {
                "name": "local",
                "description": "A preview on one's own machine.",
                "origin": "built-in",
                "gates": [id_ for id_, _ in GATES],
                "conditional": [],
                "rules": [id_ for id_, _, _ in RULES],
                "warn": ["DCAT_MISSING"],
                "admits": ["local", "worktree"],
                "carries": "local",
                "house": [],
                "thresholds": {},
            }
        ],
        "policy": {
            "origin": "checkout",
            "sha256": "aa" * 32,
            "rules": len(RULES),
            "capabilities_sha256": "bb" * 32,
            "house": [],
            "opa": {"version": "1.19.0", "sha256": "cc" * 32, "origin": "cache", "locked": True},
        },
        "project": {"origin": "none", "sha256": "dd" * 32},
        "findings": list(findings),
        "left_alone": [],
        "runs": list(runs),
    }
    document.update(changes)
    return copy.deepcopy({key: value for key, value in document.items() if value is not None})


def error_run(**changes: Any) -> dict[str, Any]:
    """A run that no policy engine answered about."""
    missing = finding(
        "OPA_NOT_FOUND",
        message="No OPA was found.",
        origin="gate:policy",
        check="",
        location={},
        got=None,
        wanted=None,
        fix={
            "text": "Run: kfm-gates fetch opa",
            "who": "operator",
            "argv": ["kfm-gates", "fetch", "opa"],
        },
    )
    document = run("ERROR", missing, decision=None, **changes)
    document["reasons"] = ["gate policy gave no answer", "there is no policy decision"]
    document["gates"][-1].update(status="error", examined=0, checks=[], error="OPA_NOT_FOUND")
    for rule in document["rules"]:
        rule["status"] = "unanswered"
    return document
