package kfm.rules.quality_test

import data.kfm.rules.quality

_facts := {"receipts": {
	"checks": {
		"total": 4,
		"with_threshold": 4,
		"with_observed": 4,
		"passed": 2,
		"warned": 1,
		"not_applicable": 1,
		"complete": true,
	},
	"required_checks": {"total": 2, "present": 2, "complete": true},
	"thresholds": {"total": 2, "with_observed": 2, "complete": true},
	"minimums": [{"metric": "rows", "bound": 105, "observed": 105}],
	"maximums": [{"metric": "null_ratio", "bound": 0.05, "observed": 0.05}],
}}

_changed(patch) := {"receipts": object.union(_facts.receipts, patch)}

_minimum(entry) := _changed({"minimums": [entry]})

_maximum(entry) := _changed({"maximums": [entry]})

test_everything_shown_passes_everything if {
	found := quality.status with input as _facts
	count(found) == 4
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := quality.status with input as {}
	count(found) == 4
	every value in found {
		value == "fail"
	}
}

test_checks_without_numbers_are_refused if {
	every checks in [
		{"with_threshold": 3},
		{"with_observed": 3},
		{"total": 0, "with_threshold": 0, "with_observed": 0},
		{"total": "4", "with_threshold": "4", "with_observed": "4"},
		{"complete": false},
		{"complete": 1},
	] {
		quality.status.checks_recorded == "fail" with input as _changed({"checks": checks})
	}
}

test_checks_that_did_not_pass_are_refused if {
	every checks in [
		{"total": 5},
		{"passed": 1},
		{"passed": 0, "warned": 3},
		{"passed": 0, "warned": 0, "not_applicable": 0, "total": 0},
		{"passed": "2"},
		{"warned": null},
		{"not_applicable": []},
		{"total": "4"},
		{"complete": false},
	] {
		quality.status.checks_passed == "fail" with input as _changed({"checks": checks})
	}
}

test_required_checks_do_not_apply_where_there_are_none if {
	facts := _changed({"required_checks": {"total": 0, "present": 0}})
	quality.status.required_checks_present == "not_applicable" with input as facts
}

test_required_checks_have_to_be_there if {
	every required in [
		{"present": 1},
		{"present": 3},
		{"present": "2"},
		{"total": 0},
		{"total": "0", "present": 0},
		{"total": "2", "present": "2"},
		{"complete": false},
		{"total": 0, "present": 0, "complete": false},
	] {
		quality.status.required_checks_present == "fail" with input as _changed({"required_checks": required})
	}
}

test_thresholds_do_not_apply_where_there_are_none if {
	none := {"thresholds": {"total": 0, "with_observed": 0}, "minimums": [], "maximums": []}
	quality.status.thresholds_met == "not_applicable" with input as _changed(none)
}

test_thresholds_cannot_be_lost if {
	every lost in [
		{"minimums": []},
		{"maximums": []},
		{"minimums": [], "maximums": []},
		{"minimums": [], "maximums": [], "thresholds": {"total": 0, "with_observed": 2}},
		{"minimums": [], "maximums": [], "thresholds": {"total": "0", "with_observed": 0}},
		{"minimums": {}, "maximums": {}, "thresholds": {"total": 0, "with_observed": 0}},
		{"minimums": [], "maximums": [], "thresholds": {"total": 0, "with_observed": 0, "complete": false}},
		{"thresholds": {"total": 3}},
		{"thresholds": {"with_observed": 1}},
		{"thresholds": {"complete": false}},
	] {
		quality.status.thresholds_met == "fail" with input as _changed(lost)
	}
}

test_minimums_have_to_be_kept if {
	every entry in [
		{"metric": "rows", "bound": 105, "observed": 104},
		{"metric": "rows", "bound": 105, "observed": "106"},
		{"metric": "rows", "bound": null, "observed": 106},
		{"metric": "rows", "bound": 105},
		{"metric": "rows", "observed": 106},
		{"metric": "", "bound": 105, "observed": 106},
		{"bound": 105, "observed": 106},
		[],
	] {
		quality.status.thresholds_met == "fail" with input as _minimum(entry)
	}
}

test_maximums_have_to_be_kept if {
	every entry in [
		{"metric": "null_ratio", "bound": 0.05, "observed": 0.06},
		{"metric": "null_ratio", "bound": 0.05, "observed": null},
		{"metric": "null_ratio", "bound": 0.05, "observed": false},
		{"metric": "null_ratio", "bound": "0.05", "observed": 0.01},
		{"metric": "null_ratio", "bound": 0.05},
		{"metric": 1, "bound": 0.05, "observed": 0.01},
		"null_ratio",
	] {
		quality.status.thresholds_met == "fail" with input as _maximum(entry)
	}
}

test_findings_name_the_metric if {
	found := quality.findings with input as _minimum({"metric": "rows", "bound": 105, "observed": 104})
	found == {{
		"rule": "thresholds_met",
		"pointer": "/receipts/minimums/0",
		"got": "rows: 104",
		"wanted": "rows: at least 105",
	}}
}

test_findings_name_what_was_not_recorded if {
	found := quality.findings with input as _maximum({"metric": "null_ratio", "bound": 0.05})
	found == {{
		"rule": "thresholds_met",
		"pointer": "/receipts/maximums/0",
		"got": "null_ratio: nothing",
		"wanted": "null_ratio: at most 0.05",
	}}
}

test_findings_name_every_metric if {
	facts := json.patch(_minimum({"metric": "rows", "bound": 3}), [{
		"op": "replace",
		"path": "/receipts/maximums",
		"value": [{"metric": "holes", "bound": 0, "observed": 2}],
	}])
	found := quality.findings with input as facts
	{[finding.got, finding.wanted] | some finding in found} == {[
		"rows: nothing; holes: 2",
		"rows: at least 3; holes: at most 0",
	]}
}

test_findings_say_it_in_words if {
	facts := {"receipts": {
		"checks": {
			"complete": true, "total": 3, "with_threshold": 2, "with_observed": 3,
			"passed": 1, "warned": 1, "not_applicable": 0,
		},
		"required_checks": {"complete": true, "total": 2, "present": 1},
		"thresholds": {"complete": false, "total": 0, "with_observed": 0},
	}}
	{finding.rule: finding.got | some finding in quality.findings} == {
		"checks_recorded": "checks: 3, with a threshold: 2, with an observed value: 3",
		"checks_passed": "checks: 3, passed: 1, warned: 1, not applicable: 0",
		"required_checks_present": "1 of 2 required checks",
		"thresholds_met": "thresholds: 0, with an observed value: 0",
	} with input as facts
}

test_findings_of_nothing if {
	found := {finding.pointer: finding.got | some finding in quality.findings} with input as {}
	found == {
		"/receipts/checks": "nothing",
		"/receipts/required_checks": "nothing",
		"/receipts/thresholds": "nothing",
	}
}
