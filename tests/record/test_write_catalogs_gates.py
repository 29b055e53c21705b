"""What the recorder writes passes the gates that read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_helpers import RAW, Record, log
from test_write_catalogs import ABOUT, TIME, write

import kfm_gates
from kfm_gates.record import RunRecorder

GATES = ["layout", "integrity", "outputs", "stac", "dcat", "prov", "openlineage", "closure"]


def judged(run: Path, lake: Path) -> dict[str, Any]:
    found = {}
    for result in kfm_gates.run_gates(run, GATES, root=lake):
        findings = [(f.code, f.message, f.where.file, f.where.pointer) for f in result.findings]
        found[result.id] = (str(result.status), findings, result.error)
    return found


def passes(run: Path, lake: Path, *absent: str) -> None:
    for gate, (status, findings, error) in judged(run, lake).items():
        wanted = "not_applicable" if gate in absent else "pass"
        assert (status, findings, error) == (wanted, [], None), gate


PLAIN = ABOUT.replace('"1 \\u00e9tat", ', "")


@pytest.mark.parametrize(
    ("more", "arguments"),
    [
        ("", {"extents": {"interval": TIME}}),
        ("", {}),
        ("", {"extents": {"interval": [TIME[0], None]}}),
        ("base_url: https://data.example.org/wells/\n", {}),
        ("", {"sensitivity": {"label": "internal"}}),
        ("", {"repo": "https://example.org/repo", "versions": {"gdal": "3.9.2"}}),
    ],
)
def test_a_run_passes(
    record: Record,
    family_file: Callable[[str], None],
    lake: Path,
    more: str,
    arguments: dict[str, Any],
) -> None:
    family_file(PLAIN + more)
    with record(**arguments) as run:
        write(run)
        run.write_catalogs()
    passes(run.path, lake)


@pytest.mark.parametrize(
    "license_", ["CC-BY-4.0", "LicenseRef-kansas", "CC-BY-4.0 OR ODbL-1.0", "CC0-1.0"]
)
def test_licences_agree(
    record: Record, family_file: Callable[[str], None], lake: Path, license_: str
) -> None:
    family_file(PLAIN.replace("CC-BY-4.0", license_))
    with record() as run:
        write(run)
        run.write_catalogs()
    found = judged(run.path, lake)
    wrong = {gate: one for gate, one in found.items() if one[0] != "pass"}
    assert not wrong


def test_a_redaction_is_backed(
    record: Record, family_file: Callable[[str], None], lake: Path
) -> None:
    family_file(PLAIN.replace("label: public,", "label: public_generalized,"))
    with record() as run:
        write(run)
        run.transform("round to 0.1°", "generalization", "Coordinates rounded.")
        run.transform("drop owners", "redaction")
        run.write_catalogs()
    passes(run.path, lake)


def test_nothing_spatial(record: Record, family_file: Callable[[str], None], lake: Path) -> None:
    family_file(PLAIN)

    def block(run: RunRecorder) -> None:
        run.input(RAW)
        with run.open_output("rows.json", media_type="application/json", mode="w") as file:
            json.dump({"rows": 7}, file)
        run.check("rows", observed=1, threshold={"min": 1})
        run.write_catalogs()

    with record() as run:
        block(run)
    passes(run.path, lake, "stac")
    assert not [line for line in log(run.path) if line.get("level") == "warning"]


def test_many_names(record: Record, family_file: Callable[[str], None], lake: Path) -> None:
    family_file(PLAIN)
    names = ["ü/é.csv", "a+b&c=d.csv", "x(1)'y;z,.csv", "~t@il!$.csv", "a#b.csv"]
    with record() as run:
        write(run)
        for name in names:
            with run.open_output(name, media_type="text/csv", mode="w") as file:
                file.write(f"name\n{name}\n")
        run.write_catalogs()
    passes(run.path, lake)


def test_two_outputs_and_inputs_of_the_same_bytes(
    record: Record, family_file: Callable[[str], None], lake: Path
) -> None:
    family_file(PLAIN)
    (lake / "data/raw/demo_family/copy.csv").write_bytes((lake / RAW).read_bytes())
    with record() as run:
        write(run)
        run.input("data/raw/demo_family/copy.csv")
        for name in ("one.csv", "two.csv"):
            with run.open_output(name, media_type="text/csv") as file:
                file.write((lake / RAW).read_bytes())
        run.write_catalogs()
    passes(run.path, lake)
