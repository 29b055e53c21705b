"""Gate secrets: no credential and no personal data in what travels with the data (R-056, R-104).

Searched are the receipts, every log, every catalog, attestations and every other document of the
run, and the names of folders; artifacts are data and are not. Only shapes that can be told without
guessing count, see `secret_patterns`.
A value is never repeated: a finding names the place, the shape and a salted hash.

E-mail addresses are personal data in logs, parameters and messages. They are not where a field
asks for somebody to turn to: the operator in `runner.user`, the manifest's `rights`, contacts in
catalogs. Role and machine addresses (noreply, service accounts) belong to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import paths
from kfm_gates.evidence.document_search import Found, search_document, search_names
from kfm_gates.evidence.scan_text import NotTextError
from kfm_gates.evidence.secret_patterns import EMAIL, Kind
from kfm_gates.evidence.secrets_scan import Search, TooManySuspectsError, salted_hash
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Layout, Level, Location, Who

MAX_FILE = 32 * 2**20
MAX_FINDINGS = 50
LEGACY_LOGS = ("run.jsonl", "event_log.jsonl", "publisher_trace.jsonl")
_CONTACTS = frozenset(
    {"contact", "contactpoint", "contacts", "creator", "email", "hasemail", "maintainer", "mbox"}
    | {"providers", "publisher"}
)
_CHECKS = {Kind.CREDENTIAL: "credentials", Kind.PERSONAL: "personal_data"}

SECRET_FOUND = Code(
    "SECRET_FOUND",
    "A credential stands in a document",
    "Whoever may read the run may use it, and what was promoted cannot be taken back.",
    Fix(
        "Revoke the credential. Let the pipeline read it from the environment or a secret manager "
        "and never log it, then record a new run. A value that is no credential is listed by its "
        "salted hash in .kfm/not-secrets.yaml."
    ),
    source=("R-056", "R-091", "R-104", "R-137", "R-138"),
)
PERSONAL_DATA_FOUND = Code(
    "PERSONAL_DATA_FOUND",
    "Personal data stand in a document",
    "Receipts, logs and catalogs are read by everybody and kept for good.",
    Fix(
        "Let the pipeline leave it out or name a role instead, then record a new run. A value that "
        "belongs to nobody is listed by its salted hash in .kfm/not-secrets.yaml."
    ),
    source=("R-056", "R-128", "R-138"),
)
SECRET_SCAN_IMPOSSIBLE = Code(
    "SECRET_SCAN_IMPOSSIBLE",
    "A document cannot be searched for credentials",
    "What cannot be searched may hold anything.",
    Fix(
        "Let the pipeline write logs as plain UTF-8 text, uncompressed and below 32 MiB each, and "
        "put what is data in artifacts/, in a new run."
    ),
    source=("R-104", "FO-07", "FO-08"),
)
SECRET_EXCEPTED = Code(
    "SECRET_EXCEPTED",
    "A value is accepted because .kfm/not-secrets.yaml lists it",
    "Exceptions stay visible, so that somebody can doubt them.",
    Fix("Nothing to do, unless the value is a secret after all.", Who.STEWARD),
    level=Level.INFO,
    source=("R-104", "FO-21"),
)
_FOUND = {Kind.CREDENTIAL: SECRET_FOUND, Kind.PERSONAL: PERSONAL_DATA_FOUND}


@dataclass(slots=True)
class _Tally:
    """What was searched and found so far."""

    search: Search = field(default_factory=Search)
    documents: int = 0
    strings: int = 0
    hits: int = 0
    gaps: int = 0
    unreadable: EvidenceUnreadable | None = None
    excepted: set[tuple[str | None, str]] = field(default_factory=set)
    overflowed: set[Kind] = field(default_factory=set)


def examine(context: Context, answers: Answers) -> None:
    """Search every document of the run; what is unreadable is raised after the last one."""
    run = context.run
    tally = _Tally()
    files = _documents(run.entries, run.layout)
    for hit in search_names(tally.search, files):
        _report(context, answers, tally, Found(hit), None, "The name of a document")
    for hit in search_names(tally.search, _folders(run.directories, files, run.layout)):
        _report(context, answers, tally, Found(hit), None, "The name of a folder")
    for file in files:
        _document(context, answers, tally, file)
    if tally.unreadable is not None:
        raise tally.unreadable
    answers.settle("searchable", tally.documents)
    for check in _CHECKS.values():
        answers.settle(check, tally.documents)
    answers.not_checked("artifacts, for credentials and personal data")
    answers.not_checked("receipts, logs and catalogs, for names, addresses, telephone numbers")
    if not tally.gaps:
        answers.fact("documents", tally.documents)
        answers.fact("strings", tally.strings)
        answers.fact("hits", tally.hits)


def _documents(entries: Iterable[str], layout: Layout) -> list[str]:
    """Every file of the run but data, the seal and what is thrown away."""
    others = (layout.artifacts, *layout.disposable)
    legacy = {f"{layout.artifacts}/{name}" for name in LEGACY_LOGS}
    return sorted(
        path
        for path in entries
        if path in legacy
        or (path != layout.seal and not any(paths.under(path, folder) for folder in others))
    )


def _folders(directories: Iterable[str], files: Iterable[str], layout: Layout) -> list[str]:
    """The deepest folders: those above them are in their names, or in the names of documents."""
    kept = [
        path
        for path in directories
        if not any(path == part or paths.under(path, part) for part in layout.disposable)
    ]
    above: set[str] = set()
    for path in (*files, *kept):
        while (path := path.rpartition("/")[0]) and path not in above:
            above.add(path)
    return sorted(path for path in kept if path not in above)


def _document(context: Context, answers: Answers, tally: _Tally, file: str) -> None:
    run = context.run
    size = run.entries[file].size
    tally.documents += 1
    if size == 0:
        return
    if size > MAX_FILE:
        _gap(answers, tally, file, f"it has {size} bytes", f"at most {MAX_FILE} bytes")
        return
    try:
        raw = run.read(file, MAX_FILE)
    except EvidenceUnreadable as error:
        tally.unreadable = tally.unreadable or error
        return
    receipts = (run.layout.run_record, run.layout.run_manifest, run.layout.validation_report)
    try:
        searched = search_document(
            tally.search,
            raw,
            file,
            as_json=file in receipts,
            binary=paths.under(file, run.layout.attestations),  # signatures may be
        )
    except NotTextError as error:
        _gap(answers, tally, file, str(error), "UTF-8 text")
        return
    except TooManySuspectsError as error:
        _gap(answers, tally, file, str(error), None)
        return
    tally.strings += searched.strings
    tally.unreadable = tally.unreadable or searched.unreadable
    shown = None if any(found.hit.value in file for found in searched.found) else file
    for found in searched.found:
        if not is_contact(_what(run.layout, file), found):
            _report(context, answers, tally, found, shown, "This text")


def _gap(answers: Answers, tally: _Tally, file: str, why: str, wanted: str | None) -> None:
    tally.gaps += 1
    answers.refuse(
        "searchable",
        SECRET_SCAN_IMPOSSIBLE,
        f"The document cannot be searched: {why}.",
        where=Location(file),
        wanted=wanted,
    )


def _what(layout: Layout, file: str) -> str:
    for name in ("run_record", "run_manifest"):
        if file == getattr(layout, name):
            return name
    return "catalog" if paths.under(file, layout.catalog) else ""


def is_contact(what: str, found: Found) -> bool:
    """Whether an e-mail address stands where the field asks for somebody to turn to.

    Args:
        what: The kind of document: `run_record`, `run_manifest`, `catalog`, or anything else.
        found: What was found in it.
    """
    if found.hit.detector != EMAIL:
        return False
    if what == "run_record":
        return found.pointer == "/runner/user"
    if what == "run_manifest":
        return bool(found.pointer) and str(found.pointer).startswith("/rights/")
    if what == "catalog":
        steps = re.split(r"[/:#]", (found.pointer or "").casefold())
        return found.mailto or not _CONTACTS.isdisjoint(steps)
    return False


def _report(
    context: Context, answers: Answers, tally: _Tally, found: Found, file: str | None, what: str
) -> None:
    hit = found.hit
    salt, excepted = context.not_secrets
    name = salted_hash(salt, hit.value) if salt and not hit.marker else None
    where = Location(file, found.pointer, found.line)
    if name is not None and name in excepted:
        if (file, name) not in tally.excepted:
            tally.excepted.add((file, name))
            message = f"{what} looks like {hit.detector}, and is listed as harmless."
            answers.refuse(_CHECKS[hit.kind], SECRET_EXCEPTED, message, where=where, got=name)
        return
    tally.hits += 1
    if tally.hits > MAX_FINDINGS:
        if hit.kind not in tally.overflowed:
            tally.overflowed.add(hit.kind)
            more = f"There are more than {MAX_FINDINGS} hits; this one and others are not listed."
            answers.refuse(_CHECKS[hit.kind], _FOUND[hit.kind], more, where=Location(file))
        return
    got = "withheld; .kfm/not-secrets.yaml has no salt to hash it with"
    if hit.marker:
        got = "withheld; no exception is possible"
    elif name is not None:
        got = f"withheld; salted hash {name}"
    message = f"{what} looks like {hit.detector}."
    answers.refuse(_CHECKS[hit.kind], _FOUND[hit.kind], message, where=where, got=got)


GATE = Gate(
    id="secrets",
    title="Secrets",
    source=("R-056", "R-091", "R-104", "R-138"),
    examine=examine,
    checks=(
        Check("searchable", "every document can be searched", (SECRET_SCAN_IMPOSSIBLE,)),
        Check("credentials", "no document holds a credential", (SECRET_FOUND, SECRET_EXCEPTED)),
        Check(
            "personal_data",
            "no document holds personal data",
            (PERSONAL_DATA_FOUND, SECRET_EXCEPTED),
        ),
    ),
)
