"""The lock, the cache and `fetch schemas`: nothing but the bytes of the lock is ever used."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
import stac_samples as samples
from click.testing import CliRunner
from stac_samples import ITEM, SCHEMAS, codes_of, examined, needs_shared

from kfm_gates.catalogs.stac import lock, schemas, store
from kfm_gates.catalogs.stac.fetch import fetch_schemas
from kfm_gates.catalogs.stac.lock import Locked
from kfm_gates.errors import KfmGatesError
from kfm_gates.policy.fetch.release import open_url
from kfm_gates.resources import data_path

ROOT = Path(__file__).resolve().parents[2]
EO = "https://stac-extensions.github.io/eo/v2.0.0/schema.json"
HOME = "https://stac-extensions.github.io/"


def locked(name: str, raw: bytes, **changes: Any) -> Locked:
    """A lock entry for some bytes."""
    digest = hashlib.sha256(raw).hexdigest()
    fields = {"uri": HOME + name, "sha256": digest, "size": len(raw)}
    return Locked(**{**fields, **changes})


ONE, TWO = b'{"title": "one"}', b'{"title": "two"}'
BROKEN = (0, 1, 2)
"""Minor versions of the schema of mlm that its own meta-schema refuses."""
PAIR = [locked("one/v1.0.0/schema.json", ONE), locked("two/v1.0.0/schema.json", TWO)]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of one's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(schemas, "_COMPILED", {})
    return tmp_path / "cache" / "kfm-gates" / "schemas"


def serving(**answers: bytes | Exception) -> Callable[[str, frozenset[str]], IO[bytes]]:
    """An opener that answers by the name of the extension."""

    def opener(url: str, hosts: frozenset[str]) -> IO[bytes]:
        assert url.startswith("https://stac-extensions.github.io/")
        assert hosts == lock.HOSTS
        answer = answers[url.split("/")[3]]
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    return opener


def never(url: str, hosts: frozenset[str]) -> IO[bytes]:
    raise AssertionError(url)


def test_the_lock_is_closed_and_plain() -> None:
    found = lock.load()
    assert len(found) > 100
    for uri, schema in found.items():
        assert schema.address.startswith("https://")
        assert len(schema.sha256) == 64
        assert 0 < schema.size < 1 << 20
        assert "#" not in uri
    common = "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/common.json"
    assert lock.by_any_name()[common.replace("common.json", "commonjson")] is found[common]
    render = f"{HOME}render/v1.0.0/schema.json"
    assert lock.by_any_name()[render].uri == render


@needs_shared
def test_the_lock_is_what_the_tool_writes() -> None:
    spec = importlib.util.spec_from_file_location("stac_lock", ROOT / "tools" / "stac_lock.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.lock(SCHEMAS) == data_path("schemas", "stac.lock.json").read_text("utf-8")


@pytest.mark.parametrize(
    "uri", ["https://example.org/s.json", "https://proj.org:8443/s.json", "https://u@proj.org/s"]
)
def test_other_hosts_have_no_address(uri: str) -> None:
    with pytest.raises(ValueError, match="not fetched"):
        _ = locked("", b"", uri=uri).address


def test_fetch_puts_verified_schemas_into_a_private_cache(cache: Path) -> None:
    told: list[str] = []
    done = fetch_schemas(serving(one=ONE, two=TWO), schemas=PAIR, say=told.append)
    assert (done.fetched, done.present, done.folder) == (2, 0, cache)
    assert len(told) == 2
    assert (cache.stat().st_mode & 0o777, cache.parent.stat().st_mode & 0o777) == (0o700, 0o700)
    assert store.read(cache, PAIR[0]) == ONE
    again = fetch_schemas(never, schemas=PAIR)
    assert (again.fetched, again.present) == (0, 2)
    assert fetch_schemas(serving(one=ONE, two=TWO), schemas=PAIR, force=True).fetched == 2


@pytest.mark.parametrize("other", [TWO, ONE + b" ", b""])
def test_other_bytes_are_refused(cache: Path, other: bytes) -> None:
    with pytest.raises(KfmGatesError) as caught:
        fetch_schemas(serving(one=other, two=TWO), schemas=PAIR)
    assert caught.value.code == "STAC_SCHEMA_UNVERIFIED"
    assert caught.value.exit_code == 3
    assert store.read(cache, PAIR[0]) is None
    assert store.read(cache, PAIR[1]) == TWO


def test_what_cannot_be_had_is_named_and_the_rest_is_fetched(cache: Path) -> None:
    missing = urllib.error.HTTPError(PAIR[0].uri, 404, "Not Found", {}, None)  # type: ignore[arg-type]
    with pytest.raises(KfmGatesError) as caught:
        fetch_schemas(serving(one=missing, two=TWO), schemas=PAIR)
    missing.close()
    assert caught.value.code == "STAC_SCHEMA_UNAVAILABLE"
    assert PAIR[0].uri in (caught.value.got or "")
    assert store.read(cache, PAIR[1]) == TWO


def test_a_host_that_does_not_answer_is_asked_once(cache: Path) -> None:
    asked: list[str] = []

    def silent(url: str, hosts: frozenset[str]) -> IO[bytes]:
        asked.append(url)
        raise urllib.error.URLError("timed out")

    with pytest.raises(KfmGatesError, match="2 of 2"):
        fetch_schemas(silent, schemas=PAIR)
    assert len(asked) == 1


def test_a_mirror_by_index_or_by_host(cache: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "a").mkdir(parents=True)
    (mirror / "a" / "one.json").write_bytes(ONE)
    beside = mirror / "stac-extensions.github.io" / "two" / "v1.0.0" / "schema.json"
    beside.parent.mkdir(parents=True)
    beside.write_bytes(TWO)
    (mirror / "index.json").write_text(json.dumps({PAIR[0].uri: {"file": "a/one.json"}}))
    assert fetch_schemas(never, mirror=mirror, schemas=PAIR).fetched == 2
    assert store.read(cache, PAIR[1]) == TWO


@pytest.mark.parametrize("place", ["/etc/passwd", "../one.json", "a/../../one.json", "a//one.json"])
def test_a_mirror_is_not_left(cache: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "one.json").write_bytes(ONE)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "index.json").write_text(json.dumps({PAIR[0].uri: {"file": place}}))
    with pytest.raises(KfmGatesError, match="cannot be had"):
        fetch_schemas(never, mirror=mirror, schemas=PAIR[:1])


@pytest.mark.parametrize("index", [b"[", b'"x"', b"[" * 100_000])
def test_a_broken_index(cache: Path, tmp_path: Path, index: bytes) -> None:
    (tmp_path / "index.json").write_bytes(index)
    with pytest.raises(KfmGatesError) as caught:
        fetch_schemas(never, mirror=tmp_path, schemas=PAIR)
    assert caught.value.code == "STAC_SCHEMA_UNAVAILABLE"


def test_no_mirror(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(KfmGatesError, match="no folder"):
        fetch_schemas(never, mirror=tmp_path / "nobody", schemas=PAIR)


@pytest.mark.parametrize("spoil", ["change", "link", "longer", "fifo"])
def test_what_lies_in_the_cache_is_verified_when_it_is_read(cache: Path, spoil: str) -> None:
    fetch_schemas(serving(one=ONE, two=TWO), schemas=PAIR)
    place = cache / f"{PAIR[0].sha256}.json"
    place.unlink()
    if spoil == "change":
        place.write_bytes(TWO)
    elif spoil == "longer":
        place.write_bytes(ONE + b"\n")
    elif spoil == "fifo":
        os.mkfifo(place)
    else:
        (cache / "elsewhere").write_bytes(ONE)
        place.symlink_to(cache / "elsewhere")
    assert store.read(cache, PAIR[0]) is None


@pytest.mark.parametrize("which", ["folder", "parent"])
def test_a_cache_of_others_is_not_used(cache: Path, which: str) -> None:
    fetch_schemas(serving(one=ONE, two=TWO), schemas=PAIR)
    (cache if which == "folder" else cache.parent).chmod(0o777)
    with pytest.raises(KfmGatesError, match="others"):
        store.require_private()


def test_a_cache_that_is_a_link_is_not_used(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    cache.parent.mkdir(parents=True, mode=0o700)
    cache.symlink_to(tmp_path / "real")
    with pytest.raises(KfmGatesError, match="not a folder"):
        store.require_private()


def test_wrong_bytes_are_not_written(cache: Path) -> None:
    folder = store.require_private(create=True)
    assert folder is not None
    with pytest.raises(ValueError, match="not the bytes"):
        store.write(folder, PAIR[0], TWO)
    assert not list(folder.iterdir())


def with_extension(uri: str, **properties: Any) -> dict[str, Any]:
    """The good catalog, its item with one more extension."""

    def change(item: dict[str, Any]) -> None:
        item["stac_extensions"].append(uri)
        item["properties"].update(properties)

    return samples.changed(ITEM, change)


def test_before_anything_was_fetched(cache: Path) -> None:
    found = examined(with_extension(EO, **{"eo:cloud_cover": 5}))
    assert codes_of(found) == ["STAC_SCHEMA_UNAVAILABLE"]
    assert found.remarks[0].code.fix.argv == ("kfm-gates", "fetch", "schemas")
    assert "fetched" in found.remarks[0].message


@needs_shared
def test_after_fetching_from_a_mirror(cache: Path) -> None:
    done = CliRunner().invoke(_command(), ["fetch", "schemas", "--from", str(SCHEMAS), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["fetched"] + told["present"] == len(lock.load())
    good = with_extension(EO, **{"eo:cloud_cover": 5})
    assert codes_of(examined(good)) == []
    bad = with_extension(EO, **{"eo:cloud_cover": "abc"})
    (remark,) = examined(bad).remarks
    assert (remark.code.id, remark.pointer) == ("STAC_INVALID", "/properties/eo:cloud_cover")
    # A lone # means the same document; the official schema itself would not know its own name.
    assert codes_of(examined(with_extension(f"{EO}#", **{"eo:cloud_cover": 5}))) == []
    assert codes_of(examined(with_extension(f"{EO}#", **{"eo:cloud_cover": "x"}))) == [
        "STAC_INVALID"
    ]
    (cache / f"{lock.load()[EO].sha256}.json").write_bytes(b"{}")
    schemas._COMPILED.clear()
    assert codes_of(examined(good)) == ["STAC_SCHEMA_UNAVAILABLE"]


def _command() -> Any:
    import click

    from kfm_gates.cli import fetch

    group = click.Group()
    group.add_command(fetch.COMMAND, "fetch")
    return group


@needs_shared
def test_every_schema_of_the_lock_is_ready_once_fetched(cache: Path) -> None:
    """With all that it refers to: the lock is closed. Some are no valid schemas themselves."""
    fetch_schemas(never, mirror=SCHEMAS)
    ready = schemas.Schemas()
    looked_at = {uri: ready.extension(uri) for uri in lock.load()}
    unusable = {u for u, found in looked_at.items() if isinstance(found, schemas.Unavailable)}
    assert unusable == {f"{HOME}mlm/v1.{n}.0/schema.json" for n in BROKEN}


def test_a_schema_is_not_at_hand_where_what_it_refers_to_is_not(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = json.dumps({"$ref": "https://example.org/more.json"}).encode()
    entry = locked("three/v1.0.0/schema.json", raw)
    monkeypatch.setattr(lock, "load", lambda: {entry.uri: entry})
    monkeypatch.setattr(lock, "by_any_name", lambda: {entry.uri: entry})
    fetch_schemas(serving(three=raw))
    found = schemas.Schemas().extension(entry.uri)
    assert isinstance(found, schemas.Unavailable)
    assert "example.org" in found.why


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("eo", "STAC_EXTENSION_NAME"),
        ("../schemas/v1.0.0-projection.json", "STAC_EXTENSION_NAME"),
        ("file:///etc/passwd", "STAC_EXTENSION_NAME"),
        ("https://example.org/x/v1.0.0/schema.json", "STAC_SCHEMA_UNAVAILABLE"),
        (f"{samples.FILE_2_1}?x=1", "STAC_SCHEMA_UNAVAILABLE"),
        ("http://stac-extensions.github.io/file/v2.1.0/schema.json", "STAC_SCHEMA_UNAVAILABLE"),
    ],
)
def test_names_that_are_no_schema(cache: Path, uri: str, code: str) -> None:
    assert code in codes_of(examined(with_extension(uri)))


def test_only_hosts_of_the_list_are_opened() -> None:
    """Refused before any socket is opened, which would be refused here as well."""
    with pytest.raises(urllib.error.URLError, match="not a host"):
        open_url("https://example.org/x.json", frozenset({"proj.org"}))


def test_a_redirect_to_another_host_is_refused() -> None:
    from kfm_gates.policy.fetch import release

    handler = release._HttpsOnly(frozenset({"proj.org"}))
    request = urllib.request.Request("https://proj.org/x")
    with pytest.raises(urllib.error.URLError, match="another host"):
        handler.redirect_request(request, None, 302, "", {}, "https://internal.example/x")
    with pytest.raises(urllib.error.URLError, match="away from https"):
        handler.redirect_request(request, None, 302, "", {}, "http://proj.org/x")
    assert handler.redirect_request(request, None, 302, "", {}, "https://proj.org/y") is not None


def command_of(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any, str]:
    from kfm_gates.cli import main

    code = main(["fetch", "schemas", "--json", *args])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def only(monkeypatch: pytest.MonkeyPatch, *entries: lock.Locked) -> None:
    monkeypatch.setattr(lock, "load", lambda: {entry.uri: entry for entry in entries})


def test_the_cache_of_another_machine_is_a_mirror(cache: Path, tmp_path: Path) -> None:
    for schema, raw in zip(PAIR, (ONE, TWO), strict=True):
        (tmp_path / "moved").mkdir(exist_ok=True)
        (tmp_path / "moved" / f"{schema.sha256}.json").write_bytes(raw)
    assert fetch_schemas(never, mirror=tmp_path / "moved", schemas=PAIR).fetched == 2
    assert store.read(cache, PAIR[0]) == ONE


def test_everything_that_failed_is_told(
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    only(monkeypatch, *PAIR)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / f"{PAIR[1].sha256}.json").write_bytes(TWO)
    code, told, err = command_of(capsys, "--from", str(tmp_path / "m"))
    assert code == 3
    assert told["schema"] == "schemas/v1"
    assert "question" not in told
    assert (told["fetched"], told["present"], told["exit_code"]) == (1, 0, 3)
    assert told["error"]["code"] == "STAC_SCHEMA_UNAVAILABLE"
    (failed,) = told["failed"]
    assert failed["uri"] == PAIR[0].uri
    assert failed["looked_for"] == [
        PAIR[0].uri.removeprefix("https://"),
        f"{PAIR[0].sha256}.json",
    ]
    assert "1 were stored" in err
    assert failed["looked_for"][0] in err


@pytest.mark.parametrize("what", ["nothing", "file"])
def test_a_mirror_that_is_no_folder_is_a_wrong_call(
    what: str, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x"
    if what == "file":
        path.write_bytes(ONE)
    code, told, _ = command_of(capsys, "--from", str(path))
    assert code == told["exit_code"] == 2
    assert told["error"]["code"] == "NO_SUCH_PATH"


def test_a_corrupted_entry_is_called_that(
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    only(monkeypatch, *PAIR)
    monkeypatch.setattr(lock, "by_any_name", lambda: {one.uri: one for one in PAIR})
    fetch_schemas(serving(one=ONE, two=TWO))
    place = cache / f"{PAIR[0].sha256}.json"
    place.write_bytes(ONE[:-1])
    found = schemas.Schemas().extension(PAIR[0].uri)
    assert isinstance(found, schemas.Unavailable)
    assert "corrupted" in found.why
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / place.name).write_bytes(ONE)
    code, told, err = command_of(capsys, "--from", str(tmp_path / "m"))
    assert (code, told["corrupted"], told["fetched"], told["present"]) == (0, [PAIR[0].uri], 1, 1)
    assert "corrupted" in err


def test_the_help_says_how_the_folder_is_laid_out(capsys: pytest.CaptureFixture[str]) -> None:
    from kfm_gates.cli import main

    assert main(["fetch", "schemas", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "stac-extensions.github.io/eo/v1.1.0/schema.json" in shown
    assert "SHA256.json" in shown
