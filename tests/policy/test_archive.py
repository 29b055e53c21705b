"""Bundles: plain, deterministic, and readable by others."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

from kfm_gates.policy.archive import bundle


def test_others_read_what_we_wrote() -> None:
    files = {"kfm/b/b.rego": b"package kfm.b\n", "kfm/a.json": b"", "kfm/big": bytes(700)}
    raw = bundle(files, ["kfm/b", "kfm/a"], "revision")
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:gz") as archive:
        members = archive.getmembers()
        read = {m.name: archive.extractfile(m).read() for m in members}  # type: ignore[union-attr]
    assert [m.name for m in members] == ["/.manifest", "/kfm/a.json", "/kfm/b/b.rego", "/kfm/big"]
    assert all(m.isreg() and m.mtime == 0 and m.mode == 0o600 for m in members)
    manifest = json.loads(read.pop("/.manifest"))
    assert manifest == {"revision": "revision", "roots": ["kfm/a", "kfm/b"], "rego_version": 1}
    assert read == {f"/{name}": content for name, content in files.items()}


def test_order_does_not_matter() -> None:
    files = {"b": b"2", "a": b"1"}
    assert bundle(files, ["x"], "r") == bundle(dict(sorted(files.items())), ["x"], "r")


@pytest.mark.parametrize("name", ["x" * 99, "ä"])
def test_a_path_that_does_not_fit(name: str) -> None:
    with pytest.raises(ValueError, match=r"too long|ascii"):
        bundle({name: b""}, [], "r")
