"""Finding codes and checks of the closure."""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Check, Code, Fix, Who

_WRITE: Final = (
    "Let the pipeline write its catalogs from the manifest (run.write_catalogs), in a new run."
)
_MEND: Final = "Mend the code that writes the catalog, then let the pipeline record a new run."
_CLOSED: Final = ("R-064", "R-089", "R-127")

ARTIFACT_MISSING: Final = Code(
    "CLOSURE_ARTIFACT_MISSING",
    "A catalog does not name an output",
    "Whoever finds the data through that catalog never learns of this file or where it came from.",
    Fix(_WRITE),
    source=(*_CLOSED, "R-094"),
)
ARTIFACT_EXTRA: Final = Code(
    "CLOSURE_ARTIFACT_EXTRA",
    "A catalog names data that the manifest does not list",
    "What no manifest lists was not made by this run, and nothing vouches for its bytes.",
    Fix(
        "Take the reference out of the catalog, or let the pipeline list the file as an output; "
        "either way in a new run. A catalog may use a name of its own for an output where "
        "outputs[].catalog_ids of the manifest says so."
    ),
    source=_CLOSED,
)
ARTIFACT_DUPLICATED: Final = Code(
    "CLOSURE_ARTIFACT_DUPLICATED",
    "One catalog document names an output twice",
    "Two records of one file will differ one day, and neither is then known to be right.",
    Fix(_MEND),
    source=_CLOSED,
)
DIGEST_CONFLICT: Final = Code(
    "CLOSURE_DIGEST_CONFLICT",
    "Manifest, catalogs and bytes do not agree on a digest",
    "They speak of different bytes, so at least one of them describes what is not there.",
    Fix(_WRITE),
    source=(*_CLOSED, "R-087"),
)
DIGEST_ABSENT: Final = Code(
    "CLOSURE_DIGEST_ABSENT",
    "A catalog names an output without a digest",
    "A record without a digest fits any bytes, also those that replace the file tomorrow.",
    Fix(_WRITE),
    source=(*_CLOSED, "FO-42"),
)
DIGEST_UNUSABLE: Final = Code(
    "CLOSURE_DIGEST_UNUSABLE",
    "A catalog states a digest that cannot be used",
    "Only SHA-256 is compared here; a digest of another kind or shape proves nothing.",
    Fix(_WRITE),
    source=(*_CLOSED, "FO-42"),
)
BYTES_ABSENT: Final = Code(
    "CLOSURE_BYTES_ABSENT",
    "The bytes that the catalogs speak of are not here",
    "What manifest and catalogs say of absent bytes agrees at best with itself.",
    Fix(
        "Check the run where its artifacts lie, or fetch them; under the profile 'review' "
        "absent bytes are admitted as a limit.",
        Who.OPERATOR,
    ),
    source=("C-12", "R-124"),
)
SIZE_CONFLICT: Final = Code(
    "CLOSURE_SIZE_CONFLICT",
    "Manifest, catalogs and bytes do not agree on a size",
    "A size that differs shows that the record was not made from these bytes.",
    Fix(_WRITE),
    source=_CLOSED,
)
MEDIA_TYPE_CONFLICT: Final = Code(
    "CLOSURE_MEDIA_TYPE_CONFLICT",
    "Manifest and catalogs do not agree on a media type",
    "A client that trusts the wrong one opens the file with the wrong reader.",
    Fix(_WRITE),
    source=_CLOSED,
)
LICENSE_CONFLICT: Final = Code(
    "CLOSURE_LICENSE_CONFLICT",
    "Manifest and catalogs do not agree on the licence",
    "Where two documents name different terms, neither is known to be right.",
    Fix(
        "A steward decides which licence is right and sets it in .kfm/families/<family>.yaml; "
        "then let the pipeline record a new run.",
        Who.STEWARD,
    ),
    source=(*_CLOSED, "R-126"),
)
SPACE_CONFLICT: Final = Code(
    "CLOSURE_SPACE_CONFLICT",
    "Data and catalogs do not agree on where the data lie",
    "A search by place misses data that lie outside of what their catalog says.",
    Fix(_WRITE),
    source=_CLOSED,
)
TIME_CONFLICT: Final = Code(
    "CLOSURE_TIME_CONFLICT",
    "Catalogs do not agree on the time that the data cover",
    "A search by time misses data that lie outside of what their catalog says.",
    Fix(_WRITE),
    source=_CLOSED,
)
NAME_UNUSED: Final = Code(
    "CLOSURE_NAME_UNUSED",
    "No catalog uses a name that the manifest gives an output",
    "The map of names is how a record is tied to its file; a loose end ties nothing.",
    Fix(
        "Write the name that the catalog really uses into outputs[].catalog_ids, or leave it out, "
        "in a new run."
    ),
    source=_CLOSED,
)
NAME_CONFLICT: Final = Code(
    "CLOSURE_NAME_CONFLICT",
    "A name in a catalog stands for two outputs",
    "By its path the record belongs to one output, by its name to another; nobody can tell which.",
    Fix(
        "Give each output its own name in outputs[].catalog_ids, and let the catalog refer to the "
        "same output by path and by name, in a new run."
    ),
    source=_CLOSED,
)
KIND_UNKNOWN: Final = Code(
    "CATALOG_KIND_UNKNOWN",
    "A file of the catalog folder is no catalog that is known",
    "What no gate can read is not checked, and it would be published beside what is.",
    Fix(
        "Let the pipeline write STAC, DCAT, PROV or OpenLineage there and anything else "
        "elsewhere, in a new run."
    ),
    source=("R-064", "R-094", "FO-07"),
)
UNLISTED: Final = Code(
    "CATALOG_UNLISTED",
    "The manifest does not list a catalog document",
    "Catalogs are artifacts as well: one that the manifest does not know may come from anywhere.",
    Fix("Let the pipeline list every catalog document in catalog_refs, in a new run."),
    source=("R-064", "C-27"),
)
ABSENT: Final = Code(
    "CATALOG_ABSENT",
    "A catalog document that the manifest lists is not here",
    "The manifest promises a description that nobody can read or check.",
    Fix("Let the pipeline write every document that catalog_refs names, in a new run."),
    source=("R-064", "C-27"),
)
NOT_SEALED: Final = Code(
    "CATALOG_NOT_SEALED",
    "A catalog document is not the one that was sealed",
    "A description that can be exchanged without a trace describes nothing for sure.",
    Fix("Find out what changed the document; then let the pipeline record a new run."),
    source=("R-064", "R-087"),
)
REDACTION_UNBACKED: Final = Code(
    "REDACTION_UNBACKED",
    "No PROV activity backs a redaction that the run claims",
    "A redaction that nothing records may not have happened, and cannot be reviewed.",
    Fix(
        "Let the pipeline record the redaction as a transform and write its PROV activity, named "
        "after the transform and generating the redacted output, in a new run."
    ),
    source=("R-129", "R-136"),
)

CHECKS: Final = (
    Check(
        "documents",
        "every document of the catalog folder is of a known kind, sealed, and in the manifest",
        (KIND_UNKNOWN, UNLISTED, ABSENT, NOT_SEALED),
        conditional=True,
    ),
    Check(
        "coverage",
        "every catalog names every output, once, and nothing else as data",
        (ARTIFACT_MISSING, ARTIFACT_EXTRA, ARTIFACT_DUPLICATED),
        conditional=True,
    ),
    Check(
        "names",
        "every name that the manifest gives an output is used by its catalog, for that output",
        (NAME_UNUSED, NAME_CONFLICT),
        conditional=True,
    ),
    Check(
        "digests",
        "bytes, manifest and catalogs state one SHA-256 for every output",
        (DIGEST_CONFLICT, DIGEST_ABSENT, DIGEST_UNUSABLE, BYTES_ABSENT),
        conditional=True,
    ),
    Check(
        "sizes",
        "bytes, manifest and catalogs state one size for every output",
        (SIZE_CONFLICT,),
        conditional=True,
    ),
    Check(
        "media_types",
        "manifest and catalogs state one media type for every output",
        (MEDIA_TYPE_CONFLICT,),
        conditional=True,
    ),
    Check(
        "licenses",
        "manifest and catalogs state one licence",
        (LICENSE_CONFLICT,),
        conditional=True,
    ),
    Check(
        "space",
        "the data lie within what STAC states, and that within what DCAT states",
        (SPACE_CONFLICT,),
        conditional=True,
    ),
    Check(
        "time",
        "the time that STAC states lies within the time that DCAT states",
        (TIME_CONFLICT,),
        conditional=True,
    ),
    Check(
        "redactions",
        "a PROV activity backs every redaction that the run claims",
        (REDACTION_UNBACKED,),
        conditional=True,
    ),
)
