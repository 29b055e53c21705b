package kfm.gates_test

import data.kfm.gates

_digest := "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"

_other := "11ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"

_question(digest) := {"host": {"facts_sha256": digest}}

test_the_decision_echoes_the_digest if {
	decision := gates.decision with input as _question(_digest)
	decision.schema == "decision/v1"
	decision.facts_sha256 == _digest
}

test_the_decision_holds_every_area if {
	decision := gates.decision with input as _question(_digest)
	object.keys(decision.rules) == {"catalogs", "evidence", "quality", "receipts", "rights", "sensitivity", "zones"}
	every statuses in decision.rules {
		statuses != {}
		every status in statuses {
			status == "fail"
		}
	}
}

test_no_decision_about_nothing if {
	every facts in [{}, [], "", null, {"host": {}}, {"host": {"facts_sha256": null}}] {
		not gates.decision with input as facts
	}
}

test_no_decision_without_a_real_digest if {
	every digest in ["", "00ff", upper(_digest), concat("", ["sha256:", _digest]), 1, [_digest]] {
		not gates.decision with input as _question(digest)
	}
}

test_house_rules_are_areas_of_their_own if {
	overlay := {"tiles": {"status": {"tiles_complete": "pass"}, "findings": {{"rule": "tiles_complete", "got": 1}}}}
	decision := gates.decision with input as _question(_digest) with data.kfm.overlay as overlay
	decision.rules["overlay.tiles"] == {"tiles_complete": "pass"}
	count(decision.rules) == 8
	findings := gates.findings with input as _question(_digest) with data.kfm.overlay as overlay
	{"rule": "overlay.tiles.tiles_complete", "got": 1} in findings
}

test_findings_carry_the_id_of_the_rule if {
	found := gates.findings with input as _question(_digest)
	{
		"rule": "receipts.run_succeeded",
		"pointer": "/receipts/status",
		"got": "nothing",
		"wanted": "succeeded",
	} in found
}

test_a_batch_is_keyed_by_digest if {
	succeeded := object.union(_question(_other), {"receipts": {"status": "succeeded"}})
	found := gates.batch with input as {"batch": [_question(_digest), succeeded]}
	object.keys(found) == {_digest, _other}
	found[_digest].rules.receipts.run_succeeded == "fail"
	found[_other].rules.receipts.run_succeeded == "pass"
}

test_a_batch_leaves_out_what_names_no_facts if {
	found := gates.batch with input as {"batch": [_question(_digest), {}, null]}
	object.keys(found) == {_digest}
}
