"""Files of `.kfm/` one by one: what `check` asks when it reads them, and all of it at once.

`check` stops at the first file that does not fit; here every file has its findings. What needs
OPA, the rules of house rules themselves, is named as not checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from kfm_gates.errors import EvidenceUnreadable, UsageError
from kfm_gates.evidence import json_schema, strict_json, strict_yaml
from kfm_gates.linter import codes, kinds
from kfm_gates.model import Code, Finding, Location, RuleInfo
from kfm_gates.project import KFM, Project, load_project

NOT_CHECKED: Final = {
    "policy": "policy: what the rules decide (kfm-gates policy test, which needs OPA)",
    "policy_documents": "policy_documents: whether the rules agree (kfm-gates policy test)",
    "shapes": "shapes: what documents they fit (kfm-gates check of a run with DCAT)",
}
_DOCUMENTS: Final = frozenset({"pass", "also_pass", "fail", "not_applicable"})
_PACKAGE = re.compile(r"^package[ \t]+(\S+)[ \t]*(?:#.*)?$", re.MULTILINE)
_DEFAULT = re.compile(r'^default[ \t]+status\["[a-z0-9_]+"\][ \t]*:=[ \t]*"fail"', re.MULTILINE)


def examine(kind: str, file: str, raw: bytes) -> list[Finding]:
    """Findings about one file of `.kfm/`, by itself.

    Args:
        kind: `project`, `family`, `profile`, `not_secrets`, `policy`, `policy_documents`
            or `shapes`.
        file: Its path, for the findings.
        raw: Its bytes.

    Raises:
        UsageError: It is no strict YAML (`YAML_…`).
        EvidenceUnreadable: It is no strict JSON, no Turtle, or no UTF-8 text.
    """
    if kind == "policy":
        return _policy(file, raw)
    if kind == "policy_documents":
        return _policy_documents(file, raw)
    if kind == "shapes":
        from kfm_gates.linter import shapes

        return shapes.examine(file, raw)
    data = strict_yaml.loads(raw, file=file)
    issues = json_schema.validate(kinds.STEWARD[kind], data)
    lines = strict_yaml.lines(raw, file=file) if issues else {}
    return [
        _finding(
            codes.PROJECT_INVALID,
            kind,
            Location(file, issue.pointer, _line(lines, issue.pointer)),
            f"The file does not fit the schema {kinds.STEWARD[kind]}/v1: {issue.message}",
            got=issue.got,
            wanted=issue.wanted,
        )
        for issue in issues
    ]


def together(root: Path, prefix: str = "") -> list[Finding]:
    """What is wrong with the `.kfm/` of a lake although each of its files may be in order.

    The first problem of the folder as a whole, and the first of each house profile.

    Args:
        root: The lake root.
        prefix: What stands before the paths of its files.

    Raises:
        PolicyError: The shipped rules cannot be read, so profiles cannot be held against them.
    """
    return [
        replace(one, where=replace(one.where, file=f"{prefix}{one.where.file or KFM}"))
        for one in _together(root)
    ]


def _together(root: Path) -> list[Finding]:
    try:
        project = load_project(root)
    except UsageError as error:
        return [_of_error(error)]
    found = []
    names = _profiles(project)
    rules = _rules(project) if names else {}
    for name in names:
        try:
            _resolve(name, project, rules)
        except UsageError as error:
            file = f"{KFM}/profiles/{name}.yaml"
            found.append(_of_error(error, file if name in project.profiles else None))
    return list({(one.code, one.message): one for one in found}.values())


def _profiles(project: Project) -> list[str]:
    """Names of all house profiles, and of all that `gates.yaml` names."""
    named = {profile for _, profile in project.families_listed} | {project.profile}
    names = sorted({*project.profiles, *(name for name in named if name is not None)})
    if not names and project.house:
        return ["local"]  # what names house rules is only looked at with some profile
    return names


def _resolve(name: str, project: Project, rules: Mapping[str, RuleInfo]) -> None:
    from kfm_gates import profiles

    stated = project.profiles.get(name, {}).get("name", name)
    if stated != name:
        raise UsageError(
            f"The profile {name} calls itself {stated!r}.",
            code="PROFILE_INVALID",
            pointer="/name",
            got=str(stated),
            wanted=name,
        )
    profiles.resolve(name, project, rules)


def _rules(project: Project) -> dict[str, RuleInfo]:
    """The shipped rules, and those of overlays that profiles name.

    Whether an overlay has such a rule only OPA can say; that there is such an overlay is seen.
    """
    from kfm_gates.policy.bundle import load_policy

    rules = dict(load_policy(None, {}, ()).rules)
    some = next(iter(rules.values()))
    overlays = tuple(f"overlay.{file.removesuffix('.rego')}." for file in project.house)
    for profile in project.profiles.values():
        for id_ in profile.get("rules", ()):
            if id_.startswith(overlays):
                rules[id_] = some
    return rules


def _policy(file: str, raw: bytes) -> list[Finding]:
    text = _text(file, raw)
    stem = PurePosixPath(file).stem
    if stem.endswith("_test"):
        return []
    packages = _PACKAGE.findall(text)
    wanted = f"kfm.overlay.{stem}"
    found = []
    if packages != [wanted]:
        line = next((n for n, one in enumerate(text.split("\n"), 1) if _PACKAGE.match(one)), None)
        found.append(
            _finding(
                codes.HOUSE_RULE_INVALID,
                "policy",
                Location(file, line=line),
                "The package of a house rule is not that of its file.",
                got=", ".join(packages) or "no package",
                wanted=wanted,
            )
        )
    if not _DEFAULT.search(text):
        found.append(
            _finding(
                codes.HOUSE_RULE_INVALID,
                "policy",
                Location(file),
                "There is no rule in it whose default is to fail.",
                wanted='default status["..."] := "fail"',
            )
        )
    return found


def _policy_documents(file: str, raw: bytes) -> list[Finding]:
    data: Any = strict_json.loads(raw, file=file)
    if isinstance(data, dict) and data.keys() <= _DOCUMENTS:
        odd = [key for key, value in data.items() if not isinstance(value, dict)]
        if not odd:
            return []
    else:
        odd = [""]
    return [
        _finding(
            codes.DOCUMENTS_INVALID,
            "policy_documents",
            Location(file, f"/{key}" if key else ""),
            "The example facts have another shape.",
            wanted=f"an object with {', '.join(sorted(_DOCUMENTS))}, each an object",
        )
        for key in odd
    ]


def _text(file: str, raw: bytes) -> str:
    why = "It is empty." if not raw.strip() else None
    if len(raw) > strict_yaml.MAX_BYTES:
        why = f"It is larger than {strict_yaml.MAX_BYTES} bytes."
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text, why = "", "It is not UTF-8."
    if why is not None:
        raise EvidenceUnreadable(
            f"The house rule cannot be read. {why}", code="EVIDENCE_UNREADABLE", file=file
        )
    return text


def stranger(file: str) -> Finding:
    """The finding about a file of `.kfm/` that nothing reads."""
    return _finding(
        codes.PROJECT_INVALID,
        "project",
        Location(file),
        "Nothing reads this file.",
        wanted="gates.yaml, not-secrets.yaml, families/*.yaml, profiles/*.yaml, policy/*.rego, "
        "shapes/*.ttl",
    )


def _of_error(error: UsageError, file: str | None = None) -> Finding:
    code = codes.BY_ID.get(error.code, codes.PROJECT_INVALID)
    where = Location(error.file or file, error.pointer, error.line)
    got, wanted = error.got, error.wanted
    return _finding(code, "project", where, error.message, got=got, wanted=wanted)


def _line(lines: Mapping[str, int], pointer: str) -> int | None:
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer)


def _finding(
    code: Code,
    kind: str,
    where: Location,
    message: str,
    *,
    got: str | None = None,
    wanted: str | None = None,
) -> Finding:
    return Finding(
        code=code.id,
        level=code.level,
        message=message,
        origin=f"lint:{kind}",
        check="",
        where=where,
        got=got,
        wanted=wanted,
        fix=code.fix,
    )
