"""Gate outputs: every output is opened and told from its bytes (R-094, C-17).

Whether a run needs STAC records depends on whether an output is spatial, and nothing that a
receipt claims can answer that. What no opener can look into stays unclassified, which no rule
takes for "not spatial", unless a steward vouches for it in the family file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfm_gates import codes
from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence import openers
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Location, Who

OUTPUT_MALFORMED = Code(
    "OUTPUT_MALFORMED",
    "An output cannot be read as the format that it is in",
    "A file that was cut off or never finished is of no use to anybody who gets it.",
    Fix("Mend the step that writes the file, then record a new run."),
    source=("R-088", "R-125"),
)
OUTPUT_TOO_COMPLEX = Code(
    "OUTPUT_TOO_COMPLEX",
    "An output cannot be opened in bounded time and memory",
    "What cannot be looked at cannot be shown to be in order.",
    Fix("Let the pipeline write the file in more and smaller pieces, in a new run."),
    source=("FO-45",),
)
OUTPUT_MEDIA_TYPE_WRONG = Code(
    "OUTPUT_MEDIA_TYPE_WRONG",
    "An output is not what its media type says",
    "Programs choose how to open a file by its media type, and catalogs repeat it.",
    Fix("Let the pipeline declare the media type of what it writes, in a new run."),
    source=("R-094", "R-125"),
)
OUTPUT_NOT_OPENED = Code(
    "OUTPUT_NOT_OPENED",
    "An output is not here to be opened",
    "Whether it is spatial, and what it is at all, is then only a claim.",
    Fix(
        "Check the run where its artifacts lie, or fetch them; under the profile 'review' "
        "absent bytes are admitted as a limit.",
        Who.OPERATOR,
    ),
    source=("C-12", "C-17"),
)


def examine(context: Context, answers: Answers) -> None:
    """Open every output of the manifest."""
    run = context.run
    outputs = run.valid("run_manifest")["outputs"]
    file = run.layout.run_manifest
    looks: dict[int, openers.Look] = {}
    absent = 0
    for n, output in enumerate(outputs):
        path = output["path"].removeprefix(f"{run.relpath}/")
        if path not in run.entries:
            absent += 1
            elsewhere = path == output["path"]  # not below this run, so from the lake root
            answers.refuse(
                "opened",
                OUTPUT_NOT_OPENED,
                f"{path} is not here to be opened.",
                where=Location(path, base="root" if elsewhere else "run"),
                unproven=True,
            )
            continue
        media_type = output.get("media_type")
        try:
            looks[n] = openers.of_run(run, path, media_type)
        except EvidenceInvalid as error:
            _broken(answers, path, error)
            continue
        if media_type is not None and openers.contradicts(media_type, looks[n]):
            answers.refuse(
                "opened",
                OUTPUT_MEDIA_TYPE_WRONG,
                f"{path} is not {media_type}; it is {looks[n].format}.",
                where=Location(file, f"/outputs/{n}/media_type"),
                got=media_type,
                wanted=looks[n].media_type or looks[n].format,
            )
    if not outputs:
        answers.refuse(
            "opened",
            codes.NOTHING_EXAMINED,
            "The manifest lists no output.",
            where=Location(file, "/outputs"),
            wanted="at least one output",
        )
    answers.settle("opened", len(outputs))
    _facts(context, answers, outputs, looks, absent)


def _broken(answers: Answers, path: str, error: EvidenceInvalid) -> None:
    code = OUTPUT_TOO_COMPLEX if error.code == OUTPUT_TOO_COMPLEX.id else OUTPUT_MALFORMED
    answers.refuse(
        "opened",
        code,
        error.message,
        where=Location(path, error.pointer, error.line),
        got=error.got,
        wanted=error.wanted,
    )


def _facts(
    context: Context,
    answers: Answers,
    outputs: list[dict[str, Any]],
    looks: Mapping[int, openers.Look],
    absent: int,
) -> None:
    kinds = [look.kind for look in looks.values()]
    unclassified = kinds.count("unclassified")
    not_spatial = kinds.count("not_spatial")
    for n, look in looks.items():
        if look.kind == "unclassified":
            answers.not_checked(f"whether {outputs[n]['path']} ({look.format}) is spatial")
    if context.family is not None and context.family.extra.get("spatial") is False:
        # A steward vouches for what nobody can look into, never against what was seen.
        not_spatial, unclassified = not_spatial + unclassified, 0
    answers.fact("total", len(outputs))
    answers.fact("spatial", kinds.count("spatial"))
    answers.fact("not_spatial", not_spatial)
    answers.fact("unclassified", unclassified)
    answers.fact("absent", absent)
    answers.fact("complete", len(looks) == len(outputs))


GATE = Gate(
    id="outputs",
    title="Outputs",
    source=("R-088", "R-094", "C-17"),
    examine=examine,
    checks=(
        Check(
            "opened",
            "every output can be read, and is what its media type says",
            (OUTPUT_MALFORMED, OUTPUT_TOO_COMPLEX, OUTPUT_MEDIA_TYPE_WRONG, OUTPUT_NOT_OPENED),
        ),
    ),
)
