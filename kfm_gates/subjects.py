"""Which runs a user means: a run directory, a run id, a family directory, `--all`.

The set that is checked equals the set that was asked for (FO-60): every entry below a family is a
run or a finding, and what is left alone on purpose is listed with the reason.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kfm_gates import codes
from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.model import Code, Finding, Layout, Level, Location
from kfm_gates.project import find_root
from kfm_gates.times import ulid_time

RUN_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_FAMILY = re.compile(r"[a-z][a-z0-9_]{2,63}")
_HARMLESS = frozenset({".gitignore", ".gitkeep", "README.md"})


@dataclass(slots=True)
class Selection:
    """The runs to judge, in the order asked for, and everything said about the rest."""

    root: Path
    runs: list[Path] = field(default_factory=list)
    left_alone: list[tuple[Path, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, run: Path) -> None:
        """Add a run once."""
        if run not in self.runs:
            self.runs.append(run)


def root_of(names: Sequence[str | os.PathLike[str]], explicit: Path | None) -> Path:
    """The one lake root of all arguments.

    Raises:
        UsageError: Blank argument, no lake, or arguments from two lakes.
    """
    roots = set()
    for name in names:
        if not os.fspath(name).strip() or "\0" in os.fspath(name):
            raise UsageError(
                "An argument is blank.", code="ARGUMENT_BLANK", fix="Name a run, or leave it out."
            )
        path = Path(name)
        roots.add(find_root(path if os.path.lexists(path) else Path.cwd(), explicit))
    if not roots:
        return find_root(Path.cwd(), explicit)
    if len(roots) > 1:
        raise UsageError(
            f"The arguments belong to {len(roots)} lakes.",
            code="ROOTS_DIFFER",
            got=", ".join(sorted(str(r) for r in roots)),
            fix="Check one lake at a time.",
        )
    return roots.pop()


def select(
    names: Sequence[str | os.PathLike[str]],
    *,
    root: Path,
    layout: Layout,
    all_runs: bool = False,
    since: str | None = None,
) -> Selection:
    """Find the runs that the arguments name.

    Args:
        names: Paths, run ids or `family/run_id`; none of them with `all_runs` means the lake.
        root: The lake root.
        layout: Where runs lie.
        all_runs: Take every run of a family directory instead of the newest.
        since: Take the runs of a family whose ULID is not older than this run id or date.

    Raises:
        UsageError: No such path, an ambiguous run id, a path that is no run.
    """
    if since is not None and not (RUN_ID.fullmatch(since) or _is_date(since)):
        raise UsageError(
            f"--since {since!r} is neither a run id nor a date.",
            code="SINCE_INVALID",
            wanted="a ULID or YYYY-MM-DD",
        )
    chosen = Selection(root)
    runs_dir = root / layout.runs
    if not names:
        if not all_runs:
            raise UsageError(
                "No run was named.",
                code="RUN_NOT_NAMED",
                fix=f"Name a run, e.g. {layout.runs}/<family>/<run id>, or use --all.",
            )
        _lake(runs_dir, chosen, since)
    for name in names:
        _one(name, runs_dir, chosen, all_runs, since)
    if not chosen.runs:
        place = ", ".join(os.fspath(n) for n in names) or layout.runs
        chosen.findings.append(
            _finding(codes.NO_RUNS_FOUND, f"There is no run to check in {place}.", None)
        )
    return chosen


def _one(
    name: str | os.PathLike[str],
    runs_dir: Path,
    chosen: Selection,
    all_runs: bool,
    since: str | None,
) -> None:
    path = Path(os.path.abspath(name))
    text = os.fspath(name)
    if not os.path.lexists(path):
        if _FAMILY.fullmatch(text) and os.path.lexists(runs_dir / text):
            _family(runs_dir / text, chosen, all_runs, since)
        else:
            _by_id(text, runs_dir, chosen)
        return
    if path == runs_dir or path == chosen.root:
        if not all_runs:
            raise UsageError(
                f"{text} holds the runs of every family.",
                code="RUN_NOT_NAMED",
                fix="Name a family or a run in it, or use --all.",
            )
        _lake(runs_dir, chosen, since)
    elif path.parent == runs_dir:
        _family(path, chosen, all_runs, since)
    elif path.parent.parent == runs_dir:
        if path.is_symlink() or not path.is_dir():
            raise _no_run(text, runs_dir)
        chosen.add(path)
    elif runs_dir in path.parents:
        run = runs_dir / Path(*path.relative_to(runs_dir).parts[:2])
        raise UsageError(
            f"{text} lies inside a run.", code="NOT_A_RUN", fix=f"Check the run itself: {run}"
        )
    else:
        raise _no_run(text, runs_dir)


def _no_run(text: str, runs_dir: Path) -> UsageError:
    return UsageError(
        f"{text} is not a run of this lake.",
        code="NOT_A_RUN",
        wanted=f"a directory {runs_dir}/<dataset_family>/<run_id>",
        fix="Runs recorded with kfm_gates.record_run lie there; 'kfm-gates seal --plan DIR' says "
        "what a directory of your own still needs.",
    )


def _by_id(text: str, runs_dir: Path, chosen: Selection) -> None:
    match = re.fullmatch(rf"(?:(?P<family>{_FAMILY.pattern})/)?(?P<id>{RUN_ID.pattern})", text)
    if match is None:
        raise UsageError(
            f"There is no such path: {text}",
            code="PATH_NOT_FOUND",
            wanted=f"a run directory, a run id (26 characters) or a family below {runs_dir}",
            fix="kfm-gates check --all checks every run of the lake.",
        )
    families = [match["family"]] if match["family"] else [p.name for p in _entries(runs_dir)]
    found = [runs_dir / f / match["id"] for f in families if (runs_dir / f / match["id"]).is_dir()]
    if len(found) > 1:
        raise UsageError(
            f"The run id {match['id']} is ambiguous.",
            code="RUN_AMBIGUOUS",
            got=", ".join(str(p.relative_to(chosen.root)) for p in found),
            fix="Name the run by its path.",
        )
    if not found:
        raise UsageError(
            f"There is no run {text} below {runs_dir}.",
            code="PATH_NOT_FOUND",
            fix="Name the run by its path, or run the command inside its lake.",
        )
    chosen.add(found[0])


def _lake(runs_dir: Path, chosen: Selection, since: str | None) -> None:
    for entry in _entries(runs_dir):
        if entry.name in _HARMLESS and entry.is_file():
            continue
        if entry.is_symlink() or not entry.is_dir() or not _FAMILY.fullmatch(entry.name):
            message = f"{entry.name} is not a family."
            chosen.findings.append(_finding(codes.NOT_A_RUN, message, _rel(entry, chosen)))
        else:
            _family(entry, chosen, True, since)


def _family(family: Path, chosen: Selection, all_runs: bool, since: str | None) -> None:
    if family.is_symlink() or not family.is_dir():
        raise UsageError(f"{family} is not a family directory.", code="NOT_A_RUN")
    runs: list[Path] = []
    for entry in _entries(family):
        if entry.name in _HARMLESS and entry.is_file() and not entry.is_symlink():
            continue
        if entry.is_symlink() or not entry.is_dir() or not RUN_ID.fullmatch(entry.name):
            message = f"{entry.name} is not a run."
            chosen.findings.append(_finding(codes.NOT_A_RUN, message, _rel(entry, chosen)))
        else:
            runs.append(entry)
    runs.sort(key=lambda p: p.name, reverse=True)
    fresh = [run for run in runs if since is None or _not_older(run.name, since)]
    chosen.left_alone.extend((run, f"older than {since}") for run in runs if run not in fresh)
    judged = []
    for run in fresh:
        status = _claimed_failure(run)
        if status is None:
            judged.append(run)
        else:
            chosen.left_alone.append((run, f"recorded as {status}; name it to check it"))
    take = judged if all_runs or since is not None else judged[:1]
    for run in take:
        chosen.add(run)
    chosen.left_alone.extend(
        (run, "older than the newest run; use --all") for run in judged if run not in take
    )


def _is_date(text: str) -> bool:
    try:
        return text.isascii() and dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _not_older(run_id: str, since: str) -> bool:
    if RUN_ID.fullmatch(since):
        return run_id >= since
    try:
        return ulid_time(run_id).date() >= dt.date.fromisoformat(since)
    except ValueError:  # the id of no time: whatever it is, it is looked at
        return True


def _claimed_failure(run: Path) -> str | None:
    """The status of a run whose record plainly says that it did not succeed.

    Anything else, unreadable records included, is judged: only a run that speaks against
    itself is left alone.
    """
    from kfm_gates.evidence import strict_json
    from kfm_gates.evidence.files import read_regular

    try:
        raw = read_regular(run / "run_record.json", 1 << 20)
        record = strict_json.loads(raw, file="run_record.json")
        status = record["status"]
    except (OSError, KfmGatesError, KeyError, TypeError):
        return None
    return status if status in ("failed", "cancelled", "canceled", "skipped", "expired") else None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise KfmGatesError(
            f"{folder} cannot be listed: {error.strerror}.", code="RUN_UNREADABLE", file=str(folder)
        ) from error


def _rel(path: Path, chosen: Selection) -> str:
    return path.relative_to(chosen.root).as_posix()


def _finding(code: Code, message: str, file: str | None) -> Finding:
    return Finding(
        code=code.id,
        level=Level.DENY,
        message=message,
        origin="run",
        check="",
        where=Location(file, base="root"),
        fix=code.fix,
    )
