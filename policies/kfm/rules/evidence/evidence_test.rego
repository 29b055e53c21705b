package kfm.rules.evidence_test

import data.kfm.rules.evidence

_rules := {
	"dcat_shown": "dcat",
	"prov_shown": "prov",
	"stac_shown": "stac",
	"attestation_shown": "attestation",
	"sovereignty_shown": "sovereignty",
}

_facts := {"gates": {id: {"status": "pass", "failed": 0, "examined": 1} | some id in _rules}}

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

_unproven := {"status": "unproven", "failed": 0, "examined": 3}

test_a_catalog_without_its_bytes_is_left_to_the_profile if {
	every id in ["dcat", "prov", "stac"] {
		evidence.status[sprintf("%s_shown", [id])] == "pass" with input as _answer(id, _unproven)
	}
	every id in ["attestation", "sovereignty"] {
		evidence.status[sprintf("%s_shown", [id])] == "fail" with input as _answer(id, _unproven)
	}
}

test_absent_bytes_excuse_nothing_else if {
	every id in ["dcat", "prov", "stac"] {
		every change in [
			{"failed": 1}, {"failed": "0"}, {"failed": null},
			{"examined": 0}, {"examined": "1"}, {"examined": []},
		] {
			facts := _answer(id, object.union(_unproven, change))
			evidence.status[sprintf("%s_shown", [id])] == "fail" with input as facts
		}
	}
}

_no_places := {
	"gates": object.union(_facts.gates, {
		"stac": {"status": "not_applicable", "examined": 0},
		"outputs": {"status": "pass", "examined": 3},
	}),
	"outputs": {"total": 3, "spatial": 0, "not_spatial": 3, "unclassified": 0, "absent": 0, "complete": true},
}

test_stac_does_not_apply_where_no_output_is_spatial if {
	evidence.status.stac_shown == "not_applicable" with input as _no_places
}

test_stac_applies_unless_every_output_was_seen_to_be_no_place if {
	every change in [
		{"spatial": 1, "not_spatial": 2},
		{"spatial": 1},
		{"unclassified": 1, "not_spatial": 2},
		{"unclassified": 1},
		{"absent": 1, "not_spatial": 2},
		{"absent": 1},
		{"not_spatial": 2},
		{"total": 0, "not_spatial": 0},
		{"total": "3", "not_spatial": "3"},
		{"total": 4},
		{"complete": false},
		{"complete": "true"},
		{"spatial": false},
		{"unclassified": null},
		{"absent": "0"},
	] {
		facts := object.union(_no_places, {"outputs": change})
		evidence.status.stac_shown == "fail" with input as facts
	}
	every field in object.keys(_no_places.outputs) {
		facts := json.patch(_no_places, [{"op": "remove", "path": sprintf("/outputs/%s", [field])}])
		evidence.status.stac_shown == "fail" with input as facts
	}
}

test_stac_applies_where_a_gate_did_not_look if {
	every status in ["fail", "error", "unproven", "not_applicable", null] {
		facts := object.union(_no_places, {"gates": {"outputs": {"status": status}}})
		evidence.status.stac_shown == "fail" with input as facts
	}
	every status in ["fail", "error", null] {
		facts := object.union(_no_places, {"gates": {"stac": {"status": status}}})
		evidence.status.stac_shown == "fail" with input as facts
	}
	unexamined := object.union(_no_places, {"gates": {"outputs": {"examined": 0}}})
	evidence.status.stac_shown == "fail" with input as unexamined
}

test_records_of_a_run_without_places_count_as_shown if {
	facts := object.union(_no_places, {"gates": {"stac": {"status": "pass", "failed": 0, "examined": 2}}})
	evidence.status.stac_shown == "pass" with input as facts
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
		"got": "present and not in order (fail)",
		"wanted": "pass, with something examined",
	}}
}

test_findings_tell_what_is_absent_from_what_is_wrong if {
	every id in ["dcat", "prov", "stac"] {
		every status, got in {
			"not_applicable": "nothing",
			"error": "present and not in order (error)",
			"pass": "present, and nothing of it was examined",
		} {
			facts := _answer(id, {"status": status, "failed": 0, "examined": 0})
			{finding.got | some finding in evidence.findings} == {got} with input as facts
		}
	}
	facts := _answer("attestation", {"status": "error"})
	{finding.got | some finding in evidence.findings} == {"error"} with input as facts
}

test_findings_of_nothing if {
	{finding.got | some finding in evidence.findings} == {"nothing"} with input as {}
}
