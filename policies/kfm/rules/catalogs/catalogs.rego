# METADATA
# title: Catalogs
# description: Do the catalogs of the run say what others need, and nothing that they must not see?
package kfm.rules.catalogs

# METADATA
# title: No public catalog leads into a zone that is not public
# description: >-
#   No text of a STAC or DCAT document names raw data, the work zone or the quarantine. It does not
#   apply where the run carries neither.
# scope: document
# custom:
#   code: CATALOG_REFERENCE_INTERNAL
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: >-
#     Let the pipeline name outputs by their place in the run or their public address, and no
#     inputs at all, in the catalogs of a new run. Inputs belong into the PROV document.
#   why: A public record that names an internal path tells where the unredacted data lie.
#   source: [R-099, R-129]
default status["references_public"] := "fail"

status["references_public"] := "pass" if {
	_stac_public
	_dcat_public
	not _no_record
}

status["references_public"] := "not_applicable" if {
	_no_record
}

# METADATA
# title: The catalogs state the licence of the run
# description: >-
#   Every STAC and DCAT record states a licence, and it is the one that the outputs have. It does
#   not apply where the run carries neither.
# scope: document
# custom:
#   code: CATALOG_LICENSE_CONFLICT
#   level: deny
#   waivable: false
#   conditional: true
#   who: steward
#   solution: >-
#     A steward makes sure that rights.license in the family file is the right licence; then the
#     pipeline states it in every STAC and DCAT record of a new run (run.write_catalogs).
#   why: Whoever finds the data reads the terms in the catalog, and will rely on them.
#   source: [R-018, R-126, R-064]
default status["licenses_agree"] := "fail"

status["licenses_agree"] := "pass" if {
	_every_record_licensed
	[license] := input.rights.licenses
	input.closure.licenses.values == [license]
}

# An expression of several licences is one value, and names each of them.
status["licenses_agree"] := "pass" if {
	_every_record_licensed
	not _single(input.rights.licenses)
	input.rights.licenses != []
	[expression] := input.closure.licenses.values
	is_string(expression)
	words := split(replace(replace(expression, "(", ""), ")", ""), " ")
	every license in input.rights.licenses {
		license in words
	}
}

status["licenses_agree"] := "not_applicable" if {
	_no_record
}

# METADATA
# title: Every dataset in DCAT says what it is
# description: >-
#   Every dataset has a title, a description, an identifier, a version and a publisher with a name.
#   It does not apply where the run carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_DESCRIPTION_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: steward
#   solution: A steward sets title, description and publisher in the family file; then record the run again.
#   why: A record that does not say what it is about cannot be found, cited or told from its next version.
#   source: [R-016, R-085, R-094]
default status["dcat_described"] := "fail"

status["dcat_described"] := "pass" if {
	every name in ["title", "description", "identifier", "version", "publisher"] {
		_every_dataset_has(name)
	}
}

status["dcat_described"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every dataset in DCAT says whom to ask
# description: Every dataset has a contact point. It does not apply where the run carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_CONTACT_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: steward
#   solution: A steward sets contact in the family file, a team or a role; then record the run again.
#   why: Whoever finds an error in the data has to be able to tell somebody.
#   source: [R-085, R-094]
default status["dcat_contact_given"] := "fail"

status["dcat_contact_given"] := "pass" if {
	_every_dataset_has("contact_point")
}

status["dcat_contact_given"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every dataset in DCAT states its licence
# description: >-
#   Every dataset has a licence, or every distribution has one. It does not apply where the run
#   carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_LICENSE_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: steward
#   solution: A steward sets rights.license in the family file; then record the run again.
#   why: What nobody has licensed nobody may pass on.
#   source: [R-018, R-126, R-085]
default status["dcat_licensed"] := "fail"

status["dcat_licensed"] := "pass" if {
	_counted("distribution_license", input.dcat.distributions)
	_every_dataset_has("license")
}

status["dcat_licensed"] := "pass" if {
	_counted("license", input.dcat.datasets)
	_every_distribution_has("distribution_license")
}

status["dcat_licensed"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every distribution in DCAT can be fetched and checked
# description: >-
#   Every distribution has an address, a media type, a size and a checksum. It does not apply where
#   the run carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_DISTRIBUTION_INCOMPLETE
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: Let run.write_catalogs write the distributions from the manifest, in a new run.
#   why: Without a checksum nobody can tell whether what they fetched is what was checked.
#   source: [R-064, R-087, R-094]
default status["dcat_distributed"] := "fail"

status["dcat_distributed"] := "pass" if {
	every name in ["access", "media_type", "byte_size", "checksum"] {
		_every_distribution_has(name)
	}
}

status["dcat_distributed"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every dataset in DCAT names the activity that made it
# description: >-
#   Every dataset has prov:wasGeneratedBy. It does not apply where the run carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_PROVENANCE_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: Let run.write_catalogs write the link to the run, in a new run.
#   why: Without the link nobody gets from the record that they found to the provenance of the data.
#   source: [R-064, R-093, R-127]
default status["dcat_linked"] := "fail"

status["dcat_linked"] := "pass" if {
	_every_dataset_has("generated_by")
}

status["dcat_linked"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every dataset in DCAT is dated
# description: >-
#   Every dataset has a date of issue, or every one a date of its last change. It does not apply
#   where the run carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_DATE_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: Let run.write_catalogs write the dates of the run, in a new run.
#   why: Readers of a public record have to see how old the data are.
#   source: [R-094]
default status["dcat_dated"] := "fail"

status["dcat_dated"] := "pass" if {
	_counted("modified", input.dcat.datasets)
	_every_dataset_has("issued")
}

status["dcat_dated"] := "pass" if {
	_counted("issued", input.dcat.datasets)
	_every_dataset_has("modified")
}

status["dcat_dated"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every dataset in DCAT has a theme and keywords
# description: >-
#   Every dataset has a theme of a published vocabulary and a keyword. It does not apply where the
#   run carries no DCAT record.
# scope: document
# custom:
#   code: DCAT_THEME_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: steward
#   solution: A steward sets themes and keywords in the family file; then record the run again.
#   why: Portals sort by theme; a public record without one is found by those who know that it exists.
#   source: [R-094]
default status["dcat_themed"] := "fail"

status["dcat_themed"] := "pass" if {
	_every_dataset_has("theme")
	_every_dataset_has("keyword")
}

status["dcat_themed"] := "not_applicable" if {
	_no_dcat
}

# METADATA
# title: Every dataset in DCAT says which place and time it covers
# description: >-
#   Every dataset has dct:spatial and dct:temporal. It does not apply where the run carries no DCAT
#   record.
# scope: document
# custom:
#   code: DCAT_EXTENT_MISSING
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: Let the pipeline state the extents of the data, and run.write_catalogs write them, in a new run.
#   why: People look for data about a place and a time.
#   source: [R-016, R-094]
default status["dcat_placed"] := "fail"

status["dcat_placed"] := "pass" if {
	_every_dataset_has("spatial")
	_every_dataset_has("temporal")
}

status["dcat_placed"] := "not_applicable" if {
	_no_dcat
}

# A gate is not applicable only where it looked and the run carries no document of its kind.
_no_stac if {
	input.gates.stac.status == "not_applicable"
}

_no_dcat if {
	input.gates.dcat.status == "not_applicable"
}

_no_record if {
	_no_stac
	_no_dcat
}

_read(id) if {
	input.gates[id].status in {"pass", "fail", "unproven"}
}

_stac_public if {
	_no_stac
}

_stac_public if {
	_read("stac")
	_public(input.stac.references)
}

_dcat_public if {
	_no_dcat
}

_dcat_public if {
	_read("dcat")
	_public(input.dcat.references)
}

# A record without any reference has nothing behind it, so none is not none too many.
_public(references) if {
	is_number(references.total)
	references.total > 0
	references.internal == 0
}

_answered(id) if {
	_read(id)
}

_answered(id) if {
	input.gates[id].status == "not_applicable"
}

_every_record_licensed if {
	_answered("stac")
	_answered("dcat")
	not _no_record
	licenses := input.closure.licenses
	is_number(licenses.total)
	licenses.total > 0
	licenses.with_value == licenses.total
	is_array(licenses.values)
	is_array(input.rights.licenses)
}

_single(licenses) if {
	[_] = licenses
}

_every_dataset_has(name) if {
	_counted(name, input.dcat.datasets)
	input.dcat.properties[name].with_value == input.dcat.datasets
}

_every_distribution_has(name) if {
	_counted(name, input.dcat.distributions)
	input.dcat.properties[name].with_value == input.dcat.distributions
}

# Everything was looked at: as many as the gate found, and at least one.
_counted(name, wanted) if {
	property := input.dcat.properties[name]
	is_number(wanted)
	wanted > 0
	property.total == wanted
	is_number(property.with_value)
}

# METADATA
# title: What was shown instead
# description: Place, value and expectation for each rule of this area that fails.
# scope: document
findings contains finding if {
	some rule in object.keys(_wanted)
	status[rule] == "fail"
	path := _path(rule)
	finding := {
		"rule": rule,
		"pointer": sprintf("/%s", [concat("/", path)]),
		"got": _got(rule),
		"wanted": _asked(rule),
	}
}

default _asked(_) := "the licence of the run in every STAC and DCAT record"

_asked(rule) := _wanted[rule] if {
	rule != "licenses_agree"
}

_asked("licenses_agree") := sprintf("%s in every STAC and DCAT record", [licenses]) if {
	licenses := concat(", ", input.rights.licenses)
	licenses != ""
}

default _got(_) := "nothing"

_got(rule) := concat("; ", [_share(name) | some name in names]) if {
	_lacking(rule) != []
	names := array.concat(_lacking(rule), object.get(_instead, rule, []))
}

_got(rule) := sprintf("datasets: %v, distributions: %v", [dcat.datasets, dcat.distributions]) if {
	dcat := input.dcat
	_properties[rule]
	_lacking(rule) == []
}

_got("licenses_agree") := sprintf("a licence in %v of %v sources (run, STAC, DCAT)", counts) if {
	licenses := input.closure.licenses
	not _none_unlicensed(licenses)
	counts := [licenses.with_value, licenses.total]
}

_got("licenses_agree") := concat(", ", licenses.values) if {
	licenses := input.closure.licenses
	_none_unlicensed(licenses)
}

_got("references_public") := sprintf("%v of %v references", [references.internal, references.total]) if {
	references := input[_path("references_public")[0]].references
}

_none_unlicensed(licenses) if {
	licenses.total > 0
	licenses.with_value == licenses.total
}

# How many of what have a property.
_share(name) := sprintf("%s with %s: %v of %v", [word.of, word.what, property.with_value, property.total]) if {
	property := input.dcat.properties[name]
	word := data.kfm.dcat.properties[name]
}

# What would do in the place of what is lacking.
_instead := {"dcat_licensed": ["distribution_license"], "dcat_dated": ["modified"]}

# The first property that not everything has; the whole section where no property tells.
_path(rule) := ["dcat", "properties", _lacking(rule)[0]] if {
	_lacking(rule) != []
}

_path(rule) := ["dcat"] if {
	_properties[rule]
	_lacking(rule) == []
}

_path("licenses_agree") := ["closure", "licenses"]

_path("references_public") := ["stac", "references"] if {
	not _stac_public
}

_path("references_public") := ["dcat", "references"] if {
	_stac_public
}

_lacking(rule) := [name |
	some name in _properties[rule]
	property := input.dcat.properties[name]
	property.with_value != property.total
]

_properties := {
	"dcat_described": ["title", "description", "identifier", "version", "publisher"],
	"dcat_contact_given": ["contact_point"],
	"dcat_licensed": ["license"],
	"dcat_distributed": ["access", "media_type", "byte_size", "checksum"],
	"dcat_linked": ["generated_by"],
	"dcat_dated": ["issued"],
	"dcat_themed": ["theme", "keyword"],
	"dcat_placed": ["spatial", "temporal"],
}

_wanted := {
	"references_public": "no reference into raw, work or quarantine",
	"licenses_agree": "the licence of the run in every STAC and DCAT record",
	"dcat_described": "title, description, identifier, version and publisher of every dataset",
	"dcat_contact_given": "a contact point of every dataset",
	"dcat_licensed": "a licence of every dataset, or of every distribution",
	"dcat_distributed": "address, media type, size and checksum of every distribution",
	"dcat_linked": "prov:wasGeneratedBy of every dataset",
	"dcat_dated": "a date of every dataset",
	"dcat_themed": "a theme and a keyword of every dataset",
	"dcat_placed": "the place and the time of every dataset",
}
