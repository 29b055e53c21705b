"""All codes of attestations by id. Which attack each one answers is in its `source`."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from kfm_gates.attest import codes_bundle, codes_signer, codes_statement, codes_vsa
from kfm_gates.model import Code


def _of(*modules: ModuleType) -> dict[str, Code]:
    found: dict[str, Code] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Code) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"code {value.id} is declared twice")
    return found


ALL: Final = _of(codes_bundle, codes_signer, codes_statement, codes_vsa)
