"""One question, one way through: subjects -> gates -> facts -> OPA -> decide -> report.

`Checker` loads policy, OPA and `.kfm/` once per lake and may be used from several threads. Every
run goes the whole way whatever happens to the others, and what raises on the way becomes an
ERROR of that run (FO-33).
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kfm_gates import dossier, profiles, subjects
from kfm_gates.conclude import Lake, conclude
from kfm_gates.decide import effective_level
from kfm_gates.errors import KfmGatesError, PolicyError, UsageError
from kfm_gates.evidence.run_dir import Run
from kfm_gates.examine import Case, context_for, examine, mark_changed
from kfm_gates.gates import all_gates, codes_of
from kfm_gates.model import GateResult, Level, Profile
from kfm_gates.policy import facts as facts_document
from kfm_gates.project import load_project

if TYPE_CHECKING:
    from kfm_gates.policy.locate import Opa
    from kfm_gates.report import Report

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


class Checker:
    """Checks runs under one profile. Thread-safe; loads everything once per lake.

    Args:
        profile: Name of the profile; None lets `.kfm/` choose, else `local`.
        root: The lake root; None finds it from the runs.
        opa: Path of an OPA binary; it still has to be one that the lock knows.
        policy_dir: Another base policy. A limit: the result is never promotable.
        now: The time of the question, timezone-aware. A limit where it is given.
        trusted_ref: A git ref whose clean checkout the work tree has to be.
        invocation: Id that the report carries, so that a caller knows it for its own.
        timeout: Seconds that OPA may take.

    Raises:
        UsageError: `now` has no timezone.
    """

    def __init__(
        self,
        profile: str | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        opa: str | None = None,
        policy_dir: str | os.PathLike[str] | None = None,
        now: dt.datetime | None = None,
        trusted_ref: str | None = None,
        invocation: str | None = None,
        timeout: float = 60.0,
    ) -> None:
        if now is not None and now.utcoffset() is None:
            raise UsageError("The time has no timezone.", code="TIME_INVALID", wanted="UTC")
        self._profile = profile
        self._root = None if root is None else Path(root)
        self._opa = opa
        self._policy_dir = None if policy_dir is None else Path(policy_dir)
        self._now = now
        self._trusted_ref = trusted_ref
        self._invocation = invocation
        self._timeout = timeout
        self._lakes: dict[Path, Lake] = {}
        self._lock = threading.Lock()

    def check(
        self,
        paths: Paths,
        *,
        all_runs: bool = False,
        since: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Report:
        """Check runs and return the report.

        Args:
            paths: A run directory, a run id, a family directory, or several of them.
            all_runs: Every run of a family, or of the lake where `paths` is empty.
            since: Only runs not older than this run id or date.
            progress: Called with the number of bytes hashed, from any thread.

        Raises:
            UsageError: The call or the configuration is wrong. Everything else is in the report.
        """
        from kfm_gates.report import Report

        names = _names(paths)
        root = subjects.root_of(names, self._root)
        lake = self._lake(root)
        chosen = subjects.select(
            names, root=root, layout=lake.project.layout, all_runs=all_runs, since=since
        )
        now = self._time()
        profile_of = {run: self._profile_of(lake, run.parent.name) for run in chosen.runs}
        cases = [examine(lake.project, profile_of[r], r, now, progress) for r in chosen.runs]
        self._ask(lake, cases)
        return Report(
            dossier.report_document(
                invocation=self._invocation,
                now=now,
                requested=[os.fspath(name) for name in names],
                profiles={p.name: p for p in profile_of.values()}.values(),
                policy=_policy_document(lake),
                project={"origin": lake.project.origin, "sha256": lake.project.sha256},
                findings=chosen.findings,
                left_alone=[
                    {"path": path.relative_to(root).as_posix(), "why": why}
                    for path, why in chosen.left_alone
                ],
                runs=[conclude(lake, case) for case in cases],
            )
        )

    def facts(self, path: str | os.PathLike[str]) -> dict[str, Any]:
        """The exact input that OPA would get about one run (`kfm-gates facts`).

        Raises:
            UsageError: The path is not one run.
            KfmGatesError: The facts could not be established.
        """
        root, run = self._one(path)
        lake = self._lake(root)
        case = examine(lake.project, self._profile_of(lake, run.parent.name), run, self._time())
        if case.facts is None:
            raise case.error or KfmGatesError("The facts could not be established.")
        return facts_document.opa_input(case.facts)

    def run_gates(self, path: str | os.PathLike[str], ids: Iterable[str]) -> list[GateResult]:
        """Single gates for other pipelines. They have no verdict.

        Raises:
            UsageError: The path is not one run; a gate does not exist or cannot run alone.
            EvidenceUnreadable: The run cannot be opened.
        """
        known = [id_ for id_, gate in all_gates().items() if not gate.host]
        wanted = list(ids)
        strangers = [id_ for id_ in wanted if id_ not in known]
        if strangers or not wanted:
            raise UsageError(
                f"There is no gate {strangers[0]!r} to run alone; ids are a list."
                if strangers
                else "No gate was named.",
                code="GATE_UNKNOWN",
                wanted=", ".join(known),
            )
        root, path_ = self._one(path)
        project = load_project(root, trusted_ref=self._trusted_ref)
        run = Run.open(path_, root=root, layout=project.layout)
        context = context_for(project, {}, run, self._time())
        results = [all_gates()[id_].run(context) for id_ in wanted]
        changed = run.changed()
        return mark_changed(results, changed) if changed else results

    def _time(self) -> dt.datetime:
        return self._now or dt.datetime.now(dt.UTC)

    def _one(self, path: str | os.PathLike[str]) -> tuple[Path, Path]:
        names = _names(path)
        root = subjects.root_of(names, self._root)
        layout = load_project(root).layout
        chosen = subjects.select(names, root=root, layout=layout)
        if len(chosen.runs) != 1:
            raise UsageError(f"{os.fspath(path)} is not one run.", code="NOT_A_RUN")
        return root, chosen.runs[0]

    def _lake(self, root: Path) -> Lake:
        with self._lock:
            if root not in self._lakes:
                self._lakes[root] = self._load(root)
            return self._lakes[root]

    def _load(self, root: Path) -> Lake:
        from kfm_gates.policy.bundle import load_policy
        from kfm_gates.policy.locate import find_opa

        project = load_project(root, trusted_ref=self._trusted_ref)
        opa: Opa | PolicyError
        try:
            opa = find_opa(self._opa)
        except PolicyError as error:
            opa = error
        taken = codes_of(all_gates())
        policy = load_policy(self._policy_dir, project.house, opa=opa, reserved=taken)
        if policy.unchecked is None:  # without OPA the rules of overlays are not known
            profiles.check_all(project, policy.rules)
        return Lake(project, policy, opa, clock_given=self._now is not None)

    def _profile_of(self, lake: Lake, family: str) -> Profile:
        name = self._profile or lake.project.profile_for(family)
        if name is None and os.environ.get("CI"):
            raise UsageError(
                "In CI the profile has to be named.",
                code="PROFILE_NOT_NAMED",
                wanted=", ".join(profiles.built_in()),
                fix="Use --profile, or set 'profile' in .kfm/gates.yaml.",
            )
        return profiles.resolve(name or "local", lake.project, lake.policy.rules)

    def _ask(self, lake: Lake, cases: Sequence[Case]) -> None:
        """Ask OPA about every run that has facts, in one go, and for detail where it helps."""
        from kfm_gates.policy.evaluate import details, evaluate

        asked = [(case, case.facts) for case in cases if case.facts is not None]
        if isinstance(lake.opa, PolicyError):
            for case, _ in asked:
                case.error = lake.opa
            return
        if not asked:
            return
        inputs = [facts_document.opa_input(facts) for _, facts in asked]
        answers = evaluate(lake.opa, lake.policy, inputs, self._timeout)
        unclear: list[tuple[Case, dict[str, Any]]] = []
        for (case, _), answer, input_ in zip(asked, answers, inputs, strict=True):
            if isinstance(answer, PolicyError):
                case.error = answer
                continue
            case.decision = answer
            failed = dossier.rule_findings(case.profile, answer, lake.policy.rules)
            if any(effective_level(case.profile, f) is Level.DENY for f in failed):
                unclear.append((case, input_))
        if unclear:
            found = details(lake.opa, lake.policy, [input_ for _, input_ in unclear])
            for (case, _), entries in zip(unclear, found, strict=True):
                case.details = entries


def _names(paths: Paths) -> list[str | os.PathLike[str]]:
    names = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not isinstance(names, Sequence) or not all(isinstance(n, str | os.PathLike) for n in names):
        raise UsageError(
            f"A run is named by a path or a run id, not by {type(paths).__name__}.",
            code="ARGUMENT_INVALID",
            wanted="str, os.PathLike, or a list of them",
        )
    return list(names)


def _policy_document(lake: Lake) -> dict[str, Any]:
    """Which policy judged, complete enough to judge again (`kfm-gates replay`)."""
    policy = lake.policy
    document: dict[str, Any] = {
        "origin": policy.origin,
        "sha256": policy.sha256,
        "rules": len(policy.rules),
        "capabilities_sha256": policy.capabilities_sha256,
        "house": [
            {"name": name, "sha256": digest, "source": source}
            for name, digest, source in policy.house
        ],
    }
    if not isinstance(lake.opa, PolicyError):
        document["opa"] = {
            "version": lake.opa.version,
            "sha256": lake.opa.sha256,
            "origin": lake.opa.origin,
            "locked": lake.opa.locked,
        }
    return document
