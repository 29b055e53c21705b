"""A command line with a stand-in for the checker, so that each test takes milliseconds."""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.cli import main
from kfm_gates.report import Report

_SPEC = importlib.util.spec_from_file_location(
    "report_documents", Path(__file__).parents[1] / "report" / "report_documents.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
_DOCS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_DOCS)


@dataclass
class Result:
    """What one invocation did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as exactly one JSON document."""
        return json.loads(self.out)


Invoke = Callable[..., Result]


@pytest.fixture
def docs() -> types.ModuleType:
    """Report documents by hand."""
    return _DOCS


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No colours and no CI from outside; every test in a folder of its own."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def invoke(capfd: pytest.CaptureFixture[str]) -> Invoke:
    """Run the command line in this process."""

    def call(*args: str) -> Result:
        capfd.readouterr()
        code = main(args)
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return call


@dataclass
class Fake:
    """Stands in for `kfm_gates.runner`; records what it was asked."""

    answer: Any = None
    made: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    asked: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    def reply(self) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        if callable(self.answer):
            return self.answer()
        return self.answer


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, docs: types.ModuleType) -> Fake:
    """The stand-in; answers PASS unless told otherwise."""
    fake = Fake(lambda: Report(docs.report(docs.run("PASS", docs.warning()))))

    class Checker:
        def __init__(self, profile: Any = None, **options: Any) -> None:
            fake.made.append((profile, options))

        def check(self, paths: Any, **options: Any) -> Any:
            fake.asked.append((paths, options))
            return fake.reply()

        def facts(self, path: Any) -> Any:
            fake.asked.append((path, {}))
            return fake.reply()

    module = types.ModuleType("kfm_gates.runner")
    module.Checker = Checker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kfm_gates.runner", module)
    return fake
