"""Processes of ours that look at documents. One that dies, hangs or babbles is an error.

They are started as commands, with nothing of this process but its module path: no fork and no
multiprocessing, which do not work inside schedulers. Work is dealt out in turn and taken back in
turn, so that the answer does not depend on which of them is quick.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs.stac import record
from kfm_gates.catalogs.stac.claims import is_named
from kfm_gates.catalogs.stac.worker import Worker
from kfm_gates.errors import EvidenceError, EvidenceUnreadable
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.evidence.text import shorten

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts
    from kfm_gates.catalogs.stac.record import Record
    from kfm_gates.evidence.run_dir import Run

MOST: Final = 4
"""More workers than this only wait for this process."""
START_S: Final = 20.0
"""So long a worker may take to start."""
CHUNK_S: Final = 120.0
"""So long a worker may take for one piece of work."""

_AHEAD: Final = 3
_FILES: Final = 200
# A request has to fit into a pipe together with those before it, or both sides could wait.
_REQUEST: Final = 16_000
_BYTES: Final = 16 << 20
_HEX: Final = frozenset("0123456789abcdef")
_BOOT: Final = (
    "import json, sys\n"
    "sys.path[:] = json.loads(sys.argv[1])\n"
    "from kfm_gates.catalogs.stac._worker import main\n"
    "main()\n"
)


class Team:
    """Workers that look at the documents of one run.

    Args:
        run: The run.
        workers: The workers, started and greeted.
        chunk_s: So long each may take for a piece of work.
    """

    def __init__(self, run: Run, workers: list[Worker], chunk_s: float = CHUNK_S) -> None:
        self._run = run
        self._workers = workers
        self._chunk_s = chunk_s

    def answers(self, paths: Sequence[str]) -> Iterator[tuple[str, Record | EvidenceError | None]]:
        """What they make of some files, in order.

        Raises:
            EvidenceUnreadable: `WORKER_FAILED`: one of them did not do its work.
        """
        try:
            chunks = list(_chunks(self._run, paths))
            sent = 0
            for number, chunk in enumerate(chunks):
                while sent < min(len(chunks), number + _AHEAD * len(self._workers)):
                    self._send(sent, chunks[sent])
                    sent += 1
                yield from self._take(number, chunk)
        finally:
            for worker in self._workers:
                worker.end()

    def _send(self, number: int, chunk: list[str]) -> None:
        entries = self._run.entries
        work = [[path, *entries[path].stamp] for path in chunk]
        try:
            self._workers[number % len(self._workers)].send([number, work], self._chunk_s)
        except OSError as error:
            raise _failed(chunk, error) from error

    def _take(
        self, number: int, chunk: list[str]
    ) -> Iterator[tuple[str, Record | EvidenceError | None]]:
        worker = self._workers[number % len(self._workers)]
        try:
            answered, answers = worker.receive(self._chunk_s)
            if answered != number or len(answers) != len(chunk):
                raise ValueError("it answered something else")
            for path, (digest, plain, refusal) in zip(chunk, answers, strict=True):
                if refusal is not None:
                    yield path, _refusal(refusal)
                    continue
                if not isinstance(digest, str) or len(digest) != 64 or set(digest) - _HEX:
                    raise ValueError("it gave no digest")
                self._run.adopt(path, FileDigest(digest, self._run.entries[path].size))
                yield path, None if plain is None else record.load(path, plain)
        except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            raise _failed(chunk, error) from error


def start(run: Run, facts: RunFacts | None, max_bytes: int, number: int) -> Team | None:
    """Start workers for a run.

    Returns:
        The team; None where no process can be started here, so that this one has to do it all.
    """
    command = _command()
    if command is None:
        return None
    workers: list[Worker] = []
    greeting = _greeting(run, facts, max_bytes)
    try:
        for _ in range(number):
            workers.append(Worker(command))
            workers[-1].send(greeting, START_S)
        for worker in workers:
            if worker.receive(START_S) != "ready":
                raise ValueError("it did not greet")
    except (OSError, ValueError):
        for worker in workers:
            worker.end()
        return None
    return Team(run, workers)


def _command() -> list[str] | None:
    if not sys.executable:
        return None
    # Isolated, and with the folders of this process: what lies where it was called is no module.
    folders = [folder for folder in sys.path if Path(folder).is_absolute()]
    home = Path(__file__).absolute().parents[3]
    return [sys.executable, "-I", "-c", _BOOT, json.dumps([*folders, str(home)])]


def _greeting(run: Run, facts: RunFacts | None, max_bytes: int) -> dict[str, Any]:
    about = facts.about if facts is not None else None
    return {
        "root": str(run.root),
        "relpath": run.relpath,
        "identity": list(run.identity),
        "max_bytes": max_bytes,
        "run_id": None if facts is None else facts.run_id,
        "artifacts": None if facts is None else facts.artifacts,
        "named": is_named(facts),
        "base_url": None if about is None else about.extra.get("base_url"),
    }


def _chunks(run: Run, paths: Sequence[str]) -> Iterator[list[str]]:
    """Pieces of work: bounded in files, in bytes to read, and in the length of the request."""
    chunk: list[str] = []
    size = length = 0
    for path in paths:
        more, longer = run.entries[path].size, 6 * len(path) + 120
        if chunk and (len(chunk) >= _FILES or size + more > _BYTES or length + longer > _REQUEST):
            yield chunk
            chunk, size, length = [], 0, 0
        chunk.append(path)
        size, length = size + more, length + longer
    if chunk:
        yield chunk


def _refusal(plain: dict[str, Any]) -> EvidenceUnreadable:
    message = plain.pop("message")
    return EvidenceUnreadable(message, **plain)


def refusal_of(error: EvidenceError) -> dict[str, Any]:
    """The plain form of an error, for `_refusal`."""
    names = ("message", "code", "file", "pointer", "line", "got", "wanted", "fix")
    return {name: getattr(error, name) for name in names}


def _failed(chunk: list[str], error: Exception) -> EvidenceUnreadable:
    why = shorten(str(getattr(error, "strerror", None) or error), 120)
    return EvidenceUnreadable(
        f"A process that checks STAC documents failed at or after {chunk[0]}: {why}.",
        code="WORKER_FAILED",
        file=chunk[0],
        got=f"one of {len(chunk)} documents",
        wanted="an answer about every document",
    )
