"""Gate rights: on whose terms may the outputs be given away (R-018, R-126, C-19, C-27)?

Licence, holder and attribution come from `run_manifest.rights`, and where that leaves one out,
from the family file. What a check of the validation report says about the licence supplies
nothing; it may only contradict. Which licences are allowed is a matter of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence import spdx
from kfm_gates.evidence.placeholders import is_placeholder
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Level, Location, Who

LICENSE_UNUSABLE = Code(
    "LICENSE_UNUSABLE",
    "No licence is named",
    "Nobody may use, and nobody can give away, what is under no known terms.",
    Fix(
        "A steward finds out the licence and sets rights.license in .kfm/families/<family>.yaml "
        "to its SPDX identifier; a run that states another text states the real one in a new run.",
        Who.STEWARD,
    ),
    source=("R-126", "C-19", "FO-32"),
)
LICENSE_INVALID = Code(
    "LICENSE_INVALID",
    "The licence is not an SPDX expression",
    "A licence that only people can read cannot be held against the list of allowed ones.",
    Fix(
        "Write the identifier of https://spdx.org/licenses, or LicenseRef-<name> for terms that "
        "are not listed there: in the family file, or in a new run.",
        Who.STEWARD,
    ),
    source=("R-018", "C-19"),
)
LICENSE_CONFLICT = Code(
    "LICENSE_CONFLICT",
    "Two licences are stated",
    "Where two documents name different terms, neither is known to be right.",
    Fix(
        "A steward decides which licence is right; the family file is mended, or the pipeline "
        "records a new run that states the right one.",
        Who.STEWARD,
    ),
    source=("R-126",),
)
LICENSE_ALIAS = Code(
    "LICENSE_ALIAS",
    "The licence is written in another form than SPDX's",
    "Catalogs and lists of allowed licences compare identifiers letter by letter.",
    Fix("Write the SPDX form in the next run or in the family file.", Who.STEWARD),
    level=Level.WARN,
    source=("C-19",),
)
HOLDER_UNUSABLE = Code(
    "HOLDER_UNUSABLE",
    "No rights holder is named",
    "A licence is worth what the one who grants it owns.",
    Fix(
        "A steward names who holds the rights in rights.holder of .kfm/families/<family>.yaml; a "
        "run that states a placeholder states the name in a new run.",
        Who.STEWARD,
    ),
    source=("R-126",),
)
ATTRIBUTION_UNUSABLE = Code(
    "ATTRIBUTION_UNUSABLE",
    "No attribution is given",
    "Most licences ask for it, and users need a sentence that they can print.",
    Fix(
        "A steward writes rights.attribution in .kfm/families/<family>.yaml; a run that states a "
        "placeholder states the sentence in a new run.",
        Who.STEWARD,
    ),
    source=("R-126",),
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A text about rights, and where it stands."""

    text: str
    where: Location


def examine(context: Context, answers: Answers) -> None:
    """Read what the manifest and the family say, then hold the validation report against it."""
    manifest = context.run.valid("run_manifest")
    report = context.run.valid("validation_report")
    outputs = len(manifest["outputs"])
    licence = _licence(context, answers, manifest, report)
    answers.settle("license", outputs)
    holder = _stated(context, answers, manifest, "holder", HOLDER_UNUSABLE)
    answers.settle("holder", outputs)
    attribution = _stated(context, answers, manifest, "attribution", ATTRIBUTION_UNUSABLE)
    answers.settle("attribution", outputs)
    answers.fact(
        "outputs",
        {
            "total": outputs,
            "with_license": outputs if licence else 0,
            "with_holder": outputs if holder else 0,
            "with_attribution": outputs if attribution else 0,
            "with_spdx": outputs if licence and licence.listed else 0,
            "complete": True,
        },
    )
    answers.fact("licenses", list(licence.ids) if licence else [])


def _statements(context: Context, manifest: Mapping[str, Any], field: str) -> list[_Statement]:
    """What manifest and family say about one field, the manifest first."""
    found: list[_Statement] = []
    stated = manifest.get("rights", {}).get(field)
    if stated is not None:
        found.append(
            _Statement(stated, Location(context.run.layout.run_manifest, f"/rights/{field}"))
        )
    family = context.family
    if family is not None and family.rights is not None and field in family.rights:
        where = Location(family.file, f"/rights/{field}", base="root")
        found.append(_Statement(str(family.rights[field]), where))
    return found


def _missing(context: Context, field: str) -> Location:
    return Location(context.run.layout.run_manifest, f"/rights/{field}")


def _licence(
    context: Context, answers: Answers, manifest: Mapping[str, Any], report: Mapping[str, Any]
) -> spdx.License | None:
    """The one licence that everything agrees on, None where there is none."""
    statements = _statements(context, manifest, "license")
    if not statements:
        answers.refuse(
            "license",
            LICENSE_UNUSABLE,
            "Neither the run manifest nor the family file states a licence.",
            where=_missing(context, "license"),
            wanted="an SPDX expression",
        )
        return None
    read = [_read(answers, statement) for statement in statements]
    first = read[0]
    if first is None or None in read:
        return None
    agreed = True
    claims = [*statements[1:], *_claims(context, report)]
    for claim in claims:
        if _same(claim.text, first):
            continue
        agreed = False
        answers.refuse(
            "license",
            LICENSE_CONFLICT,
            f"The licence differs from the one in {statements[0].where.file}.",
            where=claim.where,
            got=claim.text,
            wanted=first.canonical,
        )
    return first if agreed else None


def _read(answers: Answers, statement: _Statement) -> spdx.License | None:
    try:
        licence = spdx.parse(statement.text)
    except spdx.LicenseUnusableError as error:
        code, why = LICENSE_UNUSABLE, str(error)
    except spdx.LicenseInvalidError as error:
        code, why = LICENSE_INVALID, str(error)
    else:
        if licence.canonical != statement.text:
            answers.refuse(
                "license",
                LICENSE_ALIAS,
                f"The licence is read as {licence.canonical}.",
                where=statement.where,
                got=statement.text,
                wanted=licence.canonical,
            )
        return licence
    answers.refuse(
        "license",
        code,
        f"The licence cannot be used: {why}.",
        where=statement.where,
        got=statement.text,
        wanted="an SPDX expression",
    )
    return None


def _claims(context: Context, report: Mapping[str, Any]) -> list[_Statement]:
    """Licences that checks of the validation report mention in their free-form details."""
    found: list[_Statement] = []
    for n, check in enumerate(report["gates"]):
        details = check.get("details")
        claim = details.get("license") if isinstance(details, Mapping) else None
        if isinstance(claim, str):
            where = Location(context.run.layout.validation_report, f"/gates/{n}/details/license")
            found.append(_Statement(claim, where))
    return found


def _same(text: str, licence: spdx.License) -> bool:
    try:
        return spdx.parse(text).canonical == licence.canonical
    except ValueError:
        return False


def _stated(
    context: Context, answers: Answers, manifest: Mapping[str, Any], field: str, code: Code
) -> bool:
    """Whether a field is stated by somebody, and by nobody as a placeholder."""
    statements = _statements(context, manifest, field)
    if not statements:
        answers.refuse(
            field,
            code,
            f"Neither the run manifest nor the family file states rights.{field}.",
            where=_missing(context, field),
            wanted="a text",
        )
    good = bool(statements)
    for statement in statements:
        if is_placeholder(statement.text):
            good = False
            answers.refuse(
                field,
                code,
                f"rights.{field} is only a placeholder.",
                where=statement.where,
                got=statement.text,
                wanted="a text that says something",
            )
    return good


GATE = Gate(
    id="rights",
    title="Rights",
    source=("R-018", "R-126"),
    examine=examine,
    checks=(
        Check(
            "license",
            "every output has one licence, an SPDX expression, contradicted nowhere",
            (LICENSE_UNUSABLE, LICENSE_INVALID, LICENSE_CONFLICT, LICENSE_ALIAS),
        ),
        Check("holder", "the holder of the rights is named", (HOLDER_UNUSABLE,)),
        Check("attribution", "the attribution to print is given", (ATTRIBUTION_UNUSABLE,)),
    ),
)
