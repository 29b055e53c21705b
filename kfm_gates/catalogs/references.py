"""To which file a reference in a catalog leads: one function for all kinds of catalogs.

A reference may be relative to the catalog that holds it; a `kfm://run/<run_id>/<path>` or
`kfm://lake/<path>` address; or a URL below the `base_url` of the family file, which stands for
`artifacts/`. Names are never guessed: what is none of these is remote, and never opened.
"""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kfm_gates.evidence import paths

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts

_HOST: Final = "https://run.kfm-gates.invalid/"
_LEVELS: Final = 32
BASE: Final = _HOST + "".join(f"up{n}/" for n in range(_LEVELS, 0, -1))
"""Base IRI for documents that are parsed as RDF; what lies below it is a path in the run.

It lies deep on purpose. An RDF parser that resolves `../../x` stops at the root of the host and
then tells nobody that the reference climbed; below this base it ends above the run, where
`resolve` sees by how many levels. See `base_iri` and `plain`.
"""
MAX_LENGTH: Final = 4096
_KFM: Final = "kfm://"

_HIDDEN: Final = "The reference is percent-encoded in a way that hides a path."
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_AUTHORITY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#@\\\\]*)(?![@\\\\])")
_PORTS: Final = {"https": ":443", "http": ":80"}
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
_LOCAL_SCHEMES: Final = frozenset(
    {"file", "jar", "data", "javascript", "vbscript", "blob", "about"}
)
_MISLEADING = re.compile(r"%(?:2[fFeE]|5[cC]|00)|%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Target:
    """Where a reference leads.

    Args:
        kind: `run` (a path in the run), `lake` (a path of the lake outside the run), `remote`
            (anything with a scheme that is not opened), `refused`.
        path: Run-relative or lake-relative path; the reference itself for `remote`.
        why: Why it is refused, one sentence.
        fragment: What stood behind `#`.
    """

    kind: Literal["run", "lake", "remote", "refused"]
    path: str = ""
    why: str | None = None
    fragment: str = ""


def resolve(href: object, *, base: str, run: RunFacts | None = None) -> Target:
    """Resolve a reference that stands in a catalog document.

    Args:
        href: The reference as written.
        base: Path of the document that holds it, relative to the run.
        run: The receipts; without them `base_url` and the lake outside are not known.

    Returns:
        Its target. A path that climbs out of the run and stays in the lake is `lake`.
    """
    if not isinstance(href, str) or not href.strip():
        return Target("refused", why="The reference is empty or no text.")
    if len(href) > MAX_LENGTH:
        return Target("refused", why=f"The reference is longer than {MAX_LENGTH} characters.")
    if _CONTROL.search(href):
        return Target("refused", why="The reference holds a space or a control character.")
    if href.startswith(_HOST):
        return _parsed(href, run)
    if href[:6].lower() == _KFM:
        return _kfm(_KFM + href[6:], run)
    base_url = _base_url(run)
    if base_url is not None and run is not None and (url := _spelt(href)).startswith(base_url):
        return _below(url.removeprefix(base_url), run.artifacts, run)
    scheme = _SCHEME.match(href)
    if scheme is not None:
        if _DRIVE.fullmatch(scheme.group()):
            return Target("refused", why="The reference is a path of a Windows drive.")
        if scheme.group()[:-1].lower() in _LOCAL_SCHEMES:
            return Target("refused", why=f"A {scheme.group()} reference is never followed.")
        return Target("remote", href)
    if href.startswith("//"):
        return Target("remote", href)
    if href.startswith("/"):
        return Target("refused", why="The reference is an absolute path.")
    if href.startswith("#"):
        return Target("run", base, fragment=href[1:])
    return _in_run(href, posixpath.dirname(base), run)


def base_iri(path: str) -> str:
    """The base IRI of a document of the run that is parsed as RDF."""
    return BASE + urllib.parse.quote(path)


def plain(iri: str) -> str:
    """An IRI as the document has it: without the base that only the parser added.

    It is then relative to the run; where it climbed out of it, it begins with `../`.
    """
    if iri.startswith(BASE) or not iri.startswith(_HOST):
        return iri.removeprefix(BASE)
    rest, level = _climbed(iri)
    return "../" * level + rest


def address(run_id: str, path: str) -> str:
    """The `kfm:` address of a file of a run, by which catalogs may call it."""
    return f"kfm://run/{run_id}/{urllib.parse.quote(path)}"


def input_address(name: str) -> str:
    """The address of an input: itself where it is a URI, else `kfm://lake/<path>`."""
    return name if "://" in name else f"kfm://lake/{urllib.parse.quote(name)}"


def _base_url(run: RunFacts | None) -> str | None:
    about = run.about if run is not None else None
    url = about.extra.get("base_url") if about is not None else None
    # Without the slash, https://host/wells would also stand for https://host/wells-of-others.
    return _spelt(f"{str(url).rstrip('/')}/") if url else None


def _spelt(url: str) -> str:
    """An address with scheme and host in lower case and without the port that it has anyway."""
    match = _AUTHORITY.match(url)
    if match is None:
        return url
    scheme, host = match[1].lower(), match[2].lower()
    return f"{scheme}://{host.removesuffix(_PORTS.get(scheme, ' '))}{url[match.end() :]}"


def _kfm(href: str, run: RunFacts | None) -> Target:
    kind, _, rest = href.removeprefix("kfm://").partition("/")
    if kind == "run":
        run_id, _, path = rest.partition("/")
        if run is not None and run_id == run.run_id and path:
            return _below(path, "", run)
        return Target("remote", href)
    if kind == "lake" and run is not None:
        path, _, fragment = rest.partition("#")
        if why := _odd(path):
            return Target("refused", why=why)
        decoded = _decoded(path)
        if decoded is None:
            return Target("refused", why=_HIDDEN)
        return _in_lake(decoded, run, fragment)
    return Target("remote", href)


def _parsed(iri: str, run: RunFacts | None) -> Target:
    """An IRI that an RDF parser made of a relative reference and `BASE`."""
    if iri.startswith(BASE):
        return _below(iri.removeprefix(BASE), "", run)
    rest, level = _climbed(iri)
    if why := _odd(rest.partition("#")[0]):
        return Target("refused", why=why)
    return _in_run("../" * level + rest, "", run)


def _climbed(iri: str) -> tuple[str, int]:
    """What is left of an IRI at the host of `BASE`, and by how many levels it climbed."""
    rest, level = iri.removeprefix(_HOST), _LEVELS
    while level and rest.startswith(f"up{level}/"):
        rest, level = rest.removeprefix(f"up{level}/"), level - 1
    return rest, level


def _below(reference: str, folder: str, run: RunFacts | None) -> Target:
    """A path at the end of an absolute address, where `..` would mean another address."""
    why = _odd(reference.partition("#")[0])
    return Target("refused", why=why) if why else _in_run(reference, folder, run)


def _odd(path: str) -> str | None:
    """Why a path in an absolute address is not written in the one plain way."""
    if "?" in path:
        return "A reference to a file has a query."
    if not {".", "..", ""}.isdisjoint(path.removesuffix("/").split("/")) and path:
        return "The address has an empty component, or . or .. as one."
    return None


def _in_run(reference: str, folder: str, run: RunFacts | None) -> Target:
    reference, _, fragment = reference.partition("#")
    reference, question, _ = reference.partition("?")
    if question:
        return Target("refused", why="A reference to a file has a query.")
    decoded = _decoded(reference)
    if decoded is None:
        return Target("refused", why=_HIDDEN)
    parts: list[str] = folder.split("/") if folder else []
    climbed = 0
    if "//" in decoded:
        return Target("refused", why="The reference has an empty component.")
    for part in decoded.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            climbed += 1
    if climbed == 0:
        path = "/".join(parts)
        why = paths.problem_of(path) if path else None
        return Target("refused", why=why) if why else Target("run", path, fragment=fragment)
    above = run.relpath.split("/") if run is not None else []
    if climbed > len(above):
        return Target("refused", why="The reference climbs out of the lake.")
    return _in_lake("/".join([*above[: len(above) - climbed], *parts]), run, fragment)


def _in_lake(path: str, run: RunFacts | None, fragment: str = "") -> Target:
    why = paths.problem_of(path)
    if why is not None:
        return Target("refused", why=why)
    if run is not None and path != run.relpath and paths.under(path, run.relpath):
        return Target("run", path.removeprefix(f"{run.relpath}/"), fragment=fragment)
    return Target("lake", path, fragment=fragment)


def _decoded(text: str) -> str | None:
    """Percent-decoding, once; None where it hides a separator, a dot segment or broken UTF-8."""
    if "%" not in text:
        return text
    if _MISLEADING.search(text):
        return None
    try:
        return urllib.parse.unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None
