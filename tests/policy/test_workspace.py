"""Files for one call of OPA: private, below their folder, gone afterwards."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.workspace import workspace


def test_private_and_gone() -> None:
    with workspace({"a": b"1", "b/c": b"2"}) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o600
        assert (folder / "b" / "c").read_bytes() == b"2"
    assert not folder.exists()


def test_gone_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), workspace({"a": b""}) as folder:
        raise ZeroDivisionError
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../x", "/x", "a/../x", "a//b", "", ".", "a/.", "a\0b"])
def test_no_way_out(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(PolicyError) as caught, workspace({name: b"x"}):
        pass
    assert caught.value.code == "POLICY_INVALID"
    assert not list(tmp_path.iterdir())


def test_no_place_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(PolicyError) as caught, workspace({}):
        pass
    assert caught.value.code == "OPA_FAILED"
