"""The contract of a renderer, and the registry: one module per output format."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.report._document import ReportDoc

_PACKAGE = "kfm_gates.report"


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to render. Nothing here changes what is said, only how much and how it looks.

    Args:
        color: ANSI colours. Decided by the caller; a renderer never looks at the environment.
        unicode: False where the stream cannot show the glyphs; words stay the same.
        width: Columns to wrap prose at; codes and paths are never cut.
        quiet: The verdict line only.
        verbose: Every check, rule, digest and follow-on finding.
    """

    color: bool = False
    unicode: bool = True
    width: int = 100
    quiet: bool = False
    verbose: bool = False

    @classmethod
    def of(cls, **options: Any) -> Options:
        """Options by keyword.

        Raises:
            UsageError: An option does not exist.
        """
        unknown = sorted(options.keys() - {f.name for f in fields(cls)})
        if unknown:
            raise UsageError(
                f"Unknown render option: {', '.join(unknown)}.",
                code="OPTION_UNKNOWN",
                wanted=", ".join(f.name for f in fields(cls)),
            )
        return cls(**options)


@dataclass(frozen=True)
class Renderer:
    """An output format. Modules of this package expose one as `RENDERER`.

    `render(document, options)` returns the whole output, ending in a line break. It only reads
    the document, prints nothing, and escapes every string it takes from it.
    """

    name: str
    description: str
    render: Callable[[ReportDoc, Options], str]


def format_names() -> tuple[str, ...]:
    """Names of all formats, without importing any of them."""
    package = importlib.import_module(_PACKAGE)
    names = (info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def renderer(name: str) -> Renderer:
    """The renderer of a format.

    Raises:
        UsageError: There is no such format.
        ImportError: The module of that name is not a renderer, or calls itself otherwise.
    """
    if name not in format_names():
        raise UsageError(
            f"There is no output format {name!r}.",
            code="FORMAT_UNKNOWN",
            got=name,
            wanted=", ".join(format_names()),
        )
    module = importlib.import_module(f"{_PACKAGE}.{name}")
    found = getattr(module, "RENDERER", None)
    if not isinstance(found, Renderer):
        raise ImportError(f"{module.__name__} defines no RENDERER")
    if found.name != name:
        # Also what makes two renderers of one name impossible.
        raise ImportError(f"{module.__name__} defines a RENDERER named {found.name!r}")
    return found


@functools.cache
def all_renderers() -> dict[str, Renderer]:
    """Every renderer by name; a module that is not one is an error."""
    return {name: renderer(name) for name in format_names()}
