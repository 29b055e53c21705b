"""The check step of the Action: one call of `kfm-gates check`, judged by its report.

Runs as `python -I` in the Action's own environment, standard library only. The verdict output is
`error` from the first moment and is overwritten last. The step succeeds only if the process exited
with 0 and left a report of this very invocation that says PASS.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_REPORT = 256 * 2**20
MAX_LOG = 256 * 2**10
MAX_SUMMARY = 128 * 2**10
"""GitHub drops a job summary above 1 MiB, all steps together."""
WORST = 10


class Refused(Exception):
    """No decision. `exit_code` is 2 for a wrong input of the Action, 3 for everything else."""

    def __init__(self, message: str, exit_code: int = 3) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass
class Outcome:
    """What the step reports. Every default is the refusal."""

    verdict: str = "error"
    exit_code: int = 3
    why: str = "The check did not end."
    report: dict[str, Any] = field(default_factory=dict)
    raw: bytes = b""


def main(env: Mapping[str, str]) -> int:
    """Run the step; returns its exit code."""
    outcome = Outcome()
    try:
        output = _required(env, "GITHUB_OUTPUT")
        _write_outputs(output, {"verdict": "error"})
        folder = _report_dir(env)
        path = folder / "report.json"
        outcome = _check(env, path)
        _write_summary(env, outcome)
        digest = hashlib.sha256(outcome.raw).hexdigest()
        results = {
            "report-json": str(path) if outcome.raw else "",
            "report-digest": f"sha256:{digest}" if outcome.raw else "",
            "subject-digest": "\n".join(_subjects(outcome.report)),
        }
        _write_outputs(output, {**results, "verdict": outcome.verdict})
    except Refused as error:
        outcome = Outcome(exit_code=error.exit_code, why=str(error))
    except OSError as error:
        outcome = Outcome(why=f"An output could not be written: {error}.")
    # A traceback would exit with 1, which means FAIL.
    except Exception as error:
        outcome = Outcome(why=f"The Action itself failed: {error!r}.")
    kind = "notice" if outcome.exit_code == 0 else "error"
    print(f"::{kind} title=kfm-gates {outcome.verdict}::{_command_data(outcome.why)}", flush=True)
    return outcome.exit_code


def _check(env: Mapping[str, str], path: Path) -> Outcome:
    """Call `kfm-gates check` on the runs and judge what it left."""
    runs = [line.strip() for line in env.get("KFM_RUNS", "").split("\n") if line.strip()]
    if not runs:
        raise Refused("The input 'runs' is empty: name at least one run, one a line.", 2)
    invocation = secrets.token_hex(16)
    program = Path(sys.executable).with_name("kfm-gates")
    argv = [sys.executable, "-I", str(program), "check", f"--invocation={invocation}"]
    for option in ("profile", "root"):
        if value := env.get(f"KFM_{option.upper()}", ""):
            argv.append(f"--{option}={value}")
    _make_room(path)
    with tempfile.TemporaryDirectory(dir=_required(env, "RUNNER_TEMP")) as folder:
        annotations = Path(folder) / "annotations"
        argv += ["-o", f"json={path}", "-o", f"github={annotations}"]
        code = _run([*argv, "--", *runs], _environment(env))
        with contextlib.suppress(OSError), annotations.open("rb") as stream:
            _print(stream.read(MAX_LOG))
    return _judge(code, path, invocation)


def _make_room(path: Path) -> None:
    """Remove the report of an earlier call, so that nobody takes it for this one's."""
    if not os.path.lexists(path):
        return
    try:
        earlier = {} if path.is_symlink() else json.loads(path.read_bytes())
        ours = (earlier["schema"], earlier["question"]) == ("report/v1", "check")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        ours = False
    if not ours:
        raise Refused(f"{path} is not a report of kfm-gates and is not overwritten.", 2)
    path.unlink()


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """Variables of the check: those of the job less every one that steers us or Python."""
    kept = {k: v for k, v in env.items() if not k.startswith(("KFM_", "PYTHON"))}
    return {**kept, "XDG_CACHE_HOME": f"{env['KFM_HOME']}/cache"}


def _run(argv: list[str], env: dict[str, str]) -> int:
    """Run the check and show what it printed, with the runner's command processing switched off."""
    with tempfile.TemporaryFile() as log:
        try:
            code = subprocess.run(
                argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            ).returncode
        except (OSError, ValueError) as error:
            raise Refused(f"kfm-gates could not be started: {error}.") from error
        size = log.tell()
        log.seek(0)
        shown = log.read(MAX_LOG)
    token = secrets.token_hex(16)
    _print(f"::stop-commands::{token}\n".encode())
    _print(shown)
    if size > len(shown):
        _print(f"\n({size - len(shown)} more bytes are left out)".encode())
    _print(f"\n::{token}::\n".encode())
    return code


def _judge(code: int, path: Path, invocation: str) -> Outcome:
    """Verdict of the step: an allow-list over exit code and report together."""
    outcome = Outcome(exit_code=2 if code == 2 else 3)
    ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_REPORT + 1)
        report = json.loads(raw)
    except (OSError, ValueError, RecursionError) as error:
        outcome.why = f"kfm-gates {ended} and left no report that can be read ({error})."
        return outcome
    if not isinstance(report, dict) or len(raw) > MAX_REPORT:
        outcome.why = f"kfm-gates {ended} and its report is no report."
        return outcome
    if report.get("schema") != "report/v1" or report.get("invocation") != invocation:
        outcome.why = f"kfm-gates {ended} and the report is not the one of this invocation."
        return outcome
    if report.get("question") != "check":
        outcome.why = f"kfm-gates {ended} and the report decides about no run."
        return outcome
    outcome.report, outcome.raw = report, raw
    said = report.get("verdict")
    verdicts = [run["verdict"] for run in _list(report, "runs")]
    if code == 0 and said == "PASS" and report.get("exit_code") == 0 and set(verdicts) == {"PASS"}:
        outcome.verdict, outcome.exit_code = "pass", 0
    elif code == 1 and said == "FAIL" and report.get("exit_code") == 1:
        outcome.verdict, outcome.exit_code = "fail", 1
    outcome.why = f"{said}: {_counts(report)}. kfm-gates {ended}."
    return outcome


def _report_dir(env: Mapping[str, str]) -> Path:
    named = env.get("KFM_REPORT_DIR", "")
    try:
        if named:
            Path(named).mkdir(parents=True, exist_ok=True)
            return Path(named).resolve(strict=True)
        temporary = _required(env, "RUNNER_TEMP")
        return Path(tempfile.mkdtemp(prefix="kfm-gates-report.", dir=temporary))
    except (OSError, ValueError) as error:
        raise Refused(f"The folder for the report cannot be used: {error!r}.") from error


def _required(env: Mapping[str, str], name: str) -> Path:
    if not env.get(name):
        raise Refused(f"{name} is not set: this is meant to run as a step of GitHub Actions.")
    return Path(env[name])


def _write_outputs(path: Path, values: Mapping[str, str]) -> None:
    # A delimiter that cannot be guessed: a value with line breaks must not become an output.
    mark = secrets.token_hex(16)
    text = "".join(f"{name}<<{mark}\n{value}\n{mark}\n" for name, value in values.items())
    with path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(text)


def _write_summary(env: Mapping[str, str], outcome: Outcome) -> None:
    if env.get("GITHUB_STEP_SUMMARY"):
        text = summary(outcome.verdict, outcome.why, outcome.report)
        with Path(env["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as stream:
            stream.write(text)


def summary(verdict: str, why: str, report: Mapping[str, Any]) -> str:
    """The job summary: verdict first, then what stops the runs, then what was not looked at."""
    lines = [f"## kfm-gates: {verdict.upper()}", "", _code(why), ""]
    runs = _dicts(report, "runs")
    lines += [
        f"- {_code(run.get('verdict'))} {_code(run.get('path'))} under {_code(run.get('profile'))}"
        for run in runs[:50]
    ]
    if len(runs) > 50:
        lines.append(f"- and {len(runs) - 50} more")
    findings = _dicts(report, "findings") + [f for run in runs for f in _dicts(run, "findings")]
    order = {"deny": 0, "warn": 1, "info": 2}
    findings.sort(key=lambda f: ("waived_by" in f, order.get(str(f.get("level")), 0)))
    if findings:
        lines += ["", f"### Findings: the worst {min(WORST, len(findings))} of {len(findings)}", ""]
        lines += [_finding(f) for f in findings[:WORST]]
    unseen = [_code(what) for run in runs for what in _list(run, "not_checked")]
    unseen += [_code(limit.get("why")) for run in runs for limit in _dicts(run, "limits")]
    if unseen := list(dict.fromkeys(unseen)):
        lines += ["", "### Not checked, and limits of this check", ""]
        lines += [f"- {what}" for what in unseen[: 2 * WORST]]
        lines += [f"- and {len(unseen) - 2 * WORST} more"] * (len(unseen) > 2 * WORST)
    text, cut = "\n".join(lines) + "\n\n", "\n\nThe rest is in the report.\n\n"
    if len(text.encode()) <= MAX_SUMMARY:
        return text
    kept = text.encode()[: MAX_SUMMARY - len(cut)].decode(errors="ignore")
    return kept[: kept.rfind("\n")] + cut


def _finding(finding: Mapping[str, Any]) -> str:
    place, fix = _dict(finding, "location"), _dict(finding, "fix")
    where = " ".join(str(place[k]) for k in ("path", "file", "pointer") if k in place)
    parts = [f"- **{_code(finding.get('code'))}** {_code(where)} {_code(finding.get('message'))}"]
    parts += [f"{key} {_code(finding[key])}" for key in ("got", "wanted") if key in finding]
    return ", ".join(parts) + f"<br>fix ({_code(fix.get('who'))}): {_code(fix.get('text'))}"


def _code(value: object) -> str:
    """Untrusted text as an inline code element in which nothing is Markdown, HTML or a mention."""
    text = str(value)
    text = text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    escaped = "".join(c if c.isalnum() or c in " ,/" else f"&#{ord(c)};" for c in shown)
    return f"<code>{escaped}</code>" if html.unescape(escaped).strip() else ""


def _subjects(report: Mapping[str, Any]) -> Iterable[str]:
    for run in _dicts(report, "runs"):
        hex_ = str(run.get("subject", "")).removeprefix("sha256:")
        if re.fullmatch("[0-9a-f]{64}", hex_):
            yield f"sha256:{hex_}"


def _counts(report: Mapping[str, Any]) -> str:
    counted = _dict(report, "summary")
    parts = [f"{counted.get(key, '?')} {key}" for key in ("pass", "fail", "error")]
    return f"{counted.get('runs', '?')} runs, " + ", ".join(parts)


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def _dicts(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [item for item in _list(data, key) if isinstance(item, dict)]


def _dict(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _command_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _print(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(os.environ))
