"""DCAT-US as plain JSON: both versions, and values of any type wherever they stand."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.catalogs import dcat, survey
from kfm_gates.catalogs._api import Examined, Question
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.model import Level

SHA = "ab" * 32


class NoFiles:
    """A place without files."""

    def size(self, path: str) -> int | None:
        return None

    def is_directory(self, path: str) -> bool:
        return False

    def digests(self, paths: Any) -> dict[str, Any]:
        return {}

    def paths(self) -> tuple[str, ...]:
        return ()

    def read(self, path: str, max_bytes: int) -> bytes:
        raise AssertionError(path)

    open = read


QUESTION = Question(files=NoFiles(), now=dt.datetime(2026, 2, 18, tzinfo=dt.UTC))  # type: ignore[arg-type]


def examined(data: Any) -> Examined:
    document = survey.look(json.dumps(data, indent=1).encode(), "data.json")
    assert document is not None
    assert document.form == "dcat-us"
    found = dcat.examine([document], QUESTION)
    declared = {check.id for check in dcat.CHECKS}
    assert found.counts.keys() | found.witnesses.keys() == declared
    assert not found.counts.keys() & found.witnesses.keys()
    return found


def codes(data: Any) -> list[str]:
    found = examined(data)
    assert found.error is None
    return sorted(r.code.id for r in found.remarks if r.code.level is not Level.INFO)


def v11(**changes: Any) -> dict[str, Any]:
    dataset = {
        "@type": "dcat:Dataset",
        "title": "Wells",
        "description": "Wells of Kansas",
        "identifier": "https://example.org/wells",
        "accessLevel": "public",
        "modified": "R/P1Y",
        "keyword": ["water"],
        "publisher": {"@type": "org:Organization", "name": "KGS"},
        "contactPoint": {"@type": "vcard:Contact", "fn": "W", "hasEmail": "mailto:w@example.org"},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "spatial": "Kansas",
        "temporal": "2025-01-01T00:00:00Z/2025-12-31T00:00:00Z",
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "downloadURL": "https://example.org/wells.csv",
                "mediaType": "text/csv",
            }
        ],
    }
    dataset = {k: v for k, v in {**dataset, **changes}.items() if v is not None}
    return {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [dataset],
    }


def v30(**changes: Any) -> dict[str, Any]:
    dataset = {
        "@type": "Dataset",
        "title": "Wells",
        "description": "Wells of Kansas",
        "identifier": ["wells"],
        "publisher": {"@type": "Organization", "name": "KGS", "prefLabel": "KGS"},
        "contactPoint": [{"@type": "Kind", "fn": "W", "hasEmail": "mailto:w@example.org"}],
        "issued": "2025",
        "modified": "2026-02",
        "version": "3",
        "spatial": [{"@type": "Location", "bbox": "POLYGON((1 1, 2 1, 2 2, 1 1))"}],
        "geographicBoundingBox": {
            "westBoundingLongitude": "0",
            "eastBoundingLongitude": "3",
            "southBoundingLatitude": "1",
            "northBoundingLatitude": "4",
        },
        "temporal": [{"startDate": "2025-01-01", "endDate": "2025-12-31"}],
        "wasGeneratedBy": [{"@id": "kfm://run/x", "label": "the run"}],
        "distribution": [
            {
                "downloadURL": "https://example.org/wells.csv",
                "mediaType": {"label": "text/csv"},
                "byteSize": "17",
                "checksum": {"algorithm": "SHA-256", "checksumValue": SHA},
                "license": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
    }
    dataset = {k: v for k, v in {**dataset, **changes}.items() if v is not None}
    return {"@type": "Catalog", "title": "Catalog", "dataset": [dataset]}


def test_version_1_1_needs_no_context() -> None:
    found = examined(v11())
    assert {r.code.id for r in found.remarks} == {"DCAT_PROPERTY_ABSENT"}
    assert found.error is None
    properties = found.facts["properties"]
    for name in ("title", "publisher", "contact_point", "license", "modified", "temporal"):
        assert properties[name] == {"total": 1, "with_value": 1}, name
    assert properties["checksum"] == {"total": 1, "with_value": 0}


def test_version_3_0() -> None:
    found = examined(v30())
    assert [r.code.id for r in found.remarks] == []
    claim = found.claims[0]
    assert (claim.size, claim.media_type, claim.digests[0].sha256) == (17, "text/csv", SHA)
    assert found.datasets[0].bbox == (0.0, 1.0, 3.0, 4.0)
    assert found.datasets[0].interval == ("2025-01-01", "2025-12-31")
    assert {n for n, p in found.facts["properties"].items() if not p["with_value"]} == {
        "keyword",
        "theme",
    }


@pytest.mark.parametrize("name", ["contactPoint", "description", "identifier", "title"])
@pytest.mark.parametrize("make", [v11, v30])
def test_what_gsa_requires(name: str, make: Any) -> None:
    assert codes(make(**{name: None})) == ["DCAT_REQUIRED_MISSING"]


@pytest.mark.parametrize("name", ["accessLevel", "keyword", "modified", "publisher"])
def test_what_only_1_1_requires(name: str) -> None:
    assert codes(v11(**{name: None})) == ["DCAT_REQUIRED_MISSING"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": 5}, "DCAT_MALFORMED"),
        ({"keyword": ["a", {}]}, "DCAT_MALFORMED"),
        ({"publisher": [True]}, "DCAT_MALFORMED"),
        ({"distribution": [7]}, "DCAT_MALFORMED"),
        ({"publisher": {"name": " "}}, "DCAT_PUBLISHER_UNNAMED"),
        ({"contactPoint": {"fn": "W", "hasEmail": "w"}}, "DCAT_CONTACT_INVALID"),
        ({"modified": "yesterday"}, "DCAT_DATE_INVALID"),
        ({"issued": "2026-13"}, "DCAT_DATE_INVALID"),
        ({"issued": "2027"}, "DCAT_DATE_FUTURE"),
        ({"temporal": "2025-12-31/2025-01-01"}, "DCAT_PERIOD_INVALID"),
        ({"temporal": "sometime"}, "DCAT_PERIOD_INVALID"),
        ({"spatial": "-98,39,-94,37"}, "DCAT_SPATIAL_INVALID"),
        ({"spatial": "-198,37,-94,39"}, "DCAT_SPATIAL_RANGE"),
        ({"spatial": '{"type": "Point", "coordinates": [1]}'}, "DCAT_SPATIAL_INVALID"),
        ({"landingPage": "http://example.org/"}, "DCAT_URL_INSECURE"),
        ({"landingPage": "https://user:pw@example.org/"}, "DCAT_URL_INVALID"),
        ({"license": "TBD"}, "DCAT_LICENSE_INVALID"),
        ({"description": "n/a"}, "DCAT_TEXT_EMPTY"),
    ],
)
def test_what_is_wrong_is_found(changes: dict[str, Any], code: str) -> None:
    found = codes(v11(**changes))
    assert code in found
    assert set(found) <= {code, "DCAT_NO_DISTRIBUTION"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"byteSize": "17 kB"}, "DCAT_SIZE_INVALID"),
        ({"byteSize": -1}, "DCAT_SIZE_INVALID"),
        ({"byteSize": True}, "DCAT_MALFORMED"),
        ({"checksum": {"algorithm": "MD5", "checksumValue": "ab" * 16}}, "DCAT_CHECKSUM_WEAK"),
        ({"checksum": {"checksumValue": SHA}}, "DCAT_CHECKSUM_INVALID"),
        ({"checksum": {"algorithm": "SHA-256"}}, "DCAT_CHECKSUM_INVALID"),
        ({"checksum": SHA}, "DCAT_CHECKSUM_INVALID"),
        ({"mediaType": "CSV file"}, "DCAT_MEDIA_TYPE_INVALID"),
        ({"downloadURL": "ftp://example.org/x"}, "DCAT_URL_INSECURE"),
        ({"downloadURL": "javascript:alert(1)"}, "DCAT_URL_INVALID"),
    ],
)
def test_what_is_wrong_with_a_distribution_is_found(change: dict[str, Any], code: str) -> None:
    one = {**v30()["dataset"][0]["distribution"][0], **change}
    assert codes(v30(distribution=[one])) == [code]


def test_the_place_is_a_pointer_with_a_line() -> None:
    found = examined(v11(title=5))
    remark = next(r for r in found.remarks if r.code.id == "DCAT_MALFORMED")
    assert (remark.pointer, remark.got, remark.wanted) == ("/dataset/0/title", "a number", "text")
    text = json.dumps(v11(title=5), indent=1).splitlines()
    assert remark.line is not None
    assert '"title": 5' in text[remark.line - 1]


def test_catalogs_in_catalogs_end() -> None:
    data = v30()
    for _ in range(20):
        data = {"@type": "Catalog", "catalog": [data], "dataset": []}
    assert "DCAT_MALFORMED" in codes(data)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = sorted(v11()["dataset"][0].keys() | v30()["dataset"][0].keys())


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=4))
def test_any_value_anywhere_is_answered(changes: dict[str, Any]) -> None:
    for make in (v11, v30):
        data = make()
        data["dataset"][0].update(changes)
        raw = json.dumps(data).encode()
        try:
            document = survey.look(raw, "data.json", "dcat-us")
        except EvidenceUnreadable as error:
            assert error.code.startswith(  # noqa: PT017 - most examples are readable
                ("JSON_", "CATALOG_TWO_KINDS")
            )
            continue
        assert document is not None
        dcat.examine([document], QUESTION)


def test_distributions_of_a_catalog_and_samples_are_read() -> None:
    one = {**v30()["dataset"][0]["distribution"][0], "byteSize": "x"}
    assert "DCAT_SIZE_INVALID" in codes({**v30(), "distribution": [one]})
    assert codes(v30(sample=[one])) == ["DCAT_SIZE_INVALID"]
    assert codes(v30(distribution=[])) == ["DCAT_NO_DISTRIBUTION"]
