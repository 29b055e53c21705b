"""Credentials and personal data in a document, as the gate secrets finds them in a run."""

from __future__ import annotations

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.evidence import json_schema, strict_yaml
from kfm_gates.evidence.document_search import Found, search_document
from kfm_gates.evidence.scan_text import NotTextError
from kfm_gates.evidence.secret_patterns import Kind
from kfm_gates.evidence.secrets_scan import Search, TooManySuspectsError, salted_hash
from kfm_gates.gates import secrets as gate
from kfm_gates.gates._api import Answers
from kfm_gates.linter.files import LintFiles
from kfm_gates.model import Code, Finding, Location

_FOUND = {
    Kind.CREDENTIAL: ("credentials", gate.SECRET_FOUND),
    Kind.PERSONAL: ("personal_data", gate.PERSONAL_DATA_FOUND),
}
_LIST = ".kfm/not-secrets.yaml"


class Secrets:
    """Searches documents; one for each root, because exceptions belong to a lake."""

    def __init__(self, files: LintFiles) -> None:
        self._search = Search()
        self._files = files
        self._exceptions: tuple[str, frozenset[str]] | None = None

    def search(self, raw: bytes, file: str, what: str) -> tuple[Finding, ...]:
        """Findings in one document.

        Args:
            raw: Its bytes.
            file: Its path.
            what: `run_record`, `run_manifest`, `catalog` or another word: where an address of
                somebody to turn to may stand.
        """
        answers = Answers(gate.GATE)
        as_json = what in ("run_record", "run_manifest", "validation_report")
        try:
            searched = search_document(self._search, raw, file, as_json=as_json)
        except (NotTextError, TooManySuspectsError) as error:
            message = f"The document cannot be searched: {error}."
            where = Location(file)
            answers.refuse("searchable", gate.SECRET_SCAN_IMPOSSIBLE, message, where=where)
            return answers.findings
        found = [one for one in searched.found if not gate.is_contact(what, one)]
        for one in found[: gate.MAX_FINDINGS]:
            self._report(answers, file, one)
        if len(found) > gate.MAX_FINDINGS:
            check, code = _FOUND[found[gate.MAX_FINDINGS].hit.kind]
            more = f"{len(found) - gate.MAX_FINDINGS} more of this kind are not listed."
            answers.refuse(check, code, more, where=Location(file))
        return answers.findings

    def _report(self, answers: Answers, file: str, found: Found) -> None:
        """The value itself is never repeated; a hash of it is, where the lake has a salt."""
        hit = found.hit
        check, code = _FOUND[hit.kind]
        salt, excepted = self._listed()
        name = salted_hash(salt, hit.value) if salt and not hit.marker else None
        got = "withheld" if name is None else f"withheld; salted hash {name}"
        message = f"This text looks like {hit.detector}."
        where = Location(file, found.pointer, found.line)
        chosen: Code = code
        if name is not None and name in excepted:
            chosen, got = gate.SECRET_EXCEPTED, name
            message = f"This text looks like {hit.detector}, and is listed as harmless."
        answers.refuse(check, chosen, message, where=where, got=got)

    def _listed(self) -> tuple[str, frozenset[str]]:
        """Exceptions of the lake. A list that cannot be used excepts nothing."""
        if self._exceptions is None:
            self._exceptions = ("", frozenset())
            try:
                data = strict_yaml.loads(self._files.read(_LIST, 1 << 20), file=_LIST)
            except (EvidenceError, UsageError):
                return self._exceptions
            if not json_schema.validate("not_secrets", data):
                hashes = frozenset(entry["sha256"] for entry in data["hashes"])
                self._exceptions = (data["salt"], hashes)
        return self._exceptions
