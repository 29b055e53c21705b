"""Plain JSON that is JSON-LD as well: one file, two documents, and one of them unread.

A STAC item with `@graph` is STAC for one reader and DCAT for another. Each form is read by one kind
only, so whatever else a file is would never be looked at. It is refused instead of guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.json_positions import escape

CODE: Final = "CATALOG_TWO_KINDS"
FIX: Final = "Let the pipeline write one document for each kind of catalog, in a new run."

_PLAIN: Final = frozenset(
    {"stac", "stac-lines", "openlineage", "openlineage-lines", "dcat-us", "prov-json"}
)
_KEYWORDS: Final = frozenset(
    {"@context", "@graph", "@id", "@type", "@included", "@reverse", "@nest", "@value", "@list"}
    | {"@set", "@vocab", "@base", "@import"}
)
_OF_DCAT_US: Final = frozenset({"@id", "@type"})
_CONTEXT_OF_DCAT_US: Final = frozenset(
    f"{scheme}://project-open-data.cio.gov/v1.1/schema/{name}.jsonld"
    for scheme in ("http", "https")
    for name in ("catalog", "data")
)
_DCAT: Final = ("http://www.w3.org/ns/dcat", "https://www.w3.org/ns/dcat")
_PROV: Final = ("http://www.w3.org/ns/prov#",)


def require_one_kind(form: str, data: Any, raw: bytes, file: str) -> None:
    """Refuse a document that another reader takes for another kind of catalog.

    Args:
        form: What it is, a form of `kinds`.
        data: What it says; of JSON Lines `(line, value)` for each.
        raw: Its bytes.
        file: Its path, for the message.

    Raises:
        EvidenceUnreadable: CATALOG_TWO_KINDS, with the place of what makes it another kind.
    """
    if form.endswith("jsonld"):
        _words(form, data, raw, file)
    if form in _PLAIN and (b'"@' in raw or b"\\u0040" in raw):
        lines = form.endswith("-lines")
        for line, value in data if lines else [(None, data)]:
            for pointer, key, told in _members(value):
                if key in _KEYWORDS and not _allowed(form, pointer, key, told):
                    message = f"The document is {form} and, by its key {key}, JSON-LD as well."
                    _refuse(message, file, raw, pointer, key, line)
                if form == "dcat-us" and "://" in key:
                    message = "The document is dcat-us, and JSON-LD by the IRI that is a key."
                    _refuse(message, file, raw, pointer, key, line)
    if form.endswith("jsonld") and isinstance(data, dict):
        for key in _RECORDS & data.keys():
            if _is_prov_json(data[key]):
                message = f"The document is {form} and, by its key {key}, PROV-JSON as well."
                _refuse(message, file, raw, f"/{key}", key)


_RECORDS: Final = frozenset(
    {"entity", "activity", "agent", "bundle", "used", "wasGeneratedBy", "wasDerivedFrom"}
)


def _allowed(form: str, pointer: str, key: str, value: Any) -> bool:
    if form != "dcat-us":
        return False
    if key == "@context":
        known = isinstance(value, str) and value in _CONTEXT_OF_DCAT_US
        return pointer == "/@context" and known
    return key in _OF_DCAT_US and isinstance(value, str)


def _is_prov_json(value: Any) -> bool:
    """Records of PROV-JSON by their names: objects, or lists of them, and nothing else."""
    return (
        isinstance(value, dict)
        and bool(value)
        and not any(key.startswith("@") for key in value)
        and all(isinstance(one, dict | list) for one in value.values())
    )


def _members(data: Any) -> Iterator[tuple[str, str, Any]]:
    """Every member of every object: pointer, key, value; in no order."""
    waiting = [("", data)]
    while waiting:
        pointer, one = waiting.pop()
        if isinstance(one, dict):
            for key, value in one.items():
                if key[:1] == "@" or "://" in key:
                    yield f"{pointer}/{escape(key)}", key, value
                if isinstance(value, dict | list):
                    waiting.append((f"{pointer}/{escape(key)}", value))
        elif isinstance(one, list):
            waiting += [
                (f"{pointer}/{n}", v) for n, v in enumerate(one) if isinstance(v, dict | list)
            ]


def _words(form: str, data: Any, raw: bytes, file: str) -> None:
    """What keys and types of JSON-LD stand for, whatever version of it a reader keeps to.

    PROV-JSONLD is read here by the names of its submission, so no context may make DCAT of them.
    In the others the graph decides, except where JSON-LD 1.0 makes another one of the same text:
    there, and there only, a term is a prefix whatever its IRI ends with.
    """
    prefixes: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    waiting: list[tuple[str, Any, bool]] = [("", data, False)]
    while waiting:
        pointer, one, context = waiting.pop()
        if isinstance(one, list):
            waiting += [(f"{pointer}/{n}", v, context) for n, v in enumerate(one)]
        elif isinstance(one, dict):
            for key, value in one.items():
                place = f"{pointer}/{escape(key)}"
                if context:
                    iri = value.get("@id") if isinstance(value, dict) else value
                    if isinstance(iri, str):
                        prefixes.setdefault(key, []).append(iri)
                else:
                    if form == "prov-jsonld" and key in ("@included", "@reverse", "@nest"):
                        message = f"The document has {key}, which PROV-JSONLD does not."
                        _refuse(message, file, raw, place, key)
                    types = value if isinstance(value, list) else [value]
                    names = [key, *(v for v in types if key == "@type" and isinstance(v, str))]
                    words.update((name, place) for name in names)
                waiting.append((place, value, context or key == "@context"))
    foreign = _PROV if form == "dcat-jsonld" else _DCAT
    for word, place in words.items():
        found = _expanded(word, prefixes, every=form == "prov-jsonld")
        if any(iri.startswith(foreign) for iri in found):
            message = f"The document is {form}, and a word of it belongs to another kind."
            _refuse(message, file, raw, place, word)


def _expanded(word: str, prefixes: Mapping[str, list[str]], *, every: bool) -> Iterator[str]:
    prefix, colon, rest = word.partition(":")
    for namespace in prefixes.get(prefix, ()) if colon else ():
        if every or namespace[-1:] not in ":/?#[]@":
            yield namespace + rest
    if every:
        yield word
        yield from prefixes.get(word, ())
        if not colon and not word.startswith("@"):
            yield from (namespace + word for namespace in prefixes.get("@vocab", ()))


def _refuse(
    message: str,
    file: str,
    raw: bytes,
    pointer: str,
    got: str | None = None,
    line: int | None = None,
) -> None:
    raise EvidenceUnreadable(
        message,
        code=CODE,
        file=file,
        pointer=pointer[:1000],
        line=strict_json.Positions(raw).line(pointer) if line is None else line,
        got=None if got is None else got[:200],
        wanted="a document of one kind",
        fix=FIX,
    )
