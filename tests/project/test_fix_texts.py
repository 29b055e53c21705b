"""No fix tells anyone to edit a receipt or to seal again: a correction is a new run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
import yaml
from dev_tools import ROOT

from kfm_gates.gates import all_gates
from kfm_gates.gates._api import codes_of
from kfm_gates.linter.codes import LINT_CODES
from kfm_gates.recorder_codes import RECORDER_CODES
from kfm_gates.usage_codes import CALL_CODES, READ_CODES

RECEIPT = r"(receipts?|run.record|manifest|validation.report|run_\w+\.json|checksums|seal)"
FORBIDDEN = re.compile(
    rf"\b(edit|change|correct|amend|modify|update|rewrite|overwrite|adjust|patch|mend|fix|replace"
    rf"|remove|delete|regenerate)\b (?!(?:[^.;]*\b)?pipelines?\b)[^.;]*\b{RECEIPT}"
    r"|\b(re-?seal\w*|seal (\w+ ){0,4}(again|anew|afresh|once more))\b"
    r"|\b(new|fresh) seal\b|\bre-?comput\w+ [^.;]*\b(seal|checksums?)\b",
    re.IGNORECASE,
)


def texts_of_codes() -> Iterator[tuple[str, str]]:
    others = (*LINT_CODES, *CALL_CODES, *READ_CODES, *RECORDER_CODES)
    for code in (*codes_of(dict(all_gates())).values(), *others):
        yield code.id, code.fix.text


def texts_of_source() -> Iterator[tuple[str, str]]:
    """Literal fixes: the first argument of `Fix(...)`, and every `fix=...`."""
    for path in sorted((ROOT / "kfm_gates").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            values = [keyword.value for keyword in node.keywords if keyword.arg == "fix"]
            if isinstance(node.func, ast.Name) and node.func.id == "Fix":
                values += node.args[:1]
            for value in values:
                parts = [c.value for c in ast.walk(value) if isinstance(c, ast.Constant)]
                text = "".join(part for part in parts if isinstance(part, str))
                yield f"{path.name}:{node.lineno}", text


def texts_of_rules() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "policies").rglob("*.rego")):
        text = path.read_text(encoding="utf-8")
        for block in re.findall(r"^# METADATA\n((?:#.*\n)+)", text, flags=re.MULTILINE):
            data = yaml.safe_load(re.sub(r"^# ?", "", block, flags=re.MULTILINE))
            custom = data.get("custom", {})
            if "code" in custom:
                yield custom["code"], custom["solution"]


@pytest.mark.parametrize("source", [texts_of_codes, texts_of_source, texts_of_rules])
def test_no_fix_edits_evidence(source: object) -> None:
    assert callable(source)
    texts = list(source())
    assert len(texts) >= 10
    assert all(text.strip() for where, text in texts if where.isupper())
    assert not [(where, text) for where, text in texts if FORBIDDEN.search(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Edit run_manifest.json.",
        "Correct the digest in the manifest.",
        "Update the receipt and seal the run again.",
        "Run kfm-gates seal again: seal it anew.",
        "Reseal the run.",
        "Write a fresh seal.",
        "Recompute the checksums.",
        "Delete the line of the file from checksums.sha256.",
    ],
)
def test_a_forbidden_fix_is_seen(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Record a new run that supersedes this one.",
        "Mend the pipeline that writes the receipt, then record a new run.",
        "A steward sets rights.license in the family file; then record the run again.",
    ],
)
def test_a_proper_fix_is_not(text: str) -> None:
    assert not FORBIDDEN.search(text)
