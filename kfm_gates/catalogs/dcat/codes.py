"""Finding codes and checks of the gate dcat."""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Check, Code, Fix, Level, Who

_MEND: Final = "Mend the code that writes the DCAT document, then record a new run."
_BUILD: Final = "Let the pipeline write it with run.write_catalogs() in a new run."
_DCAT: Final = ("R-080", "C-17")
_CLOSURE: Final = ("R-064", "R-094")

NO_DATASET = Code(
    "DCAT_NO_DATASET",
    "A DCAT document describes no dataset",
    "Shapes and rules speak of datasets; a graph without one satisfies them all and says nothing.",
    Fix(f"Give the dataset rdf:type dcat:Dataset. {_BUILD}"),
    source=(*_DCAT, "FO-18"),
)
NO_DISTRIBUTION = Code(
    "DCAT_NO_DISTRIBUTION",
    "A dataset, or a whole set of DCAT documents, has no distribution",
    "A dataset that nobody can get is no dataset, and no digest of it can be compared.",
    Fix(f"Describe every output as a dcat:Distribution. {_BUILD}"),
    source=(*_DCAT, "FO-18"),
)
UNTYPED = Code(
    "DCAT_UNTYPED",
    "Something is used as a dataset or a distribution and is not called one",
    "SHACL and most harvesters find their subjects by rdf:type and pass by whatever has none.",
    Fix(f"Write rdf:type dcat:Dataset or dcat:Distribution. {_MEND}"),
    source=(*_DCAT, "FO-18"),
)
ORPHAN = Code(
    "DCAT_DISTRIBUTION_ORPHAN",
    "A distribution belongs to no dataset of its document",
    "Who starts at the dataset never finds it, so that nothing says what it is a copy of.",
    Fix(f"Name it with dcat:distribution of its dataset, or leave it out. {_MEND}"),
    source=(*_DCAT, "FO-18"),
)
PROPERTY_ABSENT = Code(
    "DCAT_PROPERTY_ABSENT",
    "Something has no usable value for a property that rules may ask for",
    "Rules count what all documents fill in; this says which document and subject does not.",
    Fix(f"Fill it in if the profile asks for it. {_BUILD}"),
    Level.INFO,
    source=_DCAT,
)
REFERENCE_INTERNAL = Code(
    "DCAT_REFERENCE_INTERNAL",
    "A text leads into raw, work or quarantine",
    "It tells where unredacted data lie; the rule about public references counts such texts.",
    Fix(f"Leave the path out of what is published. {_MEND}"),
    Level.INFO,
    source=("R-129",),
)
UNDESCRIBED = Code(
    "DCAT_UNDESCRIBED",
    "A distribution is named and not described",
    "Its reader learns neither where the bytes are nor what they are.",
    Fix(f"Describe the distribution in the same document. {_MEND}"),
    source=_DCAT,
)
TERM_IGNORED = Code(
    "DCAT_TERM_IGNORED",
    "A key of a JSON-LD document is defined by no context",
    "Readers leave out what it says without a word, so people and programs read different things.",
    Fix(f"Correct the key, or define it in the context. {_MEND}"),
    Level.WARN,
    source=_DCAT,
)
REQUIRED_MISSING = Code(
    "DCAT_REQUIRED_MISSING",
    "A dataset lacks a field that its DCAT-US schema requires",
    "data.gov refuses the record when it harvests it.",
    Fix(f"Fill in the field. {_MEND}"),
    source=_DCAT,
)
MALFORMED = Code(
    "DCAT_MALFORMED",
    "A field of a DCAT-US document has a value of the wrong type",
    "A reader that expects text and meets something else leaves it out or stops.",
    Fix(_MEND),
    source=_DCAT,
)
TEXT_EMPTY = Code(
    "DCAT_TEXT_EMPTY",
    "A title, description, identifier or keyword says nothing",
    "A placeholder fills the field for a validator and for nobody else.",
    Fix(f"Write what it stands for, or leave it out. {_MEND}"),
    source=_DCAT,
)
IDENTIFIER_DUPLICATE = Code(
    "DCAT_IDENTIFIER_DUPLICATE",
    "Two datasets share an identifier",
    "A harvester keeps one of them, and nobody knows which.",
    Fix(f"Give each dataset an identifier of its own. {_MEND}"),
    source=_DCAT,
)
IDENTITY_WRONG = Code(
    "DCAT_IDENTITY_WRONG",
    "The dataset is called by the name of another family",
    "Whoever looks the dataset up would get other data, or these data under a wrong name.",
    Fix(f"Name the family of the run, kfm://dataset/<family>. {_BUILD}"),
    source=_CLOSURE,
)
DOCUMENTS_DIFFER = Code(
    "DCAT_DOCUMENTS_DIFFER",
    "Two documents say different things of one dataset",
    "Half of the readers take the one and half the other, and one of them is wrong.",
    Fix(f"Write all notations from the same graph. {_BUILD}"),
    source=_CLOSURE,
)
PUBLISHER_UNNAMED = Code(
    "DCAT_PUBLISHER_UNNAMED",
    "The publisher is described and has no name",
    "Whoever uses the data has to be able to say where it is from.",
    Fix("Name the publisher in .kfm/families, then record a new run.", Who.STEWARD),
    source=_DCAT,
)
CONTACT_INVALID = Code(
    "DCAT_CONTACT_INVALID",
    "A contact point cannot be reached as it is written",
    "An address that no program can use reaches nobody.",
    Fix("Write mailto:name@host or an https address, in a new run."),
    source=_DCAT,
)
URL_INVALID = Code(
    "DCAT_URL_INVALID",
    "An address is malformed",
    "Nobody can follow it.",
    Fix(f"Write a whole https address, or a path relative to the catalog. {_MEND}"),
    source=_DCAT,
)
URL_INSECURE = Code(
    "DCAT_URL_INSECURE",
    "An address is not https",
    "Whoever is on the way can change what is downloaded.",
    Fix(f"Write the https address. {_MEND}"),
    Level.WARN,
    source=_DCAT,
)
URL_FOREIGN = Code(
    "DCAT_URL_FOREIGN",
    "A distribution is to be had from another host than the family file names",
    "The family file says where its data is published; other places are not under its control.",
    Fix("Publish below base_url of the family file, or let a steward change it.", Who.STEWARD),
    source=_DCAT,
)
LINK_BROKEN = Code(
    "DCAT_LINK_BROKEN",
    "A distribution leads to a file that the run does not have",
    "The catalog would promise data that nobody can get.",
    Fix(f"Describe the files that the run wrote. {_BUILD}"),
    source=_CLOSURE,
)
LINK_REFUSED = Code(
    "DCAT_LINK_REFUSED",
    "A reference of a distribution is one that is never followed",
    "Paths that climb out of the lake, hide their parts or name local files are no addresses.",
    Fix(f"Refer to outputs relative to the catalog. {_MEND}"),
    source=(*_CLOSURE, "FO-41"),
)
LINKS_CONTRADICT = Code(
    "DCAT_LINKS_CONTRADICT",
    "A distribution leads to two different files, or to one of the run and elsewhere",
    "Its digest and size can be true of one of them at most.",
    Fix(f"Describe each file as a distribution of its own. {_MEND}"),
    source=_CLOSURE,
)
BASE_FOREIGN = Code(
    "DCAT_BASE_FOREIGN",
    "A document gives relative references another base than itself",
    "Its relative references then lead elsewhere than whoever reads the file beside it expects.",
    Fix(f"Leave out @base and xml:base. {_BUILD}"),
    source=(*_CLOSURE, "FO-41"),
)
SIZE_INVALID = Code(
    "DCAT_SIZE_INVALID",
    "A byte size is no whole number",
    "Nothing can be compared with it.",
    Fix(f"Write dcat:byteSize as xsd:nonNegativeInteger. {_MEND}"),
    source=_DCAT,
)
SIZE_WRONG = Code(
    "DCAT_SIZE_WRONG",
    "A byte size is not that of the file",
    "Either the file or the catalog is another one than meant.",
    Fix(f"Describe the files as they are. {_BUILD}"),
    source=_CLOSURE,
)
CHECKSUM_INVALID = Code(
    "DCAT_CHECKSUM_INVALID",
    "A checksum cannot be used",
    "Without algorithm and well-formed value nobody can verify a download.",
    Fix(f"Write SHA-256 with 64 hex digits in lower case. {_BUILD}"),
    source=(*_DCAT, "FO-42"),
)
CHECKSUM_WEAK = Code(
    "DCAT_CHECKSUM_WEAK",
    "A checksum uses an algorithm that proves nothing any more",
    "Another file with the same MD5 or SHA-1 can be made on purpose.",
    Fix(f"Write a SHA-256 checksum. {_BUILD}"),
    source=(*_DCAT, "FO-42"),
)
CHECKSUM_UNUSUAL = Code(
    "DCAT_CHECKSUM_UNUSUAL",
    "The algorithm of a checksum is not named as SPDX names it",
    "Harvesters compare the IRI and do not recognise another spelling.",
    Fix(f"Write http://spdx.org/rdf/terms#checksumAlgorithm_sha256. {_MEND}"),
    Level.WARN,
    source=_DCAT,
)
CHECKSUM_WRONG = Code(
    "DCAT_CHECKSUM_WRONG",
    "A checksum is not that of the file",
    "Either the file or the catalog is another one than meant.",
    Fix(f"Describe the files as they are. {_BUILD}"),
    source=_CLOSURE,
)
FILE_ABSENT = Code(
    "DCAT_FILE_ABSENT",
    "The bytes of a distribution are not there to be compared",
    "An absent file can be neither right nor wrong.",
    Fix("Check again where the files are present.", Who.OPERATOR),
    source=_CLOSURE,
)
MEDIA_TYPE_INVALID = Code(
    "DCAT_MEDIA_TYPE_INVALID",
    "A media type is none",
    "Programs choose how to read a file by it.",
    Fix(f"Write the IANA media type, https://www.iana.org/assignments/media-types/…. {_MEND}"),
    source=_DCAT,
)
MEDIA_TYPE_UNUSUAL = Code(
    "DCAT_MEDIA_TYPE_UNUSUAL",
    "A media type is not written as the IRI that IANA gives it",
    "DCAT wants a resource there; a bare text is understood by some readers only.",
    Fix(f"Write https://www.iana.org/assignments/media-types/ before it. {_MEND}"),
    Level.WARN,
    source=_DCAT,
)
DATE_INVALID = Code(
    "DCAT_DATE_INVALID",
    "A date is malformed, or there is no such day",
    "Every reader would make another date of it, or none.",
    Fix(f"Write YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ. {_MEND}"),
    source=_DCAT,
)
DATE_UNTYPED = Code(
    "DCAT_DATE_UNTYPED",
    "A date does not have a datatype for dates",
    "Shapes want xsd:date or xsd:dateTime, and so do readers that sort by it.",
    Fix(f"Give the literal the datatype xsd:date or xsd:dateTime. {_MEND}"),
    Level.WARN,
    source=_DCAT,
)
DATE_ORDER = Code(
    "DCAT_DATE_ORDER",
    "Something was modified before it was issued",
    "One of the two dates is wrong.",
    Fix(_MEND),
    source=_DCAT,
)
DATE_FUTURE = Code(
    "DCAT_DATE_FUTURE",
    "A date of issue or change lies in the future",
    "What has not happened cannot be recorded; the clock or the date is wrong.",
    Fix(_MEND),
    source=_DCAT,
)
PERIOD_INVALID = Code(
    "DCAT_PERIOD_INVALID",
    "A period of time is malformed or ends before it starts",
    "Nobody can find the dataset by its time.",
    Fix(_MEND),
    source=_DCAT,
)
SPATIAL_INVALID = Code(
    "DCAT_SPATIAL_INVALID",
    "A geometry cannot be parsed",
    "Nobody can find the dataset on a map, and its extent cannot be compared.",
    Fix(f"Write WKT (geo:wktLiteral) or GeoJSON. {_MEND}"),
    source=_DCAT,
)
SPATIAL_RANGE = Code(
    "DCAT_SPATIAL_RANGE",
    "A geometry does not lie on the globe",
    "Coordinates are swapped, or not in degrees.",
    Fix(f"Write longitude before latitude, in degrees of WGS 84. {_MEND}"),
    source=_DCAT,
)
RUN_WRONG = Code(
    "DCAT_RUN_WRONG",
    "A dataset of this run says that something else generated it",
    "Its provenance would be that of other data.",
    Fix(f"Let prov:wasGeneratedBy name kfm://run/<run_id>. {_BUILD}"),
    source=(*_CLOSURE, "R-085"),
)
VERSION_CYCLE = Code(
    "DCAT_VERSION_CYCLE",
    "A dataset comes before itself",
    "A version cannot replace itself, neither directly nor by way of others.",
    Fix(_MEND),
    source=_DCAT,
)
ACCESS_CONTRADICTS = Code(
    "DCAT_ACCESS_CONTRADICTS",
    "The access rights contradict the sensitivity of the family",
    "Either data that has to be protected is called public, or open data is closed off.",
    Fix("Let a steward say which is right, then record a new run.", Who.STEWARD),
    source=(*_DCAT, "R-129"),
)
LICENSE_INVALID = Code(
    "DCAT_LICENSE_INVALID",
    "A licence is empty, says nothing about itself or only stands in for one",
    "Without a licence that means something nobody may use the data.",
    Fix("Write the IRI or the SPDX id of the licence, in a new run."),
    source=(*_DCAT, "R-126"),
)
LICENSE_SEVERAL = Code(
    "DCAT_LICENSE_SEVERAL",
    "Something has several licences",
    "Nothing says whether one may choose, or has to obey all of them.",
    Fix(f"Write one licence, or one SPDX expression. {_MEND}"),
    source=(*_DCAT, "R-126"),
)
LICENSE_CONTRADICTS = Code(
    "DCAT_LICENSE_CONTRADICTS",
    "Another property names another licence than dct:license",
    "Which licence a reader finds would depend on the property in which it looks.",
    Fix(f"Let all properties name the one licence, or write dct:license only. {_MEND}"),
    source=(*_DCAT, "R-126"),
)
ACCESS_UNKNOWN = Code(
    "DCAT_ACCESS_UNKNOWN",
    "Access rights have an address of the EU vocabulary that it does not know",
    "Nobody can tell whether the data is public.",
    Fix(f"Write PUBLIC, RESTRICTED, NON_PUBLIC, CONFIDENTIAL or SENSITIVE. {_MEND}"),
    source=(*_DCAT, "R-129"),
)
SHAPE_VIOLATED = Code(
    "DCAT_SHAPE_VIOLATED",
    "A shape that the profile names is violated",
    "The profile wants DCAT documents to fit this shape.",
    Fix(_MEND),
    source=_DCAT,
)
SHAPE_WARNING = Code(
    "DCAT_SHAPE_WARNING",
    "A shape that the profile names warns",
    "The shape itself calls this a warning.",
    Fix(_MEND),
    Level.WARN,
    source=_DCAT,
)
SHAPES_VACUOUS = Code(
    "DCAT_SHAPES_VACUOUS",
    "A set of shapes applies to nothing in the document",
    "Shapes that select no subject are satisfied by anything, also by an empty document.",
    Fix("Name the shapes that fit the catalog, or give its nodes their types.", Who.POLICY),
    source=(*_DCAT, "FO-18"),
)

CHECKS: Final = (
    Check(
        "described",
        "Every document describes datasets, and the documents describe distributions",
        (
            NO_DATASET,
            NO_DISTRIBUTION,
            UNTYPED,
            UNDESCRIBED,
            ORPHAN,
            PROPERTY_ABSENT,
            TERM_IGNORED,
            REQUIRED_MISSING,
            MALFORMED,
        ),
        conditional=True,
    ),
    Check(
        "identified",
        "Texts say something, and identifiers are unique, right and the same in every document",
        (TEXT_EMPTY, IDENTIFIER_DUPLICATE, IDENTITY_WRONG, DOCUMENTS_DIFFER),
        conditional=True,
    ),
    Check(
        "answerable",
        "Publishers have names, and contact points can be reached",
        (PUBLISHER_UNNAMED, CONTACT_INVALID),
        conditional=True,
    ),
    Check(
        "addressed",
        "Addresses are well formed and below the base of the family",
        (URL_INVALID, URL_INSECURE, URL_FOREIGN, REFERENCE_INTERNAL),
        conditional=True,
    ),
    Check(
        "linked",
        "References into the run lead to one file each",
        (LINK_BROKEN, LINK_REFUSED, LINKS_CONTRADICT, BASE_FOREIGN),
        conditional=True,
    ),
    Check(
        "measured",
        "Sizes and checksums are well formed and those of the files",
        (
            SIZE_INVALID,
            SIZE_WRONG,
            CHECKSUM_INVALID,
            CHECKSUM_WEAK,
            CHECKSUM_UNUSUAL,
            CHECKSUM_WRONG,
            FILE_ABSENT,
        ),
        conditional=True,
    ),
    Check(
        "typed",
        "Media types are media types",
        (MEDIA_TYPE_INVALID, MEDIA_TYPE_UNUSUAL),
        conditional=True,
    ),
    Check(
        "dated",
        "Dates exist, are in order and not in the future",
        (DATE_INVALID, DATE_UNTYPED, DATE_ORDER, DATE_FUTURE),
        conditional=True,
    ),
    Check(
        "placed",
        "Periods and places are well formed",
        (PERIOD_INVALID, SPATIAL_INVALID, SPATIAL_RANGE),
        conditional=True,
    ),
    Check(
        "generated",
        "Datasets of this run say that this run generated them",
        (RUN_WRONG,),
        conditional=True,
    ),
    Check("versions", "No version comes before itself", (VERSION_CYCLE,), conditional=True),
    Check(
        "allowed",
        "Access rights and licences mean something and fit the sensitivity label",
        (
            ACCESS_CONTRADICTS,
            ACCESS_UNKNOWN,
            LICENSE_INVALID,
            LICENSE_SEVERAL,
            LICENSE_CONTRADICTS,
        ),
        conditional=True,
    ),
    Check(
        "shapes",
        "The documents fit the SHACL shapes that the profile names",
        (SHAPE_VIOLATED, SHAPE_WARNING, SHAPES_VACUOUS),
        conditional=True,
    ),
)
