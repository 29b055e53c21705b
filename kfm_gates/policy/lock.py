"""`opa.lock.json`: which OPA binaries are known, by sha256. Past pins stay, for replay."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("opa.lock.json")
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Asset:
    """One official release asset."""

    url: str
    sha256: str


@dataclass(frozen=True)
class Pin:
    """One version of OPA.

    Args:
        version: The version, without `v`.
        module: What `go install` is given.
        releases: Official assets by platform, e.g. `linux/amd64`.
        builds: sha256 of source builds by Go version and platform, `go1.26.8 linux/amd64`.
    """

    version: str
    module: str
    releases: Mapping[str, Asset]
    builds: Mapping[str, str]

    def origin_of(self, sha256: str) -> str | None:
        """Say which locked binary has this digest, None where the lock knows none."""
        for name, asset in self.releases.items():
            if asset.sha256 == sha256:
                return f"release {name}"
        for name, digest in self.builds.items():
            if digest == sha256:
                return f"build {name}"
        return None


@dataclass(frozen=True)
class Lock:
    """The whole lock: the version in force, and every version that ever was."""

    pinned: str
    pins: Mapping[str, Pin]

    def pin(self, version: str | None = None) -> Pin:
        """Return one pin, the one in force by default.

        Raises:
            KeyError: The lock has no such version.
        """
        return self.pins[version or self.pinned]


@functools.cache
def load_lock() -> Lock:
    """Read the lock that ships with the package."""
    document = json.loads(_FILE.read_bytes())
    pins = {
        version: Pin(
            version=version,
            module=entry["module"],
            releases={
                name: Asset(asset["url"], asset["sha256"])
                for name, asset in entry["releases"].items()
            },
            builds=dict(entry["builds"]),
        )
        for version, entry in document["pins"].items()
    }
    return Lock(document["pinned"], pins)


def this_platform() -> str:
    """Platform of this interpreter as Go names it, e.g. `linux/amd64`."""
    import platform

    machine = platform.machine().lower()
    return f"{platform.system().lower()}/{_ARCHITECTURES.get(machine, machine)}"
