"""The process that `workers` starts: it looks at documents until its input ends.

One line of JSON in, one line out. It opens the run directory as strictly as its parent did, and
knows nothing but what it is told there.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
from typing import Any

from kfm_gates.catalogs._api import RunFacts
from kfm_gates.catalogs.stac import crowd, record
from kfm_gates.catalogs.stac.inspect import Inspector
from kfm_gates.catalogs.stac.opened import OpenedRun
from kfm_gates.catalogs.stac.workers import refusal_of
from kfm_gates.errors import EvidenceError
from kfm_gates.model import Family


def main() -> None:
    """Answer until nobody asks any more."""
    asked = sys.stdin.buffer
    # Whatever prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    greeting = json.loads(asked.readline())
    inspector = Inspector(_facts(greeting), named=greeting["named"])
    _settle()
    identity = (greeting["identity"][0], greeting["identity"][1])
    with OpenedRun(greeting["root"], greeting["relpath"], identity) as run:
        _say(answers, "ready")
        for line in asked:
            number, work = json.loads(line)
            _say(
                answers,
                [number, [_answer(run, inspector, greeting["max_bytes"], *one) for one in work]],
            )


def _answer(
    run: OpenedRun, inspector: Inspector, max_bytes: int, path: str, *stamp: int
) -> list[Any]:
    dev, ino, size, mtime_ns, ctime_ns = stamp
    try:
        raw, digest = run.read(path, (dev, ino, size, mtime_ns, ctime_ns), max_bytes)
        found = crowd.inspect(inspector, path, raw, max_bytes)
    except EvidenceError as error:
        return [None, None, refusal_of(error)]
    return [digest, None if found is None else record.dump(found), None]


def _facts(greeting: dict[str, Any]) -> RunFacts | None:
    """What references need of the receipts; nothing else is told to workers."""
    if greeting["run_id"] is None:
        return None
    never = dt.datetime.fromtimestamp(0, dt.UTC)
    url = greeting["base_url"]
    return RunFacts(
        run_id=greeting["run_id"],
        family="",
        relpath=greeting["relpath"],
        artifacts=greeting["artifacts"],
        started_at=never,
        ended_at=never,
        pipeline_id="",
        commit="",
        outputs={},
        inputs={},
        about=None if url is None else Family(name="", extra={"base_url": url}),
    )


def _settle() -> None:
    """What was imported stays; documents are trees, which are freed by counting alone."""
    gc.freeze()
    gc.set_threshold(100_000)


def _say(answers: Any, message: Any) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()
