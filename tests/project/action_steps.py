"""Runs the steps of `action.yml` as GitHub's runner does, without GitHub.

Expressions are resolved only where they are `inputs.*` or `steps.*.outputs.*`, outputs of the
action also with a literal to fall back to. Anything else raises, so that the harness never passes
for a runner that understands more than it does.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
OUTPUT = re.compile(r"steps\.([a-z-]+)\.outputs\.([a-z-]+)(?:\s*\|\|\s*'([a-z]*)')?")
INPUT = re.compile(r"inputs\.([a-z-]+)")


@dataclass
class Result:
    """What a runner would know after the action: the first failing step ends it."""

    exit_code: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    failed: str | None = None


@dataclass
class Runner:
    """One job's runner: a temporary folder, a workspace, and the action's own folder."""

    action: Path
    temp: Path
    workspace: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def run(
        self,
        inputs: Mapping[str, str],
        *,
        known: Mapping[str, Mapping[str, str]] | None = None,
        until: str | None = None,
    ) -> Result:
        """Run the steps in order; those in `known` are taken as done, with these outputs."""
        document = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        assert document["runs"]["using"] == "composite"
        unknown = set(inputs) - set(document["inputs"])
        assert not unknown, f"inputs that action.yml does not declare: {unknown}"
        given = {name: str(spec.get("default", "")) for name, spec in document["inputs"].items()}
        result = Result(steps={key: dict(value) for key, value in (known or {}).items()})
        given.update(inputs)
        for step in document["runs"]["steps"]:
            if step["id"] in result.steps:
                continue
            result.steps[step["id"]] = {}
            self._step(step, given, result)
            if result.exit_code != 0:
                result.failed = step["id"]
                break
            if step["id"] == until:
                break
        for name, spec in document["outputs"].items():
            result.outputs[name] = resolve(spec["value"], given, result.steps, fallback=True)
        return result

    def _step(self, step: Mapping[str, Any], given: Mapping[str, str], result: Result) -> None:
        assert set(step) <= {"name", "id", "shell", "env", "run"}, "a step of another kind"
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression inside a script is an injection"
        script = self.temp / f"{step['id']}.sh"
        script.write_text(step["run"], encoding="utf-8")
        files = {"GITHUB_OUTPUT": self.temp / f"{step['id']}.output"}
        files["GITHUB_STEP_SUMMARY"] = self.temp / f"{step['id']}.summary"
        for file in files.values():
            file.write_text("", encoding="utf-8")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "CI": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTION_PATH": str(self.action),
            **{name: str(file) for name, file in files.items()},
            **self.env,
            **{k: resolve(v, given, result.steps) for k, v in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        result.exit_code = done.returncode
        result.log += done.stdout.decode(errors="replace")
        if files["GITHUB_STEP_SUMMARY"].is_file():
            result.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        if files["GITHUB_OUTPUT"].is_file():
            text = files["GITHUB_OUTPUT"].read_text(encoding="utf-8")
            result.steps[step["id"]] = parse_outputs(text)


def resolve(
    text: str,
    inputs: Mapping[str, str],
    steps: Mapping[str, Mapping[str, str]],
    *,
    fallback: bool = False,
) -> str:
    """Replace the expressions in a value of `action.yml`.

    Raises:
        ValueError: An expression is none of the few that are understood.
    """

    def value(match: re.Match[str]) -> str:
        if (found := INPUT.fullmatch(match[1])) and found[1] in inputs:
            return inputs[found[1]]
        if (found := OUTPUT.fullmatch(match[1])) and (fallback or found[3] is None):
            return steps.get(found[1], {}).get(found[2], "") or found[3] or ""
        raise ValueError(f"expression not understood: {match[0]}")

    return EXPRESSION.sub(value, text)


def parse_outputs(text: str) -> dict[str, str]:
    """Outputs in the runner's file format; a later one replaces an earlier one.

    Raises:
        ValueError: The text is not in that format.
    """
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if heredoc := re.fullmatch(r"([a-z-]+)<<(.+)", line):
            value: list[str] = []
            for inner in lines:
                if inner == heredoc[2]:
                    break
                value.append(inner)
            else:
                raise ValueError(f"output {heredoc[1]} has no end")
            found[heredoc[1]] = "\n".join(value)
        elif single := re.fullmatch(r"([a-z-]+)=(.*)", line):
            found[single[1]] = single[2]
        else:
            raise ValueError(f"not an output: {line!r}")
    return found
