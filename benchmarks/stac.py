"""A large STAC catalog, checked: documents per second, memory, and the same in other validators.

    python benchmarks/stac.py [--count N] [--peers N] [--schemas DIR]

Everything is measured on this machine in this run. The peers look at fewer items, one after the
other in a process of their own, and only at schemas; with `--schemas` they find those of
extensions in a mirror, without it they check the core only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import stac_catalog
from measure import environment, in_process, peak_memory

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CORES = len(os.sched_getaffinity(0))
RUN = "data/work/runs/scenes/01KHQZ2C80Q1V5A7M3TB6XJ4NE"
BOUND = 10_000


def ours(lake: Path) -> dict[str, Any]:
    """Read, hash, parse and check every document: what the gate does with an opened run."""
    from kfm_gates.catalogs import stac, survey
    from kfm_gates.catalogs._api import Question, RunFacts
    from kfm_gates.catalogs.files import RunFiles
    from kfm_gates.evidence.run_dir import Run
    from kfm_gates.model import Layout

    start = time.perf_counter()
    run = Run.open(lake / RUN, root=lake, layout=Layout())
    opened = time.perf_counter() - start
    now = dt.datetime.now(dt.UTC)
    facts = RunFacts(
        run_id=run.name,
        family="scenes",
        relpath=run.relpath,
        artifacts="artifacts",
        started_at=now,
        ended_at=now,
        pipeline_id="benchmarks/stac",
        commit="0" * 40,
        outputs={},
        inputs={},
    )
    question = Question(files=RunFiles(run), now=now, run=facts)
    start = time.perf_counter()
    found = survey.survey(question.files, list(run.entries), lambda: question)
    examined = stac.examine(found.of("stac"), question)
    seconds = time.perf_counter() - start
    if examined.error or examined.remarks or found.errors or found.unknown:
        raise RuntimeError(f"not clean: {examined.error} {examined.remarks[:3]} {found.errors}")
    return {"seconds": seconds, "opened": opened, "documents": examined.facts["documents"]}


def pystac(lake: Path, count: int, schemas: str) -> dict[str, Any]:
    """`pystac.validation` of some items, with the schemas in memory as after a download."""
    from pystac.validation import RegisteredValidator, validate_dict

    items = items_of(lake, count)
    if schemas:
        index = json.loads((Path(schemas) / "index.json").read_bytes())
        wanted = {uri for raw in items for uri in json.loads(raw)["stac_extensions"]}
        wanted |= {uri for uri in index if "/v0.7/" in uri or "geojson.org" in uri}
        RegisteredValidator.get_validator().schema_cache.update(  # type: ignore[attr-defined]
            {uri: json.loads((Path(schemas) / index[uri]["file"]).read_bytes()) for uri in wanted}
        )
    start = time.perf_counter()
    for raw in items:
        data = json.loads(raw)
        if not schemas:
            data["stac_extensions"] = []
        validate_dict(data)
    return {"seconds": time.perf_counter() - start, "documents": len(items)}


def jsonschema(lake: Path, count: int, schemas: str) -> dict[str, Any]:
    """The slow engine with prepared validators and the schemas that are shipped."""
    import jsonschema as slow
    import referencing
    import referencing.jsonschema

    from kfm_gates.catalogs.stac.schemas import Schemas

    items, ready, made = items_of(lake, count), Schemas(), {}

    def validator(schema: Any) -> Any:
        registry: Any = referencing.Registry()
        for address, document in schema.resources:
            resource = referencing.jsonschema.DRAFT7.create_resource(document)
            registry = registry.with_resource(address, resource)
        return slow.Draft7Validator(schema.document, registry=registry)

    start = time.perf_counter()
    for raw in items:
        data = json.loads(raw)
        for name in ("", *data["stac_extensions"]):
            if name not in made:
                found = ready.extension(name) if name else ready.core("item", "1.1.0")
                made[name] = validator(found)
            if not made[name].is_valid(data):
                raise RuntimeError("an item is not valid")
    return {"seconds": time.perf_counter() - start, "documents": len(items)}


def items_of(lake: Path, count: int) -> list[bytes]:
    """Bytes of some items."""
    found = sorted((lake / RUN / "catalog" / "items").rglob("*.json"))[:count]
    return [path.read_bytes() for path in found]


def measure(count: int, peers: int, schemas: str) -> None:
    """Print the table."""
    print(
        f"{platform.system()} {platform.machine()}, {CORES} cores, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n"
    )
    print("| what | bound | measured | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder)
        size = stac_catalog.write(lake / RUN, count)
        best = min(
            (in_process(HERE / "stac.py", "--ours", folder) for _ in range(3)),
            key=lambda r: r["seconds"],
        )
        rate = best["documents"] / best["seconds"]
        print(
            f"| {best['documents']} STAC documents, {size / 1e6:.0f} MB | {BOUND} documents/s | "
            f"{rate:.0f} documents/s, {best['seconds']:.1f} s | {rate / BOUND:.2f} of the bound |"
        )
        print(f"|   listing the run before | | {best['opened']:.2f} s | |")
        argv = [sys.executable, str(HERE / "stac.py"), "--ours", folder]
        peak = peak_memory(argv, ROOT, environment())
        print(
            f"|   memory, all processes | 500 MB | {peak:.0f} MB | {peak / 500:.2f} of the bound |"
        )
        for name in ("pystac", "jsonschema"):
            theirs = in_process(
                HERE / "stac.py", f"--{name}", folder, "--peers", str(peers), "--schemas", schemas
            )
            other = theirs["documents"] / theirs["seconds"]
            what = "core only" if name == "pystac" and not schemas else "with extensions"
            print(
                f"|   peer: {name}, schemas only, {what} | | {other:.0f} documents/s | "
                f"{rate / other:.0f} times as many here |",
                flush=True,
            )


def main() -> None:
    """Measure and print, or be measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000, help="items in the catalog")
    parser.add_argument("--peers", type=int, default=300, help="items that a peer looks at")
    parser.add_argument("--schemas", default="", help="mirror of STAC schemas, for pystac")
    for name in ("ours", "pystac", "jsonschema"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ours:
        print(json.dumps(ours(Path(options.ours))))
    elif options.pystac:
        print(json.dumps(pystac(Path(options.pystac), options.peers, options.schemas)))
    elif options.jsonschema:
        print(json.dumps(jsonschema(Path(options.jsonschema), options.peers, options.schemas)))
    else:
        measure(options.count, options.peers, options.schemas)


if __name__ == "__main__":
    main()
