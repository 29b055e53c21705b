"""Let OPA parse and compile modules, and turn what it says into problems with a place."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kfm_gates.errors import PolicyError
from kfm_gates.model import RuleInfo
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.modules import examine_module, unique_codes
from kfm_gates.policy.process import Completed, run
from kfm_gates.policy.syntax import Problem
from kfm_gates.policy.workspace import workspace

_TIMEOUT_S = 30.0
_MAX_OUTPUT = 64 << 20


def check_modules(opa: Opa, sources: Mapping[str, bytes], *, kind: str) -> list[RuleInfo]:
    """Parse modules and hold them to the contract of rules.

    Args:
        opa: The verified OPA.
        sources: Bytes by file name: `kfm/rules/<area>/<area>.rego` of a base policy,
            `<name>.rego` of house rules.
        kind: `base` or `house`.

    Raises:
        PolicyError: `POLICY_INVALID` with the first problem; OPA cannot be used.
    """
    rules, problems = examine_sources(opa, sources, kind=kind)
    if problems:
        raise refused(problems)
    return rules


def examine_sources(
    opa: Opa, sources: Mapping[str, bytes], *, kind: str, taken: Mapping[str, str] | None = None
) -> tuple[list[RuleInfo], list[Problem]]:
    """Parse modules; return the rules they declare and everything that is refused.

    Raises:
        PolicyError: OPA cannot be used, whatever the modules say.
    """
    rules: list[tuple[str, RuleInfo]] = []
    problems: list[Problem] = []
    for file, tree in parse_modules(opa, sources).items():
        if isinstance(tree, Problem):
            problems.append(tree)
            continue
        declared, refusals = examine_module(file, tree, kind=kind)
        problems += refusals
        rules += [(file, info) for info in declared]
    problems += unique_codes(rules, taken or {})
    return [info for _, info in rules], problems


def parse_modules(opa: Opa, sources: Mapping[str, bytes]) -> dict[str, Mapping[str, Any] | Problem]:
    """Parse each module to its syntax tree, or to the problem that stops it.

    Raises:
        PolicyError: OPA cannot be used.
    """
    from concurrent.futures import ThreadPoolExecutor

    opa.require_unchanged()
    # Named by number, so that no file name of others ever reaches a command line or a path.
    numbered = {f"{n}.rego": file for n, file in enumerate(sorted(sources))}
    with workspace({name: sources[file] for name, file in numbered.items()}) as folder:
        workers = min(len(numbered), os.cpu_count() or 1) or 1
        with ThreadPoolExecutor(workers) as pool:
            trees = list(pool.map(lambda name: _parse(opa, folder, name, numbered[name]), numbered))
    return dict(zip(numbered.values(), trees, strict=True))


def _parse(opa: Opa, folder: Path, name: str, file: str) -> Mapping[str, Any] | Problem:
    done = run(
        [
            str(opa.path),
            "parse",
            "--format=json",
            "--json-include=locations,-comments",
            name,
        ],
        timeout_s=_TIMEOUT_S,
        max_stdout=_MAX_OUTPUT,
        cwd=folder,
    )
    if done.returncode == 0:
        tree = _json(done.stdout)
        if isinstance(tree, dict) and isinstance(tree.get("package"), dict):
            return tree
        raise PolicyError("OPA did not say what it parsed.", code="OPA_OUTPUT_INVALID", file=file)
    found = problems_of(done, {name: file})
    return found[0]


def compile_bundles(
    opa: Opa, bundles: Mapping[str, bytes], capabilities: bytes, files: Mapping[str, str]
) -> list[Problem]:
    """Compile bundles together, strictly and with nothing but the allowed built-ins.

    Args:
        opa: The verified OPA.
        bundles: Archives by file name.
        capabilities: What OPA may do.
        files: As for `problems_of`.

    Raises:
        PolicyError: OPA cannot be used.
    """
    opa.require_unchanged()
    with workspace({**bundles, "capabilities.json": capabilities}) as folder:
        done = run(
            [
                *(str(opa.path), "check", "--format=json", "--strict"),
                *("--capabilities=capabilities.json", "--bundle", *bundles),
            ],
            timeout_s=_TIMEOUT_S,
            max_stdout=_MAX_OUTPUT,
            max_stderr=_MAX_OUTPUT,
            cwd=folder,
        )
    return [] if done.returncode == 0 else problems_of(done, files)


def problems_of(done: Completed, files: Mapping[str, str]) -> list[Problem]:
    """Problems out of what `opa parse`, `check` or `test` prints when it refuses modules.

    Args:
        done: The finished call, with an exit code other than 0.
        files: How OPA ends the names of files -> how the user knows them.

    Raises:
        PolicyError: It says nothing that can be understood: then it failed, not the modules.
    """
    return [_problem(error, files) for error in errors_of(done)]


def errors_of(done: Completed) -> list[Mapping[str, Any]]:
    """Errors that OPA names where it ends with an exit code other than 0; at least one.

    Raises:
        PolicyError: It names none, `OPA_FAILED`.
    """
    for raw in (done.stderr, done.stdout):
        document = _json(raw)
        errors = document.get("errors") if isinstance(document, dict) else None
        found: list[Mapping[str, Any]] = (
            [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
        )
        if found:
            return found
    raise PolicyError(
        "OPA ended without an answer.",
        code="OPA_FAILED",
        got=f"exit code {done.returncode}: {excerpt(done.stderr)}",
    )


def _problem(error: Mapping[str, Any], files: Mapping[str, str]) -> Problem:
    location = error.get("location")
    place: Mapping[str, Any] = location if isinstance(location, dict) else {}
    theirs = str(place.get("file", ""))
    file = next((ours for end, ours in files.items() if theirs.endswith(end)), theirs)
    row = place.get("row")
    return Problem(
        file,
        row if isinstance(row, int) and row > 0 else None,
        f"OPA refuses it: {in_one_line(error.get('message'))}.",
        "Mend the Rego source at this place.",
    )


def refused(problems: Sequence[Problem]) -> PolicyError:
    """The first of some problems of a base policy as an exception."""
    first = problems[0]
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return PolicyError(
        f"{first.message}{more}",
        code="POLICY_INVALID",
        file=first.file,
        line=first.line,
        fix=first.fix,
    )


def in_one_line(text: object) -> str:
    """What OPA says, printable and bounded."""
    words = " ".join(str(text or "unknown error").split())[:500]
    return "".join(c if c.isprintable() else "\ufffd" for c in words)


def excerpt(raw: bytes) -> str:
    """The beginning of what a program printed, in one printable line."""
    return in_one_line(raw[:2000].decode("utf-8", "replace"))[:300]


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
