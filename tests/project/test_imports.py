"""Who may import whom: the dependency direction of the design, read off the source.

A module belongs to the first layer whose prefix matches it. What a layer may use is listed; all
else is refused, so that a new module or a new dependency has to be placed on purpose.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dev_tools import ROOT

PACKAGE = ROOT / "kfm_gates"

VOCABULARY = ("errors", "model", "codes", "times", "resources")
"""What everything may use; among themselves by the table below."""

LAYERS: dict[str, tuple[str, ...]] = {
    # vocabulary
    "errors": (),
    "model": (),
    "decide": ("model",),
    "codes": ("model",),
    "times": (),
    "resources": ("errors",),
    # reading
    "evidence": VOCABULARY,
    # who vouches for a run
    "attest": (*VOCABULARY, "evidence"),
    # one folder per kind of catalog, and what they share
    "catalogs": (*VOCABULARY, "evidence"),
    # one gate, one module; what it does not fit into lies beside it, with an underscore
    "gates._api": (*VOCABULARY, "evidence"),
    "gates.__init__": ("gates._api",),
    "gates": (*VOCABULARY, "evidence", "catalogs", "attest"),
    # deciding; house rules may not take a code that a gate has
    "policy": (*VOCABULARY, "evidence"),
    "policy.house": (*VOCABULARY, "evidence", "policy", "gates.__init__", "gates._api"),
    # configuration
    "project": (*VOCABULARY, "evidence"),
    "profiles": (*VOCABULARY, "evidence", "gates.__init__", "policy", "project"),
    "subjects": (*VOCABULARY, "evidence", "project"),
    # the way through
    "examine": (
        *VOCABULARY,
        "evidence",
        "gates.__init__",
        "gates._api",
        "policy",
        "profiles",
        "project",
    ),
    "conclude": (
        *VOCABULARY,
        "decide",
        "dossier",
        "evidence",
        "examine",
        "gates.__init__",
        "gates.policy",  # the gate that the host answers itself
        "policy",
        "profiles",
        "project",
    ),
    "dossier": (*VOCABULARY, "decide", "evidence", "gates.__init__", "policy", "profiles"),
    # what explain says about errors that belong to no gate
    "usage_codes": ("model",),
    "recorder_codes": ("model",),
    "explain": (
        *VOCABULARY,
        "evidence.codes",
        "gates.__init__",
        "linter.codes",
        "policy",
        "recorder_codes",
        "usage_codes",
    ),
    # asks of single documents what the gates ask, so it knows them
    "linter": (
        *VOCABULARY,
        "catalogs",
        "dossier",
        "evidence",
        "gates",
        "linter",
        "policy.bundle",
        "profiles",
        "project",
        "report",
    ),
    "runner": (
        *VOCABULARY,
        "conclude",
        "decide",
        "dossier",
        "evidence",
        "examine",
        "explain",
        "gates.__init__",
        "policy",
        "profiles",
        "project",
        "report",
        "subjects",
    ),
    # output: what is read back from a file is read strictly, and strict reading exists once
    "report._load": (*VOCABULARY, "report", "evidence.strict_json", "evidence.json_schema"),
    "report._leftover": (*VOCABULARY, "report", "evidence.files"),
    "report": ("errors", "model", "report", "times"),
    "record": (*VOCABULARY, "catalogs", "evidence", "project", "record"),
    # the outside
    "cli": ("",),
    "__main__": ("cli",),
    "__init__": ("errors", "linter", "model", "record", "report", "runner"),
}

NETWORK = {"http", "socket", "ssl", "urllib", "requests", "urllib3", "asyncio", "ftplib", "smtplib"}
MAY_USE_THE_NETWORK = ("policy.fetch", "policy.download")
HARMLESS = ("urllib.parse", "socket.gethostname")
HEAVY = {
    "sigstore_models",
    "sigstore",
    "rfc3161_client",
    "cryptography",
    "boolean",
    "detect_secrets",
    "jsonschema",
    "jsonschema_rs",
    "license_expression",
    "prov",
    "pyarrow",
    "pyoxigraph",
    "pyshacl",
    "pystac",
    "rdflib",
    "shapely",
    "referencing",
    "rfc8785",
    "ulid",
    "yaml",
}
"""Third-party packages that no module may import at its top level. Click is for cli alone."""
LATE = {"evidence.json_schema_words"}
"""Modules that may all the same, because nothing imports them at its own top level."""


@dataclass(frozen=True)
class Import:
    module: str
    target: str
    line: int
    top_level: bool
    typing_only: bool

    def __str__(self) -> str:
        return f"kfm_gates.{self.module}:{self.line} imports {self.target}"


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts)


def imports_of(module: str, tree: ast.Module) -> Iterator[Import]:
    """Every import of a module, with relative ones resolved, wherever it stands."""
    package = ["kfm_gates", *module.split(".")[:-1]]

    def walk(node: ast.AST, top: bool, typing_only: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inner = top and not isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            )
            hidden = typing_only or (
                isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
            )
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(module, alias.name, child.lineno, top, typing_only)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                base = [*base, *(child.module.split(".") if child.module else [])]
                for alias in child.names:
                    yield Import(module, ".".join([*base, alias.name]), child.lineno, top, hidden)
            else:
                yield from walk(child, inner, hidden)

    yield from walk(tree, True, False)


def modules() -> list[str]:
    return sorted(name_of(path) for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)


def source(module: str) -> Path:
    return PACKAGE / (module.replace(".", "/") + ".py")


def parsed(module: str) -> list[Import]:
    return list(imports_of(module, ast.parse(source(module).read_text(encoding="utf-8"))))


def under(name: str, prefix: str) -> bool:
    return prefix == "" or name == prefix or name.startswith(f"{prefix}.")


def layer_of(module: str) -> str | None:
    matching = [layer for layer in LAYERS if under(module, layer)]
    return max(matching, key=len, default=None)


def inside(target: str) -> str | None:
    """Module of this package that an import reaches, None for a foreign one."""
    if not under(target, "kfm_gates"):
        return None
    rest = target.removeprefix("kfm_gates").removeprefix(".")
    while rest and not source(rest).is_file():
        if (PACKAGE / rest.replace(".", "/")).is_dir():
            return f"{rest}.__init__"
        rest = rest.rpartition(".")[0]
    return rest or "__init__"


def refused(found: Import) -> str | None:
    """Why an import breaks the direction, None if it does not."""
    layer = layer_of(found.module)
    reached = inside(found.target)
    if layer is None or reached is None or found.typing_only:
        return None
    if found.target == "kfm_gates.__version__":
        return None
    if layer == "gates" and under(reached, "gates"):
        private = reached.startswith("gates._") and reached != "gates.__init__"
        return None if private else f"{found}: gates do not know each other"
    allowed = LAYERS[layer]
    if any(under(reached, other) for other in (*allowed, layer)):
        return None
    return f"{found}: {layer} may use {', '.join(allowed) or 'nothing of this package'}"


def offences(wrong: Callable[[Import], bool], *, outside: Iterable[str] = ()) -> list[str]:
    """Imports that a rule refuses, over all modules but those below some prefixes."""
    judged = [m for m in modules() if not any(under(m, prefix) for prefix in outside)]
    return [str(found) for module in judged for found in parsed(module) if wrong(found)]


def top(target: str) -> str:
    return target.partition(".")[0]


def own_or_standard(target: str) -> bool:
    return top(target) in sys.stdlib_module_names or top(target) in ("kfm_gates", "__future__")


def at_the_top(found: Import) -> bool:
    return found.top_level and not found.typing_only


def test_every_module_belongs_to_a_layer() -> None:
    assert len(modules()) > 30
    assert not [module for module in modules() if layer_of(module) is None]


def test_imports_point_the_right_way() -> None:
    found = [why for module in modules() for one in parsed(module) if (why := refused(one))]
    assert not found, "\n".join(found)


def test_the_vocabulary_needs_the_standard_library_only() -> None:
    others = set(modules()) - {"model", "decide", "codes", "errors", "times"}
    assert not offences(lambda one: not own_or_standard(one.target), outside=others)


def test_only_the_command_line_knows_click() -> None:
    assert not offences(lambda one: top(one.target) == "click", outside=["cli"])


def test_only_fetch_uses_the_network() -> None:
    assert not offences(
        lambda one: (
            top(one.target) in NETWORK and not any(under(one.target, ok) for ok in HARMLESS)
        ),
        outside=MAY_USE_THE_NETWORK,
    )


def test_no_heavy_package_is_imported_at_the_top() -> None:
    assert not offences(lambda one: top(one.target) in HEAVY and at_the_top(one), outside=LATE)


def test_late_modules_are_imported_late() -> None:
    assert not offences(lambda one: inside(one.target) in LATE and at_the_top(one))


def test_no_package_is_imported_that_is_not_a_dependency() -> None:
    known = HEAVY | {"click"}
    assert not offences(
        lambda one: not own_or_standard(one.target) and top(one.target) not in known
    )


def test_importing_the_package_is_light() -> None:
    """The library's promise, in a fresh interpreter."""
    code = "import sys, kfm_gates; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {top(name) for name in done.stdout.split()}
    assert not loaded & (HEAVY | NETWORK | {"click", "subprocess"})


SAMPLES = {
    "from kfm_gates.gates.rights import GATE": "gates do not know each other",
    "from kfm_gates.report import Report": "gates may use",
    "from kfm_gates.runner import Checker": "gates may use",
    "def f():\n    from kfm_gates.cli import main": "gates may use",
    "from ..report import json": "gates may use",
    "from . import rights": "gates do not know each other",
    "import kfm_gates.policy.evaluate": "gates may use",
}


@pytest.mark.parametrize("text", SAMPLES)
def test_a_wrong_import_is_seen(text: str) -> None:
    (found,) = imports_of("gates.secrets", ast.parse(text))
    assert SAMPLES[text] in (refused(found) or "")


def test_an_import_for_types_alone_is_free() -> None:
    text = "if TYPE_CHECKING:\n    from kfm_gates.report import Report"
    (found,) = imports_of("gates.secrets", ast.parse(text))
    assert refused(found) is None
