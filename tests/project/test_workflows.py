"""Our own workflows and the Action: linted by the tools, and by the rows that no tool looks at.

The rows are the ways in which a required check becomes green without having checked: a job that is
skipped, an aggregate that forgets a job, a step that may fail, a filter, a moving tag.
"""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dev_tools import ROOT, tool

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
BIN = Path(sys.executable).parent
ACTION_PIN = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")
SHARED_PINS = ROOT.parent / "shared" / "actions.md"


def load(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["on"] = data.pop(True)  # YAML 1.1 reads the key `on` as a boolean
    return dict(data)


def problems(workflow: dict[str, Any]) -> Iterator[str]:
    """What lets a workflow be green without having checked."""
    if workflow.get("permissions") != {}:
        yield "permissions are not {} at the top"
    events = workflow["on"]
    if set(events) != {"pull_request", "merge_group", "push"}:
        yield "the events are not pull_request, merge_group and push"
    if events.get("push") != {"branches": ["main"]} or events.get("pull_request") != {}:
        yield "an event is filtered"
    if "concurrency" in workflow:
        yield "a run can be cancelled by another one"
    jobs = workflow["jobs"]
    last = list(jobs)[-1]
    for name, job in jobs.items():
        yield from (f"job {name}: {what}" for what in job_problems(job, aggregate=name == last))
    aggregate = jobs[last]
    needs = aggregate.get("needs", [])
    if set(needs) != set(jobs) - {last}:
        yield "the aggregate does not need every other job"
    wanted = " ".join(["success"] * len(needs))
    if aggregate["steps"][0]["run"] != f'test "$RESULTS" = "{wanted}"':
        yield "the aggregate does not compare every result"
    if aggregate["steps"][0]["env"] != {"RESULTS": "${{ join(needs.*.result, ' ') }}"}:
        yield "the aggregate compares something else"


def job_problems(job: dict[str, Any], *, aggregate: bool) -> Iterator[str]:
    if job.get("if") != ("always()" if aggregate else None):
        yield f"if: {job.get('if')}"
    if "continue-on-error" in job or "concurrency" in job:
        yield "its failure may not count"
    if not 0 < job.get("timeout-minutes", 0) <= 60:
        yield "no timeout"
    if job.get("permissions") not in ({}, {"contents": "read"}):
        yield "it may do more than read"
    steps = job["steps"]
    for number, step in enumerate(steps):
        checkout = step.get("uses", "").startswith("actions/checkout@")
        if checkout and step.get("with", {}).get("persist-credentials") is not False:
            yield "the checkout leaves credentials behind"
        if step.get("continue-on-error"):
            judge = steps[number + 1] if number + 1 < len(steps) else {}
            if f"steps.{step.get('id')}.outcome" not in str(judge.get("env")) or "if" in judge:
                yield "a step may fail and nothing looks at its outcome"
        elif "if" in step and "uses" in step:
            yield "a step that checks may be skipped"
        if re.search(r"\|\||\| *tee|set \+e|\$\{\{", step.get("run", "")):
            yield "a script that hides a failure or is put together from expressions"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_cannot_be_green_without_checking(path: Path) -> None:
    assert not list(problems(load(path)))


def spoilt(change: Callable[[dict[str, Any]], object]) -> list[str]:
    workflow = copy.deepcopy(load(ROOT / ".github" / "workflows" / "ci.yml"))
    change(workflow)
    return list(problems(workflow))


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.pop("permissions"),
        lambda w: w["on"].update(pull_request_target={}),
        lambda w: w["on"].update(pull_request={"paths": ["data/**"]}),
        lambda w: w["on"].pop("merge_group"),
        lambda w: w.update(concurrency={"group": "x", "cancel-in-progress": True}),
        lambda w: w["jobs"]["ci"].pop("if"),
        lambda w: w["jobs"]["ci"].update({"if": "!cancelled()"}),
        lambda w: w["jobs"]["ci"]["needs"].pop(),
        lambda w: w["jobs"]["ci"]["steps"][0].update(run="true"),
        lambda w: w["jobs"]["test"].update({"if": "github.event_name == 'push'"}),
        lambda w: w["jobs"]["test"].update({"continue-on-error": True}),
        lambda w: w["jobs"]["test"].pop("timeout-minutes"),
        lambda w: w["jobs"]["test"].update(permissions={"contents": "write"}),
        lambda w: w["jobs"]["test"]["steps"][0].pop("with"),
        lambda w: w["jobs"]["test"]["steps"][-1].update({"continue-on-error": True}),
        lambda w: w["jobs"]["test"]["steps"][-1].update(run=".ci/run || true"),
        lambda w: w["jobs"]["test"]["steps"][-1].update(run="echo ${{ github.head_ref }}"),
    ],
)
def test_a_spoilt_workflow_is_seen(change: Callable[[dict[str, Any]], object]) -> None:
    assert spoilt(change)


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "action.yml"], ids=lambda p: p.name)
def test_every_action_is_pinned_by_sha(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        code = line.strip().removeprefix("- ")
        if code.startswith("uses:") and not code.startswith("uses: ./"):
            assert ACTION_PIN.fullmatch(code), code


def test_the_pins_are_the_recorded_ones() -> None:
    if not SHARED_PINS.is_file():
        pytest.skip("the shared material is not beside the checkout")
    known = re.findall(r"\| (\S+) \| ([0-9a-f]{40}) \| (v\S+) \|", SHARED_PINS.read_text())
    text = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    used = re.findall(r"uses: (\S+)@([0-9a-f]{40}) # (v\S+)", text)
    assert used
    assert set(used) <= set(known)


def test_the_required_checks_keep_their_names() -> None:
    """Branch protection names them: another name would be a check that nobody requires."""
    names = {path.name: list(load(path)["jobs"].items())[-1] for path in WORKFLOWS}
    assert {file: (id_, job["name"]) for file, (id_, job) in names.items()} == {
        "ci.yml": ("ci", "ci"),
        "selftest.yml": ("selftest", "selftest"),
    }


def test_the_action_uses_no_other_action() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    assert not [step for step in steps if "uses" in step or "continue-on-error" in step]
    assert all(step["shell"] == "bash" and "if" not in step for step in steps)


def run(*argv: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in argv], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_is_clean() -> None:
    run(tool("actionlint"), "-no-color", *WORKFLOWS)


def test_zizmor_is_clean() -> None:
    run(BIN / "zizmor", "--offline", "--no-progress", "--color=never", "--strict-collection", ".")


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", [ROOT / "action.yml"]),
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
        ("vendor.dependabot", [ROOT / ".github" / "dependabot.yml"]),
        ("vendor.github-issue-forms", [ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml"]),
        ("vendor.github-issue-config", [ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"]),
    ],
)
def test_the_files_fit_their_schemas(schema: str, files: list[Path]) -> None:
    assert files
    run(BIN / "check-jsonschema", "--builtin-schema", schema, *files)


def test_exceptions_of_zizmor_are_justified_in_place() -> None:
    for path in [*WORKFLOWS, ROOT / "action.yml"]:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if "zizmor: ignore" in line:
                assert lines[number - 1].strip().startswith("#"), line
