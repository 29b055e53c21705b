"""Writing results: all of them or none, and never beside the leftovers of an earlier run.

Every file is staged next to its target and renamed only when all are staged. If one cannot be
written, what was written is removed again, so that no file says PASS for a check that did not end
well. Standard output comes last, because it cannot be taken back.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import OutputError, UsageError
from kfm_gates.report._api import format_names

_RECEIPTS = ("run_record.json", "run_manifest.json", "validation_report.json")
_PROJECT = frozenset({".kfm", ".git"})
_ZONES = frozenset({"raw", "work", "quarantine", "processed", "published"})


@dataclass(frozen=True)
class Target:
    """One output: a format and a file, or standard output where `path` is None."""

    fmt: str
    path: Path | None


def parse_targets(specs: Sequence[str]) -> tuple[Target, ...]:
    """Targets from `FMT=PATH`; the path `-` is standard output.

    Raises:
        UsageError: A spec is malformed, a format unknown, a path blank or a folder, two targets
            are the same file, or two want standard output.
    """
    targets: list[Target] = []
    seen: set[str] = set()
    for spec in specs:
        fmt, equals, name = spec.partition("=")
        if not equals or not fmt.strip() or not name.strip() or "\0" in name:
            raise _refused(f"The output {spec!r} is not FMT=PATH.", spec, "e.g. json=report.json")
        if fmt not in format_names():
            raise _refused(f"There is no output format {fmt!r}.", fmt, ", ".join(format_names()))
        if name == "-":
            if any(target.path is None for target in targets):
                raise _refused("Two outputs want standard output.", spec, "one output for -")
            targets.append(Target(fmt, None))
            continue
        path = Path(name)
        # Path() drops a trailing slash, which says "folder".
        if name.endswith(("/", os.sep)):
            raise _refused(f"The output {name} is a folder.", spec, "a file name")
        _check_path(path, spec)
        real = os.path.realpath(path)
        # Two spellings that differ in case alone may be one file; nobody needs both.
        if real.casefold() in seen:
            raise _refused(f"Two outputs go to {name}.", spec, "a path of its own for each output")
        seen.add(real.casefold())
        targets.append(Target(fmt, path))
    return tuple(targets)


def _check_path(path: Path, spec: str) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        mode = 0
    except (OSError, ValueError) as error:
        raise _refused(f"The output path {path} cannot be used: {error}.", spec, None) from error
    if mode and not stat.S_ISREG(mode):
        raise _refused(
            f"The output path {path} exists and is not a regular file.", spec, "a file name"
        )
    if path.name in ("", "..") or not path.parent.is_dir():
        raise _refused(
            f"The folder of the output {path} does not exist.", spec, "a path in a folder that does"
        )


def _refused(message: str, got: str, wanted: str | None) -> UsageError:
    return UsageError(message, code="OUTPUT_REFUSED", got=got, wanted=wanted)


def forbid_inside(targets: Sequence[Target], folders: Sequence[Path]) -> None:
    """Refuse targets where evidence or configuration lies: a target is removed before the check.

    That is inside the folders that are checked, inside any run, inside a `.kfm` or `.git`, and
    inside the zones of a lake.

    Raises:
        UsageError: A target lies in one of these places.
    """
    for target in targets:
        if target.path is None:
            continue
        real = Path(os.path.realpath(target.path))
        # Also where the run was named by its id, or is another one.
        around = [p for p in real.parents if any((p / name).exists() for name in _RECEIPTS)]
        for folder in (*folders, *around):
            if real.is_relative_to(os.path.realpath(folder)):
                raise _refused(
                    f"The output {target.path} lies inside {folder}, which is evidence.",
                    str(target.path),
                    "a path outside the runs",
                )
        # As it is written as well: the folder of that name may be a link to another.
        for place in (real, Path(os.path.abspath(target.path)), target.path):
            if found := _guarded(place):
                raise _refused(
                    f"The output {target.path} lies in {found}.",
                    str(target.path),
                    "a path outside .kfm, .git and data",
                )


def _guarded(path: Path) -> str | None:
    """What a path lies in where no result belongs, None if it may be written."""
    # Without regard to case: on many disks these are the same folders.
    parts = [part.casefold() for part in path.parts]
    for part in parts:
        if part in _PROJECT:
            return f"{part}, which says what is checked and how"
    for n, part in enumerate(parts):
        if part != "data":
            continue
        if parts[n + 1 : n + 2] and parts[n + 1] in _ZONES:
            return f"data/{parts[n + 1]}, a zone of a lake"
        lakes = (Path(*path.parts[:m]) for m in range(1, n + 1))
        if any(os.path.isdir(lake / ".kfm") for lake in lakes):  # noqa: PTH112
            return "the data of a lake"
    return None


def clear(targets: Sequence[Target], question: str | None = "check") -> None:
    """Remove what an earlier run left at the targets, before anything is checked.

    Nothing else is ever removed, and nothing at all where one of the files is something else.

    Args:
        targets: The outputs.
        question: `check` or `lint`: results of the other one are something else. None for both.

    Raises:
        UsageError: A file is no earlier result of that format.
        OutputError: A leftover cannot be removed.
    """
    from kfm_gates.report._leftover import is_earlier_result

    leftovers: list[Path] = []
    for target in targets:
        if target.path is None:
            continue
        try:
            recognised, why = is_earlier_result(target.path, target.fmt, question), ""
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            recognised, why = False, f" ({getattr(error, 'strerror', None) or error})"
        if not recognised:
            raise UsageError(
                f"The file {target.path} exists and is not an earlier result in the format "
                f"{target.fmt}{why}.",
                code="OUTPUT_REFUSED",
                got=str(target.path),
                wanted="a new path, or that of an earlier result",
                fix="Choose another path, or remove the file yourself if nobody needs it.",
            )
        leftovers.append(target.path)
    for path in leftovers:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"The result of an earlier run at {path} cannot be removed: {error.strerror}.",
                code="OUTPUT_FAILED",
                file=str(path),
                fix="Make the file and its folder writable, then check again.",
            ) from error


def write(
    texts: Sequence[tuple[Target, str]], standard_output: Callable[[str], None] | None = None
) -> None:
    """Write every text to its target, all or none.

    Args:
        texts: Targets with what goes there.
        standard_output: Writes and flushes the text for `-`; raises OSError where it cannot.

    Raises:
        OutputError: One could not be written; the others were removed.
    """
    staged: list[tuple[Path, Path]] = []
    done: list[Path] = []
    name = "standard output"
    try:
        for target, text in texts:
            if target.path is not None:
                name = str(target.path)
                # Registered before it is written, so that a failed write is cleaned up too.
                temporary = target.path.with_name(f".kfm-gates-{secrets.token_hex(8)}.tmp")
                staged.append((temporary, target.path))
                _stage(temporary, text)
        for temporary, path in staged:
            name = str(path)
            temporary.replace(path)
            done.append(path)
        for target, text in texts:
            if target.path is None:
                name = "standard output"
                if standard_output is None:
                    raise OSError("nothing writes to standard output here")
                standard_output(text)
    except BaseException as error:
        for path in (*(temporary for temporary, _ in staged), *done):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        if isinstance(error, OSError | ValueError):
            reason = getattr(error, "strerror", None) or str(error)
            raise OutputError(
                f"The result could not be written to {name}: {reason}.",
                code="OUTPUT_FAILED",
                file=name,
                fix="Make room or make the folder writable, then check again.",
            ) from error
        raise


def _stage(path: Path, text: str) -> None:
    # O_EXCL: a file or link that somebody else put there is never written through.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
        stream.flush()
        os.fsync(stream.fileno())
