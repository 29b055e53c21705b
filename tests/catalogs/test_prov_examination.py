"""What the examination of PROV documents answers: claims, facts, lint, bounds."""

from __future__ import annotations

import copy
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

import good_prov
import goodrun
import pytest
from prov_tools import document, provn, reading, xml

from kfm_gates.catalogs._api import Examined, Output, Question, RunFacts
from kfm_gates.catalogs.prov import CHECKS, examination, examine, model
from kfm_gates.catalogs.prov.codes import CHECKS as DECLARED
from kfm_gates.errors import EvidenceError, EvidenceUnreadable
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.model import Level

NOW = dt.datetime(2026, 2, 18, 9, 0, tzinfo=dt.UTC)
WELLS = "artifacts/wells.geojson"


class Memory:
    """Files that are only in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.hashed: list[str] = []

    def size(self, path: str) -> int | None:
        raw = self.files.get(path)
        return None if raw is None else len(raw)

    def is_directory(self, path: str) -> bool:
        return False

    def digests(self, paths: Iterable[str]) -> Mapping[str, FileDigest | EvidenceError]:
        import hashlib

        found = sorted(paths)
        self.hashed += found
        return {
            path: FileDigest(hashlib.sha256(self.files[path]).hexdigest(), len(self.files[path]))
            for path in found
        }

    def read(self, path: str, max_bytes: int) -> bytes:
        raise AssertionError("nothing is read")

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        raise AssertionError("nothing is opened")

    def paths(self) -> Iterable[str]:
        return sorted(self.files)


def facts() -> RunFacts:
    """The receipts of the good run."""
    outputs = goodrun.artifacts()
    return RunFacts(
        run_id=goodrun.RUN_ID,
        family=goodrun.FAMILY,
        relpath=goodrun.RUN,
        artifacts="artifacts",
        started_at=dt.datetime.fromisoformat(goodrun.STARTED),
        ended_at=dt.datetime.fromisoformat(goodrun.ENDED),
        pipeline_id="pipelines/kansas_wells",
        commit=goodrun.COMMIT,
        outputs={
            path: Output(
                path=path,
                sha256=goodrun.sha256(raw).removeprefix("sha256:"),
                pointer=f"/outputs/{n}",
            )
            for n, (path, raw) in enumerate(outputs.items())
        },
        inputs={
            path: goodrun.sha256(raw).removeprefix("sha256:")
            for path, raw in goodrun.lake_files().items()
        },
    )


def asked(run: RunFacts | None = None, files: Mapping[str, bytes] | None = None) -> Question:
    return Question(files=Memory(goodrun.artifacts() if files is None else files), now=NOW, run=run)


def good() -> dict[str, Any]:
    return copy.deepcopy(good_prov.document())


def looked(data: Any, question: Question | None = None, form: str = "prov-json") -> Examined:
    content = data if isinstance(data, str) else json.dumps(data)
    return examine([document(content, form)], question or asked(facts()))


def codes(found: Examined) -> list[str]:
    return sorted(remark.code.id for remark in found.remarks)


def test_every_check_is_answered_once() -> None:
    assert CHECKS is DECLARED
    ids = {check.id for check in CHECKS}
    assert all(check.conditional for check in CHECKS)
    empty = examine([document("document endDocument", "prov-n")], asked())
    for found in (
        looked(good()),
        looked(good(), asked()),
        empty,
        examine([], asked(facts())),
        examine([], asked()),
    ):
        assert found.counts.keys() | found.witnesses.keys() == ids
        assert not found.counts.keys() & found.witnesses.keys()


def test_claims_of_the_good_provenance() -> None:
    found = looked(good())
    assert not found.remarks
    assert found.error is None
    assert [(claim.artifact, claim.href, claim.pointer, claim.size) for claim in found.claims] == [
        (
            path,
            f"kfm://run/{goodrun.RUN_ID}/{path}",
            f"/entity/run:{path.replace('/', '~1')}",
            len(raw),
        )
        for path, raw in goodrun.artifacts().items()
    ]
    for claim, raw in zip(found.claims, goodrun.artifacts().values(), strict=True):
        assert [d.sha256 for d in claim.digests] == [goodrun.sha256(raw).removeprefix("sha256:")]
        assert (claim.source, claim.file, claim.id) == ("prov", "catalog/prov.json", claim.href)
    (dataset,) = found.datasets
    assert (dataset.id, dataset.title) == (f"kfm://dataset/{goodrun.FAMILY}", "Wells of Kansas")
    (activity,) = found.activities
    assert activity.id == f"kfm://run/{goodrun.RUN_ID}"
    assert activity.generated == frozenset(goodrun.artifacts())


def test_an_activity_has_types_and_a_label() -> None:
    data = good()
    data["activity"][f"runs:{goodrun.RUN_ID}"] |= {
        "prov:type": [
            {"$": "kfm:Redaction", "type": "prov:QUALIFIED_NAME"},
            "Generalization",
        ],
        "prov:label": "mask wells",
    }
    (activity,) = looked(data).activities
    assert activity.types == {"https://kfm-gates.dev/ns#Redaction", "generalization"}
    assert activity.label == "mask wells"


def test_more_of_a_claim() -> None:
    data = good()
    data["prefix"]["dct"] = "http://purl.org/dc/terms/"
    data["entity"][f"run:{WELLS}"] |= {
        "dct:license": "CC-BY-4.0",
        "kfm:mediaType": "application/geo+json",
        "kfm:size": "many",
    }
    found = looked(data)
    assert codes(found) == ["PROV_SIZE_UNUSABLE"]
    claim = found.claims[0]
    assert (claim.license, claim.media_type, claim.size) == (
        "CC-BY-4.0",
        "application/geo+json",
        None,
    )


@pytest.mark.parametrize("form", ["prov-json", "prov-xml", "prov-n"])
def test_a_remark_says_where(form: str) -> None:
    data = good()
    del data["wasAssociatedWith"]["_:a1"]["prov:plan"]
    raw = json.dumps(data, indent=1)
    line = raw[: raw.index('"_:a1"')].count("\n") + 1
    if form != "prov-json":
        raw = xml(reading(raw, "prov-json"))
        line = raw[: raw.index("wasAssociatedWith")].count("\n") + 1
    if form == "prov-n":
        import prov.model

        raw = prov.model.ProvDocument.deserialize(content=json.dumps(data)).get_provn()
        line = raw[: raw.index("wasAssociatedWith")].count("\n") + 1
    (remark,) = looked(raw, form=form).remarks
    assert remark.code.id == "PROV_RUN_PLAN_MISSING"
    assert remark.line == line
    assert remark.pointer == ("/wasAssociatedWith/_:a1" if form == "prov-json" else None)


def test_a_remark_about_turtle_names_the_subject() -> None:
    text = (
        "@prefix prov: <http://www.w3.org/ns/prov#> .\n\n"
        "<http://example.org/x> a prov:Entity, prov:Activity .\n"
    )
    (remark,) = looked(text, asked(), "prov-o-turtle").remarks
    assert (remark.code.id, remark.pointer, remark.line) == (
        "PROV_TYPE_CONFLICT",
        "http://example.org/x",
        3,
    )


def test_lint_does_not_ask_about_the_run() -> None:
    found = looked(
        provn("entity(ex:e)", "activity(ex:a)", "used(ex:a, ex:e, -)"), asked(), "prov-n"
    )
    assert not found.remarks
    assert found.facts == {"documents": 1, "activities": 1, "entities": 1, "agents": 0}
    assert set(found.witnesses) == {
        "generated_once",
        "run_described",
        "inputs_known",
        "versions_apart",
        "clocks",
        "digests_hold",
    }


def test_lint_compares_bytes_that_are_there() -> None:
    text = (
        "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix kfm: <https://kfm-gates.dev/ns#> .\n"
        '<a.csv> a prov:Entity ; kfm:digest "{}" .\n<b.csv> a prov:Entity .\n'
        "<#part> a prov:Entity . <gone.csv> a prov:Entity .\n"
    )
    files = {"catalog/a.csv": b"1,2\n", "catalog/b.csv": b"x\n", "catalog/prov.ttl": b"x"}
    right = text.format(goodrun.sha256(b"1,2\n"))
    assert codes(looked(right, asked(None, files), "prov-o-turtle")) == ["PROV_DIGEST_MISSING"]
    wrong = text.format(goodrun.sha256(b"other"))
    assert codes(looked(wrong, asked(None, files), "prov-o-turtle")) == [
        "PROV_DIGEST_MISMATCH",
        "PROV_DIGEST_MISSING",
    ]


DIGEST = goodrun.sha256(goodrun.artifacts()[WELLS])


def ni(digest: str) -> str:
    import base64

    raw = bytes.fromhex(digest.removeprefix("sha256:"))
    return f"ni:///sha-256;{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "attributes",
    [
        {"kfm:digest": DIGEST},
        {"kfm:sha256": DIGEST.removeprefix("sha256:")},
        {"schema:sha256": DIGEST.removeprefix("sha256:")},
        {"kfm:digest": f"1220{DIGEST.removeprefix('sha256:')}"},
        {"kfm:digest": ni(DIGEST)},
        {"prov:location": {"$": ni(DIGEST), "type": "xsd:anyURI"}},
        {"dct:identifier": ni(DIGEST)},
        {
            "spdx:algorithm": {
                "$": "spdx:checksumAlgorithm_sha256",
                "type": "prov:QUALIFIED_NAME",
            },
            "spdx:checksumValue": DIGEST.removeprefix("sha256:"),
        },
    ],
)
def test_spellings_of_a_digest(attributes: dict[str, Any]) -> None:
    data = good()
    data["prefix"] |= {
        "schema": "https://schema.org/",
        "dct": "http://purl.org/dc/terms/",
        "spdx": "http://spdx.org/rdf/terms#",
    }
    data["entity"][f"run:{WELLS}"] = attributes
    assert codes(looked(data)) == []
    tampered = {**goodrun.artifacts(), WELLS: b"tampered"}
    assert codes(looked(data, asked(facts(), tampered))) == ["PROV_DIGEST_MISMATCH"]


@pytest.mark.parametrize(
    "attributes",
    [
        {"kfm:digest": "md5:0123456789abcdef0123456789abcdef"},
        {"kfm:md5": "0123456789abcdef0123456789abcdef"},
        {"kfm:sha1": "0" * 40},
        {"kfm:digest": DIGEST.upper()},
        {"kfm:digest": DIGEST[:-1]},
        {"kfm:digest": "sha256:" + "0" * 64},
        {"kfm:digest": DIGEST.removeprefix("sha256:")},
        {"spdx:checksumValue": DIGEST.removeprefix("sha256:")},
        {"kfm:digest": ""},
    ],
)
def test_a_digest_that_is_none_is_never_passed(attributes: dict[str, Any]) -> None:
    data = good()
    data["prefix"]["spdx"] = "http://spdx.org/rdf/terms#"
    data["entity"][f"run:{WELLS}"] = attributes
    assert codes(looked(data)) == ["PROV_DIGEST_UNUSABLE"]
    # A right digest beside it does not make it better.
    data["entity"][f"run:{WELLS}"] = {**attributes, "kfm:sha256": DIGEST.removeprefix("sha256:")}
    assert codes(looked(data)) == ["PROV_DIGEST_UNUSABLE"]


def test_a_digest_of_anything_has_to_be_one() -> None:
    data = good()
    data["entity"]["code:kansas_wells"]["kfm:digest"] = "sha1:" + "1" * 40
    assert codes(looked(data)) == ["PROV_DIGEST_UNUSABLE"]


def test_bytes_that_are_absent_are_compared_with_the_manifest() -> None:
    data = good()
    files = {p: raw for p, raw in goodrun.artifacts().items() if p != WELLS}
    (remark,) = looked(data, asked(facts(), files)).remarks
    assert (remark.code.id, remark.unproven) == ("PROV_ARTIFACT_ABSENT", True)
    data["entity"][f"run:{WELLS}"]["kfm:digest"] = "sha256:" + "3" * 64
    assert codes(looked(data, asked(facts(), files))) == [
        "PROV_ARTIFACT_ABSENT",
        "PROV_DIGEST_MISMATCH",
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("run:artifacts/..%2f..%2fetc", "PROV_LOCATION_REFUSED"),
        ("lake:../../../../../../etc/passwd", "PROV_LOCATION_REFUSED"),
        ("run:logs/gone.jsonl", None),
        ("run:artifacts/gone.csv", "PROV_ARTIFACT_ABSENT"),
        ("code:x", None),
    ],
)
def test_names_of_places(name: str, code: str | None) -> None:
    data = good()
    data["entity"][name] = {"kfm:digest": DIGEST}
    assert codes(looked(data)) == ([] if code is None else [code])


def test_a_place_in_words_is_no_reference() -> None:
    data = good()
    data["entity"][f"run:{WELLS}"]["prov:location"] = ["London", "/somewhere", "../../../../../.."]
    assert not looked(data).remarks
    data["entity"][f"run:{WELLS}"]["prov:location"] = {"$": "/etc/x", "type": "xsd:anyURI"}
    assert codes(looked(data)) == ["PROV_LOCATION_REFUSED"]


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2026-02-18T08:45:01Z", "2026-02-18T08:54:59Z", 0),
        ("2026-02-18T08:45:01.001Z", "2026-02-18T08:55:00Z", 1),
        ("2026-02-18T08:45:00Z", "2026-02-18T08:53:58Z", 1),
        ("2026-02-18T09:45:00+01:00", "2026-02-18T08:55:00.5Z", 0),
        ("2026-02-18T09:45:00", "2026-02-18T08:55:00Z", 2),
    ],
)
def test_the_tolerance_of_the_run(start: str, end: str, wanted: int) -> None:
    data = good()
    data["used"]["_:u1"].pop("prov:time")
    for one in data["wasGeneratedBy"].values():
        one.pop("prov:time")
    data["activity"][f"runs:{goodrun.RUN_ID}"] = {"prov:startTime": start, "prov:endTime": end}
    found = [c for c in codes(looked(data)) if c != "PROV_CLOCK_CONTRADICTED"]
    assert len(found) == wanted, found


def test_a_message_states_its_tolerance() -> None:
    data = good()
    data["used"]["_:u1"]["prov:time"] = "2026-02-18T08:40:00Z"
    (remark,) = looked(data).remarks
    assert remark.wanted == "not before 2026-02-18T08:45:00Z, with a tolerance of 1 s"
    data["used"]["_:u1"]["prov:time"] = "2026-02-18T08:44:59Z"
    assert not looked(data).remarks


CHAIN = (
    "entity(ex:e1)",
    "entity(ex:e2)",
    "entity(ex:e3)",
    *(f"activity(ex:a{n})" for n in (1, 2, 3)),
    "wasGeneratedBy(ex:e1, ex:a1, 2026-02-18T08:30:00Z)",
    "wasDerivedFrom(ex:e2, ex:e1)",
    "wasDerivedFrom(ex:e3, ex:e2)",
)


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("used(ex:a3, ex:e3, 2026-02-18T08:25:00Z)", []),
        ("used(ex:a3, ex:e3, 2026-02-18T08:24:59Z)", ["PROV_CLOCK_CONTRADICTED"]),
        ("wasEndedBy(ex:a3, ex:e3, -, 2026-02-18T08:00:00Z)", ["PROV_CLOCK_CONTRADICTED"]),
        ("wasInvalidatedBy(ex:e3, -, 2026-02-18T08:00:00Z)", ["PROV_CLOCK_CONTRADICTED"]),
        ("wasInvalidatedBy(ex:e1, -, 2026-02-18T08:31:00Z)", []),
        ("wasGeneratedBy(ex:e1, ex:a2, 2026-02-18T08:30:00Z)", []),
        ("wasGeneratedBy(ex:e1, ex:a2, 2026-02-18T08:36:00Z)", ["PROV_CLOCK_CONTRADICTED"]),
        ("used(ex:a3, ex:e3, 2026-02-18T09:05:00Z)", []),
        ("used(ex:a3, ex:e3, 2026-02-18T09:05:01Z)", ["PROV_CLOCK_CONTRADICTED"]),
    ],
)
def test_clocks_are_compared_across_activities(last: str, found: list[str]) -> None:
    """However long the way between two events is; five minutes of skew are tolerated."""
    assert codes(looked(provn(*CHAIN, last), asked(), "prov-n")) == found


EARLY, LATE = "2026-02-18T08:10:00Z", "2026-02-18T08:40:00Z"
GENERATED = "wasGeneratedBy(ex:{0}, -, {1})".format
INVALIDATED = "wasInvalidatedBy(ex:{0}, -, {1})".format
STARTED = "wasStartedBy(ex:{0}, -, -, {1})".format
ENDED = "wasEndedBy(ex:{0}, -, -, {1})".format
USED = "used(ex:{0}, ex:{1}, {2})".format
ORDER: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "31": ("wasStartedBy(ex:a, ex:e, -, {})", "wasStartedBy(ex:a, ex:f, -, {})", ()),
    "32": ("wasEndedBy(ex:a, ex:e, -, {})", "wasEndedBy(ex:a, ex:f, -, {})", ()),
    "35": (STARTED("a", "{}"), ENDED("b", "{}"), ("wasInformedBy(ex:b, ex:a)",)),
    "36": (GENERATED("e", "{}"), INVALIDATED("e", "{}"), ()),
    "37": (GENERATED("e", "{}"), USED("a", "e", "{}"), ()),
    "38": (USED("a", "e", "{}"), INVALIDATED("e", "{}"), ()),
    "40": ("wasInvalidatedBy(ex:e, ex:a, {})", "wasInvalidatedBy(ex:e, ex:b, {})", ()),
    "41": (
        "used(ex:u; ex:a, ex:e, {})",
        "wasGeneratedBy(ex:g; ex:f, ex:a, {})",
        ("wasDerivedFrom(ex:f, ex:e, ex:a, ex:g, ex:u)",),
    ),
    "42": (GENERATED("e", "{}"), GENERATED("f", "{}"), ("wasDerivedFrom(ex:f, ex:e)",)),
    "43 before": (GENERATED("e", "{}"), "wasStartedBy(ex:a, ex:e, -, {})", ()),
    "43 after": ("wasStartedBy(ex:a, ex:e, -, {})", INVALIDATED("e", "{}"), ()),
    "44 before": (GENERATED("e", "{}"), "wasEndedBy(ex:a, ex:e, -, {})", ()),
    "44 after": ("wasEndedBy(ex:a, ex:e, -, {})", INVALIDATED("e", "{}"), ()),
    "45": (GENERATED("e", "{}"), GENERATED("f", "{}"), ("specializationOf(ex:f, ex:e)",)),
    "46": (INVALIDATED("f", "{}"), INVALIDATED("e", "{}"), ("specializationOf(ex:f, ex:e)",)),
    "46, at a remove": (
        INVALIDATED("f", "{}"),
        INVALIDATED("e", "{}"),
        ("specializationOf(ex:f, ex:m)", "mentionOf(ex:m, ex:e, ex:b)"),
    ),
    "47.1": (STARTED("a", "{}"), INVALIDATED("g", "{}"), ("wasAssociatedWith(ex:a, ex:g, -)",)),
    "47.2": (GENERATED("g", "{}"), ENDED("a", "{}"), ("wasAssociatedWith(ex:a, ex:g, -)",)),
    "47.3": (STARTED("a", "{}"), ENDED("g", "{}"), ("wasAssociatedWith(ex:a, ex:g, -)",)),
    "47.4": (STARTED("g", "{}"), ENDED("a", "{}"), ("wasAssociatedWith(ex:a, ex:g, -)",)),
    "48.1": (GENERATED("g", "{}"), GENERATED("e", "{}"), ("wasAttributedTo(ex:e, ex:g)",)),
    "48.2": (STARTED("g", "{}"), GENERATED("e", "{}"), ("wasAttributedTo(ex:e, ex:g)",)),
    "49.1": (GENERATED("h", "{}"), INVALIDATED("g", "{}"), ("actedOnBehalfOf(ex:g, ex:h)",)),
    "49.2": (STARTED("h", "{}"), ENDED("g", "{}"), ("actedOnBehalfOf(ex:g, ex:h)",)),
    "Inference 14": (
        GENERATED("g", "{}"),
        ENDED("a", "{}"),
        ("actedOnBehalfOf(ex:g, ex:h, ex:a)",),
    ),
    "Inference 9": (
        STARTED("b", "{}"),
        USED("c", "e", "{}"),
        ("wasStartedBy(ex:a, ex:e, ex:b, -)",),
    ),
    "Inference 10": (
        STARTED("b", "{}"),
        USED("c", "e", "{}"),
        ("wasEndedBy(ex:a, ex:e, ex:b, -)",),
    ),
    "34 of a derivation": (
        "activity(ex:a, {}, -)",
        USED("c", "f", "{}"),
        ("wasDerivedFrom(ex:f, ex:e, ex:a, -, -)",),
    ),
    "34 and an end": (
        GENERATED("e", "{}"),
        "activity(ex:a, -, {})",
        ("wasDerivedFrom(ex:f, ex:e, ex:a, -, -)",),
    ),
    "34 of a derivation and an end": (
        GENERATED("f", "{}"),
        "activity(ex:a, -, {})",
        ("wasDerivedFrom(ex:f, ex:e, ex:a, -, -)",),
    ),
    "38 of a derivation": (
        "activity(ex:a, {}, -)",
        INVALIDATED("e", "{}"),
        ("wasDerivedFrom(ex:f, ex:e, ex:a, -, -)",),
    ),
}
"""What comes first, what comes then, and why: by each constraint that orders events."""


@pytest.mark.parametrize("title", ORDER)
def test_every_constraint_orders_the_clocks(title: str) -> None:
    first, then, more = ORDER[title]

    def found(one: str, other: str) -> list[str]:
        text = provn(first.format(one), then.format(other), *more)
        remarks = looked(text, asked(), "prov-n").remarks
        return [r.code.id for r in remarks if r.check == "clocks"]

    assert found(LATE, EARLY) == ["PROV_CLOCK_CONTRADICTED"]
    wanted = ["PROV_CLOCK_CONTRADICTED"] if title in ("31", "32", "40") else []
    assert found(EARLY, LATE) == wanted


def test_an_end_before_its_start() -> None:
    text = provn("activity(ex:a, 2026-02-18T08:30:02Z, 2026-02-18T08:30:00Z)")
    (remark,) = looked(text, asked(), "prov-n").remarks
    assert (remark.code.id, remark.check) == ("PROV_CLOCK_CONTRADICTED", "clocks")


def test_errors_do_not_hide_findings() -> None:
    bad = document("document entity(", "prov-n")
    worse = document("<x/>", "prov-xml")
    data = good()
    del data["wasAssociatedWith"]["_:a1"]["prov:plan"]
    found = examine([bad, document(json.dumps(data), "prov-json"), worse], asked(facts()))
    assert codes(found) == ["PROV_RUN_PLAN_MISSING"]
    assert isinstance(found.error, EvidenceUnreadable)
    assert found.error.file == bad.file
    assert found.facts["documents"] == 3


def test_two_documents_may_share_the_work() -> None:
    """What one of them leaves out the other may say; what both say is compared."""
    data = good()
    other = {"prefix": data["prefix"], "wasAssociatedWith": data.pop("wasAssociatedWith")}
    other["agent"] = data.pop("agent")
    both = [document(json.dumps(one), "prov-json") for one in (data, other)]
    found = examine(both, asked(facts()))
    assert codes(found) == []
    assert codes(examine(both[:1], asked(facts()))) == [
        "PROV_RUN_AGENT_MISSING",
        "PROV_RUN_PLAN_MISSING",
    ]


def test_a_run_by_its_last_segment_only() -> None:
    for name, fits in (
        (f"urn:uuid:{goodrun.RUN_ID}", True),
        (f"https://example.org/runs#{goodrun.RUN_ID}", True),
        (f"https://example.org/runs/{goodrun.RUN_ID}/", False),
        (f"https://example.org/runs/{goodrun.RUN_ID.lower()}", False),
        (f"https://example.org/runs/x{goodrun.RUN_ID}", False),
    ):
        text = json.dumps(good()).replace(
            '"runs": "kfm://run/"', f'"runs": "{name.removesuffix(goodrun.RUN_ID)}"'
        )
        if not fits:
            text = text.replace(f"runs:{goodrun.RUN_ID}", "r:x")
            text = text.replace('"prefix": {', f'"prefix": {{"r": "{name[:-1]}",')
            text = text.replace('"r:x"', f'"r:{name[-1]}"')
        found = codes(looked(text))
        assert found == ([] if fits else ["PROV_RUN_ACTIVITY_MISSING"]), name


def test_several_activities_that_might_be_the_run() -> None:
    data = good()
    data["prefix"] |= {"runs": "https://a.example/", "others": "https://b.example/"}
    data["activity"][f"others:{goodrun.RUN_ID}"] = {}
    assert codes(looked(data)) == ["PROV_RUN_ACTIVITY_MISSING"]
    # The exact address is not in doubt.
    data["prefix"]["runs"] = "kfm://run/"
    assert codes(looked(data)) == []


def test_inputs_that_are_uris() -> None:
    uri = "https://data.example.org/wells.csv"
    run = facts()
    run = RunFacts(**{**vars(run), "inputs": {uri: "5" * 64}})
    data = good()
    data["prefix"]["lake"] = "https://data.example.org/"
    text = json.dumps(data).replace(f"lake:{goodrun.RAW}", "lake:wells.csv")
    text = text.replace(goodrun.sha256(goodrun.lake_files()[goodrun.RAW]), "sha256:" + "5" * 64)
    assert codes(looked(text, asked(run))) == []
    assert codes(looked(text.replace("5" * 64, "6" * 64), asked(run))) == ["PROV_DIGEST_MISMATCH"]


def test_an_input_by_its_location() -> None:
    data = good()
    text = json.dumps(data).replace(f"lake:{goodrun.RAW}", "code:raw")
    data = json.loads(text)
    place = {"$": f"kfm://lake/{goodrun.RAW}", "type": "xsd:anyURI"}
    data["entity"]["code:raw"]["prov:location"] = place
    assert codes(looked(data)) == []
    data["entity"]["code:raw"]["kfm:digest"] = "sha256:" + "3" * 64
    assert codes(looked(data)) == ["PROV_DIGEST_MISMATCH"]
    data["entity"]["code:raw"]["prov:location"] = "Topeka"
    # Neither its name nor its bytes say now that it is the input.
    assert codes(looked(data)) == ["PROV_INPUT_NOT_USED", "PROV_INPUT_UNKNOWN"]


def test_an_input_that_is_only_mentioned() -> None:
    """Its name says that it is the input; that it is not declared is a finding of its own."""
    data = good()
    del data["entity"][f"lake:{goodrun.RAW}"]
    assert codes(looked(data)) == ["PROV_ID_DANGLING"]


def test_two_inputs_of_the_same_bytes() -> None:
    run = facts()
    (sha256,) = run.inputs.values()
    run = RunFacts(**{**vars(run), "inputs": {**run.inputs, "data/raw/copy.csv": sha256}})
    assert codes(looked(good(), asked(run))) == []
    run = RunFacts(**{**vars(run), "inputs": {**run.inputs, "data/raw/other.csv": "5" * 64}})
    assert codes(looked(good(), asked(run))) == ["PROV_INPUT_NOT_USED"]


def test_dangling_names_are_told_once() -> None:
    text = provn("used(ex:a, ex:e, -)", "used(ex:a, ex:f, -)", "wasInformedBy(ex:a, ex:a)")
    found = looked(text, asked(), "prov-n").remarks
    assert [(r.code.id, r.got, r.line) for r in found] == [
        ("PROV_ID_DANGLING", "http://example.org/a", 3),
        ("PROV_ID_DANGLING", "http://example.org/e", 3),
        ("PROV_ID_DANGLING", "http://example.org/f", 4),
    ]


def test_what_another_bundle_declares_is_declared() -> None:
    text = provn(
        "entity(ex:e)",
        "mentionOf(ex:e, ex:f, ex:b)",
        "bundle ex:b",
        "entity(ex:f)",
        "wasDerivedFrom(ex:f, ex:e)",
        "endBundle",
    )
    assert not looked(text, asked(), "prov-n").remarks


def test_a_long_chain_is_followed_without_recursion() -> None:
    size = sys.getrecursionlimit() * 3
    chain = [
        f"entity(ex:e{n}) wasDerivedFrom(ex:e{n}, ex:e{n + 1})"
        f" specializationOf(ex:s{n}, ex:s{n + 1}) entity(ex:s{n})"
        for n in range(size)
    ]
    ends = [f"entity(ex:e{size})", f"entity(ex:s{size})"]
    assert not looked(provn(*chain, *ends), asked(), "prov-n").remarks
    ring = [
        f"wasDerivedFrom(ex:e{size}, ex:e0)",
        f"specializationOf(ex:s{size}, ex:s0)",
    ]
    found = looked(provn(*chain, *ends, *ring), asked(), "prov-n")
    assert codes(found) == ["PROV_IMPOSSIBLE", "PROV_ORDER_VIOLATED"]
    assert all(len(remark.message) < 10_000 for remark in found.remarks)
    assert f"{size + 1 - model_steps() + 1} more steps" in found.remarks[0].message


def model_steps() -> int:
    from kfm_gates.catalogs.prov.constraints.ordering import MAX_STEPS

    return MAX_STEPS


def test_messages_are_bounded_in_number() -> None:
    many = [
        f"entity(ex:x{n}) activity(ex:x{n}) wasInformedBy(ex:y{n}, ex:y{n})" for n in range(500)
    ]
    found = looked(provn(*many), asked(), "prov-n")
    assert len(found.remarks) == 2 * model.MAX_TOLD


def test_statements_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "MAX_STATEMENTS", 10)
    nine = provn(*(f"entity(ex:e{n})" for n in range(9)))
    assert examine([document(nine, "prov-n")], asked()).error is None
    # The bound is one for all documents together.
    found = examine([document(nine, "prov-n")] * 2, asked())
    assert found.error is not None
    assert found.error.code == "PROV_TOO_LARGE"


def test_a_million_records_are_refused() -> None:
    records = {f"ex:{n}": {} for n in range(model.MAX_STATEMENTS + 1)}
    data = {"prefix": {"ex": "http://example.org/"}, "entity": records}
    found = looked(json.dumps(data), asked())
    assert found.error is not None
    assert found.error.code == "PROV_TOO_LARGE"


WEIGHTS = {
    "prov-json": json.dumps(
        {"prefix": {"ex": "u:"}, "entity": {"ex:e": {"ex:a": [1] * (model.MAX_WEIGHT + 1)}}}
    ),
    "prov-jsonld": json.dumps(
        {
            "@context": [{"ex": "u:"}],
            "@graph": [{"@type": "Entity", "@id": "ex:e", "ex:a": ["x"] * (model.MAX_WEIGHT + 1)}],
        }
    ),
    "prov-xml": '<p:document xmlns:p="http://www.w3.org/ns/prov#">' + "<a/>" * 400_001,
    "prov-n": "document " + "x" * (model.MAX_BYTES + 1),
}


@pytest.mark.parametrize("form", WEIGHTS)
def test_what_a_document_holds_is_bounded(form: str) -> None:
    found = looked(WEIGHTS[form], asked(), form)
    assert found.error is not None
    assert found.error.code == "PROV_TOO_LARGE"


def test_prefixes_of_many_bundles_are_bounded() -> None:
    """Each bundle has namespaces of its own beside those of the document."""
    data = {
        "prefix": {f"p{n}": "u:" for n in range(1000)},
        "bundle": {f"p1:{n}": {"prefix": {"a": "v:"}} for n in range(500)},
    }
    found = looked(json.dumps(data), asked())
    assert found.error is not None
    assert found.error.code == "PROV_TOO_LARGE"


def test_nothing_heavy_is_imported_before_there_is_a_document() -> None:
    code = (
        "import sys, kfm_gates.gates.prov, kfm_gates.catalogs.prov as p\n"
        "heavy = {'prov', 'rdflib', 'pyoxigraph', 'xml', 'kfm_gates.catalogs.prov.examination'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_json_needs_no_rdf() -> None:
    code = (
        "import sys, json, datetime as dt\n"
        "from kfm_gates.catalogs.prov import examine\n"
        "from kfm_gates.catalogs._api import Document, Question\n"
        "data = {'prefix': {'e': 'u:'}, 'entity': {'e:x': {}}}\n"
        "doc = Document(file='p.json', form='prov-json', raw=b'{}', data=data)\n"
        "class F:\n"
        "    def size(self, path): return None\n"
        "    def digests(self, paths): return {}\n"
        "found = examine([doc], Question(files=F(), now=dt.datetime.now(dt.UTC)))\n"
        "assert found.error is None and not found.remarks\n"
        "heavy = {'prov', 'rdflib', 'pyoxigraph'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_levels() -> None:
    warn = {c.id for check in CHECKS for c in check.codes if c.level is not Level.DENY}
    assert warn == {"PROV_TIME_ZONE_MISSING", "PROV_INPUT_NOT_USED"}
