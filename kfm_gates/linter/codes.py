"""Finding codes of `lint` that belong to no gate: its own, and those of configuration files.

`check` refuses a faulty configuration with exit code 2 under the same codes, because then it has
no question to ask. Here the configuration is what was asked about, so they are findings.
"""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Code, Fix, Who

NOTHING_LINTED = Code(
    "NOTHING_LINTED",
    "No document of a known kind was found",
    "An empty selection is never a pass.",
    Fix("Name a file, or a folder that holds documents that are linted.", Who.OPERATOR),
    source=("FO-05", "FO-60"),
)
LINT_INCOMPLETE = Code(
    "LINT_INCOMPLETE",
    "A folder could not be looked through to its end",
    "What was not seen may be anything.",
    Fix("Make the folder readable, or name smaller folders one by one.", Who.OPERATOR),
    source=("FO-08", "FO-60"),
)
KIND_UNAVAILABLE = Code(
    "KIND_UNAVAILABLE",
    "Documents of this kind cannot be examined by this installation",
    "A document that nobody looked at is not in order.",
    Fix("Install kfm-gates with what the message names.", Who.OPERATOR),
    source=("FO-07",),
)
CATALOG_EMPTY = Code(
    "CATALOG_EMPTY",
    "A catalog document is empty",
    "An empty document describes nothing, and nothing is never a pass.",
    Fix("Let the pipeline write the document, or none, in a new run."),
    source=("FO-05",),
)
PROJECT_INVALID = Code(
    "PROJECT_INVALID",
    "A file of .kfm/ does not fit, or nothing reads it",
    "A misspelt field, file or folder would be a rule that silently does not exist.",
    Fix("Mend or remove what the message names.", Who.STEWARD),
    source=("R-016", "R-140"),
)
PROFILE_INVALID = Code(
    "PROFILE_INVALID",
    "A house profile cannot be used",
    "A profile may only tighten the one that it extends, and may only name what there is.",
    Fix("Mend the profile as the message says.", Who.POLICY),
    source=("FO-52",),
)
PROFILE_UNKNOWN = Code(
    "PROFILE_UNKNOWN",
    "A profile is named that does not exist",
    "Runs would be judged under another profile than somebody meant, or under none.",
    Fix("Name one of the profiles that there are, or write the one that is missing.", Who.POLICY),
    source=("FO-52",),
)
HOUSE_RULE_INVALID = Code(
    "HOUSE_RULE_INVALID",
    "A house rule breaks the contract of rules",
    "A rule outside of the contract can be silent where it should refuse.",
    Fix("Mend the rule; 'kfm-gates policy new' writes one that keeps the contract.", Who.POLICY),
    source=("R-086",),
)
HOUSE_RULE_UNNAMED = Code(
    "HOUSE_RULE_UNNAMED",
    "A house rule is named by no profile",
    "A rule that nothing names would decide nothing, and nobody would notice.",
    Fix("Name it in .kfm/gates.yaml or in a profile, under 'house'.", Who.POLICY),
    source=("FO-07",),
)
DOCUMENTS_INVALID = Code(
    "DOCUMENTS_INVALID",
    "The example facts of a house rule have another shape",
    "Without facts that a rule passes and facts that it refuses nobody knows what it does.",
    Fix("Give facts that the rules pass, and for each rule facts that it refuses.", Who.POLICY),
    source=("R-086",),
)
SHAPES_INVALID = Code(
    "SHAPES_INVALID",
    "SHACL shapes of .kfm/ cannot be used",
    "What is imported, asked elsewhere or not evaluated would be a demand that nobody makes.",
    Fix("Mend the shapes, or leave them out of the profile.", Who.STEWARD),
    source=("R-016",),
)
SHAPES_UNNAMED = Code(
    "SHAPES_UNNAMED",
    "SHACL shapes of .kfm/ are named by no profile",
    "Shapes that nothing names would hold no document, and nobody would notice.",
    Fix("Name them in a profile, under 'dcat: {shapes: […]}', or remove them.", Who.POLICY),
    source=("FO-07",),
)
REPORT_INVALID = Code(
    "REPORT_INVALID",
    "A report does not fit its schema",
    "What reads reports reads them by their declared shape.",
    Fix("Check the runs again; a report proves nothing by itself.", Who.OPERATOR),
)
REPORT_INCONSISTENT = Code(
    "REPORT_INCONSISTENT",
    "A report contradicts itself",
    "A report whose parts disagree was not written by a check, or was changed since.",
    Fix("Check the runs again; a report proves nothing by itself.", Who.OPERATOR),
)

_YAML: Final = {
    "YAML_TOO_LARGE": ("A YAML document is too large", "Configuration is small and read whole."),
    "YAML_NOT_UTF8": ("A YAML document is not UTF-8", "Guessed encodings are guessed differently."),
    "YAML_BOM": ("A YAML document starts with a byte order mark", "Readers disagree about it."),
    "YAML_EMPTY": ("A YAML document is empty", "An empty configuration says nothing."),
    "YAML_SYNTAX": ("A document is not YAML", "What one parser repairs another one refuses."),
    "YAML_DUPLICATE_KEY": ("A key appears twice", "Some readers take the first, some the last."),
    "YAML_ALIAS": ("A YAML document has anchors or aliases", "They can grow without bound."),
    "YAML_TAG": ("A YAML document has tags", "A tag can turn text into something else."),
    "YAML_KEY": ("A key is not text", "Only text is a name that every reader takes alike."),
    "YAML_NUMBER": ("A number loses precision when it is read", "Readers hold it as a double."),
    "YAML_TOO_DEEP": ("A YAML document is nested too deeply", "Deep nesting crashes readers."),
    "YAML_MULTIPLE": ("A file holds several YAML documents", "Only one of them would count."),
}
YAML_CODES: Final = tuple(
    Code(id_, title, why, Fix("Mend the file at the line that is named.", Who.STEWARD))
    for id_, (title, why) in _YAML.items()
)

LINT_CODES: Final = (
    NOTHING_LINTED,
    LINT_INCOMPLETE,
    KIND_UNAVAILABLE,
    CATALOG_EMPTY,
    PROJECT_INVALID,
    PROFILE_INVALID,
    PROFILE_UNKNOWN,
    HOUSE_RULE_INVALID,
    HOUSE_RULE_UNNAMED,
    DOCUMENTS_INVALID,
    SHAPES_INVALID,
    SHAPES_UNNAMED,
    REPORT_INVALID,
    REPORT_INCONSISTENT,
    *YAML_CODES,
)
"""What `explain` knows beside the codes of gates, rules and host."""
BY_ID: Final = {code.id: code for code in LINT_CODES}
