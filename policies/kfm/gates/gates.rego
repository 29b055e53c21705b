# METADATA
# title: The decision
# description: >-
#   The one object that the host asks for: the status of every rule that is loaded, bound to the
#   facts that were asked about. It is undefined where the input names no facts.
package kfm.gates

# METADATA
# title: Decision
# description: Status of every rule by area and name, with the digest of the facts (schema decision/v1).
# scope: document
# entrypoint: true
decision := {
	"schema": "decision/v1",
	"facts_sha256": _facts_sha256,
	"rules": _rules,
}

# METADATA
# title: Findings
# description: Details of failed rules for people to read. Best effort; the decision never depends on it.
# scope: document
# entrypoint: true
findings contains object.union(finding, {"rule": sprintf("%s.%s", [area, finding.rule])}) if {
	some area, found in _findings
	some finding in found
}

# METADATA
# title: Batch of decisions
# description: The decision about each member of input.batch, by the digest of its facts.
# scope: document
# entrypoint: true
batch[digest] := answer if {
	some item in input.batch
	answer := decision with input as item
	digest := answer.facts_sha256
}

_facts_sha256 := input.host.facts_sha256 if {
	is_string(input.host.facts_sha256)
	regex.match(`^[0-9a-f]{64}$`, input.host.facts_sha256)
}

_rules[area] := statuses if {
	some area
	statuses := data.kfm.rules[area].status
}

_rules[area] := statuses if {
	some name
	statuses := data.kfm.overlay[name].status
	area := sprintf("overlay.%s", [name])
}

_findings[area] := found if {
	some area
	found := data.kfm.rules[area].findings
}

_findings[area] := found if {
	some name
	found := data.kfm.overlay[name].findings
	area := sprintf("overlay.%s", [name])
}
