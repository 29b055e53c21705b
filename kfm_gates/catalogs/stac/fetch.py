"""`kfm-gates fetch schemas`: put the schemas of the lock into the user's cache, verified.

Sockets are opened by whoever calls this, and given to it; from a mirror nothing is opened but
its files. In each case the size and the sha256 are those of the lock, or nothing is written.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from kfm_gates.catalogs.stac import lock, store
from kfm_gates.catalogs.stac.lock import Locked
from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.evidence.files import read_regular

Opener = Callable[[str, frozenset[str]], IO[bytes]]
"""Opens an https address on one of some hosts; a redirect to another host is an `OSError`."""

_MAX_INDEX: Final = 1 << 20
_MAX_SHOWN: Final = 5


@dataclass(frozen=True)
class Fetched:
    """What `fetch schemas` did.

    Args:
        folder: The cache.
        fetched: How many schemas were put there.
        present: How many were there already.
        corrupted: Addresses of those that lay in the cache and were not what the lock names.
        failed: Address of each that could not be had, why, and where it was looked for.
    """

    folder: Path
    fetched: int
    present: int
    corrupted: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A schema that could not be had.

    Args:
        uri: Its address.
        why: What went wrong.
        looked_for: Paths below the mirror, where there is one.
    """

    uri: str
    why: str
    looked_for: tuple[str, ...] = ()


class SchemasMissing(KfmGatesError):
    """Some schemas could not be had. What became of the others is in `done`."""

    def __init__(
        self,
        message: str,
        done: Fetched,
        *,
        code: str,
        got: str,
        fix: str,
        wanted: str | None = None,
    ) -> None:
        super().__init__(message, code=code, got=got, fix=fix, wanted=wanted)
        self.done = done


def fetch_schemas(
    opener: Opener,
    *,
    mirror: Path | None = None,
    force: bool = False,
    say: Callable[[str], None] | None = None,
    schemas: Iterable[Locked] | None = None,
) -> Fetched:
    """Put every schema of the lock into the cache.

    Args:
        opener: Opens addresses; not called with a mirror.
        mirror: A folder that holds the schemas (`--from DIR`): named by its `index.json`, at
            `<host>/<path>`, or called by their digest as in any cache.
        force: Fetch although verified ones are there.
        say: Called with one sentence for each schema that is fetched.
        schemas: Which ones; all of the lock where left out.

    Raises:
        SchemasMissing: `STAC_SCHEMA_UNAVAILABLE`: some could not be had; those that could are in
            the cache. `STAC_SCHEMA_UNVERIFIED`: one of them is not what the lock names.
        UsageError: The mirror is no folder.
    """
    cache = store.require_private(create=True)
    if cache is None:
        raise KfmGatesError("The cache cannot be made.", code="STAC_SCHEMA_UNAVAILABLE")
    wanted = list(lock.load().values() if schemas is None else schemas)
    index = {} if mirror is None else _index(mirror)
    fetched = present = 0
    missing: list[Failed] = []
    wrong: list[Failed] = []
    corrupted: list[str] = []
    silent: set[str] = set()
    for schema in wanted:
        if not force and store.read(cache, schema) is not None:
            present += 1
            continue
        if store.is_corrupted(cache, schema):
            corrupted.append(schema.uri)
        if say is not None:
            say(f"Fetching {schema.uri}")
        places = () if mirror is None else _places(index, schema)
        try:
            if mirror is not None:
                raw = _from_mirror(mirror, places, schema)
            else:
                raw = _download(opener, schema, silent)
        except (OSError, ValueError) as error:
            missing.append(Failed(schema.uri, _why(error), places))
            continue
        if not store.is_it(raw, schema):
            wrong.append(Failed(schema.uri, "its bytes are not those of the lock", places))
            continue
        try:
            store.write(cache, schema, raw)
        except OSError as error:
            missing.append(Failed(schema.uri, _why(error), places))
            continue
        fetched += 1
    failed = (*wrong, *missing)
    done = Fetched(cache, fetched, present, tuple(corrupted), failed)
    _complain(wrong, missing, len(wanted), done)
    return done


def _complain(wrong: list[Failed], missing: list[Failed], total: int, done: Fetched) -> None:
    stored = f"{done.fetched} were stored, {done.present} were there."
    if wrong:
        raise SchemasMissing(
            f"{len(wrong)} of {total} schemas are not the ones that the lock names. {stored}",
            done,
            code="STAC_SCHEMA_UNVERIFIED",
            got=_some(wrong),
            wanted="the bytes whose sha256 is in stac.lock.json",
            fix="Find out what answers for these addresses before trying again.",
        )
    if missing:
        raise SchemasMissing(
            f"{len(missing)} of {total} schemas cannot be had. {stored}",
            done,
            code="STAC_SCHEMA_UNAVAILABLE",
            got=_some(missing),
            fix="Fetch them elsewhere, then run: kfm-gates fetch schemas --from DIR",
        )


def _some(failed: list[Failed]) -> str:
    texts = []
    for one in failed[:_MAX_SHOWN]:
        places = f"; looked for {' and '.join(one.looked_for)}" if one.looked_for else ""
        texts.append(f"{one.uri} ({one.why}{places})")
    more = f" and {len(failed) - _MAX_SHOWN} more" if len(failed) > _MAX_SHOWN else ""
    return ", ".join(texts) + more


def _download(opener: Opener, schema: Locked, silent: set[str]) -> bytes:
    """Download one schema; a host that does not answer is not asked again."""
    host = urllib.parse.urlsplit(schema.address).netloc
    if host in silent:
        raise OSError(None, f"{host} did not answer before")
    try:
        with opener(schema.address, lock.HOSTS) as response:
            return response.read(schema.size + 1)
    except OSError as error:
        # An answer that is a refusal has a status; there the next schema may well exist.
        if getattr(error, "code", None) is None:
            silent.add(host)
        raise


def _places(index: dict[str, str], schema: Locked) -> tuple[str, ...]:
    """Where a mirror may have a schema: what its index says, else its address or its digest."""
    named = index.get(schema.uri)
    return (named,) if named else (_host_path(schema.uri), store.name_of(schema))


def _from_mirror(mirror: Path, places: tuple[str, ...], schema: Locked) -> bytes:
    for n, place in enumerate(places, 1):
        parts = place.split("/")
        if place.startswith("/") or not {"", ".", ".."}.isdisjoint(parts):
            raise ValueError(f"{place!r} is no path below the mirror")
        try:
            return read_regular(mirror.joinpath(*parts), schema.size)
        except FileNotFoundError:
            if n == len(places):
                raise
    raise FileNotFoundError("nothing of that name")


def _host_path(uri: str) -> str:
    parts = urllib.parse.urlsplit(uri)
    path = f"{parts.netloc}{parts.path}"
    return path if path.endswith(".json") else f"{path}.json"


def _index(mirror: Path) -> dict[str, str]:
    """Where the mirror has what: address -> path. A mirror need not have an index."""
    if not mirror.is_dir():
        raise UsageError(
            f"{mirror} is no folder.",
            code="NO_SUCH_PATH",
            file=str(mirror),
            wanted="a folder that holds the schemas",
            fix="Name one, or leave --from out.",
        )
    try:
        found = json.loads(read_regular(mirror / "index.json", _MAX_INDEX))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise KfmGatesError(
            "The index of the mirror cannot be read.",
            code="STAC_SCHEMA_UNAVAILABLE",
            file=str(mirror / "index.json"),
            got=_why(error),
        ) from error
    if not isinstance(found, dict):
        return {}
    return {
        uri: entry["file"]
        for uri, entry in found.items()
        if isinstance(entry, dict) and isinstance(entry.get("file"), str)
    }


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return " ".join(str(reason).split())[:200] or type(error).__name__
