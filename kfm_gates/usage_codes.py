"""Codes of errors that belong to no gate: calls, configuration, the recorder, and reading.

A check that ends with one of these had no question to ask, or no document to ask it about. They
stand here for `explain` alone; where they are raised the message says what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kfm_gates.model import Code, Fix, Who

_CALL: Final[Mapping[str, tuple[str, str, str]]] = {
    "USAGE": (
        "The command was called in a way that it does not have",
        "A call that is half understood would answer another question.",
        "Look at the --help of the command.",
    ),
    "COMMAND_FAILED": (
        "The command could not be carried out",
        "A command that did not end well has shown nothing.",
        "Mend what the message names, then call it again.",
    ),
    "INTERRUPTED": (
        "The command was interrupted",
        "What was not looked at is not in order.",
        "Run the command again.",
    ),
    "INTERNAL_ERROR": (
        "Something went wrong inside kfm-gates",
        "A program that fails in an unforeseen way has decided nothing.",
        "Report it with the log file that is named; 'kfm-gates doctor' may help.",
    ),
    "VERDICT": (
        "The verdict is not PASS",
        "raise_for_verdict() raises wherever the runs are not shown to be in order.",
        "Read the findings of the report that the exception carries.",
    ),
    "ARGUMENT_BLANK": (
        "An argument is blank",
        "An unset variable would otherwise select nothing, or everything.",
        "Name what is meant, or leave the argument out.",
    ),
    "ARGUMENT_INVALID": (
        "An argument of a function has another type",
        "A guess about what was meant would answer another question.",
        "Give what the message asks for.",
    ),
    "OPTION_UNKNOWN": (
        "There is no such option of rendering",
        "An option that nothing reads would silently change nothing.",
        "Use one of the options that the message lists.",
    ),
    "FORMAT_UNKNOWN": (
        "There is no such output format",
        "A result in a format that nobody reads is no result.",
        "Use one of the formats that the message lists.",
    ),
    "CODE_UNKNOWN": (
        "There is no such finding code",
        "Codes have one meaning each and are never reused.",
        "'kfm-gates explain' lists them all.",
    ),
    "KIND_UNKNOWN": (
        "The kind of a document is not known",
        "Only a known kind has demands that a document can be held to.",
        "Say what the file is with --as KIND, or leave it out.",
    ),
    "GATE_UNKNOWN": (
        "There is no such gate",
        "A misspelt gate would be a check that silently does not run.",
        "'kfm-gates explain' lists the gates.",
    ),
    "NAME_INVALID": (
        "A name is malformed",
        "Names become files, packages and identifiers; another shape means something else there.",
        "Choose a name of the shape that the message asks for.",
    ),
    "TIME_INVALID": (
        "A time is not RFC 3339 in UTC",
        "A time without its zone is several times.",
        "Give UTC with Z, e.g. 2026-03-01T12:00:00Z.",
    ),
    "SINCE_INVALID": (
        "--since is neither a run id nor a date",
        "Runs would be left out for a reason that nobody stated.",
        "Give a run id (26 characters) or YYYY-MM-DD.",
    ),
    "NO_SUCH_PATH": (
        "There is no file or folder of that name",
        "What is not there cannot be looked at.",
        "Name a path that exists.",
    ),
    "PATH_NOT_FOUND": (
        "There is no run, family or path of that name",
        "What is not there cannot be checked.",
        "Name the run by its path, or run the command inside its lake.",
    ),
    "RUN_NOT_NAMED": (
        "No run was named",
        "An empty selection is never a pass.",
        "Name a run or a family, or use --all.",
    ),
    "RUN_AMBIGUOUS": (
        "Several runs have this id",
        "The answer would be about one of them, and nobody would know which.",
        "Name the run by its path.",
    ),
    "ROOT_NOT_FOUND": (
        "There is no lake around the path",
        "The lake says where runs lie and what is asked of them.",
        "Run the command inside the lake, or name its root with --root.",
    ),
    "ROOT_AMBIGUOUS": (
        "It cannot be told which folder is the lake",
        "Whoever fills a lake must not become its steward with a .kfm/ of their own.",
        "Remove what makes the inner folder look like a lake, or name the root with --root.",
    ),
    "ROOTS_DIFFER": (
        "The arguments belong to several lakes",
        "Each lake has a configuration of its own.",
        "Check one lake at a time.",
    ),
    "OUTPUT_REFUSED": (
        "A result may not be written there",
        "Results belong neither into evidence nor over files that are something else.",
        "Choose a new path outside of runs, zones, .kfm and .git.",
    ),
    "OUTPUT_FAILED": (
        "A result could not be written",
        "Results are written as a whole or not at all.",
        "Make room or make the folder writable, then call it again.",
    ),
    "OUTPUT_NOT_WRITTEN": (
        "A folder of documents could not be written",
        "It is written as a whole or not at all.",
        "Make room or make the folder writable, then call it again.",
    ),
    "REPORT_UNREADABLE": (
        "A report cannot be read",
        "Only a report as kfm-gates wrote it can be shown again.",
        "Check the runs again, with -o json=FILE.",
    ),
    "FILE_UNREADABLE": (
        "A file that was named cannot be read",
        "What it was meant to state would be missing.",
        "Make the file readable, or name another one.",
    ),
    "FILE_EXISTS": (
        "A file is there already",
        "Nothing is overwritten that somebody may have written by hand.",
        "Choose another name.",
    ),
    "INSTALLATION_BROKEN": (
        "A file of the installation is missing or damaged",
        "Without its schemas, rules and profiles nothing can be decided.",
        "Install kfm-gates again.",
    ),
    "EXTRA_MISSING": (
        "An optional part of the installation is needed and not there",
        "A document that nobody looked at is not in order.",
        "Install the extra that the message names.",
    ),
}
_STEWARD: Final[Mapping[str, tuple[str, str, str]]] = {
    "PROFILE_NOT_NAMED": (
        "In CI no profile was named",
        "A pipeline that relies on a default would be judged by whatever the default becomes.",
        "Use --profile, or set 'profile' in .kfm/gates.yaml.",
    ),
    "POLICY_DIR_NOT_FOUND": (
        "There is no base policy in that folder",
        "Without rules nothing can be decided.",
        "Name a folder that holds a policy, or leave --policy-dir out.",
    ),
    "HOUSE_RULE_MISSING": (
        "House rules are named that do not exist",
        "A misspelt name would be a rule that silently does not exist.",
        "Write them with 'kfm-gates policy new NAME', or name those that there are.",
    ),
    "TRUSTED_REF_REFUSED": (
        "The work tree is no clean checkout of the trusted ref",
        "Configuration that nobody reviewed would pass for reviewed.",
        "Check out that ref without changes, or leave --trusted-ref out.",
    ),
    "STAC_SCHEMA_UNVERIFIED": (
        "A schema is not the one that the lock names",
        "A changed schema could let anything through.",
        "Find out what answers for the address before fetching again.",
    ),
    "SHACL_FAILED": (
        "pySHACL gave no answer",
        "Without its answer nobody knows whether the documents fit the shapes.",
        "Simplify the shapes, or leave them out of the profile.",
    ),
    "SHACL_TIMEOUT": (
        "pySHACL did not end in time",
        "Without its answer nobody knows whether the documents fit the shapes.",
        "Simplify the shapes, or leave them out of the profile.",
    ),
    "WORKER_FAILED": (
        "A process that checks documents failed",
        "A document that nobody looked at is not in order.",
        "Make memory free, then check again; if it fails again, report it.",
    ),
}
_RDF_AGAIN: Final = "Let the pipeline write the document otherwise, in a new run."
_READ: Final[Mapping[str, tuple[str, str]]] = {
    "RDF_SYNTAX": (
        "A document is not the RDF that it is taken for",
        "What one parser repairs another one refuses.",
    ),
    "RDF_NOT_UTF8": (
        "An RDF document is not UTF-8",
        "Readers that guess an encoding guess differently.",
    ),
    "RDF_TOO_LARGE": (
        "An RDF document is too large",
        "A bound keeps one document from using up the machine.",
    ),
    "RDF_TOO_DEEP": ("An RDF document is nested too deeply", "Deep nesting crashes readers."),
    "RDF_DOCTYPE": (
        "An XML document declares a document type",
        "Entities can grow without bound and read other files.",
    ),
    "RDF_TRIPLE_TERM": (
        "An RDF document quotes triples",
        "Readers of RDF 1.1 do not know what is stated and what is only quoted.",
    ),
    "RDF_NAMED_GRAPH": (
        "Statements stand in a named graph",
        "Most readers do not look there, so they would see another document.",
    ),
    "RDF_CONTEXT_REMOTE": (
        "A JSON-LD document needs a context from elsewhere",
        "Nothing is fetched, and what it says would change with the answer of a server.",
    ),
    "RDF_CONTEXT_AMBIGUOUS": (
        "A JSON-LD document redefines what its context says",
        "Two readers could understand the same words differently.",
    ),
    "CATALOG_TWO_KINDS": (
        "A document is two kinds of catalogs at once",
        "Each document is read as one kind; what else it says nobody would have checked.",
    ),
    "CATALOG_TOO_LARGE": (
        "A catalog is too large",
        "A bound keeps one document from using up the machine.",
    ),
    "CLOSURE_TOO_COMPLEX": (
        "The catalogs state too much to compare",
        "What was not compared is not shown to agree.",
    ),
}


def _codes(texts: Mapping[str, tuple[str, str, str]], who: Who) -> tuple[Code, ...]:
    return tuple(Code(id_, title, why, Fix(fix, who)) for id_, (title, why, fix) in texts.items())


CALL_CODES: Final = (*_codes(_CALL, Who.OPERATOR), *_codes(_STEWARD, Who.STEWARD))
"""Calls and configuration: exit code 2, or 3 where no answer could be had."""
READ_CODES: Final = tuple(
    Code(id_, title, why, Fix(_RDF_AGAIN)) for id_, (title, why) in _READ.items()
)
"""Catalog documents that cannot be read; those of JSON and YAML have codes of their own."""
