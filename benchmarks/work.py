"""What is measured inside a process of ours: hashing, and the policy part of many runs.

    python benchmarks/work.py hash FOLDER | policy RUN COUNT

Prints one JSON object; `run.py` starts it, so that the memory of the one is not that of the other.
"""

from __future__ import annotations

import copy
import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import kfm_gates
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Layout


def hash_all(folder: Path) -> dict[str, float]:
    """Hash every file of a run the way the integrity gate does."""
    run = Run.open(folder, root=folder.parents[4], layout=Layout())
    files = sorted(run.entries)
    start = time.perf_counter()
    digests = run.digest_all(files)
    seconds = time.perf_counter() - start
    size = sum(run.entries[file].size for file in files)
    bad = [file for file, digest in digests.items() if isinstance(digest, Exception)]
    if bad:
        raise RuntimeError(f"not hashed: {bad}")
    return {"seconds": seconds, "bytes": size}


def decide_many(run: Path, count: int) -> dict[str, float]:
    """Ask OPA about many runs in one go, all with facts of their own."""
    from kfm_gates.policy import facts as document
    from kfm_gates.policy.bundle import load_policy
    from kfm_gates.policy.evaluate import evaluate
    from kfm_gates.policy.locate import find_opa

    first: dict[str, Any] = kfm_gates.Checker("local").facts(run)
    first.pop("host")
    opa = find_opa()
    policy = load_policy(None, {}, opa=opa)
    inputs = []
    for number in range(count):
        facts = copy.deepcopy(first)
        facts["subject"]["sha256"] = hashlib.sha256(str(number).encode()).hexdigest()
        inputs.append(document.opa_input(facts))
    start = time.perf_counter()
    answers = evaluate(opa, policy, inputs, 60.0)
    seconds = time.perf_counter() - start
    if bad := [answer for answer in answers if isinstance(answer, Exception)]:
        raise RuntimeError(f"{len(bad)} without a decision, the first: {bad[0]}")
    size = len(json.dumps(inputs[0]))
    return {"seconds": seconds, "rules": len(policy.rules), "bytes_each": size, "runs": count}


if __name__ == "__main__":
    what, path, *rest = sys.argv[1:]
    work = hash_all(Path(path)) if what == "hash" else decide_many(Path(path), int(rest[0]))
    print(json.dumps(work))
