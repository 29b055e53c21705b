"""Nothing heavy is imported before there is a bundle, and bad bundles cost no Sigstore client."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("sigstore", "sigstore_models", "cryptography", "rfc3161_client", "pydantic", "requests")


def imported(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        (sys.executable, "-c", script), check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def test_the_package_is_light() -> None:
    assert not imported("import kfm_gates.attest, kfm_gates.attest.codes") & set(HEAVY)


def test_a_malformed_bundle_costs_nothing() -> None:
    code = (
        "from kfm_gates.attest import shape, results\n"
        "try: shape.read(b'{}')\nexcept results.Refused: pass"
    )
    assert not imported(code) & set(HEAVY)
