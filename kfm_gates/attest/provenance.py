"""SLSA provenance v1 of a run, written from its receipts. Pure: bytes are signed elsewhere.

What it says of its origin is compared with the certificate when it is verified (`bind`), so it
cannot claim another builder, CI run or commit than the one that signs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.attest.results import Expected
from kfm_gates.attest.statement import PROVENANCE, STATEMENT_TYPE
from kfm_gates.evidence import digests

BUILD_TYPE: Final = "https://kfm-gates.dev/builds/run/v1"


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Where the run happened, as the CI service says it.

    Args:
        id: URI of the signing workflow with its ref, or of whoever holds the key.
        invocation: URI of the CI run, None outside CI.
        source: URI of the repository, None where it is not known.
        ref: Branch or tag of the source.
    """

    id: str
    invocation: str | None = None
    source: str | None = None
    ref: str | None = None


def make(
    run: Expected,
    record: Mapping[str, Any],
    manifest: Mapping[str, Any],
    builder: Builder,
) -> dict[str, Any]:
    """Write the statement: content and seal as subjects, inputs as resolved dependencies.

    Args:
        run: The run, with digests that were recomputed from its files.
        record: The run record, valid and normalised.
        manifest: The run manifest, valid and normalised.
        builder: Where the run happened.

    Raises:
        ValueError: The receipts are of another run, or a digest is none.
        KeyError: A receipt lacks what its schema requires.
    """
    if record["run_id"] != run.run_id or manifest["run_id"] != run.run_id:
        raise ValueError("the receipts are of another run")
    metadata: dict[str, Any] = {
        "startedOn": record["started_at"],
        "finishedOn": record["ended_at"],
    }
    if builder.invocation is not None:
        metadata["invocationId"] = builder.invocation
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects(run),
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "run_id": run.run_id,
                    "dataset_family": record["dataset_family"],
                    "pipeline_id": record["pipeline_id"],
                    "params": manifest["params"],
                },
                "internalParameters": {"spec_hash": manifest["spec_hash"]},
                "resolvedDependencies": [
                    *_source(run, builder),
                    *(_input(one) for one in manifest["inputs"]),
                ],
            },
            "runDetails": {"builder": {"id": builder.id}, "metadata": metadata},
        },
    }


def subjects(run: Expected) -> list[dict[str, Any]]:
    """The two subjects of our statements: what survives a promotion, and the run as it was."""
    base = f"kfm://run/{run.run_id}"
    return [
        {"name": f"{base}/content", "digest": {"sha256": digests.parse_hex(run.content)}},
        {"name": f"{base}/seal", "digest": {"sha256": digests.parse_hex(run.subject)}},
    ]


def _source(run: Expected, builder: Builder) -> Sequence[dict[str, Any]]:
    if builder.source is None or run.commit is None:
        return ()
    at = f"@{builder.ref}" if builder.ref else ""
    return ({"uri": f"git+{builder.source}{at}", "digest": {"gitCommit": run.commit}},)


def _input(one: Mapping[str, Any]) -> dict[str, Any]:
    uri = one["uri"] if "uri" in one else f"kfm://lake/{one['path']}"
    return {
        "uri": uri,
        "digest": {"sha256": digests.parse(one["digest"])},
        "annotations": {"role": one["role"]},
    }
