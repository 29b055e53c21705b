# METADATA
# title: Zones
# description: Does the run come from where it may, and go to where it may?
package kfm.rules.zones

# METADATA
# title: The run lies in the work zone
# description: Only a run of the work zone can be promoted, judged by its path and not by its word.
# scope: document
# custom:
#   code: ZONE_SOURCE_DENIED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Record the run below the runs folder of the work zone.
#   why: Raw captures and quarantined data have no receipts that could show what they are.
#   source: [R-004, R-099, C-03]
default status["source_is_work"] := "fail"

status["source_is_work"] := "pass" if {
	input.layout.zone == "work"
}

# METADATA
# title: The zone asked for may follow the zone of the run
# description: The table of transitions leads from the zone that the run lies in to the zone asked for.
# scope: document
# custom:
#   code: ZONE_TRANSITION_DENIED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Promote step by step, from work to processed and from processed to published.
#   why: A step left out is a check left out.
#   source: [R-004, R-015, C-03]
default status["transition_allowed"] := "fail"

status["transition_allowed"] := "pass" if {
	is_string(input.layout.zone)
	is_string(input.question.target_zone)
	input.question.target_zone in data.kfm.zones.transitions[input.layout.zone]
}

# METADATA
# title: Zones that the receipts claim are the run's own or the one asked for
# description: >-
#   Wherever a receipt names the zone of an output, it names the zone that the run lies in or the
#   one that is asked for. It does not apply where no receipt names any.
# scope: document
# custom:
#   code: ZONE_CLAIM_CONTRADICTED
#   level: deny
#   waivable: false
#   conditional: true
#   who: pipeline
#   solution: Let the pipeline name the zone that it means, or none, and record a new run.
#   why: An output that says it belongs elsewhere was not made for this promotion.
#   source: [R-010, R-014, C-03]
default status["claims_agree"] := "fail"

status["claims_agree"] := "pass" if {
	_claims_read
	input.receipts.zones.with_zone > 0
	input.receipts.zones.claimed != []
	is_string(input.layout.zone)
	is_string(input.question.target_zone)
	every zone in input.receipts.zones.claimed {
		zone in {input.layout.zone, input.question.target_zone}
	}
}

status["claims_agree"] := "not_applicable" if {
	_claims_read
	input.receipts.zones.with_zone == 0
	input.receipts.zones.claimed == []
}

# METADATA
# title: Every input is raw data or a named remote source, with a digest
# description: The inputs of the manifest are all below the raw zone or named by a URI, and each has a digest.
# scope: document
# custom:
#   code: INPUT_NOT_TRACEABLE
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Declare every input with run.input(...), by its path in the raw zone or its URI, and record a new run.
#   why: What an output was made from decides what it may be used for.
#   source: [R-001, R-009, R-117, R-124]
default status["inputs_traceable"] := "fail"

status["inputs_traceable"] := "pass" if {
	inputs := input.lineage.inputs
	is_number(inputs.total)
	inputs.total > 0
	is_number(inputs.in_raw)
	is_number(inputs.remote)
	inputs.in_raw + inputs.remote == inputs.total
	inputs.with_digest == inputs.total
	inputs.complete == true
}

_claims_read if {
	zones := input.receipts.zones
	is_number(zones.total)
	is_number(zones.with_zone)
	zones.total > 0
	zones.with_zone <= zones.total
	zones.complete == true
	is_array(zones.claimed)
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
	"source_is_work": {"path": ["layout", "zone"], "wanted": "work"},
	"transition_allowed": {
		"path": ["question", "target_zone"],
		"wanted": "a zone that follows the run's own",
	},
	"claims_agree": {
		"path": ["receipts", "zones", "claimed"],
		"wanted": "the zone of the run or the one asked for",
	},
	"inputs_traceable": {
		"path": ["lineage", "inputs"],
		"wanted": "in_raw + remote = with_digest = total, at least 1",
	},
}
