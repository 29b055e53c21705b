"""The build from source: no setting of the user's weakens how Go verifies what it downloads."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.fetch.build import build, find_go
from kfm_gates.policy.lock import Pin

PIN = Pin("9.9.9", "example.org/opa@v9.9.9", {}, {})
SETTINGS = {
    "GOVERSION": "go1.26.8",
    "GOPROXY": "https://proxy.example.org,direct",
    "GOTOOLCHAIN": "local",
    "GOMODCACHE": "/somewhere/mod",
    "GOCACHE": "/somewhere/build",
    "GOHOSTOS": "linux",
    "GOHOSTARCH": "amd64",
}
_SOURCE = """\
import json, os, sys
log = open({log!r}, "a")
log.write(json.dumps({{"argv": sys.argv[1:], "env": dict(os.environ)}}) + "\\n")
if sys.argv[1] == "env":
    sys.stdout.write({settings!r})
    sys.exit({env_code})
{install}
"""
INSTALL = """open(os.path.join(os.environ["GOBIN"], "opa"), "wb").write(b"built")"""


class StandIn:
    """A `go` that says what it is told to say and writes down how it was called."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = tmp_path / "bin"
        self._folder.mkdir()
        self._log = tmp_path / "log"
        monkeypatch.setenv("PATH", str(self._folder))

    def put(
        self, settings: object = SETTINGS, *, env_code: int = 0, install: str = INSTALL
    ) -> None:
        text = settings if isinstance(settings, str) else json.dumps(settings)
        source = _SOURCE.format(
            log=str(self._log), settings=text, env_code=env_code, install=install
        )
        go = self._folder / "go"
        go.write_text(f"#!{sys.executable} -IS\n{source}")
        go.chmod(0o700)

    def calls(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path, monkeypatch)


def refusal() -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        find_go()
    assert caught.value.code == "OPA_NOT_FOUND"
    return caught.value


def test_no_go(go: StandIn) -> None:
    assert "no Go on PATH" in refusal().message


@pytest.mark.parametrize("version", ["go1.25", "go1.25.0", "go1.26.8", "go1.27rc1", "go2.0"])
def test_new_enough(go: StandIn, version: str) -> None:
    go.put({**SETTINGS, "GOVERSION": version})
    assert find_go().name == f"{version} linux/amd64"


@pytest.mark.parametrize("version", ["go1.24.9", "go1.9", "go0.99", "", "devel", "go1", "1.26"])
def test_too_old_or_unknown(go: StandIn, version: str) -> None:
    go.put({**SETTINGS, "GOVERSION": version})
    refusal()


@pytest.mark.parametrize("settings", ["", "[]", "{", '{"GOVERSION": 1}', "null"])
def test_an_answer_that_is_none(go: StandIn, settings: str) -> None:
    go.put(settings)
    refusal()


def test_go_that_fails(go: StandIn) -> None:
    go.put(env_code=1)
    refusal()


def test_the_build_is_hermetic(
    go: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GOFLAGS", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GONOPROXY"):
        monkeypatch.setenv(name, "everything")
    monkeypatch.setenv("GOSUMDB", "off")
    monkeypatch.setenv("GOOS", "plan9")
    monkeypatch.setenv("CGO_ENABLED", "1")
    monkeypatch.setenv("GOENV", "/home/user/.config/go/env")
    monkeypatch.setenv("SOME_TOKEN", "secret")
    go.put()
    target = tmp_path / "target"
    target.mkdir()
    assert build(find_go(), PIN, target).read_bytes() == b"built"
    asked, installed = go.calls()
    # The user's own file of settings is read once, for proxy and toolchain alone.
    assert asked["argv"] == ["env", "-json", *SETTINGS]
    assert installed["argv"] == ["install", "-trimpath", "-ldflags", "-s -w", PIN.module]
    env = installed["env"]
    assert isinstance(env, dict)
    for name in ("GOFLAGS", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GONOPROXY"):
        assert env[name] == ""
    assert env["GOENV"] == "off"
    assert env["GOSUMDB"] == "sum.golang.org"
    assert env["CGO_ENABLED"] == "0"
    assert env["GOOS"] == env["GOARCH"] == ""
    assert env["GOPROXY"] == SETTINGS["GOPROXY"]
    assert env["GOTOOLCHAIN"] == SETTINGS["GOTOOLCHAIN"]
    assert env["GOBIN"] == str(target)
    assert "SOME_TOKEN" not in env
    assert "SOME_TOKEN" not in asked["env"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "install",
    [
        "sys.stderr.write('verifying module: checksum mismatch'); sys.exit(1)",
        "pass",
        'os.symlink("/bin/true", os.path.join(os.environ["GOBIN"], "opa"))',
        'os.mkdir(os.path.join(os.environ["GOBIN"], "opa"))',
        f"{INSTALL}; sys.exit(1)",
        f"{INSTALL}; os.kill(os.getpid(), 9)",
    ],
    ids=["fails", "writes nothing", "a link", "a folder", "writes and fails", "is killed"],
)
def test_a_build_that_fails(go: StandIn, tmp_path: Path, install: str) -> None:
    go.put(install=install)
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(PolicyError) as caught:
        build(find_go(), PIN, target)
    assert caught.value.code == "OPA_NOT_FOUND"
