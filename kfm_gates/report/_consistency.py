"""Does a report contradict itself? The last lock before anything says PASS.

This is not a second `decide`: it only refuses documents whose own parts disagree, whoever wrote
them. The words are an allow-list; what is not known to agree, disagrees.
"""

from __future__ import annotations

from typing import Any

_EXIT_CODES = {"PASS": (0,), "FAIL": (1,), "ERROR": (2, 3, 130)}
_ANSWERS = frozenset({"pass", "fail", "not_applicable"})
_PASSING_GATES = frozenset({"pass", "fail", "unproven", "not_applicable"})


def contradiction(document: dict[str, Any]) -> str | None:
    """The first contradiction in words, None where there is none."""
    try:
        return _in_report(document)
    except (KeyError, TypeError, AttributeError) as error:
        return f"a part is missing or has another type ({type(error).__name__}: {error})"


def _in_report(document: dict[str, Any]) -> str | None:
    verdict = document["verdict"]
    runs = document["runs"]
    if verdict not in _EXIT_CODES:
        return f"the verdict {verdict!r} is unknown"
    code = document["exit_code"]
    if type(code) is not int or code not in _EXIT_CODES[verdict]:
        return f"the exit code {code!r} does not belong to {verdict}"
    if document["question"] == "lint":
        return _in_lint(document)
    if document["question"] != "check":
        return f"the question {document['question']!r} is unknown"
    if "documents" in document:
        return "it decides about runs and lists documents that were only linted"
    for run in runs:
        # Lakes may have profiles of one name; the run has to agree with one of them.
        answers = [
            _in_run(run, profile)
            for profile in document["profiles"]
            if profile["name"] == run["profile"]
        ]
        if not answers:
            return f"run {run['path']!r} has a profile that is not listed"
        if all(answers):
            return f"run {run['path']!r}: {answers[0]}"
    verdicts = [run["verdict"] for run in runs]
    counted = {key: verdicts.count(key.upper()) for key in ("pass", "fail", "error")}
    if document["summary"] != {"runs": len(runs), **counted}:
        return "the summary does not count the runs"
    if verdict == "PASS":
        if not runs or counted["pass"] != len(runs):
            return "it says PASS, and not every run does"
        if not document["profiles"] or "policy" not in document:
            return "it says PASS without naming a profile and a policy"
        if _stopping(document["findings"]):
            return "it says PASS beside a finding that stops"
    if verdict == "FAIL" and counted["error"]:
        return "it says FAIL although a run has no decision"
    if document["promotable"] is not False:
        if document["promotable"] is not True or verdict != "PASS":
            return "it is promotable without a PASS"
        if any(run["promotable"] is not True for run in runs):
            return "it is promotable although a run is not"
    return None


def _in_lint(document: dict[str, Any]) -> str | None:
    """A report of `lint` speaks of documents, and never of a run."""
    if document["runs"] or document["profiles"] or "policy" in document:
        return "it answers the question lint and speaks of runs, profiles or a policy"
    if document["promotable"] is not False:
        return "it is promotable although it decides about no run"
    if document["summary"] != {"runs": 0, "pass": 0, "fail": 0, "error": 0}:
        return "the summary counts runs, and there are none"
    statuses = [one["status"] for one in document["documents"]]
    if odd := sorted(set(map(str, statuses)) - {"pass", "fail", "open", "error"}):
        return f"the status {odd[0]!r} is unknown"
    for one in document["documents"]:
        if one["status"] == "pass" and _stopping(one["findings"]):
            return f"document {one['path']!r} passes beside a finding that stops"
    verdict = document["verdict"]
    if verdict == "PASS":
        if not statuses or set(statuses) != {"pass"}:
            return "it says PASS, and not every document does"
        if _stopping(document["findings"]):
            return "it says PASS beside a finding that stops"
    if verdict == "FAIL" and "error" in statuses:
        return "it says FAIL although a document could not be examined"
    return None


def _in_run(run: dict[str, Any], profile: dict[str, Any]) -> str | None:
    if run["verdict"] not in _EXIT_CODES:
        return f"the verdict {run['verdict']!r} is unknown"
    passed = run["verdict"] == "PASS"
    if run["promotable"] is not False and (
        run["promotable"] is not True or not passed or run["limits"]
    ):
        return "it is promotable without a PASS, or in spite of a limit"
    if not passed:
        return None
    if run["reasons"]:
        return "it says PASS beside a reason against it"
    if _stopping(run["findings"]):
        return "it says PASS beside a finding that stops"
    if not run["gates"] or not run["rules"]:
        return "it says PASS without gates or without rules"
    if not run.get("subject") or not run.get("facts_sha256") or not run.get("decision"):
        return "it says PASS without subject, facts or decision"
    return _limits(run, profile) or _gates(run, profile) or _rules(run, profile)


def _limits(run: dict[str, Any], profile: dict[str, Any]) -> str | None:
    names = {limit["name"] for limit in run["limits"]}
    if odd := sorted(names - set(profile["admits"])):
        return f"it says PASS under the limit {odd[0]!r}, which its profile does not admit"
    if "carries" in profile and profile["carries"] not in names:
        return f"it lacks the limit {profile['carries']!r} that its profile carries"
    return None


def _gates(run: dict[str, Any], profile: dict[str, Any]) -> str | None:
    answers = [gate["id"] for gate in run["gates"]]
    if not profile["gates"] or any(answers.count(id_) != 1 for id_ in profile["gates"]):
        return "it says PASS although a gate that its profile requires did not answer once"
    for gate in run["gates"]:
        id_, status = gate["id"], gate["status"]
        if status not in _PASSING_GATES or "error" in gate:
            return f"it says PASS although the gate {id_} gave no answer"
        if status == "pass" and not gate["examined"] > 0:
            return f"it says PASS although the gate {id_} examined nothing"
        if status == "fail" and not _explained(run, f"gate:{id_}"):
            return f"it says PASS although the gate {id_} failed"
        if status == "unproven" and all(limit["name"] != "unproven" for limit in run["limits"]):
            return f"it says PASS although the gate {id_} opened not everything"
        required = id_ in profile["gates"] and id_ not in profile["conditional"]
        if status == "not_applicable" and required:
            return f"it says PASS although the required gate {id_} did not apply"
        if run["promotable"] is not False and status not in ("pass", "not_applicable"):
            return f"it is promotable although the gate {id_} did not pass"
        if id_ == "closure" and status == "pass" and _open(run.get("closure")):
            return "the gate closure passes, and its table holds a cell that does not agree"
    return None


def _open(closure: dict[str, Any] | None) -> bool:
    """Does a matrix hold anything but agreement, by its counts or by its cells?"""
    if closure is None:
        return False
    counts = closure["counts"]
    words = {cell["verdict"] for row in closure["rows"] for cell in row["cells"].values()}
    return counts["agree"] != counts["total"] or not words <= {"agree", "not_required"}


def _rules(run: dict[str, Any], profile: dict[str, Any]) -> str | None:
    statuses = {rule["id"]: rule["status"] for rule in run["rules"]}
    if len(statuses) != len(run["rules"]):
        return "a rule has two answers"
    if run["decision"]["facts_sha256"] != run["facts_sha256"]:
        return "its decision is about other facts"
    if run["decision"]["rules"] != statuses:
        return "its rules are not those of its decision"
    required = set(profile["rules"])
    if not required or required != {r["id"] for r in run["rules"] if r["required"] is True}:
        return "its required rules are not those of its profile"
    for id_, status in statuses.items():
        if status not in _ANSWERS:
            return f"it says PASS although the rule {id_} gave no answer"
        if status == "fail" and id_ in required and not _explained(run, f"rule:{id_}"):
            return f"it says PASS although the rule {id_} failed"
    return None


def _explained(run: dict[str, Any], origin: str) -> bool:
    """Is there a finding for a failure? None in a PASS stops; but without one nobody lowered it."""
    return any(
        finding["origin"] == origin
        and ("waived_by" in finding or finding["level"] in ("warn", "info"))
        for finding in run["findings"]
    )


def _stopping(findings: list[dict[str, Any]]) -> bool:
    return any(f["level"] not in ("warn", "info") and "waived_by" not in f for f in findings)
