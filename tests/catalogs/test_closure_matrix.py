"""The matrix: whatever is changed in one cell is found, and the finding names that cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import closure_evidence as good
import pytest

from kfm_gates.catalogs import digests
from kfm_gates.catalogs._api import SOURCES, ArtifactClaim, Remark
from kfm_gates.catalogs.closure import CHECKS, Closed, close
from kfm_gates.catalogs.closure.cells import FAULTS
from kfm_gates.catalogs.closure.evidence import Evidence, OnDisk, Seen
from kfm_gates.catalogs.closure.pad import name_of

OTHER = good.sha256("something else")
FILE = "catalog/more.json"


def codes(closed: Closed) -> list[str]:
    return sorted({remark.code.id for remark in closed.examined.remarks})


def verdict(closed: Closed, row: str, source: str) -> str:
    (found,) = [r for r in closed.matrix.rows if r.name == row]
    return str(found.cells[source].verdict)


def naming(closed: Closed, source: str, artifact: str) -> list[Remark]:
    """Remarks that name a cell: its source and its artifact."""
    return [
        remark
        for remark in closed.examined.remarks
        if artifact in f"{remark.message} {remark.file}"
        and (name_of(source) in remark.message or remark.file == good.FILES.get(source))
    ]


def test_what_agrees_has_no_finding_and_every_check_is_answered() -> None:
    closed = close(good.good())
    assert closed.examined.remarks == []
    assert closed.examined.witnesses == {}
    assert closed.examined.counts.keys() == {check.id for check in CHECKS}
    assert closed.examined.counts == {
        **{"documents": 4, "coverage": 8, "names": 8, "digests": 8, "sizes": 8},
        **{"media_types": 8, "licenses": 10, "space": 17, "time": 8, "redactions": 1},
    }
    assert {str(cell.verdict) for row in closed.matrix.rows for cell in row.cells.values()} == {
        "agree",
        "not_required",
    }
    counts = closed.matrix.counts()
    # Two outputs in six columns, the dataset in three, four catalogs in two.
    assert (counts["total"], counts["agree"]) == (12 + 3 + 8, 12 + 3 + 8)
    assert closed.examined.facts == {
        "artifacts": 2,
        "catalogs": 4,
        "cells": counts,
        "sources": ["manifest", *SOURCES],
        "licenses": {"total": 3, "with_value": 3, "values": ["CC-BY-4.0"]},
    }


FIELDS: list[tuple[str, Any, str]] = [
    ("digests", (digests.of_prefixed(f"sha256:{OTHER}"),), "CLOSURE_DIGEST_CONFLICT"),
    ("digests", (), "CLOSURE_DIGEST_ABSENT"),
    ("digests", (digests.of_multihash("d50110" + "ab" * 16),), "CLOSURE_DIGEST_UNUSABLE"),
    ("digests", (digests.of_named("BLAKE3", OTHER),), "CLOSURE_DIGEST_UNUSABLE"),
    ("size", 1, "CLOSURE_SIZE_CONFLICT"),
    ("media_type", "image/png", "CLOSURE_MEDIA_TYPE_CONFLICT"),
    ("id", "another name", "CLOSURE_NAME_UNUSED"),
    ("license", "ODbL-1.0", "CLOSURE_LICENSE_CONFLICT"),
    ("license", "https://creativecommons.org/licenses/by-sa/4.0/", "CLOSURE_LICENSE_CONFLICT"),
    ("bbox", (-96.0, 37.3, -95.9, 37.4), "CLOSURE_SPACE_CONFLICT"),
    ("artifact", None, "CLOSURE_ARTIFACT_EXTRA"),
]


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize(("field", "value", "code"), FIELDS, ids=lambda v: str(v)[:24])
def test_any_field_of_any_cell(kind: str, n: int, field: str, value: Any, code: str) -> None:
    def change(claims: list[ArtifactClaim]) -> None:
        changes = {field: value}
        if field == "artifact":
            changes |= {"href": "https://elsewhere.example/x", "id": None}
        claims[n] = replace(claims[n], **changes)

    closed = close(good.with_claims(kind, change))
    path = good.PATHS[n]
    assert code in codes(closed)
    assert naming(closed, kind, path)
    at = {remark.file for remark in closed.examined.remarks if remark.code.id == code}
    assert at <= {good.FILES[kind], "run_manifest.json"}
    if field not in ("id", "artifact"):
        assert verdict(closed, path, kind) in FAULTS
        assert good.FILES[kind] in at


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("stac", ("2018-01-01T00:00:00Z", "2020-01-01T00:00:00Z")),
        ("prov", (None, "2020-01-01T00:00:00Z")),
        ("dcat", ("2022-01-01", "2022-12-31")),
        ("stac", ("no time", None)),
        ("dcat", ("2019-02-30", None)),
    ],
)
def test_time_of_any_cell(n: int, kind: str, value: tuple[str | None, str | None]) -> None:
    closed = close(
        good.with_claims(kind, lambda c: c.__setitem__(n, replace(c[n], interval=value)))
    )
    assert codes(closed) == ["CLOSURE_TIME_CONFLICT"]
    assert naming(closed, kind, good.PATHS[n])


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sha256": OTHER}, "CLOSURE_DIGEST_CONFLICT"),
        ({"size": 1}, "CLOSURE_SIZE_CONFLICT"),
        ({"media_type": "image/png"}, "CLOSURE_MEDIA_TYPE_CONFLICT"),
        ({"media_type": "image/tiff; application=other"}, "CLOSURE_MEDIA_TYPE_CONFLICT"),
    ],
)
def test_any_field_of_the_manifest(n: int, changes: dict[str, Any], code: str) -> None:
    if n == 1 and "application" in str(changes):
        changes = {"media_type": "text/tab-separated-values"}
    closed = close(good.with_output(good.PATHS[n], **changes))
    assert codes(closed) == [code]
    (remark,) = naming(closed, "manifest", good.PATHS[n])
    assert (remark.file, remark.pointer) == ("run_manifest.json", f"/outputs/{n}")
    assert verdict(closed, good.PATHS[n], "manifest") == "contradicting"


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_changed_name_of_the_manifest_is_a_loose_end(n: int, kind: str) -> None:
    path = good.PATHS[n]
    names = {**good.run_facts().outputs[path].names, kind: "nobody"}
    closed = close(good.with_output(path, names=names))
    (remark,) = closed.examined.remarks
    assert remark.code.id == "CLOSURE_NAME_UNUSED"
    assert (remark.pointer, remark.got) == (f"/outputs/{n}/catalog_ids/{kind}", "nobody")
    assert path in remark.message
    assert name_of(kind) in remark.message


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize(
    ("disk", "code"),
    [
        (OnDisk(sha256=OTHER, size=good.size_of(good.PATHS[0])), "CLOSURE_DIGEST_CONFLICT"),
        (OnDisk(sha256=good.sha256(good.PATHS[0]), size=1), "CLOSURE_SIZE_CONFLICT"),
    ],
)
def test_bytes_that_all_others_disagree_with(n: int, disk: OnDisk, code: str) -> None:
    evidence, path = good.good(), good.PATHS[n]
    if n:
        disk = replace(disk, sha256=OTHER if "DIGEST" in code else good.sha256(path))
    closed = close(replace(evidence, disk={**evidence.disk, path: disk}))
    (remark, *rest) = [r for r in closed.examined.remarks if r.code.id == code]
    assert not rest
    assert remark.file == path
    assert remark.pointer is None
    assert "the file itself" in remark.message
    assert "the manifest, STAC, DCAT, PROV and OpenLineage" in remark.message
    assert verdict(closed, path, "bytes") == "contradicting"
    assert verdict(closed, path, "stac") == "agree"


def test_data_outside_of_what_a_catalog_states() -> None:
    evidence = good.good()
    seen = {**evidence.seen, good.PATHS[1]: Seen(spatial=True, bbox=(-120.0, 30.0, -80.0, 45.0))}
    closed = close(replace(evidence, seen=seen))
    assert codes(closed) == ["CLOSURE_SPACE_CONFLICT"]
    assert naming(closed, "stac", good.PATHS[1])
    assert naming(closed, "dcat", good.PATHS[1])
    assert verdict(closed, "the dataset", "dcat") == "contradicting"


FAR = (10.0, 50.0, 11.0, 51.0)


def in_space(closed: Closed) -> list[tuple[str, str]]:
    """Where findings about space point, and what they say."""
    return [
        (remark.file, remark.message)
        for remark in closed.examined.remarks
        if remark.code.id == "CLOSURE_SPACE_CONFLICT"
    ]


def test_who_contradicts_the_bytes_is_told_and_nobody_else() -> None:
    evidence = good.with_claims("stac", lambda c: c.__setitem__(0, replace(c[0], bbox=FAR)))
    item = replace(evidence.datasets[0], file=good.FILES["stac"], bbox=FAR)
    closed = close(replace(evidence, datasets=[*evidence.datasets, item]))
    assert in_space(closed) == [
        (
            good.FILES["stac"],
            "The extent in STAC does not contain the one of artifacts/wells.tif in the file "
            "itself.",
        )
    ]
    assert verdict(closed, good.PATHS[0], "stac") == "contradicting"
    assert verdict(closed, "the dataset", "stac") == "contradicting"
    assert verdict(closed, "the dataset", "dcat") == "agree"
    assert verdict(closed, good.PATHS[0], "dcat") == "agree"


@pytest.mark.parametrize("seen", [Seen(spatial=False), Seen()])
def test_a_collection_that_lies_where_no_output_does(seen: Seen) -> None:
    evidence = good.good()
    collection, dcat = evidence.datasets
    where = {**evidence.seen, good.PATHS[1]: seen}
    evidence = replace(evidence, seen=where, datasets=[replace(collection, bbox=FAR), dcat])
    closed = close(evidence)
    ((file, message),) = in_space(closed)
    assert file == collection.file
    assert "artifacts/wells.tif in the file itself" in message
    assert verdict(closed, "the dataset", "stac") == "contradicting"
    assert verdict(closed, "the dataset", "dcat") == "agree"


def test_without_dcat_it_is_told_only_where_every_output_has_its_place() -> None:
    evidence = good.good()
    datasets = [replace(evidence.datasets[0], bbox=FAR)]
    claims = {"stac": evidence.claims["stac"]}
    alone = replace(evidence, claims=claims, datasets=datasets)
    assert [file for file, _ in in_space(close(alone))] == [datasets[0].file]
    half = replace(alone, seen={**alone.seen, good.PATHS[1]: Seen(spatial=True)})
    assert in_space(close(half)) == []


def test_without_bytes_stac_and_dcat_are_held_against_each_other() -> None:
    evidence = good.with_claims("stac", lambda c: c.__setitem__(0, replace(c[0], bbox=FAR)))
    closed = close(replace(evidence, seen={}))
    assert {file for file, _ in in_space(closed)} == {good.FILES["dcat"]}


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_claim_that_is_taken_away_is_missing(kind: str, n: int) -> None:
    closed = close(good.with_claims(kind, lambda claims: claims.pop(n)))
    assert codes(closed) == ["CLOSURE_ARTIFACT_MISSING", "CLOSURE_NAME_UNUSED"]
    assert verdict(closed, good.PATHS[n], kind) == "missing"
    assert naming(closed, kind, good.PATHS[n])
    assert closed.matrix.counts()["missing"] == 1


@pytest.mark.parametrize("kind", SOURCES)
def test_a_kind_that_says_nothing_misses_everything(kind: str) -> None:
    """A document of a kind, even an empty one, has to cover every output."""
    closed = close(good.with_claims(kind, lambda claims: claims.clear()))
    assert closed.matrix.counts()["missing"] == 2


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_claim_twice_in_one_document_is_duplicated(kind: str, n: int) -> None:
    closed = close(
        good.with_claims(kind, lambda claims: claims.append(replace(claims[n], pointer="/again")))
    )
    (remark,) = closed.examined.remarks
    assert remark.code.id == "CLOSURE_ARTIFACT_DUPLICATED"
    assert (remark.pointer, remark.wanted) == ("/again", f"only /assets/{n}")
    assert verdict(closed, good.PATHS[n], kind) == "duplicated"


@pytest.mark.parametrize("kind", SOURCES)
def test_the_same_claim_in_another_document_is_none(kind: str) -> None:
    """DCAT as JSON-LD and as Turtle: both have to agree, and neither is one too many."""
    again = close(
        good.with_claims(
            kind, lambda claims: claims.extend([replace(c, file="catalog/b.ttl") for c in claims])
        )
    )
    assert not again.examined.remarks
    other = close(
        good.with_claims(
            kind, lambda claims: claims.append(replace(claims[0], file="catalog/b.ttl", size=1))
        )
    )
    assert codes(other) == ["CLOSURE_SIZE_CONFLICT"]
    assert {r.file for r in other.examined.remarks} == {"catalog/b.ttl"}


@pytest.mark.parametrize(
    ("artifact", "href", "row"),
    [
        ("artifacts/other.tif", "../../artifacts/other.tif", "artifacts/other.tif"),
        (None, "https://elsewhere.example/x.tif", "https://elsewhere.example/x.tif"),
        ("run_manifest.json", "../../run_manifest.json", "run_manifest.json"),
        ("catalog/prov.json", "../prov.json", "catalog/prov.json"),
    ],
)
@pytest.mark.parametrize("kind", SOURCES)
def test_data_that_no_manifest_lists_is_extra(
    kind: str, artifact: str | None, href: str, row: str
) -> None:
    one = ArtifactClaim(source=kind, file=FILE, pointer="/more", href=href, artifact=artifact)
    closed = close(good.with_claims(kind, lambda claims: claims.append(one)))
    assert codes(closed) == ["CLOSURE_ARTIFACT_EXTRA"]
    assert verdict(closed, row, kind) == "extra"
    assert naming(closed, kind, row)


def test_what_nobody_can_name_is_extra_as_well() -> None:
    one = ArtifactClaim(
        source="dcat", file="catalog/dcat.ttl", pointer="_:b1", href="", artifact=None
    )
    closed = close(good.with_claims("dcat", lambda claims: claims.append(one)))
    assert codes(closed) == ["CLOSURE_ARTIFACT_EXTRA"]
    assert verdict(closed, "catalog/dcat.ttl _:b1", "dcat") == "extra"


def test_stac_need_not_name_what_the_bytes_prove_not_to_be_spatial() -> None:
    def without(spatial: bool | None) -> Closed:
        evidence = good.with_claims("stac", lambda claims: claims.pop(1))
        seen = {**evidence.seen, good.PATHS[1]: Seen(spatial=spatial)}
        names = {k: v for k, v in evidence.run.outputs[good.PATHS[1]].names.items() if k != "stac"}
        outputs = dict(evidence.run.outputs)
        outputs[good.PATHS[1]] = replace(outputs[good.PATHS[1]], names=names)
        return close(replace(evidence, seen=seen, run=replace(evidence.run, outputs=outputs)))

    assert verdict(without(False), good.PATHS[1], "stac") == "not_required"
    assert not without(False).examined.remarks
    for spatial in (True, None):
        assert codes(without(spatial)) == ["CLOSURE_ARTIFACT_MISSING"]


def test_what_is_said_of_it_all_the_same_is_compared() -> None:
    evidence = good.with_claims("stac", lambda c: c.__setitem__(1, replace(c[1], size=1)))
    seen = {**evidence.seen, good.PATHS[1]: Seen(spatial=False)}
    assert codes(close(replace(evidence, seen=seen))) == ["CLOSURE_SIZE_CONFLICT"]


@pytest.mark.parametrize("kind", SOURCES)
def test_a_kind_that_the_run_does_not_carry_is_no_column(kind: str) -> None:
    evidence = good.good()
    claims = {k: v for k, v in evidence.claims.items() if k != kind}
    outputs = {
        path: replace(output, names={k: v for k, v in output.names.items() if k != kind})
        for path, output in evidence.run.outputs.items()
    }
    datasets = [d for d in evidence.datasets if d.source != kind]
    closed = close(
        replace(
            evidence,
            claims=claims,
            datasets=datasets,
            run=replace(evidence.run, outputs=outputs),
        )
    )
    assert kind not in closed.matrix.sources
    assert not closed.examined.remarks


def test_absent_bytes_are_unproven() -> None:
    evidence = good.good()
    closed = close(replace(evidence, disk={good.PATHS[0]: evidence.disk[good.PATHS[0]]}))
    (remark,) = closed.examined.remarks
    assert (remark.code.id, remark.unproven) == ("CLOSURE_BYTES_ABSENT", True)
    assert verdict(closed, good.PATHS[1], "bytes") == "unproven"


def test_a_file_beside_the_data_may_not_contradict() -> None:
    thumb = "artifacts/thumb.png"
    beside = replace(
        good.claim("stac", 0),
        artifact=thumb,
        href=f"../../{thumb}",
        id=None,
        data=False,
        pointer="/t",
    )
    evidence = good.with_claims(
        "stac", lambda claims: claims.append(replace(beside, size=7, digests=()))
    )
    disk = {**evidence.disk, thumb: OnDisk(sha256=good.sha256(thumb), size=7)}
    assert not close(replace(evidence, disk=disk)).examined.remarks
    absent = close(evidence)
    assert not absent.examined.remarks
    assert thumb not in {row.name for row in absent.matrix.rows}
    lies = good.with_claims("stac", lambda claims: claims.append(beside))
    closed = close(replace(lies, disk=disk))
    assert codes(closed) == ["CLOSURE_DIGEST_CONFLICT", "CLOSURE_SIZE_CONFLICT"]
    assert verdict(closed, thumb, "stac") == "contradicting"


def test_an_output_that_is_only_a_thumbnail_is_not_covered() -> None:
    evidence = good.with_claims("stac", lambda c: c.__setitem__(0, replace(c[0], data=False)))
    closed = close(evidence)
    assert "CLOSURE_ARTIFACT_MISSING" in codes(closed)
    lies = good.with_claims("stac", lambda c: c.append(replace(c[0], data=False, size=1)))
    assert codes(close(lies)) == ["CLOSURE_SIZE_CONFLICT"]


def test_a_catalog_may_use_the_name_that_the_manifest_gives() -> None:
    """By the explicit map, never by guessing: without it the same record is extra."""

    def elsewhere(claims: list[ArtifactClaim]) -> None:
        claims[0] = replace(claims[0], artifact=None, href="https://elsewhere.example/w.tif")

    assert not close(good.with_claims("dcat", elsewhere)).examined.remarks
    evidence = good.with_claims("dcat", elsewhere)
    outputs = {p: replace(o, names={}) for p, o in evidence.run.outputs.items()}
    closed = close(replace(evidence, run=replace(evidence.run, outputs=outputs)))
    assert codes(closed) == ["CLOSURE_ARTIFACT_EXTRA", "CLOSURE_ARTIFACT_MISSING"]


def test_a_reference_may_be_the_name_as_well() -> None:
    def by_href(claims: list[ArtifactClaim]) -> None:
        name = claims[0].id
        assert name is not None
        claims[0] = replace(claims[0], artifact=None, href=name, id=None)

    assert not close(good.with_claims("openlineage", by_href)).examined.remarks


def test_path_and_name_that_disagree() -> None:
    def swapped(claims: list[ArtifactClaim]) -> None:
        claims[0] = replace(claims[0], id=good.name_of("prov", good.PATHS[1]))

    closed = close(good.with_claims("prov", swapped))
    assert codes(closed) == ["CLOSURE_NAME_CONFLICT", "CLOSURE_NAME_UNUSED"]


def test_one_name_for_two_outputs() -> None:
    names = good.run_facts().outputs[good.PATHS[0]].names
    closed = close(good.with_output(good.PATHS[1], names={"dcat": names["dcat"]}))
    assert "CLOSURE_NAME_CONFLICT" in codes(closed)


def test_several_digests_have_to_be_right_all_of_them() -> None:
    right = good.digest_of("dcat", good.sha256(good.PATHS[0]))
    wrong = good.digest_of("dcat", OTHER)
    md5 = digests.of_named("MD5", "ab" * 16)

    def stating(*stated: digests.StatedDigest) -> Sequence[str]:
        change = lambda c: c.__setitem__(0, replace(c[0], digests=stated))  # noqa: E731
        return codes(close(good.with_claims("dcat", change)))

    assert stating(right, right) == []
    assert stating(right, wrong) == ["CLOSURE_DIGEST_CONFLICT"]
    assert stating(right, md5) == ["CLOSURE_DIGEST_UNUSABLE"]
    (remark,) = close(
        good.with_claims("dcat", lambda c: c.__setitem__(0, replace(c[0], digests=(md5,))))
    ).examined.remarks
    assert "MD5" in remark.message
    assert remark.got is not None
    assert remark.got.startswith("MD5: ")


@pytest.mark.parametrize(
    ("kind", "spelling"),
    [
        ("stac", "file:checksum of 1220 and 64 hex digits"),
        ("dcat", "spdx:checksumValue of 64 hex digits, with spdx:checksumAlgorithm_sha256"),
        ("prov", "kfm:digest of sha256: and 64 hex digits"),
        ("openlineage", "the facet kfm_integrity with sha256: and 64 hex digits as digest"),
    ],
)
@pytest.mark.parametrize("stated", [(), (digests.of_named("MD5", "ab" * 16),)])
def test_a_digest_is_wanted_in_the_spelling_of_its_catalog(
    kind: str, spelling: str, stated: tuple[digests.StatedDigest, ...]
) -> None:
    change = lambda c: c.__setitem__(0, replace(c[0], digests=stated))  # noqa: E731
    (remark,) = close(good.with_claims(kind, change)).examined.remarks
    assert remark.wanted == f"SHA-256: {spelling}, in lower case"


def test_a_conflict_names_both_cells() -> None:
    wrong = (good.digest_of("dcat", OTHER),)
    closed = close(
        good.with_claims("dcat", lambda c: c.__setitem__(0, replace(c[0], digests=wrong)))
    )
    (remark,) = closed.examined.remarks
    assert remark.message == (
        "DCAT states another digest for artifacts/wells.tif than the file itself, the manifest, "
        "STAC, PROV and OpenLineage."
    )
    assert (remark.file, remark.pointer) == (good.FILES["dcat"], "/assets/0")
    assert remark.got == f"sha256:{OTHER}"
    assert remark.wanted == f"sha256:{good.sha256(good.PATHS[0])} (bytes, artifacts/wells.tif)"


def test_a_conflict_between_documents_of_one_kind_names_the_document() -> None:
    """Nobody but DCAT states a media type here, and its documents differ."""
    evidence = good.good()
    outputs = {p: replace(o, media_type=None) for p, o in evidence.run.outputs.items()}
    claims = {
        kind: [replace(c, media_type=None) for c in stated]
        for kind, stated in evidence.claims.items()
    }
    claims["dcat"] = [*evidence.claims["dcat"]]
    other = replace(claims["dcat"][0], file="catalog/dcat.ttl", media_type="image/png")
    claims["dcat"].append(other)
    closed = close(replace(evidence, claims=claims, run=replace(evidence.run, outputs=outputs)))
    (remark,) = closed.examined.remarks
    assert remark.message == (
        "DCAT states another media type for artifacts/wells.tif than catalog/dcat.jsonld."
    )
    assert remark.file == "catalog/dcat.ttl"


def test_the_source_of_a_faulty_statement_is_not_among_those_that_it_differs_from() -> None:
    def change(claims: list[ArtifactClaim]) -> None:
        claims.append(replace(claims[0], file="catalog/dcat.ttl", size=1))

    (remark,) = close(good.with_claims("dcat", change)).examined.remarks
    assert remark.message == (
        "DCAT states another size for artifacts/wells.tif than the file itself, the manifest, "
        "STAC, PROV and OpenLineage."
    )


def test_without_any_catalog_nothing_of_it_applies() -> None:
    evidence = good.good()
    run = replace(
        evidence.run,
        redactions=(),
        redactions_applied=False,
        outputs={p: replace(o, names={}) for p, o in evidence.run.outputs.items()},
    )
    bare = Evidence(run=run, disk=evidence.disk)
    assert bare.nothing_to_close
    closed = close(bare)
    assert not closed.examined.remarks
    assert closed.examined.witnesses.keys() == {check.id for check in CHECKS}
    for more in (
        replace(bare, refs={"catalog/x.json": "/catalog_refs/0"}),
        replace(bare, catalogs=evidence.catalogs),
        replace(bare, run=replace(run, redactions=("mask",))),
        replace(bare, run=replace(run, redactions_applied=True)),
        replace(bare, run=replace(run, outputs=evidence.run.outputs)),
    ):
        assert not more.nothing_to_close


def test_names_of_catalogs_that_are_not_there() -> None:
    evidence = good.good()
    closed = close(Evidence(run=evidence.run, disk=evidence.disk))
    assert "CLOSURE_NAME_UNUSED" in codes(closed)
    assert "does not exist" in closed.examined.remarks[0].message


def test_a_run_without_outputs_proves_nothing() -> None:
    """Everything agrees about nothing: the counts are 0, which is a failure of the check."""
    evidence = good.good()
    closed = close(
        replace(
            evidence,
            run=replace(evidence.run, outputs={}),
            claims={kind: [] for kind in SOURCES},
        )
    )
    assert closed.examined.counts["coverage"] == 0
    assert closed.examined.counts["digests"] == 0
    assert "coverage" not in closed.examined.witnesses


def test_what_could_not_be_read_is_not_held_against_a_catalog() -> None:
    evidence = good.good()
    claims = {kind: c for kind, c in evidence.claims.items() if kind != "prov"}
    lost = replace(evidence, claims=claims, activities=[], unread=frozenset({"prov"}))
    assert not close(lost).examined.remarks
    assert codes(close(replace(lost, unread=frozenset()))) == [
        "CLOSURE_NAME_UNUSED",
        "REDACTION_UNBACKED",
    ]
