"""Thousands of documents go another way and get the same answer; a worker is never believed."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import stac_samples as samples
from stac_samples import COLLECTION, ITEM, NOW, RELPATH, facts, good

from kfm_gates.catalogs import stac, survey
from kfm_gates.catalogs._api import Examined, Question
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.catalogs.stac import claims, crowd, worker, workers
from kfm_gates.catalogs.stac.inspect import Inspector
from kfm_gates.catalogs.stac.opened import OpenedRun
from kfm_gates.errors import EvidenceError, EvidenceMissing
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Family, Layout

DCAT = {"@context": {"dcat": "http://www.w3.org/ns/dcat#"}, "@type": "dcat:Catalog"}


def many(count: int = 30) -> dict[str, Any]:
    """The good catalog with more items, some of them wrong in one way or another."""
    contents = good()
    for n in range(count):
        item = copy.deepcopy(contents[ITEM])
        item["id"] = f"item-{n}"
        if n % 5 == 1:
            item["bbox"][0] = -98
        if n % 5 == 2:
            item["assets"]["image"]["file:size"] = 1
        if n % 5 == 3:
            item["properties"]["gsd"] = "wide"
        if n % 7 == 4:
            item["id"] = "item-0"
        if n % 7 == 5:
            item["links"][3]["href"] = "./gone.txt"
        if n % 11 == 6:
            item["assets"]["web"] = {"href": f"https://scenes.example.org/{n}.tif"}
        if n % 11 == 7:
            item["links"].append({"rel": "item", "href": "../artifacts/a.tif", "file:size": 1})
        if n % 11 == 8:
            del item["properties"]["license"]
            item["links"][3]["href"] = "https://creativecommons.org/licenses/by-sa/4.0/"
        if n % 11 == 9:
            item["geometry"] = None
            del item["bbox"]
            item["assets"]["more"] = {"href": "../../artifacts/a.json", "file:size": 1}
        contents[f"catalog/items/{n:03d}.json"] = item
        for one in item["links"]:
            one["href"] = one["href"].replace("./", "../", 1)
        item["assets"]["image"]["href"] = "../../artifacts/a.tif"
    contents["artifacts/a.json"] = b'{"at": {"type": "Point", "coordinates": [-98, 38]}}'
    contents["catalog/dcat.jsonld"] = DCAT
    contents["catalog/broken.json"] = b'{"type": "Feature", "type": "Feature"}'
    contents["catalog/items.jsonl"] = (json.dumps(contents[ITEM]) + "\n").encode()
    return contents


def write(root: Path, contents: dict[str, Any]) -> Run:
    """Write a run without receipts, and open it."""
    for path, raw in samples.encoded(contents).items():
        target = root / RELPATH / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    return Run.open(root / RELPATH, root=root, layout=Layout())


def question(run: Run, **changes: Any) -> Question:
    return Question(files=RunFiles(run), now=NOW, run=facts(**changes))


def surveyed(run: Run, **changes: Any) -> survey.Survey:
    listed = [path for path in run.entries if path.startswith("catalog/")]
    return survey.survey(RunFiles(run), listed, lambda: question(run, **changes))


def examined(run: Run, **changes: Any) -> tuple[survey.Survey, Examined]:
    found = surveyed(run, **changes)
    return found, stac.examine(found.of("stac"), question(run, **changes))


def plain(found: Examined) -> dict[str, Any]:
    """Everything but the order of remarks."""
    return {
        "remarks": Counter((r.code.id, r.file, r.pointer, r.line, r.got) for r in found.remarks),
        "counts": found.counts,
        "witnesses": found.witnesses,
        "facts": found.facts,
        # Of claims that say the same, two are kept, whichever come first.
        "claims": Counter(
            (c.artifact, c.digests, c.size, c.media_type, c.license, c.bbox, c.interval)
            for c in found.claims
        ),
        "datasets": Counter(map(repr, found.datasets)),
        "not_checked": sorted(found.not_checked),
        "error": found.error,
    }


@pytest.fixture
def a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some documents are many here, and there are two processors."""
    monkeypatch.setattr(survey, "MANY", 10)
    monkeypatch.setattr(workers, "_FILES", 4)
    monkeypatch.setattr(crowd, "_processors", lambda: 2)


@pytest.mark.parametrize("processors", [1, 2, 3])
@pytest.mark.parametrize("url", [None, "https://scenes.example.org"])
def test_the_answer_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int, url: str | None
) -> None:
    changes = {"about": Family(name="wells", extra={"base_url": url})} if url else {}
    run = write(tmp_path, many())
    few, expected = examined(run, **changes)
    assert {r.code.id for r in expected.remarks} >= {
        "STAC_GEOMETRY_MISSING",
        "STAC_LICENSE_CONFLICT",
        "STAC_SIZE_WRONG",
    }
    monkeypatch.setattr(survey, "MANY", 10)
    monkeypatch.setattr(workers, "_FILES", 4)
    monkeypatch.setattr(crowd, "_processors", lambda: processors)
    run = Run.open(run.path, root=tmp_path, layout=Layout())
    found, answer = examined(run, **changes)
    assert plain(answer) == plain(expected)
    assert found.of("stac")[0].form == crowd.FORM
    assert [d.file for d in found.of("dcat")] == ["catalog/dcat.jsonld"]
    assert found.unknown == few.unknown
    assert {p: e.code for p, e in found.errors.items()} == {
        "catalog/broken.json": "JSON_DUPLICATE_KEY"
    }
    assert str(found.errors["catalog/broken.json"]) == str(few.errors["catalog/broken.json"])


def test_workers_are_told_whether_data_may_lie_elsewhere(tmp_path: Path) -> None:
    run = write(tmp_path, good())
    assert workers._greeting(run, facts(), 1)["named"] is False
    output = dataclasses.replace(facts().outputs["artifacts/a.tif"], names={"stac": "a"})
    named = facts(outputs={output.path: output})
    assert workers._greeting(run, named, 1)["named"] is True
    assert Inspector(named)._room.data is Inspector(named=True)._room.data is None
    assert Inspector(named, named=False)._room.data == claims.MAX_REMOTE


def test_few_documents_need_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start", lambda *_: pytest.fail("a worker was started"))
    _, found = examined(write(tmp_path, good()))
    assert not found.remarks


@pytest.mark.usefixtures("a_crowd")
def test_what_workers_read_is_watched(tmp_path: Path) -> None:
    run = write(tmp_path, many())
    surveyed(run)
    path = "catalog/items/003.json"
    known = run.digest(path)
    assert run.changed() == []
    (run.path / path).write_bytes((run.path / path).read_bytes() + b"\n")
    assert run.changed() == [path]
    assert run.digest(path) == known


@pytest.mark.usefixtures("a_crowd")
@pytest.mark.parametrize("how", ["content", "link", "fifo", "folder", "gone"])
def test_a_file_that_is_not_as_it_was_listed_is_refused(tmp_path: Path, how: str) -> None:
    run = write(tmp_path, many())
    path = run.path / "catalog" / "items" / "003.json"
    raw = path.read_bytes()
    path.unlink()
    if how == "content":
        path.write_bytes(raw.replace(b"item-3", b"item-x"))
    elif how == "link":
        (tmp_path / "elsewhere.json").write_bytes(raw)
        path.symlink_to(tmp_path / "elsewhere.json")
    elif how == "fifo":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    found = surveyed(run)
    assert found.errors["catalog/items/003.json"].code == "EVIDENCE_CHANGED"


@pytest.mark.usefixtures("a_crowd")
def test_a_run_that_was_exchanged_is_refused(tmp_path: Path) -> None:
    run = write(tmp_path, many())
    run.path.rename(run.path.with_name("other"))
    write(tmp_path, many())
    found = surveyed(run)
    assert set(found.errors) == {p for p in run.entries if p.startswith("catalog/")}


LIAR = """
import json, sys
print(json.dumps("ready"), flush=True)
sys.stdin.readline()
for line in sys.stdin:
    number, work = json.loads(line)
    {answer}
"""
RECORD: list[Any] = [[], [], {}, {}, 0, [], [], 0]
DIGEST = "0" * 64
SAY = "print(json.dumps([number, [{} for w in work]]), flush=True)"
UNKNOWN = [[], [["c", "NOBODY", "", "", None, None, None]], {}, {}, 0, [], [], 0]
LIES = {
    "dies": "sys.exit(3)",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "hangs": "sys.stdin.read()",
    "babbles": "print('hello', flush=True)",
    "answers nothing": "print('null', flush=True)",
    "answers another question": "print(json.dumps([number + 1, []]), flush=True)",
    "forgets a document": "print(json.dumps([number, [None] * (len(work) - 1)]), flush=True)",
    "gives no digest": SAY.format(["", RECORD, None]),
    "gives no record": SAY.format([DIGEST, [], None]),
    "knows other codes": SAY.format([DIGEST, UNKNOWN, None]),
    "refuses in other words": SAY.format([None, None, {}]),
    "is endless": "while True: print('x' * 1000, end='', flush=True)",
}


@pytest.mark.usefixtures("a_crowd")
@pytest.mark.parametrize("lie", LIES)
def test_a_worker_that_does_not_do_its_work_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    monkeypatch.setattr(workers, "_BOOT", LIAR.replace("{answer}", LIES[lie]))
    monkeypatch.setattr(worker, "MAX_ANSWER", 1 << 20)
    monkeypatch.setattr(workers.Team.__init__, "__defaults__", (0.3 if lie == "hangs" else 60.0,))
    run = write(tmp_path, many())
    found, answer = examined(run)
    assert answer.error is not None
    assert answer.error.code == "WORKER_FAILED"
    assert not answer.facts
    assert not answer.claims
    assert found.of("stac")


@pytest.mark.usefixtures("a_crowd")
def test_a_digest_that_contradicts_what_was_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = (
        f"print(json.dumps([number, [['{DIGEST}', {RECORD}, None] for w in work]]), flush=True)"
    )
    monkeypatch.setattr(workers, "_BOOT", LIAR.replace("{answer}", answer))
    run = write(tmp_path, many())
    run.digest(COLLECTION)
    _, found = examined(run)
    assert found.error is not None
    assert found.error.code == "EVIDENCE_CHANGED"


@pytest.mark.usefixtures("a_crowd")
@pytest.mark.parametrize("executable", ["", "/nonexistent/python", "/bin/false"])
def test_where_no_process_can_be_started_this_one_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    run = write(tmp_path, many())
    found, answer = examined(run)
    assert answer.error is None
    assert found.of("stac")[0].form == crowd.FORM
    assert answer.facts["items"] == 32


@pytest.mark.usefixtures("a_crowd")
def test_modules_of_the_current_folder_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be the data under judgement."""
    evil = tmp_path / "evil"
    evil.mkdir()
    for name in ("json", "kfm_gates", "jsonschema_rs", "sitecustomize"):
        (evil / f"{name}.py").write_text("raise SystemExit('imported')\n")
    run = write(tmp_path, many())
    monkeypatch.chdir(evil)
    monkeypatch.setenv("PYTHONPATH", str(evil))
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setattr(crowd, "one_by_one", lambda *_: pytest.fail("no worker started"))
    _, answer = examined(run)
    assert answer.error is None


@pytest.mark.usefixtures("a_crowd")
def test_no_worker_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[worker.Worker] = []
    real = worker.Worker.__init__

    def noted(self: worker.Worker, command: Any) -> None:
        real(self, command)
        started.append(self)

    monkeypatch.setattr(worker.Worker, "__init__", noted)
    examined(write(tmp_path, many()))
    assert len(started) == 2
    assert all(one._process.returncode is not None for one in started)


@pytest.mark.usefixtures("a_crowd")
def test_without_receipts_documents_are_still_told_apart(tmp_path: Path) -> None:
    run = write(tmp_path, many())

    def ask() -> Question:
        raise EvidenceMissing("no receipt", code="RECEIPT_MISSING")

    listed = [path for path in run.entries if path.startswith("catalog/")]
    found = survey.survey(RunFiles(run), listed, ask)
    assert found.of("stac")
    assert found.of("dcat")


@pytest.mark.usefixtures("a_crowd")
def test_many_files_of_a_folder_that_is_no_run() -> None:
    files = samples.MemoryFiles(samples.encoded(many()))
    found = survey.survey(files, [p for p in files.paths() if p.startswith("catalog/")])
    answer = stac.examine(found.of("stac"), Question(files=files, now=NOW))
    assert answer.facts["items"] == 32
    assert found.of("dcat")


def test_chunks_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write(tmp_path, many())
    paths = sorted(run.entries)

    def sizes(name: str, bound: int) -> list[int]:
        monkeypatch.setattr(workers, name, bound)
        chunks = list(workers._chunks(run, paths))
        assert [path for chunk in chunks for path in chunk] == paths
        return [len(chunk) for chunk in chunks]

    assert max(sizes("_FILES", 7)) == 7
    assert max(sizes("_REQUEST", 1)) == 1
    monkeypatch.undo()
    assert max(sizes("_BYTES", 1)) == 1


def opened(run: Run) -> OpenedRun:
    return OpenedRun(str(run.root), run.relpath, run.identity)


def test_an_opened_run_reads_like_the_run(tmp_path: Path) -> None:
    run = write(tmp_path, many(3))
    with opened(run) as reader:
        for path, entry in run.entries.items():
            raw, digest = reader.read(path, entry.stamp, 1 << 20)
            assert raw == run.read(path, 1 << 20)
            assert digest == run.digest(path).sha256
        with pytest.raises(EvidenceError, match="bytes"):
            reader.read(ITEM, run.entries[ITEM].stamp, 10)


def test_an_opened_run_keeps_few_folders_open(tmp_path: Path) -> None:
    contents = {f"catalog/{n}/x.json": b"{}" for n in range(40)}
    run = write(tmp_path, contents)
    with opened(run) as reader:
        for path, entry in run.entries.items():
            reader.read(path, entry.stamp, 10)
            assert len(reader._folders) <= 16
    for descriptor in reader._folders.values():
        pytest.fail(f"{descriptor} is open")


@pytest.mark.parametrize("how", ["identity", "link", "gone"])
def test_another_directory_is_not_opened(tmp_path: Path, how: str) -> None:
    run = write(tmp_path, good())
    if how == "identity":
        with pytest.raises(EvidenceError, match="changed"):
            OpenedRun(str(run.root), run.relpath, (1, 2))
        return
    run.path.rename(run.path.with_name("other"))
    if how == "link":
        run.path.symlink_to("other")
    with pytest.raises(EvidenceError, match="changed"):
        opened(run)


def test_claims_are_bounded_and_never_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MAX_REMOTE", 3)
    monkeypatch.setattr("kfm_gates.catalogs.stac.inspect.MAX_REMOTE", 3)
    monkeypatch.setattr(claims, "MAX_DATASETS", 2)
    contents = many(30)
    for n in range(30):
        contents[f"catalog/items/{n:03d}.json"]["assets"]["web"] = {"href": "https://e.org/x"}
    del contents["catalog/broken.json"]
    found = samples.examined(contents)
    assert sum(claim.artifact is None for claim in found.claims) == 3
    assert "27 more assets that are no files of the run" in found.not_checked
    assert any("more items as statements" in text for text in found.not_checked)
    # Of what is left out it is still known where it lies.
    rest = [claim for claim in found.datasets if claim.id is None]
    assert [c.bbox for c in rest if c.bbox] == [(-98.5, 37.5, -95.5, 39.5)]
    assert [c.interval for c in rest if c.interval] == [
        ("2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z")
    ]
    monkeypatch.setattr(claims, "MAX_CLAIMS", 4)
    found = samples.examined(contents)
    assert found.error is not None
    assert found.error.code == "CATALOG_TOO_LARGE"


def test_a_claim_that_contradicts_is_kept_after_many_that_agree() -> None:
    contents = good()
    asset = contents[ITEM]["assets"]["image"]
    contents[ITEM]["assets"] = {f"a{n}": dict(asset) for n in range(20)}
    contents[ITEM]["assets"]["last"] = {**asset, "file:size": 1}
    found = samples.examined(contents)
    assert [claim.pointer for claim in found.claims] == [
        "/assets/a0",
        "/assets/a1",
        "/assets/last",
    ]
