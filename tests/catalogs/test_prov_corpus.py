"""Real PROV documents: those that are valid give no alarm, and what is found has its reason."""

from __future__ import annotations

from collections import Counter

import pytest
from prov_tools import CORPUS, WHY, document
from test_prov_examination import asked

from kfm_gates.catalogs.prov import examine

JSON = CORPUS / "python-prov" / "json"
INVALID = {"PROV_ARGUMENT_MISSING", "PROV_UNIQUENESS_VIOLATED"}


@pytest.mark.skipif(not JSON.is_dir(), reason=WHY)
def test_what_is_found_in_the_corpus() -> None:
    found: dict[str, set[str]] = {}
    for path in sorted(JSON.glob("*.json")):
        examined = examine([document(path.read_bytes(), "prov-json")], asked())
        assert examined.error is None, path
        found[path.stem] = {remark.code.id for remark in examined.remarks}
    assert len(found) == 398
    assert Counter(code for codes in found.values() for code in codes) == {
        # Derivations from nothing, and so on: each lacks a mandatory argument.
        "PROV_ARGUMENT_MISSING": 17,
        # The documents called scruffy: two statements of one identifier contradict each other.
        "PROV_UNIQUENESS_VIOLATED": 28,
        # Those of them whose one event has two times; a usage is an event of its own.
        "PROV_CLOCK_CONTRADICTED": 20,
        # One relation by itself, whose ends nobody declares.
        "PROV_ID_DANGLING": 155,
    }
    scruffy = {name for name, codes in found.items() if "PROV_UNIQUENESS_VIOLATED" in codes}
    assert scruffy == {name for name in found if name.startswith("scruffy-")}
    assert all(
        codes <= {"PROV_ID_DANGLING"} | INVALID for n, codes in found.items() if n not in scruffy
    )
