"""Which catalogs a run needs, through the whole way: gates, facts, Rego, verdict (R-094, C-17)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import kfm_gates

sys.path.insert(0, str(Path(__file__).parent / "gates"))

import goodrun

MISSING = {"DCAT_MISSING", "PROV_MISSING", "STAC_MISSING"}
NOW = goodrun.NOW
JSON = {"artifacts/wells.geojson": '{"wells": 12}\n'}


def media_type(text: str) -> dict[str, Any]:
    operation = {"op": "replace", "path": "/outputs/0/media_type", "value": text}
    return {"run_manifest.json": [operation]}


def lake(tmp_path: Path, *kinds: str, spatial: bool | None = None, **changes: Any) -> Path:
    """The good run in a lake with a family file; what the recorder lists is listed."""
    run = goodrun.write(tmp_path, goodrun.Case(title="x", **changes), kinds)
    family = dict(goodrun.FAMILY_FILE, schema_version="family/v1")
    family |= {"keywords": ["wells"], "publisher": {"name": "Kansas Geological Survey"}}
    if spatial is not None:
        family["spatial"] = spatial
    home = tmp_path / ".kfm" / "families"
    home.mkdir(parents=True)
    (home / f"{goodrun.FAMILY}.yaml").write_text(json.dumps(family))
    return run


def levels(report: kfm_gates.Report) -> dict[str, str]:
    """Level of each code."""
    return {f["code"]: f["level"] for f in report.document["runs"][0]["findings"]}


def asked(run: Path, profile: str) -> kfm_gates.Report:
    return kfm_gates.check(run, profile=profile, now=NOW)


def test_a_run_without_catalogs_is_warned_locally_and_refused_elsewhere(tmp_path: Path) -> None:
    run = lake(tmp_path)
    report = asked(run, "local")
    assert report.verdict == "PASS"
    assert {code: levels(report)[code] for code in MISSING} == dict.fromkeys(MISSING, "warn")
    statuses = {gate["id"]: gate["status"] for gate in report.document["runs"][0]["gates"]}
    for gate in ("stac", "dcat", "prov", "openlineage", "closure"):
        assert statuses[gate] == "not_applicable"
    for profile in ("review", "promotion", "public"):
        found = levels(asked(run, profile))
        assert {code: found[code] for code in MISSING} == dict.fromkeys(MISSING, "deny")
        # That a catalog is missing is said once.
        told = {code for code in found if code.startswith(("DCAT_", "CATALOG_"))}
        assert told == {"DCAT_MISSING"}


def test_a_run_with_all_catalogs_misses_none(tmp_path: Path) -> None:
    run = lake(tmp_path, *goodrun.CATALOGS)
    found = levels(asked(run, "promotion"))
    assert not MISSING & found.keys()
    assert not [code for code in found if code.startswith(("DCAT_", "CATALOG_"))]


@pytest.mark.parametrize("claim", ["application/octet-stream", "application/json"])
def test_what_a_receipt_claims_does_not_make_stac_needless(tmp_path: Path, claim: str) -> None:
    run = lake(tmp_path, spatial=False, patch=media_type(claim))
    assert levels(asked(run, "promotion"))["STAC_MISSING"] == "deny"


def test_stac_is_needless_where_every_output_is_known_to_hold_no_place(tmp_path: Path) -> None:
    run = lake(tmp_path, spatial=False, files=JSON, patch=media_type("application/json"))
    found = levels(asked(run, "promotion"))
    assert "STAC_MISSING" not in found
    assert found["DCAT_MISSING"] == "deny"


@pytest.mark.parametrize("spatial", [None, True])
def test_nobody_vouches_for_the_table(tmp_path: Path, spatial: bool | None) -> None:
    run = lake(tmp_path, spatial=spatial, files=JSON, patch=media_type("application/json"))
    assert levels(asked(run, "promotion"))["STAC_MISSING"] == "deny"


def test_nobody_vouches_for_absent_bytes(tmp_path: Path) -> None:
    run = lake(tmp_path, spatial=False, files=JSON, patch=media_type("application/json"))
    (run / "artifacts" / "summary.csv").unlink()
    for profile in ("review", "promotion"):
        assert levels(asked(run, profile))["STAC_MISSING"] == "deny"


def without(document: Any, *names: str) -> Any:
    """A JSON-LD document without some properties, at any depth."""
    if isinstance(document, list):
        return [without(entry, *names) for entry in document]
    if isinstance(document, dict):
        return {k: without(v, *names) for k, v in document.items() if k not in names}
    return document


def dcat_without(*names: str) -> dict[str, Any]:
    """The good DCAT document without some properties, and no other serialisation of it."""
    import good_dcat

    files = good_dcat.files()
    (path,) = (p for p in files if p.endswith(".jsonld"))
    content = files[path]
    document = json.loads(content) if isinstance(content, str | bytes) else content
    return {path: without(document, *names)}


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("dct:publisher",), "DCAT_DESCRIPTION_MISSING"),
        (("dcat:contactPoint",), "DCAT_CONTACT_MISSING"),
        (("dct:license",), "DCAT_LICENSE_MISSING"),
        (("spdx:checksum",), "DCAT_DISTRIBUTION_INCOMPLETE"),
        (("prov:wasGeneratedBy",), "DCAT_PROVENANCE_MISSING"),
    ],
)
def test_a_bad_record_is_refused_under_every_profile(
    tmp_path: Path, names: tuple[str, ...], code: str
) -> None:
    run = lake(tmp_path, "dcat", files=dcat_without(*names))
    for profile in ("local", "promotion"):
        report = asked(run, profile)
        assert report.verdict == "FAIL"
        assert levels(report)[code] == "deny"


def test_a_record_that_leads_into_the_raw_zone_is_refused(tmp_path: Path) -> None:
    (path, document), *_ = dcat_without("dct:description").items()
    text = f"From {goodrun.RAW}"
    run = lake(tmp_path, "dcat", files={path: _describe(document, text)})
    assert levels(asked(run, "local"))["CATALOG_REFERENCE_INTERNAL"] == "deny"


def _describe(document: Any, text: str) -> Any:
    for node in document.get("@graph", [document]):
        node["dct:description"] = text
    return document
