"""OpenLineage outside of a run and from hostile hands: excerpts, order, bounds."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.catalogs import openlineage, survey
from kfm_gates.catalogs._api import Document, Examined, Question
from kfm_gates.catalogs.openlineage import events as events_
from kfm_gates.catalogs.openlineage.codes import CHECKS
from kfm_gates.catalogs.openlineage.names import uuid_of
from kfm_gates.errors import EvidenceUnreadable

CORPUS = Path(__file__).parents[3] / "shared/corpus/openlineage"
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
RUN = "0190a0a0-0000-7000-8000-000000000001"
OTHER = "0190a0a0-0000-7000-8000-000000000002"
PARENT = "https://openlineage.io/spec/facets/1-2-0/ParentRunFacet.json"

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared material is not beside the checkout"
)


class NoFiles:
    """A door behind which nothing is: outside of a run, nobody may ask for a file."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody should ask for {name}")


def event(kind: str | None, second: int, run: str = RUN, **more: Any) -> dict[str, Any]:
    made = {
        "eventType": kind,
        "eventTime": f"2026-02-18T08:45:{second:02}Z",
        "run": {"runId": run},
        "job": {"namespace": "n", "name": run[-1]},
        "producer": "https://example.org/p",
        "schemaURL": f"{CORE}RunEvent",
        **more,
    }
    if kind is None:
        del made["eventType"]
    return made


def child(kind: str, second: int, run: str, parent: str) -> dict[str, Any]:
    facet = {
        "_producer": "https://example.org/p",
        "_schemaURL": PARENT,
        "run": {"runId": parent},
        "job": {"namespace": "n", "name": parent[-1]},
    }
    return event(kind, second, run) | {"run": {"runId": run, "facets": {"parent": facet}}}


def ask(documents: Iterable[Document]) -> Examined:
    question = Question(files=NoFiles(), now=NOW)  # type: ignore[arg-type]
    found = openlineage.examine(list(documents), question)
    answered = found.counts.keys() | found.witnesses.keys()
    assert answered == {check.id for check in CHECKS}
    assert not found.counts.keys() & found.witnesses.keys()
    return found


def look(raw: bytes, path: str = "events.jsonl") -> Document:
    found = survey.look(raw, path)
    assert found is not None
    return found


def lines(values: Iterable[Any], path: str = "events.jsonl") -> Document:
    return look(b"".join(json.dumps(one).encode() + b"\n" for one in values), path)


def codes(found: Examined) -> list[str]:
    return sorted({one.code.id.removeprefix("OPENLINEAGE_") for one in found.remarks})


@needs_corpus
def test_real_events_give_no_alarm_one_by_one() -> None:
    paths = sorted(CORPUS.glob("airflow/**/events/*.json"))
    assert len(paths) == 32
    for path in paths:
        found = ask([look(path.read_bytes(), path.name)])
        assert codes(found) == [], path.name
        assert found.counts["facets"] > 0


@needs_corpus
def test_real_events_give_no_alarm_together() -> None:
    paths = sorted(CORPUS.glob("airflow/**/events/*.json"))
    found = ask([look(path.read_bytes(), path.name) for path in paths])
    assert codes(found) == []
    assert found.facts == {"documents": 32, "events": 32, "runs": 16}


@needs_corpus
def test_what_is_found_in_the_official_example() -> None:
    """It names `http://123` as the definition of a facet, which nobody can check."""
    path = CORPUS / "spec/spec/tests/example_full_event.json"
    found = ask([look(path.read_bytes(), path.name)])
    assert [(one.code.id, one.got, one.pointer) for one in found.remarks] == [
        ("OPENLINEAGE_FACET_UNKNOWN", "http://123", "/job/facets/sql/_schemaURL")
    ]
    assert found.remarks[0].line == 10


@pytest.mark.parametrize(
    ("stream", "wanted"),
    [
        ([event("START", 1)], []),
        ([event("COMPLETE", 1)], []),
        ([event("RUNNING", 1), event("RUNNING", 2)], []),
        ([event("START", 1), event("FAIL", 2)], []),
        ([event("START", 1), event("RUNNING", 2)], []),
        ([event("RUNNING", 1), event("COMPLETE", 2)], ["NOT_STARTED"]),
        ([event("START", 1), event("START", 2)], ["EVENT_REPEATED"]),
        ([event("START", 1), event("COMPLETE", 2), event("ABORT", 3)], ["EVENT_REPEATED"]),
        ([event("START", 1), event("COMPLETE", 2), event("RUNNING", 3)], ["AFTER_END"]),
        ([event("START", 1), event("COMPLETE", 2), event("OTHER", 3)], ["LATE_METADATA"]),
        ([event("START", 2), event("RUNNING", 1)], ["ORDER_WRONG"]),
        ([event("COMPLETE", 1), event("START", 1)], ["AFTER_END"]),
        ([event("START", 1), event("COMPLETE", 1)], []),
        ([event(None, 1)], ["EVENT_TYPE_MISSING"]),
        ([event("START", 1), event("START", 2, OTHER)], []),
    ],
)
def test_excerpts(stream: list[Any], wanted: list[str]) -> None:
    assert codes(ask([lines(stream)])) == wanted


def test_files_of_one_event_have_no_order() -> None:
    late, early = event("COMPLETE", 9), event("START", 1)
    assert codes(ask([lines([late], "a.jsonl"), lines([early], "b.jsonl")])) == []


@pytest.mark.parametrize(
    ("stream", "wanted"),
    [
        ([child("START", 1, RUN, OTHER)], []),
        ([child("START", 1, RUN, OTHER), child("START", 2, OTHER, RUN)], ["PARENT_WRONG"]),
        ([child("START", 1, RUN, RUN)], ["PARENT_WRONG"]),
        ([child("START", 1, RUN, OTHER), event("START", 2, OTHER)], []),
    ],
)
def test_parents(stream: list[Any], wanted: list[str]) -> None:
    assert codes(ask([lines(stream)])) == wanted


def test_a_parent_that_is_not_here_is_listed() -> None:
    found = ask([lines([child("START", 1, RUN, OTHER)])])
    assert found.not_checked == [f"the parent run {OTHER}, of which no event tells"]


def test_a_long_chain_of_parents_takes_no_time() -> None:
    ids = [f"00000000-0000-0000-0000-{n:012x}" for n in range(3000)]
    chain = [child("START", 1, a, b) for a, b in pairwise(ids)]
    for one in chain:
        one["job"]["name"] = "x"
        one["run"]["facets"]["parent"]["job"]["name"] = "x"
    assert codes(ask([lines(chain)])) == []
    chain.append(child("START", 1, ids[-1], ids[0]))
    chain[-1]["job"]["name"] = chain[-1]["run"]["facets"]["parent"]["job"]["name"] = "x"
    found = ask([lines(chain)])
    assert codes(found) == ["PARENT_WRONG"]
    assert len(found.remarks) == events_.MAX_REMARKS + 1


def test_the_future_is_seen_without_a_run() -> None:
    assert codes(ask([lines([event("START", 1, eventTime="2026-11-21T00:05:01Z")])])) == [
        "TIME_FUTURE"
    ]
    assert codes(ask([lines([event("START", 1, eventTime="2026-11-21T02:05:00+02:00")])])) == []


def dataset(name: str, digest: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"namespace": "n", "name": name}
    if digest is not None:
        made["facets"] = {
            "kfm_integrity": {
                "_producer": "https://example.org/p",
                "_schemaURL": "https://kfm-gates.dev/schemas/openlineage/facets/1-0-0/"
                "KfmIntegrityDatasetFacet.json",
                "digest": digest,
            }
        }
    return made


def test_datasets_outside_of_a_run() -> None:
    both = event("COMPLETE", 1, inputs=[dataset("a")], outputs=[dataset("a")])
    assert codes(ask([lines([both])])) == ["SAME_DATASET"]
    apart = [
        event("START", 1, inputs=[dataset("a")]),
        event("COMPLETE", 2, outputs=[dataset("a")]),
    ]
    assert codes(ask([lines(apart)])) == ["SAME_DATASET"]
    handed_on = [event("START", 1, outputs=[dataset("a")])]
    handed_on.append(event("START", 2, OTHER, inputs=[dataset("a")]))
    assert codes(ask([lines(handed_on)])) == []
    good = "sha256:" + "ab" * 32
    found = ask([lines([event("START", 1, outputs=[dataset("a", good)])])])
    assert codes(found) == []
    (claim,) = found.claims
    assert (claim.href, claim.artifact, claim.digests[0].sha256) == ("n/a", None, "ab" * 32)
    bad = event("START", 1, outputs=[dataset("a", "sha1:" + "ab" * 20)])
    assert codes(ask([lines([bad])])) == ["DIGEST_INVALID"]


def test_job_events_are_no_run() -> None:
    job = {key: value for key, value in event("START", 1).items() if key not in ("run",)}
    del job["eventType"]
    job |= {"schemaURL": f"{CORE}JobEvent", "inputs": [dataset("a")], "outputs": [dataset("a")]}
    found = ask([lines([job])])
    assert codes(found) == ["SAME_DATASET"]
    assert found.witnesses["life_cycle"] == "no event is about a run"
    apart = [{**job, "outputs": []}, {**job, "inputs": []}]
    assert codes(ask([lines(apart)])) == []


def faulty() -> list[dict[str, Any]]:
    """Events with a fault of many kinds."""
    return [
        event("START", 5, inputs=[dataset("a")], outputs=[dataset("a", "md5:" + "ab" * 16)]),
        event("COMPLETE", 2),
        event("RUNNING", 7),
        event(None, 8, OTHER),
        {**event("START", 9, OTHER), "schemaURL": "https://example.org/x"},
        {**event("START", 9), "run": {"runId": "x"}},
        child("START", 1, OTHER, OTHER),
    ]


def told(found: Examined) -> Counter[tuple[str, str, str | None]]:
    return Counter((one.code.id, one.message, one.got) for one in found.remarks)


def test_lines_an_array_and_single_documents_find_the_same() -> None:
    stream = faulty()
    first = told(ask([lines(stream)]))
    assert len(first) > 8
    array = look(json.dumps(stream, indent=3).encode(), "events.json")
    assert array.form == "openlineage"
    assert told(ask([array])) == first
    found = ask([array])
    assert all(one.line is not None and one.line > 1 for one in found.remarks)


def test_the_order_of_keys_does_not_matter() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(one) for one in value] if isinstance(value, list) else value

    assert told(ask([lines(turned(faulty()))])) == told(ask([lines(faulty())]))


def test_a_fault_in_one_document_hides_none_in_another() -> None:
    found = ask([lines([{"eventTime": 7, "producer": 7}], "a.jsonl"), lines(faulty(), "b.jsonl")])
    assert {one.file for one in found.remarks} == {"a.jsonl", "b.jsonl"}
    assert set(told(ask([lines(faulty())]))) <= set(told(found))


@pytest.mark.parametrize("value", [[], {}, "x", 7, None, [None], [[]], [7, "x", {}]])
def test_what_is_no_event_is_said_to_be_none(value: Any) -> None:
    document = Document(file="x.json", form="openlineage", raw=b"x", data=value)
    found = ask([document])
    assert codes(found) == ["EVENT_INVALID"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \n",
        b'{"eventTime": 1, "producer": "x"',
        b'{"eventTime": 1, "eventTime": 2, "producer": "x"}\n',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"eventTime": 1, "producer": "x"}\n',
        b'{"eventTime": NaN, "producer": "x"}\n',
        b'{"eventTime": 1e400, "producer": "x"}\n',
        b'{"eventTime": "\\ud800", "producer": "x"}\n',
        b'{"eventTime": 1, "producer": ' + b"[" * 100_000 + b"\n",
        b'{"eventTime": 123456789012345678901234567890, "producer": "x"}\n',
        b'{"eventTime": 1, "producer": "x"}\n\n{"eventTime": 1, "producer": "x"}\n',
    ],
)
def test_what_cannot_be_read_is_an_error(raw: bytes) -> None:
    with pytest.raises(EvidenceUnreadable):
        survey.look(raw, "events.jsonl")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, Mapping):
        for key in value:
            yield (*path, key)
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for n in range(len(value)):
            yield (*path, n)
            yield from places(value[n], (*path, n))


HOSTILE = (
    *(None, True, -1, 2**53, 1e308, "", "x" * 100_000, "\n", "\u202e", "../../etc/passwd"),
    *("file:///etc/passwd", [], {}, [[]], {"": {}}, {"run": {"runId": RUN}}),
)


def test_no_mutation_ends_in_an_exception() -> None:
    stream = [
        event("START", 1, inputs=[dataset("a", "sha256:" + "ab" * 32)]),
        child("COMPLETE", 2, RUN, OTHER)
        | {
            "outputs": [
                dataset("b")
                | {
                    "outputFacets": {
                        "outputStatistics": {
                            "_producer": "https://example.org/p",
                            "_schemaURL": "https://openlineage.io/spec/facets/1-0-2/"
                            "OutputStatisticsOutputDatasetFacet.json",
                            "size": 7,
                        }
                    }
                }
            ]
        },
    ]
    assert codes(ask([lines(stream)])) == []
    count = 0
    for path in places(stream):
        for value in HOSTILE:
            changed = copy.deepcopy(stream)
            holder: Any = changed
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = value
            ask([Document(file="x.json", form="openlineage", raw=b"[]", data=changed)])
            count += 1
    assert count > 500


def test_remarks_are_bounded() -> None:
    stream = [event(None, n % 60, f"00000000-0000-0000-0000-{n:012x}") for n in range(5000)]
    stream += [{"eventTime": n, "producer": "x"} for n in range(5000)]
    found = ask([lines(stream)])
    assert len(found.remarks) <= 3 * (events_.MAX_REMARKS + 1)
    assert found.remarks[events_.MAX_REMARKS].message.startswith("And more than")
    assert found.counts["events"] == 10_000


def test_a_wide_event_is_read_in_one_pass() -> None:
    wide = event("COMPLETE", 1, outputs=[dataset(f"d{n}") for n in range(20_000)])
    found = ask([lines([wide])])
    assert codes(found) == []
    assert len(found.claims) == found.counts["datasets"] == 20_000


@pytest.mark.parametrize(
    "text", ["", "x" * 26, "8" + "0" * 25, "0" * 27, "01KHQZ2C80Q1V5A7M3TB6XJ4NU"]
)
def test_no_uuid_of_what_is_no_ulid(text: str) -> None:
    with pytest.raises(ValueError, match="not a ULID"):
        uuid_of(text)


def test_the_uuid_of_a_ulid() -> None:
    from ulid import ULID

    for n in (0, 1, 2**127, 2**128 - 1):
        ulid = ULID.from_int(n)
        assert uuid_of(str(ulid)) == str(ulid.to_uuid())
