package kfm.rules.evidence_test

import data.kfm.rules.evidence

_rules := {
	"dcat_shown": "dcat",
	"prov_shown": "prov",
	"stac_shown": "stac",
	"attestation_shown": "attestation",
	"sovereignty_shown": "sovereignty",
}

_facts := {"gates": {id: {"status": "pass", "examined": 1} | some id in _rules}}

_answer(id, gate) := {"gates": object.union(_facts.gates, {id: gate})}

test_everything_shown_passes_everything if {
	found := evidence.status with input as _facts
	count(found) == 5
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := evidence.status with input as {}
	count(found) == 5
	every value in found {
		value == "fail"
	}
}

test_only_a_pass_that_examined_something_is_shown if {
	every rule, id in _rules {
		every gate in [
			{"status": "fail"},
			{"status": "error"},
			{"status": "unproven"},
			{"status": "not_applicable"},
			{"status": "PASS"},
			{"status": null},
			{"examined": 0},
			{"examined": "1"},
			{"examined": []},
		] {
			evidence.status[rule] == "fail" with input as _answer(id, gate)
		}
	}
}

test_one_gate_does_not_speak_for_another if {
	every rule, id in _rules {
		facts := json.patch(_facts, [{"op": "remove", "path": sprintf("/gates/%s", [id])}])
		evidence.status[rule] == "fail" with input as facts
	}
}

test_findings_name_the_gate if {
	found := evidence.findings with input as _answer("dcat", {"status": "fail"})
	found == {{
		"rule": "dcat_shown",
		"pointer": "/gates/dcat",
		"got": "fail",
		"wanted": "pass, with something examined",
	}}
}
