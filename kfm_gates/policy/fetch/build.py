"""Build OPA from source where its release cannot be reached: `go install`, and nothing of ours.

Settings that turn off the checksum database or add flags can come from the environment and from
`go env -w`, so both are left out; only the proxy and the toolchain policy are carried over.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import PolicyError
from kfm_gates.policy.lock import Pin
from kfm_gates.policy.parse import excerpt
from kfm_gates.policy.process import Completed, run

MINIMUM = (1, 25)
TIMEOUT_S = 1800.0
_MAX_OUTPUT = 4 << 20
_VERSION = re.compile(r"go(\d+)\.(\d+)(?:\.\d+|rc\d+)?")
_ASKED = ("GOVERSION", "GOPROXY", "GOTOOLCHAIN", "GOMODCACHE", "GOCACHE", "GOHOSTOS", "GOHOSTARCH")
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)


@dataclass(frozen=True, slots=True)
class Go:
    """A Go toolchain that is new enough."""

    path: Path
    version: str
    platform: str
    settings: Mapping[str, str]

    @property
    def name(self) -> str:
        """Key of its builds in the lock, e.g. `go1.26.8 linux/amd64`."""
        return f"{self.version} {self.platform}"


def find_go() -> Go:
    """Find Go on PATH.

    Raises:
        PolicyError: `OPA_NOT_FOUND`: there is none, or it is older than 1.25.
    """
    found = shutil.which("go")
    if found is None:
        raise _absent("there is no Go on PATH")
    path = Path(os.path.realpath(found))
    done = _run([str(path), "env", "-json", *_ASKED], _environment(), timeout_s=60.0)
    try:
        settings = json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        settings = None
    if not isinstance(settings, dict) or not all(isinstance(v, str) for v in settings.values()):
        raise _absent("'go env' gives no answer", done)
    # The first word: the version of a toolchain built with experiments says so after it.
    version = (settings.get("GOVERSION", "").split() or [""])[0]
    match = _VERSION.fullmatch(version)
    if match is None or (int(match[1]), int(match[2])) < MINIMUM:
        raise _absent(f"{settings.get('GOVERSION') or 'Go'} is older than 1.25")
    where = f"{settings.get('GOHOSTOS')}/{settings.get('GOHOSTARCH')}"
    return Go(path, version, where, settings)


def build(go: Go, pin: Pin, target: Path) -> Path:
    """Build OPA into an empty private folder; return the path of the binary.

    Raises:
        PolicyError: `OPA_NOT_FOUND`: it could not be built.
    """
    argv = [str(go.path), "install", "-trimpath", "-ldflags", "-s -w", pin.module]
    done = _run(argv, _build_environment(go, target), timeout_s=TIMEOUT_S)
    binary = target / "opa"
    if done.returncode != 0 or not binary.is_file() or binary.is_symlink():
        raise _absent(f"{' '.join(argv[:2])} failed: {excerpt(done.stderr[-2000:])}")
    return binary


def _environment() -> dict[str, str]:
    """What Go may see for `go env`: the user's own settings, to be picked from."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("GO")}
    return {**kept, **_basic()}


def _basic() -> dict[str, str]:
    names = ("PATH", "HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", *_NETWORK)
    return {name: os.environ[name] for name in names if name in os.environ}


def _build_environment(go: Go, target: Path) -> dict[str, str]:
    carried = ("GOPROXY", "GOTOOLCHAIN", "GOMODCACHE", "GOCACHE")
    return {
        **_basic(),
        **{name: go.settings[name] for name in carried if go.settings.get(name)},
        "GOENV": "off",
        "GOBIN": str(target),
        "GOSUMDB": "sum.golang.org",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        **dict.fromkeys(("GOFLAGS", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE"), ""),
        **dict.fromkeys(("GONOPROXY", "GOINSECURE", "GOOS", "GOARCH", "GOEXPERIMENT"), ""),
    }


def _run(argv: list[str], env: Mapping[str, str], *, timeout_s: float) -> Completed:
    try:
        return run(
            argv, timeout_s=timeout_s, max_stdout=_MAX_OUTPUT, max_stderr=_MAX_OUTPUT, env=env
        )
    except PolicyError as error:
        raise _absent(f"{' '.join(argv[:2])} did not end: {error.code}") from error


def _absent(why: str, done: Completed | None = None) -> PolicyError:
    details: dict[str, Any] = {} if done is None else {"got": excerpt(done.stderr)}
    return PolicyError(
        f"OPA cannot be built here: {why}.",
        code="OPA_NOT_FOUND",
        wanted="Go 1.25 or newer on PATH",
        fix="Download OPA elsewhere, then run: kfm-gates fetch opa --from FILE",
        **details,
    )
