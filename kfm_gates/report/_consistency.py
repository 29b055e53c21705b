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
    names = [profile["name"] for profile in document["profiles"]]
    for run in runs:
        if run["profile"] not in names:
            return f"run {run['path']!r} has a profile that is not listed"
        if found := _in_run(run):
            return f"run {run['path']!r}: {found}"
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


def _in_run(run: dict[str, Any]) -> str | None:
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
    if any(rule["status"] not in _ANSWERS for rule in run["rules"]):
        return "it says PASS although a rule gave no answer"
    if not any(gate["status"] == "pass" and gate["examined"] > 0 for gate in run["gates"]):
        return "it says PASS although no gate examined anything"
    if any(gate["status"] not in _PASSING_GATES or "error" in gate for gate in run["gates"]):
        return "it says PASS although a gate gave no answer"
    if not run.get("subject") or not run.get("facts_sha256") or not run.get("decision"):
        return "it says PASS without subject, facts or decision"
    return None


def _stopping(findings: list[dict[str, Any]]) -> bool:
    return any(f["level"] not in ("warn", "info") and "waived_by" not in f for f in findings)
