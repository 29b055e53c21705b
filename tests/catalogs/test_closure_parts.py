"""Catalog documents as artifacts, redactions, extents and the bounded table of the closure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import closure_evidence as good
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.catalogs._api import ActivityClaim, ArtifactClaim
from kfm_gates.catalogs.closure import Closed, close, extents, media_types, table, where
from kfm_gates.catalogs.closure.evidence import CatalogFile, OnDisk
from kfm_gates.errors import EvidenceUnreadable

PROV = good.FILES["prov"]


def found(closed: Closed) -> list[tuple[str, str, str | None]]:
    return [(r.code.id, r.file, r.pointer) for r in closed.examined.remarks]


def cell(closed: Closed, row: str, source: str) -> str:
    (one,) = [r for r in closed.matrix.rows if r.name == row]
    return str(one.cells[source].verdict)


def with_file(**changes: Any) -> Closed:
    evidence = good.good()
    files = [replace(file, **changes) if file.path == PROV else file for file in evidence.catalogs]
    return close(replace(evidence, catalogs=files))


@pytest.mark.parametrize(
    ("changes", "code", "source", "word"),
    [
        ({"known": False}, "CATALOG_KIND_UNKNOWN", "bytes", "unproven"),
        ({"sealed": "1" * 64}, "CATALOG_NOT_SEALED", "bytes", "contradicting"),
        ({"sealed": None}, "CATALOG_NOT_SEALED", "bytes", "missing"),
        ({"disk": OnDisk(sha256="2" * 64, size=7)}, "CATALOG_NOT_SEALED", "bytes", "contradicting"),
    ],
)
def test_a_catalog_document_is_known_and_sealed(
    changes: dict[str, Any], code: str, source: str, word: str
) -> None:
    closed = with_file(**changes)
    assert found(closed) == [(code, PROV, None)]
    assert cell(closed, PROV, source) == word


def test_a_catalog_document_is_listed() -> None:
    evidence = good.good()
    refs = {path: pointer for path, pointer in evidence.refs.items() if path != PROV}
    closed = close(replace(evidence, refs=refs))
    assert found(closed) == [("CATALOG_UNLISTED", PROV, None)]
    assert cell(closed, PROV, "manifest") == "missing"


def test_a_catalog_document_that_is_an_output_is_listed_as_one() -> None:
    evidence = good.good()
    file = CatalogFile(
        path=good.PATHS[0],
        disk=evidence.disk[good.PATHS[0]],
        sealed=good.sha256(good.PATHS[0]),
        known=True,
    )
    closed = close(replace(evidence, catalogs=[*evidence.catalogs, file]))
    assert found(closed) == []


def test_what_is_listed_is_here() -> None:
    evidence = good.good()
    refs = {**evidence.refs, "catalog/more.ttl": "/catalog_refs/9"}
    closed = close(replace(evidence, refs=refs))
    assert found(closed) == [("CATALOG_ABSENT", "run_manifest.json", "/catalog_refs/9")]
    assert cell(closed, "catalog/more.ttl", "bytes") == "missing"
    present = evidence.present | {"catalog/more.ttl"}
    assert found(close(replace(evidence, refs=refs, present=present))) == []


def activity(**changes: Any) -> ActivityClaim:
    return replace(good.good().activities[0], **changes)


def backed(
    one: ActivityClaim | None, names: tuple[str, ...] = (good.REDACTION,), applied: bool = True
) -> list[tuple[str, str, str | None]]:
    evidence = good.good()
    run = replace(evidence.run, redactions=names, redactions_applied=applied)
    activities = [] if one is None else [one]
    return found(close(replace(evidence, run=run, activities=activities)))


UNBACKED = ("REDACTION_UNBACKED", "run_manifest.json", "/transforms")


@pytest.mark.parametrize(
    "one",
    [
        activity(),
        activity(label=good.REDACTION.upper()),
        activity(label="generalise  wells_to-counties"),
        activity(label=None, id=f"kfm://run/{good.RUN_ID}/generalise-wells-to-counties"),
        activity(label=None, id=f"kfm://run/{good.RUN_ID}#Generalise%20wells%20to%20counties"),
        activity(label="x", types=frozenset({"https://example.org/Generalise_wells_to_counties"})),
        activity(generated=frozenset(good.PATHS[:1])),
    ],
)
def test_an_activity_of_that_name_backs_a_redaction(one: ActivityClaim) -> None:
    assert backed(one) == []
    assert backed(one, applied=False) == []


@pytest.mark.parametrize(
    "one",
    [
        None,
        activity(label="another step"),
        activity(label="Generalise wells"),
        activity(label=f"not {good.REDACTION}"),
        activity(label=None),
        activity(label=""),
    ],
)
def test_without_such_an_activity_a_redaction_is_not_backed(one: ActivityClaim | None) -> None:
    assert backed(one) == [UNBACKED]


@pytest.mark.parametrize("generated", [frozenset(), frozenset({"artifacts/unknown"})])
def test_an_activity_that_made_no_output_backs_nothing(generated: frozenset[str]) -> None:
    assert backed(activity(generated=generated)) == [
        ("REDACTION_UNBACKED", PROV, "/activity/kfm:redact")
    ]


def test_every_redaction_needs_its_own() -> None:
    assert backed(activity(), names=(good.REDACTION, "mask owners")) == [UNBACKED]
    assert backed(activity(label="..."), names=("...",)) == [UNBACKED]


@pytest.mark.parametrize(
    ("one", "good_enough"),
    [
        (activity(label="x"), True),
        (activity(label="x", types=frozenset({"generalization"})), True),
        (activity(label="Masking", types=frozenset()), True),
        (activity(label="x", types=frozenset()), False),
        (activity(label="no redaction at all", types=frozenset()), False),
        (None, False),
    ],
)
def test_a_claim_without_a_transform_needs_a_redacting_activity(
    one: ActivityClaim | None, good_enough: bool
) -> None:
    assert backed(one, names=()) == ([] if good_enough else [UNBACKED])


def test_a_redaction_without_prov_is_not_backed() -> None:
    """PROV_MISSING is policy and may only warn; a redaction that nothing shows passes nowhere."""
    evidence = good.good()
    run = replace(
        evidence.run, outputs={p: replace(o, names={}) for p, o in evidence.run.outputs.items()}
    )
    closed = close(replace(evidence, run=run, claims={}, activities=[], datasets=[]))
    (remark,) = closed.examined.remarks
    assert (remark.code.id, remark.got) == ("REDACTION_UNBACKED", "no PROV document")


def test_no_redaction_is_a_witness() -> None:
    evidence = good.good()
    run = replace(evidence.run, redactions=(), redactions_applied=False)
    closed = close(replace(evidence, run=run, activities=[]))
    assert closed.examined.witnesses == {"redactions": "the run claims no redaction"}
    assert "redactions" not in closed.examined.counts


def test_what_no_catalog_states_is_a_witness() -> None:
    evidence = good.good()
    bare = {
        kind: [
            replace(c, size=None, media_type=None, license=None, bbox=None, interval=None)
            for c in claims
        ]
        for kind, claims in evidence.claims.items()
    }
    closed = close(replace(evidence, claims=bare, datasets=[]))
    assert not closed.examined.remarks
    assert closed.examined.witnesses.keys() == {"sizes", "media_types", "licenses", "space", "time"}
    assert closed.examined.facts["licenses"] == {
        "total": 3,
        "with_value": 1,
        "values": ["CC-BY-4.0"],
    }


@pytest.mark.parametrize(
    ("written", "wanted", "codes", "values"),
    [
        ("ODbL-1.0", "CC-BY-4.0", ["CLOSURE_LICENSE_CONFLICT"], ["CC-BY-4.0", "ODbL-1.0"]),
        ("TODO", "CC-BY-4.0", ["CLOSURE_LICENSE_CONFLICT"], ["CC-BY-4.0", "TODO"]),
        ("other", "CC-BY-4.0", ["CLOSURE_LICENSE_CONFLICT"], ["CC-BY-4.0", "other"]),
        ("other", "LicenseRef-terms", [], ["LicenseRef-terms"]),
        ("proprietary", "LicenseRef-terms", [], ["LicenseRef-terms"]),
        ("MIT", None, [], ["MIT"]),
    ],
)
def test_licences(written: str, wanted: str | None, codes: list[str], values: list[str]) -> None:
    evidence = good.good()
    claims = {
        kind: [replace(c, license=None) for c in stated] for kind, stated in evidence.claims.items()
    }
    claims["stac"][0] = replace(claims["stac"][0], license=written)
    run = replace(evidence.run, license=wanted)
    closed = close(replace(evidence, run=run, claims=claims, datasets=[]))
    assert [code for code, *_ in found(closed)] == codes
    assert closed.examined.facts["licenses"]["values"] == values


def test_without_a_licence_of_the_run_catalogs_have_to_agree_with_each_other() -> None:
    evidence = good.good()
    run = replace(evidence.run, license=None)
    assert found(close(replace(evidence, run=run))) == []
    one = replace(evidence.claims["stac"][0], license="ODbL-1.0")
    claims = {**evidence.claims, "stac": [one, evidence.claims["stac"][1]]}
    closed = close(replace(evidence, run=run, claims=claims))
    assert [code for code, *_ in found(closed)] == ["CLOSURE_LICENSE_CONFLICT"]


@pytest.mark.parametrize("licences", [[f"LicenseRef-{n}" for n in range(80)], ["x" * 300], [" "]])
def test_licences_that_do_not_fit_the_facts_leave_the_section_out(licences: list[str]) -> None:
    evidence = good.good()
    datasets = [replace(evidence.datasets[1], license=one) for one in licences]
    closed = close(replace(evidence, datasets=datasets))
    assert closed.examined.facts == {}
    assert "CLOSURE_LICENSE_CONFLICT" in {code for code, *_ in found(closed)}


BOX = (-10.0, -10.0, 10.0, 10.0)
PACIFIC = (170.0, -10.0, -170.0, 10.0)


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        (BOX, BOX, True),
        ((-1.0, -1.0, 1.0, 1.0), BOX, True),
        ((-10.0000005, -10.0, 10.0, 10.0000005), BOX, True),
        ((-10.00001, -10.0, 10.0, 10.0), BOX, False),
        ((-10.0, -10.00001, 10.0, 10.0), BOX, False),
        ((-10.0, -10.0, 10.00001, 10.0), BOX, False),
        ((-10.0, -10.0, 10.0, 10.00001), BOX, False),
        ((9.0, 0.0, 11.0, 1.0), BOX, False),
        ((20.0, 0.0, 21.0, 1.0), BOX, False),
        (PACIFIC, PACIFIC, True),
        ((175.0, 0.0, 178.0, 1.0), PACIFIC, True),
        ((-178.0, 0.0, -175.0, 1.0), PACIFIC, True),
        ((179.0, 0.0, -179.0, 1.0), PACIFIC, True),
        ((169.9999995, 0.0, 175.0, 1.0), PACIFIC, True),
        ((169.0, 0.0, 175.0, 1.0), PACIFIC, False),
        ((-175.0, 0.0, -169.0, 1.0), PACIFIC, False),
        (BOX, PACIFIC, False),
        (PACIFIC, BOX, False),
        (PACIFIC, (-180.0, -90.0, 180.0, 90.0), True),
        ((-180.0, -90.0, 180.0, 90.0), PACIFIC, False),
        ((-180.0, 0.0, -180.0, 0.0), (170.0, -1.0, 180.0, 1.0), True),
        ((float("nan"), 0.0, 1.0, 1.0), BOX, False),
        ((0.0, 0.0, 1.0, 1.0), (float("-inf"), -90.0, float("inf"), 90.0), False),
    ],
)
def test_boxes(inner: extents.Box, outer: extents.Box, within: bool) -> None:
    assert extents.box_within(inner, outer) is within


DEGREES = st.tuples(st.floats(-180, 180), st.floats(-90, 0), st.floats(-180, 180), st.floats(0, 90))


@given(DEGREES, st.floats(0, 1), st.floats(0, 1))
def test_a_point_between_west_and_east_lies_in_the_box(
    box: extents.Box, across: float, up: float
) -> None:
    width = (box[2] - box[0]) % 360 if box[2] < box[0] else box[2] - box[0]
    east = box[0] + across * width
    lon = east - 360 if east > 180 else east
    lat = box[1] + up * (box[3] - box[1])
    assert extents.box_within((lon, lat, lon, lat), box)
    assert extents.box_within(box, box)


@given(DEGREES, DEGREES)
def test_a_box_within_another_has_its_corners_there(inner: extents.Box, outer: extents.Box) -> None:
    if extents.box_within(inner, outer):
        for lon in (inner[0], inner[2]):
            for lat in (inner[1], inner[3]):
                assert extents.box_within((lon, lat, lon, lat), outer, 2e-6)


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        (("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"), ("2020", "2020"), True),
        (("2020-12-31T23:59:59.999Z", "2020-12-31T23:59:59.999Z"), ("2020-12", "2020-12"), True),
        (("2020-12-31T23:00:00Z", "2020-12-31T23:59:59Z"), ("2020", "2020"), True),
        (("2019-12-31T23:00:00Z", "2019-12-31T23:59:59Z"), ("2019", "2019"), True),
        (("2019-12-31T23:00:00Z", "2020-01-01T00:00:00Z"), ("2019", "2019"), False),
        (("2020-02-29T12:00:00Z", "2020-02-29T12:00:00Z"), ("2020-02-29", "2020-02-29"), True),
        (("2020-02-29T12:00:00Z", "2020-02-29T12:00:00Z"), ("2020-02", "2020-02"), True),
        (("2020-03-01T00:00:00Z", "2020-03-01T00:00:00Z"), ("2020-02", "2020-02"), False),
        (("2021-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), ("2020", "2020"), False),
        (("2019-12-31T23:30:00Z", "2020-01-01T22:00:00Z"), ("2020-01-01+01:00",) * 2, True),
        (("2019-12-31T22:30:00Z", "2020-01-01T22:00:00Z"), ("2020-01-01+01:00",) * 2, False),
        (("2020-01-02T04:00:00Z", "2020-01-02T04:59:59Z"), ("2020-01-01-05:00",) * 2, True),
        (("2020-02-29T12:00:00Z", None), ("2020-02+01:00", None), True),
        (("2020-01-01T00:30:00+01:00", "2020-01-01T01:00:00+01:00"), ("2020", "2020"), False),
        (("2020-06-01T00:00:00Z", None), ("2020", None), True),
        (("2020-06-01T00:00:00Z", None), ("2020", "2030"), False),
        ((None, "2020-06-01T00:00:00Z"), ("2020", None), False),
        ((None, None), (None, None), True),
        (("..", ".."), (None, None), True),
        (("2020-06-01", "2020-05-01"), ("2020", "2020"), False),
        (("2020-06-01", "2020-06-02"), ("2021", "2019"), False),
        (("2020-02-30", "2020-03-01"), ("2020", "2020"), False),
        (("yesterday", None), (None, None), False),
        ((None, None), ("yesterday", None), False),
        (("9999-12-31", "9999-12-31"), ("9999", "9999"), True),
        (("0000-01-01", None), (None, None), False),
        (("2020-01-01T00:00:00", "2020-01-02T00:00:00"), ("2020", "2020"), True),
        (("0001-01-01T00:00:00+14:00", None), (None, None), False),
    ],
)
def test_spans(inner: extents.Span, outer: extents.Span, within: bool) -> None:
    assert extents.span_within(inner, outer) is within


@given(st.text(max_size=20))
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert extents.span_within((text, text), (None, None)) in (True, False)


def test_a_second_document_of_dcat_has_to_hold_on_its_own() -> None:
    evidence = good.good()
    turtle = replace(evidence.datasets[1], file="catalog/dcat.ttl", bbox=(-96.0, 37.0, -94.0, 40.0))
    closed = close(replace(evidence, datasets=[*evidence.datasets, turtle]))
    assert {(code, file) for code, file, _ in found(closed)} == {
        ("CLOSURE_SPACE_CONFLICT", "catalog/dcat.ttl")
    }


def test_extents_are_told_with_their_places() -> None:
    evidence = good.good()
    later = replace(evidence.datasets[1], interval=("2020-06-01", None))
    closed = close(replace(evidence, datasets=[evidence.datasets[0], later]))
    first = closed.examined.remarks[0]
    assert first.message == "The time in DCAT does not contain the one of the dataset in STAC."
    assert (first.file, first.pointer) == (good.FILES["dcat"], "kfm://dataset/kansas_wells")
    assert first.got == "2020-06-01, .."
    assert first.wanted == (
        "one that contains 2020-01-01T00:00:00Z, 2020-12-31T00:00:00Z "
        "(stac, catalog/stac/collection.json)"
    )


def test_one_of_several_datasets_of_a_document_is_enough() -> None:
    evidence = good.good()
    other = replace(evidence.datasets[1], pointer="kfm://dataset/other", bbox=(0.0, 0.0, 1.0, 1.0))
    assert found(close(replace(evidence, datasets=[other, *evidence.datasets]))) == []


def test_too_many_extents_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, "MAX_PAIRS", 3)
    with pytest.raises(EvidenceUnreadable) as caught:
        close(good.good())
    assert caught.value.code == "CLOSURE_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("text", "kind", "parameters"),
    [
        ("image/tiff", "image/tiff", set()),
        ("Image/TIFF; Application=GeoTIFF", "image/tiff", {("application", "geotiff")}),
        ('image/tiff;profile="cloud-optimized"', "image/tiff", {("profile", "cloud-optimized")}),
        ("https://www.iana.org/assignments/media-types/text/csv", "text/csv", set()),
        ("http://www.iana.org/assignments/media-types/text/csv", "text/csv", set()),
        ("application/vnd.geo+json", "application/geo+json", set()),
        ("https://elsewhere.example/text/csv", "https://elsewhere.example/text/csv", set()),
        ("GeoJSON", "geojson", set()),
        ("", "", set()),
    ],
)
def test_media_types(text: str, kind: str, parameters: set[tuple[str, str]]) -> None:
    assert media_types.kind(text) == kind
    assert media_types.parameters(text) == parameters


def test_an_address_at_iana_contradicts_no_parameters() -> None:
    address = "https://www.iana.org/assignments/media-types/image/tiff"
    plain = good.with_claims("dcat", lambda c: c.__setitem__(0, replace(c[0], media_type=address)))
    assert found(close(plain)) == []
    other = good.with_claims(
        "stac", lambda c: c.__setitem__(0, replace(c[0], media_type="image/tiff; application=x"))
    )
    assert [code for code, *_ in found(close(other))] == ["CLOSURE_MEDIA_TYPE_CONFLICT"]


def test_the_table_is_bounded_and_faulty_rows_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert table.MAX_ROWS == 10_000
    monkeypatch.setattr(table, "MAX_ROWS", 100)

    def many(claims: list[ArtifactClaim]) -> None:
        for n in range(150):
            claims.append(
                ArtifactClaim(
                    source="dcat",
                    file="d",
                    pointer="p" * 5000,
                    href=f"x{n}",
                    artifact=None,
                    id="i" * 900,
                )
            )
        claims.extend([replace(claims[0], file=f"f{n}") for n in range(9)])

    made = table.of(close(good.with_claims("dcat", many)).matrix)
    assert len(made["rows"]) == table.MAX_ROWS
    assert made["left_out"] == 150 + 7 - table.MAX_ROWS
    assert made["counts"]["extra"] == 150
    assert made["rows"][0]["kind"] == "extra"
    (says,) = made["rows"][0]["cells"]["dcat"]["says"]
    assert len(says["pointer"]) <= 1024
    assert len(says["id"]) <= 255
    whole = table.of(close(good.good()).matrix)
    assert whole["left_out"] == 0
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole


def test_the_table_lists_a_few_statements_of_a_cell_and_counts_the_others() -> None:
    evidence = good.with_claims(
        "stac", lambda c: c.extend([replace(c[0], file=f"catalog/{n}.json") for n in range(9)])
    )
    rows = {row["artifact"]: row for row in table.of(close(evidence).matrix)["rows"]}
    cell = rows[good.PATHS[0]]["cells"]["stac"]
    assert (len(cell["says"]), cell["more"]) == (4, 6)
    assert rows[good.PATHS[0]]["cells"]["manifest"] == {
        "verdict": "agree",
        "says": [
            {
                "file": "run_manifest.json",
                "pointer": "/outputs/0",
                "digest": f"sha256:{good.sha256(good.PATHS[0])}",
                "size": good.size_of(good.PATHS[0]),
                "media_type": good.MEDIA_TYPES[0],
            }
        ],
    }


def test_the_statements_that_are_why_come_first_in_a_cell() -> None:
    def change(claims: list[ArtifactClaim]) -> None:
        claims.extend([replace(claims[0], file=f"catalog/{n}.json") for n in range(9)])
        claims[-1] = replace(claims[-1], size=1, media_type="image/png")

    rows = {
        r["artifact"]: r for r in table.of(close(good.with_claims("stac", change)).matrix)["rows"]
    }
    first, *others = rows[good.PATHS[0]]["cells"]["stac"]["says"]
    assert (first["file"], first["size"], first["faulty"]) == ("catalog/8.json", 1, True)
    assert not any("faulty" in one for one in others)
    assert rows[good.PATHS[0]]["cells"]["stac"]["more"] == 6


def test_nothing_hostile_gets_into_the_table() -> None:
    nasty = "x\x1b[31m\u202e\n::error::\ud800"
    evidence = good.with_claims(
        "prov",
        lambda c: c.__setitem__(
            0, replace(c[0], pointer=nasty, media_type=nasty, bbox=(float("nan"), 0.0, 1.0, 1.0))
        ),
    )
    text = json.dumps(table.of(close(evidence).matrix), ensure_ascii=False, allow_nan=False)
    text.encode("utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
