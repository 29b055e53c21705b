# METADATA
# title: Evidence
# description: Were the catalogs and the attestation shown that others need to rely on the run?
package kfm.rules.evidence

# METADATA
# title: The run has a DCAT record that is in order
# description: The gate dcat read a DCAT record of the run and found it in order.
# scope: document
# custom:
#   code: DCAT_MISSING
#   level: deny
#   waivable: false
#   may_warn: true
#   who: pipeline
#   solution: Let run.write_catalogs write the DCAT record of the dataset into catalog/ of a new run.
#   why: Without a catalog record nobody finds the dataset, its licence or its distributions.
#   source: [R-085, R-094, C-17]
default status["dcat_shown"] := "fail"

status["dcat_shown"] := "pass" if {
	_carried("dcat")
}

# METADATA
# title: The run has a PROV document that is in order
# description: The gate prov read a PROV document of the run and found it in order.
# scope: document
# custom:
#   code: PROV_MISSING
#   level: deny
#   waivable: false
#   may_warn: true
#   who: pipeline
#   solution: Let run.write_catalogs write the PROV document into catalog/ of a new run.
#   why: Provenance is what lets a reader trace an output back to its sources.
#   source: [R-085, R-093, R-127, C-17]
default status["prov_shown"] := "fail"

status["prov_shown"] := "pass" if {
	_carried("prov")
}

# METADATA
# title: The run has STAC records that are in order
# description: >-
#   The gate stac read the STAC records of the run and found them in order. It does not apply where
#   the run carries none and every output was opened and found not to be spatial.
# scope: document
# custom:
#   code: STAC_MISSING
#   level: deny
#   waivable: false
#   may_warn: true
#   conditional: true
#   who: pipeline
#   solution: >-
#     Let run.write_catalogs write the STAC records into catalog/ of a new run. Where outputs are
#     tables that nobody can look into and that hold no places, a steward says 'spatial: false' in
#     the family file.
#   why: Spatial data without a record of extent and assets cannot be found or placed.
#   source: [R-085, R-094, C-17]
default status["stac_shown"] := "fail"

status["stac_shown"] := "pass" if {
	_carried("stac")
}

status["stac_shown"] := "not_applicable" if {
	input.gates.stac.status == "not_applicable"
	_shown("outputs")
	outputs := input.outputs
	is_number(outputs.total)
	outputs.total > 0
	outputs.not_spatial == outputs.total
	outputs.spatial == 0
	outputs.unclassified == 0
	outputs.absent == 0
	outputs.complete == true
}

# METADATA
# title: The run has a verified attestation
# description: The gate attestation verified who signed what over the run.
# scope: document
# custom:
#   code: ATTESTATION_MISSING
#   level: deny
#   waivable: false
#   may_warn: true
#   who: operator
#   solution: Let CI sign the run. This version has no gate that verifies signatures yet.
#   why: Receipts say what happened; a signature says who says so.
#   source: [R-065, R-087, R-097]
default status["attestation_shown"] := "fail"

status["attestation_shown"] := "pass" if {
	_shown("attestation")
}

# METADATA
# title: The run respects sovereignty
# description: The gate sovereignty checked authority labels, consent and the precision of every published place.
# scope: document
# custom:
#   code: SOVEREIGNTY_MISSING
#   level: deny
#   waivable: false
#   who: steward
#   solution: Promote without publishing. This version has no gate that can show sovereignty yet.
#   why: Communities decide about data that concern them, and no deadline overrides that.
#   source: [R-150, R-165, R-166, C-23]
default status["sovereignty_shown"] := "fail"

status["sovereignty_shown"] := "pass" if {
	_shown("sovereignty")
}

# Absent bytes are for the profile to admit: the host refuses an unproven gate under every other one.
_carried(id) if {
	gate := input.gates[id]
	gate.status in {"pass", "unproven"}
	gate.failed == 0
	is_number(gate.examined)
	gate.examined >= 1
}

_shown(id) if {
	gate := input.gates[id]
	gate.status == "pass"
	is_number(gate.examined)
	gate.examined >= 1
}

# METADATA
# title: What was shown instead
# description: Place, value and expectation for each rule of this area that fails.
# scope: document
findings contains finding if {
	some rule, value in status
	value == "fail"
	id := trim_suffix(rule, "_shown")
	finding := {
		"rule": rule,
		"pointer": sprintf("/gates/%s", [id]),
		"got": _got(id),
		"wanted": "pass, with something examined",
	}
}

default _got(_) := "nothing"

_got(id) := sprintf("present and not in order (%s)", [status]) if {
	id in {"dcat", "prov", "stac"}
	status := input.gates[id].status
	not status in {"not_applicable", "pass"}
}

_got(id) := "present, and nothing of it was examined" if {
	id in {"dcat", "prov", "stac"}
	input.gates[id].status == "pass"
}

_got(id) := input.gates[id].status if {
	not id in {"dcat", "prov", "stac"}
}
