"""One module per gate; a module that defines `GATE` is registered by being here.

A module without `GATE`, with a duplicate id or with a code that another gate declares is an
error at import time: a gate that is silently missing would be a pass nobody decided.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from kfm_gates.gates._api import Answers, Context, Gate, codes_of

__all__ = ["Answers", "Context", "Gate", "all_gates", "codes_of"]


@functools.cache
def all_gates() -> dict[str, Gate]:
    """Every gate by id, in the order in which reports show them."""
    found: dict[str, Gate] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: i.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        gate = getattr(module, "GATE", None)
        if not isinstance(gate, Gate):
            raise ImportError(f"{module.__name__} defines no GATE")
        if gate.id in found:
            raise ImportError(f"gate id {gate.id} is defined twice")
        found[gate.id] = gate
    codes_of(found)
    order = {id_: n for n, id_ in enumerate(_ORDER)}
    return dict(sorted(found.items(), key=lambda kv: (kv[0] == "policy", order.get(kv[0], 99))))


_ORDER = (
    *("layout", "receipts", "origin", "integrity", "lineage", "outputs", "logs", "secrets"),
    *("rights", "sensitivity", "stac", "dcat", "prov", "openlineage", "closure"),
)
