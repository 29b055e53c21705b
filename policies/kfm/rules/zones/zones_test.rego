package kfm.rules.zones_test

import data.kfm.rules.zones

_facts := {
	"layout": {"zone": "work"},
	"question": {"target_zone": "processed"},
	"receipts": {"zones": {"total": 3, "with_zone": 2, "complete": true, "claimed": ["processed", "work"]}},
	"lineage": {"inputs": {"total": 3, "with_digest": 3, "in_raw": 2, "remote": 1, "complete": true}},
}

_changed(path, value) := json.patch(_facts, [{"op": "replace", "path": path, "value": value}])

test_everything_shown_passes_everything if {
	found := zones.status with input as _facts
	count(found) == 4
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := zones.status with input as {}
	count(found) == 4
	every value in found {
		value == "fail"
	}
}

test_no_other_zone_is_a_source if {
	every zone in ["raw", "quarantine", "processed", "published", "Work", "", null] {
		zones.status.source_is_work == "fail" with input as _changed("/layout/zone", zone)
	}
}

test_transitions if {
	allowed := {[from, to] |
		some from in ["raw", "work", "quarantine", "processed", "published", "elsewhere"]
		some to in ["raw", "work", "quarantine", "processed", "published", "elsewhere"]
		facts := {"layout": {"zone": from}, "question": {"target_zone": to}}
		zones.status.transition_allowed == "pass" with input as facts
	}
	allowed == {
		["raw", "work"], ["raw", "quarantine"],
		["work", "processed"], ["work", "quarantine"],
		["quarantine", "work"],
		["processed", "published"],
	}
}

test_transition_between_what_is_no_zone if {
	every value in [0, null, true, [], {}] {
		zones.status.transition_allowed == "fail" with input as _changed("/layout/zone", value)
		zones.status.transition_allowed == "fail" with input as _changed("/question/target_zone", value)
	}
}

test_a_claim_of_another_zone_is_refused if {
	every claimed in [["published"], ["processed", "raw"], ["Processed"], [null], "processed", {"a": "processed"}, []] {
		zones.status.claims_agree == "fail" with input as _changed("/receipts/zones/claimed", claimed)
	}
}

test_claims_do_not_apply_where_there_are_none if {
	none := {"total": 3, "with_zone": 0, "complete": true, "claimed": []}
	zones.status.claims_agree == "not_applicable" with input as _changed("/receipts/zones", none)
}

test_claims_that_were_not_all_read_are_refused if {
	every value in [
		{"total": 3, "with_zone": 0, "complete": false, "claimed": []},
		{"total": 0, "with_zone": 0, "complete": true, "claimed": []},
		{"total": "3", "with_zone": 0, "complete": true, "claimed": []},
		{"total": 3, "with_zone": 0, "complete": true},
		{"total": 3, "with_zone": 0, "complete": true, "claimed": ["work"]},
		{"total": 3, "with_zone": 4, "complete": true, "claimed": ["work"]},
		{"total": 3, "with_zone": "1", "complete": true, "claimed": ["work"]},
		{"total": 3, "with_zone": 1, "complete": 1, "claimed": ["work"]},
	] {
		zones.status.claims_agree == "fail" with input as _changed("/receipts/zones", value)
	}
}

test_inputs_that_cannot_be_traced_are_refused if {
	every value in [
		{"total": 0, "with_digest": 0, "in_raw": 0, "remote": 0, "complete": true},
		{"total": 3, "with_digest": 2, "in_raw": 3, "remote": 0, "complete": true},
		{"total": 3, "with_digest": 3, "in_raw": 2, "remote": 0, "complete": true},
		{"total": 3, "with_digest": 3, "in_raw": 3, "remote": 0, "complete": false},
		{"total": 3, "with_digest": 3, "in_raw": 3, "remote": 0, "complete": "true"},
		{"total": "3", "with_digest": "3", "in_raw": 3, "remote": 0, "complete": true},
		{"total": 3, "with_digest": 3, "in_raw": "3", "remote": 0, "complete": true},
		{"total": 3, "with_digest": 3, "in_raw": 3, "complete": true},
	] {
		zones.status.inputs_traceable == "fail" with input as _changed("/lineage/inputs", value)
	}
}

test_findings_say_what_was_shown_instead if {
	found := zones.findings with input as _changed("/receipts/zones/claimed", ["raw"])
	found == {{
		"rule": "claims_agree",
		"pointer": "/receipts/zones/claimed",
		"got": ["raw"],
		"wanted": "the zone of the run or the one asked for",
	}}
}
