# METADATA
# title: Rights
# description: May the outputs be given away, and on whose terms?
package kfm.rules.rights

# METADATA
# title: The licence of every output is known
# description: >-
#   Every output has one licence, and every identifier in it is one that the licence data knows.
#   Unknown, empty and NOASSERTION are no licences.
# scope: document
# custom:
#   code: RIGHTS_UNKNOWN
#   level: deny
#   waivable: false
#   who: steward
#   solution: A steward sets rights.license in the family file; then record the run again.
#   why: What nobody has licensed nobody may pass on.
#   source: [R-018, R-126, C-19, FO-32]
default status["license_known"] := "fail"

status["license_known"] := "pass" if {
	_licensed
	every license in input.rights.licenses {
		is_string(data.kfm.licenses.known[license])
	}
}

# METADATA
# title: The licence of every output is an SPDX expression
# description: The licence of every output is written with identifiers of the SPDX list, without LicenseRef.
# scope: document
# custom:
#   code: LICENSE_NOT_SPDX
#   level: deny
#   waivable: true
#   may_warn: true
#   who: steward
#   solution: A steward names the SPDX identifier in the family file; then record the run again.
#   why: Only an identifier that everyone knows can be compared and looked up by machines.
#   source: [R-126, C-19]
default status["license_spdx"] := "fail"

status["license_spdx"] := "pass" if {
	_every_output_has("with_spdx")
}

# METADATA
# title: The class of every licence allows promotion
# description: Every licence is public domain, permissive or share-alike (L0 to L2); L3 to L5 are refused.
# scope: document
# custom:
#   code: LICENSE_CLASS_DENIED
#   level: deny
#   waivable: false
#   who: steward
#   solution: Leave the restricted source out, or have its owner grant a licence of class L0 to L2.
#   why: Data that forbid commercial use, derivatives or sharing cannot become part of a shared dataset.
#   source: [R-018, R-126]
default status["class_allowed"] := "fail"

status["class_allowed"] := "pass" if {
	_licensed
	every license in input.rights.licenses {
		data.kfm.licenses.classes[data.kfm.licenses.known[license]].allowed == true
	}
}

# METADATA
# title: No licence asks for its terms to be passed on
# description: No licence is of the share-alike class L2; where one is, a steward has to look at what it binds.
# scope: document
# custom:
#   code: LICENSE_SHARE_ALIKE
#   level: warn
#   waivable: true
#   who: steward
#   solution: A steward reads the terms and decides under which licence the dataset may be published.
#   why: One share-alike source decides the licence of everything that is made from it.
#   source: [R-018, R-126]
default status["share_alike_reviewed"] := "fail"

status["share_alike_reviewed"] := "pass" if {
	_licensed
	every license in input.rights.licenses {
		data.kfm.licenses.classes[data.kfm.licenses.known[license]].share_alike == false
	}
}

# METADATA
# title: The holder of rights of every output is named
# description: Every output names who holds the rights in it.
# scope: document
# custom:
#   code: RIGHTS_HOLDER_MISSING
#   level: deny
#   waivable: false
#   who: steward
#   solution: A steward sets rights.holder in the family file; then record the run again.
#   why: A licence without a licensor cannot be checked by anyone.
#   source: [R-018, R-126]
default status["holder_named"] := "fail"

status["holder_named"] := "pass" if {
	_every_output_has("with_holder")
}

# METADATA
# title: The attribution of every output is given
# description: Every output carries the text by which its source wants to be named.
# scope: document
# custom:
#   code: ATTRIBUTION_MISSING
#   level: deny
#   waivable: false
#   who: steward
#   solution: A steward sets rights.attribution in the family file; then record the run again.
#   why: Most open licences end where the attribution is left out.
#   source: [R-126]
default status["attribution_given"] := "fail"

status["attribution_given"] := "pass" if {
	_every_output_has("with_attribution")
}

_every_output_has(field) if {
	outputs := input.rights.outputs
	is_number(outputs.total)
	outputs.total > 0
	outputs[field] == outputs.total
	outputs.complete == true
}

_licensed if {
	_every_output_has("with_license")
	is_array(input.rights.licenses)
	input.rights.licenses != []
}

# METADATA
# title: What was shown instead
# description: Place, value and expectation for each rule of this area that fails.
# scope: document
findings contains finding if {
	some rule, place in _places
	status[rule] == "fail"
	got := object.get(input, place.path, "nothing")
	finding := {
		"rule": rule,
		"pointer": sprintf("/%s", [concat("/", place.path)]),
		"got": got,
		"wanted": place.wanted,
	}
}

_places := {
	"license_known": {"path": ["rights", "licenses"], "wanted": "a known licence for every output"},
	"license_spdx": {"path": ["rights", "outputs", "with_spdx"], "wanted": "every output"},
	"class_allowed": {"path": ["rights", "licenses"], "wanted": "licences of class L0, L1 or L2"},
	"share_alike_reviewed": {"path": ["rights", "licenses"], "wanted": "no licence of class L2"},
	"holder_named": {"path": ["rights", "outputs", "with_holder"], "wanted": "every output"},
	"attribution_given": {"path": ["rights", "outputs", "with_attribution"], "wanted": "every output"},
}
