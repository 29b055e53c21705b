"""Catalogs that the recorder writes: what is in them, and when it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_helpers import COMMIT, FAMILY, RAW, Record, document, failing, log, only_run, sha256sum

from kfm_gates.errors import RecorderError
from kfm_gates.record import RunRecorder, build_catalogs, catalogs

BASE = "https://run.kfm-gates.invalid/"
FILES = [
    "catalog/dcat.jsonld",
    "catalog/dcat.ttl",
    "catalog/openlineage.jsonl",
    "catalog/prov.json",
    "catalog/stac/collection.json",
    "catalog/stac/item.json",
]
ABOUT = """
title: Wells of Kansas
description: "Wells, their \\\\ depths and \\"names\\"."
keywords: [wells, "1 \\u00e9tat", groundwater]
themes: ["http://publications.europa.eu/resource/authority/data-theme/ENVI"]
publisher: {name: Water team, url: "https://water.example.org/"}
contact: {name: Desk, email: desk+kfm@water.example.org}
rights: {license: CC-BY-4.0, holder: Water team, attribution: "Data: Water team"}
sensitivity: {label: public, input_label: public}
"""
TIME = ["2020-01-01T00:00:00Z", "2020-12-31T23:59:59Z"]


def points(*places: tuple[float, float]) -> str:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": place}}
        for place in places
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def write(run: RunRecorder, *places: tuple[float, float]) -> None:
    run.input(RAW)
    run.input("https://example.org/a(b)/c%20d.csv?x=1", digest="sha256:" + "ab" * 32, role="ref")
    name = "maps/a b.geojson"
    with run.open_output(name, media_type="application/geo+json", mode="w") as file:
        file.write(points(*(places or ((-98.5, 37.25), (-95.0, 39.0)))))
    with run.open_output("rows.csv", mode="w") as file:
        file.write("county,wells\n1,2\n")
    run.check("rows", observed=1, threshold={"min": 1})


@pytest.fixture
def about(family_file: Callable[[str], None]) -> None:
    family_file(ABOUT)


@pytest.fixture
def run(record: Record, about: None) -> Path:
    with record(extents={"interval": TIME}) as run:
        write(run)
        run.write_catalogs()
    return run.path


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_bytes())


def test_all_four_are_written_and_sealed(run: Path) -> None:
    found = sorted(p.relative_to(run).as_posix() for p in run.glob("catalog/**/*") if p.is_file())
    assert found == FILES
    assert sha256sum(run).returncode == 0
    sealed = (run / "checksums.sha256").read_text()
    assert all(f"  {name}\n" in sealed for name in FILES)
    prefix = f"data/work/runs/{FAMILY}/{run.name}/"
    assert document(run, "run_manifest")["catalog_refs"] == [prefix + name for name in FILES]
    assert not [line for line in log(run) if line.get("level") == "warning"]


def test_extents_are_those_of_the_data(run: Path) -> None:
    box = [-98.5, 37.25, -95.0, 39.0]
    extents = document(run, "run_manifest")["extents"]
    assert extents == {"interval": TIME, "bbox": box, "crs": "OGC:CRS84"}
    assert read(run, "catalog/stac/item.json")["bbox"] == box
    assert read(run, "catalog/stac/collection.json")["extent"] == {
        "spatial": {"bbox": [box]},
        "temporal": {"interval": [TIME]},
    }


def test_stac_is_valid_for_pystac(run: Path) -> None:
    import pystac

    for name, kind in (("item", pystac.Item), ("collection", pystac.Collection)):
        data = read(run, f"catalog/stac/{name}.json")
        assert data["stac_version"] == "1.1.0"
        # The schemas of extensions are not shipped with pystac; the gate has them.
        kind.from_dict({**data, "stac_extensions": []}).validate()


def test_assets_name_the_bytes(run: Path) -> None:
    item = read(run, "catalog/stac/item.json")
    outputs = {o["path"].partition("/artifacts/")[2]: o for o in outputs_of(run)}
    assert set(item["assets"]) == set(outputs) == {"maps/a b.geojson", "rows.csv"}
    for name, asset in item["assets"].items():
        assert asset["file:checksum"] == "1220" + outputs[name]["digest"].removeprefix("sha256:")
        assert asset["file:size"] == outputs[name]["size"]
        assert asset["roles"] == ["data"]
    assert item["assets"]["maps/a b.geojson"]["href"] == "../../artifacts/maps/a%20b.geojson"
    assert item["assets"]["rows.csv"]["type"] == "text/csv"
    assert item["id"] == run.name.lower()
    assert item["properties"]["datetime"] is None
    assert item["properties"]["start_datetime"] == TIME[0]
    assert item["properties"]["end_datetime"] == TIME[1]


def outputs_of(run: Path) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = document(run, "run_manifest")["outputs"]
    return outputs


def triples(run: Path, name: str) -> set[Any]:
    import pyoxigraph

    form = pyoxigraph.RdfFormat.JSON_LD if name.endswith("ld") else pyoxigraph.RdfFormat.TURTLE
    raw = (run / name).read_bytes()
    return {quad.triple for quad in pyoxigraph.parse(raw, form, base_iri=f"{BASE}{name}")}


def test_both_graphs_are_the_same_and_have_no_blank_node(run: Path) -> None:
    import pyoxigraph

    found = triples(run, FILES[0])
    assert found == triples(run, FILES[1])
    assert len(found) > 50
    assert not [t for t in found if isinstance(t.object, pyoxigraph.BlankNode)]
    words = {t.object.value for t in found if t.predicate.value.endswith("#keyword")}
    assert words == {"wells", "1 état", "groundwater"}
    assert 'Wells, their \\ depths and "names".' in {
        t.object.value for t in found if t.predicate.value.endswith("/description")
    }
    assert f"{BASE}artifacts/maps/a%20b.geojson" in {t.object.value for t in found}


def test_the_base_url_stands_for_the_artifacts(
    record: Record, family_file: Callable[[str], None]
) -> None:
    family_file(f"{ABOUT}base_url: https://data.example.org/wells/\n")
    with record() as run:
        write(run)
        run.write_catalogs(["dcat"])
    text = (run.path / "catalog/dcat.ttl").read_text()
    assert "<https://data.example.org/wells/maps/a%20b.geojson>" in text
    assert "<../artifacts" not in text


def test_the_shapes_of_dcat_ap_hold(run: Path) -> None:
    shapes = Path(__file__).parents[3] / "shared/corpus/dcat/dcat-ap-3.0.1/html/shacl/shapes.ttl"
    if not shapes.is_file():
        pytest.skip("the shared material is not beside the checkout")
    rdflib = pytest.importorskip("rdflib")
    pyshacl = pytest.importorskip("pyshacl")
    graph = rdflib.Graph().parse(run / "catalog/dcat.ttl", publicID=f"{BASE}catalog/dcat.ttl")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=rdflib.Graph().parse(shapes))
    assert conforms, text
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    for kind, count in ((dcat.Dataset, 1), (dcat.Distribution, 2)):
        assert len(list(graph.subjects(rdflib.RDF.type, kind))) == count


def test_prov_is_read_back(run: Path) -> None:
    import prov.model as pm

    text = (run / "catalog/prov.json").read_text()
    made = pm.ProvDocument.deserialize(content=text, format="json")
    assert made.get_provn() == made.unified().get_provn()
    (activity,) = made.get_records(pm.ProvActivity)
    record = document(run, "run_record")
    assert activity.identifier.uri == f"kfm://run/{run.name}"
    assert activity.get_startTime().isoformat().replace("+00:00", "Z") == record["started_at"]
    assert activity.get_endTime().isoformat().replace("+00:00", "Z") == record["ended_at"]
    entities = {e.identifier.uri: e for e in made.get_records(pm.ProvEntity)}
    address = f"kfm://run/{run.name}/artifacts"
    assert set(entities) == {
        f"{address}/maps/a%20b.geojson",
        f"{address}/rows.csv",
        f"kfm://lake/{RAW}",
        "https://example.org/a(b)/c%20d.csv?x=1",
        f"kfm://pipeline/pipelines/demo@{COMMIT}",
    }
    assert len(list(made.get_records(pm.ProvGeneration))) == 2
    assert len(list(made.get_records(pm.ProvUsage))) == 2
    (association,) = made.get_records(pm.ProvAssociation)
    assert len(association.formal_attributes) == 3


def test_a_redaction_is_an_activity_of_its_own(record: Record, about: None) -> None:
    import prov.model as pm

    with record() as run:
        write(run)
        run.transform("join", "join")
        run.transform("round to 0.1°", "generalization", "Coordinates rounded.")
        run.write_catalogs(["prov"])
    text = (run.path / "catalog/prov.json").read_text()
    made = pm.ProvDocument.deserialize(content=text, format="json")
    activities = {str(a.label): a for a in made.get_records(pm.ProvActivity)}
    assert set(activities) == {"pipelines/demo", "round to 0.1°"}
    (kind,) = activities["round to 0.1°"].get_asserted_types()
    assert kind.uri == "https://kfm-gates.dev/ns#generalization"
    assert len(list(made.get_records(pm.ProvCommunication))) == 1


def test_events_tell_the_run(run: Path) -> None:
    start, complete = map(json.loads, (run / FILES[2]).read_bytes().splitlines())
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    record = document(run, "run_record")
    times = record["started_at"], record["ended_at"]
    assert (start["eventTime"], complete["eventTime"]) == times
    assert start["run"] == complete["run"]
    from ulid import ULID

    assert start["run"]["runId"] == str(ULID.from_str(run.name).to_uuid())
    assert start["outputs"] == []
    names = {(d["namespace"], d["name"]) for d in complete["outputs"]}
    space = f"kfm://run/{run.name}"
    assert names == {(space, "artifacts/maps/a b.geojson"), (space, "artifacts/rows.csv")}
    assert {(d["namespace"], d["name"]) for d in complete["inputs"]} == {
        ("kfm://lake", RAW),
        ("https://example.org", "a(b)/c%20d.csv?x=1"),
    }
    digests = {o["digest"] for o in outputs_of(run)}
    facets = [d["facets"] for d in complete["outputs"]]
    assert {f["kfm_integrity"]["digest"] for f in facets} == digests
    assert {f["version"]["datasetVersion"] for f in facets} == digests


def test_the_same_receipts_give_the_same_bytes(run: Path, lake: Path) -> None:
    built = build_catalogs(run, root=lake)
    assert built == {name: (run / name).read_bytes() for name in FILES}


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_no_order_depends_on_hashing(run: Path, lake: Path, seed: str) -> None:
    import os
    import subprocess
    import sys

    code = (
        "import sys, kfm_gates, hashlib\n"
        "made = kfm_gates.build_catalogs(sys.argv[1], root=sys.argv[2])\n"
        "print(hashlib.sha256(b''.join(made.values())).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(run), str(lake)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    import hashlib

    whole = b"".join((run / name).read_bytes() for name in FILES)
    assert told.stdout.strip() == hashlib.sha256(whole).hexdigest()


def test_without_a_time_stac_has_that_of_the_run(record: Record, about: None) -> None:
    with record() as run:
        write(run)
        run.write_catalogs()
    item = read(run.path, "catalog/stac/item.json")
    ended = document(run.path, "run_record")["ended_at"]
    assert item["properties"]["datetime"] == ended
    assert "start_datetime" not in item["properties"]
    assert b"PeriodOfTime" not in (run.path / "catalog/dcat.ttl").read_bytes()


@pytest.mark.parametrize(
    "interval", [[None, TIME[1]], [TIME[0], None], ["2199-01-01T00:00:00Z", None]]
)
def test_an_open_interval(record: Record, about: None, interval: list[str | None]) -> None:
    import pystac

    with record(extents={"interval": interval}) as run:
        write(run)
        run.write_catalogs()
    collection = read(run.path, "catalog/stac/collection.json")
    assert collection["extent"]["temporal"]["interval"] == [interval]
    item = read(run.path, FILES[5])
    pystac.Item.from_dict({**item, "stac_extensions": []}).validate()
    assert item["properties"]["start_datetime"] <= item["properties"]["end_datetime"]
    turtle = (run.path / "catalog/dcat.ttl").read_text()
    assert ("dcat:startDate" in turtle, "dcat:endDate" in turtle) == tuple(map(bool, interval))


@pytest.mark.parametrize(
    ("places", "geometry"),
    [
        ([(1.5, 2.5)], "Point"),
        ([(1.5, 2.5), (3.5, 2.5)], "LineString"),
        ([(0.0, 0.0), (1e-7, 1e-7)], "Polygon"),
    ],
)
def test_boxes_without_area(
    record: Record, about: None, places: list[tuple[float, float]], geometry: str
) -> None:
    import pystac

    with record() as run:
        write(run, *places)
        run.write_catalogs()
    item = read(run.path, FILES[5])
    assert item["geometry"]["type"] == geometry
    pystac.Item.from_dict({**item, "stac_extensions": []}).validate()
    turtle = (run.path / "catalog/dcat.ttl").read_text()
    assert f'dcat:bbox "{geometry.upper()} (' in turtle
    assert "e-" not in turtle.partition("dcat:bbox")[2].partition("\n")[0].partition("^^")[0]


def test_a_stated_box_stands_in_where_the_data_tell_none(record: Record, about: None) -> None:
    with record(extents={"bbox": [170, -50, -170, -40]}) as run:
        run.input(RAW)
        with run.open_output("rows.csv", mode="w") as file:
            file.write("a\n1\n")
        run.check("rows", observed=1, threshold={"min": 1})
        run.write_catalogs(["stac"])
    item = read(run.path, FILES[5])
    assert item["bbox"] == [170.0, -50.0, -170.0, -40.0]
    assert item["geometry"]["type"] == "MultiPolygon"
    assert document(run.path, "run_manifest")["extents"] == {"bbox": [170, -50, -170, -40]}


def test_nothing_spatial_has_no_stac(record: Record, about: None) -> None:
    with record() as run:
        run.input(RAW)
        with run.open_output("rows.csv", mode="w") as file:
            file.write("a\n1\n")
        run.check("rows", observed=1, threshold={"min": 1})
        run.write_catalogs()
    assert sorted(p.name for p in (run.path / "catalog").iterdir()) == [
        "dcat.jsonld",
        "dcat.ttl",
        "openlineage.jsonl",
        "prov.json",
    ]
    assert not [line for line in log(run.path) if line.get("level") == "warning"]


def test_a_failed_run_has_none(record: Record, about: None, lake: Path) -> None:
    def block(run: RunRecorder) -> None:
        write(run)
        run.write_catalogs()
        raise ValueError("no")

    run, _ = failing(record, block, ValueError)
    assert not (run.path / "catalog").exists()
    manifest = document(run.path, "run_manifest")
    assert "catalog_refs" not in manifest
    assert document(run.path, "run_record")["status"] == "failed"
    assert sha256sum(run.path).returncode == 0


def test_stac_that_was_named_and_cannot_be_fails_the_run(record: Record, about: None) -> None:
    def block(run: RunRecorder) -> None:
        run.write_catalogs(["stac"])
        run.input(RAW)
        with run.open_output("rows.csv", mode="w") as file:
            file.write("a\n1\n")

    run, error = failing(record, block)
    assert error.code == "CATALOG_EXTENT_UNKNOWN"
    assert document(run.path, "run_record")["status"] == "failed"
    assert not (run.path / "catalog").exists()
    moments = [line["timestamp"] for line in log(run.path)]
    assert moments == sorted(moments)
    assert sha256sum(run.path).returncode == 0


def test_an_output_that_is_broken_fails_the_run(record: Record, about: None) -> None:
    def block(run: RunRecorder) -> None:
        run.write_catalogs()
        run.input(RAW)
        with run.open_output("a.geojson", media_type="application/geo+json", mode="w") as file:
            file.write('{"type":"FeatureCollection","features":[{"type":"Feature","geom')

    run, error = failing(record, block)
    assert "a.geojson" in error.message
    assert document(run.path, "run_record")["status"] == "failed"
    assert document(run.path, "run_manifest")["outputs"]


@pytest.mark.parametrize(
    ("remove", "names"),
    [
        ("title", "title"),
        ("description", "description"),
        ("publisher", "publisher"),
        ("contact", "contact"),
        ("rights", "rights.license"),
    ],
)
def test_what_the_family_file_lacks_is_named_at_the_call(
    record: Record, family_file: Callable[[str], None], remove: str, names: str
) -> None:
    text = "\n".join(line for line in ABOUT.splitlines() if not line.startswith(f"{remove}:"))
    family_file(text)

    def block(run: RunRecorder) -> None:
        run.write_catalogs()
        raise AssertionError

    _, error = failing(record, block)
    assert error.code == "CATALOG_FIELD_MISSING"
    assert names in error.message
    assert error.file == f".kfm/families/{FAMILY}.yaml"
    assert error.pointer == "/" + names.replace(".", "/")


def test_a_contact_has_an_address(record: Record, family_file: Callable[[str], None]) -> None:
    family_file(ABOUT.replace(", email: desk+kfm@water.example.org", ""))
    _, error = failing(record, lambda run: run.write_catalogs(["dcat"]))
    assert "contact.email" in error.message


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("data-theme/ENVI", "data-theme/<x>", "/themes/0"),
        ("https://water.example.org/", "https://water.example.org/{id}", "/publisher/url"),
    ],
)
def test_an_address_that_is_no_iri(
    record: Record, family_file: Callable[[str], None], old: str, new: str, field: str
) -> None:
    family_file(ABOUT.replace(old, new))
    _, error = failing(record, lambda run: run.write_catalogs())
    assert (error.code, error.pointer) == ("CATALOG_FIELD_INVALID", field)


@pytest.mark.parametrize(
    ("repo", "told"), [("https://example.org/r", True), ("https://example.org/<r>", False)]
)
def test_the_repository_where_it_is_a_uri(
    record: Record, about: None, repo: str, told: bool
) -> None:
    with record(repo=repo) as run:
        write(run)
        run.write_catalogs(["openlineage"])
    event = json.loads((run.path / FILES[2]).read_bytes().splitlines()[0])
    assert ("sourceCodeLocation" in event["job"]["facets"]) is told


def test_without_a_family_file_only_receipts_are_told(record: Record) -> None:
    _, error = failing(record, lambda run: run.write_catalogs(), rights={"license": "CC0-1.0"})
    assert error.code == "CATALOG_FIELD_MISSING"
    assert "does not exist" in error.message
    with record() as run:
        write(run)
        run.write_catalogs(["prov", "openlineage"])
    assert sorted(p.name for p in (run.path / "catalog").iterdir()) == [
        "openlineage.jsonl",
        "prov.json",
    ]


@pytest.mark.parametrize("kinds", ["rdf", ["dcat", "STAC"], [], [""], [7]])
def test_an_unknown_kind(record: Record, about: None, kinds: Any) -> None:
    _, error = failing(record, lambda run: run.write_catalogs(kinds))
    assert error.code == "CATALOG_KIND_UNKNOWN"
    assert error.wanted == "stac, dcat, prov, openlineage"


@pytest.mark.parametrize(
    "extents",
    [
        {"bbox": [1, 2, 3]},
        {"bbox": "1234"},
        {"bbox": [1, 2, 3, "4"]},
        {"bbox": [0, 10, 1, 9]},
        {"bbox": [0, 0, 181, 1]},
        {"bbox": [True, 0, 1, 1]},
        {"interval": [None, None]},
        {"interval": TIME[::-1]},
        {"interval": TIME[:1]},
        {"interval": ["2020-01-01", None]},
        {"interval": ["2020-01-01T00:00:00+01:00", None]},
        {"interval": "ab"},
    ],
)
def test_extents_that_are_none(record: Record, about: None, extents: dict[str, Any]) -> None:
    _, error = failing(record, lambda run: run.write_catalogs(), extents=extents)
    assert error.code == "EXTENT_INVALID"


def test_a_catalog_of_the_pipeline_is_not_overwritten(record: Record, about: None) -> None:
    def block(run: RunRecorder) -> None:
        (run.path / "catalog").mkdir()
        (run.path / "catalog/dcat.ttl").write_text("mine")
        run.write_catalogs(["prov"])
        run.write_catalogs()

    run, error = failing(record, block)
    assert (error.code, error.file) == ("CATALOG_EXISTS", "catalog/dcat.ttl")
    assert (run.path / "catalog/dcat.ttl").read_text() == "mine"


def test_one_that_comes_after_the_call_fails_the_run(record: Record, about: None) -> None:
    def block(run: RunRecorder) -> None:
        run.write_catalogs()
        write(run)
        (run.path / "catalog").mkdir()
        (run.path / "catalog/dcat.ttl").write_text("mine")

    run, error = failing(record, block)
    assert error.code == "CATALOG_EXISTS"
    assert document(run.path, "run_record")["status"] == "failed"


def test_a_link_instead_of_the_folder_is_refused(
    record: Record, about: None, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()

    def block(run: RunRecorder) -> None:
        run.write_catalogs()
        write(run)
        (run.path / "catalog").symlink_to(outside)

    run, error = failing(record, block)
    assert error.code == "RUN_NOT_WRITTEN"
    assert list(outside.iterdir()) == []
    assert not (run.path / "checksums.sha256").exists()


def test_after_the_run_it_is_too_late(record: Record, about: None) -> None:
    with record() as run:
        write(run)
    with pytest.raises(RecorderError) as caught:
        run.write_catalogs()
    assert caught.value.code == "RUN_OVER"


def test_kinds_keep_their_order() -> None:
    assert catalogs.checked_kinds(None) == ("stac", "dcat", "prov", "openlineage")
    assert catalogs.checked_kinds(["prov", "stac", "prov"]) == ("stac", "prov")
    assert catalogs.checked_kinds("dcat") == ("dcat",)


def test_what_is_not_known_is_left_out(
    record: Record, family_file: Callable[[str], None], lake: Path
) -> None:
    family_file("\n".join(x for x in ABOUT.splitlines() if x[:4] not in ("keyw", "them")))
    with record() as run:
        run.input(RAW)
        with run.open_output("blob.bin") as file:
            file.write(bytes(range(256)))
        run.check("rows", observed=1, threshold={"min": 1})
        run.write_catalogs()
    (warned,) = [line for line in log(run.path) if line.get("level") == "warning"]
    assert "blob.bin" in warned["message"]
    turtle = (run.path / "catalog/dcat.ttl").read_text()
    assert not any(word in turtle for word in ("mediaType", "keyword", "theme", "spatial"))
    assert "mediaType" not in (run.path / "catalog/prov.json").read_text()
    assert not any(name.startswith("catalog/stac") for name in build_catalogs(run.path, root=lake))
    with pytest.raises(RecorderError) as caught:
        build_catalogs(run.path, ["stac"], root=lake)
    assert caught.value.code == "CATALOG_EXTENT_UNKNOWN"


def test_no_keywords_are_no_empty_list(record: Record, family_file: Callable[[str], None]) -> None:
    family_file("\n".join(x for x in ABOUT.splitlines() if not x.startswith("keyw")))
    with record() as run:
        write(run)
        run.write_catalogs(["stac"])
    assert "keywords" not in read(run.path, "catalog/stac/collection.json")


@pytest.mark.parametrize(
    ("license_", "told"),
    [
        ("CC-BY-4.0", "<http://spdx.org/licenses/CC-BY-4.0>"),
        ("LicenseRef-kansas", '"LicenseRef-kansas"'),
        ("CC-BY-4.0 OR ODbL-1.0", '"CC-BY-4.0 OR ODbL-1.0"'),
    ],
)
def test_licences_as_dcat_spells_them(
    record: Record, family_file: Callable[[str], None], license_: str, told: str
) -> None:
    family_file(ABOUT.replace("CC-BY-4.0", license_))
    with record() as run:
        write(run)
        run.write_catalogs(["dcat"])
    turtle = (run.path / "catalog/dcat.ttl").read_text()
    assert turtle.count(f"dct:license {told}") == 3
    assert ("dct:LicenseDocument" in turtle) is told.startswith("<")


def test_prov_names_use_the_prefixes(run: Path) -> None:
    text = (run / "catalog/prov.json").read_text()
    made = json.loads(text)
    assert made["prefix"] == {
        "kfm": "https://kfm-gates.dev/ns#",
        "run": "kfm://run/",
        "pipeline": "kfm://pipeline/",
        "dataset": "kfm://dataset/",
        "lake": "kfm://lake/",
        "n0": "https://example.org/a(b)/c%20d.csv?x=",
    }
    entity = made["entity"][f"run:{run.name}/artifacts/maps/a%20b.geojson"]
    assert entity["kfm:mediaType"] == "application/geo+json"
    assert "n0:1" in made["entity"]


def test_the_only_run(run: Path, lake: Path) -> None:
    assert only_run(lake) == run
