"""What the gate stac can find, and the obligations it answers."""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Check, Code, Fix, Level, Who

_AGAIN: Final = "in a new run"

INVALID = Code(
    "STAC_INVALID",
    "A STAC document does not fit its schema",
    "Readers rely on the shape that STAC and its extensions declare.",
    Fix(f"Let the pipeline write the field as the message says {_AGAIN}."),
    source=("R-080", "R-127"),
)
SCHEMA_UNAVAILABLE = Code(
    "STAC_SCHEMA_UNAVAILABLE",
    "The schema of an extension is not at hand",
    "A document of which a part was checked by nothing has not been checked.",
    Fix(
        "Run kfm-gates fetch schemas. A schema that the lock does not name is added to it by a "
        "maintainer of kfm-gates, or the extension is left out in a new run.",
        Who.OPERATOR,
        ("kfm-gates", "fetch", "schemas"),
    ),
    source=("R-080", "FO-25"),
)
VERSION_UNKNOWN = Code(
    "STAC_VERSION_UNKNOWN",
    "The document is of no STAC version that is checked",
    "Fields of drafts mean other things than those of the same name in 1.0.0 and 1.1.0.",
    Fix(f"Let the pipeline write STAC 1.1.0 {_AGAIN}."),
    source=("R-080",),
)
EXTENSION_NAME = Code(
    "STAC_EXTENSION_NAME",
    "An extension is not named by the address of its schema",
    "A short name or a relative path says neither which version nor which schema applies.",
    Fix(f"Let the pipeline write the full URI of the extension's schema {_AGAIN}."),
    source=("R-080",),
)
FIELD_UNDECLARED = Code(
    "STAC_FIELD_UNDECLARED",
    "Fields of an extension are used that is not declared",
    "Only the schema of a declared extension checks its fields; these were checked by nothing.",
    Fix(f"Let the pipeline list the extension in stac_extensions {_AGAIN}."),
    source=("R-080",),
)
REFERENCE_INTERNAL = Code(
    "STAC_REFERENCE_INTERNAL",
    "A text leads into raw, work or quarantine",
    "It tells where unredacted data lie; the rule about public references counts such texts.",
    Fix(f"Let the pipeline leave the path out of what is published {_AGAIN}."),
    level=Level.INFO,
    source=("R-129",),
)
EXTENSION_UNUSED = Code(
    "STAC_EXTENSION_UNUSED",
    "An extension is declared and none of its fields is used",
    "Who searches by the extension finds a document that says nothing about it.",
    Fix("Let the pipeline leave the extension out, or write its fields, in the next run."),
    level=Level.WARN,
    source=("R-080",),
)
FIELD_MISPLACED = Code(
    "STAC_FIELD_MISPLACED",
    "A field stands where no reader looks",
    "What stands in a document of another type, or outside of an asset, is checked by nothing, and "
    "people who read it take it for a statement all the same.",
    Fix(f"Let the pipeline write the field where STAC has it {_AGAIN}."),
    source=("R-080", "R-127"),
)
GEOMETRY_MISSING = Code(
    "STAC_GEOMETRY_MISSING",
    "An item without a geometry holds data that have a place",
    "A search by place never finds the item, though its files say where they lie.",
    Fix(f"Let the pipeline compute geometry and bbox from the data {_AGAIN}."),
    source=("R-080", "R-094"),
)
GEOMETRY_INVALID = Code(
    "STAC_GEOMETRY_INVALID",
    "A geometry is not valid",
    "Areas, intersections and searches with an open or self-crossing ring give wrong answers.",
    Fix(f"Let the pipeline repair the geometry before it is written {_AGAIN}."),
    source=("R-080", "R-108"),
)
COORDINATES_RANGE = Code(
    "STAC_COORDINATES_RANGE",
    "A coordinate lies outside of the earth",
    "Longitude goes from -180 to 180 and latitude from -90 to 90; often the two are swapped.",
    Fix(f"Let the pipeline write longitude, latitude in degrees of WGS 84 {_AGAIN}."),
    source=("R-080", "R-108"),
)
BBOX_INVALID = Code(
    "STAC_BBOX_INVALID",
    "A bounding box is none",
    "A box whose south lies north of its north contains nothing. West may lie east of east: such "
    "a box crosses the antimeridian.",
    Fix(f"Let the pipeline compute the box from the data {_AGAIN}."),
    source=("R-080", "R-108"),
)
BBOX_TOO_SMALL = Code(
    "STAC_BBOX_TOO_SMALL",
    "A bounding box does not contain the geometry",
    "A search by place does not find what lies outside of the box.",
    Fix(f"Let the pipeline compute the box from the geometry {_AGAIN}."),
    source=("R-080", "R-108"),
)
BBOX_LOOSE = Code(
    "STAC_BBOX_LOOSE",
    "A bounding box is larger than the geometry",
    "A search by place finds the item where it is not.",
    Fix("Let the pipeline compute the box from the geometry in the next run."),
    level=Level.WARN,
    source=("R-080",),
)
TIME_INVALID = Code(
    "STAC_TIME_INVALID",
    "A time cannot be read",
    "What has no place in the calendar cannot be compared with anything.",
    Fix(f"Let the pipeline write the time as RFC 3339 in UTC {_AGAIN}."),
    source=("R-080",),
)
TIME_ORDER = Code(
    "STAC_TIME_ORDER",
    "Times contradict each other",
    "An end before its start, or a moment outside of its span, leaves unknown which one is right.",
    Fix(f"Let the pipeline write times in order {_AGAIN}."),
    source=("R-080",),
)
ID_UNUSABLE = Code(
    "STAC_ID_UNUSABLE",
    "An identifier cannot be used",
    "Control and invisible characters make two ids look like one.",
    Fix(f"Let the pipeline write an id of plain characters {_AGAIN}."),
    source=("R-080",),
)
ID_DUPLICATE = Code(
    "STAC_ID_DUPLICATE",
    "Two documents have the same identifier",
    "Whoever loads both keeps one of them, and nobody knows which.",
    Fix(f"Let the pipeline give every item of a collection an id of its own {_AGAIN}."),
    source=("R-080", "R-099"),
)
IDS_DISAGREE = Code(
    "STAC_IDS_DISAGREE",
    "A link leads to another document than it says",
    "The tree that a reader walks has to be the one that the ids describe.",
    Fix(f"Let the pipeline write ids and links from one source {_AGAIN}."),
    source=("R-080", "R-088"),
)
LINK_BROKEN = Code(
    "STAC_LINK_BROKEN",
    "A link leads to nothing",
    "A licence, a collection or a parent that is not there cannot be read.",
    Fix(f"Let the pipeline write the target beside the document, or leave the link out, {_AGAIN}."),
    source=("R-080", "R-088"),
)
REFERENCE_REFUSED = Code(
    "STAC_REFERENCE_REFUSED",
    "A reference is not one that may be followed",
    "Absolute paths and paths that climb out lead to another file on every machine.",
    Fix(f"Let the pipeline write references relative to the document, inside the run, {_AGAIN}."),
    source=("R-088", "FO-41"),
)
ASSET_MISSING = Code(
    "STAC_ASSET_MISSING",
    "The file of an asset is missing",
    "A catalog that describes a file nobody has describes nothing.",
    Fix(f"Let the pipeline write the file, or leave the asset out, {_AGAIN}."),
    source=("R-064", "R-088"),
)
CHECKSUM_INVALID = Code(
    "STAC_CHECKSUM_INVALID",
    "A checksum is not a SHA-256 multihash",
    "A weak or unknown digest, or digits without their algorithm, prove nothing about a file.",
    Fix(f"Let the pipeline write file:checksum as 1220 and the 64 digits of SHA-256 {_AGAIN}."),
    source=("R-064", "FO-42"),
)
CHECKSUM_WRONG = Code(
    "STAC_CHECKSUM_WRONG",
    "A checksum is not the one of the file",
    "The catalog speaks of other bytes than the ones that are there.",
    Fix(f"Let the pipeline write the catalog after the last change of its files {_AGAIN}."),
    source=("R-064", "R-129"),
)
SIZE_WRONG = Code(
    "STAC_SIZE_WRONG",
    "A size is not the one of the file",
    "The catalog speaks of other bytes than the ones that are there.",
    Fix(f"Let the pipeline write the catalog after the last change of its files {_AGAIN}."),
    source=("R-064", "R-129"),
)
MEDIA_TYPE_WRONG = Code(
    "STAC_MEDIA_TYPE_WRONG",
    "A file is not of the media type that is stated",
    "Readers choose their decoder by the media type.",
    Fix(f"Let the pipeline state the media type of what it wrote {_AGAIN}."),
    source=("R-064",),
)
OUTSIDE_COLLECTION = Code(
    "STAC_OUTSIDE_COLLECTION",
    "An item lies outside of the extent of its collection",
    "A search that starts at the collection never finds the item.",
    Fix(f"Let the pipeline compute the extent of the collection from its items {_AGAIN}."),
    source=("R-080",),
)
LICENSE_MISSING = Code(
    "STAC_LICENSE_MISSING",
    "Neither an item nor its collection states a licence",
    "Nobody may use what is under no known terms.",
    Fix(f"Let the pipeline write the licence into the collection {_AGAIN}."),
    source=("R-093", "R-126"),
)
LICENSE_INVALID = Code(
    "STAC_LICENSE_INVALID",
    "A licence is no SPDX identifier",
    "A licence that only people can read cannot be held against the list of allowed ones.",
    Fix(f"Let the pipeline write the SPDX identifier, or other with a link to the text, {_AGAIN}."),
    source=("R-093", "C-19"),
)
LICENSE_CONFLICT = Code(
    "STAC_LICENSE_CONFLICT",
    "A document names two licences",
    "Whoever reads the field and whoever follows the link believe in different terms.",
    Fix(f"Let the pipeline write field and link from one source {_AGAIN}."),
    source=("R-093", "R-126"),
)
LICENSE_UNLINKED = Code(
    "STAC_LICENSE_UNLINKED",
    "A licence is called other, and no link leads to its text",
    "The words other, proprietary and various name no terms.",
    Fix(f"Let the pipeline add a link with rel license to the text {_AGAIN}."),
    source=("R-093",),
)

CHECKS: Final = (
    Check(
        "schemas",
        "every STAC document fits the schemas of its version and of its extensions",
        (INVALID, SCHEMA_UNAVAILABLE, VERSION_UNKNOWN, EXTENSION_NAME, FIELD_MISPLACED),
        conditional=True,
    ),
    Check(
        "extensions",
        "extensions are declared where their fields are used, and used where declared",
        (FIELD_UNDECLARED, EXTENSION_UNUSED),
        conditional=True,
    ),
    Check(
        "geometry",
        "geometries are valid and lie on the earth",
        (GEOMETRY_INVALID, GEOMETRY_MISSING, COORDINATES_RANGE),
        conditional=True,
    ),
    Check(
        "bbox",
        "bounding boxes contain their geometries",
        (BBOX_INVALID, BBOX_TOO_SMALL, BBOX_LOOSE, COORDINATES_RANGE),
        conditional=True,
    ),
    Check(
        "times",
        "times are real and in order",
        (TIME_INVALID, TIME_ORDER),
        conditional=True,
    ),
    Check(
        "ids",
        "ids are unique, and links lead to the documents that they name",
        (ID_UNUSABLE, ID_DUPLICATE, IDS_DISAGREE),
        conditional=True,
    ),
    Check(
        "links",
        "local links lead to files inside the run",
        (LINK_BROKEN, REFERENCE_REFUSED, REFERENCE_INTERNAL),
        conditional=True,
    ),
    Check(
        "assets",
        "local assets are files inside the run",
        (ASSET_MISSING, REFERENCE_REFUSED),
        conditional=True,
    ),
    Check(
        "checksums",
        "checksums and sizes are those of the files",
        (CHECKSUM_INVALID, CHECKSUM_WRONG, SIZE_WRONG),
        conditional=True,
    ),
    Check(
        "media_types",
        "files are of the media types that are stated",
        (MEDIA_TYPE_WRONG,),
        conditional=True,
    ),
    Check(
        "extents",
        "items lie within the extents of their collections",
        (OUTSIDE_COLLECTION,),
        conditional=True,
    ),
    Check(
        "licenses",
        "every item and collection is under a licence that is known",
        (LICENSE_MISSING, LICENSE_INVALID, LICENSE_UNLINKED, LICENSE_CONFLICT),
        conditional=True,
    ),
)

CODES: Final = {code.id: code for check in CHECKS for code in check.codes}
