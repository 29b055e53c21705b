"""The example pipeline on its real data, and the demo that plays with it."""

from __future__ import annotations

import importlib.util
import json
import math
import shutil
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from record_helpers import document, log, sha256, sha256sum

from kfm_gates.evidence.run_dir import RECEIPTS, Run
from kfm_gates.project import load_project

EXAMPLE = Path(__file__).parents[2] / "examples" / "kansas_counties"


@pytest.fixture(scope="module")
def modules() -> Iterator[tuple[ModuleType, ModuleType]]:
    """The modules `geometry` and `pipeline` of the example."""
    pytest.importorskip("pyarrow")
    sys.path.insert(0, str(EXAMPLE))
    loaded = []
    for name in ("geometry", "pipeline"):
        spec = importlib.util.spec_from_file_location(name, EXAMPLE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        loaded.append(module)
    yield loaded[0], loaded[1]
    sys.path.remove(str(EXAMPLE))
    for name in ("geometry", "pipeline"):
        sys.modules.pop(name)


@pytest.fixture(scope="module")
def runs(
    modules: tuple[ModuleType, ModuleType], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """Two runs of the pipeline in two lakes, both in one repository."""
    found = []
    base = tmp_path_factory.mktemp("lakes")
    for name in ("one", "two"):
        ignore = shutil.ignore_patterns("work", "__pycache__")
        shutil.copytree(EXAMPLE, base / name, ignore=ignore)
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(("git", *command), cwd=base, check=True)
    for name in ("one", "two"):
        found.append(modules[1].main(base / name))
    return found


def outputs(run: Path) -> dict[str, str]:
    return {
        entry["path"].rpartition("/")[2]: entry["digest"]
        for entry in document(run, "run_manifest")["outputs"]
    }


def test_the_example_holds_what_was_given() -> None:
    raw = EXAMPLE / "data/raw/kansas_counties/kansas-counties.topojson"
    assert sha256(raw) == "f9906b9fa7068bf2152e9cc76706baa5f52274abd1ef2984f1bd17946838b676"


def test_the_lake_is_configured() -> None:
    project = load_project(EXAMPLE)
    assert project.profile_for("kansas_counties") == "local"
    family = project.families["kansas_counties"]
    assert family.rights is not None
    assert set(family.rights) == {"license", "holder", "attribution", "source"}


def test_a_run_is_complete(runs: list[Path]) -> None:
    for run in runs:
        lake = run.parents[4]
        opened = Run.open(run, root=lake, layout=load_project(lake).layout)
        assert opened.problems == ()
        assert all(opened.document(name).issues == () for name in RECEIPTS)
        assert sha256sum(run).returncode == 0
        assert document(run, "run_record")["status"] == "success"
        assert "git_dirty" not in document(run, "run_record")
        assert not [line for line in log(run) if line.get("level") == "warning"]


def test_two_runs_make_the_same_bytes(runs: list[Path]) -> None:
    assert outputs(runs[0]) == outputs(runs[1])
    specs = [document(run, "run_manifest")["spec_hash"] for run in runs]
    assert specs[0] == specs[1]


def test_two_runs_make_the_same_catalogs_but_for_ids_and_times(runs: list[Path]) -> None:
    first, second = ({p.name: neutral(run, p) for p in catalogs_of(run)} for run in runs)
    assert first == second
    assert set(first) == {
        *("dcat.jsonld", "dcat.ttl", "openlineage.jsonl", "prov.json"),
        *("collection.json", "item.json"),
    }


def catalogs_of(run: Path) -> list[Path]:
    return sorted(path for path in run.glob("catalog/**/*") if path.is_file())


def neutral(run: Path, path: Path) -> str:
    """A catalog without what differs from run to run: its id, as it is spelt, and its times."""
    from ulid import ULID

    record = document(run, "run_record")
    text = path.read_text("utf-8")
    for end in ("Z", "+00:00"):
        for moment in (record["started_at"], record["ended_at"]):
            text = text.replace(moment.replace("Z", end), "TIME")
    ids = (run.name, run.name.lower(), str(ULID.from_str(run.name).to_uuid()))
    for spelling in ids:
        text = text.replace(spelling, "RUN")
    return text


def test_the_catalogs_say_what_the_receipts_say(runs: list[Path]) -> None:
    run = runs[0]
    manifest = document(run, "run_manifest")
    place = run.relative_to(run.parents[4]).as_posix()
    named = [f"{place}/{path.relative_to(run).as_posix()}" for path in catalogs_of(run)]
    assert manifest["catalog_refs"] == named
    assert manifest["extents"]["bbox"] == geojson(run)["bbox"]
    item = json.loads((run / "catalog/stac/item.json").read_bytes())
    sums = {asset["file:checksum"].removeprefix("1220") for asset in item["assets"].values()}
    digests = {digest.removeprefix("sha256:") for digest in outputs(run).values()}
    assert sums == digests
    for name in ("dcat.jsonld", "dcat.ttl", "prov.json", "openlineage.jsonl"):
        text = (run / "catalog" / name).read_text("utf-8")
        assert all(digest in text for digest in digests), name


def test_the_checks_pass_with_their_numbers(runs: list[Path]) -> None:
    report = document(runs[0], "validation_report")
    assert report["overall_status"] == "pass"
    observed = {gate["name"]: gate["observed"] for gate in report["gates"]}
    required = load_project(EXAMPLE).families["kansas_counties"].required_checks
    assert set(observed) == set(required)
    assert observed["feature_count"] == observed["distinct_fips"] == 105
    assert observed["invalid_rings"] == 0
    # 82,278 square miles, land and water.
    assert observed["total_area_km2"] == pytest.approx(82_278 * 2.589988110336, rel=0.001)


def geojson(run: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((run / "artifacts/kansas-counties.geojson").read_bytes())
    return data


def test_geojson_keeps_to_its_standard(runs: list[Path]) -> None:
    data = geojson(runs[0])
    assert data["type"] == "FeatureCollection"
    assert len(data["features"]) == 105
    west, south, east, north = data["bbox"]
    assert (round(west), round(south), round(east), round(north)) == (-102, 37, -95, 40)
    for feature in data["features"]:
        assert feature["id"].startswith("20")
        (outer,) = feature["geometry"]["coordinates"]
        assert outer[0] == outer[-1]
        assert len(outer) >= 4
        turn = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(outer))
        assert turn < 0, "not counterclockwise"


def test_neighbours_share_their_borders(runs: list[Path]) -> None:
    edges: dict[frozenset[tuple[float, float]], int] = {}
    for feature in geojson(runs[0])["features"]:
        (outer,) = feature["geometry"]["coordinates"]
        for a, b in pairwise(outer):
            edge = frozenset((tuple(a), tuple(b)))
            edges[edge] = edges.get(edge, 0) + 1
    assert set(edges.values()) == {1, 2}
    # What only one county has is the outline of the state: one edge in, one edge out everywhere.
    ends = Counter(point for edge, count in edges.items() if count == 1 for point in edge)
    assert set(ends.values()) == {2}


def test_geoparquet_says_the_same_as_geojson(runs: list[Path]) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(runs[0] / "artifacts/kansas-counties.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Polygon"])
    assert column["orientation"] == "counterclockwise"
    data = geojson(runs[0])
    assert column["bbox"] == data["bbox"]
    for row, feature in zip(table.to_pylist(), data["features"], strict=True):
        assert {key: row[key] for key in ("fips", "name", "area_km2")} == feature["properties"]
        assert unpacked(row["geometry"]) == feature["geometry"]["coordinates"]


def unpacked(raw: bytes) -> list[list[list[float]]]:
    """Rings of a polygon in little-endian well-known binary."""
    order, kind, count = struct.unpack_from("<BII", raw)
    assert (order, kind) == (1, 3)
    offset, rings = 9, []
    for _ in range(count):
        (points,) = struct.unpack_from("<I", raw, offset)
        offset += 4
        numbers = struct.unpack_from(f"<{points * 2}d", raw, offset)
        offset += points * 16
        rings.append([list(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)])
    assert offset == len(raw)
    return rings


def test_areas_are_those_of_the_ellipsoid(modules: tuple[ModuleType, ModuleType]) -> None:
    geometry = modules[0]
    whole = ((-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0), (-180.0, -90.0))
    assert geometry.signed_area_km2(whole) == pytest.approx(510_065_621.724, rel=1e-9)
    # A quadrangle of a degree at the equator, from the closed formula of the ellipsoid.
    e2 = 0.0066943799901413165
    e, s = math.sqrt(e2), math.sin(math.radians(1))
    q = s / (1 - e2 * s * s) + math.atanh(e * s) / e
    wanted = 6378.137**2 * (1 - e2) / 2 * q * math.radians(1)
    cell = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))
    assert geometry.signed_area_km2(cell) == pytest.approx(wanted, rel=1e-12)
    assert geometry.signed_area_km2(cell[::-1]) == pytest.approx(-wanted, rel=1e-12)


@pytest.mark.parametrize(
    ("ring", "valid"),
    [
        ([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], True),
        ([(0, 0), (1, 0), (1, 1), (0, 1)], False),
        ([(0, 0), (1, 0), (0, 0)], False),
        ([(0, 0), (1, 0), (2, 0), (0, 0)], False),
        ([(0, 0), (2, 2), (2, 0), (0, 1), (0, 0)], False),
        ([(0, 0), (1, 0), (1, 1), (1, 0), (0, 1), (0, 0)], False),
        ([(0, 0), (3, 0), (3, 3), (2, 0), (0, 3), (0, 0)], False),
        ([(0, 0), (4, 0), (4, 1), (3, 1), (2, 1), (1, 1), (0, 1), (0, 0)], True),
    ],
    ids=["square", "open", "line", "flat", "bow tie", "spike", "touching", "in line"],
)
def test_rings(
    modules: tuple[ModuleType, ModuleType], ring: list[tuple[float, float]], valid: bool
) -> None:
    assert modules[0].is_valid(tuple((float(x), float(y)) for x, y in ring)) is valid


def test_what_is_no_polygon_is_refused(modules: tuple[ModuleType, ModuleType]) -> None:
    topology = {
        "arcs": [],
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "objects": {"x": {"geometries": [{"type": "Point", "id": "1"}]}},
    }
    with pytest.raises(ValueError, match="not a Polygon"):
        modules[0].decode(topology, "x")
