package kfm.rules.receipts_test

import data.kfm.rules.receipts

_facts := {
	"receipts": {
		"status": "succeeded",
		"overall_status": "pass",
		"recomputed_status": "pass",
		"runner_type": "ci",
		"versions": 2,
	},
	"origin": {"commit_state": "resolved"},
}

_changed(section, field, value) := object.union(_facts, {section: {field: value}})

test_everything_shown_passes_everything if {
	found := receipts.status with input as _facts
	count(found) == 5
	every value in found {
		value == "pass"
	}
}

test_nothing_shown_fails_everything if {
	found := receipts.status with input as {}
	count(found) == 5
	every value in found {
		value == "fail"
	}
}

test_other_statuses_are_not_success if {
	every word in ["queued", "running", "failed", "cancelled", "skipped", "expired", "partial", "success", "", 1, null] {
		receipts.status.run_succeeded == "fail" with input as _changed("receipts", "status", word)
	}
}

test_the_claim_alone_does_not_pass_validation if {
	every word in ["fail", "pass_with_waiver", "", true] {
		receipts.status.validation_passed == "fail" with input as _changed("receipts", "recomputed_status", word)
	}
}

test_a_claimed_waiver_does_not_pass_validation if {
	every word in ["fail", "pass_with_waiver", "", true] {
		receipts.status.validation_passed == "fail" with input as _changed("receipts", "overall_status", word)
	}
}

test_cluster_is_a_shared_runner if {
	receipts.status.runner_shared == "pass" with input as _changed("receipts", "runner_type", "cluster")
}

test_local_and_unknown_runners_are_not_shared if {
	every word in ["local", "CI", "", ["ci"]] {
		receipts.status.runner_shared == "fail" with input as _changed("receipts", "runner_type", word)
	}
}

test_only_a_resolved_commit_counts if {
	every word in ["unresolved", "external", "ambiguous", "no_repository", "", true] {
		receipts.status.commit_resolved == "fail" with input as _changed("origin", "commit_state", word)
	}
}

test_versions_are_a_number_of_at_least_one if {
	every value in [0, "2", [], {}, true] {
		receipts.status.versions_recorded == "fail" with input as _changed("receipts", "versions", value)
	}
}

test_findings_say_what_was_shown_instead if {
	found := receipts.findings with input as _changed("receipts", "runner_type", "local")
	found == {{
		"rule": "runner_shared",
		"pointer": "/receipts/runner_type",
		"got": "local",
		"wanted": "ci or cluster",
	}}
}

test_findings_of_nothing if {
	found := receipts.findings with input as {}
	count(found) == 5
	every finding in found {
		finding.got == "nothing"
	}
}
